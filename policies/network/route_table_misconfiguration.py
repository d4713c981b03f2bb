"""Route table misconfiguration: routes that AWS refuses, and subnets that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policypack import (
    UNKNOWN,
    Findings,
    Level,
    Resource,
    Severity,
    Stack,
    relational_rule,
    stack_rule,
)
from policypack.aws.cidr import Network, overlaps, parse_block
from policypack.aws.load_balancers import LOAD_BALANCER
from policypack.aws.routes import (
    ASSOCIATION,
    EGRESS_ONLY_GATEWAY,
    INTERNET_GATEWAY,
    MAIN_ASSOCIATION,
    NAT_GATEWAY,
    ROUTE,
    ROUTE_TABLE,
    ROUTE_TABLES,
    TARGETS,
    VPN_GATEWAY,
    PlannedRoute,
    handled_elsewhere,
    in_other_vpc,
    known_blocks,
    lists_its_routes,
    route_table_of,
    routes_in,
    routes_of,
    table_of,
    vpc_made_here,
    vpc_of_or_none,
)
from policypack.aws.zones import INSTANCE, NETWORK_INTERFACE, SUBNET, SUBNETS, VPCS
from policypack.plan.references import distinct
from policypack.plan.values import Undetermined, look_up

CARRIER_GATEWAY = "aws:ec2/carrierGateway:CarrierGateway"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
PEERING_ACCEPTER = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"
TRANSIT_GATEWAY = "aws:ec2transitgateway/transitGateway:TransitGateway"

ROUTES = (ROUTE, *ROUTE_TABLES)
CREATE_ROUTE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html"
ASSOCIATE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateRouteTable.html"

# What lives in one VPC, by the property that names it as a target.
_LOCAL_TARGETS = {
    "gatewayId": (INTERNET_GATEWAY, VPN_GATEWAY),
    "egressOnlyGatewayId": (EGRESS_ONLY_GATEWAY,),
    "natGatewayId": (NAT_GATEWAY,),
    "networkInterfaceId": (NETWORK_INTERFACE,),
}


def _one(resource: Resource, path: str, *types: str) -> Resource | None:
    followed = resource.follow(path, *types)
    return followed[0] if followed.exact and len(followed) == 1 else None


def _apart(one: Resource | None, other: Resource | None) -> bool:
    """Whether two resources are certainly in different VPCs."""
    try:
        return one is not None and other is not None and in_other_vpc(one, other)
    except Undetermined:
        return False


@relational_rule(
    on=[*ROUTES, ASSOCIATION, MAIN_ASSOCIATION],
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="InvalidParameterValue: route table rtb-... and ... belong to different networks",
    source=ASSOCIATE,
)
def vpc_route_table_cross_vpc(resource: Resource) -> Findings:
    """A route table, its subnets and the gateways of its routes are in one VPC.

    Why: AWS refuses the association or the route.
    Fix: refer to a table, a subnet or a gateway of the same VPC.
    """
    if resource.type in (ASSOCIATION, MAIN_ASSOCIATION):
        yield from _associated_apart(resource)
        return
    is_route = resource.type == ROUTE
    table = _one(resource, "routeTableId", *ROUTE_TABLES) if is_route else resource
    if table is None:
        return
    for route in routes_in(resource):
        for name, types in _LOCAL_TARGETS.items():
            followed = route.follow(name, *types)
            if followed.exact and len(followed) == 1 and _apart(table, followed[0]):
                text = f"{followed[0].name} is in another VPC than the table {table.name}"
                yield route.finding(name, text)


def _associated_apart(association: Resource) -> Findings:
    table = _one(association, "routeTableId", *ROUTE_TABLES)
    subnet = _one(association, "subnetId", SUBNET)
    gateway = _one(association, "gatewayId", INTERNET_GATEWAY, VPN_GATEWAY)
    for path, other in (("subnetId", subnet), ("gatewayId", gateway)):
        if table and other and _apart(table, other):
            text = f"{other.name} is in another VPC than the table {table.name}"
            yield association.finding(path, text)
    if table and association.type == MAIN_ASSOCIATION and _apart(association, table):
        yield association.finding("routeTableId", f"the table {table.name} is in another VPC")


# The beginning of an id, what it belongs to, and the property that takes it.
_KINDS = {
    "igw": ("an internet gateway", "gatewayId"),
    "vgw": ("a VPN gateway", "gatewayId"),
    "nat": ("a NAT gateway", "natGatewayId"),
    "eigw": ("an egress-only internet gateway", "egressOnlyGatewayId"),
    "eni": ("a network interface", "networkInterfaceId"),
    "i": ("an instance", "networkInterfaceId"),
    "tgw": ("a transit gateway", "transitGatewayId"),
    "pcx": ("a peering connection", "vpcPeeringConnectionId"),
    "vpce": ("an endpoint", "vpcEndpointId"),
    "cagw": ("a carrier gateway", "carrierGatewayId"),
}
_KIND_OF_TYPE = {
    INTERNET_GATEWAY: "igw",
    VPN_GATEWAY: "vgw",
    NAT_GATEWAY: "nat",
    EGRESS_ONLY_GATEWAY: "eigw",
    NETWORK_INTERFACE: "eni",
    INSTANCE: "i",
    TRANSIT_GATEWAY: "tgw",
    PEERING: "pcx",
    PEERING_ACCEPTER: "pcx",
    ENDPOINT: "vpce",
    CARRIER_GATEWAY: "cagw",
}
# AWS itself tells of endpoints and carrier gateways as `gatewayId`. Instances, endpoints and NAT
# gateways have outputs that are interfaces.
_TAKES = {
    "gatewayId": ("igw", "vgw", "vpce", "cagw"),
    "natGatewayId": ("nat",),
    "egressOnlyGatewayId": ("eigw",),
    "networkInterfaceId": ("eni", "i", "vpce", "nat"),
    "transitGatewayId": ("tgw",),
    "vpcPeeringConnectionId": ("pcx",),
    "vpcEndpointId": ("vpce",),
}


@relational_rule(
    on=ROUTES,
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="InvalidGatewayID.NotFound: The gateway ID '...' does not exist",
    source=CREATE_ROUTE,
    covers=["ec2-route-not-exactly-one-target"],
)
def vpc_route_target_wrong_property(resource: Resource) -> Findings:
    """A route names one target, by the property for that kind of target.

    Why: AWS looks for the id among the wrong kind of resources, or refuses a route without one
      target.
    Fix: set the property that belongs to the target, and no other.
    """
    for route in routes_in(resource):
        yield from _number_of_targets(route)
        for name in route.targets:
            kind = _kind(route, name)
            if kind is not None and kind not in _TAKES.get(name, (kind,)):
                what, right = _KINDS[kind]
                error = None if name == "gatewayId" else ""
                fix = f"Set `{right}` in its place."
                text = f"{_told(route, name)} is {what}"
                yield route.finding(name, text, error=error, fix=fix)


def _kind(route: PlannedRoute, name: str) -> str | None:
    """Return the kind of what certainly stands in a property, None if that is not known."""
    value = route.origin.tree.get(name)
    if isinstance(value, str):
        prefix = value.partition("-")[0]
        return prefix if "-" in value and prefix in _KINDS else None
    if route.is_inline and _unknowns(route.resource.tree.get("routes")) != 1:
        return None  # the dependency may be that of another route
    followed = route.follow(name)
    if not followed.exact or len(followed) != 1:
        return None
    return _KIND_OF_TYPE.get(followed[0].type)


def _unknowns(tree: object) -> int:
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list):
        return sum(map(_unknowns, tree))
    return int(tree is UNKNOWN)


def _told(route: PlannedRoute, name: str) -> str:
    value = route.origin.tree.get(name)
    return value if isinstance(value, str) else str(route.follow(name)[0].name)


_DESTINATION_NAMES = ("cidrBlock", "ipv6CidrBlock", "destinationPrefixListId")
_ROUTE_NAMES = ("routeTableId", "region", "destinationCidrBlock", "destinationIpv6CidrBlock")
_ALL_NAMES = frozenset((*TARGETS, *_DESTINATION_NAMES, *_ROUTE_NAMES))


def _number_of_targets(route: PlannedRoute) -> Findings:
    """Yield a finding for a route without a target or with several known ones."""
    tree = route.origin.tree
    known = [name for name in route.targets if isinstance(tree[name], str)]
    given = {name for name, value in tree.items() if value not in (None, "")}
    if len(known) > 1:
        text = f"the route has several targets: {', '.join(known)}"
        yield route.finding(known[1], text, error="", fix="Keep one of them.")
    elif not given.intersection(TARGETS) and given <= _ALL_NAMES:  # a newer one is not known here
        fix = "Set one target, such as `gatewayId` or `natGatewayId`."
        yield route.finding("", "the route has no target", error="", fix=fix)


# What identifies the target that a property names beyond doubt.
_TARGET_TYPES = {
    "carrierGatewayId": (CARRIER_GATEWAY,),
    "egressOnlyGatewayId": (EGRESS_ONLY_GATEWAY,),
    "gatewayId": (INTERNET_GATEWAY, VPN_GATEWAY),
    "natGatewayId": (NAT_GATEWAY,),
    "networkInterfaceId": (NETWORK_INTERFACE,),
    "transitGatewayId": (TRANSIT_GATEWAY,),
    "vpcEndpointId": (ENDPOINT,),
    "vpcPeeringConnectionId": (PEERING,),
}


def _leads_to(route: PlannedRoute) -> str:
    """Return the property that names the only target of a route, "" if that is not certain."""
    if len(route.targets) != 1:
        return ""
    name = route.targets[0]
    if isinstance(route.origin.tree[name], str):
        return name
    types = _TARGET_TYPES.get(name)
    if types is None:
        return ""
    followed = route.follow(name, *types)
    return name if followed.exact and followed else ""


def _destination_block(route: PlannedRoute) -> Network | None:
    return parse_block(route.origin.tree.get(route.destination_property))


# The family that a target does not take.
_REFUSES = {
    "egressOnlyGatewayId": (4, "an egress-only internet gateway"),
    "carrierGatewayId": (6, "a carrier gateway"),
}


@relational_rule(
    on=ROUTES,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    source=CREATE_ROUTE,
)
def vpc_route_address_family_mismatch(resource: Resource) -> Findings:
    """The target of a route takes packets of the family that its destination has.

    Why: AWS refuses the pair. Egress-only internet gateways take IPv6 and carrier gateways take
      IPv4; no route to a prefix list leads to an endpoint.
    Fix: send `::/0` to an egress-only internet gateway, `0.0.0.0/0` to a NAT gateway.
    """
    for route in routes_in(resource):
        target, block = _leads_to(route), _destination_block(route)
        family, gateway = _REFUSES.get(target, (0, ""))
        if block is not None and block.version == family:
            text = f"{block} is IPv{family}, which {gateway} does not take"
            yield route.finding(target, text)
        listed = look_up(route.origin.tree, ("destinationPrefixListId",))
        if target == "vpcEndpointId" and block is None and isinstance(listed, str) and listed:
            error = "Cannot create or replace a prefix list route targeting a VPC Endpoint."
            fix = "List the blocks in routes of their own."
            text = f"an endpoint is no target for the prefix list {listed}"
            yield route.finding(target, text, error=error, fix=fix)


_NAT64 = parse_block("64:ff9b::/96")
_ALL_IPV6 = parse_block("::/0")


@relational_rule(
    on=ROUTES,
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    source="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html",
)
def vpc_route_ipv6_to_nat_gateway(resource: Resource) -> Findings:
    """IPv6 packets go to a NAT gateway only for 64:ff9b::/96, the addresses of NAT64.

    Why: a NAT gateway turns packets into IPv4 ones; it reaches no other IPv6 address.
    Fix: send `::/0` to an `EgressOnlyInternetGateway`.
    """
    for route in routes_in(resource):
        block = _destination_block(route)
        if block is None or block.version != 6 or _leads_to(route) != "natGatewayId":
            continue
        if block == _ALL_IPV6 or (_NAT64 is not None and not overlaps(block, _NAT64)):
            yield route.finding("natGatewayId", f"{block} is sent to a NAT gateway")


@stack_rule(
    on=ROUTES,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="RouteAlreadyExists: The route identified by ... already exists.",
    source=CREATE_ROUTE,
)
def vpc_route_duplicate_destination(stack: Stack) -> Findings:
    """A route table has one route to a destination.

    Why: AWS refuses a second route that leads elsewhere.
    Fix: take out one of the routes, or put it in another table.
    """
    first: dict[tuple[str, str], PlannedRoute] = {}
    for table, route in sorted(_routes(stack), key=lambda found: found[1].resource.is_new):
        destination = _destination(route)
        if destination is None or _may_replace_local(stack, table, destination):
            continue
        earlier = first.setdefault((table, destination), route)
        if earlier is route or not route.resource.is_new:
            continue
        if _lead_apart(earlier, route):
            text = f"{destination} is also the destination of {_place(earlier)}"
            yield route.finding(route.destination_property, text)


def _routes(stack: Stack) -> Iterator[tuple[str, PlannedRoute]]:
    """Yield the routes with what denotes their table, inline ones first."""
    for table in stack.of_type(ROUTE_TABLE):
        yield from ((table.urn, route) for route in routes_in(table))
    for route in stack.of_type(ROUTE):
        try:
            yield table_of(route), PlannedRoute(route)
        except Undetermined:
            continue


def _destination(route: PlannedRoute) -> str | None:
    try:
        return route.destination
    except Undetermined:
        return None


def _may_replace_local(stack: Stack, table: str, destination: str) -> bool:
    """Whether the destination may be the VPC's own block, whose route is there to be replaced."""
    block = parse_block(destination)
    if block is None or block.prefixlen == 0:
        return False
    found = stack.by_urn(table)
    vpc = _one(found, "vpcId", *VPCS) if found is not None else None
    if vpc is None or block.version == 6:
        return True
    return block in known_blocks(vpc) or not vpc.is_known("cidrBlock")


