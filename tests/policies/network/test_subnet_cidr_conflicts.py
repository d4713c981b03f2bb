from __future__ import annotations

from typing import Any

import pulumi
from pulumi_aws import ec2, ec2transitgateway, efs, lb

from policies.network.subnet_cidr_conflicts import (
    tgw_attached_vpcs_overlap,
    vpc_cidr_block_invalid,
    vpc_cidr_docker_bridge_range,
    vpc_fixed_ip_outside_subnet,
    vpc_peering_cidr_overlap,
    vpc_secondary_cidr_conflict,
    vpc_subnet_cidr_outside_vpc,
    vpc_subnet_cidr_overlap,
    vpc_subnet_ipv6_without_ipv6_vpc,
)
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack
from policypack.plan.wire import Decoded
from policypack.testing import case, evaluate, unknown

AMI = "ami-0abcdef1234567890"


def main_vpc(**more: Any) -> ec2.Vpc:
    return ec2.Vpc("main", **{"cidr_block": "10.0.0.0/16", **more})


@case(
    vpc_subnet_cidr_overlap,
    "fires",
    "cidrBlock: 10.0.1.0/25 overlaps 10.0.1.0/24 of app-a",
)
def test_overlap() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.Subnet("app-a", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
    ec2.Subnet("app-b", vpc_id=vpc.id, cidr_block="10.0.1.0/25")


@case(
    vpc_subnet_cidr_overlap,
    "fires",
    "cidrBlock: 10.0.1.0/24 overlaps 10.0.1.0/24 of a",
    "ipv6CidrBlock: 2001:db8::/64 overlaps 2001:db8::/64 of a",
)
def test_overlap_equal_blocks_of_a_literal_vpc() -> None:
    for name in "ab":
        ec2.Subnet(name, vpc_id="vpc-1", cidr_block="10.0.1.0/24", ipv6_cidr_block="2001:db8::/64")


@case(
    vpc_subnet_cidr_overlap,
    "fires",
    "cidrBlock: 10.0.1.0/24 overlaps 10.0.0.0/23 of wide",
    "cidrBlock: 10.0.0.0/24 overlaps 10.0.0.0/23 of wide",
)
def test_overlap_one_line_a_subnet() -> None:
    vpc = main_vpc()
    ec2.Subnet("wide", vpc_id=vpc.id, cidr_block="10.0.0.0/23")
    first = ec2.Subnet("z", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    ec2.Subnet("a", vpc_id=first.vpc_id, cidr_block="10.0.1.0/24")


@case(vpc_subnet_cidr_overlap, "sound")
def test_overlap_side_by_side() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.Subnet("app-a", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
    ec2.Subnet("app-b", vpc_id=vpc.id, cidr_block="10.0.2.0/24")


@case(vpc_subnet_cidr_overlap, "sound")
def test_overlap_in_two_vpcs() -> None:
    for name in ("main", "other"):
        vpc = ec2.Vpc(name, cidr_block="10.0.0.0/16")
        ec2.Subnet(name, vpc_id=vpc.id, cidr_block="10.0.1.0/24")
    ec2.Subnet("elsewhere", vpc_id="vpc-1", cidr_block="10.0.1.0/24")


@case(vpc_subnet_cidr_overlap, "absent")
def test_overlap_of_ipam_subnets() -> None:
    vpc = main_vpc()
    for name in "ab":
        ec2.Subnet(name, vpc_id=vpc.id, ipv4_ipam_pool_id="ipam-pool-1", ipv4_netmask_length=24)


@case(vpc_subnet_cidr_overlap, "unknown")
def test_overlap_unknown() -> None:
    vpc, other = main_vpc(), ec2.Vpc("other", cidr_block="10.0.0.0/16")
    ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
    ec2.Subnet("b", vpc_id=vpc.id, cidr_block=unknown())
    ec2.Subnet("c", vpc_id=unknown(), cidr_block="10.0.1.0/24")
    ec2.Subnet("d", vpc_id=unknown(), cidr_block="10.0.1.0/24")
    ec2.Subnet("e", vpc_id=unknown(vpc, other), cidr_block="10.0.1.0/24")


@case(vpc_subnet_cidr_overlap, "unknown")
def test_overlap_junk() -> None:
    vpc = main_vpc()
    for name, block in {"a": "ten", "b": "10.0.0.0", "c": "10.0.0.0/16/24"}.items():
        ec2.Subnet(name, vpc_id=vpc.id, cidr_block=block)


@case(
    vpc_subnet_cidr_outside_vpc,
    "fires",
    "cidrBlock: 10.1.0.0/24 is outside of 10.0.0.0/16 of main",
)
def test_outside_vpc() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.Subnet("app", vpc_id=vpc.id, cidr_block="10.1.0.0/24")


@case(
    vpc_subnet_cidr_outside_vpc,
    "fires",
    "cidrBlock: 10.0.0.0/16 is outside of 10.0.0.0/20, 100.64.0.0/16 of main",
)
def test_outside_vpc_larger_than_it() -> None:
    vpc = main_vpc(cidr_block="10.0.0.0/20")
    ec2.VpcIpv4CidrBlockAssociation("more", vpc_id=vpc.id, cidr_block="100.64.0.0/16")
    ec2.Subnet("app", vpc_id=vpc.id, cidr_block="10.0.0.0/16")


@case(vpc_subnet_cidr_outside_vpc, "sound")
def test_outside_vpc_in_a_secondary_block() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    more = ec2.VpcIpv4CidrBlockAssociation("more", vpc_id=vpc.id, cidr_block="10.1.0.0/16")
    ec2.Subnet("app", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
    ec2.Subnet("batch", vpc_id=more.vpc_id, cidr_block="10.1.0.0/24")


@case(vpc_subnet_cidr_outside_vpc, "sound")
def test_outside_vpc_somebody_elses() -> None:
    default = ec2.DefaultVpc("default")
    ec2.Subnet("a", vpc_id=default.id, cidr_block="10.1.0.0/24")
    ec2.Subnet("b", vpc_id="vpc-1", cidr_block="10.1.0.0/24")


class Command(pulumi.CustomResource):
    def __init__(self, name: str, environment: pulumi.Input[str]) -> None:
        super().__init__("command:local:Command", name, {"environment": environment})


@case(vpc_subnet_cidr_outside_vpc, "sound")
def test_outside_vpc_with_a_command_that_may_add_a_block() -> None:
    vpc = main_vpc()
    Command("associate-vpc-cidr-block", vpc.id)
    ec2.Subnet("app", vpc_id=vpc.id, cidr_block="10.1.0.0/24")


@case(vpc_subnet_cidr_outside_vpc, "absent")
def test_outside_vpc_with_blocks_from_ipam() -> None:
    pooled = ec2.Vpc("pooled", ipv4_ipam_pool_id="ipam-pool-1", ipv4_netmask_length=16)
    ec2.Subnet("a", vpc_id=pooled.id, cidr_block="10.1.0.0/24")
    vpc = main_vpc()
    ec2.VpcIpv4CidrBlockAssociation("more", vpc_id=vpc.id, ipv4_ipam_pool_id="ipam-pool-1")
    ec2.Subnet("b", vpc_id=vpc.id, cidr_block="10.1.0.0/24")
    ec2.Subnet("c", vpc_id=vpc.id, ipv4_ipam_pool_id="ipam-pool-1", ipv4_netmask_length=24)


@case(vpc_subnet_cidr_outside_vpc, "unknown")
def test_outside_vpc_unknown() -> None:
    vpc = main_vpc()
    ec2.VpcIpv4CidrBlockAssociation("more", vpc_id=unknown(vpc), cidr_block=unknown())
    ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.1.0.0/24")
    ec2.Subnet("b", vpc_id=unknown(), cidr_block="10.1.0.0/24")
    ec2.Subnet("c", vpc_id=vpc.id, cidr_block=unknown())


def existing(urn: str, token: str, **inputs: Any) -> Resource:
    return Resource(urn, token, Decoded(inputs), outputs={"id": f"{urn}-id"})


def test_outside_vpc_that_exists_is_silent() -> None:
    vpc = existing("urn:v", "aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16")
    inputs = {"vpcId": "urn:v-id", "cidrBlock": "10.1.0.0/24"}
    subnet = Resource("urn:s", "aws:ec2/subnet:Subnet", Decoded(inputs))
    assert subnet.stack is None
    assert not evaluate(vpc_subnet_cidr_outside_vpc, Stack([vpc, subnet]))


@case(
    vpc_secondary_cidr_conflict,
    "fires",
    "cidrBlock: 10.0.128.0/17 overlaps 10.0.0.0/16 of main",
)
def test_secondary() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.VpcIpv4CidrBlockAssociation("more", vpc_id=vpc.id, cidr_block="10.0.128.0/17")


@case(
    vpc_secondary_cidr_conflict,
    "fires",
    "cidrBlock: 10.0.0.0/16 overlaps 10.0.0.0/20 of main",
    "cidrBlock: 100.64.0.0/24 overlaps 100.64.0.0/16 of b",
    "cidrBlock: 20.0.0.0/8 is not between /16 and /28 in size",
)
def test_secondary_among_themselves() -> None:
    vpc = main_vpc(cidr_block="10.0.0.0/20")
    for name, block in {
        "a": "10.0.0.0/16",
        "b": "100.64.0.0/16",
        "c": "100.64.0.0/24",
        "d": "20.0.0.0/8",
    }.items():
        ec2.VpcIpv4CidrBlockAssociation(name, vpc_id=vpc.id, cidr_block=block)


@case(vpc_secondary_cidr_conflict, "sound")
def test_secondary_of_its_own() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.VpcIpv4CidrBlockAssociation("more", vpc_id=vpc.id, cidr_block="100.64.0.0/16")
    ec2.VpcIpv4CidrBlockAssociation("elsewhere", vpc_id="vpc-1", cidr_block="10.0.0.0/16")


@case(vpc_secondary_cidr_conflict, "absent")
def test_secondary_from_ipam() -> None:
    vpc = main_vpc()
    ec2.VpcIpv4CidrBlockAssociation("more", vpc_id=vpc.id, ipv4_ipam_pool_id="ipam-pool-1")


@case(vpc_secondary_cidr_conflict, "unknown")
def test_secondary_unknown() -> None:
    vpc = main_vpc()
    ec2.VpcIpv4CidrBlockAssociation("a", vpc_id=vpc.id, cidr_block=unknown())
    ec2.VpcIpv4CidrBlockAssociation("b", vpc_id=unknown(), cidr_block="10.0.0.0/16")


@case(vpc_cidr_block_invalid, "fires", "cidrBlock: 10.0.0.0/29 is not between /16 and /28 in size")
def test_block() -> None:
    ec2.Subnet("app", vpc_id="vpc-0a1b2c3d", cidr_block="10.0.0.0/29")


@case(
    vpc_cidr_block_invalid,
    "fires",
    "cidrBlock: 127.0.0.0/16 lies in 127.0.0.0/8, which is reserved",
    "cidrBlock: 169.254.16.0/20 lies in 169.254.0.0/16, which is reserved",
    "cidrBlock: 10.0.0.0/15 is not between /16 and /28 in size",
)
def test_block_of_a_vpc() -> None:
    ec2.Vpc("a", cidr_block="127.0.0.0/16")
    ec2.Vpc("b", cidr_block="169.254.16.0/20")
    ec2.Vpc("c", cidr_block="10.0.0.0/15")


@case(vpc_cidr_block_invalid, "sound")
def test_block_that_may_be() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.Subnet("smallest", vpc_id=vpc.id, cidr_block="10.0.0.0/28")
    ec2.Subnet("largest", vpc_id=vpc.id, cidr_block="10.0.0.0/16")
    ec2.Vpc("shared-address-space", cidr_block="100.64.0.0/16")
    ec2.Vpc("class-e", cidr_block="240.0.0.0/16")


@case(vpc_cidr_block_invalid, "absent")
def test_block_absent() -> None:
    ec2.Vpc("main", ipv4_ipam_pool_id="ipam-pool-1", ipv4_netmask_length=16)
    ec2.Subnet("app", vpc_id="vpc-1", ipv6_native=True, ipv6_cidr_block="2001:db8::/64")


@case(vpc_cidr_block_invalid, "unknown")
def test_block_unknown() -> None:
    ec2.Vpc("main", cidr_block=unknown())
    ec2.Subnet("app", vpc_id="vpc-1", cidr_block=unknown())


def peering(vpc: ec2.Vpc, peer: ec2.Vpc, **more: Any) -> ec2.VpcPeeringConnection:
    return ec2.VpcPeeringConnection("peering", vpc_id=vpc.id, peer_vpc_id=peer.id, **more)


@case(
    vpc_peering_cidr_overlap,
    "fires",
    "peerVpcId: 10.0.16.0/20 of data overlaps 10.0.0.0/16 of app",
)
def test_peering() -> None:
    app = ec2.Vpc("app", cidr_block="10.0.0.0/16")
    data = ec2.Vpc("data", cidr_block="10.0.16.0/20")
    ec2.VpcPeeringConnection("data", vpc_id=app.id, peer_vpc_id=data.id, auto_accept=True)


@case(
    vpc_peering_cidr_overlap,
    "fires",
    "peerVpcId: 10.0.0.0/24 of data overlaps 10.0.0.0/16 of app",
)
def test_peering_with_a_secondary_block_that_is_there_first() -> None:
    app = ec2.Vpc("app", cidr_block="10.0.0.0/16")
    data = ec2.Vpc("data", cidr_block="10.1.0.0/16")
    more = ec2.VpcIpv4CidrBlockAssociation("more", vpc_id=data.id, cidr_block="10.0.0.0/24")
    peering(app, data, opts=pulumi.ResourceOptions(depends_on=[more]))


@case(vpc_peering_cidr_overlap, "sound")
def test_peering_of_networks_apart() -> None:
    app = ec2.Vpc("app", cidr_block="10.0.0.0/16")
    data = ec2.Vpc("data", cidr_block="10.1.0.0/16")
    ec2.VpcPeeringConnection("data", vpc_id=app.id, peer_vpc_id=data.id, auto_accept=True)


@case(vpc_peering_cidr_overlap, "sound")
def test_peering_with_a_secondary_block_that_may_come_later() -> None:
    app = ec2.Vpc("app", cidr_block="10.0.0.0/16")
    data = ec2.Vpc("data", cidr_block="10.1.0.0/16")
    ec2.VpcIpv4CidrBlockAssociation("more", vpc_id=data.id, cidr_block="10.0.0.0/24")
    peering(app, data)


@case(vpc_peering_cidr_overlap, "sound")
def test_peering_with_a_vpc_elsewhere() -> None:
    app = ec2.Vpc("app", cidr_block="10.0.0.0/16")
    ec2.VpcPeeringConnection("p", vpc_id=app.id, peer_vpc_id="vpc-1", peer_owner_id="123456789012")


@case(vpc_peering_cidr_overlap, "absent")
def test_peering_without_blocks() -> None:
    pool: Any = {"ipv4_ipam_pool_id": "ipam-pool-1", "ipv4_netmask_length": 16}
    peering(ec2.Vpc("app", **pool), ec2.Vpc("data", **pool))


@case(vpc_peering_cidr_overlap, "unknown")
def test_peering_unknown() -> None:
    app, data = ec2.Vpc("app", cidr_block="10.0.0.0/16"), ec2.Vpc("data", cidr_block=unknown())
    peering(app, data)
    other = ec2.Vpc("other", cidr_block="10.0.0.0/16")
    ec2.VpcPeeringConnection("q", vpc_id=app.id, peer_vpc_id=unknown(app, other))


@case(
    vpc_fixed_ip_outside_subnet,
    "fires",
    "privateIps[1]: 10.0.2.10 is outside of 10.0.1.0/24 of app",
)
def test_fixed() -> None:
    subnet = ec2.Subnet("app", vpc_id="vpc-0a1b2c3d", cidr_block="10.0.1.0/24")
    ec2.NetworkInterface("eni", subnet_id=subnet.id, private_ips=["10.0.1.10", "10.0.2.10"])


def app_subnet() -> ec2.Subnet:
    return ec2.Subnet("app", vpc_id="vpc-1", cidr_block="10.0.1.0/24")


@case(
    vpc_fixed_ip_outside_subnet,
    "fires",
    "privateIp: 10.0.1.3 is kept by AWS in 10.0.1.0/24 of app",
    "secondaryPrivateIps[0]: 10.0.1.255 is kept by AWS in 10.0.1.0/24 of app",
    "privateIp: 10.0.1.10 is also the address of b",
    "cidrBlock: 10.0.2.0/28 is outside of 10.0.1.0/24 of app",
    "ipAddress: 10.0.2.1 is outside of 10.0.1.0/24 of app",
    "subnetMappings[0].privateIpv4Address: 10.0.3.9 is outside of 10.0.1.0/24 of app",
)
def test_fixed_everywhere() -> None:
    subnet = app_subnet()
    small: dict[str, Any] = {"ami": AMI, "instance_type": "t3.micro", "subnet_id": subnet.id}
    ec2.Instance("a", private_ip="10.0.1.3", secondary_private_ips=["10.0.1.255"], **small)
    ec2.Instance("b", private_ip="10.0.1.10", **small)
    ec2.NatGateway("n", connectivity_type="private", subnet_id=subnet.id, private_ip="10.0.1.10")
    efs.MountTarget("m", file_system_id="fs-1", subnet_id=subnet.id, ip_address="10.0.2.1")
    ec2.SubnetCidrReservation(
        "r", subnet_id=subnet.id, cidr_block="10.0.2.0/28", reservation_type="prefix"
    )
    lb.LoadBalancer(
        "l",
        load_balancer_type="network",
        internal=True,
        subnet_mappings=[{"subnet_id": subnet.id, "private_ipv4_address": "10.0.3.9"}],
    )


@case(
    vpc_fixed_ip_outside_subnet,
    "fires",
    "privateIps[0]: 10.0.1.10 is also the address of a",
)
def test_fixed_twice_in_a_literal_subnet() -> None:
    for name in "ab":
        ec2.NetworkInterface(name, subnet_id="subnet-1", private_ips=["10.0.1.10"])


@case(vpc_fixed_ip_outside_subnet, "sound")
def test_fixed_within() -> None:
    subnet = ec2.Subnet("app", vpc_id="vpc-0a1b2c3d", cidr_block="10.0.1.0/24")
    ec2.NetworkInterface("eni", subnet_id=subnet.id, private_ips=["10.0.1.4", "10.0.1.254"])


@case(vpc_fixed_ip_outside_subnet, "sound")
def test_fixed_elsewhere() -> None:
    subnet = app_subnet()
    other = ec2.Subnet("other", vpc_id="vpc-2", cidr_block="10.0.1.0/24")
    both = ["10.0.1.10", "10.0.1.11"]
    ec2.NetworkInterface("a", subnet_id=subnet.id, private_ips=both, private_ip=both[0])
    ec2.NetworkInterface("b", subnet_id=other.id, private_ips=both)
    ec2.NetworkInterface("c", subnet_id="subnet-1", private_ips=["10.0.9.9"])
    lb.TargetGroupAttachment("t", target_group_arn="arn:aws:x", target_id="10.9.9.9")
    ec2.SubnetCidrReservation(
        "r", subnet_id=subnet.id, cidr_block="10.0.1.16/28", reservation_type="explicit"
    )


@case(vpc_fixed_ip_outside_subnet, "absent")
def test_fixed_absent() -> None:
    subnet = app_subnet()
    ec2.NetworkInterface("a", subnet_id=subnet.id)
    ec2.Instance("b", ami=AMI, instance_type="t3.micro", private_ip="10.0.1.3")
    pooled = ec2.Subnet("pooled", vpc_id="vpc-1", ipv4_ipam_pool_id="ipam-pool-1")
    ec2.NetworkInterface("c", subnet_id=pooled.id, private_ips=["10.0.1.3"])


@case(vpc_fixed_ip_outside_subnet, "unknown")
def test_fixed_unknown() -> None:
    subnet = app_subnet()
    ec2.NetworkInterface("a", subnet_id=subnet.id, private_ips=[unknown(), "ten"])
    ec2.NetworkInterface("b", subnet_id=unknown(), private_ips=["10.0.9.9"])
    ec2.NetworkInterface("c", subnet_id=unknown(), private_ips=["10.0.9.9"])
    ec2.NetworkInterface("d", subnet_id=subnet.id, private_ips=unknown())
    hidden = ec2.Subnet("hidden", vpc_id="vpc-1", cidr_block=unknown())
    ec2.NetworkInterface("e", subnet_id=hidden.id, private_ips=["10.0.9.9"])
    ec2.SubnetCidrReservation(
        "r", subnet_id=hidden.id, cidr_block="10.0.2.0/28", reservation_type="prefix"
    )
    mapping: Any = {"subnet_id": unknown(), "private_ipv4_address": "10.0.3.9"}
    lb.LoadBalancer("l", load_balancer_type="network", subnet_mappings=[mapping])


def test_fixed_addresses_of_what_exists_are_in_use_once() -> None:
    token = "aws:ec2/networkInterface:NetworkInterface"
    inputs = {"subnetId": "subnet-1", "privateIps": ["10.0.1.10"]}
    pair = [existing(f"urn:{name}", token, **inputs) for name in "ab"]
    assert not evaluate(vpc_fixed_ip_outside_subnet, Stack(pair))
    new = Resource("urn:0", token, Decoded(inputs))
    assert [one.urn for one in evaluate(vpc_fixed_ip_outside_subnet, Stack([pair[0], new]))] == [
        "urn:0"
    ]


@case(
    vpc_subnet_ipv6_without_ipv6_vpc,
    "fires",
    "assignIpv6AddressOnCreation: the subnet has no IPv6 block",
)
def test_ipv6() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", assign_generated_ipv6_cidr_block=True)
    ec2.Subnet("app", vpc_id=vpc.id, cidr_block="10.0.1.0/24", assign_ipv6_address_on_creation=True)


@case(
    vpc_subnet_ipv6_without_ipv6_vpc,
    "fires",
    "ipv6CidrBlock: 2001:db8::/64 is in main, which has no IPv6 block",
    "ipv6Native: an IPv6-only subnet is in main, which has no IPv6 block",
    "enableDns64: the subnet has no IPv6 block",
    "ipv6Native: an IPv6-only subnet has cidrBlock",
    "ipv6CidrBlock: 2001:db8::/63 is none of /44, /48, /52, /56, /60, /64 in size",
)
def test_ipv6_clauses() -> None:
    vpc = main_vpc()
    ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.1.0/24", ipv6_cidr_block="2001:db8::/64")
    ec2.Subnet("b", vpc_id=vpc.id, ipv6_native=True, ipv6_cidr_block=unknown())
    ec2.Subnet("c", vpc_id=vpc.id, cidr_block="10.0.2.0/24", enable_dns64=True)
    block = "2001:db8:0:1::/64"
    elsewhere: dict[str, Any] = {"vpc_id": "vpc-1", "cidr_block": "10.0.3.0/24"}
    ec2.Subnet("d", ipv6_native=True, ipv6_cidr_block=block, **elsewhere)
    ec2.Subnet("e", ipv6_cidr_block="2001:db8::/63", **elsewhere)


@case(vpc_subnet_ipv6_without_ipv6_vpc, "sound")
def test_ipv6_with_a_block() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", assign_generated_ipv6_cidr_block=True)
    ec2.Subnet(
        "app",
        vpc_id=vpc.id,
        cidr_block="10.0.1.0/24",
        ipv6_cidr_block=vpc.ipv6_cidr_block.apply(
            lambda block: block.replace("00::/56", "01::/64")
        ),
        assign_ipv6_address_on_creation=True,
    )


@case(vpc_subnet_ipv6_without_ipv6_vpc, "sound")
def test_ipv6_of_vpcs_that_have_it() -> None:
    vpc = main_vpc()
    ec2.VpcIpv6CidrBlockAssociation("six", vpc_id=vpc.id, ipv6_ipam_pool_id="ipam-pool-1")
    ec2.Subnet("a", vpc_id=vpc.id, ipv6_native=True, ipv6_cidr_block="2001:db8::/64")
    pooled = ec2.Vpc("pooled", cidr_block="10.0.0.0/16", ipv6_ipam_pool_id="ipam-pool-1")
    ec2.Subnet("b", vpc_id=pooled.id, ipv6_native=True, enable_dns64=True)
    ec2.Subnet("c", vpc_id="vpc-1", ipv6_native=True, ipv6_cidr_block="2001:db8::/64")


@case(vpc_subnet_ipv6_without_ipv6_vpc, "absent")
def test_ipv6_absent() -> None:
    vpc = main_vpc()
    ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.1.0/24")
    ec2.Subnet("b", vpc_id=vpc.id, cidr_block="10.0.2.0/24", enable_dns64=False)


@case(vpc_subnet_ipv6_without_ipv6_vpc, "unknown")
def test_ipv6_unknown() -> None:
    vpc = ec2.Vpc("a", cidr_block="10.0.0.0/16", assign_generated_ipv6_cidr_block=unknown())
    ec2.Subnet("a", vpc_id=vpc.id, ipv6_native=True)
    ec2.Subnet("b", vpc_id=unknown(), ipv6_native=True)
    plain = main_vpc()
    ec2.Subnet("c", vpc_id=plain.id, ipv6_native=unknown(), enable_dns64=True)
    ec2.Subnet("d", vpc_id=plain.id, ipv6_cidr_block=unknown(), enable_dns64=True)
    ec2.Subnet("e", vpc_id=plain.id, cidr_block="10.0.1.0/24", enable_dns64=unknown())


def attachment(name: str, gateway: Any, block: Any, **more: Any) -> None:
    vpc = ec2.Vpc(name, cidr_block=block)
    ec2transitgateway.VpcAttachment(
        name, transit_gateway_id=gateway, vpc_id=vpc.id, subnet_ids=["subnet-1"], **more
    )


@case(
    tgw_attached_vpcs_overlap,
    "fires",
    "vpcId: 10.0.128.0/17 of b overlaps 10.0.0.0/16 of a",
)
def test_transit_gateway() -> None:
    hub = ec2transitgateway.TransitGateway("hub")
    for name, block in {"a": "10.0.0.0/16", "b": "10.0.128.0/17"}.items():
        vpc = ec2.Vpc(name, cidr_block=block)
        subnet = ec2.Subnet(name, vpc_id=vpc.id, cidr_block=block)
        ec2transitgateway.VpcAttachment(
            name, transit_gateway_id=hub.id, vpc_id=vpc.id, subnet_ids=[subnet.id]
        )


@case(tgw_attached_vpcs_overlap, "sound")
def test_transit_gateway_apart() -> None:
    hub = ec2transitgateway.TransitGateway("hub")
    for name, block in {"a": "10.0.0.0/16", "b": "10.1.0.0/16"}.items():
        vpc = ec2.Vpc(name, cidr_block=block)
        subnet = ec2.Subnet(name, vpc_id=vpc.id, cidr_block=block)
        ec2transitgateway.VpcAttachment(
            name, transit_gateway_id=hub.id, vpc_id=vpc.id, subnet_ids=[subnet.id]
        )


@case(tgw_attached_vpcs_overlap, "sound")
def test_transit_gateway_without_propagation() -> None:
    quiet = ec2transitgateway.TransitGateway("quiet", default_route_table_propagation="disable")
    attachment("a", quiet.id, "10.0.0.0/16")
    attachment("b", quiet.id, "10.0.0.0/16")
    attachment("c", "tgw-1", "10.0.0.0/16")
    attachment("d", "tgw-2", "10.0.0.0/16")
    attachment("e", "tgw-1", "10.0.0.0/16", transit_gateway_default_route_table_propagation=False)


@case(tgw_attached_vpcs_overlap, "absent")
def test_transit_gateway_without_blocks() -> None:
    for name in "ab":
        vpc = ec2.Vpc(name, ipv4_ipam_pool_id="ipam-pool-1", ipv4_netmask_length=16)
        ec2transitgateway.VpcAttachment(
            name, transit_gateway_id="tgw-1", vpc_id=vpc.id, subnet_ids=["subnet-1"]
        )


@case(tgw_attached_vpcs_overlap, "unknown")
def test_transit_gateway_unknown() -> None:
    attachment("a", unknown(), "10.0.0.0/16")
    attachment("b", unknown(), "10.0.0.0/16")
    attachment("c", "tgw-1", unknown())
    attachment("d", "tgw-1", "10.0.0.0/16")
    propagation = "transit_gateway_default_route_table_propagation"
    attachment("e", "tgw-1", "10.0.0.0/16", **{propagation: unknown()})


@case(
    vpc_cidr_docker_bridge_range,
    "fires",
    "cidrBlock: 172.17.0.0/16 overlaps 172.17.0.0/16, the network of Docker's bridge",
)
def test_docker() -> None:
    vpc = ec2.Vpc("main", cidr_block="172.17.0.0/16")
    ec2.Subnet("app", vpc_id=vpc.id, cidr_block="172.17.1.0/24")


@case(
    vpc_cidr_docker_bridge_range,
    "fires",
    "cidrBlock: 172.17.1.0/24 overlaps 172.17.0.0/16, the network of Docker's bridge",
)
def test_docker_in_a_subnet() -> None:
    ec2.Subnet("app", vpc_id="vpc-1", cidr_block="172.17.1.0/24")


@case(vpc_cidr_docker_bridge_range, "sound")
def test_docker_elsewhere() -> None:
    vpc = ec2.Vpc("main", cidr_block="172.20.0.0/16")
    ec2.Subnet("app", vpc_id=vpc.id, cidr_block="172.20.1.0/24")


@case(vpc_cidr_docker_bridge_range, "absent")
def test_docker_absent() -> None:
    ec2.Vpc("main", ipv4_ipam_pool_id="ipam-pool-1", ipv4_netmask_length=16)


@case(vpc_cidr_docker_bridge_range, "unknown")
def test_docker_unknown() -> None:
    vpc = ec2.Vpc("main", cidr_block=unknown())
    ec2.Subnet("app", vpc_id=vpc.id, cidr_block=unknown())
