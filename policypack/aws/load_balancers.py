"""Load balancers, their target groups, and what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from policypack.plan.references import Followed
from policypack.plan.resource import Resource
from policypack.plan.values import Undetermined

LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
CLASSIC_LOAD_BALANCER = "aws:elb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
LISTENER_RULE = "aws:lb/listenerRule:ListenerRule"
TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
ATTACHMENT = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
SERVICE = "aws:ecs/service:Service"

_ACTIONS = {LISTENER: "defaultActions", LISTENER_RULE: "actions"}


def forwards(listener: Resource) -> Iterator[tuple[str, Followed]]:
    """Yield the paths by which a listener or a rule forwards, and the target groups there."""
    for action in listener.each(_ACTIONS[listener.type]):
        for path in ("targetGroupArn", "forward.targetGroups.arn"):
            full = action.full_path(path)
            followed = listener.follow(full, TARGET_GROUP)
            if followed:
                yield full, followed


def forwarders(target_group: Resource) -> tuple[list[Resource], bool]:
    """Return the listeners and rules that may forward to a group, and whether that is certain.

    The second part is False when one may forward to it that does not show it.
    """
    found: list[Resource] = []
    closed = target_group.is_new
    for token, actions in _ACTIONS.items():
        for path in (f"{actions}.targetGroupArn", f"{actions}.forward.targetGroups.arn"):
            referrers = target_group.referrers(token, path)
            found += [*referrers, *referrers.possible]
            closed = closed and referrers.closed
    return list({one.urn: one for one in found}.values()), closed


def listeners_of(balancer: Resource) -> Iterator[Resource]:
    """Yield the listeners that a load balancer certainly has, each followed by its rules."""
    for listener in balancer.referrers(LISTENER, "loadBalancerArn"):
        yield listener
        yield from listener.referrers(LISTENER_RULE, "listenerArn")


def balancers_behind(target_group: Resource) -> list[Resource]:
    """Return the load balancers of the stack that certainly forward to a target group."""
    found: dict[str, Resource] = {}
    for token, actions in _ACTIONS.items():
        for path in (f"{actions}.targetGroupArn", f"{actions}.forward.targetGroups.arn"):
            for listener in target_group.referrers(token, path):
                with suppress(Undetermined):
                    balancer = balancer_of(listener)
                    found[balancer.urn] = balancer
    return [found[urn] for urn in sorted(found)]


def balancer_of(listener: Resource) -> Resource:
    """Return the load balancer of a listener or a rule.

    Raises:
        Undetermined: it is not certain.
    """
    if listener.type == LISTENER_RULE:
        listener = listener.follow("listenerArn", LISTENER).one
    return listener.follow("loadBalancerArn", LOAD_BALANCER).one
