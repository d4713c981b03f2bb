"""NAT gateway dependency failures: gateways that fail, or that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policypack import (
    UNKNOWN,
    Findings,
    Level,
    Resource,
    Severity,
    Stack,
    relational_rule,
    resource_rule,
    stack_rule,
)
from policypack.aws.cidr import parse_block
from policypack.aws.load_balancers import LOAD_BALANCER
from policypack.aws.routes import (
    DEFAULT_ROUTE_TABLE,
    INTERNET_GATEWAY,
    INTERNET_GATEWAY_ATTACHMENT,
    NAT_GATEWAY,
    ROUTE,
    ROUTE_TABLE,
    PlannedRoute,
    default_routes,
    handled_elsewhere,
    route_table_of,
    routes_of,
    vpc_made_here,
)
from policypack.aws.zones import SUBNET, SUBNETS, VPCS, Zone, zone_of, zone_or_none
from policypack.plan.values import Undetermined, look_up, parse_path

EIP = "aws:ec2/eip:Eip"
EIP_ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation"
NAT_EIP_ASSOCIATION = "aws:ec2/natGatewayEipAssociation:NatGatewayEipAssociation"


def _is_public(gateway: Resource) -> bool:
    return bool(gateway.get("connectivityType", "public") == "public")


def _is_zonal(gateway: Resource) -> bool:
    return bool(gateway.get("availabilityMode", "zonal") == "zonal")


def _gives(gateway: Resource, name: str) -> bool:
    """Whether a property is set, known or not; the provider sends no empty ones."""
    value = gateway.tree.get(name)
    return value is UNKNOWN or bool(value)


def _subnet_of(gateway: Resource) -> Resource:
    subnet: Resource = gateway.follow("subnetId", *SUBNETS).one
    return subnet


@relational_rule(
    on=NAT_GATEWAY,
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="Gateway.NotAttached: Network vpc-... has no Internet gateway attached",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html",
)
def nat_gateway_vpc_without_internet_gateway(gateway: Resource) -> Findings:
    """A public NAT gateway is in a VPC with an internet gateway.

    Why: without one the NAT gateway goes to the state `failed`.
    Fix: make an `InternetGateway` for the VPC, or set `connectivityType` to "private".
    """
    if not _is_public(gateway) or not _is_zonal(gateway):
        return
    subnet = _subnet_of(gateway)
    vpc = vpc_made_here(subnet)
    if handled_elsewhere(vpc) or not _has_no(vpc, INTERNET_GATEWAY, INTERNET_GATEWAY_ATTACHMENT):
        return
    yield gateway.finding("subnetId", f"{subnet.name} is in {vpc.name}, without internet gateway")


def _has_no(vpc: Resource, *tokens: str) -> bool:
    every = [vpc.referrers(token, "vpcId") for token in tokens]
    return all(one.closed and not one for one in every)


@resource_rule(
    on=NAT_GATEWAY,
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="The request must include the AllocationId parameter.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html",
    covers=(
        "ec2-nat-gateway-private-with-allocation",
        "ec2-nat-gateway-public-without-allocation",
        "ec2-nat-gateway-secondary-count-and-addresses",
    ),
)
def nat_gateway_eip_mismatch(gateway: Resource) -> Findings:
    """A public NAT gateway has an Elastic IP address, a private one has none.

    Why: AWS refuses the request.
    Fix: make an `Eip` with `domain="vpc"` and pass its id, or leave it out of a private gateway.
    """
    if not _is_zonal(gateway):
        return
    if not _is_public(gateway):
        yield from _addresses_of_private(gateway)
    elif not _gives(gateway, "allocationId"):
        yield gateway.finding("allocationId", "a public gateway has no Elastic IP address")
    yield from _private_addresses(gateway)


def _addresses_of_private(gateway: Resource) -> Findings:
    error = "AllocationId cannot be specified for a NAT Gateway with Connectivity Type private."
    for name in ("allocationId", "secondaryAllocationIds"):
        if _gives(gateway, name):
            text = "a private gateway takes no Elastic IP address"
            yield gateway.finding(name, text, error=error)


def _private_addresses(gateway: Resource) -> Findings:
    name = "secondaryPrivateIpAddressCount"
    if not gateway.has(name):
        return
    if _is_public(gateway):
        fix = "List them as `secondaryPrivateIpAddresses`, or leave them to AWS."
        text = "only a private gateway takes a number of addresses"
        yield gateway.finding(name, text, error="", fix=fix)
    elif _gives(gateway, "secondaryPrivateIpAddresses"):
        text = "a number is set beside the addresses themselves"
        yield gateway.finding(name, text, error="", fix="Leave out one of the two.")


@resource_rule(
    on=NAT_GATEWAY,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html",
)
def nat_gateway_availability_mode_conflict(gateway: Resource) -> Findings:
    """A zonal NAT gateway is in a subnet, a regional one in a VPC.

    Why: AWS refuses what belongs to the other mode.
    Fix: set `subnetId` and `allocationId` for a zonal gateway, only `vpcId` for a regional one.
    """
    if _is_zonal(gateway):
        if not _gives(gateway, "subnetId"):
            yield gateway.finding("subnetId", "a zonal gateway has no subnet")
        if _gives(gateway, "availabilityZoneAddresses"):
            text = "a zonal gateway takes no addresses by zone"
            yield gateway.finding("availabilityZoneAddresses", text)
        return
    for name in ("subnetId", "allocationId"):
        if _gives(gateway, name):
            yield gateway.finding(name, f"a regional gateway takes no `{name}`")
    if not _gives(gateway, "vpcId"):
        yield gateway.finding("vpcId", "a regional gateway has no VPC")
    if gateway.get("connectivityType", "public") == "private":
        yield gateway.finding("connectivityType", "a regional gateway is private")


@dataclass(frozen=True)
class _Use:
    """Where an Elastic IP address is used."""

    user: Resource
    path: str

    @property
    def is_nat(self) -> bool:
        return self.user.type in (NAT_GATEWAY, NAT_EIP_ASSOCIATION)


_ADDRESS_USERS = (
    (NAT_GATEWAY, "allocationId"),
    (NAT_GATEWAY, "secondaryAllocationIds"),
    (NAT_GATEWAY, "availabilityZoneAddresses.allocationIds"),
    (NAT_EIP_ASSOCIATION, "allocationId"),
    (EIP_ASSOCIATION, "allocationId"),
    (LOAD_BALANCER, "subnetMappings.allocationId"),
)


@stack_rule(
    on=NAT_GATEWAY,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="Resource.AlreadyAssociated: Elastic IP address eipalloc-... is already associated",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html",
)
def nat_gateway_eip_shared(stack: Stack) -> Findings:
    """An Elastic IP address of a NAT gateway has no other use.

    Why: an address is associated with one thing at a time, and the second NAT gateway fails.
    Fix: make an `Eip` for each NAT gateway.
    """
    uses: dict[str, list[_Use]] = {}
    for address, use in _uses(stack):
        uses.setdefault(address, []).append(use)
    for address in sorted(uses):
        others = [use for use in uses[address] if not use.is_nat]
        of_nat = [use for use in uses[address] if use.is_nat]
        first = (others or of_nat)[0]
        for use in of_nat if others else of_nat[1:]:
            yield use.user.finding(use.path, _shared(stack, address, first, use))


def _shared(stack: Stack, address: str, first: _Use, use: _Use) -> str:
    eip = stack.by_urn(address)
    name = eip.name if eip else address
    if first.user is use.user:
        return f"{name} is set at `{first.path}` as well"
    if first.user.type == EIP:
        owner = "an instance" if first.path == "instance" else "a network interface"
        return f"{name} is the address of {owner}"
    return f"{name} is the address of {first.user.name} as well"


def _uses(stack: Stack) -> Iterator[tuple[str, _Use]]:
    """Yield what denotes an address with each certain use of it."""
    for token, path in _ADDRESS_USERS:
        for user in stack.of_type(token):
            for address in _addresses(user, path):
                yield address, _Use(user, path)
    for eip in stack.of_type(EIP):
        for path in ("instance", "networkInterface"):
            if _gives(eip, path):
                yield eip.urn, _Use(eip, path)


def _addresses(user: Resource, path: str) -> list[str]:
    followed = user.follow(path, EIP)
    if followed.exact:
        return [eip.urn for eip in followed]
    value = look_up(user.tree, parse_path(path))
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str) and one]


@relational_rule(
    on=NAT_GATEWAY,
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    error="Gateway.NotAttached: Network vpc-... has no Internet gateway attached",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html",
)
def nat_gateway_internet_gateway_dependency_missing(gateway: Resource) -> Findings:
    """A public NAT gateway waits for the internet gateway of its VPC.

    Why: Pulumi makes them at the same time, so the NAT gateway fails on some runs.
    Fix: pass `opts=ResourceOptions(depends_on=[internet_gateway])` to the NAT gateway.
    """
    if not _is_public(gateway) or not gateway.is_new:
        return
    subnet = None if gateway.has("vpcId") else _subnet_of(gateway)
    vpc = (subnet or gateway).follow("vpcId", *VPCS).one
    attached = [*vpc.referrers(INTERNET_GATEWAY, "vpcId")]
    attached += vpc.referrers(INTERNET_GATEWAY_ATTACHMENT, "vpcId")
    waiting = [one for one in attached if gateway.depends_on(one) or not one.is_new]
    if attached and not waiting:
        yield gateway.finding("", f"it does not wait for the internet gateway {attached[0].name}")


@relational_rule(
    on=NAT_GATEWAY,
    level=Level.ADVISORY,
    severity=Severity.CRITICAL,
    source="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html",
)
def nat_gateway_subnet_routes_to_itself(gateway: Resource) -> Findings:
    """The subnet of a public NAT gateway does not send its packets back to the gateway.

    Why: packets that leave the gateway come back to it, and nothing reaches the internet.
    Fix: put the gateway in a public subnet, whose default route leads to an internet gateway.
    """
    if not _is_public(gateway) or not _is_zonal(gateway):
        return
    subnet = _subnet_of(gateway)
    table = route_table_of(subnet)
    for route in default_routes(table) if table else ():
        if _leads_to(route, gateway):
            text = f"{subnet.name} sends 0.0.0.0/0 to this very gateway"
            yield gateway.finding("subnetId", text)


def _leads_to(route: PlannedRoute, gateway: Resource) -> bool:
    followed = route.follow("natGatewayId", NAT_GATEWAY)
    return followed.exact and list(followed) == [gateway]


@relational_rule(
    on=NAT_GATEWAY,
    level=Level.ADVISORY,
    severity=Severity.CRITICAL,
    source="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
)
def nat_gateway_in_private_subnet(gateway: Resource) -> Findings:
    """A public NAT gateway is in a subnet with a way to the internet.

    Why: the gateway becomes available, and nothing that uses it reaches the internet.
    Fix: put it in a subnet whose route table sends `0.0.0.0/0` to the internet gateway.
    """
    if not _is_public(gateway) or not _is_zonal(gateway):
        return
    subnet = _subnet_of(gateway)
    table = route_table_of(subnet)
    if table is None:
        text = f"{subnet.name} has only the local routes of the VPC's main table"
        yield gateway.finding("subnetId", text)
    elif routes_of(table).closed and not any(map(_leads_far, routes_of(table))):
        text = f"{subnet.name} has no route to the internet in {table.name}"
        yield gateway.finding("subnetId", text)


def _leads_far(route: PlannedRoute) -> bool:
    """Whether a route may lead to the internet: a prefix list, or half of all addresses."""
    block = parse_block(route.destination)
    return block is None or (block.version == 4 and block.prefixlen <= 1)


@relational_rule(
    on=NAT_GATEWAY,
    level=Level.ADVISORY,
    severity=Severity.MEDIUM,
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html",
)
def nat_gateway_unrouted(gateway: Resource) -> Findings:
    """A NAT gateway has a route that leads to it.

    Why: the gateway costs money, and private subnets still have no way out.
    Fix: send `0.0.0.0/0` to the gateway in the route tables of the private subnets.
    """
    if not gateway.is_new or not _is_zonal(gateway) or handled_elsewhere(gateway):
        return
    own = _subnet_of(gateway)
    vpc = vpc_made_here(own)
    routed = [gateway.referrers(token, path) for token, path in _ROUTES_TO_NAT]
    if any(one or not one.closed for one in routed) or _is_misrouted(gateway):
        return
    stranded = [one for one in vpc.referrers(SUBNET, "vpcId") if one is not own and _is_stuck(one)]
    if stranded:
        text = f"no route leads to it, and {stranded[0].name} has no way out"
        yield gateway.finding("", text)


_ROUTES_TO_NAT = (
    (ROUTE, "natGatewayId"),
    (ROUTE_TABLE, "routes.natGatewayId"),
    (DEFAULT_ROUTE_TABLE, "routes.natGatewayId"),
)


def _is_misrouted(gateway: Resource) -> bool:
    """Whether a route names the gateway by another property, which other rules judge."""
    tokens = [token for token, _ in _ROUTES_TO_NAT]
    every = gateway.stack.dependents(gateway) if gateway.stack else ()
    return any(one.type in tokens and one.has_data for one in every)


def _is_stuck(subnet: Resource) -> bool:
    """Whether a subnet certainly has no route to the internet."""
    try:
        table = route_table_of(subnet)
        return table is None or (
            routes_of(table).closed and not any(map(_leads_far, routes_of(table)))
        )
    except Undetermined:
        return False


@relational_rule(
    on=NAT_GATEWAY,
    level=Level.ADVISORY,
    severity=Severity.LOW,
    source="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
)
def nat_gateway_cross_zone_route(gateway: Resource) -> Findings:
    """A subnet leaves through the NAT gateway of its own zone, if there is one.

    Why: the zones depend on each other after all, and traffic between them costs extra.
    Fix: give each zone a private route table that leads to the gateway of that zone.
    """
    vpc = _subnet_of(gateway).follow("vpcId", *VPCS).one
    gateways = vpc.stack.once(_zonal_gateways).get(vpc.urn, {}) if vpc.stack else {}
    if gateway not in gateways:
        return
    zone = gateways[gateway]
    for subnet, route in _leaving_through(gateway, vpc):
        there = zone_or_none(subnet)
        if there is None or there.is_same(zone) is not False:
            continue
        nearer = [one.name for one, its_zone in gateways.items() if there.is_same(its_zone)]
        if nearer:
            ways = f"leaves through {gateway.name} in {zone}, not {nearer[0]} in its own zone"
            yield route.finding("natGatewayId", f"{subnet.name} in {there} {ways}")


def _zonal_gateways(stack: Stack) -> dict[str, dict[Resource, Zone]]:
    """Return by VPC the public gateways whose zone is known."""
    found: dict[str, dict[Resource, Zone]] = {}
    for gateway in stack.of_type(NAT_GATEWAY):
        try:
            subnet = _subnet_of(gateway)
            vpc = subnet.follow("vpcId", *VPCS).one
            if _is_public(gateway) and _is_zonal(gateway):
                found.setdefault(vpc.urn, {})[gateway] = zone_of(subnet)
        except Undetermined:
            continue
    return found


def _leaving_through(gateway: Resource, vpc: Resource) -> Iterator[tuple[Resource, PlannedRoute]]:
    for subnet in vpc.referrers(SUBNET, "vpcId"):
        try:
            table = route_table_of(subnet)
        except Undetermined:
            continue
        for route in default_routes(table) if table else ():
            if _leads_to(route, gateway):
                yield subnet, route
