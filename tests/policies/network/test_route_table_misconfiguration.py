from __future__ import annotations

from typing import Any

import pulumi
from pulumi_aws import ec2, ec2transitgateway, lb

from policies.network.route_table_misconfiguration import (
    vpc_endpoint_private_dns_vpc_dns_disabled,
    vpc_peering_route_missing,
    vpc_public_subnet_without_igw_route,
    vpc_route_address_family_mismatch,
    vpc_route_duplicate_destination,
    vpc_route_inline_and_standalone,
    vpc_route_ipv6_to_nat_gateway,
    vpc_route_table_association_duplicate,
    vpc_route_table_cross_vpc,
    vpc_route_target_wrong_property,
    vpc_subnet_implicit_main_route_table,
)
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack
from policypack.plan.wire import Decoded
from policypack.testing import case, evaluate, unknown


def network(name: str = "main") -> tuple[ec2.Vpc, ec2.Subnet, ec2.InternetGateway]:
    vpc = ec2.Vpc(name, cidr_block="10.0.0.0/16")
    subnet = ec2.Subnet(name, vpc_id=vpc.id, cidr_block="10.0.1.0/24")
    return vpc, subnet, ec2.InternetGateway(name, vpc_id=vpc.id)


def nat_gateway(name: str, subnet: ec2.Subnet) -> ec2.NatGateway:
    return ec2.NatGateway(name, subnet_id=subnet.id, allocation_id="eipalloc-1")


def route(name: str, table: Any, **more: Any) -> ec2.Route:
    destination = {} if "destination" in str(more) else {"destination_cidr_block": "0.0.0.0/0"}
    return ec2.Route(name, route_table_id=table, **{**destination, **more})


def table_of(vpc: ec2.Vpc, *routes: Any, name: str = "rt") -> ec2.RouteTable:
    return ec2.RouteTable(name, vpc_id=vpc.id, routes=list(routes))


@case(
    vpc_route_table_cross_vpc,
    "fires",
    "subnetId: data is in another VPC than the table public",
)
def test_cross_vpc() -> None:
    shop = ec2.Vpc("shop", cidr_block="10.0.0.0/16")
    archive = ec2.Vpc("archive", cidr_block="10.1.0.0/16")
    table = ec2.RouteTable("public", vpc_id=shop.id)
    subnet = ec2.Subnet("data", vpc_id=archive.id, cidr_block="10.1.0.0/24")
    ec2.RouteTableAssociation("data", route_table_id=table.id, subnet_id=subnet.id)


@case(
    vpc_route_table_cross_vpc,
    "fires",
    "routeTableId: the table rt is in another VPC",
    "gatewayId: other is in another VPC than the table rt",
    "natGatewayId: nat is in another VPC than the table rt",
    "routes[1].gatewayId: other is in another VPC than the table inline",
    "gatewayId: other is in another VPC than the table rt",
)
def test_cross_vpc_of_gateways() -> None:
    vpc, _, gateway = network()
    other, subnet, elsewhere = network("other")
    table = ec2.RouteTable("rt", vpc_id=vpc.id)
    route("a", table.id, gateway_id=elsewhere.id)
    nat = nat_gateway("nat", subnet)
    route("b", table.id, destination_cidr_block="10.9.0.0/16", nat_gateway_id=nat.id)
    local: Any = {"cidr_block": "10.8.0.0/16", "transit_gateway_id": "tgw-1"}
    out: Any = {"cidr_block": "0.0.0.0/0", "gateway_id": elsewhere.id}
    table_of(vpc, local, out, name="inline")
    ec2.RouteTableAssociation("edge", route_table_id=table.id, gateway_id=elsewhere.id)
    ec2.MainRouteTableAssociation("main", vpc_id=other.id, route_table_id=table.id)
    del gateway


