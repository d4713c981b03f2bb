"""Questions about partitions, regions and their zones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from policypack.aws.catalog.loader import CatalogError, load, rows


@dataclass(frozen=True)
class Region:
    """A region as botocore knows it, with the zones that one account sees.

    `zone_names` differ from account to account and prove nothing; `zone_ids` are the same in all.
    Either is empty where no source has it.
    """

    name: str
    partition: str
    description: str
    zone_names: tuple[str, ...]
    zone_ids: tuple[str, ...]


@dataclass(frozen=True)
class Partition:
    """A partition: `aws`, `aws-cn`, ... Region names outside its pattern are not its regions."""

    name: str
    dns_suffix: str
    region_pattern: str
    global_region: str


@cache
def regions() -> dict[str, Region]:
    """All regions by name, without the pseudo regions (`aws-global`) of global services.

    Source: botocore's partitions.json; zones by cfn-lint and moto.
    """
    return {
        name: Region(
            name,
            row["partition"],
            row["description"],
            tuple(row["zone_names"]),
            tuple(row["zone_ids"]),
        )
        for name, row in rows("regions").items()
        if not row["pseudo"]
    }


def region(name: str) -> Region | None:
    """A region by its name, or None when it is not in the catalog."""
    return regions().get(name)


@cache
def partitions() -> dict[str, Partition]:
    """All partitions by name. Source: botocore's partitions.json."""
    try:
        return {name: Partition(name, **row) for name, row in load("regions")["partitions"].items()}
    except (KeyError, TypeError, AttributeError):
        raise CatalogError(
            "the catalog file data/regions.json.gz has another form than expected"
        ) from None


@cache
def partition_of(name: str) -> str | None:
    """The partition of a region; of an unknown region by the shape of its name, else None."""
    known = region(name)
    if known:
        return known.partition
    fitting = [item.name for item in partitions().values() if re.match(item.region_pattern, name)]
    return fitting[0] if len(fitting) == 1 else None


def zone_id_prefix(name: str) -> str | None:
    """What the zone ids of a region start with (`use1` for us-east-1); None when not known."""
    known = region(name)
    if not known or not known.zone_ids:
        return None
    return known.zone_ids[0].partition("-")[0]


@cache
def _regions_by_prefix() -> dict[str, str]:
    return {prefix: name for name in regions() if (prefix := zone_id_prefix(name))}


def region_of_zone_id(zone_id: str) -> str | None:
    """The region of a zone id (`use1-az4` -> us-east-1); None when the prefix is not known."""
    return _regions_by_prefix().get(zone_id.partition("-")[0])


@cache
def region_of_zone_name(zone: str) -> str | None:
    """The region that a zone's name begins with (`us-east-1a`, `us-west-2-lax-1a`), or None."""
    fitting = [name for name in regions() if re.match(rf"{name}(?:[a-z]|-[a-z]+-\d+[a-z])$", zone)]
    return fitting[0] if fitting else None
