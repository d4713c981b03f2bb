from __future__ import annotations

from typing import Any

import pulumi
from pulumi_aws import cloudformation, ec2, lb

from policies.network.nat_gateway_dependency_failures import (
    nat_gateway_availability_mode_conflict,
    nat_gateway_cross_zone_route,
    nat_gateway_eip_mismatch,
    nat_gateway_eip_shared,
    nat_gateway_in_private_subnet,
    nat_gateway_internet_gateway_dependency_missing,
    nat_gateway_subnet_routes_to_itself,
    nat_gateway_unrouted,
    nat_gateway_vpc_without_internet_gateway,
)
from policypack.testing import case, unknown


def subnet_in(vpc: ec2.Vpc, name: str, zone: Any = "us-east-1a", number: int = 0) -> ec2.Subnet:
    return ec2.Subnet(name, vpc_id=vpc.id, cidr_block=f"10.0.{number}.0/24", availability_zone=zone)


def routed(subnet: ec2.Subnet, **target: Any) -> ec2.RouteTable:
    name = getattr(subnet, "_name")  # noqa: B009
    table = ec2.RouteTable(name, vpc_id=subnet.vpc_id)
    ec2.RouteTableAssociation(name, route_table_id=table.id, subnet_id=subnet.id)
    if target:
        ec2.Route(name, route_table_id=table.id, destination_cidr_block="0.0.0.0/0", **target)
    return table


@case(
    nat_gateway_vpc_without_internet_gateway,
    "fires",
    "subnetId: public is in main, without internet gateway",
)
def test_no_internet_gateway() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    address = ec2.Eip("nat", domain="vpc")
    ec2.NatGateway("nat", subnet_id=public.id, allocation_id=address.id)


@case(
    nat_gateway_vpc_without_internet_gateway,
    "fires",
    "subnetId: public is in main, without internet gateway",
)
def test_internet_gateway_of_another_vpc() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    other = ec2.Vpc("other", cidr_block="10.1.0.0/16")
    ec2.InternetGateway("other", vpc_id=other.id)
    ec2.InternetGateway("loose", tags={"Name": "loose"})
    ec2.NatGateway("nat", subnet_id=subnet_in(vpc, "public").id, allocation_id="eipalloc-1")


@case(nat_gateway_vpc_without_internet_gateway, "sound")
def test_with_internet_gateway() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    gateway = ec2.InternetGateway("main", vpc_id=vpc.id)
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    address = ec2.Eip("nat", domain="vpc")
    ec2.NatGateway(
        "nat",
        subnet_id=public.id,
        allocation_id=address.id,
        opts=pulumi.ResourceOptions(depends_on=[gateway]),
    )


@case(nat_gateway_vpc_without_internet_gateway, "sound")
def test_with_attachment() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    gateway = ec2.InternetGateway("main")
    ec2.InternetGatewayAttachment("main", vpc_id=vpc.id, internet_gateway_id=gateway.id)
    public = subnet_in(vpc, "public")
    ec2.NatGateway("nat", subnet_id=public.id, allocation_id="eipalloc-1")
    ec2.NatGateway("inner", subnet_id=public.id, connectivity_type="private")


@case(nat_gateway_vpc_without_internet_gateway, "sound")
def test_private_gateway_and_another_stacks_vpc() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.NatGateway("inner", subnet_id=subnet_in(vpc, "a").id, connectivity_type="private")
    shared = ec2.Subnet("shared", vpc_id="vpc-0123456789abcdef0", cidr_block="10.2.0.0/24")
    ec2.NatGateway("nat", subnet_id=shared.id, allocation_id="eipalloc-1")
    ec2.NatGateway("far", subnet_id="subnet-0123456789abcdef0", allocation_id="eipalloc-2")
    default = ec2.DefaultVpc("default")
    home = ec2.Subnet("home", vpc_id=default.id, cidr_block="172.31.0.0/24")
    ec2.NatGateway("home", subnet_id=home.id, allocation_id="eipalloc-3")


