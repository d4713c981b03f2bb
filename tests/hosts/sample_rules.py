"""Rules of every kind, to try hosts with: sound ones, one that quotes values, one that raises."""

from __future__ import annotations

import ipaddress
from typing import Any

from policypack import (
    Block,
    Findings,
    Level,
    Resource,
    Severity,
    Stack,
    relational_rule,
    resource_rule,
    stack_rule,
)

PAGE = "https://example.org"
GROUP = "aws:ec2/securityGroup:SecurityGroup"


@resource_rule(
    on=GROUP, level=Level.MANDATORY, severity=Severity.HIGH, source=PAGE, each=("ingress", "egress")
)
def ports_reversed(group: Resource, traffic: Block) -> Findings:
    """A range of ports goes up.

    Why: EC2 refuses it.
    Fix: swap the two.
    """
    if traffic["fromPort"] > traffic["toPort"]:
        note = traffic.get("description", "")
        yield traffic.finding("fromPort", f"is {traffic['fromPort']} ({note})")


@resource_rule(on="*", level=Level.MANDATORY, severity=Severity.LOW, source=PAGE)
def quoted(resource: Resource) -> Findings:
    """Nothing is quoted.

    Why: it may be secret.
    Fix: do not quote it.
    """
    for key, value in sorted(resource.tree.items()):
        if isinstance(value, str | int):
            level = Level.ADVISORY if isinstance(value, int) else None
            yield resource.finding(key, f"is {value}", level=level, fix=f"not {value}")


@resource_rule(
    on="aws:cloudwatch/logGroup:LogGroup",
    level=Level.ADVISORY,
    severity=Severity.MEDIUM,
    source=PAGE,
    settings={"days": {"type": "integer", "default": 7, "description": "what is long"}},
)
def kept_long(group: Resource, settings: dict[str, Any]) -> Findings:
    """Logs are not kept long.

    Why: they cost.
    Fix: keep them for a shorter time.
    """
    if group["retentionInDays"] > settings["days"]:
        yield group.finding("retentionInDays", f"is more than {settings['days']}")


@relational_rule(
    on=("aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"),
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="ValidationError",
    source=PAGE,
)
def one_zone(balancer: Resource) -> Findings:
    """A load balancer has two zones.

    Why: one may fail.
    Fix: give it another subnet.
    """
    subnets = balancer.follow("subnets", "aws:ec2/subnet:Subnet")
    zones = {subnet["availabilityZone"] for subnet in subnets}
    if subnets.exact and len(zones) == 1:
        yield balancer.finding("subnets", f"every subnet is in {zones.pop()}")


@relational_rule(
    on="aws:rds/instance:Instance", level=Level.MANDATORY, severity=Severity.LOW, source=PAGE
)
def raising(database: Resource) -> Findings:
    """A rule does not raise.

    Why: it is of no use then.
    Fix: mend it.
    """
    raise KeyError(database["password"])
    yield


@stack_rule(on="aws:ec2/subnet:Subnet", level=Level.ADVISORY, severity=Severity.HIGH, source=PAGE)
def overlapping(stack: Stack) -> Findings:
    """Subnets do not overlap.

    Why: EC2 refuses it.
    Fix: move one.
    """
    seen: dict[tuple[str, Any], Resource] = {}
    for subnet in stack.of_type("aws:ec2/subnet:Subnet"):
        block, vpc = subnet.tree.get("cidrBlock"), subnet.follow("vpcId", "aws:ec2/vpc:Vpc")
        if not isinstance(block, str) or not block or not vpc.exact or len(vpc) != 1:
            continue
        key = (vpc.one.urn, ipaddress.ip_network(block, strict=False))
        if key in seen:
            yield subnet.finding("cidrBlock", f"is that of {seen[key].name}", row="same")
        seen.setdefault(key, subnet)


RULES = [ports_reversed, quoted, kept_long, one_zone, raising, overlapping]
