"""VPCs, their subnets, route tables and routes: who belongs to whom, and what is certain of it.

"Closed" means that the plan shows all there is: then "there is no such route" is a fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from policypack.aws.cidr import EVERYWHERE, Network, canonical, parse_block
from policypack.aws.zones import DEFAULT_VPC, SUBNETS, VPC, VPCS
from policypack.plan.finding import Finding
from policypack.plan.references import Followed, distinct
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack
from policypack.plan.values import ABSENT, UNKNOWN, Block, Undetermined, look_up

ROUTE = "aws:ec2/route:Route"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
DEFAULT_ROUTE_TABLE = "aws:ec2/defaultRouteTable:DefaultRouteTable"
ROUTE_TABLES = (ROUTE_TABLE, DEFAULT_ROUTE_TABLE)
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
MAIN_ASSOCIATION = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
PROPAGATION = "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation"
INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
INTERNET_GATEWAY_ATTACHMENT = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
EGRESS_ONLY_GATEWAY = "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
VPN_GATEWAY = "aws:ec2/vpnGateway:VpnGateway"
SECONDARY_BLOCK = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
SECONDARY_IPV6_BLOCK = "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation"

# Where a route goes to. A Route and a route within a table name the destination differently.
DESTINATIONS = {
    "destinationCidrBlock": "cidrBlock",
    "destinationIpv6CidrBlock": "ipv6CidrBlock",
    "destinationPrefixListId": "destinationPrefixListId",
}
# What it sends the packets to. `instanceId` is only in providers before version 5.
TARGETS = (
    "carrierGatewayId",
    "coreNetworkArn",
    "egressOnlyGatewayId",
    "gatewayId",
    "instanceId",
    "localGatewayId",
    "natGatewayId",
    "networkInterfaceId",
    "odbNetworkArn",
    "transitGatewayId",
    "vpcEndpointId",
    "vpcPeeringConnectionId",
)
PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"


def vpc_of(resource: Resource) -> str:
    """Return what denotes the VPC a resource is in: a URN of the stack, or a literal id.

    The resource has a `vpcId`, a `subnetId`, or is a DefaultRouteTable or an InternetGateway.

    Raises:
        Undetermined: it is not known.
    """
    if resource.type == DEFAULT_ROUTE_TABLE:
        return _vpc_of_default_table(resource)
    if resource.has("vpcId"):
        return resource.identity("vpcId", *VPCS)
    if resource.type == INTERNET_GATEWAY:
        attachment = _only(resource.referrers(INTERNET_GATEWAY_ATTACHMENT, "internetGatewayId"))
        return attachment.identity("vpcId", *VPCS)
    return vpc_of(resource.follow("subnetId", *SUBNETS).one)


def _vpc_of_default_table(table: Resource) -> str:
    """Return whose default table it is: `vpc.defaultRouteTableId`, or that as a known id."""
    if look_up(table.tree, ("defaultRouteTableId",)) is UNKNOWN:
        return str(table.follow("defaultRouteTableId", *VPCS).one.urn)
    own = table["defaultRouteTableId"]
    for vpc in _stack_of(table).of_type(*VPCS):
        if vpc.outputs.get("defaultRouteTableId") == own:
            return vpc.urn
    planned = table.outputs.get("vpcId")
    if not isinstance(planned, str) or not planned:
        raise Undetermined("vpcId")
    known = _stack_of(table).identified(planned, frozenset(VPCS))
    return known.urn if known else planned


def _only(found: Sequence[Resource]) -> Resource:
    if len(found) != 1:
        raise Undetermined("a single reference")
    return found[0]


def _stack_of(resource: Resource) -> Stack:
    if resource.stack is None:
        raise Undetermined("the stack")
    return resource.stack


def vpc_of_or_none(resource: Resource) -> str | None:
    """Return what `vpc_of` returns, None where it is not known."""
    try:
        return vpc_of(resource)
    except Undetermined:
        return None


def in_other_vpc(one: Resource, other: Resource) -> bool:
    """Whether two resources are certainly in different VPCs.

    Raises:
        Undetermined: the VPC of one is not known.
    """
    homes = vpc_of(one), vpc_of(other)
    return distinct(*homes) and not _both_default(_stack_of(one), homes)


def _both_default(stack: Stack, urns: Sequence[str]) -> bool:
    """Whether all are DefaultVpcs: two of them in a program are one in AWS."""
    found = [stack.by_urn(urn) for urn in urns]
    return all(one is not None and one.type == DEFAULT_VPC for one in found)


def vpc_made_here(resource: Resource, path: str = "vpcId") -> Resource:
    """Return the VPC that a property refers to, if this very plan creates it.

    Nothing outside the stack can then have changed it. A DefaultVpc is never new.

    Raises:
        Undetermined: it is another one, exists already, or is not known.
    """
    vpc = resource.follow(path, *VPCS).one
    if vpc.type != VPC or not vpc.is_new:
        raise Undetermined(path)
    return vpc


def is_made_here(stack: Stack, home: str) -> bool:
    """Whether `home`, as `vpc_of` returns it, is a VPC that this plan creates."""
    vpc = stack.by_urn(home)
    return vpc is not None and vpc.type == VPC and vpc.is_new


def handled_elsewhere(resource: Resource) -> bool:
    """Whether something that is not of the AWS provider (a command, `aws-native`) uses this one.

    It may then add to it what the plan does not show.
    """
    stack = _stack_of(resource)
    foreign = [one.urn for one in stack.dependents(resource) if _is_foreign(one.token)]
    # What components do is in the plan.
    return not stack.parents.issuperset(foreign)


# `pulumi-python:dynamic:Resource` and the like begin with `pulumi-`, and are foreign.
_OWN_PACKAGES = ("aws:", "pulumi:", "random:")
# Of the AWS provider, and make or call what the plan does not show.
_ACTING = ("aws:cloudformation/", "aws:cloudcontrol/", "aws:lambda/invocation:")


def _is_foreign(token: str) -> bool:
    return token.startswith(_ACTING) or not token.startswith(_OWN_PACKAGES)


def known_blocks(vpc: Resource) -> list[Network]:
    """Return the IPv4 blocks that a VPC is known to have: its own first, then secondary ones."""
    associations = vpc.referrers(SECONDARY_BLOCK, "vpcId")
    found = [look_up(one.tree, ("cidrBlock",)) for one in [vpc, *associations]]
    return [block for one in found if (block := parse_block(one)) is not None]


def all_blocks(vpc: Resource) -> list[Network]:
    """Return the IPv4 blocks of a VPC that this plan creates.

    Raises:
        Undetermined: it may have others, or one is not known.
    """
    associations = vpc.referrers(SECONDARY_BLOCK, "vpcId")
    blocks = [parse_block(one["cidrBlock"]) for one in [vpc, *associations]]
    if not associations.closed or handled_elsewhere(vpc) or None in blocks:
        raise Undetermined("cidrBlock")
    return [block for block in blocks if block is not None]


@dataclass(frozen=True)
class PlannedRoute:
    """A route: a `Route` of its own, or an element of a table's `routes`."""

    origin: Resource | Block

    @property
    def resource(self) -> Resource:
        """The resource in which it is written."""
        return self.origin.resource if isinstance(self.origin, Block) else self.origin

    @property
    def is_inline(self) -> bool:
        """Whether it is written in its table."""
        return isinstance(self.origin, Block)

    def path(self, name: str) -> str:
        """Return the path of one of its properties in the resource in which it is written."""
        return self.origin.full_path(name) if isinstance(self.origin, Block) else name

    def property_of(self, destination: str) -> str:
        """Return how it spells a key of `DESTINATIONS`."""
        return DESTINATIONS[destination] if self.is_inline else destination

    def states(self, name: str) -> bool:
        """Whether a property is given, known or not; an empty text is not."""
        value = look_up(self.origin.tree, (name,))
        return value is UNKNOWN or (isinstance(value, str) and value != "")

    @property
    def destination(self) -> str:
        """Where it leads: a block as AWS stores it, or what denotes a prefix list.

        Raises:
            Undetermined: it is not known.
        """
        names = [name for key in DESTINATIONS if self.states(name := self.property_of(key))]
        if len(names) != 1:
            raise Undetermined("destination")
        if names[0] == "destinationPrefixListId":
            return self.resource.identity(self.path(names[0]), PREFIX_LIST)
        return canonical(str(self.origin[names[0]]))

    @property
    def destination_property(self) -> str:
        """The property that holds the destination, "" if none does."""
        names = (self.property_of(key) for key in DESTINATIONS)
        return next((name for name in names if self.states(name)), "")

    @property
    def targets(self) -> list[str]:
        """The properties that name a target, known or not."""
        return [name for name in TARGETS if self.states(name)]

    def leads_everywhere(self) -> bool:
        """Whether it is a default route, `0.0.0.0/0` or `::/0`.

        Raises:
            Undetermined: its destination is not known.
        """
        return self.destination in EVERYWHERE

    def follow(self, target: str, *types: str) -> Followed:
        """Return the resources that a target property refers to."""
        return self.resource.follow(self.path(target), *types)

    def finding(self, name: str, text: str, **detail: Any) -> Finding:
        """Report a fault at one of its properties, "" for the whole route."""
        at = self.path(name) if name else self._own_path
        return self.resource.finding(at, text, **detail)

    @property
    def _own_path(self) -> str:
        return self.origin.path if isinstance(self.origin, Block) else ""


