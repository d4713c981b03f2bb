"""Security groups: their rules in one shape, and what they let through.

Every answer is three-valued: True, False, or None where an unknown value, a prefix list or another
stack may decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from policypack.aws.cidr import Network, parse_block
from policypack.plan.resource import Resource
from policypack.plan.values import ABSENT, UNKNOWN, Block, Undetermined, look_up

SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_SECURITY_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
GROUPS = (SECURITY_GROUP, DEFAULT_SECURITY_GROUP)
SECURITY_GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS, EGRESS = "ingress", "egress"
ALL = "all"

_EVERYWHERE = parse_block("0.0.0.0/0")
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
_PROTOCOLS = {"-1": ALL, "all": ALL, "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_ALL_PORTS = (0, 65535)


@dataclass(frozen=True)
class Source:
    """The other end of a rule.

    `kind` is "cidr", "group" (its value a URN or an id), "prefix list" (its id, "" where it is
    unknown) or "unknown".
    """

    kind: str
    value: str = ""


UNKNOWN_SOURCE = Source("unknown")


@dataclass(frozen=True)
class SecurityGroupRule:
    """One rule with one source; `ports` and `protocol` are None where they are unknown."""

    direction: str
    protocol: str | None
    ports: tuple[int, int] | None
    source: Source
    origin: Resource = field(compare=False)
    path: str = field(default="", compare=False)

    def covers(self, protocol: str, port: int) -> bool | None:
        """Whether the rule speaks of a port."""
        if self.protocol is None:
            return None
        if self.protocol == ALL:
            return True
        if self.protocol != protocol:
            return False
        return None if self.ports is None else self.ports[0] <= port <= self.ports[1]

    def reaches(self, peer: Peer) -> bool | None:
        """Whether the rule's source covers all of a peer."""
        if peer.is_anyone:
            return True
        if self.source.kind == "group":
            return None if peer.groups is None else self.source.value in peer.groups
        if self.source.kind != "cidr":
            return None
        network = parse_block(self.source.value)
        return None if network is None else _covers_networks(network, peer.networks)


@dataclass(frozen=True)
class Peer:
    """Who talks: its security groups and the networks it lives in; None where not known."""

    groups: frozenset[str] | None = None
    networks: tuple[Network, ...] | None = None
    is_anyone: bool = False


ANYONE = Peer(is_anyone=True)


@dataclass
class SecurityGroupRules:
    """The rules of a group; `closed` when there can be no others."""

    group: Resource
    rules: list[SecurityGroupRule] = field(default_factory=list)
    closed: bool = True

    def of(self, direction: str) -> Iterator[SecurityGroupRule]:
        """The rules of one direction."""
        return (rule for rule in self.rules if rule.direction == direction)


def _covers_networks(network: Network, networks: tuple[Network, ...] | None) -> bool | None:
    if networks is None:
        return True if network == _EVERYWHERE else None
    same = [one for one in networks if one.version == network.version]
    inside = [one for one in same if one.subnet_of(network)]  # type: ignore[arg-type]
    if networks and len(inside) == len(networks):
        return True
    return None if any(one.overlaps(network) for one in same) else False


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Whether one of the answers is yes; None where an open one might be."""
    found = list(answers)
    return True if True in found else None if None in found else False


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Whether every answer is yes; None where an open one might not be."""
    found = list(answers)
    return False if False in found else None if None in found else True


