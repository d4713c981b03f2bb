"""`python -m benchmarks.preview`: what the pack adds to a preview by the real CLI.

The CLI previews one program with an empty pack and with ours, in turn. Its event log is measured
too: each policy that is neither broken nor named as not applicable stands in it for each resource.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.driver import ROOT, print_ratio
from tests.e2e.harness import MISSING, Cli, Result, environment, find_pulumi, make_plugins

HERE = Path(__file__).parent
RESOURCES_A_CELL = 50
LONGEST = 600
"""Seconds after which a preview counts as hung."""


@dataclass
class Previewed:
    """The best of several previews with a pack: seconds, bytes of event log, findings.

    `processor` are the seconds of processor time of the CLI and all that it started.
    """

    seconds: float
    processor: float
    log: int
    findings: int


def main() -> int:
    """Measure and print; exit code 1 where a preview fails, 2 where there is no CLI."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.preview", description=__doc__)
    parser.add_argument("--cells", type=int, default=10, help="of 50 resources each (default 10)")
    parser.add_argument("--rounds", type=int, default=3, help="previews with each pack (default 3)")
    options = parser.parse_args()
    pulumi = find_pulumi()
    if pulumi is None:
        print(MISSING, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = measured(Path(folder), pulumi, options.cells, options.rounds)
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
    report(options.cells * RESOURCES_A_CELL, found["empty"], found["ours"])
    return 0


def measured(folder: Path, pulumi: Path, cells: int, rounds: int) -> dict[str, Previewed]:
    """Preview in turn with each pack, and return the best of each."""
    plugins, home, project = folder / "plugins", folder / "home", folder / "stack"
    make_plugins(plugins, pulumi)
    told = environment(home, plugins, f"file://{folder}")
    # A user's second preview finds the modules compiled.
    del told["PYTHONDONTWRITEBYTECODE"]
    cli = Cli(pulumi, told | {"CELLS": str(cells)})
    shutil.copytree(HERE / "sound_stack", project)
    cli.new_stack(project)
    packs = {"empty": empty_pack(folder / "empty"), "ours": ROOT}
    best: dict[str, Previewed] = {}
    for number in range(rounds):
        for name, pack in packs.items():
            print(f"... preview {number + 1} of {rounds}, {name} pack", file=sys.stderr, flush=True)
            one = preview(cli, project, pack)
            so_far = best.setdefault(name, one)
            so_far.seconds = min(so_far.seconds, one.seconds)
            so_far.processor = min(so_far.processor, one.processor)
    return best


def preview(cli: Cli, project: Path, pack: Path) -> Previewed:
    """Preview once. Raises RuntimeError, with what the CLI said, where it fails."""
    log = project / "events.json"
    log.unlink(missing_ok=True)
    begin, before = time.perf_counter(), _processor()
    result: Result = cli.run(
        *("preview", "--stack", "dev", "--event-log", str(log), "--policy-pack", str(pack)),
        cwd=project,
        seconds=LONGEST,
    )
    seconds = time.perf_counter() - begin
    if result.exit_code:
        raise RuntimeError(result.text)
    text = log.read_text(encoding="utf-8")
    return Previewed(seconds, _processor() - before, len(text), text.count('"policyEvent"'))


def _processor() -> float:
    """Return the processor time in seconds of all processes started from here that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def empty_pack(folder: Path) -> Path:
    """Make a pack of the host that knows no policy."""
    shutil.copytree(HERE / "empty_host", folder)
    shutil.copy(ROOT / "PulumiPolicy.yaml", folder)
    (folder / "venv").symlink_to(sys.prefix)
    return folder


def report(resources: int, empty: Previewed, ours: Previewed) -> None:
    """Print both side by side, and the ratios against what is wanted."""
    print(f"A preview of {resources:,} resources by the CLI")
    print(f"  time         empty {empty.seconds:8.2f} s   ours {ours.seconds:8.2f} s")
    print(f"  processor    empty {empty.processor:8.2f} s   ours {ours.processor:8.2f} s")
    print(f"  event log    empty {empty.log / 1e6:8.2f} MB  ours {ours.log / 1e6:8.2f} MB")
    print(f"  findings     empty {empty.findings:8,}     ours {ours.findings:8,}")
    print_ratio("Time", ours.seconds / empty.seconds, 1.1)
    print_ratio("Processor time", ours.processor / empty.processor, 1.1)
    print_ratio("Event log", ours.log / empty.log, 1.2)


if __name__ == "__main__":
    sys.exit(main())
