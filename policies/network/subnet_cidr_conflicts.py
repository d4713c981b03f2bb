"""Subnet CIDR conflicts: blocks and addresses that overlap, or lie outside of their network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policypack import (
    UNKNOWN,
    Finding,
    Findings,
    Level,
    Resource,
    Severity,
    Stack,
    relational_rule,
    resource_rule,
    stack_rule,
)
from policypack.aws.cidr import (
    Address,
    Network,
    conflicts,
    contains,
    first_overlap,
    holds,
    overlaps,
    parse_address,
    parse_block,
)
from policypack.aws.load_balancers import LOAD_BALANCER
from policypack.aws.routes import (
    NAT_GATEWAY,
    SECONDARY_BLOCK,
    SECONDARY_IPV6_BLOCK,
    all_blocks,
    handled_elsewhere,
    known_blocks,
    vpc_made_here,
    vpc_of_or_none,
)
from policypack.aws.zones import INSTANCE, NETWORK_INTERFACE, SUBNET, SUBNETS, VPC, VPCS
from policypack.plan.values import Undetermined, look_up

PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
RESERVATION = "aws:ec2/subnetCidrReservation:SubnetCidrReservation"
MOUNT_TARGET = "aws:efs/mountTarget:MountTarget"
TRANSIT_GATEWAY = "aws:ec2transitgateway/transitGateway:TransitGateway"
ATTACHMENT = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"

VPC_BLOCKS = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
SUBNET_BLOCKS = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"


def _block(resource: Resource, name: str = "cidrBlock") -> Network | None:
    return parse_block(look_up(resource.tree, (name,)))


def _by_vpc(resources: Iterable[Resource]) -> dict[str, list[Resource]]:
    """Return resources by what denotes their VPC, without those of which it is not known."""
    found: dict[str, list[Resource]] = {}
    for resource in resources:
        if (home := vpc_of_or_none(resource)) is not None:
            found.setdefault(home, []).append(resource)
    return found


@stack_rule(
    on=SUBNET,
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="InvalidSubnet.Conflict: The CIDR '...' conflicts with another subnet",
    source=SUBNET_BLOCKS,
)
def vpc_subnet_cidr_overlap(stack: Stack) -> Findings:
    """Subnets of a VPC have no address in common.

    Why: AWS refuses the second subnet.
    Fix: give each subnet a block of its own; `ipaddress.ip_network(...).subnets(new_prefix=24)`
      makes them.
    """
    for subnets in _by_vpc(stack.of_type(SUBNET)).values():
        for name in ("cidrBlock", "ipv6CidrBlock"):
            found = [(block, one) for one in subnets if (block := _block(one, name)) is not None]
            for subnet, other in conflicts(found):
                text = f"{subnet[name]} overlaps {other[name]} of {other.name}"
                yield subnet.finding(name, text)


@relational_rule(
    on=SUBNET,
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="InvalidSubnet.Range: The CIDR '...' is invalid.",
    source=SUBNET_BLOCKS,
)
def vpc_subnet_cidr_outside_vpc(subnet: Resource) -> Findings:
    """A subnet lies within a block of its VPC.

    Why: AWS refuses the subnet.
    Fix: choose a block inside the VPC's, or add one with a `VpcIpv4CidrBlockAssociation`.
    """
    block = _block(subnet)
    vpc = vpc_made_here(subnet)
    if block is None or _within(block, known_blocks(vpc)):
        return
    whole = all_blocks(vpc)
    if not _within(block, whole):
        text = f"{block} is outside of {_listed(whole)} of {vpc.name}"
        yield subnet.finding("cidrBlock", text)


def _within(block: Network, blocks: Iterable[Network]) -> bool:
    return any(contains(one, block) for one in blocks)


def _listed(blocks: Iterable[Network]) -> str:
    return ", ".join(map(str, blocks))


@stack_rule(
    on=SECONDARY_BLOCK,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    source=VPC_BLOCKS,
)
def vpc_secondary_cidr_conflict(stack: Stack) -> Findings:
    """A secondary block is a /16 to /28 that overlaps no other block of its VPC.

    Why: AWS refuses to associate it.
    Fix: choose a block of its own, such as one of 100.64.0.0/10.
    """
    associations = stack.of_type(SECONDARY_BLOCK)
    for one in associations:
        yield from _wrong_size(one)
    for home, group in _by_vpc(associations).items():
        primary = stack.by_urn(home)
        holders = [primary, *group] if primary is not None else group
        found = [(block, one) for one in holders if (block := _block(one)) is not None]
        for one, other in conflicts(found):
            # The VPC's own block was there first, however small it is.
            later, earlier = (other, one) if one is primary else (one, other)
            text = f"{later['cidrBlock']} overlaps {earlier['cidrBlock']} of {earlier.name}"
            yield later.finding("cidrBlock", text)


def _wrong_size(resource: Resource) -> Findings:
    block = _block(resource)
    if block is not None and block.version == 4 and not 16 <= block.prefixlen <= 28:
        yield resource.finding("cidrBlock", f"{block} is not between /16 and /28 in size")


# Seen refused in deployments; 240.0.0.0/4 and 100.64.0.0/10 are accepted.
_NO_NETWORKS = [
    block
    for text in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")
    if (block := parse_block(text))
]


@resource_rule(
    on=[VPC, SUBNET],
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidVpc.Range or InvalidSubnet.Range: The CIDR '...' is invalid.",
    source=VPC_BLOCKS,
    covers=["ec2-vpc-cidr-size", "ec2-vpc-cidr-reserved", "ec2-subnet-cidr-size"],
)
def vpc_cidr_block_invalid(network: Resource) -> Findings:
    """The block of a VPC or a subnet is a /16 to /28, and one that networks may use.

    Why: AWS refuses it.
    Fix: choose a /16 to /28 of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.
    """
    yield from _wrong_size(network)
    block = _block(network)
    if block is None or network.type != VPC:
        return
    for reserved in _NO_NETWORKS:
        if overlaps(block, reserved):
            yield network.finding("cidrBlock", f"{block} lies in {reserved}, which is reserved")


@relational_rule(
    on=PEERING,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="the peering connection goes to the state `failed`",
    source="https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html",
)
def vpc_peering_cidr_overlap(peering: Resource) -> Findings:
    """Peered VPCs have no address in common.

    Why: the connection fails, since no route could tell the two apart.
    Fix: give one VPC another block, or connect the two by PrivateLink.
    """
    if not peering.is_new:
        return
    vpc, peer = (peering.follow(name, VPC).one for name in ("vpcId", "peerVpcId"))
    if vpc is peer:
        return
    shared = first_overlap(_earlier_blocks(vpc, peering), _earlier_blocks(peer, peering))
    if shared:
        own, others = shared
        yield peering.finding("peerVpcId", f"{others} of {peer.name} overlaps {own} of {vpc.name}")


def _earlier_blocks(vpc: Resource, later: Resource) -> list[Network]:
    """Return the blocks that a VPC has for certain by the time that `later` is made."""
    associations = vpc.referrers(SECONDARY_BLOCK, "vpcId")
    there = [one for one in associations if not one.is_new or later.depends_on(one)]
    return [block for one in [vpc, *there] if (block := _block(one)) is not None]


# Where addresses are fixed: one, or a list of them.
_ADDRESSES = {
    NETWORK_INTERFACE: ("privateIp", "privateIps", "privateIpLists"),
    INSTANCE: ("privateIp", "secondaryPrivateIps"),
    NAT_GATEWAY: ("privateIp", "secondaryPrivateIpAddresses"),
    MOUNT_TARGET: ("ipAddress",),
}


@dataclass(frozen=True)
class _Fixed:
    """An address that a program fixes, and where its subnet is named."""

    resource: Resource
    path: str
    address: Address
    subnet: str


@stack_rule(
    on=[*_ADDRESSES, LOAD_BALANCER, RESERVATION],
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    source=SUBNET_BLOCKS,
)
def vpc_fixed_ip_outside_subnet(stack: Stack) -> Findings:
    """A fixed private address is a free one of its subnet.

    Why: AWS refuses addresses from elsewhere, those it keeps (the first four and the last of each
      subnet), and those that are in use.
    Fix: choose another address of the subnet, or leave the choice to AWS.
    """
    taken: dict[tuple[str, Address], Resource] = {}
    for fixed in sorted(_fixed_addresses(stack), key=lambda one: one.resource.is_new):
        yield from _misplaced(fixed)
        yield from _taken_twice(fixed, taken)
    for reservation in stack.of_type(RESERVATION):
        yield from _reserved_elsewhere(reservation)


def _fixed_addresses(stack: Stack) -> Iterator[_Fixed]:
    for resource in stack.of_type(*_ADDRESSES):
        for path, value in _texts(resource):
            if (address := parse_address(value)) is not None and address.version == 4:
                yield _Fixed(resource, path, address, "subnetId")
    for balancer in stack.of_type(LOAD_BALANCER):
        for mapping in balancer.each("subnetMappings"):
            address = parse_address(mapping.tree.get("privateIpv4Address"))
            if address is not None:
                path = mapping.full_path("privateIpv4Address")
                yield _Fixed(balancer, path, address, mapping.full_path("subnetId"))


def _texts(resource: Resource) -> Iterator[tuple[str, object]]:
    for name in _ADDRESSES[resource.type]:
        value = look_up(resource.tree, (name,))
        if isinstance(value, list):
            yield from ((f"{name}[{index}]", one) for index, one in enumerate(value))
        else:
            yield name, value


def _one(resource: Resource, path: str) -> Resource | None:
    followed = resource.follow(path, SUBNET)
    return followed[0] if followed.exact and len(followed) == 1 else None


def _misplaced(fixed: _Fixed) -> Findings:
    subnet = _one(fixed.resource, fixed.subnet)
    block = _block(subnet) if subnet is not None else None
    if subnet is None or block is None or block.version != 4:
        return
    if not holds(block, fixed.address):
        error = "InvalidParameterValue: Address ... does not fall within the subnet's address range"
        yield _told(fixed, f"is outside of {block} of {subnet.name}", error)
    elif fixed.address in (*(block.network_address + n for n in range(4)), block.broadcast_address):
        error = "InvalidParameterValue: Address ... is in subnet's reserved address range"
        yield _told(fixed, f"is kept by AWS in {block} of {subnet.name}", error)


def _told(fixed: _Fixed, fact: str, error: str) -> Finding:
    # Other services word their answers in their own way.
    own = error if fixed.resource.type in (NETWORK_INTERFACE, INSTANCE) else None
    return fixed.resource.finding(fixed.path, f"{fixed.address} {fact}", error=own)


def _taken_twice(fixed: _Fixed, taken: dict[tuple[str, Address], Resource]) -> Findings:
    try:
        subnet = fixed.resource.identity(fixed.subnet, *SUBNETS)
    except Undetermined:
        return
    first = taken.setdefault((subnet, fixed.address), fixed.resource)
    if first is not fixed.resource and fixed.resource.is_new:
        error = "InvalidIPAddress.InUse: Address ... is in use."
        yield _told(fixed, f"is also the address of {first.name}", error)


def _reserved_elsewhere(reservation: Resource) -> Findings:
    subnet, block = _one(reservation, "subnetId"), _block(reservation)
    whole = _block(subnet) if subnet is not None else None
    if subnet is None or block is None or whole is None or block.version != whole.version:
        return
    if not contains(whole, block):
        error = "InvalidParameterValue: Reservation CIDR should be within subnet CIDR block"
        text = f"{block} is outside of {whole} of {subnet.name}"
        yield reservation.finding("cidrBlock", text, error=error)


_IPV6 = ("ipv6CidrBlock", "ipv6IpamPoolId")
_IPV6_SIZES = range(44, 65, 4)


@relational_rule(
    on=SUBNET,
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html",
    covers=["ec2-subnet-dns64-without-ipv6", "ec2-subnet-ipv6-native-with-ipv4"],
)
def vpc_subnet_ipv6_without_ipv6_vpc(subnet: Resource) -> Findings:
    """A subnet that uses IPv6 has an IPv6 block, in a VPC that has one.

    Why: AWS refuses IPv6 settings where there is no IPv6 block.
    Fix: set `assignGeneratedIpv6CidrBlock` on the VPC and give the subnet a /64 of its block, or
      leave the IPv6 settings out.
    """
    if not subnet.is_new:
        return
    yield from _ipv6_settings(subnet)
    if _is_true(subnet, "ipv6Native"):
        path, text = "ipv6Native", "an IPv6-only subnet is in"
    elif block := _block(subnet, "ipv6CidrBlock"):
        path, text = "ipv6CidrBlock", f"{block} is in"
    else:
        return
    vpc = vpc_made_here(subnet)
    if not _has_ipv6(vpc):
        error = "InvalidSubnet.Range: The IPv6 CIDR '...' is invalid."
        text = f"{text} {vpc.name}, which has no IPv6 block"
        yield subnet.finding(path, text, error=error if path == "ipv6CidrBlock" else None)


def _ipv6_settings(subnet: Resource) -> Findings:
    native = _is_true(subnet, "ipv6Native")
    if native and (clash := _stated(subnet, "cidrBlock", "ipv4IpamPoolId")):
        error = (
            "When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you cannot set "
            "ipv6Native to true."
        )
        fix = f"Leave out `{clash}`, or set `ipv6Native` to false."
        yield subnet.finding("ipv6Native", f"an IPv6-only subnet has {clash}", error=error, fix=fix)
    for name, setting in _NEEDS_IPV6.items():
        if _is_true(subnet, name) and not _stated(subnet, *_IPV6) and not _may_be_native(subnet):
            error = f"Cannot set {setting} to true unless the subnet has an IPv6 CIDR block"
            yield subnet.finding(name, "the subnet has no IPv6 block", error=error)
    block = _block(subnet, "ipv6CidrBlock")
    if block is not None and block.version == 6 and block.prefixlen not in _IPV6_SIZES:
        sizes = ", ".join(f"/{size}" for size in _IPV6_SIZES)
        yield subnet.finding(
            "ipv6CidrBlock",
            f"{block} is none of {sizes} in size",
            error="InvalidParameterValue: invalid value for parameter ipv6-cidr-block",
            fix="Choose a /64.",
        )


_NEEDS_IPV6 = {
    "enableDns64": "enable-dns64",
    "assignIpv6AddressOnCreation": "assign-ipv6-address-on-creation",
}


def _is_true(resource: Resource, name: str) -> bool:
    return look_up(resource.tree, (name,)) is True


def _may_be_native(subnet: Resource) -> bool:
    return look_up(subnet.tree, ("ipv6Native",)) in (True, UNKNOWN)


def _stated(resource: Resource, *names: str) -> str:
    """Return the first of these properties that is given, known or not, "" if none is."""
    return next((name for name in names if resource.tree.get(name) not in (None, "")), "")


def _has_ipv6(vpc: Resource) -> bool:
    """Whether a new VPC has or may have an IPv6 block."""
    associations = vpc.referrers(SECONDARY_IPV6_BLOCK, "vpcId")
    return bool(
        vpc.get("assignGeneratedIpv6CidrBlock", False)
        or _stated(vpc, *_IPV6, "ipv6NetmaskLength")
        or associations
        or not associations.closed
        or handled_elsewhere(vpc)
    )


@stack_rule(
    on=ATTACHMENT,
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    source=(
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
        "API_CreateTransitGatewayVpcAttachment.html"
    ),
)
def tgw_attached_vpcs_overlap(stack: Stack) -> Findings:
    """VPCs on one transit gateway have no address in common.

    Why: the block of the VPC that is attached later is not propagated to the gateway's default
      route table, so that no packet finds it.
    Fix: give one VPC another block, or keep the two in separate route tables.
    """
    attached: dict[str, list[tuple[Network, _Attached]]] = {}
    for attachment in stack.of_type(ATTACHMENT):
        for gateway, block, one in _announced(attachment):
            attached.setdefault(gateway, []).append((block, one))
    for blocks in attached.values():
        for one, other in conflicts(blocks):
            if one.vpc is not other.vpc:
                text = f"{one.block} of {one.vpc.name} overlaps {other.block} of {other.vpc.name}"
                yield one.attachment.finding("vpcId", text)


@dataclass(frozen=True)
class _Attached:
    attachment: Resource
    vpc: Resource
    block: Network


def _announced(attachment: Resource) -> Iterator[tuple[str, Network, _Attached]]:
    """Yield the blocks that an attachment announces to its gateway's default route table."""
    try:
        announces = attachment.get("transitGatewayDefaultRouteTablePropagation", True)
        gateway = attachment.identity("transitGatewayId", TRANSIT_GATEWAY)
        vpc = attachment.follow("vpcId", *VPCS).one
        owner = attachment.follow("transitGatewayId", TRANSIT_GATEWAY)
        if not announces or any(_keeps_quiet(one) for one in owner):
            return
    except Undetermined:
        return
    for block in known_blocks(vpc):
        yield gateway, block, _Attached(attachment, vpc, block)


def _keeps_quiet(gateway: Resource) -> bool:
    return bool(gateway.get("defaultRouteTablePropagation", "enable") != "enable")


_DOCKER = parse_block("172.17.0.0/16")


@relational_rule(
    on=[VPC, SUBNET],
    level=Level.ADVISORY,
    severity=Severity.LOW,
    source=VPC_BLOCKS,
)
def vpc_cidr_docker_bridge_range(network: Resource) -> Findings:
    """A network keeps clear of 172.17.0.0/16, which Docker uses on every host.

    Why: containers on a host, and services such as Cloud9 and SageMaker AI, reach nothing else
      in that range.
    Fix: choose another block, such as one of 172.20.0.0/14.
    """
    block = _block(network)
    if block is None or _DOCKER is None or not overlaps(block, _DOCKER):
        return
    # A subnet of a VPC that is told already is no second thing to mend.
    if network.type == VPC or not network.follow("vpcId", *VPCS):
        text = f"{block} overlaps {_DOCKER}, the network of Docker's bridge"
        yield network.finding("cidrBlock", text)
