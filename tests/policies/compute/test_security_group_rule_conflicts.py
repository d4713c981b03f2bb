from __future__ import annotations

from typing import Any

import pulumi
from pulumi_aws import ec2, ecs, efs, elasticache, elb, lb, rds, vpc

from policies.compute.security_group_rule_conflicts import (
    elbv2_listener_port_not_admitted,
    nacl_blocks_return_traffic,
    sg_client_not_admitted_by_database,
    sg_inline_and_standalone_rules,
    sg_name_invalid_or_duplicate,
    sg_no_egress,
    sg_reference_wrong_vpc,
    sg_rule_duplicate,
    sg_rule_port_range_invalid,
    sg_rule_source_invalid,
)
from policypack.testing import case, unknown

ANYWHERE = ["0.0.0.0/0"]


def tcp(low: Any, high: Any, **more: Any) -> Any:
    return {"protocol": "tcp", "from_port": low, "to_port": high, "cidr_blocks": ANYWHERE, **more}


@case(
    sg_rule_port_range_invalid,
    "fires",
    "ingress[0].fromPort: the range runs backwards, from 443 to 80",
)
def test_port_range_backwards() -> None:
    ec2.SecurityGroup(
        "web",
        ingress=[
            {"protocol": "tcp", "from_port": 443, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}
        ],
    )


@case(
    sg_rule_port_range_invalid,
    "fires",
    "toPort: 70000 is no port",
    "fromPort: the range runs backwards, from 1024 to 0",
    "fromPort: the rule for tcp gives no fromPort",
    "ipProtocol: https is no IP protocol",
)
def test_port_range_standalone() -> None:
    group = ec2.SecurityGroup("web")
    ec2.SecurityGroupRule(
        "a", type="ingress", security_group_id=group.id, protocol="tcp",
        from_port=1, to_port=70000, cidr_blocks=ANYWHERE,
    )  # fmt: skip
    ec2.SecurityGroupRule(
        "b", type="ingress", security_group_id=group.id, protocol="udp",
        from_port=1024, to_port=0, cidr_blocks=ANYWHERE,
    )  # fmt: skip
    vpc.SecurityGroupIngressRule(
        "c", security_group_id=group.id, ip_protocol="tcp", cidr_ipv4="0.0.0.0/0"
    )
    vpc.SecurityGroupIngressRule(
        "d", security_group_id=group.id, ip_protocol="https", cidr_ipv4="0.0.0.0/0"
    )


@case(
    sg_rule_port_range_invalid,
    "fires",
    "ingress[0].fromPort: all traffic (-1) is given the ports 0 to 65535",
    "ingress[1].fromPort: 300 is no ICMP type",
    "ingress[2].toPort: the code 3 stands without an ICMP type",
)
def test_port_range_of_other_protocols() -> None:
    ec2.SecurityGroup(
        "web",
        ingress=[
            {"protocol": "-1", "from_port": 0, "to_port": 65535, "cidr_blocks": ANYWHERE},
            {"protocol": "icmp", "from_port": 300, "to_port": 0, "cidr_blocks": ANYWHERE},
            {"protocol": "icmp", "from_port": -1, "to_port": 3, "cidr_blocks": ANYWHERE},
        ],
    )


@case(
    sg_rule_port_range_invalid,
    "fires",
    "fromPort: the rule for udp gives no fromPort",
    "toPort: the rule for icmp gives no toPort",
)
def test_port_range_incomplete() -> None:
    group = ec2.SecurityGroup("web")
    vpc.SecurityGroupIngressRule(
        "ping", security_group_id=group.id, ip_protocol="icmp", from_port=8, cidr_ipv4="10.0.0.0/8"
    )
    vpc.SecurityGroupEgressRule(
        "dns", security_group_id=group.id, ip_protocol="17", to_port=53, cidr_ipv4="10.0.0.0/8"
    )


