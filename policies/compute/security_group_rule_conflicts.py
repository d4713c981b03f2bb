"""Security group and network ACL rules that AWS refuses, or that shut out too much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policypack import (
    Block,
    Findings,
    Level,
    Resource,
    Severity,
    Stack,
    Undetermined,
    relational_rule,
    resource_rule,
    stack_rule,
)
from policypack.aws.catalog import default_port
from policypack.aws.cidr import Network, parse_block
from policypack.aws.load_balancers import CLASSIC_LOAD_BALANCER, LOAD_BALANCER
from policypack.aws.security_groups import (
    ALL,
    ANYONE,
    EGRESS,
    EGRESS_RULE,
    GROUPS,
    INGRESS,
    INGRESS_RULE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    SecurityGroupRule,
    allows,
    clients_in,
    groups_of,
    normal_protocol,
    rules_of,
)
from policypack.aws.zones import VPC
from policypack.plan.references import distinct
from policypack.plan.values import ABSENT, is_given, known_at, look_up

STANDALONE = (SECURITY_GROUP_RULE, INGRESS_RULE, EGRESS_RULE)
NETWORK_ACL = "aws:ec2/networkAcl:NetworkAcl"
DEFAULT_NETWORK_ACL = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
NETWORK_ACL_ASSOCIATION = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
NETWORK_ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"
EC2_RULES = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
IP_PERMISSION = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html"
# Names of application protocols that people write where EC2 wants a transport protocol.
_APPLICATIONS = {"http", "https", "ssh", "dns", "smtp", "ftp", "rdp", "mysql", "postgres", "redis"}


def _rule_blocks(resource: Resource) -> Iterator[Block]:
    if resource.type not in GROUPS:
        yield Block(resource, resource.tree, ())
        return
    for direction in (INGRESS, EGRESS):
        yield from resource.each(direction)


def _protocol(block: Block) -> str | None:
    key = "ipProtocol" if block.resource.type in (INGRESS_RULE, EGRESS_RULE) else "protocol"
    return normal_protocol(known_at(block.tree, key))


@resource_rule(
    on=[*GROUPS, *STANDALONE],
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="InvalidParameterValue: Invalid value for portRange",
    source=IP_PERMISSION,
    covers=(
        "ec2-security-group-egress-icmp-type-out-of-range",
        "ec2-security-group-egress-port-out-of-range",
        "ec2-security-group-egress-ports-reversed",
        "ec2-security-group-ingress-icmp-type-out-of-range",
        "ec2-security-group-ingress-port-out-of-range",
        "ec2-security-group-ingress-ports-reversed",
        "ec2-security-group-rule-icmp-type-out-of-range",
        "ec2-security-group-rule-port-out-of-range",
        "ec2-security-group-rule-ports-reversed",
        "ec2-vpc-security-group-rule-icmp-type-out-of-range",
        "ec2-vpc-security-group-rule-port-out-of-range",
        "ec2-vpc-security-group-rule-ports-reversed",
        "ec2-vpc-security-group-rule-without-ports",
    ),
)
def sg_rule_port_range_invalid(resource: Resource) -> Findings:
    """The ports of a security group rule are a range that EC2 knows.

    Why: EC2 refuses a range that runs backwards or leaves 0 to 65535, and an unknown protocol.
    Fix: order the ports; for every port take 0 to 65535, for all traffic the protocol -1 with 0, 0.
    """
    for block in _rule_blocks(resource):
        protocol = _protocol(block)
        low, high = known_at(block.tree, "fromPort"), known_at(block.tree, "toPort")
        if protocol is None:
            continue
        for path, text in _port_faults(block, protocol, low, high):
            yield block.finding(path, text)


def _port_faults(block: Block, protocol: str, low: Any, high: Any) -> Iterator[tuple[str, str]]:
    if protocol in _APPLICATIONS or (protocol.isdigit() and int(protocol) > 255):
        key = "ipProtocol" if "ipProtocol" in block else "protocol"
        yield key, f"{protocol} is no IP protocol"
    elif protocol in ("tcp", "udp"):
        yield from _tcp_faults(block, protocol, low, high)
    elif protocol == ALL and block.resource.type in GROUPS:
        if any(isinstance(port, int) and port != 0 for port in (low, high)):
            yield "fromPort", f"all traffic (-1) is given the ports {low} to {high}"
    elif protocol in ("icmp", "icmpv6"):
        yield from _missing(block, protocol) if protocol == "icmp" else ()
        yield from _icmp_faults(low, high)


def _missing(block: Block, protocol: str) -> Iterator[tuple[str, str]]:
    """The end of the range that a rule of its own does not give."""
    is_single = block.resource.type in (INGRESS_RULE, EGRESS_RULE)
    for key in ("fromPort", "toPort") if is_single else ():
        if look_up(block.tree, (key,)) is ABSENT:
            yield key, f"the rule for {protocol} gives no {key}"
            return


def _tcp_faults(block: Block, protocol: str, low: Any, high: Any) -> Iterator[tuple[str, str]]:
    for key, port in (("fromPort", low), ("toPort", high)):
        if isinstance(port, int) and (port > 65535 or port < -1):
            yield key, f"{port} is no port"
            return
    yield from _missing(block, protocol)
    if isinstance(low, int) and isinstance(high, int) and low > high:
        yield "fromPort", f"the range runs backwards, from {low} to {high}"


def _icmp_faults(kind: Any, code: Any) -> Iterator[tuple[str, str]]:
    for key, value in (("fromPort", kind), ("toPort", code)):
        if isinstance(value, int) and not -1 <= value <= 255:
            yield key, f"{value} is no ICMP {'type' if key == 'fromPort' else 'code'}"
            return
    if kind == -1 and isinstance(code, int) and code != -1:
        yield "toPort", f"the code {code} stands without an ICMP type"


@stack_rule(
    on=STANDALONE,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidPermission.Duplicate: the specified rule already exists",
    source=EC2_RULES,
)
def sg_rule_duplicate(stack: Stack) -> Findings:
    """A security group has each rule once.

    Why: EC2 refuses the second of two equal rules, whatever their descriptions.
    Fix: delete one of them, or merge their sources into one resource.
    """
    first: dict[tuple[str, SecurityGroupRule], Resource] = {}
    reported: set[str] = set()
    for group in stack.of_type(*GROUPS):
        for rule in rules_of(group).rules:
            if not _is_definite(rule):
                continue
            other = first.setdefault((group.urn, rule), rule.origin)
            if other is not rule.origin and rule.origin.urn not in reported:
                reported.add(rule.origin.urn)
                yield rule.origin.finding("", f"is the same rule as {other.name}: {_shown(rule)}")


def _is_definite(rule: SecurityGroupRule) -> bool:
    standalone = rule.origin.type in STANDALONE
    is_known = rule.protocol is not None and rule.ports is not None
    return standalone and is_known and bool(rule.source.value)


def _shown(rule: SecurityGroupRule) -> str:
    ports = (
        "" if rule.ports is None or rule.protocol == ALL else f" {rule.ports[0]}-{rule.ports[1]}"
    )
    way = "from" if rule.direction == INGRESS else "to"
    return f"{rule.protocol}{ports} {way} {rule.source.value.rpartition('::')[2]}"


@resource_rule(
    on=[*GROUPS, *STANDALONE],
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidParameterValue: CIDR block is malformed",
    source=EC2_RULES,
    covers=(
        "ec2-security-group-egress-malformed-cidr",
        "ec2-security-group-ingress-malformed-cidr",
        "ec2-security-group-rule-malformed-cidr",
        "ec2-vpc-security-group-rule-malformed-cidr",
        "ec2-vpc-security-group-rule-not-exactly-one-peer",
    ),
)
def sg_rule_source_invalid(resource: Resource) -> Findings:
    """A security group rule names its source in the property that is meant for it.

    Why: EC2 wants exactly one source for a rule, and a CIDR block of the family of its property.
    Fix: give one source; IPv4 blocks and IPv6 blocks have a property each.
    """
    if resource.type in (INGRESS_RULE, EGRESS_RULE):
        yield from _not_one_source(resource)
    if resource.type == SECURITY_GROUP_RULE:
        yield from _conflicting_sources(resource)
    for block in _rule_blocks(resource):
        for key, version in _CIDR_KEYS:
            for place, text in _blocks_at(block, key):
                network = parse_block(text)
                if network is None:
                    yield block.finding(place, f'"{text}" is no CIDR block')
                elif network.version != version:
                    yield block.finding(place, f"{text} is an IPv{network.version} block")


_SINGLE_SOURCES = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
_CIDR_KEYS = (("cidrBlocks", 4), ("ipv6CidrBlocks", 6), ("cidrIpv4", 4), ("cidrIpv6", 6))


def _not_one_source(resource: Resource) -> Findings:
    given = [key for key in _SINGLE_SOURCES if resource.has(key)]
    if not given:
        yield resource.finding("", "the rule has no source")
    if len(given) > 1:
        yield resource.finding(given[1], f"the rule has {len(given)} sources: {', '.join(given)}")


_LISTED_SOURCES = ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds")


def _conflicting_sources(resource: Resource) -> Findings:
    """What the provider refuses of the sources of a rule that may list several."""
    listed = [key for key in _LISTED_SOURCES if resource.has(key)]
    itself = look_up(resource.tree, ("self",))
    if not listed and not resource.has("sourceSecurityGroupId") and itself in (ABSENT, False):
        yield resource.finding("", "the rule has no source")
    blocks = [key for key in listed if key != "prefixListIds" and is_given(resource.tree, key)]
    for key in ("sourceSecurityGroupId", "self") if blocks else ():
        if (itself is True) if key == "self" else resource.has(key):
            yield resource.finding(key, f"another source stands beside {blocks[0]}")


def _blocks_at(block: Block, key: str) -> Iterator[tuple[str, str]]:
    value = look_up(block.tree, (key,))
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for index, element in enumerate(value):
            if isinstance(element, str):
                yield f"{key}[{index}]", element


@relational_rule(
    on=[*GROUPS, *STANDALONE],
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidGroup.NotFound: You have specified two resources that belong to different "
    "networks",
    source=EC2_RULES,
)
def sg_reference_wrong_vpc(resource: Resource) -> Findings:
    """A security group rule refers to a group of its own VPC.

    Why: EC2 refuses a reference into a VPC that is neither its own nor connected to it.
    Fix: refer to a group of the same VPC, or admit the CIDR block of the other one.
    """
    if resource.stack is None or resource.stack.of_type(*_CONNECTIONS):
        return
    for owner, path in _group_references(resource):
        for other in resource.follow(path, *GROUPS):
            if _in_other_vpc(owner, other):
                yield resource.finding(path, f"{other.name} is in another VPC than {owner.name}")


_CONNECTIONS = (
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
    "aws:ec2transitgateway/transitGateway:TransitGateway",
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
    "aws:vpc/securityGroupVpcAssociation:SecurityGroupVpcAssociation",
)


def _group_references(resource: Resource) -> Iterator[tuple[Resource, str]]:
    if resource.type in GROUPS:
        for block in _rule_blocks(resource):
            path = block.full_path("securityGroups")
            if resource.follow(path, *GROUPS).exact:
                yield resource, path
        return
    key = "sourceSecurityGroupId" if resource.type == SECURITY_GROUP_RULE else _SINGLE_SOURCES[3]
    if resource.has(key) and resource.follow(key, *GROUPS).exact:
        yield resource.follow("securityGroupId", *GROUPS).one, key


def _in_other_vpc(owner: Resource, other: Resource) -> bool:
    own, others = owner.follow("vpcId", VPC), other.follow("vpcId", VPC)
    if len(own) != 1 or len(others) != 1:
        return False
    new = own.one.is_new and others.one.is_new
    return new and distinct(own.one.urn, others.one.urn)


@stack_rule(
    on=[*GROUPS, *STANDALONE],
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    error="InvalidParameterValue: Value for parameter GroupName or Description is invalid",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html",
    covers=(
        "ec2-security-group-egress-description-characters",
        "ec2-security-group-ingress-description-characters",
        "ec2-security-group-name-default",
        "ec2-security-group-name-like-an-id",
        "ec2-security-group-rule-description-characters",
        "ec2-vpc-security-group-rule-description-characters",
    ),
    owns=[
        *(f"{token}#description" for token in (SECURITY_GROUP, *STANDALONE)),
        *(f"{group}#{way}[].description" for group in GROUPS for way in (INGRESS, EGRESS)),
    ],
)
def sg_name_invalid_or_duplicate(stack: Stack) -> Findings:
    """A security group has a name that EC2 takes and that no other of its VPC has.

    Why: EC2 reserves `default` and `sg-`, and refuses a name twice in a VPC and unusual characters.
    Fix: let Pulumi name the group, and keep descriptions to plain ASCII.
    """
    names: dict[tuple[str, str], Resource] = {}
    for group in stack.of_type(SECURITY_GROUP):
        yield from _name_faults(group)
        key = _name_key(group)
        if key is not None and (other := names.setdefault(key, group)) is not group:
            yield group.finding("name", f"{key[1]} is the name of {other.name} in the same VPC")
    for resource in stack.of_type(*GROUPS, *STANDALONE):
        yield from _description_faults(resource)


def _name_faults(group: Resource) -> Findings:
    name = group.tree.get("name")
    if isinstance(name, str) and (name.startswith("sg-") or name == "default"):
        yield group.finding("name", f"{name} is a name that EC2 reserves")


def _name_key(group: Resource) -> tuple[str, str] | None:
    name = group.tree.get("name")
    try:
        return (group.identity("vpcId", VPC), name) if isinstance(name, str) else None
    except Undetermined:
        return None


_DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]*")


def _description_faults(resource: Resource) -> Findings:
    own = [Block(resource, resource.tree, ())] if resource.type in GROUPS else []
    for block in [*own, *_rule_blocks(resource)]:
        text = known_at(block.tree, "description")
        if not isinstance(text, str):
            continue
        if len(text) > 255:
            yield block.finding("description", f"the text is {len(text)} characters long, over 255")
        elif strange := _DESCRIPTION.sub("", text):
            yield block.finding("description", f"the text holds {strange[0]!r}")


@relational_rule(
    on=SECURITY_GROUP,
    level=Level.ADVISORY,
    severity=Severity.CRITICAL,
    source="https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup/",
)
def sg_no_egress(group: Resource) -> Findings:
    """A security group of something that opens connections has an egress rule.

    Why: the provider removes the rule by which AWS lets everything out, so nothing inside reaches
    package mirrors, targets or databases; start-up scripts hang.
    Fix: add the `egress` that is needed, or a SecurityGroupEgressRule.
    """
    found = rules_of(group)
    if not found.closed or any(found.of(EGRESS)):
        return
    members = clients_in(group)
    if members:
        names = ", ".join(sorted({member.name for member in members})[:5])
        yield group.finding("egress", f"nothing is let out, and {names} is in the group")


@relational_rule(
    on=GROUPS,
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    source="https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup/",
)
def sg_inline_and_standalone_rules(group: Resource) -> Findings:
    """The rules of a security group are inline, or resources of their own and of one kind.

    Why: a group with inline rules, and the default group always, owns the whole list and removes
    the others at every update, so they come and go; rules of two kinds overwrite each other.
    Fix: use one style for a group, best a SecurityGroupIngressRule or EgressRule for each rule.
    """
    exclusive = "aws:ec2/vpcSecurityGroupRulesExclusive:VpcSecurityGroupRulesExclusive"
    if group.referrers(exclusive, "securityGroupId"):
        return
    is_default = group.type != SECURITY_GROUP
    for direction in (INGRESS, EGRESS):
        is_owner = is_default or group.has(direction)
        if is_owner and direction not in group.options.ignore_changes:
            others = [one for kind in _apart(group, direction) for one in kind]
            if others:
                names = ", ".join(one.name for one in others[:5])
                own = (
                    "the group keeps but its inline rules" if is_default else "the rules are inline"
                )
                yield group.finding(direction, f"{own}, and {names} is one apart")
    older, newer = (
        [one for direction in (INGRESS, EGRESS) for one in _apart(group, direction)[kind]]
        for kind in (0, 1)
    )
    if older and newer:
        text = f"{older[0].name} and {newer[0].name} are rules of two kinds"
        yield group.finding("", text)


def _apart(group: Resource, direction: str) -> tuple[list[Resource], list[Resource]]:
    """The rules of a direction that are resources: those of the older kind, those of the newer."""
    older = group.referrers(SECURITY_GROUP_RULE, "securityGroupId")
    newer = group.referrers(
        INGRESS_RULE if direction == INGRESS else EGRESS_RULE, "securityGroupId"
    )
    return [one for one in older if one.tree.get("type") == direction], list(newer)


@relational_rule(
    on=["aws:lb/listener:Listener", CLASSIC_LOAD_BALANCER],
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
    "load-balancer-update-security-groups.html",
)
def elbv2_listener_port_not_admitted(resource: Resource) -> Findings:
    """The security groups of a load balancer admit the ports of its listeners.

    Why: clients time out although the load balancer is active and its targets healthy.
    Fix: open the listener's port in a security group of the load balancer.
    """
    if resource.type == CLASSIC_LOAD_BALANCER:
        for listener in resource.each("listeners"):
            yield from _not_admitted(resource, listener, "lbPort", "tcp")
        return
    balancer = resource.follow("loadBalancerArn", LOAD_BALANCER).one
    udp = resource.get("protocol", "HTTP") in ("UDP", "QUIC")
    yield from _not_admitted(
        balancer, Block(resource, resource.tree, ()), "port", "udp" if udp else "tcp"
    )


def _not_admitted(balancer: Resource, listener: Block, key: str, protocol: str) -> Findings:
    groups = groups_of(balancer, "securityGroups")
    port = known_at(listener.tree, key)
    # A number that is no port is told as such.
    if not groups or not isinstance(port, int) or not 1 <= port <= 65535:
        return
    if allows(groups, INGRESS, protocol, port, ANYONE) is False:
        names = ", ".join(one.group.name for one in groups)
        yield listener.finding(key, f"{names} admits nobody on {protocol} {port}")


# Editions of one engine listen on one port: each family has a member that the catalog knows.
_MEMBER_OF = {"oracle": "oracle-ee", "sqlserver": "sqlserver-ee", "db2": "db2-se"}
_EFS_PORT = 2049
# Type -> the path of its security groups, and the engine where the type has but one.
_STORES: dict[str, tuple[str, str]] = {
    "aws:rds/instance:Instance": ("vpcSecurityGroupIds", ""),
    "aws:rds/cluster:Cluster": ("vpcSecurityGroupIds", ""),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("securityGroupIds", "redis"),
    "aws:elasticache/cluster:Cluster": ("securityGroupIds", ""),
    "aws:docdb/cluster:Cluster": ("vpcSecurityGroupIds", "docdb"),
    "aws:efs/mountTarget:MountTarget": ("securityGroups", "efs"),
}


@relational_rule(
    on=_STORES,
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html",
)
def sg_client_not_admitted_by_database(store: Resource) -> Findings:
    """The security groups of a data store admit its port.

    Why: nothing can connect to the store.
    Fix: admit the application's security group on the port of the engine.
    """
    path, engine = _STORES[store.type]
    port = _store_port(store, engine)
    groups = groups_of(store, path)
    if groups and allows(groups, INGRESS, "tcp", port, ANYONE) is False:
        names = ", ".join(one.group.name for one in groups)
        yield store.finding(path, f"{names} admits nobody on the port {port}")


def _store_port(store: Resource, engine: str) -> int:
    if engine == "efs":
        return _EFS_PORT
    port = store["port"] if store.has("port") else default_port(_engine(store, engine))
    if not isinstance(port, int):
        raise Undetermined("port")
    return port


def _engine(store: Resource, engine: str) -> str:
    name = str(engine or store["engine"]).lower()
    return _MEMBER_OF.get(name.split("-")[0], name)


@relational_rule(
    on=[NETWORK_ACL, DEFAULT_NETWORK_ACL],
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html",
)
def nacl_blocks_return_traffic(acl: Resource) -> Findings:
    """A network ACL lets the answers out that belong to what it lets in.

    Why: ACLs keep no state and end in a deny, so replies are dropped; the rule of the lowest number
    decides.
    Fix: allow the ephemeral ports 1024-65535 in the other direction, and number what allows below
    what denies more.
    """
    if not acl.is_new or not _has_subnets(acl):
        return
    ways = {direction: _entries(acl, direction) for direction in (INGRESS, EGRESS)}
    yield from _shadowed(ways)
    for direction, other in ((INGRESS, EGRESS), (EGRESS, INGRESS)):
        if not any(one.allows for one in ways[direction]) and any(
            one.allows for one in ways[other]
        ):
            yield acl.finding(
                direction, f"no {direction} rule allows anything, so replies are lost"
            )
            return
    served = [one for one in ways[INGRESS] if one.allows and one.is_service]
    if served and not any(one.allows and one.is_ephemeral for one in ways[EGRESS]):
        yield acl.finding(EGRESS, "no egress rule allows the ephemeral ports 1024-65535")


def _has_subnets(acl: Resource) -> bool:
    """Whether an ACL is at work; the default one has whatever subnet has no other."""
    if acl.type == DEFAULT_NETWORK_ACL or acl.get("subnetIds", []):
        return True
    return bool(acl.referrers(NETWORK_ACL_ASSOCIATION, "networkAclId"))


@dataclass(frozen=True)
class _Entry:
    """A rule of a network ACL."""

    block: Block
    action: str
    protocol: str
    low: int
    high: int
    number: Any
    network: Network | None

    @property
    def allows(self) -> bool:
        return self.action.lower() == "allow"

    @property
    def is_service(self) -> bool:
        return self.protocol == "tcp" and self.low < 1024

    @property
    def is_ephemeral(self) -> bool:
        # Any part of the range counts: clients of one kind may use but that part.
        return self.protocol == ALL or (self.protocol == "tcp" and self.high >= 1024)

    def shadows(self, other: _Entry) -> bool:
        """Whether this entry decides whatever the other one speaks of, and before it."""
        numbers = isinstance(self.number, int) and isinstance(other.number, int)
        if not numbers or self.number >= other.number:
            return False
        if self.network is None or other.network is None or not _holds(self.network, other.network):
            return False
        same = self.protocol == other.protocol and self.protocol in ("tcp", "udp")
        inside = self.low <= other.low and other.high <= self.high
        return self.protocol == ALL or (same and inside)


def _holds(outer: Network, inner: Network) -> bool:
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def _shadowed(ways: dict[str, list[_Entry]]) -> Findings:
    for entries in ways.values():
        for entry in entries:
            denial = next((one for one in entries if not one.allows and one.shadows(entry)), None)
            if entry.allows and denial:
                text = f"rule {entry.number} allows what rule {denial.number} denies before it"
                yield entry.block.finding("", text)


def _entries(acl: Resource, direction: str) -> list[_Entry]:
    """The rules of a direction.

    Raises:
        Undetermined: one of them is not known.
    """
    apart = acl.referrers(NETWORK_ACL_RULE, "networkAclId")
    if not apart.closed:
        raise Undetermined("rules of the network ACL")
    entries = [_entry(block, "action", "ruleNo") for block in acl.get(direction, [])]
    entries.extend(
        _entry(Block(rule, rule.tree, ()), "ruleAction", "ruleNumber")
        for rule in apart
        if rule.get("egress", False) == (direction == EGRESS)
    )
    return entries


def _entry(block: Block, action: str, number: str) -> _Entry:
    protocol = normal_protocol(block["protocol"]) or ""
    low, high = block.get("fromPort", 0), block.get("toPort", 65535)
    source = known_at(block.tree, "cidrBlock") or known_at(block.tree, "ipv6CidrBlock")
    placed = known_at(block.tree, number)
    if not isinstance(low, int) or not isinstance(high, int) or not isinstance(block[action], str):
        raise Undetermined(block.path)
    return _Entry(block, block[action], protocol, low, high, placed, parse_block(source))
