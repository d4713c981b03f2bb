"""CloudWatch metrics with their statistics and dimension sets, by namespace."""

from __future__ import annotations

from typing import Any

from tools.catalog.sources import Sources, encode

NAME = "metrics"
SOURCES = ("@aws-cdk/aws-service-spec",)


def build(sources: Sources) -> dict[str, bytes]:
    """`rows`: namespace -> metric -> [default statistic, list of dimension sets]."""
    schema = sources.service_spec()
    sets = {
        entity["$id"]: sorted(item["name"] for item in entity["dimensions"])
        for entity in schema["dimensionSet"]["entities"]
    }
    uses = schema["usesDimensionSet"]["forward"]
    rows: dict[str, dict[str, list[Any]]] = {}
    for entity in schema["metric"]["entities"]:
        dimensions = [sets[link["$id"]] for link in uses.get(entity["$id"], [])]
        metrics = rows.setdefault(entity["namespace"], {})
        known = metrics.setdefault(entity["name"], [entity["statistic"], []])
        known[1] = sorted([*known[1], *(item for item in dimensions if item not in known[1])])
    return {f"{NAME}.json.gz": encode({"rows": rows})}
