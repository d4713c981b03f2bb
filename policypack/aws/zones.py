"""Availability Zones: how they are named, and in which one a resource is.

Zone names (`us-east-1a`) stand for other places in other accounts, zone ids (`use1-az4`) for the
same place everywhere; one is never translated into the other.
https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from policypack.plan.references import distinct
from policypack.plan.resource import Resource
from policypack.plan.values import UNKNOWN, Undetermined

VPC = "aws:ec2/vpc:Vpc"
DEFAULT_VPC = "aws:ec2/defaultVpc:DefaultVpc"
VPCS = (VPC, DEFAULT_VPC)
SUBNET = "aws:ec2/subnet:Subnet"
DEFAULT_SUBNET = "aws:ec2/defaultSubnet:DefaultSubnet"
SUBNETS = (SUBNET, DEFAULT_SUBNET)
INSTANCE = "aws:ec2/instance:Instance"
SPOT_REQUEST = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
NETWORK_INTERFACE = "aws:ec2/networkInterface:NetworkInterface"

# `us-west-2a`, the Local Zone `us-west-2-lax-1a`, the Wavelength Zone `us-east-1-wl1-bos-wlz-1`.
_NAME = re.compile(r"(?P<region>[a-z]+(?:-[a-z]+)+-\d+)(?P<rest>[a-z]|-[a-z0-9-]+)")
# `use1-az4`, `usw2-lax1-az1`, `use1-wl1-bos-wlz1`.
_ID = re.compile(r"[a-z]+\d+-(?P<rest>az\d+|[a-z0-9-]+\d)")


@dataclass(frozen=True)
class Zone:
    """A zone by its name, its id, or both; at least one is there."""

    name: str | None = None
    id: str | None = None

    def __str__(self) -> str:
        return self.name or self.id or ""

    def is_same(self, other: Zone) -> bool | None:
        """Whether both are the same zone; None where one has only a name and one only an id."""
        if self.name and other.name:
            return self.name == other.name
        if self.id and other.id:
            return self.id == other.id
        return None

    @property
    def is_availability_zone(self) -> bool:
        """False for Local Zones, Wavelength Zones and what is no zone at all."""
        if self.name:
            found = _NAME.fullmatch(self.name)
            return found is not None and len(found["rest"]) == 1
        found = _ID.fullmatch(self.id or "")
        return found is not None and found["rest"].startswith("az")


def region_of_name(name: str) -> str | None:
    """Return the region in a zone's name; None if it does not look like one."""
    found = _NAME.fullmatch(name)
    return found["region"] if found else None


def zone_of(resource: Resource) -> Zone:
    """Return the zone of a subnet, a volume, or whatever has `availabilityZone` itself.

    Where the program leaves it to AWS, the zone of what exists already.

    Raises:
        Undetermined: it is not known.
    """
    zone = _stated(resource.tree) or _chosen(resource)
    if zone is None:
        raise Undetermined("availabilityZone")
    return zone


def _stated(values: Any) -> Zone | None:
    name, zone_id = (_text(values.get(key)) for key in ("availabilityZone", "availabilityZoneId"))
    return Zone(name, zone_id) if name or zone_id else None


def _chosen(resource: Resource) -> Zone | None:
    return None if states_zone(resource) else _stated(resource.outputs)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def states_zone(resource: Resource) -> bool:
    """Whether the program sets a zone, known or not."""
    values = (resource.tree.get(key) for key in ("availabilityZone", "availabilityZoneId"))
    return any(value is UNKNOWN or bool(value) for value in values)


def zone_or_none(resource: Resource) -> Zone | None:
    """Return what `zone_of` returns, None where it is not known."""
    try:
        return zone_of(resource)
    except Undetermined:
        return None


def all_zones(subnets: Iterable[Resource]) -> list[Zone]:
    """Return the zones of subnets, each once, in order of their names.

    Raises:
        Undetermined: one is not known.
    """
    return sorted({zone_of(subnet) for subnet in subnets}, key=str)


def subnet_of(instance: Resource) -> Resource:
    """Return the subnet of an instance: its `subnetId`, or that of its first network interface.

    Raises:
        Undetermined: it is not known, or not in the stack.
    """
    if instance.has("subnetId"):
        return instance.follow("subnetId", *SUBNETS).one
    for path in ("primaryNetworkInterface", "networkInterfaces"):
        for block in instance.each(path):
            if path == "networkInterfaces" and block.get("deviceIndex", 0) != 0:
                continue
            at = block.full_path("networkInterfaceId")
            return instance.follow(at, NETWORK_INTERFACE).one.follow("subnetId", *SUBNETS).one
    raise Undetermined("subnetId")


def zone_of_instance(instance: Resource) -> Zone:
    """Return the zone of an instance, which its subnet decides if it names none itself.

    Raises:
        Undetermined: it is not known.
    """
    own = zone_or_none(instance)
    return own if own is not None else zone_of(subnet_of(instance))


def in_one_zone(subnets: Iterable[Resource]) -> Iterator[tuple[Resource, Resource, Zone]]:
    """Yield each subnet that certainly shares the zone of an earlier one, with that one."""
    first: dict[str, Resource] = {}
    for subnet in subnets:
        zone = zone_or_none(subnet)
        if zone is None:
            continue
        keys = [key for key in (zone.name, zone.id) if key]
        earlier = next((first[key] for key in keys if key in first), None)
        if earlier is not None:
            yield earlier, subnet, zone
        for key in keys:
            first.setdefault(key, subnet)


def in_two_vpcs(subnets: Iterable[Resource]) -> tuple[Resource, Resource] | None:
    """Return two subnets that are certainly in different VPCs, None if there are none."""
    first: dict[bool, tuple[str, Resource]] = {}  # a URN and a literal id do not compare
    for subnet in subnets:
        try:
            home = subnet.identity("vpcId", *VPCS)
        except Undetermined:
            continue
        if f"::{DEFAULT_VPC}::" in home:
            home = "urn:default"  # two of them in a program are one in AWS
        earlier, neighbour = first.setdefault(home.startswith("urn:"), (home, subnet))
        if distinct(earlier, home):
            return neighbour, subnet
    return None
