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
from policypack.aws.cidr import parse_block
from policypack.aws.ebs import GP3_BASE_IOPS, volume_excess, volume_faults
from policypack.aws.launch_sources import (
    AUTO_SCALING_GROUP,
    LAUNCH_CONFIGURATION,
    LAUNCH_TEMPLATE,
    every_override,
    launch_sources,
    overrides,
)
from policypack.aws.load_balancers import LOAD_BALANCER, SERVICE
from policypack.aws.zones import INSTANCE, SPOT_REQUEST, SUBNET, VPC
from policypack.plan.values import ABSENT, is_given, known_at, look_up, parse_path

INSTANCES = (INSTANCE, SPOT_REQUEST)
VOLUME = "aws:ebs/volume:Volume"
ROLE = "aws:iam/role:Role"
INSTANCE_PROFILE = "aws:iam/instanceProfile:InstanceProfile"
IMAGE = "aws:ec2/ami:Ami"
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
        "ec2-volume-iops-too-high",
        "ec2-volume-iops-too-low",
        "ec2-volume-kms-key-without-encryption",
        "ec2-volume-multi-attach-type",
        "ec2-volume-provisioned-iops-missing",
        "ec2-volume-size-too-small",
        "ec2-volume-throughput-not-supported",
        "ec2-volume-throughput-over-default-iops",
        "ec2-volume-throughput-too-high",
    ),
)
def ec2_ebs_volume_spec_invalid(resource: Resource) -> Findings:
    """A volume's size, IOPS and throughput are what its type takes.

    Why: EBS refuses sizes, IOPS and throughput outside the bounds of the type and their ratios, and
    boots from no hard disk.
    Fix: raise the IOPS or the size, or leave out what the type does not take.
    """
    for block, names in _volumes(resource):
        kind = _member(block, names.kind, names.default)
        if isinstance(kind, str):
            yield from _volume(block, names, kind)
        elif look_up(block.tree, (names.kind,)) is ABSENT:
            yield from _volume_of_any_type(block)
    if resource.type == VOLUME:
        yield from _volume_options(resource)


def _member(block: Block, key: str, default: Any = None) -> Any:
    value = look_up(block.tree, (key,))
    # The provider takes 0 for "not given".
    return default if value is ABSENT else None if value in (UNKNOWN, 0) else value


def _volume(block: Block, names: _Names, kind: str) -> Findings:
    iops = _member(block, "iops", GP3_BASE_IOPS if kind == "gp3" else None)
    numbers = (_member(block, names.size), iops, _member(block, "throughput"))
    faulty = dict(volume_faults(kind, *numbers))
    for fault, text in faulty.items():
        yield block.finding(names.size if fault == "size" else fault, text)
    for fault, text in volume_excess(kind, *numbers):
        if fault not in faulty:
            key = names.size if fault == "size" else fault
            yield block.finding(key, text, level=Level.ADVISORY, error="")
    known = catalog.ebs_volume_type(kind)
    if known and known.iops_required and look_up(block.tree, ("iops",)) is ABSENT:
        yield block.finding("iops", f"{kind} needs its IOPS given")
    if known and not known.bootable and block.path.startswith("rootBlockDevice"):
        yield block.finding(names.kind, f"no instance boots from a volume of type {kind}")


def _volume_of_any_type(block: Block) -> Findings:
    """What no type takes: the type of this volume is the image's."""
    kinds = catalog.ebs_volume_types().values()
    for key, unit, bounds in (
        ("iops", "IOPS", [kind.iops for kind in kinds]),
        ("throughput", "MiB/s", [kind.throughput_mibps for kind in kinds]),
    ):
        least = min(one[0] for one in bounds if one)
        value = _member(block, key)
        if isinstance(value, int) and value < least:
            yield block.finding(
                key, f"{value} {unit} is less than any type takes, which is {least}"
            )


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
    rate = _member(Block(volume, volume.tree, ()), "volumeInitializationRate")
    if isinstance(rate, int) and not 100 <= rate <= 300:
        yield volume.finding("volumeInitializationRate", f"{rate} MiB/s is not 100 to 300")
    elif rate is not None and not volume.has("snapshotId"):
        text = "the volume is made from no snapshot that could be loaded"
        yield volume.finding("volumeInitializationRate", text)


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