@case(sg_rule_port_range_invalid, "sound")
def test_port_range_of_icmpv6_left_out() -> None:
    vpc.SecurityGroupIngressRule(
        "ping", security_group_id="sg-1", ip_protocol="icmpv6", cidr_ipv6="::/0"
    )


@case(sg_rule_port_range_invalid, "sound")
def test_port_range_sound() -> None:
    ec2.SecurityGroup(
        "web",
        ingress=[
            {"protocol": "tcp", "from_port": 80, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]},
            {"protocol": "icmp", "from_port": 8, "to_port": -1, "cidr_blocks": ["10.0.0.0/8"]},
        ],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )


@case(sg_rule_port_range_invalid, "absent")
def test_port_range_absent() -> None:
    group = ec2.SecurityGroup("web")
    vpc.SecurityGroupEgressRule(
        "all", security_group_id=group.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0"
    )


@case(
    sg_rule_port_range_invalid,
    "unknown",
    "ingress[1].fromPort: the range runs backwards, from 9 to 8",
)
def test_port_range_unknown_silences_only_itself() -> None:
    ec2.SecurityGroup("web", ingress=[tcp(443, unknown()), tcp(9, 8, description=unknown())])
    ec2.SecurityGroup("db", ingress=unknown())


def admitting(name: str, group: ec2.SecurityGroup, port: Any, block: str) -> None:
    vpc.SecurityGroupIngressRule(
        name,
        security_group_id=group.id,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        cidr_ipv4=block,
    )


@case(sg_rule_duplicate, "fires", ": is the same rule as a: tcp 443-443 from 0.0.0.0/0")
def test_rule_twice() -> None:
    web = ec2.SecurityGroup("web")
    admitting("a", web, 443, "0.0.0.0/0")
    admitting("b", web, 443, "0.0.0.0/0")


@case(sg_rule_duplicate, "fires", ": is the same rule as a: tcp 443-443 from 0.0.0.0/0")
def test_rule_twice_in_two_kinds_of_resource() -> None:
    web = ec2.SecurityGroup("web")
    ec2.SecurityGroupRule(
        "a", type="ingress", security_group_id=web.id, protocol="6", description="https",
        from_port=443, to_port=443, cidr_blocks=["10.0.0.0/8", "0.0.0.0/0"],
    )  # fmt: skip
    admitting("b", web, 443, "0.0.0.0/0")


def listed(name: str, group: ec2.SecurityGroup, prefix_list: Any) -> None:
    vpc.SecurityGroupIngressRule(
        name, security_group_id=group.id, ip_protocol="tcp", from_port=443, to_port=443,
        prefix_list_id=prefix_list,
    )  # fmt: skip


@case(sg_rule_duplicate, "fires", ": is the same rule as a: tcp 443-443 from pl-63a5400a")
def test_prefix_list_twice() -> None:
    web = ec2.SecurityGroup("web")
    listed("a", web, "pl-63a5400a")
    listed("b", web, "pl-63a5400a")


@case(
    sg_rule_duplicate,
    "fires",
    ": is the same rule as a: tcp 1-1 from web",
    ": is the same rule as c: tcp 2-2 from app",
)
def test_group_twice() -> None:
    web, other = ec2.SecurityGroup("web"), ec2.SecurityGroup("app")
    for name, port, source in (
        ("a", 1, {"self": True}), ("b", 1, {"source_security_group_id": web.id}),
        ("c", 2, {"source_security_group_id": other.id}),
    ):  # fmt: skip
        ec2.SecurityGroupRule(
            name, type="ingress", security_group_id=web.id, protocol="tcp", from_port=port,
            to_port=port, **source,
        )  # fmt: skip
    vpc.SecurityGroupIngressRule(
        "d", security_group_id=web.id, ip_protocol="tcp", from_port=2, to_port=2,
        referenced_security_group_id=other.id,
    )  # fmt: skip