@dataclass
class Routes(Sequence[PlannedRoute]):
    """The routes of a table; `closed` when there are no others and all destinations are known.

    The local routes, and those to gateway endpoints, are not among them.
    """

    routes: list[PlannedRoute] = field(default_factory=list)
    closed: bool = True

    def __getitem__(self, index: Any) -> Any:
        return self.routes[index]

    def __len__(self) -> int:
        return len(self.routes)

    def __iter__(self) -> Iterator[PlannedRoute]:
        return iter(self.routes)

    def to(self, *destinations: str) -> list[PlannedRoute]:
        """Return the routes whose destination is known and one of these."""
        return [route for route in self.routes if _destination(route) in destinations]


def _destination(route: PlannedRoute) -> str | None:
    try:
        return route.destination
    except Undetermined:
        return None


def routes_in(resource: Resource) -> Iterator[PlannedRoute]:
    """Yield the routes that are written in a resource: a `Route` itself, those of a table."""
    if resource.type == ROUTE:
        yield PlannedRoute(resource)
    else:
        yield from map(PlannedRoute, resource.each("routes"))


def routes_of(table: Resource) -> Routes:
    """Return the routes of a RouteTable or a DefaultRouteTable, inline ones first."""
    standalone = table.referrers(ROUTE, "routeTableId")
    propagations = table.referrers(PROPAGATION, "routeTableId")
    found = [*routes_in(table), *map(PlannedRoute, standalone)]
    closed = (
        _is_made_here(table)
        and standalone.closed
        and propagations.closed
        and not propagations
        and not handled_elsewhere(table)
        and look_up(table.tree, ("propagatingVgws",)) in (ABSENT, [])
        and lists_its_routes(table)
        and all(_destination(route) is not None for route in found)
    )
    return Routes(found, closed)


