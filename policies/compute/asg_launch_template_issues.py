"""Launch templates and Auto Scaling groups that cannot start an instance."""

from __future__ import annotations

import base64
import binascii
import difflib
import re
from collections.abc import Iterator
from functools import lru_cache

from policypack import (
    UNKNOWN,
    Findings,
    Level,
    Resource,
    Severity,
    Undetermined,
    relational_rule,
    resource_rule,
)
from policypack.aws import catalog
from policypack.aws.launch_sources import (
    AUTO_SCALING_GROUP,
    LAUNCH_CONFIGURATION,
    LAUNCH_TEMPLATE,
    launch_sources,
    overrides,
)
from policypack.aws.security_groups import GROUPS
from policypack.aws.zones import INSTANCE, SPOT_REQUEST, SUBNET, VPC
from policypack.plan.references import distinct
from policypack.plan.values import ABSENT, is_given, known_at, look_up, parse_path

INSTANCES = (INSTANCE, SPOT_REQUEST)
SPOT_FLEET = "aws:ec2/spotFleetRequest:SpotFleetRequest"
SCHEDULE = "aws:autoscaling/schedule:Schedule"
CREATE_GROUP = (
    "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html"
)
CREATE_TEMPLATE = (
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html"
)


def _texts(resource: Resource, *paths: str) -> Iterator[tuple[str, str]]:
    """The known texts at these paths, with the path."""
    for path in paths:
        value = look_up(resource.tree, parse_path(path))
        if isinstance(value, str) and value:
            yield path, value


_AMI = re.compile(r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17})")


@resource_rule(
    on=[*INSTANCES, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, SPOT_FLEET],
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error='InvalidAMIID.Malformed: Invalid id: (expecting "ami-...")',
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/finding-an-ami.html",
)
def ec2_ami_id_malformed(resource: Resource) -> Findings:
    """An image id has the shape of one.

    Why: EC2 refuses what is not `ami-` and 8 or 17 hexadecimal digits.
    Fix: look the image up with `aws.ec2.get_ami` or an SSM public parameter of the stack's region.
    """
    fleet = [f"launchSpecifications[{place}].ami" for place in range(_count(resource))]
    for path, image in _texts(resource, "ami", "imageId", *fleet):
        by_parameter = image.startswith("resolve:ssm:") and resource.type != LAUNCH_CONFIGURATION
        if not by_parameter and not _AMI.fullmatch(image):
            yield resource.finding(path, f'"{image}" is no image id')


def _count(resource: Resource) -> int:
    value = resource.tree.get("launchSpecifications")
    return len(value) if isinstance(value, list) else 0


@relational_rule(
    on=AUTO_SCALING_GROUP,
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="ValidationError: You must use a valid fully-formed launch template.",
    source=CREATE_GROUP,
)
def asg_launch_template_incomplete(group: Resource) -> Findings:
    """An Auto Scaling group launches from one template, which names an image and an instance type.

    Why: a template may be incomplete on its own, but the group's creation validates it.
    Fix: set `image_id`, and `instance_type` or `instance_requirements`, in the template.
    """
    yield from _not_one_source(group)
    for launch in launch_sources(group):
        template = launch.source
        if template.type != LAUNCH_TEMPLATE:
            continue
        if not template.has("imageId") and not _overrides_bring_images(group):
            yield group.finding(launch.path, f"the template {template.name} names no image")
        typed = template.has("instanceType") or template.has("instanceRequirements")
        if not typed and not _every_override_is_typed(group):
            yield group.finding(launch.path, f"the template {template.name} names no instance type")


_ONE_SOURCE = (
    "ValidationError: Valid requests must contain either LaunchTemplate, LaunchConfigurationName, "
    "InstanceId or MixedInstancesPolicy parameter."
)
_SOURCES = ("launchConfiguration", "launchTemplate", "mixedInstancesPolicy")


def _not_one_source(group: Resource) -> Findings:
    sources = {key: look_up(group.tree, (key,)) for key in _SOURCES}
    if all(value in (ABSENT, "") for value in sources.values()):
        text = "the group names nothing to launch from"
        yield group.finding("launchTemplate", text, error=_ONE_SOURCE)
    given = [key for key, value in sources.items() if value not in (ABSENT, UNKNOWN, "")]
    if len(given) > 1:
        text = f"the group launches from {' and '.join(given)}"
        yield group.finding(given[1], text, error=_ONE_SOURCE)
    for block in group.each("launchTemplate"):
        if not block.has("id") and not block.has("name"):
            yield block.finding("id", "the template is named neither by id nor by name")