def _lead_apart(one: PlannedRoute, other: PlannedRoute) -> bool:
    """Whether two routes certainly have different targets; AWS takes the same one twice."""
    name, theirs = _leads_to(one), _leads_to(other)
    if not name or not theirs or name != theirs:
        return bool(name and theirs)
    types = _TARGET_TYPES.get(name)
    if types is None:
        return False
    try:
        return distinct(*(way.resource.identity(way.path(name), *types) for way in (one, other)))
    except Undetermined:
        return False


def _place(route: PlannedRoute) -> str:
    return f"{route.path('')} in {route.resource.name}" if route.is_inline else route.resource.name


@stack_rule(
    on=ASSOCIATION,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error=(
        "Resource.AlreadyAssociated: the specified association for route table rtb-... conflicts "
        "with an existing association"
    ),
    source=ASSOCIATE,
)
def vpc_route_table_association_duplicate(stack: Stack) -> Findings:
    """A subnet or a gateway is associated with one route table.

    Why: AWS refuses the second association.
    Fix: take out one of the two associations.
    """
    first: dict[tuple[str, str], Resource] = {}
    for one in sorted(stack.of_type(ASSOCIATION), key=lambda found: found.is_new):
        for path, target in _ends(one):
            earlier = first.setdefault((path, target), one)
            if earlier is not one and one.is_new and _to_other_table(earlier, one):
                yield one.finding(path, f"{earlier.name} associates it with another table")


