from __future__ import annotations

import pulumi
import pytest
from pulumi_aws import ec2, lb, rds

from policypack.plan.references import distinct
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.values import UNKNOWN, Undetermined
from policypack.plan.wire import Decoded
from policypack.testing import planned, unknown

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GROUP = "aws:ec2/securityGroup:SecurityGroup"


def named(stack: Stack, name: str) -> Resource:
    return next(resource for resource in stack if resource.name == name)


def test_a_reference_leads_to_the_resource_exactly() -> None:
    def program() -> None:
        vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
        ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24")

    stack = planned(program, StackContext())
    followed = named(stack, "a").follow("vpcId", VPC)
    assert [one.name for one in followed] == ["main"]
    assert followed.exact
    assert [one.name for one in named(stack, "main").referrers(SUBNET, "vpcId")] == ["a"]


def test_it_hops_over_a_property_of_the_same_name() -> None:
    def program() -> None:
        vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
        subnet = ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
        ec2.SecurityGroup("g", vpc_id=subnet.vpc_id)

    group = named(planned(program, StackContext()), "g")
    assert group.follow("vpcId", VPC).one.name == "main"
    assert group.identity("vpcId", VPC).endswith("::main")


def test_a_list_made_as_a_whole_is_not_exact() -> None:
    def program() -> None:
        vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
        subnets = [
            ec2.Subnet(n, vpc_id=vpc.id, cidr_block=f"10.0.{i}.0/24") for i, n in enumerate("ab")
        ]
        lb.LoadBalancer("each", subnets=[one.id for one in subnets])
        lb.LoadBalancer("whole", subnets=pulumi.Output.all(*[one.id for one in subnets]))

    stack = planned(program, StackContext())
    assert named(stack, "each").follow("subnets", SUBNET).exact
    whole = named(stack, "whole").follow("subnets", SUBNET)
    assert [one.name for one in whole] == ["a", "b"]
    assert not whole.exact


def test_a_literal_that_is_nobodys_leaves_the_list_open() -> None:
    def program() -> None:
        subnet = ec2.Subnet("a", vpc_id="vpc-1", cidr_block="10.0.0.0/24")
        rds.SubnetGroup("db", subnet_ids=[subnet.id, "subnet-elsewhere"])

    followed = named(planned(program, StackContext()), "db").follow("subnetIds", SUBNET)
    assert [one.name for one in followed] == ["a"]
    assert not followed.exact


def test_a_nested_reference_is_exact_when_it_alone_can_be_meant() -> None:
    def program() -> None:
        template = ec2.LaunchTemplate("t")
        group = ec2.SecurityGroup("g")
        ec2.Instance("i", launch_template={"id": template.id}, vpc_security_group_ids=[group.id])

    template = named(planned(program, StackContext()), "i").follow(
        "launchTemplate.id", "aws:ec2/launchTemplate:LaunchTemplate"
    )
    assert template.one.name == "t"


def test_nested_references_are_exact_when_their_dependencies_account_for_each() -> None:
    def program() -> None:
        vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
        subnets = [
            ec2.Subnet(n, vpc_id=vpc.id, cidr_block=f"10.0.{i}.0/24") for i, n in enumerate("ab")
        ]
        address = ec2.Eip("e", domain="vpc")
        mappings: list[lb.LoadBalancerSubnetMappingArgsDict] = [
            {"subnet_id": subnets[0].id, "allocation_id": address.id},
            {"subnet_id": subnets[1].id},
        ]
        lb.LoadBalancer("every", load_balancer_type="network", subnet_mappings=mappings)
        mappings = [mappings[0], {"subnet_id": unknown(address)}]
        lb.LoadBalancer("one", load_balancer_type="network", subnet_mappings=mappings)

    stack = planned(program, StackContext())
    every = named(stack, "every")
    assert [one.name for one in every.follow("subnetMappings.subnetId", SUBNET)] == ["a", "b"]
    assert every.follow("subnetMappings.subnetId", SUBNET).exact
    eip = "aws:ec2/eip:Eip"
    assert every.follow("subnetMappings.allocationId", eip).one.name == "e"
    assert not named(stack, "one").follow("subnetMappings.subnetId", SUBNET).exact


def test_what_target_left_out_may_refer_to_anything() -> None:
    vpc = Resource("urn:v", VPC, Decoded({"cidrBlock": "10.0.0.0/16"}))
    Stack([vpc, Resource("urn:s", SUBNET, Decoded({}))])
    assert not vpc.referrers(SUBNET, "vpcId").closed
    assert vpc.referrers(GROUP, "vpcId").closed


