from __future__ import annotations

import ipaddress
import itertools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_aws import ec2, vpc

from policypack.aws.cidr import parse_block
from policypack.aws.security_groups import (
    ANYONE,
    EGRESS,
    GROUPS,
    INGRESS,
    Peer,
    allows,
    groups_of,
    normal_protocol,
    peer_of,
    rules_of,
)
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.values import UNKNOWN
from policypack.plan.wire import Decoded
from policypack.testing import planned, unknown

GROUP = GROUPS[0]


def named(stack: Stack, name: str) -> Resource:
    return next(resource for resource in stack if resource.name == name)


def test_inline_and_standalone_rules_take_one_shape() -> None:
    def program() -> None:
        web = ec2.SecurityGroup(
            "web",
            ingress=[
                {"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["10.0.0.0/8"]}
            ],
            egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "self": True}],
        )
        ec2.SecurityGroupRule(
            "r", type="ingress", security_group_id=web.id, protocol="6",
            from_port=443, to_port=443, cidr_blocks=["0.0.0.0/0"],
        )  # fmt: skip
        db = ec2.SecurityGroup("db")
        vpc.SecurityGroupIngressRule(
            "i", security_group_id=db.id, ip_protocol="tcp",
            from_port=5432, to_port=5432, referenced_security_group_id=web.id,
        )  # fmt: skip

    stack = planned(program, StackContext())
    web, db = named(stack, "web"), named(stack, "db")
    found = rules_of(web)
    assert found.closed
    assert [(one.direction, one.protocol, one.ports, one.source.value) for one in found.rules] == [
        ("ingress", "tcp", (80, 80), "10.0.0.0/8"),
        ("egress", "all", (0, 65535), web.urn),
        ("ingress", "tcp", (443, 443), "0.0.0.0/0"),
    ]
    peer = Peer(frozenset({web.urn}))
    assert allows([rules_of(db)], INGRESS, "tcp", 5432, peer) is True
    assert allows([rules_of(db)], INGRESS, "tcp", 5433, peer) is False
    assert allows([rules_of(db)], INGRESS, "tcp", 5432, Peer(frozenset({db.urn}))) is False


def test_a_rule_of_a_group_that_is_not_known_leaves_every_group_open() -> None:
    def program() -> None:
        ec2.SecurityGroup("web")
        vpc.SecurityGroupIngressRule("i", security_group_id=unknown(), ip_protocol="-1")

    web = named(planned(program, StackContext()), "web")
    assert not rules_of(web).closed
    assert allows([rules_of(web)], INGRESS, "tcp", 80, ANYONE) is None


def test_an_existing_group_may_have_rules_of_another_stack() -> None:
    urn = f"urn:pulumi:s::p::{GROUP}::g"
    group = Resource(urn, GROUP, Decoded({"name": "g"}), outputs={"id": "sg-1"})
    Stack([group])
    assert allows([rules_of(group)], INGRESS, "tcp", 80, ANYONE) is None


def test_a_peer_lives_in_the_networks_of_its_subnets() -> None:
    def program() -> None:
        subnet = ec2.Subnet("a", vpc_id="vpc-1", cidr_block="10.0.1.0/24")
        client = ec2.SecurityGroup("client")
        ec2.Instance("i", subnet_id=subnet.id, vpc_security_group_ids=[client.id])
        for name, block in (("inside", "10.0.0.0/16"), ("other", "10.1.0.0/16")):
            ec2.SecurityGroup(
                name,
                ingress=[{"protocol": "tcp", "from_port": 1, "to_port": 9, "cidr_blocks": [block]}],
            )

    stack = planned(program, StackContext())
    peer = peer_of(named(stack, "i"), "vpcSecurityGroupIds", "subnetId")
    assert peer.networks == (parse_block("10.0.1.0/24"),)
    assert allows([rules_of(named(stack, "inside"))], INGRESS, "tcp", 5, peer) is True
    assert allows([rules_of(named(stack, "other"))], INGRESS, "tcp", 5, peer) is False
    assert groups_of(named(stack, "i"), "vpcSecurityGroupIds") is not None


def test_protocols_compare_by_name() -> None:
    assert [normal_protocol(one) for one in ("-1", "TCP", 6, "58", None, True)] == [
        "all",
        "tcp",
        "tcp",
        "icmpv6",
        None,
        None,
    ]


# A model of EC2's own decision, address by address, against which the answers are held.

CLIENT, SERVER, OTHER = (f"urn:pulumi:s::p::{GROUP}::{name}" for name in ("c", "s", "o"))
BLOCKS = ["10.0.0.0/28", "10.0.0.0/29", "10.0.0.16/28", "0.0.0.0/0", "::/0", "fd00::/64", "bad"]
KNOWN_BLOCKS = [one for one in BLOCKS if one != "bad"]
PORTS = [0, 22, 80, 443, 65535]
PEER_NETWORK = ipaddress.ip_network("10.0.0.0/28")


def completed(value: Any, draw: Any) -> Any:
    """Replace every unknown by something that it might turn out to be."""
    if isinstance(value, dict):
        return {key: _known(key, member, draw) for key, member in value.items()}
    return value