@case(nat_gateway_vpc_without_internet_gateway, "sound")
def test_internet_gateway_of_a_template() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    cloudformation.Stack("edge", template_url="https://...", parameters={"VpcId": vpc.id})
    ec2.NatGateway("nat", subnet_id=subnet_in(vpc, "public").id, allocation_id="eipalloc-1")


@case(nat_gateway_vpc_without_internet_gateway, "sound")
def test_internet_gateway_of_an_imported_vpc() -> None:
    there = pulumi.ResourceOptions(import_="vpc-0123456789abcdef0")
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=there)
    ec2.NatGateway("nat", subnet_id=subnet_in(vpc, "public").id, allocation_id="eipalloc-1")


@case(nat_gateway_vpc_without_internet_gateway, "absent")
def test_gateway_without_a_subnet() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.NatGateway("nat", allocation_id="eipalloc-1")
    ec2.NatGateway("regional", availability_mode="regional", vpc_id=vpc.id)


@case(nat_gateway_vpc_without_internet_gateway, "unknown")
def test_unknown_internet_gateway() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.InternetGateway("main", vpc_id=unknown())
    public = subnet_in(vpc, "public")
    ec2.NatGateway("nat", subnet_id=public.id, allocation_id="eipalloc-1")
    ec2.NatGateway("adrift", subnet_id=unknown(), allocation_id="eipalloc-2")


@case(
    nat_gateway_eip_mismatch,
    "fires",
    "allocationId: a public gateway has no Elastic IP address",
)
def test_public_without_address() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    ec2.NatGateway("nat", subnet_id=public.id)


@case(
    nat_gateway_eip_mismatch,
    "fires",
    "allocationId: a private gateway takes no Elastic IP address",
    "secondaryAllocationIds: a private gateway takes no Elastic IP address",
)
def test_private_with_addresses() -> None:
    address = ec2.Eip("nat", domain="vpc")
    ec2.NatGateway(
        "nat",
        connectivity_type="private",
        subnet_id="subnet-0123456789abcdef0",
        allocation_id=address.id,
        secondary_allocation_ids=["eipalloc-1"],
    )


@case(
    nat_gateway_eip_mismatch,
    "fires",
    "secondaryPrivateIpAddressCount: a number is set beside the addresses themselves",
    "secondaryPrivateIpAddressCount: only a private gateway takes a number of addresses",
)
def test_number_of_addresses() -> None:
    private = {"connectivity_type": "private", "subnet_id": "subnet-0123456789abcdef0"}
    ec2.NatGateway(
        "both",
        secondary_private_ip_address_count=2,
        secondary_private_ip_addresses=["10.0.0.10"],
        **private,
    )
    ec2.NatGateway("inner", secondary_private_ip_address_count=2, **private)
    ec2.NatGateway(
        "nat",
        subnet_id="subnet-0123456789abcdef0",
        allocation_id="eipalloc-1",
        secondary_private_ip_address_count=2,
    )


@case(nat_gateway_eip_mismatch, "sound")
def test_public_with_address() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    address = ec2.Eip("nat", domain="vpc")
    ec2.NatGateway("nat", subnet_id=public.id, allocation_id=address.id)


@case(nat_gateway_eip_mismatch, "absent")
def test_private_without_address() -> None:
    ec2.NatGateway("inner", subnet_id="subnet-1", connectivity_type="private")
    ec2.NatGateway("regional", availability_mode="regional", vpc_id="vpc-1")


@case(nat_gateway_eip_mismatch, "unknown")
def test_unknown_address() -> None:
    ec2.NatGateway("nat", subnet_id="subnet-1", allocation_id=unknown())
    ec2.NatGateway("kind", subnet_id="subnet-1", connectivity_type=unknown())
    ec2.NatGateway("mode", subnet_id="subnet-1", availability_mode=unknown())


