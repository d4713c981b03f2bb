from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi_aws import ec2

from policypack.aws.routes import (
    all_blocks,
    associated_subnets,
    default_routes,
    handled_elsewhere,
    in_other_vpc,
    known_blocks,
    route_table_of,
    routes_of,
    table_of,
    vpc_made_here,
    vpc_of,
)
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.values import Undetermined
from policypack.plan.wire import Decoded
from policypack.testing import planned, unknown

Named = Callable[[str], Resource]


def plan_of(program: Callable[[], None]) -> Named:
    stack = planned(program, StackContext())
    return lambda name: next(resource for resource in stack if resource.name == name)


def network() -> tuple[ec2.Vpc, ec2.Subnet, ec2.InternetGateway]:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    subnet = ec2.Subnet("app", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
    return vpc, subnet, ec2.InternetGateway("igw", vpc_id=vpc.id)


def test_the_vpc_of_everything() -> None:
    def program() -> None:
        vpc, subnet, _ = network()
        ec2.DefaultRouteTable("default", default_route_table_id=vpc.default_route_table_id)
        ec2.NatGateway("nat", subnet_id=subnet.id)
        loose = ec2.InternetGateway("loose")
        ec2.InternetGatewayAttachment("at", vpc_id=vpc.id, internet_gateway_id=loose.id)
        ec2.RouteTable("elsewhere", vpc_id="vpc-1")
        ec2.RouteTable("nowhere", vpc_id=unknown())

    named = plan_of(program)
    for name in ("app", "igw", "default", "nat", "loose"):
        assert vpc_of(named(name)).endswith("::main"), name
    assert vpc_of(named("elsewhere")) == "vpc-1"
    with pytest.raises(Undetermined):
        vpc_of(named("nowhere"))
    assert not in_other_vpc(named("app"), named("nat"))
    assert not in_other_vpc(named("app"), named("elsewhere"))  # vpc-1 may be what main becomes


def test_two_vpcs_are_two_but_a_default_vpc_is_one() -> None:
    def program() -> None:
        for name in "ab":
            ec2.RouteTable(f"rt-{name}", vpc_id=ec2.Vpc(name, cidr_block="10.0.0.0/16").id)
            ec2.RouteTable(f"rt-d{name}", vpc_id=ec2.DefaultVpc(f"d{name}").id)

    named = plan_of(program)
    assert in_other_vpc(named("rt-a"), named("rt-b"))
    assert in_other_vpc(named("rt-a"), named("rt-da"))
    assert not in_other_vpc(named("rt-da"), named("rt-db"))
    with pytest.raises(Undetermined):
        vpc_made_here(named("rt-da"))


@pytest.mark.parametrize("inline", [True, False])
def test_routes_inline_and_standalone_read_alike(inline: bool) -> None:
    def program() -> None:
        vpc, subnet, gateway = network()
        inside: Any = [{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}] if inline else None
        table = ec2.RouteTable("rt", vpc_id=vpc.id, routes=inside)
        if not inline:
            ec2.Route(
                "out",
                route_table_id=table.id,
                destination_cidr_block="0.0.0.0/0",
                gateway_id=gateway.id,
            )
        ec2.RouteTableAssociation("at", subnet_id=subnet.id, route_table_id=table.id)

    named = plan_of(program)
    table = route_table_of(named("app"))
    assert table is named("rt")
    assert associated_subnets(table) == [named("app")]
    routes = routes_of(table)
    assert routes.closed
    assert [one.destination for one in routes] == ["0.0.0.0/0"]
    assert routes[0].targets == ["gatewayId"]
    assert routes[0].follow("gatewayId").one is named("igw")
    assert routes[0].leads_everywhere()
    assert default_routes(table)
    if not inline:
        assert table_of(named("out")) == table.urn


def table_with(**arguments: Any) -> Callable[[], None]:
    def program() -> None:
        vpc, _, _ = network()
        ec2.RouteTable("rt", vpc_id=vpc.id, **{key: make() for key, make in arguments.items()})

    return program


def other_route(**arguments: Any) -> Callable[[], None]:
    def program() -> None:
        vpc, _, gateway = network()
        table = ec2.RouteTable("rt", vpc_id=vpc.id)
        given = {
            "route_table_id": table.id,
            "destination_cidr_block": "10.9.0.0/16",
            "gateway_id": gateway.id,
        }
        ec2.Route("r", **{**given, **{key: make() for key, make in arguments.items()}})

    return program


@pytest.mark.parametrize(
    "program",
    [
        table_with(propagating_vgws=lambda: ["vgw-1"]),
        table_with(routes=unknown),
        other_route(destination_cidr_block=unknown),
        other_route(route_table_id=unknown),
    ],
)
def test_what_is_not_known_leaves_a_table_open(program: Callable[[], None]) -> None:
    assert not routes_of(plan_of(program)("rt")).closed


def test_a_known_table_is_closed() -> None:
    assert routes_of(plan_of(table_with())("rt")).closed
    assert routes_of(plan_of(table_with(routes=list, propagating_vgws=list))("rt")).closed
    assert routes_of(plan_of(other_route())("rt")).closed
    assert routes_of(plan_of(other_route(route_table_id=lambda: "rtb-1"))("rt")).closed


def test_without_an_association_the_main_table_routes() -> None:
    def program() -> None:
        network()

    assert route_table_of(plan_of(program)("app")) is None


def test_the_main_table_may_be_made_here() -> None:
    def default() -> None:
        vpc, _, _ = network()
        ec2.DefaultRouteTable("rt", default_route_table_id=vpc.default_route_table_id)

    def main() -> None:
        vpc, _, _ = network()
        table = ec2.RouteTable("rt", vpc_id=vpc.id)
        ec2.MainRouteTableAssociation("at", vpc_id=vpc.id, route_table_id=table.id)

    for program in (default, main):
        named = plan_of(program)
        assert route_table_of(named("app")) is named("rt")
        assert routes_of(named("rt")).closed


def uncertain_association() -> None:
    vpc, _, _ = network()
    table = ec2.RouteTable("rt", vpc_id=vpc.id)
    ec2.RouteTableAssociation("at", subnet_id=unknown(), route_table_id=table.id)


def route_in_the_main_table() -> None:
    vpc, _, gateway = network()
    ec2.Route(
        "r",
        route_table_id=vpc.main_route_table_id,
        destination_cidr_block="0.0.0.0/0",
        gateway_id=gateway.id,
    )


def somebody_elses_vpc() -> None:
    ec2.Subnet("app", vpc_id="vpc-1", cidr_block="10.0.1.0/24")


class Command(pulumi.CustomResource):
    def __init__(self, name: str, environment: pulumi.Input[str]) -> None:
        super().__init__("command:local:Command", name, {"environment": environment})


def a_command_at_work() -> None:
    vpc, _, _ = network()
    Command("aws-cli", vpc.id)


@pytest.mark.parametrize(
    "program",
    [uncertain_association, route_in_the_main_table, somebody_elses_vpc, a_command_at_work],
)
def test_the_table_of_a_subnet_is_not_guessed(program: Callable[[], None]) -> None:
    with pytest.raises(Undetermined):
        route_table_of(plan_of(program)("app"))


class Component(pulumi.ComponentResource):
    def __init__(self, name: str, vpc: pulumi.Input[str]) -> None:
        super().__init__("ours:index:Component", name, {"vpc": vpc})
        ec2.SecurityGroup("inside", vpc_id=vpc, opts=pulumi.ResourceOptions(parent=self))


def test_a_component_does_nothing_that_the_plan_does_not_show() -> None:
    def program() -> None:
        vpc, _, _ = network()
        Component("ours", vpc.id)

    assert not handled_elsewhere(plan_of(program)("main"))
    assert handled_elsewhere(plan_of(a_command_at_work)("main"))


def test_blocks_of_a_vpc() -> None:
    def program(block: Any) -> Callable[[], None]:
        def run() -> None:
            vpc, _, _ = network()
            ec2.VpcIpv4CidrBlockAssociation("more", vpc_id=vpc.id, cidr_block=block())

        return run

    vpc = plan_of(program(lambda: "100.64.0.0/16"))("main")
    assert list(map(str, all_blocks(vpc))) == ["10.0.0.0/16", "100.64.0.0/16"]
    vpc = plan_of(program(unknown))("main")
    assert list(map(str, known_blocks(vpc))) == ["10.0.0.0/16"]
    with pytest.raises(Undetermined):
        all_blocks(vpc)


def made(urn: str, token: str, outputs: dict[str, Any], **inputs: Any) -> Resource:
    return Resource(f"urn::{urn}", token, Decoded(inputs), outputs=outputs)


def test_the_default_table_of_a_vpc_that_exists() -> None:
    there = {"id": "vpc-1", "defaultRouteTableId": "rtb-1"}
    vpc = made("v", "aws:ec2/vpc:Vpc", there, cidrBlock="10.0.0.0/16")
    token = "aws:ec2/defaultRouteTable:DefaultRouteTable"
    own = made("own", token, {"id": "rtb-1"}, defaultRouteTableId="rtb-1")
    other = made("other", token, {"id": "rtb-2", "vpcId": "vpc-2"}, defaultRouteTableId="rtb-2")
    lost = made("lost", token, {}, defaultRouteTableId="rtb-3")
    Stack([vpc, own, other, lost])
    assert vpc_of(own) == vpc.urn
    assert vpc_of(other) == "vpc-2"
    with pytest.raises(Undetermined):
        vpc_of(lost)
    assert not routes_of(own).closed
