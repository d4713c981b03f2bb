"""Lambda runtimes with the days on which AWS deprecates them and blocks create and update."""

from __future__ import annotations

from tools.catalog.sources import Sources, encode, read_json

NAME = "runtimes"
SOURCES = ("botocore", "cfn-lint")


def build(sources: Sources) -> dict[str, bytes]:
    """`rows`: runtime -> [deprecated, create blocked, update blocked, successor], days or null."""
    lifecycle = read_json(sources.cfnlint_data / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json")
    rows: dict[str, list[str | None]] = {
        name: [row["deprecated"], row["create-block"], row["update-block"], row["successor"]]
        for name, row in lifecycle.items()
    }
    for name in sources.botocore_enum("lambda", "Runtime"):
        rows.setdefault(name, [None, None, None, None])
    return {f"{NAME}.json.gz": encode({"rows": rows})}