@case(sg_rule_duplicate, "sound")
def test_two_prefix_lists() -> None:
    web = ec2.SecurityGroup("web")
    for name, prefix_list in (("a", "pl-63a5400a"), ("b", "pl-02cd2c6b"), ("c", unknown())):
        listed(name, web, prefix_list)
    listed("d", web, unknown())


@case(sg_rule_duplicate, "sound")
def test_rules_that_differ() -> None:
    web, api = ec2.SecurityGroup("web"), ec2.SecurityGroup("api")
    admitting("a", web, 443, "0.0.0.0/0")
    admitting("b", web, 80, "0.0.0.0/0")
    admitting("c", api, 443, "0.0.0.0/0")


@case(sg_rule_duplicate, "absent")
def test_rules_without_a_source() -> None:
    web = ec2.SecurityGroup("web")
    for name in "ab":
        vpc.SecurityGroupIngressRule(name, security_group_id=web.id, ip_protocol="-1")


@case(sg_rule_duplicate, "unknown")
def test_rules_of_an_unknown_port() -> None:
    web = ec2.SecurityGroup("web")
    admitting("a", web, unknown(), "0.0.0.0/0")
    admitting("b", web, unknown(), "0.0.0.0/0")


@case(
    sg_rule_source_invalid,
    "fires",
    'ingress[0].cidrBlocks[0]: "10.0.0.1" is no CIDR block',
    "ingress[0].cidrBlocks[1]: ::/0 is an IPv6 block",
)
def test_source_of_the_wrong_family() -> None:
    ec2.SecurityGroup(
        "web",
        ingress=[
            {
                "protocol": "tcp",
                "from_port": 443,
                "to_port": 443,
                "cidr_blocks": ["10.0.0.1", "::/0"],
            }
        ],
    )


@case(
    sg_rule_source_invalid,
    "fires",
    ": the rule has no source",
    "prefixListId: the rule has 2 sources: cidrIpv4, prefixListId",
)
def test_source_not_one() -> None:
    group = ec2.SecurityGroup("web")
    vpc.SecurityGroupIngressRule(
        "a", security_group_id=group.id, ip_protocol="tcp", from_port=443, to_port=443
    )
    vpc.SecurityGroupIngressRule(
        "b",
        security_group_id=group.id,
        ip_protocol="-1",
        cidr_ipv4="10.0.0.0/8",
        prefix_list_id=unknown(),
    )


def ruled(name: str, **sources: Any) -> None:
    ec2.SecurityGroupRule(
        name, type="ingress", security_group_id="sg-1", protocol="tcp", from_port=1, to_port=1,
        **sources,
    )  # fmt: skip


@case(
    sg_rule_source_invalid,
    "fires",
    ": the rule has no source",
    "self: another source stands beside cidrBlocks",
    "sourceSecurityGroupId: another source stands beside ipv6CidrBlocks",
)
def test_sources_that_conflict() -> None:
    ruled("a")
    ruled("b", self=True, cidr_blocks=["10.0.0.0/8"])
    ruled("c", source_security_group_id="sg-2", ipv6_cidr_blocks=["::/0"])


@case(sg_rule_source_invalid, "sound")
def test_sources_that_stand_together() -> None:
    ruled("a", self=True)
    ruled("b", self=False, cidr_blocks=["10.0.0.0/8"], ipv6_cidr_blocks=["::/0"])
    ruled("c", source_security_group_id=unknown(), prefix_list_ids=["pl-63a5400a"])
    ruled("d", self=unknown())


@case(sg_rule_source_invalid, "sound")
def test_source_sound() -> None:
    group = ec2.SecurityGroup("web")
    vpc.SecurityGroupIngressRule(
        "https",
        security_group_id=group.id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        cidr_ipv4="0.0.0.0/0",
    )
    vpc.SecurityGroupIngressRule(
        "https6",
        security_group_id=group.id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        cidr_ipv6="::/0",
    )


@case(sg_rule_source_invalid, "absent")
def test_source_absent_inline() -> None:
    ec2.SecurityGroup("web", ingress=[{"protocol": "tcp", "from_port": 1, "to_port": 1}])