@case(
    nat_gateway_availability_mode_conflict,
    "fires",
    "allocationId: a regional gateway takes no `allocationId`",
    "subnetId: a regional gateway takes no `subnetId`",
    "vpcId: a regional gateway has no VPC",
)
def test_regional_in_a_subnet() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    address = ec2.Eip("nat", domain="vpc")
    ec2.NatGateway(
        "nat",
        availability_mode="regional",
        subnet_id=public.id,
        allocation_id=address.id,
    )


@case(
    nat_gateway_availability_mode_conflict,
    "fires",
    "connectivityType: a regional gateway is private",
)
def test_regional_and_private() -> None:
    ec2.NatGateway("nat", availability_mode="regional", connectivity_type="private", vpc_id="vpc-1")


@case(
    nat_gateway_availability_mode_conflict,
    "fires",
    "availabilityZoneAddresses: a zonal gateway takes no addresses by zone",
    "subnetId: a zonal gateway has no subnet",
)
def test_zonal_without_a_subnet() -> None:
    ec2.NatGateway(
        "nat",
        allocation_id="eipalloc-1",
        availability_zone_addresses=[
            {"allocation_ids": ["eipalloc-2"], "availability_zone": "us-east-1a"}
        ],
    )


@case(nat_gateway_availability_mode_conflict, "sound")
def test_regional_in_a_vpc() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.NatGateway("nat", availability_mode="regional", vpc_id=vpc.id)


@case(nat_gateway_availability_mode_conflict, "absent")
def test_mode_left_out() -> None:
    ec2.NatGateway("nat", subnet_id="subnet-1", allocation_id="eipalloc-1")


@case(nat_gateway_availability_mode_conflict, "unknown")
def test_unknown_mode() -> None:
    ec2.NatGateway("nat", availability_mode=unknown(), subnet_id="subnet-1")
    ec2.NatGateway("home", availability_mode="regional", vpc_id=unknown())
    ec2.NatGateway("zonal", subnet_id=unknown(), allocation_id="eipalloc-1")


@case(
    nat_gateway_eip_shared,
    "fires",
    "allocationId: nat is the address of nat-a as well",
)
def test_two_gateways_with_an_address() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    address = ec2.Eip("nat", domain="vpc")
    for number, zone in enumerate("ab"):
        public = ec2.Subnet(
            f"public-{zone}",
            vpc_id=vpc.id,
            cidr_block=f"10.0.{number}.0/24",
            availability_zone=f"us-east-1{zone}",
        )
        ec2.NatGateway(f"nat-{zone}", subnet_id=public.id, allocation_id=address.id)


@case(
    nat_gateway_eip_shared,
    "fires",
    "allocationId: eipalloc-0123456789abcdef0 is the address of a as well",
    "secondaryAllocationIds: nat is the address of c as well",
    "secondaryAllocationIds: twice is set at `allocationId` as well",
    "allocationId: nat is the address of c as well",
)
def test_addresses_used_in_other_ways() -> None:
    literal = "eipalloc-0123456789abcdef0"
    ec2.NatGateway("a", subnet_id="subnet-1", allocation_id=literal)
    ec2.NatGateway("b", subnet_id="subnet-2", allocation_id=literal)
    address = ec2.Eip("nat", domain="vpc")
    gateway = ec2.NatGateway("c", subnet_id="subnet-3", allocation_id=address.id)
    ec2.NatGateway(
        "d",
        subnet_id="subnet-3",
        allocation_id="eipalloc-9",
        secondary_allocation_ids=[address.allocation_id],
    )
    twice = ec2.Eip("twice", domain="vpc")
    ec2.NatGateway(
        "d2",
        subnet_id="subnet-3",
        allocation_id=twice.id,
        secondary_allocation_ids=[twice.id],
    )
    ec2.NatGatewayEipAssociation("e", allocation_id=address.id, nat_gateway_id=gateway.id)