@case(vpc_route_table_cross_vpc, "sound")
def test_cross_vpc_within_one() -> None:
    vpc = ec2.Vpc("shop", cidr_block="10.0.0.0/16")
    table = ec2.RouteTable("public", vpc_id=vpc.id)
    subnet = ec2.Subnet("data", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    ec2.RouteTableAssociation("data", route_table_id=table.id, subnet_id=subnet.id)


@case(vpc_route_table_cross_vpc, "sound")
def test_cross_vpc_by_design() -> None:
    vpc, subnet, gateway = network()
    other, _, _ = network("other")
    table = ec2.RouteTable("rt", vpc_id=subnet.vpc_id)
    peering = ec2.VpcPeeringConnection("p", vpc_id=vpc.id, peer_vpc_id=other.id)
    route("a", table.id, gateway_id=gateway.id)
    route(
        "b",
        table.id,
        destination_cidr_block="10.9.0.0/16",
        vpc_peering_connection_id=peering.id,
    )
    ec2.MainRouteTableAssociation("main", vpc_id=vpc.id, route_table_id=table.id)
    ec2.RouteTableAssociation("literal", route_table_id="rtb-1", subnet_id=subnet.id)
    # vpc-1 may be the id that a VPC of the stack has.
    literal = ec2.Subnet("literal", vpc_id="vpc-1", cidr_block="10.0.2.0/24")
    ec2.RouteTableAssociation("l", route_table_id=table.id, subnet_id=literal.id)
    attached = ec2.InternetGateway("attached")
    ec2.InternetGatewayAttachment("at", vpc_id=vpc.id, internet_gateway_id=attached.id)
    route("c", table.id, destination_cidr_block="10.7.0.0/16", gateway_id=attached.id)


@case(vpc_route_table_cross_vpc, "absent")
def test_cross_vpc_absent() -> None:
    vpc, _, _ = network()
    loose = ec2.InternetGateway("loose")
    table = ec2.RouteTable("rt", vpc_id=vpc.id)
    route("a", table.id, gateway_id=loose.id)
    ec2.RouteTable("none", vpc_id=vpc.id)


@case(vpc_route_table_cross_vpc, "unknown")
def test_cross_vpc_unknown() -> None:
    vpc, subnet, _ = network()
    _, data, elsewhere = network("other")
    table = ec2.RouteTable("rt", vpc_id=unknown())
    ec2.RouteTableAssociation("a", route_table_id=table.id, subnet_id=subnet.id)
    known = ec2.RouteTable("known", vpc_id=vpc.id)
    ec2.RouteTableAssociation("b", route_table_id=known.id, subnet_id=unknown(subnet, data))
    route("c", unknown(), gateway_id=elsewhere.id)
    route("d", known.id, gateway_id=unknown())
    ec2.RouteTable("e", vpc_id=vpc.id, routes=unknown(elsewhere))


@case(
    vpc_route_target_wrong_property,
    "fires",
    "gatewayId: nat is a NAT gateway",
)
def test_wrong_property() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    nat = ec2.NatGateway("nat", subnet_id=public.id, allocation_id="eipalloc-0a1b2c3d")
    private = ec2.RouteTable("private", vpc_id=vpc.id)
    ec2.Route(
        "out",
        route_table_id=private.id,
        destination_cidr_block="0.0.0.0/0",
        gateway_id=nat.id,
    )


@case(
    vpc_route_target_wrong_property,
    "fires",
    "natGatewayId: igw-0a1b is an internet gateway",
    "transitGatewayId: pcx-0a1b is a peering connection",
    "routes[0].gatewayId: nat is a NAT gateway",
    "routes[0]: the route has no target",
    "routes[1].natGatewayId: the route has several targets: gatewayId, natGatewayId",
)
def test_wrong_property_literal_and_inline() -> None:
    vpc, subnet, _ = network()
    route("a", "rtb-1", nat_gateway_id="igw-0a1b")
    route("b", "rtb-1", destination_cidr_block="10.9.0.0/16", transit_gateway_id="pcx-0a1b")
    nat = nat_gateway("nat", subnet)
    table_of(vpc, {"cidr_block": "0.0.0.0/0", "gateway_id": nat.id}, name="c")
    table_of(
        vpc,
        {"cidr_block": "10.9.0.0/16", "gateway_id": ""},
        {"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1", "nat_gateway_id": "nat-1"},
        name="d",
    )


@case(vpc_route_target_wrong_property, "sound")
def test_right_property() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    nat = ec2.NatGateway("nat", subnet_id=public.id, allocation_id="eipalloc-0a1b2c3d")
    private = ec2.RouteTable("private", vpc_id=vpc.id)
    ec2.Route(
        "out",
        route_table_id=private.id,
        destination_cidr_block="0.0.0.0/0",
        nat_gateway_id=nat.id,
    )


@case(vpc_route_target_wrong_property, "sound")
def test_right_properties() -> None:
    vpc, subnet, gateway = network()
    nat = nat_gateway("nat", subnet)
    server = ec2.Instance("server", ami="ami-0abcdef1234567890", instance_type="t3.micro")
    route("a", "rtb-1", network_interface_id=server.primary_network_interface_id)
    out: Any = {"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}
    table_of(vpc, out, {"cidr_block": "10.9.0.0/16", "nat_gateway_id": nat.id})
    endpoint = ec2.VpcEndpoint("e", vpc_id=vpc.id, vpc_endpoint_type="GatewayLoadBalancer")
    route("b", "rtb-1", gateway_id=endpoint.id)
    route("c", "rtb-1", gateway_id="local")
    route("d", "rtb-1", gateway_id="vgw-1")
    both = pulumi.Output.all(nat.id, gateway.id).apply(lambda ids: ids[1])
    route("e", "rtb-1", gateway_id=both)


@case(vpc_route_target_wrong_property, "absent")
def test_wrong_property_absent() -> None:
    ec2.RouteTable("rt", vpc_id="vpc-1")
    ec2.RouteTable("empty", vpc_id="vpc-1", routes=[])


@case(vpc_route_target_wrong_property, "unknown")
def test_wrong_property_unknown() -> None:
    vpc, subnet, _ = network()
    nat = nat_gateway("nat", subnet)
    route("a", "rtb-1", gateway_id=unknown())
    # Which of the two is the NAT gateway?
    mixed: Any = {"cidr_block": "0.0.0.0/0", "gateway_id": unknown()}
    table_of(vpc, mixed, {"cidr_block": "10.9.0.0/16", "nat_gateway_id": nat.id})
    table_of(vpc, {"cidr_block": "0.0.0.0/0", "vpc_endpoint_id": unknown()}, name="b")
    either: Any = {"gateway_id": unknown(), "nat_gateway_id": unknown(), "cidr_block": "::/0"}
    table_of(vpc, either, name="c")


@case(
    vpc_route_address_family_mismatch,
    "fires",
    "routes[0].egressOnlyGatewayId: 0.0.0.0/0 is IPv4, which an egress-only internet gateway does "
    "not take",
)
def test_family() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", assign_generated_ipv6_cidr_block=True)
    egress = ec2.EgressOnlyInternetGateway("egress", vpc_id=vpc.id)
    ec2.RouteTable(
        "private",
        vpc_id=vpc.id,
        routes=[{"cidr_block": "0.0.0.0/0", "egress_only_gateway_id": egress.id}],
    )


@case(
    vpc_route_address_family_mismatch,
    "fires",
    "routes[0].carrierGatewayId: ::/0 is IPv6, which a carrier gateway does not take",
    "routes[1].vpcEndpointId: an endpoint is no target for the prefix list pl-1",
)
def test_family_of_other_targets() -> None:
    vpc, _, _ = network()
    carrier: Any = {"ipv6_cidr_block": "::/0", "carrier_gateway_id": "cagw-1"}
    listed: Any = {"destination_prefix_list_id": "pl-1", "vpc_endpoint_id": "vpce-1"}
    table_of(vpc, carrier, listed)


@case(vpc_route_address_family_mismatch, "sound")
def test_family_that_fits() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", assign_generated_ipv6_cidr_block=True)
    egress = ec2.EgressOnlyInternetGateway("egress", vpc_id=vpc.id)
    ec2.RouteTable(
        "private",
        vpc_id=vpc.id,
        routes=[{"ipv6_cidr_block": "::/0", "egress_only_gateway_id": egress.id}],
    )


@case(vpc_route_address_family_mismatch, "sound")
def test_family_of_gateways_that_take_both() -> None:
    vpc, _, gateway = network()
    table_of(
        vpc,
        {"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id},
        {"ipv6_cidr_block": "::/0", "gateway_id": gateway.id},
        {"ipv6_cidr_block": "64:ff9b::/96", "nat_gateway_id": "nat-1"},
        {"cidr_block": "10.9.0.0/16", "carrier_gateway_id": "cagw-1"},
        {"ipv6_cidr_block": "2001:db8::/32", "vpc_endpoint_id": "vpce-1"},
        {"destination_prefix_list_id": "pl-1", "transit_gateway_id": "tgw-1"},
    )


@case(vpc_route_address_family_mismatch, "absent")
def test_family_absent() -> None:
    ec2.RouteTable("rt", vpc_id="vpc-1")
    route("a", "rtb-1", egress_only_gateway_id="", gateway_id="igw-1")


@case(vpc_route_address_family_mismatch, "unknown")
def test_family_unknown() -> None:
    vpc, _, _ = network()
    table_of(
        vpc,
        {"cidr_block": unknown(), "egress_only_gateway_id": "eigw-1"},
        {"cidr_block": "10.8.0.0/16", "egress_only_gateway_id": unknown()},
        {"cidr_block": "junk", "egress_only_gateway_id": "eigw-1"},
    )


@case(vpc_route_ipv6_to_nat_gateway, "fires", "natGatewayId: ::/0 is sent to a NAT gateway")
def test_ipv6_to_nat() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", assign_generated_ipv6_cidr_block=True)
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    nat = ec2.NatGateway("nat", subnet_id=public.id, allocation_id="eipalloc-0a1b2c3d")
    private = ec2.RouteTable("private", vpc_id=vpc.id)
    ec2.Route(
        "out",
        route_table_id=private.id,
        destination_ipv6_cidr_block="::/0",
        nat_gateway_id=nat.id,
    )


@case(vpc_route_ipv6_to_nat_gateway, "sound")
def test_nat64() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", assign_generated_ipv6_cidr_block=True)
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    nat = ec2.NatGateway("nat", subnet_id=public.id, allocation_id="eipalloc-0a1b2c3d")
    private = ec2.RouteTable("private", vpc_id=vpc.id)
    ec2.Route(
        "nat64",
        route_table_id=private.id,
        destination_ipv6_cidr_block="64:ff9b::/96",
        nat_gateway_id=nat.id,
    )


@case(vpc_route_ipv6_to_nat_gateway, "absent")
def test_ipv6_to_nat_absent() -> None:
    ec2.RouteTable("rt", vpc_id="vpc-1")
    route("a", "rtb-1", nat_gateway_id="nat-1")
    route("b", "rtb-1", destination_ipv6_cidr_block="::/0", gateway_id="igw-1")


@case(vpc_route_ipv6_to_nat_gateway, "unknown")
def test_ipv6_to_nat_unknown() -> None:
    route("a", "rtb-1", destination_ipv6_cidr_block=unknown(), nat_gateway_id="nat-1")
    route("b", "rtb-1", destination_ipv6_cidr_block="::/0", nat_gateway_id=unknown())


@case(
    vpc_route_duplicate_destination,
    "fires",
    "destinationCidrBlock: 0.0.0.0/0 is also the destination of internet",
)
def test_duplicate_route() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    internet = ec2.InternetGateway("main", vpc_id=vpc.id)
    nat = ec2.NatGateway("nat", subnet_id=public.id, allocation_id="eipalloc-0a1b2c3d")
    table = ec2.RouteTable("all", vpc_id=vpc.id)
    ec2.Route(
        "internet",
        route_table_id=table.id,
        destination_cidr_block="0.0.0.0/0",
        gateway_id=internet.id,
    )
    ec2.Route(
        "nat",
        route_table_id=table.id,
        destination_cidr_block="0.0.0.0/0",
        nat_gateway_id=nat.id,
    )


@case(
    vpc_route_duplicate_destination,
    "fires",
    "destinationIpv6CidrBlock: ::/0 is also the destination of routes[0] in rt",
    "destinationPrefixListId: pl-1 is also the destination of c",
    "destinationCidrBlock: 10.9.0.0/16 is also the destination of e",
    "routes[1].ipv6CidrBlock: ::/0 is also the destination of routes[0] in rt",
)
def test_duplicate_route_of_every_kind() -> None:
    vpc, subnet, gateway = network()
    table = table_of(
        vpc,
        {"ipv6_cidr_block": "::/0", "egress_only_gateway_id": "eigw-1"},
        {"ipv6_cidr_block": "::/0", "gateway_id": gateway.id},
    )
    route("a", table.id, destination_ipv6_cidr_block="::/0", vpc_endpoint_id="vpce-1")
    route("c", "rtb-1", destination_prefix_list_id="pl-1", transit_gateway_id="tgw-1")
    route("d", "rtb-1", destination_prefix_list_id="pl-1", transit_gateway_id="tgw-2")
    nats = [nat_gateway(name, subnet) for name in ("nat-a", "nat-b")]
    for name, nat in zip("ef", nats, strict=True):
        route(name, table.id, destination_cidr_block="10.9.0.0/16", nat_gateway_id=nat.id)


@case(vpc_route_duplicate_destination, "sound")
def test_routes_in_two_tables() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    subnet = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    internet = ec2.InternetGateway("main", vpc_id=vpc.id)
    nat = ec2.NatGateway("nat", subnet_id=subnet.id, allocation_id="eipalloc-0a1b2c3d")
    public = ec2.RouteTable("public", vpc_id=vpc.id)
    private = ec2.RouteTable("private", vpc_id=vpc.id)
    ec2.Route(
        "internet",
        route_table_id=public.id,
        destination_cidr_block="0.0.0.0/0",
        gateway_id=internet.id,
    )
    ec2.Route(
        "nat",
        route_table_id=private.id,
        destination_cidr_block="0.0.0.0/0",
        nat_gateway_id=nat.id,
    )


@case(vpc_route_duplicate_destination, "sound")
def test_routes_that_may_stand_side_by_side() -> None:
    vpc, _, gateway = network()
    table = ec2.RouteTable("rt", vpc_id=vpc.id)
    # AWS takes the same route twice, and the VPC's own block has a route to be replaced.
    for name in "ab":
        route(name, table.id, gateway_id=gateway.id)
        route(
            f"own-{name}", table.id, destination_cidr_block="10.0.0.0/16", gateway_id=f"igw-{name}"
        )
        other = f"vpce-{name}"
        route(f"x-{name}", "rtb-1", destination_cidr_block="10.9.0.0/16", vpc_endpoint_id=other)
    route("half", table.id, destination_cidr_block="0.0.0.0/1", transit_gateway_id="tgw-1")


@case(vpc_route_duplicate_destination, "absent")
def test_routes_absent() -> None:
    ec2.RouteTable("rt", vpc_id="vpc-1")
    route("a", "rtb-1", gateway_id="igw-1")


@case(vpc_route_duplicate_destination, "unknown")
def test_duplicate_route_unknown() -> None:
    vpc, _, gateway = network()
    table = ec2.RouteTable("rt", vpc_id=vpc.id)
    route("a", table.id, gateway_id=gateway.id)
    route("b", table.id, destination_cidr_block=unknown(), nat_gateway_id="nat-1")
    route("c", unknown(), nat_gateway_id="nat-1")
    route("d", table.id, nat_gateway_id=unknown())
    pooled = ec2.Vpc("pooled", cidr_block=unknown())
    other = ec2.RouteTable("other", vpc_id=pooled.id)
    for name in "ef":
        target = f"tgw-{name}"
        route(name, other.id, destination_cidr_block="10.9.0.0/16", transit_gateway_id=target)


ROUTE = "aws:ec2/route:Route"


def known(urn: str, token: str, exists: bool = False, **inputs: Any) -> Resource:
    outputs = {"id": f"{urn}-id"} if exists else {}
    return Resource(urn, token, Decoded(inputs), outputs=outputs)


def test_of_two_routes_the_one_that_exists_is_left_alone() -> None:
    same: Any = {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0"}
    new = known("urn:a", ROUTE, natGatewayId="nat-1", **same)
    there = known("urn:b", ROUTE, exists=True, gatewayId="igw-1", **same)
    assert [one.urn for one in evaluate(vpc_route_duplicate_destination, Stack([new, there]))] == [
        "urn:a"
    ]
    also = known("urn:a", ROUTE, exists=True, natGatewayId="nat-1", **same)
    assert not evaluate(vpc_route_duplicate_destination, Stack([also, there]))


@case(
    vpc_route_table_association_duplicate,
    "fires",
    "subnetId: private associates it with another table",
)
def test_association_twice() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    subnet = ec2.Subnet("app", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    for name in ("private", "public"):
        table = ec2.RouteTable(name, vpc_id=vpc.id)
        ec2.RouteTableAssociation(name, route_table_id=table.id, subnet_id=subnet.id)


@case(
    vpc_route_table_association_duplicate,
    "fires",
    "gatewayId: a associates it with another table",
    "subnetId: c associates it with another table",
)
def test_association_twice_of_literals_and_gateways() -> None:
    _, _, gateway = network()
    ec2.RouteTableAssociation("a", route_table_id="rtb-1", gateway_id=gateway.id)
    ec2.RouteTableAssociation("b", route_table_id="rtb-2", gateway_id=gateway.id)
    ec2.RouteTableAssociation("c", route_table_id="rtb-1", subnet_id="subnet-1")
    ec2.RouteTableAssociation("d", route_table_id="rtb-2", subnet_id="subnet-1")


@case(vpc_route_table_association_duplicate, "sound")
def test_association_once() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    for number, name in enumerate(("private", "public")):
        subnet = ec2.Subnet(name, vpc_id=vpc.id, cidr_block=f"10.0.{number}.0/24")
        table = ec2.RouteTable(name, vpc_id=vpc.id)
        ec2.RouteTableAssociation(name, route_table_id=table.id, subnet_id=subnet.id)


@case(vpc_route_table_association_duplicate, "absent")
def test_association_absent() -> None:
    ec2.RouteTableAssociation("a", route_table_id="rtb-1", subnet_id="subnet-1")
    ec2.RouteTableAssociation("b", route_table_id="rtb-2", gateway_id="igw-1")


@case(vpc_route_table_association_duplicate, "unknown")
def test_association_unknown() -> None:
    vpc, subnet, _ = network()
    table = ec2.RouteTable("rt", vpc_id=vpc.id)
    for name in "ab":
        ec2.RouteTableAssociation(name, route_table_id=f"rtb-{name}", subnet_id=unknown())
    ec2.RouteTableAssociation("c", route_table_id=table.id, subnet_id=subnet.id)
    ec2.RouteTableAssociation("d", route_table_id=unknown(), subnet_id=subnet.id)
    ec2.RouteTableAssociation("e", route_table_id="rtb-1", subnet_id=subnet.id)


def endpoint(vpc: Any, **more: Any) -> ec2.VpcEndpoint:
    given = {"vpc_endpoint_type": "Interface", "private_dns_enabled": True}
    service = "com.amazonaws.us-east-1.ssm"
    return ec2.VpcEndpoint("ssm", vpc_id=vpc, service_name=service, **{**given, **more})


@case(
    vpc_endpoint_private_dns_vpc_dns_disabled,
    "fires",
    "privateDnsEnabled: enableDnsHostnames of main is not set",
)
def test_private_dns() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    subnet = ec2.Subnet("app", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    ec2.VpcEndpoint(
        "ssm",
        vpc_id=vpc.id,
        service_name="com.amazonaws.us-east-1.ssm",
        vpc_endpoint_type="Interface",
        private_dns_enabled=True,
        subnet_ids=[subnet.id],
    )


@case(
    vpc_endpoint_private_dns_vpc_dns_disabled,
    "fires",
    "privateDnsEnabled: enableDnsHostnames of main is false",
    "privateDnsEnabled: enableDnsSupport of main is false",
)
def test_private_dns_switched_off() -> None:
    vpc = ec2.Vpc(
        "main", cidr_block="10.0.0.0/16", enable_dns_support=False, enable_dns_hostnames=False
    )
    endpoint(vpc.id)


@case(vpc_endpoint_private_dns_vpc_dns_disabled, "sound")
def test_private_dns_with_host_names() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
    subnet = ec2.Subnet("app", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    ec2.VpcEndpoint(
        "ssm",
        vpc_id=vpc.id,
        service_name="com.amazonaws.us-east-1.ssm",
        vpc_endpoint_type="Interface",
        private_dns_enabled=True,
        subnet_ids=[subnet.id],
    )


@case(vpc_endpoint_private_dns_vpc_dns_disabled, "sound")
def test_private_dns_elsewhere() -> None:
    endpoint("vpc-1")
    default = ec2.DefaultVpc("default")
    ec2.VpcEndpoint(
        "ec2", vpc_id=default.id, vpc_endpoint_type="Interface", private_dns_enabled=True
    )


@case(vpc_endpoint_private_dns_vpc_dns_disabled, "absent")
def test_private_dns_absent() -> None:
    vpc, _, _ = network()
    ec2.VpcEndpoint("s3", vpc_id=vpc.id, service_name="com.amazonaws.us-east-1.s3")
    endpoint(vpc.id, private_dns_enabled=None)


@case(vpc_endpoint_private_dns_vpc_dns_disabled, "unknown")
def test_private_dns_unknown() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", enable_dns_hostnames=unknown())
    endpoint(vpc.id)
    plain = ec2.Vpc("plain", cidr_block="10.0.0.0/16")
    private: Any = {"vpc_endpoint_type": "Interface", "private_dns_enabled": unknown()}
    ec2.VpcEndpoint("a", vpc_id=plain.id, **private)
    ec2.VpcEndpoint("b", vpc_id=plain.id, vpc_endpoint_type=unknown(), private_dns_enabled=True)


@case(
    vpc_public_subnet_without_igw_route,
    "fires",
    "mapPublicIpOnLaunch: instances get public addresses, but web has no route to an internet "
    "gateway",
)
def test_public_subnet() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.InternetGateway("main", vpc_id=vpc.id)
    subnet = ec2.Subnet(
        "web", vpc_id=vpc.id, cidr_block="10.0.0.0/24", map_public_ip_on_launch=True
    )
    table = ec2.RouteTable("web", vpc_id=vpc.id)
    ec2.RouteTableAssociation("web", route_table_id=table.id, subnet_id=subnet.id)


@case(
    vpc_public_subnet_without_igw_route,
    "fires",
    ": shop faces the internet, but rt has no route to an internet gateway",
    "mapPublicIpOnLaunch: instances get public addresses, but the main table has no route to the "
    "internet",
)
def test_public_subnet_of_a_load_balancer() -> None:
    vpc, subnet, _ = network()
    private = table_of(vpc, {"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"})
    ec2.RouteTableAssociation("a", route_table_id=private.id, subnet_id=subnet.id)
    lb.LoadBalancer("shop", load_balancer_type="network", subnets=[subnet.id])
    ec2.Subnet("o", vpc_id=vpc.id, cidr_block="10.0.2.0/24", map_public_ip_on_launch=True)


@case(vpc_public_subnet_without_igw_route, "sound")
def test_public_subnet_with_a_way_out() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    internet = ec2.InternetGateway("main", vpc_id=vpc.id)
    subnet = ec2.Subnet(
        "web", vpc_id=vpc.id, cidr_block="10.0.0.0/24", map_public_ip_on_launch=True
    )
    table = ec2.RouteTable("web", vpc_id=vpc.id)
    ec2.Route(
        "internet",
        route_table_id=table.id,
        destination_cidr_block="0.0.0.0/0",
        gateway_id=internet.id,
    )
    ec2.RouteTableAssociation("web", route_table_id=table.id, subnet_id=subnet.id)


@case(vpc_public_subnet_without_igw_route, "sound")
def test_public_subnet_behind_a_firewall() -> None:
    vpc, _, _ = network()
    for name, out in {
        "firewall": {"cidr_block": "0.0.0.0/0", "vpc_endpoint_id": "vpce-1"},
        "hub": {"cidr_block": "0.0.0.0/1", "transit_gateway_id": "tgw-1"},
        "list": {"destination_prefix_list_id": "pl-1", "gateway_id": "igw-1"},
    }.items():
        subnet = ec2.Subnet(name, vpc_id=vpc.id, map_public_ip_on_launch=True)
        table = table_of(vpc, out, name=name)
        ec2.RouteTableAssociation(name, route_table_id=table.id, subnet_id=subnet.id)
    ec2.Subnet("elsewhere", vpc_id="vpc-1", map_public_ip_on_launch=True)


@case(vpc_public_subnet_without_igw_route, "absent")
def test_public_subnet_absent() -> None:
    _, subnet, _ = network()
    lb.LoadBalancer("inside", internal=True, subnets=[subnet.id])
    lb.LoadBalancer("gateway", load_balancer_type="gateway", subnets=[subnet.id])


@case(vpc_public_subnet_without_igw_route, "unknown")
def test_public_subnet_unknown() -> None:
    vpc, subnet, _ = network()
    lb.LoadBalancer("a", internal=unknown(), subnets=[subnet.id])
    public = ec2.Subnet("b", vpc_id=vpc.id, map_public_ip_on_launch=True)
    table = ec2.RouteTable("rt", vpc_id=vpc.id, routes=unknown())
    ec2.RouteTableAssociation("b", route_table_id=table.id, subnet_id=public.id)
    other = ec2.Subnet("c", vpc_id=vpc.id, map_public_ip_on_launch=True)
    open_table = ec2.RouteTable("open", vpc_id=vpc.id)
    ec2.RouteTableAssociation("c", route_table_id=open_table.id, subnet_id=other.id)
    route("c", open_table.id, destination_cidr_block=unknown(), gateway_id="igw-1")


@case(
    vpc_subnet_implicit_main_route_table,
    "fires",
    ": app-a has an association with a route table, this subnet has none",
)
def test_implicit_table() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    table = ec2.RouteTable("private", vpc_id=vpc.id)
    first = ec2.Subnet("app-a", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    ec2.Subnet("app-b", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
    ec2.RouteTableAssociation("app-a", route_table_id=table.id, subnet_id=first.id)


@case(vpc_subnet_implicit_main_route_table, "sound")
def test_explicit_tables() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    table = ec2.RouteTable("private", vpc_id=vpc.id)
    for number, name in enumerate(("app-a", "app-b")):
        subnet = ec2.Subnet(name, vpc_id=vpc.id, cidr_block=f"10.0.{number}.0/24")
        ec2.RouteTableAssociation(name, route_table_id=table.id, subnet_id=subnet.id)


@case(vpc_subnet_implicit_main_route_table, "sound")
def test_a_main_table_that_is_meant() -> None:
    vpc, subnet, _ = network()
    table = ec2.RouteTable("rt", vpc_id=vpc.id)
    ec2.RouteTableAssociation("a", route_table_id=table.id, subnet_id=subnet.id)
    ec2.Subnet("b", vpc_id=vpc.id, cidr_block="10.0.2.0/24")
    ec2.DefaultRouteTable("main", default_route_table_id=vpc.default_route_table_id)


@case(vpc_subnet_implicit_main_route_table, "absent")
def test_implicit_table_everywhere() -> None:
    vpc, _, _ = network()
    ec2.Subnet("b", vpc_id=vpc.id, cidr_block="10.0.2.0/24")


@case(vpc_subnet_implicit_main_route_table, "unknown")
def test_implicit_table_unknown() -> None:
    vpc, subnet, _ = network()
    table = ec2.RouteTable("rt", vpc_id=vpc.id)
    ec2.RouteTableAssociation("a", route_table_id=table.id, subnet_id=subnet.id)
    ec2.RouteTableAssociation("b", route_table_id=table.id, subnet_id=unknown())
    ec2.Subnet("b", vpc_id=vpc.id, cidr_block="10.0.2.0/24")


@case(
    vpc_route_inline_and_standalone,
    "fires",
    "routes: the Route internet is not among the table's own routes",
)
def test_inline_and_standalone() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    internet = ec2.InternetGateway("main", vpc_id=vpc.id)
    table = ec2.RouteTable(
        "public",
        vpc_id=vpc.id,
        routes=[{"cidr_block": "10.9.0.0/16", "transit_gateway_id": "tgw-0a1b2c3d"}],
    )
    ec2.Route(
        "internet",
        route_table_id=table.id,
        destination_cidr_block="0.0.0.0/0",
        gateway_id=internet.id,
    )


@case(
    vpc_route_inline_and_standalone,
    "fires",
    "routes: the Route a is not among the table's own routes",
)
def test_no_inline_routes_beside_standalone_ones() -> None:
    table = ec2.RouteTable("rt", vpc_id="vpc-1", routes=[])
    route("a", table.id, gateway_id="igw-1")


@case(vpc_route_inline_and_standalone, "sound")
def test_only_standalone() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    internet = ec2.InternetGateway("main", vpc_id=vpc.id)
    table = ec2.RouteTable("public", vpc_id=vpc.id)
    ec2.Route(
        "internet",
        route_table_id=table.id,
        destination_cidr_block="0.0.0.0/0",
        gateway_id=internet.id,
    )


@case(vpc_route_inline_and_standalone, "sound")
def test_inline_routes_that_are_ignored() -> None:
    options = pulumi.ResourceOptions(ignore_changes=["routes"])
    table = ec2.RouteTable("rt", vpc_id="vpc-1", routes=[], opts=options)
    route("a", table.id, gateway_id="igw-1")


@case(vpc_route_inline_and_standalone, "absent")
def test_only_inline() -> None:
    ec2.RouteTable(
        "rt", vpc_id="vpc-1", routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}]
    )
    ec2.RouteTable("empty", vpc_id="vpc-1")


@case(vpc_route_inline_and_standalone, "unknown")
def test_inline_unknown() -> None:
    ec2.RouteTable("rt", vpc_id="vpc-1", routes=[])
    route("a", unknown(), gateway_id="igw-1")


@case(vpc_peering_route_missing, "fires", ": no route of data leads to app")
def test_peering_without_a_way_back() -> None:
    app = ec2.Vpc("app", cidr_block="10.0.0.0/16")
    data = ec2.Vpc("data", cidr_block="10.1.0.0/16")
    peering = ec2.VpcPeeringConnection(
        "peering", vpc_id=app.id, peer_vpc_id=data.id, auto_accept=True
    )
    app_table = ec2.RouteTable("app", vpc_id=app.id)
    ec2.RouteTable("data", vpc_id=data.id)
    ec2.Route(
        "to-data",
        route_table_id=app_table.id,
        destination_cidr_block="10.1.0.0/16",
        vpc_peering_connection_id=peering.id,
    )


def peered(**there: Any) -> tuple[ec2.VpcPeeringConnection, dict[str, ec2.RouteTable]]:
    vpcs = {
        name: ec2.Vpc(name, cidr_block=there.get(name, f"10.{number}.0.0/16"))
        for number, name in enumerate(("app", "data"))
    }
    tables = {name: ec2.RouteTable(name, vpc_id=vpc.id) for name, vpc in vpcs.items()}
    app, data = vpcs.values()
    return ec2.VpcPeeringConnection("p", vpc_id=app.id, peer_vpc_id=data.id), tables


@case(
    vpc_peering_route_missing,
    "fires",
    ": no route of app leads to data",
    ": no route of data leads to app",
)
def test_peering_with_routes_to_elsewhere() -> None:
    peering, tables = peered()
    for name, table in tables.items():
        ec2.Route(
            name,
            route_table_id=table.id,
            destination_cidr_block="172.16.0.0/16",
            vpc_peering_connection_id=peering.id,
        )


@case(vpc_peering_route_missing, "sound")
def test_peering_both_ways() -> None:
    app = ec2.Vpc("app", cidr_block="10.0.0.0/16")
    data = ec2.Vpc("data", cidr_block="10.1.0.0/16")
    peering = ec2.VpcPeeringConnection(
        "peering", vpc_id=app.id, peer_vpc_id=data.id, auto_accept=True
    )
    for vpc, name, block in ((app, "app", "10.1.0.0/16"), (data, "data", "10.0.0.0/16")):
        ec2.RouteTable(
            name,
            vpc_id=vpc.id,
            routes=[{"cidr_block": block, "vpc_peering_connection_id": peering.id}],
        )


@case(vpc_peering_route_missing, "sound")
def test_peering_over_its_accepter() -> None:
    peering, tables = peered()
    accepter = ec2.VpcPeeringConnectionAccepter("a", vpc_peering_connection_id=peering.id)
    for name, block in {"app": "10.1.2.0/24", "data": "10.0.0.0/8"}.items():
        ec2.Route(
            name,
            route_table_id=tables[name].id,
            destination_cidr_block=block,
            vpc_peering_connection_id=accepter.vpc_peering_connection_id,
        )


@case(vpc_peering_route_missing, "absent")
def test_peering_without_tables() -> None:
    app = ec2.Vpc("app", cidr_block="10.0.0.0/16")
    data = ec2.Vpc("data", cidr_block="10.1.0.0/16")
    ec2.VpcPeeringConnection("p", vpc_id=app.id, peer_vpc_id=data.id)
    ec2.VpcPeeringConnection("q", vpc_id=app.id, peer_vpc_id="vpc-1")
    ec2transitgateway.TransitGateway("t")


@case(vpc_peering_route_missing, "unknown")
def test_peering_unknown() -> None:
    peering, tables = peered()
    ec2.Route(
        "a",
        route_table_id=unknown(),
        destination_cidr_block="10.1.0.0/16",
        vpc_peering_connection_id=peering.id,
    )
    del tables


@case(vpc_peering_route_missing, "unknown")
def test_peering_over_an_unknown_connection() -> None:
    _, tables = peered()
    ec2.Route(
        "a",
        route_table_id=tables["app"].id,
        destination_cidr_block="10.1.0.0/16",
        vpc_peering_connection_id=unknown(),
    )


def test_a_peering_that_exists_may_have_routes_elsewhere() -> None:
    vpc = "aws:ec2/vpc:Vpc"
    pair = [known(f"urn:{name}", vpc, True, cidrBlock="10.0.0.0/16") for name in "ab"]
    tables = [
        known(f"urn:rt-{name}", "aws:ec2/routeTable:RouteTable", vpcId=f"urn:{name}-id")
        for name in "ab"
    ]
    peering = known(
        "urn:p",
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        vpcId="urn:a-id",
        peerVpcId="urn:b-id",
    )
    assert not evaluate(vpc_peering_route_missing, Stack([*pair, *tables, peering]))
