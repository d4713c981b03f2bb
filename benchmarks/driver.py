"""Starts a host as the engine does, asks it about a plan, and measures."""

from __future__ import annotations

import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2

from tests.plans import Plan

ROOT = Path(__file__).parents[1]
TURN = 100
_UNLIMITED = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]


@dataclass
class Requests:
    """A plan as serialised requests: what the client spends on them is not measured."""

    remediate: list[bytes]
    analyze: list[bytes]
    stack: bytes

    @classmethod
    def of(cls, plan: Plan) -> Requests:
        """Serialise the requests about a plan."""
        return cls(
            [one.SerializeToString() for one in plan.analyze_requests(remediate=True)],
            [one.SerializeToString() for one in plan.analyze_requests()],
            plan.stack_request(random.Random(1)).SerializeToString(),
        )


@dataclass
class Figures:
    """What was measured; seconds, and bytes of peak memory."""

    resource: float = 0
    stack: float = 0
    stack_processor: float = 0
    memory: int = 0
    findings: int = 0


@dataclass
class Host:
    """A running host."""

    process: subprocess.Popen[str]
    channel: grpc.Channel
    _methods: dict[str, Any] = field(default_factory=dict)

    def call(self, method: str, request: bytes) -> bytes:
        """Make one call, bytes in and bytes out."""
        if method not in self._methods:
            path = f"/pulumirpc.Analyzer/{method}"
            self._methods[method] = self.channel.unary_unary(path, None, None)
        answer: bytes = self._methods[method](request)
        return answer


@contextmanager
def running(folder: Path) -> Iterator[Host]:
    """Start the pack in `folder`, wait for its first answer, and end it.

    Raises:
        SystemExit: it does not start; the text holds what it said.
    """
    with tempfile.TemporaryFile("w+") as errors:
        process = _start(folder, errors)
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port.isdigit():
            errors.seek(0)
            raise SystemExit(f"the host in {folder} does not start:\n{errors.read()}")
        with grpc.insecure_channel(f"127.0.0.1:{port}", options=_UNLIMITED) as channel:
            host = Host(process, channel)
            host.call("GetAnalyzerInfo", empty_pb2.Empty().SerializeToString())
            yield host
        process.send_signal(signal.SIGINT)
        process.wait()


def _start(folder: Path, errors: IO[str]) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # A user's second preview finds the modules compiled.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(folder)],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=errors,
    )


def start_up(folders: Mapping[str, Path], rounds: int) -> dict[str, float]:
    """Return for each host the shortest time from the start of a process to its first answer."""
    times: dict[str, list[float]] = {name: [] for name in folders}
    for _ in range(rounds):
        for name, folder in folders.items():
            begin = time.perf_counter()
            with running(folder):
                times[name].append(time.perf_counter() - begin)
    return {name: min(found) for name, found in times.items()}


def measured(folders: Mapping[str, Path], requests: Requests) -> dict[str, Figures]:
    """Return what each host needs for a plan.

    The hosts take turns, so that whatever else the machine does weighs on all of them.
    """
    with ExitStack() as stack:
        hosts = {name: stack.enter_context(running(at)) for name, at in folders.items()}
        figures = {name: Figures() for name in hosts}
        shares: dict[str, list[float]] = {name: [] for name in hosts}
        for begin in range(0, len(requests.analyze), TURN):
            for name, host in hosts.items():
                spent, found = _resources(host, requests, slice(begin, begin + TURN))
                shares[name].append(spent)
                figures[name].findings += found
        for name, host in hosts.items():
            # The first turn makes what is made once.
            figures[name].resource = statistics.median(shares[name][1:] or shares[name])
            _stack(host, requests, figures[name])
            figures[name].memory = _peak(host.process.pid)
    return figures


def _resources(host: Host, requests: Requests, part: slice) -> tuple[float, int]:
    """Return the seconds that a resource took, and how many findings there were."""
    begin = time.perf_counter()
    answers = []
    for raw, request in zip(requests.remediate[part], requests.analyze[part], strict=True):
        host.call("Remediate", raw)
        answers.append(host.call("Analyze", request))
    spent = time.perf_counter() - begin
    return spent / len(answers), sum(map(_count, answers))


def _stack(host: Host, requests: Requests, figures: Figures) -> None:
    """Time AnalyzeStack, the best of five where it is quick."""
    times: list[tuple[float, float]] = []
    while len(times) < 5 and sum(spent for spent, _ in times) < 10:
        begin, processor = time.perf_counter(), _processor(host.process.pid)
        answer = host.call("AnalyzeStack", requests.stack)
        worked = _processor(host.process.pid) - processor
        times.append((time.perf_counter() - begin, worked))
        if len(times) == 1:
            figures.findings += _count(answer)
    figures.stack = min(spent for spent, _ in times)
    figures.stack_processor = min(worked for _, worked in times)


def _processor(process: int) -> float:
    """Return the processor time of a process in seconds; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(process: int) -> int:
    """Return the peak memory of a process in bytes; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) * 1024 if found else 0


def _count(answer: bytes) -> int:
    return len(analyzer_pb2.AnalyzeResponse.FromString(answer).diagnostics)


def print_ratio(title: str, value: float, most: float) -> None:
    """Print what was measured beside what is wanted, and whether it is."""
    verdict = "as wanted" if value <= most else "MORE THAN WANTED"
    print(f"  {title}: {value:.2f}, wanted at most {most:.2f}: {verdict}")
