"""Starts a host as the engine does, asks it about a plan, and measures."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2

from tests.plans import Plan

ROOT = Path(__file__).parents[1]
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
    memory: int = 0
    findings: int = 0


@dataclass
class Host:
    """A running host."""

    process: subprocess.Popen[str]
    channel: grpc.Channel
    peak: int = 0
    answers: list[bytes] = field(default_factory=list)

    def call(self, method: str, request: bytes) -> bytes:
        """Make one call, bytes in and bytes out."""
        answer: bytes = self.channel.unary_unary(f"/pulumirpc.Analyzer/{method}")(request)
        return answer


@contextmanager
def running(folder: Path) -> Iterator[Host]:
    """Start the pack in `folder`, wait for its first answer, end it and take its peak memory."""
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    errors = tempfile.TemporaryFile("w+")
    process = subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=errors
    )
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
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    # Linux counts kilobytes, macOS bytes.
    host.peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def start_up(folder: Path, rounds: int) -> float:
    """Return the shortest time from the start of a process to its first answer."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        with running(folder):
            times.append(time.perf_counter() - begin)
    return min(times)


def measured(folder: Path, requests: Requests) -> Figures:
    """Return what a host needs for a plan."""
    figures = Figures()
    with running(folder) as host:
        _resources(host, requests, 50)  # what is made once is not what a resource costs
        begin = time.perf_counter()
        answers = _resources(host, requests, len(requests.analyze))
        figures.resource = (time.perf_counter() - begin) / len(requests.analyze)
        begin = time.perf_counter()
        answers.append(host.call("AnalyzeStack", requests.stack))
        figures.stack = time.perf_counter() - begin
    figures.memory = host.peak
    figures.findings = sum(_count(answer) for answer in answers)
    return figures


def _resources(host: Host, requests: Requests, count: int) -> list[bytes]:
    remediate: Any = host.channel.unary_unary("/pulumirpc.Analyzer/Remediate")
    analyze: Any = host.channel.unary_unary("/pulumirpc.Analyzer/Analyze")
    answers = []
    pairs = zip(requests.remediate[:count], requests.analyze[:count], strict=True)
    for raw, request in pairs:
        remediate(raw)
        answers.append(analyze(request))
    return answers


def _count(answer: bytes) -> int:
    return len(analyzer_pb2.AnalyzeResponse.FromString(answer).diagnostics)