@case(
    nat_gateway_eip_shared,
    "fires",
    "allocationId: bastion is the address of an instance",
    "allocationId: web is the address of web as well",
    "allocationId: edge is the address of edge as well",
)
def test_addresses_of_other_things() -> None:
    bastion = ec2.Eip("bastion", domain="vpc", instance="i-0123456789abcdef0")
    ec2.NatGateway("a", subnet_id="subnet-1", allocation_id=bastion.id)
    web = ec2.Eip("web", domain="vpc")
    ec2.EipAssociation("web", allocation_id=web.id, instance_id="i-0123456789abcdef0")
    ec2.NatGateway("b", subnet_id="subnet-1", allocation_id=web.id)
    edge = ec2.Eip("edge", domain="vpc")
    lb.LoadBalancer(
        "edge",
        load_balancer_type="network",
        subnet_mappings=[{"subnet_id": "subnet-1", "allocation_id": edge.id}],
    )
    ec2.NatGateway("c", subnet_id="subnet-1", allocation_id=edge.id)


@case(nat_gateway_eip_shared, "sound")
def test_an_address_for_each_gateway() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    for number, zone in enumerate("ab"):
        public = ec2.Subnet(
            f"public-{zone}",
            vpc_id=vpc.id,
            cidr_block=f"10.0.{number}.0/24",
            availability_zone=f"us-east-1{zone}",
        )
        address = ec2.Eip(f"nat-{zone}", domain="vpc")
        ec2.NatGateway(f"nat-{zone}", subnet_id=public.id, allocation_id=address.id)


@case(nat_gateway_eip_shared, "sound")
def test_an_address_that_moves_between_instances() -> None:
    address = ec2.Eip("web", domain="vpc")
    ec2.EipAssociation("a", allocation_id=address.id, instance_id="i-1")
    ec2.EipAssociation("b", allocation_id=address.id, instance_id="i-2")
    ec2.NatGateway("nat", subnet_id="subnet-1", allocation_id="eipalloc-1")


@case(nat_gateway_eip_shared, "absent")
def test_gateways_without_addresses() -> None:
    ec2.NatGateway("a", subnet_id="subnet-1", connectivity_type="private")
    ec2.NatGateway("b", subnet_id="subnet-1", connectivity_type="private")
    ec2.Eip("idle", domain="vpc")


@case(nat_gateway_eip_shared, "unknown")
def test_gateways_with_unknown_addresses() -> None:
    address = ec2.Eip("nat", domain="vpc")
    ec2.NatGateway("a", subnet_id="subnet-1", allocation_id=unknown())
    ec2.NatGateway("b", subnet_id="subnet-1", allocation_id=unknown())
    ec2.NatGateway("c", subnet_id="subnet-1", secondary_allocation_ids=unknown(address))
    ec2.NatGateway("d", subnet_id="subnet-1", allocation_id=address.id)


@case(
    nat_gateway_internet_gateway_dependency_missing,
    "fires",
    ": it does not wait for the internet gateway main",
)
def test_gateway_that_does_not_wait() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.InternetGateway("main", vpc_id=vpc.id)
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    address = ec2.Eip("nat", domain="vpc")
    ec2.NatGateway("nat", subnet_id=public.id, allocation_id=address.id)


@case(
    nat_gateway_internet_gateway_dependency_missing,
    "fires",
    ": it does not wait for the internet gateway main",
)
def test_regional_gateway_that_does_not_wait() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.InternetGateway("main", vpc_id=vpc.id)
    ec2.NatGateway("nat", availability_mode="regional", vpc_id=vpc.id)


@case(nat_gateway_internet_gateway_dependency_missing, "sound")
def test_gateway_that_waits() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    internet = ec2.InternetGateway("main", vpc_id=vpc.id)
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    address = ec2.Eip("nat", domain="vpc")
    ec2.NatGateway(
        "nat",
        subnet_id=public.id,
        allocation_id=address.id,
        opts=pulumi.ResourceOptions(depends_on=[internet]),
    )