@relational_rule(
    on=[*INSTANCES, LAUNCH_TEMPLATE, AUTO_SCALING_GROUP],
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
    if resource.type == AUTO_SCALING_GROUP:
        for launch in launch_sources(resource) if is_given(resource.tree, _SUBNETS) else ():
            if is_given(launch.source.tree, "securityGroupNames"):
                text = f"the template {launch.source.name} names groups, beside these subnets"
                yield resource.finding(_SUBNETS, text)
        return
    groups = known_at(resource.tree, "securityGroups")
    names = [one for one in groups if isinstance(one, str)] if isinstance(groups, list) else []
    named = [one for one in names if not one.startswith("sg-")]
    if named and resource.has("subnetId"):
        yield resource.finding("securityGroups", f"{named[0]} is a name, beside a subnet")


_SUBNETS = "vpcZoneIdentifiers"
_ARM = re.compile(r"arm64|aarch64")
_INTEL = re.compile(r"x86_64|amd64")


def architecture_of_parameter(image: str) -> str | None:
    """Return the architecture that an SSM image parameter names (`resolve:ssm:...`), or None."""
    if not image.startswith("resolve:ssm:"):
        return None
    arm, intel = bool(_ARM.search(image)), bool(_INTEL.search(image))
    return None if arm == intel else "arm64" if arm else "x86_64"


@relational_rule(
    on=[*INSTANCES, LAUNCH_TEMPLATE, AUTO_SCALING_GROUP],
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
    if resource.type == AUTO_SCALING_GROUP:
        yield from _overrides_of_other_architecture(resource)
        return
    path = "imageId" if resource.type == LAUNCH_TEMPLATE else "ami"
    needed = _architecture(resource, path)
    known = _known_type(resource)
    if needed and known and needed not in known.architectures:
        yield resource.finding(path, f"the image is for {needed}, {_runs(known)}")


def _known_type(holder: Resource | Block) -> catalog.InstanceType | None:
    """The catalog's entry of an instance type that is given and known."""
    name = known_at(holder.tree, "instanceType")
    return catalog.instance_type(name) if isinstance(name, str) else None


def _runs(known: catalog.InstanceType) -> str:
    return f"{known.name} runs {', '.join(known.architectures)}"


def _architecture(source: Resource, path: str) -> str | None:
    """The architecture of an image that a parameter names or that the stack makes."""
    image = known_at(source.tree, path)
    told = architecture_of_parameter(image) if isinstance(image, str) else None
    made = source.follow(path, IMAGE)
    if told is None and made.exact and len(made) == 1:
        told = made.one.get("architecture", "x86_64")
    return told if isinstance(told, str) else None


def _overrides_of_other_architecture(group: Resource) -> Findings:
    for launch in launch_sources(group):
        if "overrides" in launch.path or launch.source.type != LAUNCH_TEMPLATE:
            continue
        needed = _architecture(launch.source, "imageId")
        for override in overrides(group):
            known = _known_type(override)
            brings_own = override.has("launchTemplateSpecification") or override.has("imageId")
            if needed and known and not brings_own and needed not in known.architectures:
                text = f"the image of {launch.source.name} is for {needed}, {_runs(known)}"
                # The group is made; it is the launches of this type that fail.
                yield override.finding("instanceType", text, level=Level.ADVISORY)


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
    yield from _interface_faults(resource, known)
    yield from _market_faults(resource, known)


def _market_faults(resource: Resource, known: catalog.InstanceType) -> Findings:
    name = known.name
    if _is_true(resource, "ebsOptimized") and known.ebs_optimized == "unsupported":
        # No page or report that was found quotes the refusal.
        text = f"{name} is not optimised for EBS"
        yield resource.finding("ebsOptimized", text, level=Level.ADVISORY, error="")
    if known_at(resource.tree, _MARKET) == "spot" and "spot" not in known.usage_classes:
        # AWS opens types to Spot as time goes by.
        yield resource.finding(_MARKET, f"{name} is not sold as Spot", level=Level.ADVISORY)
    for root in resource.each("rootBlockDevice") if _is_true(resource, "hibernation") else ():
        if known_at(root.tree, "encrypted") is False:
            # The image, or the account's default, may encrypt the volume nevertheless.
            text = "an instance that hibernates boots from an encrypted volume"
            yield root.finding("encrypted", text, level=Level.ADVISORY)


_MARKET = "instanceMarketOptions.marketType"


def _is_true(resource: Resource, path: str) -> bool:
    """Whether a switch is on, which a launch template writes as a text."""
    return known_at(resource.tree, path) in (True, "true")


def _interface_faults(resource: Resource, known: catalog.InstanceType) -> Findings:
    # No page or report that was found quotes these refusals.
    detail = {"level": Level.ADVISORY, "error": ""}
    interfaces = list(resource.each("networkInterfaces"))
    most = known.network_interfaces if known.network_cards == 1 else None
    if most is not None and len(interfaces) > most:
        text = f"{known.name} has {most} network interfaces, {len(interfaces)} are given"
        yield resource.finding("networkInterfaces", text, **detail)
    taken: set[tuple[Any, Any]] = set()
    for interface in interfaces:
        index = known_at(interface.tree, "deviceIndex")
        card = look_up(interface.tree, ("networkCardIndex",))
        place = (0 if card is ABSENT else card, index)
        if isinstance(index, int) and card is not UNKNOWN and place in taken:
            text = f"another interface has the device index {index} too"
            yield interface.finding("deviceIndex", text, **detail)
        taken.add(place)


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
    on=[*INSTANCES, LAUNCH_TEMPLATE, AUTO_SCALING_GROUP, PLACEMENT_GROUP],
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
    group = resource.follow(path, PLACEMENT_GROUP).one
    yield from _partition_faults(resource, group)
    if group["strategy"] != "cluster":
        return
    if resource.type == AUTO_SCALING_GROUP:
        yield from _several_zones(resource)
        yield from _types_outside_cluster(resource)
    elif known := _outside_cluster(resource):
        yield resource.finding("instanceType", f"{known.name} does not go into a cluster")


def _partition_faults(resource: Resource, group: Resource) -> Findings:
    in_template = resource.type == LAUNCH_TEMPLATE
    path = "placement.partitionNumber" if in_template else "placementPartitionNumber"
    number = known_at(resource.tree, path)
    # EC2 looks at a template only when something is launched from it.
    detail = {"level": Level.ADVISORY} if in_template else {}
    if not isinstance(number, int) or number == 0:
        return
    strategy, count = group["strategy"], group.get("partitionCount", None)
    if strategy != "partition":
        text = f"{group.name} is a {strategy}, which has no partitions"
        yield resource.finding(path, text, **detail)
    elif isinstance(count, int) and number > count:
        yield resource.finding(path, f"{group.name} has {count} partitions, not {number}", **detail)


def _outside_cluster(holder: Resource | Block) -> catalog.InstanceType | None:
    known = _known_type(holder)
    strategies = known.placement_strategies if known else ()
    return known if strategies and "cluster" not in strategies else None


def _types_outside_cluster(group: Resource) -> Findings:
    """The types that a group launches in vain: the group itself is made."""
    typed = [one for one in every_override(group) if one.has("instanceType")]
    for override in typed:
        if known := _outside_cluster(override):
            text = f"{known.name} does not go into a cluster"
            yield override.finding("instanceType", text, level=Level.ADVISORY)
    for launch in launch_sources(group) if not typed else ():
        if known := _outside_cluster(launch.source):
            text = f"{known.name} of {launch.source.name} does not go into a cluster"
            yield group.finding(launch.path, text, level=Level.ADVISORY)


def _several_zones(group: Resource) -> Findings:
    subnets = group.follow("vpcZoneIdentifiers", SUBNET)
    zones = sorted({subnet["availabilityZone"] for subnet in subnets})
    if subnets.exact and len(zones) > 1:
        text = f"the cluster would span {', '.join(zones)}"
        yield group.finding("vpcZoneIdentifiers", text)


@relational_rule(
    on=[INSTANCE, LAUNCH_TEMPLATE, AUTO_SCALING_GROUP],
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    error="InvalidParameterCombination: the tenancy of the instance does not fit its VPC or type",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-instance.html",
)
def ec2_tenancy_conflict(resource: Resource) -> Findings:
    """The tenancy of an instance is possible in its VPC and for its type.

    Why: a VPC of dedicated tenancy launches no shared instance, some types have no hosts, and only
    the tenancy `host` goes with a host.
    Fix: leave `tenancy` out, or use a VPC of default tenancy.
    """
    if resource.type == AUTO_SCALING_GROUP:
        yield from _shared_from_a_template(resource)
        return
    in_template = resource.type == LAUNCH_TEMPLATE
    prefix = "placement." if in_template else ""
    path = f"{prefix}tenancy"
    tenancy = resource[path]
    yield from _host_faults(resource, prefix, tenancy)
    known = _known_type(resource)
    if tenancy == "host" and known and not known.dedicated_hosts:
        detail = {"level": Level.ADVISORY} if in_template else {}
        yield resource.finding(path, f"{known.name} has no dedicated hosts", **detail)
    if tenancy == "default" and not in_template and "tenancy" not in resource.defaults:
        vpc = resource.follow("subnetId", SUBNET).one.follow("vpcId", VPC).one
        if _is_dedicated(vpc):
            yield resource.finding("tenancy", f"default, in {vpc.name} of dedicated tenancy")


def _is_dedicated(vpc: Resource) -> bool:
    return bool(vpc.get("instanceTenancy", "default") == "dedicated")


def _host_faults(resource: Resource, prefix: str, tenancy: Any) -> Findings:
    # The book has the host resource group of an instance.
    keys = ("hostId", "hostResourceGroupArn") if prefix else ("hostId",)
    for key in keys if tenancy not in ("host", "") else ():
        if is_given(resource.tree, prefix + key):
            text = f"a host is named, for instances of tenancy {tenancy}"
            yield resource.finding(prefix + key, text, level=Level.ADVISORY)


def _shared_from_a_template(group: Resource) -> Findings:
    for launch in launch_sources(group):
        if known_at(launch.source.tree, "placement.tenancy") != "default":
            continue
        subnets = group.follow(_SUBNETS, SUBNET)
        homes = [subnet.follow("vpcId", VPC).one for subnet in subnets]
        if subnets.exact and homes and _is_dedicated(homes[0]):
            name = launch.source.name
            text = f"the template {name} asks for tenancy default, in {homes[0].name} of dedicated"
            # The group is made; it is its launches that fail.
            yield group.finding(launch.path, text, level=Level.ADVISORY)


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
    yield from _few_types_at_the_lowest_price(group)
    wanted = group.get("desiredCapacity", group.get("minSize", 0))
    if not isinstance(wanted, int) or wanted < 1 or group.has("placementGroup"):
        return
    types = every_override(group)
    launches = launch_sources(group)
    if len(types) > 1 or len(launches) != 1 or launches[0].source.has("instanceRequirements"):
        return
    why = "one type" if wanted > 1 else _scarce(group, launches[0].source)
    subnets = group.follow(_SUBNETS, SUBNET)
    zones = {subnet["availabilityZone"] for subnet in subnets}
    if why and subnets.exact and len(zones) == 1:
        counted = f"{wanted} instances of {why} are" if wanted > 1 else f"one instance {why} is"
        yield group.finding(_SUBNETS, f"{counted} in {zones.pop()} alone")


_DISTRIBUTION = "mixedInstancesPolicy.instancesDistribution"


def _is_spot(group: Resource, source: Resource) -> bool:
    if known_at(source.tree, _MARKET) == "spot":
        return True
    return _shares_spot(group)


def _shares_spot(group: Resource) -> bool:
    """Whether a group's distribution certainly leaves instances to Spot."""
    share = known_at(group.tree, f"{_DISTRIBUTION}.onDemandPercentageAboveBaseCapacity")
    base = look_up(group.tree, parse_path(f"{_DISTRIBUTION}.onDemandBaseCapacity"))
    return isinstance(share, int) and share < 100 and base in (ABSENT, 0)


def _scarce(group: Resource, source: Resource) -> str:
    """Why even one instance may not be had; "" where it probably can."""
    if _is_spot(group, source):
        return "on Spot"
    known = _known_type(source)
    if known is None or not (known.accelerators or known.bare_metal):
        return ""
    reserved = any(one.has("capacityReservationSpecification") for one in (group, source))
    return "" if reserved else f"of the scarce type {known.name}"


def _few_types_at_the_lowest_price(group: Resource) -> Findings:
    path = f"{_DISTRIBUTION}.spotAllocationStrategy"
    types = {known_at(one.tree, "instanceType") for one in every_override(group)}
    is_open = None in types or not types
    is_lowest = known_at(group.tree, path) == "lowest-price"
    if is_lowest and not is_open and len(types) < 3 and _shares_spot(group):
        named = "one type" if len(types) == 1 else f"{len(types)} types"
        yield group.finding(path, f"Spot at the lowest price draws on {named} alone")


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
    networks = [parse_block(subnet["cidrBlock"]) for subnet in subnets]
    if not subnets.exact or not networks or None in networks:
        return
    sizes = [one.num_addresses for one in networks if one]
    if resource.type == LOAD_BALANCER:
        if resource.get("loadBalancerType", "application") == "application" and min(sizes) < 32:
            yield resource.finding(path, f"a subnet has {min(sizes)} addresses, a /27 has 32")
        return
    wanted = _wanted(resource)
    # AWS keeps five addresses of every subnet.
    free = sum(max(size - 5, 0) for size in sizes)
    if wanted > free:
        yield resource.finding(path, f"{wanted} may run, in subnets of {free} free addresses")


def _wanted(resource: Resource) -> int:
    if resource.type == SERVICE:
        value = resource.get("desiredCount", 0)
    else:
        if any(one.has("weightedCapacity") for one in every_override(resource)):
            raise Undetermined("maxSize counts weights")
        value = resource["maxSize"]
    if not isinstance(value, int):
        raise Undetermined("the number of instances")
    return value
