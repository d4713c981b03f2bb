"""Availability Zone mismatches: resources in zones where AWS cannot put them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policypack import Findings, Level, Resource, Severity, relational_rule, resource_rule
from policypack.aws.catalog.geography import region as catalogued_region
from policypack.aws.catalog.geography import region_of_zone_id
from policypack.aws.catalog.hand import unsupported_zones
from policypack.aws.catalog.instances import offered, zones_offering
from policypack.aws.launch_sources import (
    AUTO_SCALING_GROUP,
    LAUNCH_TEMPLATE,
    groups_feeding,
    launch_sources,
    overrides,
)
from policypack.aws.load_balancers import (
    ATTACHMENT,
    CLASSIC_LOAD_BALANCER,
    LOAD_BALANCER,
    SERVICE,
    TARGET_GROUP,
    balancer_of,
    forwarders,
)
from policypack.aws.zones import (
    INSTANCE,
    SPOT_REQUEST,
    SUBNET,
    SUBNETS,
    Zone,
    all_zones,
    in_one_zone,
    in_two_vpcs,
    region_of_name,
    states_zone,
    subnet_of,
    zone_of,
    zone_of_instance,
    zone_or_none,
)
from policypack.plan.values import Undetermined

VOLUME = "aws:ebs/volume:Volume"
CAPACITY_RESERVATION = "aws:ec2/capacityReservation:CapacityReservation"
DEDICATED_HOST = "aws:ec2/dedicatedHost:DedicatedHost"
DB_INSTANCE = "aws:rds/instance:Instance"
DB_CLUSTER = "aws:rds/cluster:Cluster"
DB_CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
DB_SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup"
CACHE_SUBNET_GROUP = "aws:elasticache/subnetGroup:SubnetGroup"
DOCUMENT_DB_SUBNET_GROUP = "aws:docdb/subnetGroup:SubnetGroup"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ENDPOINT_SUBNET = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"
FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
MOUNT_TARGET = "aws:efs/mountTarget:MountTarget"
EKS_CLUSTER = "aws:eks/cluster:Cluster"

_EC2 = "InvalidParameterValue: Value ({}) for parameter availabilityZone is invalid."
# Only EC2 words its answer like that; the others refuse in other words.
_EC2_ZONED = (*SUBNETS, VOLUME, INSTANCE, SPOT_REQUEST, CAPACITY_RESERVATION, DEDICATED_HOST)
_OTHER_ZONED = (
    AUTO_SCALING_GROUP,
    CLASSIC_LOAD_BALANCER,
    DB_CLUSTER,
    DB_CLUSTER_INSTANCE,
    DB_INSTANCE,
)


@resource_rule(
    on=(*_EC2_ZONED, *_OTHER_ZONED),
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error=_EC2.format("..."),
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html",
)
def az_outside_region(resource: Resource) -> Findings:
    """A resource names a zone of the region it is made in.

    Why: AWS refuses a zone of another region, and a region in the place of a zone.
    Fix: take the zone from `aws.get_availability_zones()`, asked with the resource's provider.
    """
    region = resource.region
    for path in ("availabilityZone", "availabilityZones", "availabilityZoneId"):
        if not resource.has(path):
            continue
        values = resource.tree[path]
        for name in values if isinstance(values, list) else [values]:
            if isinstance(name, str) and (fault := _outside(name, region)):
                error = _EC2.format(name) if resource.type in _EC2_ZONED else ""
                yield resource.finding(path, fault, error=error)


def _outside(zone: str, region: str) -> str | None:
    if zone == region:
        return f"{zone} is a region and lacks the letter of a zone"
    home = region_of_name(zone) or region_of_zone_id(zone)
    return None if home in (None, region) else f"{zone} is no zone of {region}"


# Where a load balancer lists its subnets, and where their ids are.
_SUBNETS = (("subnets", "subnets"), ("subnetMappings", "subnetMappings.subnetId"))


@relational_rule(
    on=LOAD_BALANCER,
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="ValidationError: At least two subnets in two different Availability Zones must be "
    "specified",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
)
def elbv2_alb_subnets_single_az(balancer: Resource) -> Findings:
    """A load balancer has one subnet a zone, all in one VPC; an application one has two zones.

    Why: AWS refuses to create the load balancer.
    Fix: give it one subnet from each of two or more zones of one VPC.
    """
    kind = balancer.get("loadBalancerType", "application")
    for path, leaves in _SUBNETS:
        subnets = balancer.follow(leaves, *SUBNETS)
        if not subnets.exact or not subnets:
            continue
        if kind == "application" and (fault := _too_few_zones(balancer, subnets)):
            yield balancer.finding(path, fault)
        else:
            yield from _shared_zones(balancer, path, subnets)
        if pair := in_two_vpcs(subnets):
            error = "InvalidConfigurationRequest: All subnets must belong to the same VPC"
            yield balancer.finding(path, f"{_both(pair)} are in different VPCs", error=error)


def _too_few_zones(balancer: Resource, subnets: Sequence[Resource]) -> str | None:
    """Say what is wrong; one subnet is right on an Outpost and in a Local Zone."""
    outposts = balancer.has("customerOwnedIpv4Pool") or any(
        one.has("outpostArn") for one in subnets
    )
    zones = {zone_or_none(subnet) for subnet in subnets}
    if outposts or len(zones) > 1:
        return None
    zone = zones.pop()
    if zone is None:
        alone = len(subnets) == 1 and not states_zone(subnets[0])
        return f"the only subnet is {subnets[0].name}" if alone else None
    return f"every subnet is in {zone}" if zone.is_availability_zone else None


@relational_rule(
    on=LOAD_BALANCER,
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    error="ValidationError: At least two subnets in two different Availability Zones must be "
    "specified",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
    covers=(
        "elbv2-application-load-balancer-one-subnet",
        "elbv2-application-load-balancer-one-subnet-mapping",
    ),
)
def elbv2_alb_one_literal_subnet(balancer: Resource) -> Findings:
    """An application load balancer names more than one subnet.

    Why: AWS refuses it, unless that subnet is on an Outpost or in a Local Zone.
    Fix: give it one subnet from each of two or more zones.
    """
    application = balancer.get("loadBalancerType", "application") == "application"
    if not application or balancer.has("customerOwnedIpv4Pool"):
        return
    for path, leaf in (("subnets", "subnets[0]"), ("subnetMappings", "subnetMappings[0].subnetId")):
        listed = balancer.tree.get(path)
        if not isinstance(listed, list) or len(listed) != 1 or not balancer.is_known(leaf):
            continue
        if not balancer.follow(leaf, *SUBNETS):
            yield balancer.finding(path, f"{balancer[leaf]} is the only subnet")


def _both(pair: Iterable[Resource]) -> str:
    return " and ".join(resource.name for resource in pair)


def _shared_zones(resource: Resource, path: str, subnets: Iterable[Resource]) -> Findings:
    error = (
        "InvalidConfigurationRequest: A load balancer cannot be attached to multiple subnets "
        "in the same Availability Zone"
    )
    for *pair, zone in in_one_zone(subnets):
        yield resource.finding(path, f"{_both(pair)} are both in {zone}", error=error)


@relational_rule(
    on=(INSTANCE, SPOT_REQUEST, DB_INSTANCE, AUTO_SCALING_GROUP),
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidParameterValue: Value (...) for parameter availabilityZone is invalid.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Placement.html",
)
def ec2_instance_az_subnet_conflict(resource: Resource) -> Findings:
    """The zone of an instance is the zone of its subnet.

    Why: the subnet decides the zone, and AWS refuses to launch in another one.
    Fix: leave `availabilityZone` out, or choose a subnet in that zone.
    """
    if resource.type == AUTO_SCALING_GROUP:
        yield from _zones_beside_subnets(resource)
    elif resource.type == DB_INSTANCE:
        yield from _zone_without_subnet(resource)
    else:
        own, subnet = Zone(resource["availabilityZone"]), subnet_of(resource)
        zone = zone_of(subnet)
        if own.is_same(zone) is False:
            error = f"{_EC2.format(own)} Subnet '...' is in the availability zone {zone}"
            text = f"the zone is {own}, the subnet {subnet.name} is in {zone}"
            yield resource.finding("availabilityZone", text, error=error)


def _zones_beside_subnets(group: Resource) -> Findings:
    zones, subnets = group.get("availabilityZones", []), group.get("vpcZoneIdentifiers", [])
    if zones and subnets:
        text = "zones are set beside `vpcZoneIdentifiers`, which decide them"
        yield group.finding("availabilityZones", text, error="", fix="Leave out one of the two.")


def _zone_without_subnet(database: Resource) -> Findings:
    own = Zone(database["availabilityZone"])
    group = database.follow("dbSubnetGroupName", DB_SUBNET_GROUP).one
    subnets = group.follow("subnetIds", *SUBNETS)
    if not subnets or not subnets.exact:
        return
    zones = all_zones(subnets)
    if all(own.is_same(zone) is False for zone in zones):
        text = f"the subnet group has no subnet in {own}, only in {_listed(zones)}"
        error = (
            "InvalidVPCNetworkStateFault: Cannot create a database instance because there is not "
            f"a subnet in {own}, the targeted availability zone"
        )
        yield database.finding("availabilityZone", text, error=error)


def _listed(zones: Iterable[Zone]) -> str:
    return ", ".join(str(zone) for zone in zones)


@relational_rule(
    on="aws:ec2/volumeAttachment:VolumeAttachment",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidVolume.ZoneMismatch: The volume '...' is not in the same availability zone "
    "as instance '...'",
    source="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-attaching-volume.html",
)
def ebs_volume_attachment_cross_az(attachment: Resource) -> Findings:
    """A volume is in the zone of the instance it is attached to.

    Why: a volume lives in one zone and attaches only to instances there.
    Fix: make the volume with `availability_zone=instance.availability_zone`.
    """
    volume = attachment.follow("volumeId", VOLUME).one
    instance = attachment.follow("instanceId", INSTANCE, SPOT_REQUEST).one
    zone, other = zone_of(volume), zone_of_instance(instance)
    if zone.is_same(other) is False:
        text = f"the volume {volume.name} is in {zone}, the instance {instance.name} in {other}"
        yield attachment.finding("volumeId", text)


@relational_rule(
    on=(ENDPOINT, MOUNT_TARGET),
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="DuplicateSubnetsInSameZone: Found another VPC endpoint subnet in the availability zone "
    "of subnet-...",
    source="https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
)
def vpc_endpoint_subnets_same_az(resource: Resource) -> Findings:
    """An interface endpoint has one subnet a zone, a file system one mount target a zone.

    Why: AWS refuses the second one in a zone; a One Zone file system takes only its own zone.
    Fix: give one subnet for each zone, all in one VPC.
    """
    if resource.type == MOUNT_TARGET:
        yield from _mount_target(resource)
    elif resource.get("vpcEndpointType", "Gateway") == "Interface":
        for *pair, zone in in_one_zone(_endpoint_subnets(resource)):
            yield resource.finding("subnetIds", f"{_both(pair)} are both in {zone}")


def _endpoint_subnets(endpoint: Resource) -> list[Resource]:
    """Return the subnets that the endpoint certainly has, each once."""
    inline = endpoint.follow("subnetIds", *SUBNETS)
    found = {one.urn: one for one in inline} if inline.exact else {}
    for association in endpoint.referrers(ENDPOINT_SUBNET, "vpcEndpointId"):
        subnet = association.follow("subnetId", *SUBNETS)
        if subnet.exact:
            found.update({one.urn: one for one in subnet})
    return list(found.values())


def _mount_target(target: Resource) -> Findings:
    subnet = target.follow("subnetId", *SUBNETS).one
    yield from _one_zone_storage(target, subnet)
    for earlier in _earlier_mount_targets(target):
        other = earlier.follow("subnetId", *SUBNETS)
        if not other.exact or not other:
            continue
        error = "MountTargetConflict: mount target already exists in this AZ"
        for *_, zone in in_one_zone([other.one, subnet]):
            text = f"{earlier.name} is in {zone} as well and serves the same file system"
            yield target.finding("subnetId", text, error=error)
            return
        if in_two_vpcs([other.one, subnet]):
            text = f"{subnet.name} is in another VPC than {other.one.name} of {earlier.name}"
            yield target.finding("subnetId", text, error="MountTargetConflict")
            return


def _earlier_mount_targets(target: Resource) -> list[Resource]:
    """Return the mount targets of the same file system that come before this one."""
    system = target.follow("fileSystemId", FILE_SYSTEM)
    if system.exact and len(system) == 1:
        others = list(system.one.referrers(MOUNT_TARGET, "fileSystemId"))
    else:
        literal = target["fileSystemId"]
        every = target.stack.of_type(MOUNT_TARGET) if target.stack else []
        others = [one for one in every if one.tree.get("fileSystemId") == literal]
    return [one for one in others if one.urn < target.urn]


def _one_zone_storage(target: Resource, subnet: Resource) -> Findings:
    system = target.follow("fileSystemId", FILE_SYSTEM)
    zone = zone_or_none(subnet)
    if (
        zone is None
        or not system.exact
        or not system
        or not system.one.is_known("availabilityZoneName")
    ):
        return
    own = Zone(system.one["availabilityZoneName"])
    if own.is_same(zone) is False:
        text = f"{subnet.name} is in {zone}, the One Zone file system {system.one.name} in {own}"
        yield target.finding("subnetId", text, error="AvailabilityZonesMismatch")


@relational_rule(
    on=(INSTANCE, SPOT_REQUEST, AUTO_SCALING_GROUP, CAPACITY_RESERVATION, DEDICATED_HOST),
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    error="Unsupported: Your requested instance type (...) is not supported in your requested "
    "Availability Zone (...)",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-discovery.html",
)
def ec2_instance_type_not_offered_in_zone(resource: Resource) -> Findings:
    """An instance type is offered in the zone where it is to run.

    Why: EC2 offers no instance type in every zone and refuses the launch elsewhere.
    Fix: choose a type that is offered in all zones in use, or other zones.
    """
    if resource.type == AUTO_SCALING_GROUP:
        yield from _group_without_offer(resource)
        return
    kind = _instance_type(resource)
    own = resource.type in (CAPACITY_RESERVATION, DEDICATED_HOST)
    zone = zone_of(resource) if own else zone_of_instance(resource)
    if fault := _not_offered(kind, zone, resource.region):
        yield resource.finding("instanceType", fault)


def _instance_type(instance: Resource) -> str:
    if instance.has("instanceType") or not instance.has("launchTemplate"):
        return str(instance["instanceType"])
    for path in ("launchTemplate.id", "launchTemplate.name"):
        if template := instance.follow(path, LAUNCH_TEMPLATE):
            return str(template.one["instanceType"])
    raise Undetermined("instanceType")


def _not_offered(kind: str, zone: Zone, region: str) -> str | None:
    """Say where the type is not offered; a name is judged only where most zones lack the type."""
    if not zone.is_availability_zone:
        return None
    if zone.id:
        missing = offered(kind, zone.id) is False
        return f"{kind} is not offered in {zone.id}" if missing else None
    offering, known = zones_offering(kind, region), catalogued_region(region)
    every = known.zone_ids if known else ()
    if not offering or 2 * len(offering) > len(every):
        return None
    count = f"{len(offering)} of {len(every)} zones ({', '.join(offering)})"
    return f"{kind} is offered in {count}; whether {zone} is one of them differs between accounts"


def _group_without_offer(group: Resource) -> Findings:
    subnets = group.follow("vpcZoneIdentifiers", *SUBNETS)
    if not subnets or not subnets.exact:
        return
    zones = all_zones(subnets)
    kinds = _group_types(group)
    pairs = [(kind, zone) for kind in kinds for zone in zones]
    if pairs and all(zone.id and offered(kind, zone.id) is False for kind, zone in pairs):
        text = f"no zone of {_listed(zones)} offers {' or '.join(kinds)}"
        yield group.finding("vpcZoneIdentifiers", text)


def _group_types(group: Resource) -> list[str]:
    """Return the types that a group launches; overrides take the place of the template's.

    Raises:
        Undetermined: one is not known, or is chosen by its attributes.
    """
    if group.has("mixedInstancesPolicy.launchTemplate.overrides"):
        return sorted({str(block["instanceType"]) for block in overrides(group)})
    return sorted({str(one.source["instanceType"]) for one in launch_sources(group)})


@relational_rule(
    on=EKS_CLUSTER,
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    error="UnsupportedAvailabilityZoneException: Cannot create cluster ... because ..., the "
    "targeted availability zone, does not currently have sufficient capacity",
    source="https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html",
)
def eks_subnet_unsupported_zone(cluster: Resource) -> Findings:
    """A cluster's subnets are in two or more zones, and in none where EKS has no control plane.

    Why: EKS refuses the cluster.
    Fix: give `subnetIds` subnets in two other zones.
    """
    path = "vpcConfig.subnetIds"
    subnets = cluster.follow(path, *SUBNETS)
    for subnet in subnets:
        zone = zone_or_none(subnet)
        if zone is not None and (fault := _without_eks(zone)):
            yield cluster.finding(path, f"{subnet.name} is in {zone}, {fault}")
    if subnets.exact and subnets and len(zones := all_zones(subnets)) == 1:
        error = "InvalidParameterException: Subnets specified must be in at least two different AZs"
        yield cluster.finding(path, f"every subnet is in {zones[0]}", error=error)


def _without_eks(zone: Zone) -> str | None:
    if zone.id:
        return "which EKS leaves out" if zone.id in unsupported_zones("eks") else None
    # Before zone ids were known, this name was the usual one of use1-az3.
    often = zone.name == "us-east-1e"
    return "in many accounts the zone that EKS leaves out" if often else None


@relational_rule(
    on=TARGET_GROUP,
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html",
)
def elbv2_target_zone_not_enabled(target_group: Resource) -> Findings:
    """Targets run in zones in which their load balancer has a subnet.

    Why: a target in another zone stays `unused` (Target.NotInUse) and never gets a request.
    Fix: give the load balancer a subnet in that zone, or take the zone from the targets.
    """
    if target_group.get("targetType", "instance") not in ("instance", "ip"):
        return
    enabled = _enabled_zones(target_group)
    for resource, path, zone in _targets(target_group) if enabled else ():
        if all(zone.is_same(one) is False for one in enabled):
            text = f"targets run in {zone}, their load balancer has subnets in {_listed(enabled)}"
            yield resource.finding(path, text)


def _enabled_zones(target_group: Resource) -> list[Zone]:
    """Return the zones of the load balancers that forward to a target group.

    Raises:
        Undetermined: they are not known.
    """
    listeners, _ = forwarders(target_group)
    subnets: dict[str, Resource] = {}
    for balancer in {one.urn: one for one in map(balancer_of, listeners)}.values():
        for path in ("subnets", "subnetMappings.subnetId"):
            followed = balancer.follow(path, *SUBNETS)
            if not followed.exact:
                raise Undetermined(path)
            subnets.update({one.urn: one for one in followed})
    return all_zones(subnets.values())


def _targets(target_group: Resource) -> Iterator[tuple[Resource, str, Zone]]:
    """Yield each zone in which targets certainly run, with what puts them there."""
    for group in groups_feeding(target_group):
        yield from _spread(group, "vpcZoneIdentifiers")
    for service in target_group.referrers(SERVICE, "loadBalancers.targetGroupArn"):
        yield from _spread(service, "networkConfiguration.subnets")
    for attachment in target_group.referrers(ATTACHMENT, "targetGroupArn"):
        instance = attachment.follow("targetId", INSTANCE)
        if instance.exact and instance and (zone := _instance_zone(instance.one)):
            yield attachment, "targetId", zone


def _spread(resource: Resource, path: str) -> Iterator[tuple[Resource, str, Zone]]:
    subnets = resource.follow(path, *SUBNETS)
    zones = {zone_or_none(subnet) for subnet in subnets} if subnets.exact else set()
    for zone in sorted((zone for zone in zones if zone), key=str):
        yield resource, path, zone


def _instance_zone(instance: Resource) -> Zone | None:
    try:
        return zone_of_instance(instance)
    except Undetermined:
        return None


# What needs subnets in two zones, and where it names them.
_MULTI_ZONE = (
    (DB_SUBNET_GROUP, "subnetIds"),
    (DOCUMENT_DB_SUBNET_GROUP, "subnetIds"),
    (CACHE_SUBNET_GROUP, "subnetIds"),
    (EKS_CLUSTER, "vpcConfig.subnetIds"),
    (LOAD_BALANCER, "subnets"),
    (LOAD_BALANCER, "subnetMappings.subnetId"),
)


@relational_rule(
    on=SUBNET,
    level=Level.ADVISORY,
    severity=Severity.MEDIUM,
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html",
)
def subnet_zone_unspecified_for_multi_az(subnet: Resource) -> Findings:
    """A subnet of something that needs two zones says in which zone it is.

    Why: AWS picks the zone and does not promise different ones, so it fails on some runs.
    Fix: set `availability_zone` from the names that `aws.get_availability_zones()` returns.
    """
    if states_zone(subnet) or not subnet.is_new or subnet.has("outpostArn"):
        return
    for user in _multi_zone_users(subnet):
        text = f"AWS picks the zone, and {user.name} needs subnets in two"
        yield subnet.finding("availabilityZone", text)
        return


def _multi_zone_users(subnet: Resource) -> Iterator[Resource]:
    for token, path in _MULTI_ZONE:
        for user in subnet.referrers(token, path):
            if token != LOAD_BALANCER or _is_application(user):
                yield user


def _is_application(balancer: Resource) -> bool:
    return balancer.tree.get("loadBalancerType") in (None, "", "application")