def normal_protocol(value: object) -> str | None:
    """Return a protocol as rules compare it: `all`, a lower-case name or a number as text."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value).lower()
    return _PROTOCOLS.get(text, text)


def rules_of(group: Resource) -> SecurityGroupRules:
    """Return the rules of a security group, inline and standalone, one for each source."""
    found = SecurityGroupRules(group, closed=group.is_new)
    for direction in (INGRESS, EGRESS):
        _add_inline(found, direction)
    _add_standalone(found, SECURITY_GROUP_RULE, None)
    _add_standalone(found, INGRESS_RULE, INGRESS)
    _add_standalone(found, EGRESS_RULE, EGRESS)
    return found


def _add_inline(found: SecurityGroupRules, direction: str) -> None:
    tree = look_up(found.group.tree, (direction,))
    if tree is UNKNOWN or (isinstance(tree, list) and UNKNOWN in [x for x in tree if x is UNKNOWN]):
        found.closed = False
    for block in found.group.each(direction):
        sources = list(_inline_sources(found.group, block))
        protocol, ports = _protocol(block, "protocol"), _ports(block, "protocol")
        for source in sources:
            found.rules.append(
                SecurityGroupRule(direction, protocol, ports, source, found.group, block.path)
            )


def _add_standalone(found: SecurityGroupRules, token: str, direction: str | None) -> None:
    referrers = found.group.referrers(token, "securityGroupId")
    found.closed = found.closed and referrers.closed
    for origin in referrers:
        block = Block(origin, origin.tree, ())
        way = direction or look_up(origin.tree, ("type",))
        if not isinstance(way, str):
            found.closed = False
            continue
        key = "ipProtocol" if direction else "protocol"
        read = _single_source if direction else _rule_sources
        protocol, ports = _protocol(block, key), _ports(block, key)
        for source in read(found.group, origin):
            found.rules.append(SecurityGroupRule(way, protocol, ports, source, origin))


def _protocol(block: Block, key: str) -> str | None:
    return normal_protocol(look_up(block.tree, (key,)))


def _ports(block: Block, key: str) -> tuple[int, int] | None:
    protocol = _protocol(block, key)
    if protocol == ALL:
        return _ALL_PORTS
    low, high = (look_up(block.tree, (name,)) for name in ("fromPort", "toPort"))
    if not isinstance(low, int) or not isinstance(high, int):
        return None
    # Older programs write -1 for every port.
    return _ALL_PORTS if (low, high) == (-1, -1) else (low, high)


def _inline_sources(group: Resource, block: Block) -> Iterator[Source]:
    yield from _cidrs(block.tree, "cidrBlocks")
    yield from _cidrs(block.tree, "ipv6CidrBlocks")
    yield from _prefix_lists(look_up(block.tree, ("prefixListIds",)))
    if look_up(block.tree, ("securityGroups",)) is not ABSENT:
        yield from _groups(group, block.full_path("securityGroups"))
    yield from _itself(group, block.tree)


def _rule_sources(group: Resource, origin: Resource) -> Iterator[Source]:
    yield from _cidrs(origin.tree, "cidrBlocks")
    yield from _cidrs(origin.tree, "ipv6CidrBlocks")
    yield from _prefix_lists(look_up(origin.tree, ("prefixListIds",)))
    if look_up(origin.tree, ("sourceSecurityGroupId",)) is not ABSENT:
        yield from _groups(origin, "sourceSecurityGroupId")
    yield from _itself(group, origin.tree)


def _single_source(_: Resource, origin: Resource) -> Iterator[Source]:
    yield from _cidrs(origin.tree, "cidrIpv4")
    yield from _cidrs(origin.tree, "cidrIpv6")
    yield from _prefix_lists(look_up(origin.tree, ("prefixListId",)))
    if look_up(origin.tree, ("referencedSecurityGroupId",)) is not ABSENT:
        yield from _groups(origin, "referencedSecurityGroupId")


def _cidrs(tree: dict[str, Any], key: str) -> Iterator[Source]:
    value = look_up(tree, (key,))
    if value is ABSENT:
        return
    for one in value if isinstance(value, list) else [value]:
        yield Source("cidr", one) if parse_block(one) else UNKNOWN_SOURCE


def _prefix_lists(value: Any) -> Iterator[Source]:
    if value is ABSENT:
        return
    for one in value if isinstance(value, list) else [value]:
        yield Source("prefix list", one if isinstance(one, str) else "")


def _itself(group: Resource, tree: dict[str, Any]) -> Iterator[Source]:
    value = look_up(tree, ("self",))
    if value is True:
        yield Source("group", group.urn)
    elif value is UNKNOWN:
        yield UNKNOWN_SOURCE


def _groups(resource: Resource, path: str) -> Iterator[Source]:
    followed = resource.follow(path, *GROUPS)
    if followed.exact:
        yield from (Source("group", one.urn) for one in followed)
        return
    try:
        value = resource[path]
        yield from (Source("group", str(one)) for one in ([value] if _scalar(value) else value))
    except Undetermined:
        yield UNKNOWN_SOURCE


def _scalar(value: object) -> bool:
    return not isinstance(value, Sequence) or isinstance(value, str)


def allows(
    groups: Iterable[SecurityGroupRules], direction: str, protocol: str, port: int, peer: Peer
) -> bool | None:
    """Whether security groups of one interface let a peer through on a port.

    A packet passes when any rule of any of the groups admits it. With `ANYONE` as the peer the
    question is whether there is anybody whom they let through.
    """
    return any_of(_allows(group, direction, protocol, port, peer) for group in groups)


def _allows(
    group: SecurityGroupRules, direction: str, protocol: str, port: int, peer: Peer
) -> bool | None:
    answers: list[bool | None] = [
        all_of((rule.covers(protocol, port), rule.reaches(peer))) for rule in group.of(direction)
    ]
    return any_of([*answers, False if group.closed else None])


# Who opens connections of its own: type -> the paths of its security groups.
CLIENTS: dict[str, tuple[str, ...]] = {
    "aws:ec2/instance:Instance": ("vpcSecurityGroupIds", "securityGroups"),
    "aws:ec2/launchTemplate:LaunchTemplate": (
        "vpcSecurityGroupIds",
        "networkInterfaces.securityGroups",
    ),
    "aws:ec2/launchConfiguration:LaunchConfiguration": ("securityGroups",),
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": ("vpcSecurityGroupIds",),
    "aws:elb/loadBalancer:LoadBalancer": ("securityGroups",),
    "aws:ecs/service:Service": ("networkConfiguration.securityGroups",),
    "aws:lambda/function:Function": ("vpcConfig.securityGroupIds",),
    "aws:lb/loadBalancer:LoadBalancer": ("securityGroups",),
    "aws:codebuild/project:Project": ("vpcConfig.securityGroupIds",),
}


def clients_in(group: Resource) -> list[Resource]:
    """Return the resources that have to open connections, and have but this group to do so."""
    return [
        member
        for token, paths in CLIENTS.items()
        for path in paths
        for member in group.referrers(token, path)
        if not any(
            _lets_out(other) for other in member.follow(path, *GROUPS) if other.urn != group.urn
        )
    ]


def _lets_out(group: Resource) -> bool:
    """Whether a group has rules, or may have some, that let connections out."""
    found = rules_of(group)
    return not found.closed or any(found.of(EGRESS))


def groups_of(resource: Resource, path: str) -> list[SecurityGroupRules] | None:
    """Return the rules of all security groups at `path`; None where they are not all known."""
    followed = resource.follow(path, *GROUPS)
    if not followed.exact or not followed:
        return None
    return [rules_of(group) for group in followed]


def peer_of(resource: Resource, groups: str, subnets: str = "") -> Peer:
    """Return a resource as a peer.

    Args:
        resource: who talks.
        groups: the path of its security groups.
        subnets: the path of the subnets that it lives in, "" where they are not told.
    """
    members = resource.follow(groups, *GROUPS)
    urns = frozenset(group.urn for group in members) if members.exact else None
    return Peer(urns, networks_of(resource, subnets) if subnets else None)


def networks_of(resource: Resource, path: str) -> tuple[Network, ...] | None:
    """Return the blocks of all subnets at `path`; None where they are not all known."""
    subnets = resource.follow(path, "aws:ec2/subnet:Subnet")
    if not subnets.exact or not subnets:
        return None
    found: list[Network] = []
    for subnet in subnets:
        network = parse_block(look_up(subnet.tree, ("cidrBlock",)))
        if network is None or look_up(subnet.tree, ("ipv6CidrBlock",)) is not ABSENT:
            return None
        found.append(network)
    return tuple(found)
