"""What an Auto Scaling group launches from, and which target groups it feeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policypack.aws.load_balancers import TARGET_GROUP
from policypack.plan.references import Followed
from policypack.plan.resource import Resource
from policypack.plan.values import UNKNOWN, Block, Undetermined, look_up, parse_path

AUTO_SCALING_GROUP = "aws:autoscaling/group:Group"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
LAUNCH_CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"

_MIXED = "mixedInstancesPolicy.launchTemplate"
_SPECIFICATION = f"{_MIXED}.launchTemplateSpecification"


@dataclass(frozen=True)
class LaunchSource:
    """A launch template or configuration of the stack, and the path that names it in the group."""

    source: Resource
    path: str


def launch_sources(group: Resource) -> list[LaunchSource]:
    """Return the templates and configurations of the stack that a group certainly launches from."""
    found: dict[str, LaunchSource] = {}
    for path in _paths(group):
        token = LAUNCH_CONFIGURATION if path == "launchConfiguration" else LAUNCH_TEMPLATE
        followed = group.follow(path, token)
        if followed.exact:
            found.update({one.urn: LaunchSource(one, path) for one in followed})
    return list(found.values())


def _paths(group: Resource) -> Iterator[str]:
    yield "launchConfiguration"
    yield from ("launchTemplate.id", "launchTemplate.name")
    for key in ("launchTemplateId", "launchTemplateName"):
        yield f"{_SPECIFICATION}.{key}"
        for override in overrides(group):
            yield override.full_path(f"launchTemplateSpecification.{key}")


def overrides(group: Resource) -> list[Block]:
    """Return the overrides of a group's mixed instances policy, unknown ones left out."""
    return list(group.each(f"{_MIXED}.overrides"))


def every_override(group: Resource) -> list[Block]:
    """Return all overrides of a group's mixed instances policy.

    Raises:
        Undetermined: one of them is unknown.
    """
    given = look_up(group.tree, parse_path(f"{_MIXED}.overrides"))
    if given is UNKNOWN or (isinstance(given, list) and any(one is UNKNOWN for one in given)):
        raise Undetermined("overrides")
    return overrides(group)


def attached_target_groups(group: Resource) -> list[tuple[str, Followed]]:
    """Return the target groups that a group feeds, each with the path that says so."""
    return [(path, group.follow(path, TARGET_GROUP)) for path in _TARGET_GROUP_PATHS] + [
        ("", attachment.follow(path, TARGET_GROUP))
        for token, own, path in _ATTACHMENTS
        for attachment in group.referrers(token, own)
    ]


def groups_feeding(target_group: Resource) -> list[Resource]:
    """Return the Auto Scaling groups of the stack that certainly feed a target group."""
    found = [
        group
        for path in _TARGET_GROUP_PATHS
        for group in target_group.referrers(AUTO_SCALING_GROUP, path)
    ]
    for token, own, path in _ATTACHMENTS:
        for attachment in target_group.referrers(token, path):
            followed = attachment.follow(own, AUTO_SCALING_GROUP)
            found.extend(followed if followed.exact else ())
    by_urn = {group.urn: group for group in found}
    return [by_urn[urn] for urn in sorted(by_urn)]


_TARGET_GROUP_PATHS = ("targetGroupArns", "trafficSources.identifier")
_ATTACHMENTS = (
    ("aws:autoscaling/attachment:Attachment", "autoscalingGroupName", "lbTargetGroupArn"),
    (
        "aws:autoscaling/trafficSourceAttachment:TrafficSourceAttachment",
        "autoscalingGroupName",
        "trafficSource.identifier",
    ),
)