@case(nat_gateway_internet_gateway_dependency_missing, "sound")
def test_gateway_whose_address_waits() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    internet = ec2.InternetGateway("main", vpc_id=vpc.id)
    waits = pulumi.ResourceOptions(depends_on=[internet])
    address = ec2.Eip("nat", domain="vpc", opts=waits)
    public = subnet_in(vpc, "public")
    ec2.NatGateway("nat", subnet_id=public.id, allocation_id=address.id)
    ec2.NatGateway("inner", subnet_id=public.id, connectivity_type="private")


@case(nat_gateway_internet_gateway_dependency_missing, "absent")
def test_no_internet_gateway_to_wait_for() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.NatGateway("nat", subnet_id=subnet_in(vpc, "a").id, allocation_id="eipalloc-1")
    ec2.NatGateway("adrift", allocation_id="eipalloc-1")


@case(nat_gateway_internet_gateway_dependency_missing, "unknown")
def test_unknown_subnet_of_a_gateway() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.InternetGateway("main", vpc_id=unknown())
    ec2.NatGateway("nat", subnet_id=subnet_in(vpc, "a").id, allocation_id="eipalloc-1")
    other = ec2.Vpc("other", cidr_block="10.1.0.0/16")
    ec2.InternetGateway("other", vpc_id=other.id)
    ec2.NatGateway("adrift", subnet_id=unknown(), allocation_id="eipalloc-2")
    ec2.NatGateway(
        "kind", subnet_id=subnet_in(other, "b", number=1).id, connectivity_type=unknown()
    )


@case(
    nat_gateway_subnet_routes_to_itself,
    "fires",
    "subnetId: private sends 0.0.0.0/0 to this very gateway",
)
def test_gateway_in_the_subnet_it_serves() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    private = ec2.Subnet("private", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    address = ec2.Eip("nat", domain="vpc")
    nat = ec2.NatGateway("nat", subnet_id=private.id, allocation_id=address.id)
    table = ec2.RouteTable(
        "private",
        vpc_id=vpc.id,
        routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}],
    )
    ec2.RouteTableAssociation("private", subnet_id=private.id, route_table_id=table.id)


@case(nat_gateway_subnet_routes_to_itself, "sound")
def test_gateway_in_a_public_subnet() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    internet = ec2.InternetGateway("main", vpc_id=vpc.id)
    public = subnet_in(vpc, "public")
    private = subnet_in(vpc, "private", number=1)
    address = ec2.Eip("nat", domain="vpc")
    nat = ec2.NatGateway("nat", subnet_id=public.id, allocation_id=address.id)
    routed(public, gateway_id=internet.id)
    routed(private, nat_gateway_id=nat.id)


@case(nat_gateway_subnet_routes_to_itself, "absent")
def test_gateway_in_a_subnet_without_routes() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = subnet_in(vpc, "public")
    ec2.NatGateway("nat", subnet_id=public.id, allocation_id="eipalloc-1")
    inner = ec2.NatGateway("inner", subnet_id=public.id, connectivity_type="private")
    routed(public, nat_gateway_id=inner.id)


@case(nat_gateway_subnet_routes_to_itself, "unknown")
def test_gateway_in_a_subnet_with_unknown_routes() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = subnet_in(vpc, "public")
    nat = ec2.NatGateway("nat", subnet_id=public.id, allocation_id="eipalloc-1")
    table = routed(public, nat_gateway_id=unknown())
    ec2.Route(
        "other", route_table_id=table.id, destination_cidr_block=unknown(), nat_gateway_id=nat.id
    )