def _overrides_bring_images(group: Resource) -> bool:
    """Whether an override may bring an image of its own, by a template or by id."""
    given = look_up(group.tree, parse_path("mixedInstancesPolicy.launchTemplate.overrides"))
    if given is UNKNOWN or (isinstance(given, list) and any(one is UNKNOWN for one in given)):
        return True
    keys = ("launchTemplateSpecification", "imageId")
    return any(key in one for one in overrides(group) for key in keys)


def _every_override_is_typed(group: Resource) -> bool:
    """Whether every override, known or not, may name a type."""
    given = look_up(group.tree, parse_path("mixedInstancesPolicy.launchTemplate.overrides"))
    if given is UNKNOWN or look_up(group.tree, ("mixedInstancesPolicy",)) is UNKNOWN:
        return True
    if not isinstance(given, list) or not given:
        return False
    return all("instanceType" in one or "instanceRequirements" in one for one in overrides(group))


@resource_rule(
    on=LAUNCH_TEMPLATE,
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="InvalidParameterCombination: Network interfaces and an instance-level security groups "
    "may not be specified on the same request",
    source=CREATE_TEMPLATE,
    covers=("ec2-launch-template-interfaces-with-security-groups",),
)
def ec2_launch_template_security_groups_conflict(template: Resource) -> Findings:
    """A launch template names security groups in its network interfaces or beside them, not both.

    Why: EC2 and Auto Scaling refuse a template that does both.
    Fix: move the groups into `network_interfaces[].security_groups`, or drop the interface block.
    """
    if not is_given(template.tree, "networkInterfaces"):
        return
    for key in ("vpcSecurityGroupIds", "securityGroupNames"):
        if is_given(template.tree, key):
            yield template.finding(key, "groups are named beside a network interface")
    for interface in template.each("networkInterfaces"):
        if not interface.has("networkInterfaceId"):
            continue
        if is_given(template.tree, interface.full_path("securityGroups")):
            yield interface.finding(
                "securityGroups", "groups are named for a network interface that exists"
            )
        if interface.has("subnetId"):
            yield interface.finding(
                "subnetId", "a subnet is named for a network interface that exists"
            )