@case(sg_rule_source_invalid, "unknown")
def test_source_unknown() -> None:
    ec2.SecurityGroup("web", ingress=[tcp(1, 1, cidr_blocks=[unknown(), "10.0.0.0/8"])])
    vpc.SecurityGroupIngressRule(
        "a", security_group_id="sg-1", ip_protocol="-1", cidr_ipv4=unknown()
    )


def group_in(name: str, network: ec2.Vpc | None) -> ec2.SecurityGroup:
    return ec2.SecurityGroup(name, vpc_id=network.id if network else None)


def two_vpcs() -> tuple[ec2.Vpc, ec2.Vpc]:
    return ec2.Vpc("one", cidr_block="10.0.0.0/16"), ec2.Vpc("two", cidr_block="10.1.0.0/16")


def refer(owner: ec2.SecurityGroup, other: Any) -> None:
    vpc.SecurityGroupIngressRule(
        "from-app", security_group_id=owner.id, ip_protocol="-1", referenced_security_group_id=other
    )


@case(
    sg_reference_wrong_vpc,
    "fires",
    "referencedSecurityGroupId: app is in another VPC than db",
)
def test_reference_into_another_vpc() -> None:
    one, two = two_vpcs()
    refer(group_in("db", one), group_in("app", two).id)


@case(sg_reference_wrong_vpc, "fires", "ingress[0].securityGroups: app is in another VPC than db")
def test_reference_into_another_vpc_inline() -> None:
    one, two = two_vpcs()
    rule = tcp(1, 1, cidr_blocks=None, security_groups=[group_in("app", two).id])
    ec2.SecurityGroup("db", vpc_id=one.id, ingress=[rule])


@case(sg_reference_wrong_vpc, "sound")
def test_reference_within_one_vpc() -> None:
    one, _ = two_vpcs()
    refer(group_in("db", one), group_in("app", one).id)


@case(sg_reference_wrong_vpc, "sound")
def test_reference_over_a_peering() -> None:
    one, two = two_vpcs()
    ec2.VpcPeeringConnection("p", vpc_id=one.id, peer_vpc_id=two.id)
    refer(group_in("db", one), group_in("app", two).id)


@case(sg_reference_wrong_vpc, "absent")
def test_reference_to_a_group_of_the_default_vpc() -> None:
    one, _ = two_vpcs()
    refer(group_in("db", one), group_in("app", None).id)


@case(sg_reference_wrong_vpc, "unknown")
def test_reference_to_an_unknown_group() -> None:
    one, two = two_vpcs()
    refer(group_in("db", one), unknown(group_in("app", two), group_in("web", one)))


@case(
    sg_name_invalid_or_duplicate,
    "fires",
    "name: web is the name of a in the same VPC",
)
def test_name_twice() -> None:
    network = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.SecurityGroup("a", name="web", vpc_id=network.id)
    ec2.SecurityGroup("b", name="web", vpc_id=network.id)


@case(
    sg_name_invalid_or_duplicate,
    "fires",
    "name: default is a name that EC2 reserves",
    "description: the text holds 'ü'",
    "description: the text is 256 characters long, over 255",
)
def test_name_reserved_and_descriptions() -> None:
    ec2.SecurityGroup("a", name="default")
    ec2.SecurityGroup("b", description="für alle")
    ec2.SecurityGroup("c", description="x" * 256)


@case(sg_name_invalid_or_duplicate, "sound")
def test_names_that_differ_or_are_in_two_vpcs() -> None:
    one, two = two_vpcs()
    ec2.SecurityGroup("a", name="web", vpc_id=one.id)
    ec2.SecurityGroup("b", name="web", vpc_id=two.id)


@case(sg_name_invalid_or_duplicate, "absent")
def test_names_absent() -> None:
    ec2.SecurityGroup("a")
    ec2.SecurityGroup("b")


