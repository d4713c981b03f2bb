"""Where EC2 instance types are offered: a file a region, a bit mask of its zone ids a type."""

from __future__ import annotations

from tools.catalog.sources import Sources, encode

NAME = "offerings"
SOURCES = ("cfn-lint", "moto")
OFFERINGS = "ec2/resources/instance_type_offerings"


def build(sources: Sources) -> dict[str, bytes]:
    """`zones` in the order of the mask's bits; a mask of 0 where only the region is known."""
    listed = sources.cfnlint_by_region("aws_ec2_instance", "instancetype_enum")
    regions = sorted(set(listed) | set(zone_regions(sources)))
    return {
        f"{NAME}/{region}.json.gz": encode(
            _region(sources, region, listed.get(region, {}).get("enum", []))
        )
        for region in regions
    }


def zone_regions(sources: Sources) -> list[str]:
    """The regions whose offerings by zone id are known."""
    folder = sources.site / "moto" / OFFERINGS / "availability-zone-id"
    return sorted(path.name.removesuffix(".json.gz") for path in folder.glob("*.json.gz"))


def zone_ids(sources: Sources, region: str) -> list[str]:
    """The zone ids that appear in a region's offerings, sorted."""
    return sorted({row["Location"] for row in _rows(sources, "availability-zone-id", region)})


def _rows(sources: Sources, kind: str, region: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = sources.moto_json(f"{OFFERINGS}/{kind}/{region}.json.gz")
    return rows


def _region(sources: Sources, region: str, listed: list[str]) -> dict[str, object]:
    masks = dict.fromkeys(listed, 0)
    if region not in zone_regions(sources):
        return {"zones": [], "rows": masks}
    for row in _rows(sources, "region", region):
        masks.setdefault(row["InstanceType"], 0)
    zones = zone_ids(sources, region)
    bits = {zone: 1 << position for position, zone in enumerate(zones)}
    for row in _rows(sources, "availability-zone-id", region):
        kind = row["InstanceType"]
        masks[kind] = masks.get(kind, 0) | bits[row["Location"]]
    return {"zones": zones, "rows": masks}