# Type -> its groups and the subnets that they are used with.
_PLACES: dict[str, tuple[str, str]] = {
    INSTANCE: ("vpcSecurityGroupIds", "subnetId"),
    SPOT_REQUEST: ("vpcSecurityGroupIds", "subnetId"),
    "aws:ec2/networkInterface:NetworkInterface": ("securityGroups", "subnetId"),
    "aws:lb/loadBalancer:LoadBalancer": ("securityGroups", "subnets"),
    "aws:elb/loadBalancer:LoadBalancer": ("securityGroups", "subnets"),
    "aws:ecs/service:Service": (
        "networkConfiguration.securityGroups",
        "networkConfiguration.subnets",
    ),
    "aws:lambda/function:Function": ("vpcConfig.securityGroupIds", "vpcConfig.subnetIds"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("securityGroupIds", "subnetIds"),
    "aws:efs/mountTarget:MountTarget": ("securityGroups", "subnetId"),
}
_TEMPLATES = (LAUNCH_TEMPLATE, AUTO_SCALING_GROUP)


@relational_rule(
    on=[*_PLACES, *_TEMPLATES],
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="InvalidParameter: Security group and subnet belong to different networks",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
)
def ec2_security_group_wrong_vpc(resource: Resource) -> Findings:
    """A security group is used in subnets of its own VPC.

    Why: AWS refuses a group and a subnet of different VPCs.
    Fix: create the security group with the id of the subnet's VPC.
    """
    if resource.stack is None or resource.stack.of_type(
        "aws:vpc/securityGroupVpcAssociation:SecurityGroupVpcAssociation"
    ):
        return
    for holder, path, subnets in _group_uses(resource):
        places, groups = resource.follow(subnets, SUBNET), holder.follow(path, *GROUPS)
        if not places.exact or not groups.exact:
            continue
        at = path if holder is resource else subnets
        for group in groups:
            outside = [subnet for subnet in places if _in_other_vpc(group, subnet)]
            if outside:
                text = f"{group.name} is in another VPC than {outside[0].name}"
                yield resource.finding(at, text)


def _group_uses(resource: Resource) -> Iterator[tuple[Resource, str, str]]:
    if resource.type not in _TEMPLATES:
        yield (resource, *_PLACES[resource.type])
    for interface in resource.each("networkInterfaces") if resource.type == LAUNCH_TEMPLATE else ():
        groups, subnet = (interface.full_path(key) for key in ("securityGroups", "subnetId"))
        yield resource, groups, subnet
    for launch in launch_sources(resource) if resource.type == AUTO_SCALING_GROUP else ():
        for path in _group_paths(launch.source):
            yield launch.source, path, "vpcZoneIdentifiers"


def _group_paths(source: Resource) -> Iterator[str]:
    """Where what a group launches from names the security groups of its instances."""
    yield "vpcSecurityGroupIds" if source.type == LAUNCH_TEMPLATE else "securityGroups"
    for interface in source.each("networkInterfaces"):
        if not interface.has("subnetId"):
            yield interface.full_path("securityGroups")


def _in_other_vpc(group: Resource, subnet: Resource) -> bool:
    home = subnet.follow("vpcId", VPC)
    if len(home) != 1 or not home.exact:
        return False
    if look_up(group.tree, ("vpcId",)) is ABSENT:
        # A group without a VPC is in the default one, which a new VPC is not.
        return home.one.is_new and group.type == GROUPS[0]
    own = group.follow("vpcId", VPC)
    return own.exact and len(own) == 1 and distinct(own.one.urn, home.one.urn)


@resource_rule(
    on=[*INSTANCES, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION],
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidUserData.Malformed: Invalid BASE64 encoding of user data",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html",
    covers=(
        "ec2-instance-user-data-base64-too-large",
        "ec2-instance-user-data-too-large",
        "ec2-launch-template-user-data-too-large",
    ),
)
def ec2_user_data_invalid(resource: Resource) -> Findings:
    """User data is base64 where EC2 gets it as it is written, and at most 16 KiB long.

    Why: EC2 refuses other text in a launch template, and more than 16,384 bytes anywhere.
    Fix: encode it with `base64.b64encode(script.encode()).decode()`; keep large payloads in S3.
    """
    for path, text in _texts(resource, "userData", "userDataBase64"):
        is_encoded = resource.type == LAUNCH_TEMPLATE or path == "userDataBase64"
        size = _decoded_size(text)
        if size is None and not is_encoded:
            # The provider encodes what is not base64 yet.
            size = len(text.encode())
        if size is None:
            yield resource.finding(path, "the text is not base64")
        elif size > 16_384:
            yield resource.finding(path, f"the user data is {size} bytes long, over 16384")


def _decoded_size(text: str) -> int | None:
    try:
        return len(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return None


_TYPE_SHAPE = re.compile(r"[a-z]+(?:-[a-z0-9]+)?\d*[a-z]*(?:-[a-z0-9]+)?")
_SIZE_SHAPE = re.compile(r"nano|micro|small|medium|large|xlarge|\d+xlarge|metal(?:-\d+xl)?")
TYPED = {
    **dict.fromkeys(INSTANCES, ("instanceType",)),
    LAUNCH_TEMPLATE: ("instanceType",),
    LAUNCH_CONFIGURATION: ("instanceType",),
    "aws:ec2/capacityReservation:CapacityReservation": ("instanceType",),
    "aws:ec2/dedicatedHost:DedicatedHost": ("instanceType",),
    AUTO_SCALING_GROUP: (),
}


@resource_rule(
    on=list(TYPED),
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidParameterValue: Invalid value for InstanceType",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-types.html",
    owns=[
        *(f"{token}#{path}" for token, paths in TYPED.items() for path in paths),
        f"{AUTO_SCALING_GROUP}#mixedInstancesPolicy.launchTemplate.overrides[].instanceType",
    ],
)
def ec2_instance_type_invalid(resource: Resource) -> Findings:
    """An instance type has the shape of one: a family, a dot and a size.

    Why: EC2 refuses a type that there is not.
    Fix: correct the type, such as t3.micro or m7g.2xlarge.
    """
    paths = [*TYPED[resource.type], *(one.full_path("instanceType") for one in overrides(resource))]
    for path, name in _texts(resource, *paths):
        family, _, size = name.partition(".")
        if not _TYPE_SHAPE.fullmatch(family) or not _SIZE_SHAPE.fullmatch(size):
            near = None if resource.is_secret(path) else _nearest_type(name)
            hint = f", {near} comes nearest" if near else ""
            yield resource.finding(path, f'"{name}" is no instance type{hint}')


@lru_cache(maxsize=256)
def _nearest_type(name: str) -> str | None:
    return next(iter(difflib.get_close_matches(name, catalog.instance_type_names(), n=1)), None)


@relational_rule(
    on=AUTO_SCALING_GROUP,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="ValidationError: Incompatible launch template",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/"
    "ec2-auto-scaling-mixed-instances-groups.html",
)
def asg_mixed_instances_template_conflict(group: Resource) -> Findings:
    """A launch template for an Auto Scaling group leaves the choice of market to the group.

    Why: a mixed instances policy refuses a template with market options, and no group takes
    persistent Spot requests or a host id.
    Fix: take them out of the template; express Spot in `instances_distribution`.
    """
    yield from _types_beside_requirements(group)
    is_mixed = group.has("mixedInstancesPolicy")
    for launch in launch_sources(group):
        template = launch.source
        name, path = template.name, launch.path
        if is_mixed and template.has("instanceMarketOptions"):
            yield group.finding(path, f"the template {name} has market options")
        spot = look_up(
            template.tree, parse_path("instanceMarketOptions.spotOptions.spotInstanceType")
        )
        if spot == "persistent":
            yield group.finding(path, f"the template {name} asks for persistent Spot requests")
        if look_up(template.tree, parse_path("placement.hostId")) is not ABSENT:
            yield group.finding(path, f"the template {name} places instances on one host")


def _types_beside_requirements(group: Resource) -> Findings:
    # AWS says "instead" of one and the other, and no more:
    # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html
    kinds = ("instanceType", "instanceRequirements")
    given = [{key for key in kinds if one.has(key)} for one in overrides(group)]
    if {kinds[0]} in given and {kinds[1]} in given:
        path = "mixedInstancesPolicy.launchTemplate.overrides"
        text = "some overrides name a type, others requirements"
        yield group.finding(path, text, level=Level.ADVISORY, error="")


@resource_rule(
    on=[AUTO_SCALING_GROUP, SCHEDULE],
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="ValidationError: Desired capacity must be between the specified min size and max size",
    source=CREATE_GROUP,
    covers=(
        "autoscaling-group-desired-capacity-outside-sizes",
        "autoscaling-schedule-desired-over-max",
        "autoscaling-schedule-desired-under-min",
        "autoscaling-schedule-min-over-max",
        "autoscaling-schedule-negative-desired-capacity",
        "autoscaling-schedule-negative-min-size",
    ),
    owns=[
        f"{AUTO_SCALING_GROUP}#instanceMaintenancePolicy.{key}"
        for key in ("minHealthyPercentage", "maxHealthyPercentage")
    ],
)
def asg_size_bounds_invalid(group: Resource) -> Findings:
    """The sizes of an Auto Scaling group are in order: minimum, desired, maximum.

    Why: Auto Scaling refuses sizes that contradict each other, a maintenance policy whose two
    percentages lie more than 100 apart, and health checks that it does not know.
    Fix: make min_size <= desired_capacity <= max_size.
    """
    yield from _size_faults(group)
    if group.type == AUTO_SCALING_GROUP:
        yield from _maintenance_faults(group)
        yield from _unknown_health_checks(group)


def _size_faults(group: Resource) -> Findings:
    for key in ("minSize", "desiredCapacity", "maxSize"):
        size = _size(group, key)
        if size is not None and size < 0:
            text = f"the size {size} is negative"
            yield group.finding(key, text, error="ValidationError: sizes are 0 or more")
            return
    low, wanted, high = (_size(group, key) for key in ("minSize", "desiredCapacity", "maxSize"))
    if low is not None and high is not None and low > high:
        yield group.finding("minSize", f"the minimum {low} is above the maximum {high}")
    elif wanted is not None and low is not None and wanted < low:
        yield group.finding("desiredCapacity", f"{wanted} is below the minimum {low}")
    elif wanted is not None and high is not None and wanted > high:
        yield group.finding("desiredCapacity", f"{wanted} is above the maximum {high}")


_MAINTENANCE = (
    "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceMaintenancePolicy.html"
)


def _maintenance_faults(group: Resource) -> Findings:
    for policy in group.each("instanceMaintenancePolicy"):
        low, high = policy["minHealthyPercentage"], policy["maxHealthyPercentage"]
        if not isinstance(low, int) or not isinstance(high, int):
            return
        for key, value, least, most in (
            ("minHealthyPercentage", low, 0, 100),
            ("maxHealthyPercentage", high, 100, 200),
        ):
            if value != -1 and not least <= value <= most:
                text = f"{value} percent is not {least} to {most}"
                yield policy.finding(key, text, error="ValidationError", url=_MAINTENANCE)
                return
        if (low == -1) != (high == -1):
            key = "minHealthyPercentage" if low == -1 else "maxHealthyPercentage"
            text = "one percentage of the policy is taken back, the other set"
            yield policy.finding(key, text, error="ValidationError", url=_MAINTENANCE)
        elif high - low > 100:
            text = f"{low} and {high} percent lie more than 100 apart"
            yield policy.finding(
                "maxHealthyPercentage", text, error="ValidationError", url=_MAINTENANCE
            )


# The list grows, so another word is but doubtful:
# https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
_HEALTH_CHECKS = ("EC2", "ELB", "EBS", "VPC_LATTICE")


def _unknown_health_checks(group: Resource) -> Findings:
    kinds = known_at(group.tree, "healthCheckType")
    for kind in kinds.split(",") if isinstance(kinds, str) else ():
        if kind.strip().upper() not in (*_HEALTH_CHECKS, ""):
            known = ", ".join(_HEALTH_CHECKS)
            yield group.finding(
                "healthCheckType",
                f"{kind.strip()} is no health check among {known}",
                level=Level.ADVISORY,
                error="",
            )


def _size(group: Resource, key: str) -> int | None:
    value = group.tree.get(key)
    is_unset = value == -1 and group.type == SCHEDULE
    # The provider leaves desired_capacity 0 to AWS when it is its own default.
    is_default = key in group.defaults
    known = isinstance(value, int) and not isinstance(value, bool)
    return value if known and not is_unset and not is_default else None


@resource_rule(
    on=[LAUNCH_CONFIGURATION, AUTO_SCALING_GROUP],
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html",
)
def asg_launch_configuration_legacy(resource: Resource) -> Findings:
    """An Auto Scaling group launches from a template, not from a launch configuration.

    Why: newer accounts cannot create launch configurations, and newer instance types refuse them.
    Fix: use an `aws.ec2.LaunchTemplate`.
    """
    if resource.type == LAUNCH_CONFIGURATION:
        yield resource.finding("", "the resource is a launch configuration")
    elif resource.has("launchConfiguration"):
        yield resource.finding("launchConfiguration", "the group uses a launch configuration")


@relational_rule(
    on=[AUTO_SCALING_GROUP, INSTANCE],
    level=Level.ADVISORY,
    severity=Severity.MEDIUM,
    source="https://docs.aws.amazon.com/autoscaling/ec2/APIReference/"
    "API_LaunchTemplateSpecification.html",
)
def asg_launch_template_version_stale(resource: Resource) -> Findings:
    """What launches from a template follows its versions.

    Why: a changed template makes a new version that nothing uses, so the change does not arrive.
    Fix: set `version=template.latest_version`, or `update_default_version=True` in the template.
    """
    version = resource.get("launchTemplate.version", "$Default")
    template = _template(resource)
    if version == "$Latest" or not isinstance(version, str | int):
        return
    follows_default = template.get("updateDefaultVersion", False) or template.has("defaultVersion")
    if version == "$Default" and not follows_default:
        yield resource.finding(
            "launchTemplate.version", f"$Default stays at the first version of {template.name}"
        )
    elif str(version).isdigit():
        yield resource.finding(
            "launchTemplate.version", f"the version of {template.name} is fixed at {version}"
        )


def _template(resource: Resource) -> Resource:
    for path in ("launchTemplate.id", "launchTemplate.name"):
        followed = resource.follow(path, LAUNCH_TEMPLATE)
        if followed and followed.exact:
            return followed.one
    raise Undetermined("launchTemplate")