def _ends(association: Resource) -> Iterator[tuple[str, str]]:
    ends = {"subnetId": SUBNETS, "gatewayId": (INTERNET_GATEWAY, VPN_GATEWAY)}
    for path, types in ends.items():
        try:
            yield path, association.identity(path, *types)
        except Undetermined:
            continue


def _to_other_table(one: Resource, other: Resource) -> bool:
    try:
        return distinct(table_of(one), table_of(other))
    except Undetermined:
        return False


@relational_rule(
    on=ENDPOINT,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error=(
        "InvalidParameter: Enabling private DNS requires both enableDnsSupport and "
        "enableDnsHostnames VPC attributes set to true for vpc-..."
    ),
    source="https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
)
def vpc_endpoint_private_dns_vpc_dns_disabled(endpoint: Resource) -> Findings:
    """An endpoint with private DNS names is in a VPC with DNS support and DNS host names.

    Why: AWS refuses the endpoint.
    Fix: set `enableDnsSupport` and `enableDnsHostnames` of the VPC to true.
    """
    is_interface = endpoint.get("vpcEndpointType", "Gateway") == "Interface"
    if not is_interface or endpoint.get("privateDnsEnabled", False) is not True:
        return
    vpc = vpc_made_here(endpoint)
    if not endpoint.is_new or handled_elsewhere(vpc):
        return
    for name, default in (("enableDnsSupport", True), ("enableDnsHostnames", False)):
        if vpc.get(name, default) is False:
            state = "false" if vpc.has(name) else "not set"
            yield endpoint.finding("privateDnsEnabled", f"{name} of {vpc.name} is {state}")