def _is_made_here(table: Resource) -> bool:
    """Whether AWS has no route of it yet; a DefaultRouteTable comes with its VPC."""
    if table.type == ROUTE_TABLE:
        return table.is_new
    home = vpc_of_or_none(table)
    return home is not None and is_made_here(_stack_of(table), home)


def lists_its_routes(table: Resource) -> bool:
    """Whether all routes that are written in a table are there to be read."""
    inline = look_up(table.tree, ("routes",))
    return inline is ABSENT or (isinstance(inline, list) and UNKNOWN not in inline)


def default_routes(table: Resource) -> list[PlannedRoute]:
    """Return the routes of a table that are known to lead to `0.0.0.0/0`."""
    return routes_of(table).to("0.0.0.0/0")


def table_of(route: Resource) -> str:
    """Return what denotes the table of a `Route` or an association: a URN or a literal id.

    Raises:
        Undetermined: it is not known.
    """
    return route.identity("routeTableId", *ROUTE_TABLES)


def route_table_of(subnet: Resource) -> Resource | None:
    """Return the table that routes for a subnet; None for the main table that AWS makes.

    That is the table it is associated with, else the VPC's main one. None is only returned where
    the VPC is new, so that its main table has nothing but the local routes.

    Raises:
        Undetermined: it is not certain, or not in the stack.
    """
    associations = subnet.referrers(ASSOCIATION, "subnetId")
    if not associations.closed or len(associations) > 1:
        raise Undetermined("routeTableId")
    if associations:
        return _table(associations[0])
    return main_table_of(vpc_made_here(subnet))


def main_table_of(vpc: Resource) -> Resource | None:
    """Return the table that the plan makes the main one of a new VPC; None if it makes none.

    Raises:
        Undetermined: that is not certain.
    """
    main = vpc.referrers(MAIN_ASSOCIATION, "vpcId")
    if not main.closed or len(main) > 1 or handled_elsewhere(vpc):
        raise Undetermined("routeTableId")
    if main:
        return _table(main[0])
    tables = _stack_of(vpc).once(_default_tables)
    default = tables.get(None, []) + tables.get(vpc.urn, [])
    if not default and not _writes_to_default_table(vpc):
        return None
    table = _only(default)
    if vpc_of(table) != vpc.urn:
        raise Undetermined("routeTableId")
    return table


def _default_tables(stack: Stack) -> dict[str | None, list[Resource]]:
    """Return the default tables by their VPC; None where it is not known."""
    found: dict[str | None, list[Resource]] = {}
    for table in stack.of_type(DEFAULT_ROUTE_TABLE):
        found.setdefault(vpc_of_or_none(table), []).append(table)
    return found


def _table(association: Resource) -> Resource:
    found: Resource = association.follow("routeTableId", *ROUTE_TABLES).one
    return found


def _writes_to_default_table(vpc: Resource) -> bool:
    """Whether a `Route` may be in the main table of a VPC, as `vpc.mainRouteTableId` has it."""
    return any(
        vpc.urn in one.property_dependencies.get("routeTableId", ())
        for one in _stack_of(vpc).dependents(vpc)
        if one.type in (ROUTE, PROPAGATION) and one.has_data
    )


def associated_subnets(table: Resource) -> list[Resource]:
    """Return the subnets of the stack that are certainly associated with a table."""
    found: list[Resource] = []
    for association in table.referrers(ASSOCIATION, "routeTableId"):
        followed = association.follow("subnetId", *SUBNETS)
        if followed.exact:
            found += followed
    return found
