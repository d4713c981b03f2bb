"""`python -m benchmarks`: measures three hosts on the same plans, and prints them side by side."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.driver import ROOT, Figures, Requests, measured, print_ratio, start_up
from tests.plans import generate

HERE = Path(__file__).parent
HOSTS = {"empty": HERE / "empty_host", "ours": ROOT, "stock": HERE / "stock_host"}
# The stock host decodes the plan once a policy: ten thousand resources would take it minutes.
STOCK_LIMIT = 1_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000], metavar="N")
    parser.add_argument("--rounds", type=int, default=5, help="starts of each host (default 5)")
    parser.add_argument("--without-stock", action="store_true", help="leave the stock host out")
    options = parser.parse_args()
    hosts = {name: at for name, at in HOSTS.items() if name != "stock" or not options.without_stock}
    _progress(f"start-up, hosts {', '.join(hosts)} in turn")
    started = start_up(hosts, options.rounds)
    _table(
        "Start-up to first answer", {name: f"{it * 1000:.0f} ms" for name, it in started.items()}
    )
    print_ratio("start-up", started["ours"] / started["empty"], 1.4)
    stacks = {size: _of_size(size, hosts) for size in sorted(options.sizes)}
    smallest, largest = min(stacks), max(stacks)
    if largest > smallest:
        _growth(smallest, largest, stacks[smallest], stacks[largest])


def _of_size(size: int, hosts: dict[str, Path]) -> Figures:
    _progress(f"making a plan of {size:,} resources")
    requests = Requests.of(generate(size, seed=size))
    at_work = {name: at for name, at in hosts.items() if name != "stock" or size <= STOCK_LIMIT}
    _progress(f"{size:,} resources, hosts {', '.join(at_work)} in turn")
    found = measured(at_work, requests)
    print(f"\nA plan of {len(requests.analyze):,} resources")
    per_resource = {name: f"{one.resource * 1000:.2f} ms" for name, one in found.items()}
    _table("Remediate + Analyze, a resource", per_resource)
    _table("AnalyzeStack", {name: f"{one.stack:.3f} s" for name, one in found.items()})
    if found["ours"].stack_processor:
        worked = {name: f"{one.stack_processor:.2f} s" for name, one in found.items()}
        _table("AnalyzeStack, processor time", worked)
    _table("Peak memory", {name: f"{one.memory / 2**20:.0f} MB" for name, one in found.items()})
    _table("Findings", {name: f"{one.findings:,}" for name, one in found.items()})
    if "stock" in hosts and "stock" not in found:
        print(f"  (stock host left out above {STOCK_LIMIT:,} resources: it would take minutes)")
    print_ratio("Remediate + Analyze", found["ours"].resource / found["empty"].resource, 1.3)
    if size == STOCK_LIMIT:
        print_ratio("AnalyzeStack (s)", found["ours"].stack, 0.5)
    return found["ours"]


def _growth(smallest: int, largest: int, small: Figures, large: Figures) -> None:
    """Compare two sizes; other work on the machine does not lengthen the processor time."""
    print(f"\nAnalyzeStack, {smallest:,} -> {largest:,} resources, ours")
    most = 1.2 * largest / smallest
    print_ratio("time", large.stack / small.stack, most)
    if small.stack_processor:
        print_ratio("processor time", large.stack_processor / small.stack_processor, most)


def _table(title: str, values: dict[str, str]) -> None:
    cells = "".join(f"  {name} {value:>10}" for name, value in values.items())
    print(f"  {title:<32}{cells}")


def _progress(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
