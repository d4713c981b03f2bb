from __future__ import annotations

from typing import Any

import pytest

from policypack.aws.zones import (
    INSTANCE,
    SUBNET,
    Zone,
    all_zones,
    in_one_zone,
    in_two_vpcs,
    region_of_name,
    states_zone,
    subnet_of,
    zone_of,
    zone_of_instance,
    zone_or_none,
)
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack
from policypack.plan.values import UNKNOWN, Undetermined
from policypack.plan.wire import Decoded


def resource(
    token: str, name: str, outputs: dict[str, Any] | None = None, **inputs: Any
) -> Resource:
    return Resource(f"urn:pulumi:s::p::{token}::{name}", token, Decoded(inputs), outputs=outputs)


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("us-east-1a", "us-east-1"),
        ("us-gov-west-1c", "us-gov-west-1"),
        ("us-west-2-lax-1a", "us-west-2"),
        ("us-east-1-wl1-bos-wlz-1", "us-east-1"),
        ("us-east-1", None),
        ("use1-az4", None),
        ("a", None),
        ("", None),
    ],
)
def test_a_name_begins_with_its_region(name: str, region: str | None) -> None:
    assert region_of_name(name) == region


@pytest.mark.parametrize(
    ("zone", "is_one"),
    [
        (Zone("us-east-1a"), True),
        (Zone("us-west-2-lax-1a"), False),
        (Zone("us-east-1-wl1-bos-wlz-1"), False),
        (Zone(id="use1-az4"), True),
        (Zone(id="usw2-lax1-az1"), False),
        (Zone(id="use1-wl1-bos-wlz1"), False),
        (Zone("us-east-1"), False),
    ],
)
def test_only_lettered_zones_are_availability_zones(zone: Zone, is_one: bool) -> None:
    assert zone.is_availability_zone is is_one


def test_a_name_and_an_id_do_not_compare() -> None:
    assert Zone("us-east-1a").is_same(Zone("us-east-1a"))
    assert Zone("us-east-1a").is_same(Zone("us-east-1b", "use1-az1")) is False
    assert Zone(id="use1-az1").is_same(Zone("us-east-1b", "use1-az1"))
    assert Zone("us-east-1a").is_same(Zone(id="use1-az1")) is None


def test_the_zone_is_stated_or_what_aws_chose() -> None:
    chosen = {"availabilityZone": "us-east-1a", "availabilityZoneId": "use1-az4"}
    assert zone_of(resource(SUBNET, "a", chosen)) == Zone("us-east-1a", "use1-az4")
    stated = resource(SUBNET, "a", chosen, availabilityZone="us-east-1b")
    assert zone_of(stated) == Zone("us-east-1b")
    moving = resource(SUBNET, "a", chosen, availabilityZone=UNKNOWN)
    assert states_zone(moving)
    assert zone_or_none(moving) is None
    with pytest.raises(Undetermined):
        zone_of(resource(SUBNET, "a", {"availabilityZone": UNKNOWN}))


def test_an_instance_is_where_its_subnet_is() -> None:
    subnet = resource(SUBNET, "a", {"id": "subnet-1"}, availabilityZone="us-east-1a")
    web = resource(INSTANCE, "web", subnetId="subnet-1")
    adrift = resource(INSTANCE, "adrift", networkInterfaces=[{"deviceIndex": 1}])
    Stack([subnet, web, adrift])
    assert subnet_of(web) is subnet
    assert zone_of_instance(web) == Zone("us-east-1a")
    with pytest.raises(Undetermined):
        zone_of_instance(adrift)


def test_subnets_of_one_zone_and_of_two_vpcs() -> None:
    subnets = [
        resource(SUBNET, name, vpcId=vpc, availabilityZone=zone)
        for name, vpc, zone in (
            ("a", "vpc-1", "us-east-1a"),
            ("b", "vpc-1", UNKNOWN),
            ("c", UNKNOWN, "us-east-1b"),
            ("d", "vpc-2", "us-east-1a"),
        )
    ]
    Stack(subnets)
    pairs = [(one.name, other.name, str(zone)) for one, other, zone in in_one_zone(subnets)]
    assert pairs == [("a", "d", "us-east-1a")]
    assert in_two_vpcs(subnets[:3]) is None
    found = in_two_vpcs(subnets)
    assert found is not None
    assert [one.name for one in found] == ["a", "d"]
    assert [str(zone) for zone in all_zones(subnets[2:])] == ["us-east-1a", "us-east-1b"]
    with pytest.raises(Undetermined):
        all_zones(subnets)
