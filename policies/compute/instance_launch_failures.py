"""Instances and volumes that EC2 refuses to launch, or that it may not be able to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policypack import (
    UNKNOWN,
    Block,
    Findings,
    Level,
    Resource,
    Severity,
    Undetermined,
    relational_rule,
    resource_rule,
)
from policypack.aws import catalog
from policypack.aws.ebs import GP3_BASE_IOPS, volume_faults
from policypack.aws.launch_sources import (
    AUTO_SCALING_GROUP,
    LAUNCH_CONFIGURATION,
    LAUNCH_TEMPLATE,
    launch_sources,
    overrides,
)
from policypack.aws.load_balancers import LOAD_BALANCER, SERVICE
from policypack.aws.security_groups import network_of
from policypack.aws.zones import INSTANCE, SPOT_REQUEST, SUBNET, VPC
from policypack.plan.values import ABSENT, is_given, known_at, look_up, parse_path

INSTANCES = (INSTANCE, SPOT_REQUEST)
VOLUME = "aws:ebs/volume:Volume"
ROLE = "aws:iam/role:Role"
INSTANCE_PROFILE = "aws:iam/instanceProfile:InstanceProfile"
PLACEMENT_GROUP = "aws:ec2/placementGroup:PlacementGroup"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
RUN_INSTANCES = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html"


@dataclass(frozen=True)
class _Names:
    """How a kind of resource calls the members of a volume."""

    kind: str
    size: str
    default: str | None


_OWN = _Names("type", "size", "gp2")
_BLOCK = _Names("volumeType", "volumeSize", None)


def _volumes(resource: Resource) -> Iterator[tuple[Block, _Names]]:
    if resource.type == VOLUME:
        yield Block(resource, resource.tree, ()), _OWN
        return
    for path in ("rootBlockDevice", "ebsBlockDevices"):
        yield from ((block, _BLOCK) for block in resource.each(path))
    for mapping in resource.each("blockDeviceMappings"):
        yield from ((block, _BLOCK) for block in mapping.each("ebs"))


@resource_rule(
    on=[VOLUME, *INSTANCES, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION],
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidParameterValue or InvalidParameterCombination from CreateVolume or RunInstances",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html",
    covers=(
        "ec2-volume-iops-not-supported",
        "ec2-volume-iops-too-low",
        "ec2-volume-kms-key-without-encryption",
        "ec2-volume-multi-attach-type",
        "ec2-volume-provisioned-iops-missing",
        "ec2-volume-size-too-small",
        "ec2-volume-throughput-not-supported",
        "ec2-volume-throughput-over-default-iops",
    ),
)
def ec2_ebs_volume_spec_invalid(resource: Resource) -> Findings:
    """A volume's size, IOPS and throughput are what its type takes.

    Why: EBS refuses sizes, IOPS and throughput outside the bounds of the type and their ratios.
    Fix: raise the IOPS or the size, or leave out what the type does not take.
    """
    for block, names in _volumes(resource):
        kind = _member(block, names.kind, names.default)
        if isinstance(kind, str):
            yield from _volume(block, names, kind)
    if resource.type == VOLUME:
        yield from _volume_options(resource)


def _member(block: Block, key: str, default: Any = None) -> Any:
    value = look_up(block.tree, (key,))
    return default if value is ABSENT else None if value is UNKNOWN else value


def _volume(block: Block, names: _Names, kind: str) -> Findings:
    iops = _member(block, "iops", GP3_BASE_IOPS if kind == "gp3" else None)
    size = _member(block, names.size)
    for fault, text in volume_faults(kind, size, iops, _member(block, "throughput")):
        yield block.finding(names.size if fault == "size" else fault, text)
    known = catalog.ebs_volume_type(kind)
    if known and known.iops_required and look_up(block.tree, ("iops",)) is ABSENT:
        yield block.finding("iops", f"{kind} needs its IOPS given")


def _volume_options(volume: Resource) -> Findings:
    kind = volume.get("type", "gp2")
    known = catalog.ebs_volume_type(kind) if isinstance(kind, str) else None
    attaches_to_several = known is not None and known.multi_attach
    if volume.get("multiAttachEnabled", False) is True and not attaches_to_several:
        yield volume.finding("multiAttachEnabled", f"{kind} attaches to one instance only")
    if volume.has("kmsKeyId") and volume.get("encrypted", False) is False:
        yield volume.finding("kmsKeyId", "a key is given for a volume that is not encrypted")
    if not any(volume.has(key) for key in ("size", "snapshotId", "sourceVolumeId")):
        yield volume.finding("size", "neither a size nor a snapshot is given")


@relational_rule(
    on=[*INSTANCES, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION],
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="InvalidParameterValue: Invalid IAM Instance Profile name",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html",
)
def ec2_instance_profile_is_role(resource: Resource) -> Findings:
    """An instance gets an instance profile, not a role.

    Why: EC2 looks for a profile of that name; only the console makes one with each role.
    Fix: create `aws.iam.InstanceProfile(role=role.name)` and pass its name.
    """
    in_template = resource.type == LAUNCH_TEMPLATE
    paths = ("iamInstanceProfile.name", "iamInstanceProfile.arn")
    for path in paths if in_template else ("iamInstanceProfile",):
        value = known_at(resource.tree, path)
        if isinstance(value, str) and ":role/" in value:
            yield resource.finding(path, f'"{value}" is the ARN of a role')
        elif role := _only_role(resource, path):
            yield resource.finding(path, f"{role.name} is a role")


def _only_role(resource: Resource, path: str) -> Resource | None:
    urns = resource.property_dependencies.get(str(parse_path(path)[0]), ())
    if (
        len(urns) != 1
        or resource.stack is None
        or look_up(resource.tree, parse_path(path)) is ABSENT
    ):
        return None
    target = resource.stack.by_urn(urns[0])
    if target is None or target.type != ROLE or not target.is_new:
        return None
    profiles = resource.stack.of_type(INSTANCE_PROFILE)
    return None if any(_may_share_name(target, one) for one in profiles) else target


def _may_share_name(role: Resource, profile: Resource) -> bool:
    names = [look_up(one.tree, ("name",)) for one in (role, profile)]
    return UNKNOWN in names or (names[0] == names[1] and ABSENT not in names)


@resource_rule(
    on=[*INSTANCES, LAUNCH_TEMPLATE],
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidParameterCombination: The parameter groupName cannot be used with the parameter "
    "subnet",
    source=RUN_INSTANCES,
)
def ec2_instance_classic_security_groups(resource: Resource) -> Findings:
    """An instance in a subnet names its security groups by id.

    Why: EC2 takes the names of groups in a default VPC only, and never beside a subnet.
    Fix: use `vpc_security_group_ids`.
    """
    if resource.type == LAUNCH_TEMPLATE:
        both = ("securityGroupNames", "vpcSecurityGroupIds")
        if all(is_given(resource.tree, path) for path in both):
            yield resource.finding("securityGroupNames", "groups are named beside groups by id")
        return
    groups = known_at(resource.tree, "securityGroups")
    names = [one for one in groups if isinstance(one, str)] if isinstance(groups, list) else []
    named = [one for one in names if not one.startswith("sg-")]
    if named and resource.has("subnetId"):
        yield resource.finding("securityGroups", f"{named[0]} is a name, beside a subnet")


_ARM = re.compile(r"arm64|aarch64")
_INTEL = re.compile(r"x86_64|amd64")


def architecture_of_parameter(image: str) -> str | None:
    """Return the architecture that an SSM image parameter names (`resolve:ssm:...`), or None."""
    if not image.startswith("resolve:ssm:"):
        return None
    arm, intel = bool(_ARM.search(image)), bool(_INTEL.search(image))
    return None if arm == intel else "arm64" if arm else "x86_64"


@resource_rule(
    on=[*INSTANCES, LAUNCH_TEMPLATE],
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidParameterValue: The architecture of the specified instance type does not match "
    "the architecture of the AMI",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-types.html",
    covers=(
        "ec2-instance-arm64-image-on-x86-type",
        "ec2-instance-x86-64-image-on-arm-type",
        "ec2-launch-template-arm64-image-on-x86-type",
        "ec2-launch-template-x86-64-image-on-arm-type",
    ),
)
def ec2_ami_architecture_mismatch(resource: Resource) -> Findings:
    """An image is made for the processor of the instance type.

    Why: EC2 does not launch an x86_64 image on Graviton, or the reverse.
    Fix: take an arm64 image for Graviton families (t4g, m7g), an x86_64 image for the others.
    """
    path = "imageId" if resource.type == LAUNCH_TEMPLATE else "ami"
    image, kind = resource[path], resource["instanceType"]
    needed = architecture_of_parameter(image) if isinstance(image, str) else None
    known = catalog.instance_type(kind) if isinstance(kind, str) else None
    if needed and known and needed not in known.architectures:
        runs = ", ".join(known.architectures)
        yield resource.finding(path, f"the image is for {needed}, {kind} runs {runs}")


@resource_rule(
    on=[*INSTANCES, LAUNCH_TEMPLATE],
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    error="InvalidParameterCombination or Unsupported from RunInstances",
    source=RUN_INSTANCES,
)
def ec2_instance_option_unsupported_by_type(resource: Resource) -> Findings:
    """An instance asks for what its type has.

    Why: EC2 refuses credits for a type that earns none, and hibernation, enclaves or cores that
    the type does not have.
    Fix: take the option out, or choose a type that has it.
    """
    name = resource["instanceType"]
    known = catalog.instance_type(name) if isinstance(name, str) else None
    if known is None:
        return
    # The provider leaves the credits of an instance out by itself, those of a template not.
    is_judged = resource.type == LAUNCH_TEMPLATE and not known.burstable
    if is_judged and known_at(resource.tree, "creditSpecification.cpuCredits"):
        yield resource.finding("creditSpecification.cpuCredits", f"{name} earns no CPU credits")
    for path in ("hibernation", "hibernationOptions.configured"):
        if known_at(resource.tree, path) is True and not known.hibernation:
            yield resource.finding(path, f"{name} does not hibernate")
    if known_at(resource.tree, "enclaveOptions.enabled") is True and not known.enclaves:
        yield resource.finding("enclaveOptions.enabled", f"{name} has no Nitro Enclaves")
    yield from _core_faults(resource, known)


def _core_faults(resource: Resource, known: catalog.InstanceType) -> Findings:
    for key, valid in (
        ("coreCount", known.valid_cores),
        ("threadsPerCore", known.valid_threads_per_core),
    ):
        value = known_at(resource.tree, f"cpuOptions.{key}")
        if isinstance(value, int) and valid and value not in valid:
            shown = ", ".join(map(str, valid))
            text = f"{known.name} takes {shown}, not {value}"
            yield resource.finding(f"cpuOptions.{key}", text)


_STRATEGY = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html"


@relational_rule(
    on=[INSTANCE, LAUNCH_TEMPLATE, AUTO_SCALING_GROUP, PLACEMENT_GROUP],
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    error="InvalidParameterCombination: the placement group does not take these instances",
    source=_STRATEGY,
    covers=("ec2-placement-group-partition-count",),
)
def ec2_placement_group_conflict(resource: Resource) -> Findings:
    """A placement group takes the instances that are put into it.

    Why: burstable types do not go into a cluster, a cluster lies in one zone, and only a partition
    group has partitions.
    Fix: choose a type that may be clustered, one zone, or another strategy.
    """
    if resource.type == PLACEMENT_GROUP:
        if resource.has("partitionCount") and resource["strategy"] != "partition":
            yield resource.finding("partitionCount", f"a {resource['strategy']} has no partitions")
        return
    path = "placement.groupName" if resource.type == LAUNCH_TEMPLATE else "placementGroup"
    if resource.follow(path, PLACEMENT_GROUP).one["strategy"] != "cluster":
        return
    if resource.type == AUTO_SCALING_GROUP:
        yield from _several_zones(resource)
        return
    name = resource["instanceType"]
    known = catalog.instance_type(name) if isinstance(name, str) else None
    if known and known.placement_strategies and "cluster" not in known.placement_strategies:
        yield resource.finding("instanceType", f"{name} does not go into a cluster")


def _several_zones(group: Resource) -> Findings:
    subnets = group.follow("vpcZoneIdentifiers", SUBNET)
    zones = sorted({subnet["availabilityZone"] for subnet in subnets})
    if subnets.exact and len(zones) > 1:
        text = f"the cluster would span {', '.join(zones)}"
        yield group.finding("vpcZoneIdentifiers", text)


@relational_rule(
    on=INSTANCE,
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    error="InvalidParameterCombination: the tenancy of the instance does not fit its VPC or type",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-instance.html",
)
def ec2_tenancy_conflict(instance: Resource) -> Findings:
    """The tenancy of an instance is possible in its VPC and for its type.

    Why: a VPC of dedicated tenancy launches no shared instance, and some types have no hosts.
    Fix: leave `tenancy` out, or use a VPC of default tenancy.
    """
    tenancy = instance["tenancy"]
    if tenancy == "host":
        name = instance["instanceType"]
        known = catalog.instance_type(name) if isinstance(name, str) else None
        if known and not known.dedicated_hosts:
            yield instance.finding("tenancy", f"{name} has no dedicated hosts")
    if tenancy == "default" and "tenancy" not in instance.defaults:
        vpc = instance.follow("subnetId", SUBNET).one.follow("vpcId", VPC).one
        if vpc.get("instanceTenancy", "default") == "dedicated":
            yield instance.finding("tenancy", f"default, in {vpc.name} of dedicated tenancy")


_TYPED = {
    INSTANCE: ("instanceType",),
    SPOT_REQUEST: ("instanceType",),
    LAUNCH_TEMPLATE: ("instanceType",),
    LAUNCH_CONFIGURATION: ("instanceType",),
    "aws:ec2/capacityReservation:CapacityReservation": ("instanceType",),
    NODE_GROUP: (),
    AUTO_SCALING_GROUP: (),
}


@resource_rule(
    on=list(_TYPED),
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    error="Unsupported: The requested configuration is currently not supported",
    source="https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-regions.html",
)
def ec2_instance_type_not_offered_in_region(resource: Resource) -> Findings:
    """A region offers the instance type.

    Why: EC2 does not launch a type that the region does not have.
    Fix: choose an equivalent type of the region.
    """
    region = resource.region
    for path, name in _types(resource):
        if catalog.offered_in_region(name, region) is False:
            day = catalog.generated_on()
            text = f"{name} is not offered in {region}, as known on {day}"
            yield resource.finding(path, text)


def _types(resource: Resource) -> Iterator[tuple[str, str]]:
    paths = [*_TYPED[resource.type]]
    if resource.type == AUTO_SCALING_GROUP:
        paths = [one.full_path("instanceType") for one in overrides(resource)]
    if resource.type == NODE_GROUP and isinstance(resource.tree.get("instanceTypes"), list):
        paths = [f"instanceTypes[{place}]" for place in range(len(resource.tree["instanceTypes"]))]
    for path in paths:
        if isinstance(value := known_at(resource.tree, path), str):
            yield path, value


@relational_rule(
    on=AUTO_SCALING_GROUP,
    level=Level.ADVISORY,
    severity=Severity.MEDIUM,
    error="InsufficientInstanceCapacity",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html",
)
def ec2_capacity_single_pool(group: Resource) -> Findings:
    """A group of several instances draws on more than one pool of capacity.

    Why: one type in one zone may be sold out; the group then stays below its minimum and the update
    fails after its time.
    Fix: give subnets of several zones, or several types in a mixed instances policy.
    """
    wanted = group.get("desiredCapacity", group.get("minSize", 0))
    if not isinstance(wanted, int) or wanted < 2 or group.has("placementGroup"):
        return
    if len(overrides(group)) > 1:
        return
    launches = launch_sources(group)
    if len(launches) != 1 or launches[0].source.has("instanceRequirements"):
        return
    subnets = group.follow("vpcZoneIdentifiers", SUBNET)
    zones = {subnet["availabilityZone"] for subnet in subnets}
    if subnets.exact and len(zones) == 1:
        text = f"{wanted} instances of one type are in {zones.pop()} alone"
        yield group.finding("vpcZoneIdentifiers", text)


@relational_rule(
    on=[AUTO_SCALING_GROUP, SERVICE, LOAD_BALANCER],
    level=Level.ADVISORY,
    severity=Severity.MEDIUM,
    error="InsufficientFreeAddressesInSubnet",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
)
def ec2_subnet_too_small_for_group(resource: Resource) -> Findings:
    """Subnets have an address for everything that may run in them.

    Why: launches fail when the addresses are used up; an Application Load Balancer wants a /27 and
    eight free addresses in each subnet.
    Fix: make the subnets larger, or the maximum smaller.
    """
    path = "networkConfiguration.subnets" if resource.type == SERVICE else "subnets"
    path = "vpcZoneIdentifiers" if resource.type == AUTO_SCALING_GROUP else path
    subnets = resource.follow(path, SUBNET)
    networks = [network_of(subnet["cidrBlock"]) for subnet in subnets]
    if not subnets.exact or not networks or None in networks:
        return
    sizes = [one.num_addresses for one in networks if one]
    if resource.type == LOAD_BALANCER:
        if resource.get("loadBalancerType", "application") == "application" and min(sizes) < 32:
            yield resource.finding(path, f"a subnet has {min(sizes)} addresses, a /27 has 32")
        return
    wanted = _wanted(resource)
    # AWS keeps five addresses of every subnet.
    free = sum(size - 5 for size in sizes)
    if wanted > free:
        yield resource.finding(path, f"{wanted} may run, in subnets of {free} free addresses")


def _wanted(resource: Resource) -> int:
    if resource.type == SERVICE:
        value = resource.get("desiredCount", 0)
    else:
        if any(one.has("weightedCapacity") for one in overrides(resource)):
            raise Undetermined("maxSize counts weights")
        value = resource["maxSize"]
    if not isinstance(value, int):
        raise Undetermined("the number of instances")
    return value