@relational_rule(
    on=SUBNET,
    level=Level.ADVISORY,
    severity=Severity.CRITICAL,
    source="https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html",
)
def vpc_public_subnet_without_igw_route(subnet: Resource) -> Findings:
    """A public subnet has a route to an internet gateway.

    Why: what is in it has a public address that nobody reaches.
    Fix: associate the subnet with a table that sends `0.0.0.0/0` to an `InternetGateway`.
    """
    path, use = _public_use(subnet)
    if not use:
        return
    table = route_table_of(subnet)
    if table is None:
        yield subnet.finding(path, f"{use}, but the main table has no route to the internet")
        return
    routes = routes_of(table)
    if routes.closed and not any(map(_leads_out, routes)):
        yield subnet.finding(path, f"{use}, but {table.name} has no route to an internet gateway")


def _public_use(subnet: Resource) -> tuple[str, str]:
    if look_up(subnet.tree, ("mapPublicIpOnLaunch",)) is True:
        return "mapPublicIpOnLaunch", "instances get public addresses"
    for path in ("subnets", "subnetMappings.subnetId"):
        for balancer in subnet.referrers(LOAD_BALANCER, path):
            if _faces_the_internet(balancer):
                return "", f"{balancer.name} faces the internet"
    return "", ""


def _faces_the_internet(balancer: Resource) -> bool:
    kind = look_up(balancer.tree, ("loadBalancerType",))
    is_internal = look_up(balancer.tree, ("internal",))
    return kind not in (UNKNOWN, "gateway") and is_internal not in (UNKNOWN, True)


