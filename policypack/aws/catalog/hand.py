"""Questions to the hand-written tables in `hand/`: quotas, sizes, ports, ranges, names.

Each row of such a table gives its source and, under `checked`, the day on which somebody compared
it with that source; null where nobody has, and then a rule may at most advise. AWS's API
references were read in botocore's copy of their text, IANA's registry of ports in copies of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network
from typing import Any, TypeVar

from policypack.aws.catalog.loader import CatalogError, hand_rows

T = TypeVar("T")

LONGEST_PLACEHOLDER = 100


@dataclass(frozen=True)
class Quota:
    """A quota's default, the maximum AWS raises it to, and what counts against it.

    `per` is `region`, `account`, `zone`, `resource`, or the property that names the parent. The
    default is that of most regions: a new account, and a few regions, may have less.
    """

    name: str
    code: str | None
    types: tuple[str, ...]
    per: str
    default: int
    maximum: int | None
    adjustable: bool
    source: str
    checked: str | None


@dataclass(frozen=True)
class DocumentSize:
    """How large the document in a property may be, in `characters` or `bytes`.

    `sum_over` names the property whose resources share the limit; `counts_white_space` is False
    where AWS leaves white space out. AWS raises an `adjustable` limit on request; where it raises
    one only up to a maximum (a role's trust policy), the limit is that maximum.
    """

    type: str
    property: str
    limit: int
    unit: str
    sum_over: str | None
    counts_white_space: bool
    adjustable: bool
    source: str
    checked: str | None


@dataclass(frozen=True)
class EbsVolumeType:
    """Bounds of an EBS volume type, each (smallest, largest); None where it takes no such value.

    Sizes in GiB, throughput in MiB/s; `iops_per_gib` is the largest ratio of IOPS to size, not
    compared with a source of AWS's while `ratio_checked` is None.
    """

    type: str
    gib: tuple[int, int]
    iops: tuple[int, int] | None
    iops_required: bool
    throughput_mibps: tuple[int, int] | None
    bootable: bool
    multi_attach: bool
    iops_per_gib: int | None
    ratio_checked: str | None
    source: str
    checked: str | None


@dataclass(frozen=True)
class StorageClass:
    """An S3 storage class: its place in the order of transitions, and its ages in days.

    Objects move to a class of a higher rank only, and not to each: not from ONEZONE_IA to
    GLACIER_IR. `minimum_days` is the shortest time charged for; `minimum_age_days` the age before
    which a lifecycle rule does not move an object there, which `transitions_source` states like
    the rank.
    """

    name: str
    rank: int
    minimum_days: int
    minimum_age_days: int
    source: str
    transitions_source: str
    checked: str | None


@dataclass(frozen=True)
class WellKnownPort:
    """A range of ports with the service that listens there, and its group (`database`, ...)."""

    group: str
    first: int
    last: int
    service: str
    source: str
    checked: str | None


@dataclass(frozen=True)
class SnsPublisher:
    """A property with which a resource publishes to a topic, and as which service principal.

    `source` states the principal. `default_policy_suffices` is False where `policy_source` gives
    the topic's policy a statement of its own for the service; `checked_at_creation` is True where
    `creation_source`, AWS's API reference, says that the call fails without the permission.
    """

    type: str
    property: str
    principal: str
    default_policy_suffices: bool
    checked_at_creation: bool
    source: str
    policy_source: str
    creation_source: str | None
    checked: str | None


@dataclass(frozen=True)
class ArnProperty:
    """An input that takes the ARN of one of some services.

    With a `type` the property is a path in that Pulumi type; without one it is the last name of a
    path in every type of the `modules`, whose documentation was read for each of them. AWS takes
    something else than an ARN too (an id, a short name) where `arn_only` is False.
    """

    type: str | None
    modules: tuple[str, ...]
    property: str
    services: tuple[str, ...]
    arn_only: bool
    source: str
    checked: str | None


@cache
def quotas() -> dict[str, Quota]:
    """All quotas by name (`vpcs`, `routes-per-route-table`, ...)."""
    return {row.name: row for row in _rows("quotas", Quota)}


def quota(name: str) -> Quota | None:
    """A quota by its name or its Service Quotas code (`L-F678F1CE`), or None."""
    found = [row for row in quotas().values() if name in {row.name, row.code}]
    return found[0] if found else None


@cache
def document_sizes() -> tuple[DocumentSize, ...]:
    """All limits of documents in properties."""
    return tuple(_rows("document_sizes", DocumentSize))


def document_size(token: str, path: str) -> DocumentSize | None:
    """The limit of the document in a property of a Pulumi type, or None when none is known."""
    found = [row for row in document_sizes() if (row.type, row.property) == (token, path)]
    return found[0] if found else None


@cache
def ebs_volume_types() -> dict[str, EbsVolumeType]:
    """The EBS volume types by name."""
    return {row.type: row for row in _rows("ebs_volumes", EbsVolumeType)}


def ebs_volume_type(name: str) -> EbsVolumeType | None:
    """An EBS volume type (`gp3`), or None when it is not in the catalog."""
    return ebs_volume_types().get(name)


def default_port(engine: str) -> int | None:
    """The port on which an engine (`postgres`, `redis`, `redshift`, ...) listens by default."""
    return _lookup("default_ports", "engine", "port").get(engine)


@cache
def reserved_ranges(*, refused: bool) -> tuple[tuple[IPv4Network, str], ...]:
    """Ranges that EC2 refuses as a VPC's block, or accepts and that then clash; with the reason."""
    return tuple(
        (IPv4Network(row["cidr"]), str(row["reason"]))
        for row in hand_rows("reserved_ranges")
        if row["refused"] is refused
    )


@cache
def unsupported_zones(service: str) -> frozenset[str]:
    """The zone ids in which a service (`eks`) takes no subnet."""
    rows = hand_rows("unsupported_zones")
    return frozenset(row["zone_id"] for row in rows if row["service"] == service)


@cache
def s3_reserved_name_parts(kind: str) -> tuple[str, ...]:
    """What a general purpose bucket's name must not begin (`prefix`) or end (`suffix`) with."""
    return tuple(row["value"] for row in hand_rows("s3_reserved_names") if row["kind"] == kind)


def is_previous_generation(family: str) -> bool | None:
    """True for a family on AWS's page of previous generations, else False for an old one, or None.

    Old is what AWS calls so elsewhere: T2 in the EC2 guide, D2 in DescribeInstanceTypes.
    """
    return _lookup("previous_generation", "family", "retired").get(family)


def size_factor(size: str) -> float | None:
    """The normalisation factor of an instance size: 4 of `large`, 16 of `2xlarge`, or None."""
    known = _lookup("size_factors", "size", "factor").get(size)
    multiple = re.fullmatch(r"(\d+)xlarge", size)
    return float(multiple[1]) * 8 if multiple else known


@cache
def storage_classes() -> dict[str, StorageClass]:
    """The S3 storage classes that objects can be moved through, by name."""
    return {row.name: row for row in _rows("storage_classes", StorageClass)}


@cache
def well_known_ports() -> tuple[WellKnownPort, ...]:
    """Ports that should not be open to the world, in the order of the table."""
    return tuple(_rows("well_known_ports", WellKnownPort))


def is_placeholder(value: str) -> bool:
    """Whether a value is one that tutorials and templates leave to be filled in."""
    text = value.strip()
    if len(text) > LONGEST_PLACEHOLDER:
        return False
    if text.lower() in _placeholders("value"):
        return True
    return any(re.search(form, text, re.IGNORECASE) for form in _placeholders("pattern"))


def is_placeholder_account(account: str) -> bool:
    """Whether a 12-digit account number is one of AWS's or the provider's examples."""
    return account in _placeholders("account")


@cache
def sns_publishers() -> tuple[SnsPublisher, ...]:
    """The properties with which services publish to SNS topics."""
    return tuple(_rows("sns_publishers", SnsPublisher))


@cache
def arn_properties() -> tuple[ArnProperty, ...]:
    """The inputs that take ARNs, by type or by name."""
    return tuple(_rows("arn_properties", ArnProperty))


def metric_region(namespace: str) -> str | None:
    """The only region in which a namespace has metrics (`AWS/Billing`), or None for any region."""
    return _lookup("single_region_metrics", "namespace", "region").get(namespace)


@cache
def _placeholders(kind: str) -> frozenset[str]:
    return frozenset(row["value"] for row in hand_rows("placeholders") if row["kind"] == kind)


@cache
def _lookup(table: str, key: str, value: str) -> dict[str, Any]:
    try:
        return {row[key]: row[value] for row in hand_rows(table)}
    except KeyError as missing:
        raise CatalogError(f"the catalog file hand/{table}.json lacks {missing}") from None


def _rows(table: str, shape: Callable[..., T]) -> list[T]:
    try:
        return [shape(**{key: _frozen(row[key]) for key in row}) for row in hand_rows(table)]
    except TypeError:
        raise CatalogError(
            f"the catalog file hand/{table}.json has another form than expected"
        ) from None


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