def _known(key: str, value: Any, draw: Any) -> Any:
    choices = {
        "protocol": st.sampled_from(["tcp", "udp", "-1"]),
        "fromPort": st.just(0),
        "toPort": st.sampled_from(PORTS),
        "self": st.booleans(),
        "cidrBlocks": st.lists(st.sampled_from(KNOWN_BLOCKS), max_size=2),
        "securityGroups": st.lists(st.sampled_from([CLIENT, OTHER]), max_size=2),
        "prefixListIds": st.lists(st.sampled_from(KNOWN_BLOCKS), max_size=2),
    }
    if key == "prefixListIds":
        return draw(choices[key]) if value is UNKNOWN or value else []
    if value is UNKNOWN:
        return draw(choices[key])
    if isinstance(value, list):
        single = st.sampled_from([CLIENT, OTHER] if key == "securityGroups" else KNOWN_BLOCKS)
        return [draw(single) if one is UNKNOWN or one == "bad" else one for one in value]
    return value


def admitted(rules: list[dict[str, Any]], port: int, address: Any) -> bool:
    """Whether EC2 lets one packet from the client at `address` in."""
    return any(_rule_admits(rule, port, address) for rule in rules)


def _rule_admits(rule: dict[str, Any], port: int, address: Any) -> bool:
    protocol = rule["protocol"]
    if protocol not in ("-1", "tcp"):
        return False
    if protocol == "tcp" and not rule["fromPort"] <= port <= rule["toPort"]:
        return False
    blocks = [*rule["cidrBlocks"], *rule["prefixListIds"]]
    return CLIENT in rule["securityGroups"] or any(
        address in ipaddress.ip_network(block) for block in blocks
    )


def or_unknown(strategy: Any) -> Any:
    return st.one_of(strategy, st.just(UNKNOWN))


RULE = st.fixed_dictionaries(
    {
        "protocol": or_unknown(st.sampled_from(["tcp", "udp", "-1"])),
        "fromPort": or_unknown(st.sampled_from([0, 22, 80])),
        "toPort": or_unknown(st.sampled_from(PORTS)),
        "self": or_unknown(st.booleans()),
        "cidrBlocks": or_unknown(st.lists(or_unknown(st.sampled_from(BLOCKS)), max_size=2)),
        "securityGroups": st.lists(st.sampled_from([CLIENT, OTHER]), max_size=2),
        "prefixListIds": or_unknown(st.lists(st.just("pl-1"), max_size=1)),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(RULE, max_size=3), st.sampled_from(PORTS), st.data(), st.booleans())
def test_it_never_says_what_no_completion_bears_out(
    rules: list[dict[str, Any]], port: int, data: Any, standalone: bool
) -> None:
    server = _planned(rules, standalone)
    peer = Peer(frozenset({CLIENT}), (PEER_NETWORK,))
    answer = allows([rules_of(server)], INGRESS, "tcp", port, peer)
    for _ in range(3):
        whole = [completed(rule, data.draw) for rule in rules]
        verdicts = {admitted(whole, port, address) for address in PEER_NETWORK}
        if answer is True:
            assert verdicts == {True}
        if answer is False:
            assert verdicts == {False}


def _planned(rules: list[dict[str, Any]], standalone: bool) -> Resource:
    for rule in rules:
        # A client that is in the group itself is another question.
        rule["self"] = False if rule["self"] is True else rule["self"]
    others = [Resource(urn, GROUP, Decoded({"name": urn[-1]})) for urn in (CLIENT, OTHER)]
    if not standalone:
        server = Resource(SERVER, GROUP, Decoded({"name": "s", "ingress": rules}))
        Stack([server, *others])
        return server
    server = Resource(SERVER, GROUP, Decoded({"name": "s"}))
    token = "aws:ec2/securityGroupRule:SecurityGroupRule"
    made = []
    pairs = [(rule, source) for rule in rules for source in [*rule["securityGroups"], None]]
    for number, (rule, source) in enumerate(pairs):
        inputs = {key: value for key, value in rule.items() if key != "securityGroups"}
        inputs |= {"type": "ingress", "securityGroupId": UNKNOWN}
        depends = {"securityGroupId": (SERVER,)}
        if source:
            inputs |= {"sourceSecurityGroupId": UNKNOWN}
            depends["sourceSecurityGroupId"] = (source,)
        urn = f"urn:pulumi:s::p::{token}::{number}"
        made.append(Resource(urn, token, Decoded(inputs), property_dependencies=depends))
    Stack([server, *others, *made])
    return server


def test_egress_and_ingress_are_apart() -> None:
    tcp = {"protocol": "tcp", "fromPort": 0, "toPort": 65535, "cidrBlocks": ["0.0.0.0/0"]}
    for way, other in itertools.permutations((INGRESS, EGRESS)):
        group = Resource(SERVER, GROUP, Decoded({"name": "s", way: [tcp]}))
        Stack([group])
        assert allows([rules_of(group)], way, "tcp", 80, ANYONE) is True
        assert allows([rules_of(group)], other, "tcp", 80, ANYONE) is False