def _leads_out(route: PlannedRoute) -> bool:
    """Whether a route may lead to the internet, be it through a firewall."""
    if route.targets == ["natGatewayId"]:
        return False
    block = parse_block(_destination(route))
    return block is None or (block.version == 4 and block.prefixlen <= 1)


@relational_rule(
    on=SUBNET,
    level=Level.ADVISORY,
    severity=Severity.MEDIUM,
    source="https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html",
)
def vpc_subnet_implicit_main_route_table(subnet: Resource) -> Findings:
    """Where some subnets of a VPC name their route table, each one does.

    Why: a subnet without an association has the main table, which leads nowhere but within the
      VPC.
    Fix: add a `RouteTableAssociation`, for a subnet that is meant to be isolated too.
    """
    if route_table_of(subnet) is not None:
        return
    vpc = vpc_made_here(subnet)
    for other in vpc.referrers(SUBNET, "vpcId"):
        if other is not subnet and other.referrers(ASSOCIATION, "subnetId"):
            text = f"{other.name} has an association with a route table, this subnet has none"
            yield subnet.finding("", text)
            return


@relational_rule(
    on=ROUTE_TABLES,
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    source="https://www.pulumi.com/registry/packages/aws/api-docs/ec2/routetable/",
)
def vpc_route_inline_and_standalone(table: Resource) -> Findings:
    """The routes of a table are all written in it, or all on their own.

    Why: an update of the table deletes the routes that are not written in it, and the next one
      brings them back.
    Fix: turn the table's `routes` into `Route` resources, or the other way round.
    """
    if "routes" in table.options.ignore_changes or not table.has("routes"):
        return
    for route in list(table.referrers(ROUTE, "routeTableId"))[:1]:
        yield table.finding("routes", f"the Route {route.name} is not among the table's own routes")


@relational_rule(
    on=PEERING,
    level=Level.ADVISORY,
    severity=Severity.MEDIUM,
    source="https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html",
)
def vpc_peering_route_missing(peering: Resource) -> Findings:
    """Both VPCs of a peering connection have a route to the other.

    Why: peering adds no routes; without one on each side no answer comes back.
    Fix: add a `Route` with `vpcPeeringConnectionId` to the tables of both VPCs.
    """
    if not peering.is_new or handled_elsewhere(peering):
        return
    vpc, peer = (vpc_made_here(peering, name) for name in ("vpcId", "peerVpcId"))
    routes = list(_routes_over(peering))
    for side, other in ((vpc, peer), (peer, vpc)):
        tables = [table for table in _tables(side) if vpc_of_or_none(table) == side.urn]
        if not tables or handled_elsewhere(side):
            continue
        urns = {table.urn for table in tables}
        if not any(home in urns and _may_reach(route, other) for home, route in routes):
            yield peering.finding("", f"no route of {side.name} leads to {other.name}")


def _routes_over(peering: Resource) -> Iterator[tuple[str, PlannedRoute]]:
    """Yield the routes over a connection, with what denotes their table.

    Raises:
        Undetermined: there may be others, or a table is not known.
    """
    standalone = peering.referrers(ROUTE, "vpcPeeringConnectionId")
    inline = [peering.referrers(kind, "routes.vpcPeeringConnectionId") for kind in ROUTE_TABLES]
    tables = [table for found in inline for table in found]
    closed = standalone.closed and all(found.closed for found in inline)
    if not closed or not all(map(lists_its_routes, tables)):
        raise Undetermined("vpcPeeringConnectionId")
    yield from ((table_of(route), PlannedRoute(route)) for route in standalone)
    for table in tables:
        for route in routes_in(table):
            if route.states("vpcPeeringConnectionId"):
                yield table.urn, route


def _tables(vpc: Resource) -> Iterable[Resource]:
    return vpc.stack.of_type(*ROUTE_TABLES) if vpc.stack is not None else ()


def _may_reach(route: PlannedRoute, vpc: Resource) -> bool:
    block = parse_block(_destination(route))
    blocks = known_blocks(vpc)
    return (
        block is None
        or block.version == 6
        or not blocks
        or any(overlaps(block, one) for one in blocks)
    )
