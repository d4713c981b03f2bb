"""Partitions, regions, zone names and zone-id prefixes."""

from __future__ import annotations

import re
from typing import Any

from tools.catalog.offerings import zone_ids, zone_regions
from tools.catalog.sources import Sources, encode, python_literal

NAME = "regions"
SOURCES = ("botocore", "cfn-lint", "moto")


def build(sources: Sources) -> dict[str, bytes]:
    """Partitions with suffix and region pattern; regions with their zones as far as known."""
    partitions = sources.botocore_data("partitions")["partitions"]
    names = python_literal(sources.site / "cfnlint" / "helpers.py", "AVAILABILITY_ZONES")
    with_zones = set(zone_regions(sources))
    rows: dict[str, Any] = {}
    for partition in partitions:
        for region, facts in partition["regions"].items():
            ids = zone_ids(sources, region) if region in with_zones else []
            rows[region] = {
                "partition": partition["id"],
                "description": facts.get("description", ""),
                # `aws-global` and the like stand for a partition's global services.
                "pseudo": not re.fullmatch(partition["regionRegex"], region),
                "zone_names": sorted(names.get(region, [])),
                "zone_ids": ids,
            }
    return {
        f"{NAME}.json.gz": encode(
            {"rows": rows, "partitions": {item["id"]: _partition(item) for item in partitions}}
        )
    }


def _partition(item: dict[str, Any]) -> dict[str, Any]:
    outputs = item["outputs"]
    return {
        "dns_suffix": outputs["dnsSuffix"],
        "region_pattern": item["regionRegex"],
        "global_region": outputs["implicitGlobalRegion"],
    }