def test_what_a_program_makes_without_properties_refers_to_nothing() -> None:
    def program() -> None:
        ec2.Vpc("main", cidr_block="10.0.0.0/16")
        ec2.InternetGateway("loose")

    stack = planned(program, StackContext())
    assert named(stack, "loose").has_data
    assert named(stack, "main").referrers("aws:ec2/internetGateway:InternetGateway", "vpcId").closed


def test_referrers_are_open_while_one_may_refer() -> None:
    def program() -> None:
        vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
        ec2.InternetGateway("gw", vpc_id=unknown())
        ec2.SecurityGroup("elsewhere", vpc_id="vpc-123")
        ec2.SecurityGroup("here", vpc_id=vpc.id)

    vpc = named(planned(program, StackContext()), "main")
    gateways = vpc.referrers("aws:ec2/internetGateway:InternetGateway", "vpcId")
    assert (list(gateways), gateways.closed) == ([], False)
    groups = vpc.referrers(GROUP, "vpcId")
    assert ([one.name for one in groups], groups.closed) == (["here"], True)


def test_known_ids_lead_to_existing_resources() -> None:
    vpc = Resource(
        "urn:pulumi:s::p::" + VPC + "::v", VPC, Decoded({"a": 1}), outputs={"id": "vpc-1"}
    )
    subnet = Resource("urn:pulumi:s::p::" + SUBNET + "::s", SUBNET, Decoded({"vpcId": "vpc-1"}))
    Stack([vpc, subnet])
    assert subnet.follow("vpcId", VPC).one is vpc
    assert not vpc.is_new


def test_cycles_end() -> None:
    urns = ["urn:pulumi:s::p::aws:a/a:A::" + name for name in "xy"]
    pair = [
        Resource(
            urn,
            "aws:a/a:A",
            Decoded({"vpcId": UNKNOWN}),
            dependencies=(other,),
            property_dependencies={"vpcId": (other,)},
        )
        for urn, other in zip(urns, reversed(urns), strict=True)
    ]
    stack = Stack(pair)
    assert not pair[0].follow("vpcId", VPC).exact
    assert stack.prerequisites(pair[0]) == set(urns)


def test_a_dependency_on_itself_or_a_read_accounts_for_nothing() -> None:
    one = Resource(
        "urn:pulumi:s::p::aws:a/a:A::x",
        "aws:a/a:A",
        Decoded({"vpcId": UNKNOWN}),
        property_dependencies={"vpcId": ("urn:pulumi:s::p::aws:ec2/vpc:Vpc::read",)},
    )
    Stack([one])
    assert not one.follow("vpcId", VPC).exact
    with pytest.raises(Undetermined):
        one.identity("vpcId", VPC)


def test_a_urn_and_a_literal_are_not_certainly_distinct() -> None:
    assert distinct("urn:a", "urn:b")
    assert distinct("vpc-1", "vpc-2")
    assert not distinct("vpc-1", "urn:a")
    assert not distinct("vpc-1", "vpc-1")


def test_what_is_imported_exists_already() -> None:
    def program() -> None:
        there = pulumi.ResourceOptions(import_="vpc-1")
        vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=there)
        ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
        ec2.Subnet("b", vpc_id="vpc-1", cidr_block="10.0.1.0/24")

    stack = planned(program, StackContext())
    assert not named(stack, "main").is_new
    found = named(stack, "main").referrers(SUBNET, "vpcId")
    assert [one.name for one in found] == ["a", "b"]
    assert not found.closed
    assert named(stack, "b").is_new


def test_literals_are_exact_whatever_is_unknown_beside_them() -> None:
    subnet = Resource("urn:a", SUBNET, Decoded({"vpcId": "vpc-1"}), outputs={"id": "subnet-1"})
    inside = {"subnetIds": ["subnet-1"], "securityGroupIds": [UNKNOWN, UNKNOWN]}
    function = Resource("urn:f", "aws:lambda/function:Function", Decoded({"vpcConfig": inside}))
    stack = Stack([subnet, function])
    followed = function.follow("vpcConfig.subnetIds")
    assert ([one.urn for one in followed], followed.exact) == (["urn:a"], True)
    assert stack.by_urn("urn:a") is subnet