@case(sg_name_invalid_or_duplicate, "unknown")
def test_names_unknown() -> None:
    network = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.SecurityGroup("a", name=unknown(), vpc_id=network.id, description=unknown())
    ec2.SecurityGroup("b", name=unknown(), vpc_id=network.id)
    ec2.SecurityGroup("c", name="web", vpc_id=unknown())


def instance(group: ec2.SecurityGroup) -> None:
    ec2.Instance(
        "app", ami="ami-0abcdef1234567890", instance_type="t3.micro",
        vpc_security_group_ids=[group.id],
    )  # fmt: skip


@case(sg_no_egress, "fires", "egress: nothing is let out, and app is in the group")
def test_no_egress() -> None:
    group = ec2.SecurityGroup(
        "web",
        ingress=[{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    ec2.Instance(
        "app",
        ami="ami-0abcdef1234567890",
        instance_type="t3.micro",
        vpc_security_group_ids=[group.id],
    )


@case(sg_no_egress, "fires", "egress: nothing is let out, and api is in the group")
def test_no_egress_of_a_nested_member() -> None:
    group = ec2.SecurityGroup("web", egress=[])
    ecs.Service("api", network_configuration={"subnets": ["s"], "security_groups": [group.id]})


@case(
    sg_no_egress,
    "fires",
    "egress: nothing is let out, and web is in the group",
    "egress: nothing is let out, and old is in the group",
)
def test_no_egress_of_other_clients() -> None:
    one, two = (ec2.SecurityGroup(name, ingress=[tcp(80, 80)]) for name in "ab")
    ec2.LaunchConfiguration(
        "web", image_id="ami-0abcdef1234567890", instance_type="t3.micro", security_groups=[one.id]
    )
    elb.LoadBalancer("old", listeners=[], security_groups=[two.id])


@case(sg_no_egress, "sound")
def test_egress_of_another_group_of_the_member() -> None:
    out = ec2.SecurityGroup("out", egress=[tcp(443, 443)])
    web = ec2.SecurityGroup("web", ingress=[tcp(80, 80)])
    ec2.Instance(
        "app", ami="ami-0abcdef1234567890", instance_type="t3.micro",
        vpc_security_group_ids=[web.id, out.id],
    )  # fmt: skip


@case(sg_no_egress, "sound")
def test_egress_apart() -> None:
    group = ec2.SecurityGroup("web")
    vpc.SecurityGroupEgressRule(
        "out", security_group_id=group.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0"
    )
    ec2.Instance(
        "app",
        ami="ami-0abcdef1234567890",
        instance_type="t3.micro",
        vpc_security_group_ids=[group.id],
    )


@case(sg_no_egress, "absent")
def test_egress_absent_of_what_only_answers() -> None:
    group = ec2.SecurityGroup("db")
    rds.Instance("db", instance_class="db.t3.micro", vpc_security_group_ids=[group.id])


@case(sg_no_egress, "unknown")
def test_egress_unknown() -> None:
    instance(ec2.SecurityGroup("web", egress=unknown()))


@case(
    sg_inline_and_standalone_rules,
    "fires",
    "ingress: the rules are inline, and https is one apart",
)
def test_inline_and_apart() -> None:
    group = ec2.SecurityGroup(
        "web",
        ingress=[{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    ec2.SecurityGroupRule(
        "https",
        type="ingress",
        security_group_id=group.id,
        protocol="tcp",
        from_port=443,
        to_port=443,
        cidr_blocks=["0.0.0.0/0"],
    )


@case(
    sg_inline_and_standalone_rules,
    "fires",
    "ingress: the group keeps but its inline rules, and https is one apart",
    ": old and new are rules of two kinds",
)
def test_rules_of_the_default_group_and_of_two_kinds() -> None:
    network = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    admitting("https", ec2.DefaultSecurityGroup("usual", vpc_id=network.id), 443, "0.0.0.0/0")
    mixed = ec2.SecurityGroup("mixed", vpc_id=network.id)
    admitting("new", mixed, 443, "0.0.0.0/0")
    ec2.SecurityGroupRule(
        "old", type="egress", security_group_id=mixed.id, protocol="-1", from_port=0, to_port=0,
        cidr_blocks=["0.0.0.0/0"],
    )  # fmt: skip


@case(sg_inline_and_standalone_rules, "sound")
def test_rules_of_the_newer_kind_both_ways() -> None:
    group = ec2.SecurityGroup("web")
    admitting("https", group, 443, "0.0.0.0/0")
    vpc.SecurityGroupEgressRule(
        "out", security_group_id=group.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0"
    )


@case(sg_inline_and_standalone_rules, "sound")
def test_one_style_a_direction() -> None:
    group = ec2.SecurityGroup(
        "web",
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    vpc.SecurityGroupIngressRule(
        "https",
        security_group_id=group.id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        cidr_ipv4="0.0.0.0/0",
    )


@case(sg_inline_and_standalone_rules, "sound")
def test_inline_rules_that_pulumi_ignores() -> None:
    options = pulumi.ResourceOptions(ignore_changes=["ingress"])
    group = ec2.SecurityGroup("web", ingress=[tcp(1, 1)], opts=options)
    admitting("https", group, 443, "0.0.0.0/0")


@case(sg_inline_and_standalone_rules, "sound")
def test_rules_that_are_declared_exclusive() -> None:
    group = ec2.SecurityGroup("web", ingress=[tcp(1, 1)])
    admitting("https", group, 443, "0.0.0.0/0")
    ec2.VpcSecurityGroupRulesExclusive(
        "all", security_group_id=group.id, ingress_rule_ids=["sgr-1"], egress_rule_ids=[]
    )


@case(sg_inline_and_standalone_rules, "absent")
def test_no_inline_rules() -> None:
    admitting("https", ec2.SecurityGroup("web"), 443, "0.0.0.0/0")


@case(sg_inline_and_standalone_rules, "unknown")
def test_rule_of_an_unknown_group() -> None:
    ec2.SecurityGroup("web", ingress=[tcp(1, 1)])
    vpc.SecurityGroupIngressRule("https", security_group_id=unknown(), ip_protocol="-1")


def listener(port: Any, groups: Any) -> None:
    balancer = lb.LoadBalancer("web", subnets=["subnet-a", "subnet-b"], security_groups=groups)
    lb.Listener(
        "front", load_balancer_arn=balancer.arn, port=port, protocol="HTTP",
        default_actions=[{"type": "forward", "target_group_arn": "arn:aws:x"}],
    )  # fmt: skip


@case(elbv2_listener_port_not_admitted, "fires", "port: web admits nobody on tcp 443")
def test_listener_port_shut() -> None:
    group = ec2.SecurityGroup(
        "web",
        ingress=[{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    listener(443, [group.id])


@case(
    elbv2_listener_port_not_admitted,
    "fires",
    "listeners[1].lbPort: web admits nobody on tcp 443",
    "port: web admits nobody on udp 80",
)
def test_ports_of_a_classic_balancer_and_of_udp_shut() -> None:
    group = ec2.SecurityGroup("web", ingress=[tcp(80, 80)])
    kinds = {"instance_port": 80, "instance_protocol": "tcp", "lb_protocol": "tcp"}
    listeners = [{**kinds, "lb_port": port} for port in (80, 443)]
    elb.LoadBalancer("old", listeners=listeners, security_groups=[group.id])
    network = lb.LoadBalancer("dns", load_balancer_type="network", security_groups=[group.id])
    lb.Listener(
        "dns", load_balancer_arn=network.arn, port=80, protocol="UDP",
        default_actions=[{"type": "forward", "target_group_arn": "arn:aws:x"}],
    )  # fmt: skip


@case(elbv2_listener_port_not_admitted, "sound")
def test_listener_port_open() -> None:
    group = ec2.SecurityGroup(
        "web",
        ingress=[{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    listener(80, [group.id])


@case(elbv2_listener_port_not_admitted, "absent")
def test_balancer_without_groups() -> None:
    listener(443, None)


@case(elbv2_listener_port_not_admitted, "unknown")
def test_listener_port_unknown() -> None:
    listener(unknown(), [ec2.SecurityGroup("a", ingress=[]).id])
    group = ec2.SecurityGroup("b", ingress=[tcp(unknown(), 443)])
    balancer = lb.LoadBalancer("api", security_groups=[group.id])
    lb.Listener("api", load_balancer_arn=balancer.arn, port=80, default_actions=[{"type": "x"}])


def database(port: Any, group: Any, engine: Any = "postgres") -> None:
    rds.Instance(
        "db",
        engine=engine,
        port=port,
        instance_class="db.t4g.medium",
        vpc_security_group_ids=group,
    )


@case(
    sg_client_not_admitted_by_database,
    "fires",
    "vpcSecurityGroupIds: db admits nobody on the port 5432",
)
def test_database_port_shut() -> None:
    group = ec2.SecurityGroup(
        "db",
        ingress=[
            {"protocol": "tcp", "from_port": 3306, "to_port": 3306, "cidr_blocks": ["10.0.0.0/16"]}
        ],
    )
    database(None, [group.id])


@case(
    sg_client_not_admitted_by_database,
    "fires",
    "securityGroups: store admits nobody on the port 2049",
    "securityGroupIds: store admits nobody on the port 6379",
    "vpcSecurityGroupIds: store admits nobody on the port 6000",
    "vpcSecurityGroupIds: store admits nobody on the port 1521",
)
def test_ports_of_other_stores_shut() -> None:
    store = ec2.SecurityGroup("store", ingress=[tcp(80, 80)])
    efs.MountTarget("a", file_system_id="fs-1", subnet_id="subnet-1", security_groups=[store.id])
    elasticache.ReplicationGroup("b", description="cache", security_group_ids=[store.id])
    rds.Cluster("c", engine="aurora-mysql", port=6000, vpc_security_group_ids=[store.id])
    database(None, [store.id], engine="oracle-se2")


@case(sg_client_not_admitted_by_database, "sound")
def test_database_port_open() -> None:
    group = ec2.SecurityGroup(
        "db",
        ingress=[
            {"protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_blocks": ["10.0.0.0/16"]}
        ],
    )
    database(None, [group.id])


@case(sg_client_not_admitted_by_database, "absent")
def test_database_without_engine_or_groups() -> None:
    database(None, [ec2.SecurityGroup("db", ingress=[]).id], engine=None)
    rds.Instance("other", engine="mysql", instance_class="db.t4g.medium")


@case(sg_client_not_admitted_by_database, "unknown")
def test_database_port_unknown() -> None:
    database(unknown(), [ec2.SecurityGroup("db", ingress=[]).id])


@case(
    nacl_blocks_return_traffic,
    "fires",
    "egress: no egress rule allows anything, so replies are lost",
)
def test_nacl_without_egress() -> None:
    ec2.NetworkAcl(
        "web",
        vpc_id="vpc-0123456789abcdef0",
        subnet_ids=["subnet-0123456789abcdef0"],
        ingress=[
            {
                "rule_no": 100,
                "action": "allow",
                "protocol": "tcp",
                "from_port": 443,
                "to_port": 443,
                "cidr_block": "0.0.0.0/0",
            }
        ],
    )


def acl(egress: Any, low: Any = 443) -> None:
    entry = {"rule_no": 100, "action": "allow", "protocol": "tcp", "cidr_block": "0.0.0.0/0"}
    ec2.NetworkAcl(
        "web",
        vpc_id="vpc-1",
        subnet_ids=["subnet-1"],
        ingress=[{**entry, "from_port": low, "to_port": 443}],
        egress=egress if egress is None else [{**entry, **egress}],
    )


@case(
    nacl_blocks_return_traffic,
    "fires",
    "egress: no egress rule allows the ephemeral ports 1024-65535",
)
def test_nacl_without_ephemeral_ports() -> None:
    acl({"from_port": 443, "to_port": 443})


ALLOW = {"action": "allow", "protocol": "-1", "from_port": 0, "to_port": 0, "rule_no": 200}
DENY = {**ALLOW, "action": "deny", "rule_no": 100}


@case(
    nacl_blocks_return_traffic,
    "fires",
    "ingress[1]: rule 200 allows what rule 100 denies before it",
)
def test_nacl_that_denies_first() -> None:
    ingress = [
        {**DENY, "cidr_block": "10.0.0.0/8"},
        {**ALLOW, "cidr_block": "10.1.0.0/16"},
        {**ALLOW, "cidr_block": "0.0.0.0/0", "rule_no": 300},
    ]
    ec2.NetworkAcl(
        "web", vpc_id="vpc-1", subnet_ids=["subnet-1"], ingress=ingress,
        egress=[{**ALLOW, "cidr_block": "0.0.0.0/0"}],
    )  # fmt: skip


@case(
    nacl_blocks_return_traffic,
    "fires",
    "egress: no egress rule allows anything, so replies are lost",
)
def test_default_nacl() -> None:
    network = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.DefaultNetworkAcl(
        "usual", default_network_acl_id=network.default_network_acl_id,
        ingress=[{**ALLOW, "cidr_block": "0.0.0.0/0"}],
    )  # fmt: skip


def entry(name: str, of: ec2.NetworkAcl, number: int, action: str, *, out: bool) -> None:
    ec2.NetworkAclRule(
        name, network_acl_id=of.id, protocol="tcp", egress=out, rule_number=number,
        rule_action=action, from_port=0, to_port=65535, cidr_block="0.0.0.0/0",
    )  # fmt: skip


@case(
    nacl_blocks_return_traffic,
    "fires",
    "egress: no egress rule allows anything, so replies are lost",
    ": rule 200 allows what rule 100 denies before it",
)
def test_nacl_of_rules_and_subnets_apart() -> None:
    tied = ec2.NetworkAcl("tied", vpc_id="vpc-1")
    ec2.NetworkAclAssociation("tied", network_acl_id=tied.id, subnet_id="subnet-1")
    entry("no", tied, 100, "deny", out=False)
    entry("yes", tied, 200, "allow", out=False)


@case(nacl_blocks_return_traffic, "sound")
def test_nacl_that_denies_less_or_later() -> None:
    ingress = [
        {**DENY, "cidr_block": "10.0.0.0/16"},
        {**ALLOW, "cidr_block": "10.0.0.0/8"},
        {**DENY, "cidr_block": "0.0.0.0/0", "rule_no": 300},
        {**DENY, "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_block": "10.0.0.0/8"},
    ]
    ec2.NetworkAcl(
        "web", vpc_id="vpc-1", subnet_ids=["subnet-1"], ingress=ingress,
        egress=[{**ALLOW, "cidr_block": "0.0.0.0/0"}],
    )  # fmt: skip
    ec2.NetworkAcl("idle", vpc_id="vpc-1", ingress=[{**ALLOW, "cidr_block": "0.0.0.0/0"}])


@case(nacl_blocks_return_traffic, "sound")
def test_nacl_with_ephemeral_ports() -> None:
    acl({"from_port": 1024, "to_port": 65535})


@case(nacl_blocks_return_traffic, "absent")
def test_nacl_without_rules_or_subnets() -> None:
    ec2.NetworkAcl("closed", vpc_id="vpc-1", subnet_ids=["subnet-1"])
    ec2.NetworkAcl("idle", vpc_id="vpc-1", egress=[])


@case(nacl_blocks_return_traffic, "unknown")
def test_nacl_of_unknown_rules() -> None:
    acl(None, low=unknown())
    ec2.NetworkAclRule(
        "r", network_acl_id=unknown(), rule_number=1, protocol="-1", rule_action="allow"
    )