@case(
    nat_gateway_in_private_subnet,
    "fires",
    "subnetId: app has only the local routes of the VPC's main table",
)
def test_gateway_on_the_main_table() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.InternetGateway("main", vpc_id=vpc.id)
    app = ec2.Subnet("app", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    address = ec2.Eip("nat", domain="vpc")
    ec2.NatGateway("nat", subnet_id=app.id, allocation_id=address.id)


@case(
    nat_gateway_in_private_subnet,
    "fires",
    "subnetId: app has no route to the internet in app",
)
def test_gateway_on_a_table_without_routes() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    app = subnet_in(vpc, "app")
    table = routed(app)
    ec2.Route(
        "office",
        route_table_id=table.id,
        destination_cidr_block="192.168.0.0/16",
        transit_gateway_id="tgw-1",
    )
    ec2.NatGateway("nat", subnet_id=app.id, allocation_id="eipalloc-1")


@case(nat_gateway_in_private_subnet, "sound")
def test_gateway_with_a_way_out() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    internet = ec2.InternetGateway("main", vpc_id=vpc.id)
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    table = ec2.RouteTable(
        "public",
        vpc_id=vpc.id,
        routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": internet.id}],
    )
    ec2.RouteTableAssociation("public", subnet_id=public.id, route_table_id=table.id)
    address = ec2.Eip("nat", domain="vpc")
    ec2.NatGateway("nat", subnet_id=public.id, allocation_id=address.id)


@case(nat_gateway_in_private_subnet, "sound")
def test_gateway_behind_a_firewall() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    behind, halves = subnet_in(vpc, "behind"), subnet_in(vpc, "halves", number=1)
    routed(behind, vpc_endpoint_id="vpce-1")
    ec2.NatGateway("a", subnet_id=behind.id, allocation_id="eipalloc-1")
    table = routed(halves)
    for number, block in enumerate(("0.0.0.0/1", "128.0.0.0/1")):
        ec2.Route(
            f"half-{number}",
            route_table_id=table.id,
            destination_cidr_block=block,
            gateway_id="igw-1",
        )
    ec2.NatGateway("b", subnet_id=halves.id, allocation_id="eipalloc-2")


@case(nat_gateway_in_private_subnet, "absent")
def test_gateway_elsewhere() -> None:
    ec2.NatGateway("nat", allocation_id="eipalloc-1")
    ec2.NatGateway("far", subnet_id="subnet-1", allocation_id="eipalloc-1")
    shared = ec2.Subnet("shared", vpc_id="vpc-1", cidr_block="10.2.0.0/24")
    ec2.NatGateway("near", subnet_id=shared.id, allocation_id="eipalloc-1")


@case(nat_gateway_in_private_subnet, "unknown")
def test_gateway_on_unknown_routes() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    open_, inline = subnet_in(vpc, "open"), subnet_in(vpc, "inline", number=1)
    table = routed(open_)
    ec2.Route("r", route_table_id=table.id, destination_cidr_block=unknown(), gateway_id="igw-1")
    ec2.NatGateway("a", subnet_id=open_.id, allocation_id="eipalloc-1")
    whole = ec2.RouteTable("whole", vpc_id=vpc.id, routes=unknown())
    ec2.RouteTableAssociation("whole", subnet_id=inline.id, route_table_id=whole.id)
    ec2.NatGateway("b", subnet_id=inline.id, allocation_id="eipalloc-2")
    lost = subnet_in(vpc, "lost", number=2)
    ec2.RouteTableAssociation("lost", subnet_id=unknown(), route_table_id=table.id)
    ec2.NatGateway("c", subnet_id=lost.id, allocation_id="eipalloc-3")


@case(
    nat_gateway_unrouted,
    "fires",
    ": no route leads to it, and private has no way out",
)
def test_gateway_that_no_route_leads_to() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    private = ec2.Subnet("private", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
    table = ec2.RouteTable("private", vpc_id=vpc.id)
    ec2.RouteTableAssociation("private", subnet_id=private.id, route_table_id=table.id)
    address = ec2.Eip("nat", domain="vpc")
    ec2.NatGateway("nat", subnet_id=public.id, allocation_id=address.id)


@case(nat_gateway_unrouted, "sound")
def test_gateway_that_a_route_leads_to() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    private = ec2.Subnet("private", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
    address = ec2.Eip("nat", domain="vpc")
    nat = ec2.NatGateway("nat", subnet_id=public.id, allocation_id=address.id)
    table = ec2.RouteTable("private", vpc_id=vpc.id)
    ec2.RouteTableAssociation("private", subnet_id=private.id, route_table_id=table.id)
    ec2.Route(
        "private",
        route_table_id=table.id,
        destination_cidr_block="0.0.0.0/0",
        nat_gateway_id=nat.id,
    )


@case(nat_gateway_unrouted, "sound")
def test_gateway_that_an_inline_route_leads_to() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    internet = ec2.InternetGateway("main", vpc_id=vpc.id)
    public, private = subnet_in(vpc, "public"), subnet_in(vpc, "private", number=1)
    nat = ec2.NatGateway("nat", subnet_id=public.id, allocation_id="eipalloc-1")
    routed(private)
    ec2.DefaultRouteTable(
        "main",
        default_route_table_id=vpc.default_route_table_id,
        routes=[
            {"cidr_block": "10.9.0.0/16", "gateway_id": internet.id},
            {"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id},
        ],
    )


@case(nat_gateway_unrouted, "absent")
def test_gateway_with_nobody_to_serve() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.NatGateway("nat", subnet_id=subnet_in(vpc, "public").id, allocation_id="eipalloc-1")
    ec2.NatGateway("adrift", allocation_id="eipalloc-1")


@case(nat_gateway_unrouted, "unknown")
def test_gateway_with_unknown_routes() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    private = subnet_in(vpc, "private", number=1)
    ec2.NatGateway("nat", subnet_id=subnet_in(vpc, "public").id, allocation_id="eipalloc-1")
    routed(private, nat_gateway_id=unknown())


def two_zones(second_leaves_through: str, second_zone: Any = "us-east-1b") -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    gateways = {}
    for number, (letter, zone) in enumerate((("a", "us-east-1a"), ("b", second_zone))):
        public = subnet_in(vpc, f"public-{letter}", zone, number)
        address = ec2.Eip(f"nat-{letter}", domain="vpc")
        gateways[letter] = ec2.NatGateway(
            f"nat-{letter}", subnet_id=public.id, allocation_id=address.id
        )
    routed(subnet_in(vpc, "private-a", "us-east-1a", 10), nat_gateway_id=gateways["a"].id)
    far = gateways[second_leaves_through]
    routed(subnet_in(vpc, "private-b", second_zone, 11), nat_gateway_id=far.id)


@case(
    nat_gateway_cross_zone_route,
    "fires",
    "natGatewayId: private-b in us-east-1b leaves through nat-a in us-east-1a, "
    "not nat-b in its own zone",
)
def test_subnet_that_leaves_through_another_zone() -> None:
    two_zones(second_leaves_through="a")


@case(nat_gateway_cross_zone_route, "sound")
def test_subnets_that_leave_through_their_own_zone() -> None:
    two_zones(second_leaves_through="b")


@case(nat_gateway_cross_zone_route, "sound")
def test_a_single_gateway() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    public = subnet_in(vpc, "public", "us-east-1a")
    nat = ec2.NatGateway("nat", subnet_id=public.id, allocation_id="eipalloc-1")
    ec2.NatGateway("inner", subnet_id=public.id, connectivity_type="private")
    routed(subnet_in(vpc, "private-b", "us-east-1b", 11), nat_gateway_id=nat.id)


@case(nat_gateway_cross_zone_route, "absent")
def test_subnets_without_zones() -> None:
    two_zones(second_leaves_through="a", second_zone=None)


@case(nat_gateway_cross_zone_route, "unknown")
def test_subnets_in_unknown_zones() -> None:
    two_zones(second_leaves_through="a", second_zone=unknown())
