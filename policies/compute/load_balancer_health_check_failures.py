"""Target groups whose health checks AWS refuses, or whose targets cannot become healthy."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policypack import (
    Block,
    Findings,
    Level,
    Resource,
    Severity,
    Undetermined,
    relational_rule,
    resource_rule,
)
from policypack.aws.launch_sources import (
    AUTO_SCALING_GROUP,
    LAUNCH_TEMPLATE,
    attached_target_groups,
    groups_feeding,
    launch_sources,
)
from policypack.aws.load_balancers import (
    ATTACHMENT,
    CLASSIC_LOAD_BALANCER,
    LISTENER,
    LISTENER_RULE,
    LOAD_BALANCER,
    SERVICE,
    TARGET_GROUP,
    balancer_of,
    balancers_behind,
    forwarders,
    forwards,
    listeners_of,
)
from policypack.aws.security_groups import (
    ANYONE,
    EGRESS,
    INGRESS,
    Peer,
    SecurityGroupRules,
    allows,
    groups_of,
    networks_of,
    peer_of,
)
from policypack.aws.zones import INSTANCE, SUBNET, VPC
from policypack.plan.references import distinct
from policypack.plan.values import ABSENT, is_given, known_at, look_up

FUNCTION = "aws:lambda/function:Function"
TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition"
CREATE_TARGET_GROUP = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html"
_HTTP = ("HTTP", "HTTPS")
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
_FAMILIES = {
    "application": {"HTTP", "HTTPS"},
    "network": {"TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"},
    "gateway": {"GENEVE"},
}


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


@resource_rule(
    on=TARGET_GROUP,
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="ValidationError: Health check protocol is not supported for the target group",
    source=CREATE_TARGET_GROUP,
    each="healthCheck",
    covers=(
        "elbv2-target-group-health-check-disabled",
        "elbv2-target-group-health-check-path-on-tcp",
        "elbv2-target-group-health-check-protocol",
        "elbv2-target-group-health-check-tcp-on-http",
    ),
)
def elbv2_health_check_protocol_invalid(group: Resource, check: Block) -> Findings:
    """A health check uses a protocol that its target group can be checked with.

    Why: AWS refuses checks over GENEVE, TLS or UDP, TCP checks of an HTTP group or with a path or
    a matcher, and switched-off checks of anything but a function.
    Fix: check over HTTP or HTTPS; a group for TCP may also be checked over TCP.
    """
    kind = group.get("targetType", "instance")
    if kind != "lambda" and check.get("enabled", True) is False:
        yield check.finding("enabled", f"the checks of a group of type {kind} are switched off")
    protocol = _upper(check.get("protocol", "HTTP"))
    if protocol in ("GENEVE", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"):
        yield check.finding("protocol", f"{protocol} is no protocol for checks")
    of_group = _upper(group.get("protocol", None))
    if protocol == "TCP" and of_group in _HTTP:
        yield check.finding("protocol", f"TCP does not check a group for {of_group}")
    for key in ("path", "matcher") if protocol == "TCP" else ():
        if is_given(check.tree, key):
            yield check.finding(key, f"a check over TCP has no {key}")
    if of_group in _FAMILIES["network"] and protocol in _HTTP:
        yield from _matcher_faults(check)


_CODES = re.compile(r"\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*")
_MATCHER = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html"


def _matcher_faults(check: Block) -> Findings:
    """Codes that a Network Load Balancer is not said to take; the other kinds are in the book."""
    codes = known_at(check.tree, "matcher")
    if not isinstance(codes, str) or not codes:
        return
    is_list = _CODES.fullmatch(codes) is not None
    if not is_list or not all(200 <= int(code) <= 599 for code in re.findall(r"\d+", codes)):
        text = f'"{codes}" is no list of codes from 200 to 599'
        yield check.finding("matcher", text, level=Level.ADVISORY, error="", url=_MATCHER)


@resource_rule(
    on=[TARGET_GROUP, CLASSIC_LOAD_BALANCER],
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="ValidationError: Health check timeout must be smaller than the interval",
    source=CREATE_TARGET_GROUP,
    each="healthCheck",
    covers=(
        "elbv2-target-group-health-check-timeout-above-interval",
        "elbv2-target-group-health-check-timeout-not-below-interval",
    ),
)
def elbv2_health_check_timing_invalid(group: Resource, check: Block) -> Findings:
    """A health check times out before the next one begins.

    Why: AWS refuses a timeout that is not below the interval, and values outside their ranges.
    Fix: keep the timeout below the interval, such as 5 and 15 seconds.
    """
    if group.type == CLASSIC_LOAD_BALANCER:
        yield from _classic_faults(check)
        return
    for key, low, high in _TIMES:
        value = check.get(key, low)
        if isinstance(value, int) and not low <= value <= high:
            yield check.finding(key, f"{value} is outside {low} to {high}")
    yield from _timeout_faults(group, check)


def _timeout_faults(group: Resource, check: Block) -> Findings:
    kind = group.get("targetType", "instance")
    if kind == "lambda" and not check.has("interval"):
        return
    interval = check.get("interval", 30)
    protocol = "lambda" if kind == "lambda" else _upper(group.get("protocol", None))
    timeout = check.get("timeout", None)
    usual = _USUAL_TIMEOUT.get(str(protocol))
    seconds = usual if timeout is None else timeout
    if not isinstance(interval, int) or not isinstance(seconds, int):
        return
    if seconds < interval or (seconds == interval and protocol not in _HTTP):
        return
    if timeout is not None:
        yield check.finding("timeout", f"{timeout} seconds are not below the interval {interval}")
    elif "interval" in check and interval >= _TIMES[0][1]:
        # What AWS does with its own timeout there is not documented.
        text = (
            f"{interval} seconds are not above {usual}, the timeout that AWS takes for {protocol}"
        )
        yield check.finding("interval", text, level=Level.ADVISORY)


# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
_USUAL_TIMEOUT = {"HTTP": 6, "HTTPS": 10, "TCP": 10, "TLS": 10, "GENEVE": 5, "lambda": 30}
_TIMES = (
    ("interval", 5, 300),
    ("timeout", 2, 120),
    ("healthyThreshold", 2, 10),
    ("unhealthyThreshold", 2, 10),
)


# https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_HealthCheck.html
_CLASSIC_TIMES = (_TIMES[0], ("timeout", 2, 60), *_TIMES[2:])


def _classic_faults(check: Block) -> Findings:
    for key, low, high in _CLASSIC_TIMES:
        value = known_at(check.tree, key)
        if isinstance(value, int) and not low <= value <= high:
            yield check.finding(key, f"{value} is outside {low} to {high}")
    timeout, interval = known_at(check.tree, "timeout"), known_at(check.tree, "interval")
    if isinstance(timeout, int) and isinstance(interval, int) and timeout >= interval:
        yield check.finding("timeout", f"{timeout} seconds are not below the interval {interval}")
    target = check["target"]
    if isinstance(target, str) and not _CLASSIC_TARGET.fullmatch(target):
        yield check.finding("target", f'"{target}" is no target of a check')


_CLASSIC_TARGET = re.compile(r"(TCP|SSL):\d+|(HTTP|HTTPS):\d+/.*", re.DOTALL)


@relational_rule(
    on=[AUTO_SCALING_GROUP, ATTACHMENT, SERVICE],
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="InvalidParameterException: The provided target group has a target type that is "
    "incompatible with the network mode",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb.html",
)
def elbv2_target_type_mismatch(resource: Resource) -> Findings:
    """A target group takes targets of the kind that is registered with it.

    Why: AWS refuses an instance in a group of addresses and the reverse; an Auto Scaling group
    feeds instance groups alone.
    Fix: set `target_type="ip"` for Fargate and awsvpc tasks, "instance" for an Auto Scaling group.
    """
    if resource.type == AUTO_SCALING_GROUP:
        yield from _fed_by_auto_scaling(resource)
    elif resource.type == ATTACHMENT:
        yield from _attached(resource)
    else:
        yield from _registered_by_service(resource)


def _kind(group: Resource) -> str:
    return str(group.get("targetType", "instance"))


def _fed_by_auto_scaling(resource: Resource) -> Findings:
    for path, groups in attached_target_groups(resource):
        for group in groups if groups.exact else ():
            if _kind(group) != "instance":
                yield resource.finding(path, f"{group.name} takes targets of type {_kind(group)}")


# What a target is, by its type.
_TARGETS = {INSTANCE: "instance", FUNCTION: "lambda", LOAD_BALANCER: "alb"}


def _attached(attachment: Resource) -> Findings:
    kind = _kind(attachment.follow("targetGroupArn", TARGET_GROUP).one)
    literal = known_at(attachment.tree, "targetId")
    if isinstance(literal, str) and (found := _kind_of_literal(literal)) not in (None, kind):
        yield attachment.finding("targetId", f"{literal} is a target of type {found}, not {kind}")
        return
    target = attachment.follow("targetId", *_TARGETS).one
    # A private address of an instance is an output of the instance too.
    if kind != _TARGETS[target.type] and not (kind == "ip" and target.type == INSTANCE):
        yield attachment.finding("targetId", f"{target.name} is no target of type {kind}")


def _kind_of_literal(target: str) -> str | None:
    """The target type of an id, an address or an ARN; None for anything else."""
    for pattern, kind in _LITERALS:
        if pattern.match(target):
            return kind
    try:
        ipaddress.ip_address(target)
    except ValueError:
        return None
    return "ip"


_LITERALS = (
    (re.compile(r"i-[0-9a-f]{8,}$"), "instance"),
    (re.compile(r"arn:[\w-]+:lambda:"), "lambda"),
    (re.compile(r"arn:[\w-]+:elasticloadbalancing:.*:loadbalancer/app/"), "alb"),
)


def _registered_by_service(service: Resource) -> Findings:
    mode = _network_mode(service)
    for block in service.each("loadBalancers"):
        followed = service.follow(block.full_path("targetGroupArn"), TARGET_GROUP)
        if not followed.exact or len(followed) != 1:
            continue
        kind = _kind(followed.one)
        if (mode, kind) in (("awsvpc", "instance"), ("bridge", "ip")):
            yield block.finding(
                "targetGroupArn", f"{followed.one.name} has target type {kind}, the tasks {mode}"
            )


def _network_mode(service: Resource) -> str:
    """The network mode of a service's tasks.

    Raises:
        Undetermined: it is not known.
    """
    if service.has("networkConfiguration") or service.get("launchType", "") == "FARGATE":
        return "awsvpc"
    task = service.follow("taskDefinition", TASK_DEFINITION).one
    if task.has("networkMode"):
        return str(task["networkMode"])
    launch = service.get("launchType", "EC2")
    system = task.get("runtimePlatform.operatingSystemFamily", "LINUX")
    if launch != "EC2" or system != "LINUX" or "FARGATE" in task.get("requiresCompatibilities", []):
        raise Undetermined("networkMode")
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
    return "bridge"


@relational_rule(
    on=[LISTENER, LISTENER_RULE],
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    error="IncompatibleProtocols: The protocol of the target group is not compatible with the "
    "listener",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html",
)
def elbv2_listener_target_group_protocol_mismatch(listener: Resource) -> Findings:
    """A listener forwards to target groups that its load balancer can serve.

    Why: AWS refuses a target group of another family of protocols, of another VPC, of IPv6 behind
    a load balancer for IPv4, and one that another load balancer serves already.
    Fix: HTTP or HTTPS behind an Application Load Balancer, TCP, TLS or UDP behind a Network one;
    make a target group of its own for each load balancer, in the same VPC.
    """
    balancer = balancer_of(listener)
    kind = balancer.get("loadBalancerType", "application")
    family = _FAMILIES.get(kind, set())
    if listener.type == LISTENER and family and kind != "gateway":
        protocol = _upper(listener.get("protocol", next(iter(family))))
        # What no load balancer knows is told as such.
        if protocol not in family and any(protocol in one for one in _FAMILIES.values()):
            yield listener.finding(
                "protocol", f"{protocol} is no protocol of a balancer of type {kind}"
            )
    for path, groups in forwards(listener):
        for group in groups if groups.exact else ():
            for text, detail in _unfit(listener, balancer, group):
                yield listener.finding(path, text, **detail)


_Told = tuple[str, dict[str, Any]]


def _unfit(listener: Resource, balancer: Resource, group: Resource) -> Iterator[_Told]:
    """Why a listener cannot forward to a target group: texts, and what differs in the finding."""
    kind = balancer.get("loadBalancerType", "application")
    protocol = _upper(known_at(group.tree, "protocol"))
    if isinstance(protocol, str) and protocol not in _FAMILIES.get(kind, {protocol}):
        yield f"{group.name} is for {protocol}, {balancer.name} is of type {kind}", {}
    elif listener.type == LISTENER and kind == "network":
        yield from _unfit_protocols(_upper(known_at(listener.tree, "protocol")), group, protocol)
    if _is_ipv6(group) and balancer.get("ipAddressType", "ipv4") == "ipv4":
        error = "InvalidConfigurationRequest: IPv6 target groups are for dualstack load balancers"
        yield f"{group.name} is for IPv6, {balancer.name} for IPv4", {"error": error}
    if _in_other_vpc(balancer, group):
        error = "InvalidConfigurationRequest: Target group is in a different VPC than load balancer"
        # The refusal was seen for Application Load Balancers alone.
        detail = {} if kind == "application" else {"level": Level.ADVISORY}
        yield f"{group.name} is in another VPC than {balancer.name}", {"error": error, **detail}
    first = next(iter(balancers_behind(group)), balancer)
    if first.urn < balancer.urn:
        error = "TargetGroupAssociationLimit: one load balancer for each target group"
        yield f"{group.name} is served by {first.name} already", {"error": error}


# What forwards to what on a Network Load Balancer; AWS states the first two as a must:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
_PAIRS = {
    "TCP_UDP": {"TCP_UDP"},
    "TCP_QUIC": {"TCP_QUIC"},
    "TCP": {"TCP", "TCP_UDP", "TCP_QUIC"},
    "TLS": {"TCP", "TLS"},
    "UDP": {"UDP", "TCP_UDP"},
    "QUIC": {"QUIC", "TCP_QUIC"},
}
_STATED = ("TCP_UDP", "TCP_QUIC")


def _unfit_protocols(listener: Any, group: Resource, protocol: Any) -> Iterator[_Told]:
    if isinstance(protocol, str) and protocol not in _PAIRS.get(listener, {protocol}):
        detail = {} if listener in _STATED else {"level": Level.ADVISORY}
        yield f"{group.name} is for {protocol}, the listener for {listener}", detail


def _is_ipv6(group: Resource) -> bool:
    return bool(known_at(group.tree, "ipAddressType") == "ipv6")


def _in_other_vpc(balancer: Resource, group: Resource) -> bool:
    home = group.follow("vpcId", VPC)
    if len(home) != 1 or not home.exact:
        return False
    for path in ("subnets", "subnetMappings.subnetId"):
        for subnet in balancer.follow(path, SUBNET):
            own = subnet.follow("vpcId", VPC)
            if len(own) == 1 and own.exact and distinct(own.one.urn, home.one.urn):
                return True
    return False


def _service_groups(service: Resource) -> Iterator[tuple[Block, Resource]]:
    for block in service.each("loadBalancers"):
        followed = service.follow(block.full_path("targetGroupArn"), TARGET_GROUP)
        if followed.exact and len(followed) == 1:
            yield block, followed.one


@relational_rule(
    on=SERVICE,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="InvalidParameterException: The target group does not have an associated load balancer",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html",
)
def ecs_service_target_group_without_listener(service: Resource) -> Findings:
    """A listener forwards to the target group of a service.

    Why: ECS refuses a service whose target group belongs to no load balancer.
    Fix: create a listener that forwards to the target group, and let the service depend on it.
    """
    if service.get("deploymentController.type", "ECS") != "ECS":
        return
    for block, group in _service_groups(service):
        found, closed = forwarders(group)
        if not found and closed:
            yield block.finding("targetGroupArn", f"no listener forwards to {group.name}")


@relational_rule(
    on=SERVICE,
    level=Level.ADVISORY,
    severity=Severity.HIGH,
    source="https://www.pulumi.com/registry/packages/aws/api-docs/ecs/service/",
)
def ecs_service_listener_dependency_missing(service: Resource) -> Findings:
    """A service is created after the listener of its target group.

    Why: Pulumi makes both at once; a service that comes first is refused, because its target group
    has no load balancer yet.
    Fix: add `opts=ResourceOptions(depends_on=[listener])` to the service.
    """
    if not service.is_new:
        return
    for block, group in _service_groups(service):
        found, _ = forwarders(group)
        new = [one for one in found if one.is_new]
        if new and len(new) == len(found) and not any(map(service.depends_on, new)):
            yield block.finding("targetGroupArn", f"the service does not wait for {new[0].name}")


@relational_rule(
    on=TARGET_GROUP,
    level=Level.ADVISORY,
    severity=Severity.CRITICAL,
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
    "target-group-register-targets.html",
)
def elbv2_health_check_port_blocked(group: Resource) -> Findings:
    """The security groups of the targets admit the load balancer.

    Why: checks time out and every target is unhealthy; an Auto Scaling group then replaces its
    instances for ever.
    Fix: add an ingress rule for the traffic and the check port, from the load balancer's group.
    """
    if group.get("targetType", "instance") in ("lambda", "alb"):
        return
    balancer = _balancer(group)
    peer = _as_peer(balancer)
    if peer is None:
        return
    for target in _targets(group):
        groups = groups_of(target.source, target.groups)
        for port in _ports(group, target) if groups else ():
            if groups and allows(groups, INGRESS, "tcp", port, peer) is False:
                name = target.source.name
                text = f"{_names(groups)} of {name} does not admit {balancer.name} on {port}"
                yield group.finding("", text)


def _as_peer(balancer: Resource) -> Peer | None:
    """A load balancer as its targets see it; None where that is not certain."""
    if balancer.has("securityGroups"):
        peer = peer_of(balancer, "securityGroups", "subnets")
        return None if peer.groups is None else peer
    if balancer.get("loadBalancerType", "application") != "network":
        return None
    # Checks come from the load balancer's own addresses, whatever the clients' are.
    networks = networks_of(balancer, "subnets")
    return None if networks is None else Peer(frozenset(), networks)


def _balancer(group: Resource) -> Resource:
    found, closed = forwarders(group)
    if not closed:
        raise Undetermined("the load balancer")
    balancers = {balancer.urn: balancer for balancer in map(balancer_of, found)}
    if len(balancers) != 1:
        raise Undetermined("the load balancer")
    return next(iter(balancers.values()))


def _names(groups: list[SecurityGroupRules]) -> str:
    return ", ".join(one.group.name for one in groups)


@dataclass(frozen=True)
class _Target:
    """What serves as a target: who names its security groups, who its subnets, and its port."""

    source: Resource
    groups: str
    home: Resource
    subnets: str
    port: int | None = None

    def as_peer(self) -> Peer:
        """How the load balancer sees it."""
        networks = networks_of(self.home, self.subnets)
        return Peer(peer_of(self.source, self.groups).groups, networks)


def _targets(group: Resource) -> Iterator[_Target]:
    """Whatever certainly serves as a target and shows its security groups."""
    for service in group.referrers(SERVICE, "loadBalancers.targetGroupArn"):
        if service.has("networkConfiguration"):
            port = _container_port(group, service)
            yield _target(service, "networkConfiguration.", "securityGroups", "subnets", port)
    for scaling in groups_feeding(group):
        for launch in launch_sources(scaling):
            for path in _group_paths(launch.source):
                yield _Target(launch.source, path, scaling, "vpcZoneIdentifiers")
    for attachment in group.referrers(ATTACHMENT, "targetGroupArn"):
        target = attachment.follow("targetId", INSTANCE)
        port = attachment.get("port", None)
        if target.exact and len(target) == 1:
            yield _target(target.one, "", "vpcSecurityGroupIds", "subnetId", port)


def _target(one: Resource, prefix: str, groups: str, subnets: str, port: Any) -> _Target:
    number = port if isinstance(port, int) else None
    return _Target(one, prefix + groups, one, prefix + subnets, number)


def _group_paths(source: Resource) -> list[str]:
    """Where the first interface of what a group launches gets its security groups."""
    if source.type != LAUNCH_TEMPLATE:
        return ["securityGroups"]
    interfaces = list(source.each("networkInterfaces"))
    if not source.has("networkInterfaces"):
        return ["vpcSecurityGroupIds"]
    return [interfaces[0].full_path("securityGroups")] if len(interfaces) == 1 else []


def _ports(group: Resource, target: _Target | None = None) -> list[int]:
    """The ports that the load balancer opens: of the traffic and of the checks."""
    own = target.port if target else None
    traffic = group["port"] if own is None else own
    check = group.get("healthCheck.port", "traffic-port")
    numeric = int(check) if str(check).isdigit() else traffic
    return sorted({port for port in (traffic, numeric) if isinstance(port, int)})


def _container_port(group: Resource, service: Resource) -> int:
    ports = [
        block["containerPort"] for block, one in _service_groups(service) if one.urn == group.urn
    ]
    if len(ports) != 1 or not isinstance(ports[0], int):
        raise Undetermined("containerPort")
    return ports[0]


@relational_rule(
    on=LOAD_BALANCER,
    level=Level.ADVISORY,
    severity=Severity.CRITICAL,
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
    "load-balancer-update-security-groups.html",
)
def elbv2_load_balancer_egress_blocked(balancer: Resource) -> Findings:
    """The security groups of a load balancer let it reach its targets.

    Why: the provider removes the rule by which AWS lets everything out, so every target is
    unhealthy and clients get 503.
    Fix: add egress to the targets' port in a security group of the load balancer.
    """
    groups = groups_of(balancer, "securityGroups")
    served = {
        group.urn: group
        for listener in listeners_of(balancer)
        for _, followed in forwards(listener)
        for group in (followed if followed.exact else ())
    }
    for group in served.values() if groups else ():
        for port, peer in _openings(group):
            if groups and allows(groups, EGRESS, "tcp", port, peer) is False:
                text = f"{_names(groups)} lets nothing out on {port} to {group.name}"
                yield balancer.finding("securityGroups", text)
                return


def _openings(group: Resource) -> Iterator[tuple[int, Peer]]:
    """The ports that a load balancer opens to the targets of a group, and who they are."""
    if group.get("targetType", "instance") in ("lambda", "alb"):
        return
    services = group.referrers(SERVICE, "loadBalancers.targetGroupArn")
    if not all(one.has("networkConfiguration") for one in (*services, *services.possible)):
        return  # Tasks on the instances' own network may have ports of their own.
    targets = list(_targets(group))
    for target in targets:
        for port in _ports(group, target):
            yield port, target.as_peer()
    for port in () if targets else _ports(group):
        yield port, ANYONE


@relational_rule(
    on=AUTO_SCALING_GROUP,
    level=Level.ADVISORY,
    severity=Severity.MEDIUM,
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html",
)
def asg_health_check_type_ignores_load_balancer(group: Resource) -> Findings:
    """An Auto Scaling group behind a load balancer heeds its health checks, after a while of grace.

    Why: with EC2 checks a dead application is never replaced; without grace instances are replaced
    before they are first found healthy.
    Fix: set `health_check_type="ELB"` and a `health_check_grace_period` longer than the start-up.
    """
    attached = any(followed for _, followed in attached_target_groups(group))
    if not attached and look_up(group.tree, ("loadBalancers",)) in (ABSENT, []):
        return
    kind = group.get("healthCheckType", "EC2")
    if isinstance(kind, str) and "ELB" not in kind.upper():
        yield group.finding("healthCheckType", f"{kind} does not heed the load balancer's checks")
    elif group.get("healthCheckGracePeriod", 300) == 0:
        yield group.finding("healthCheckGracePeriod", "an instance is judged at once after launch")
    else:
        yield from _short_grace(group)


def _short_grace(group: Resource) -> Findings:
    grace = group.get("healthCheckGracePeriod", 300)
    attached = [followed for _, followed in attached_target_groups(group) if followed.exact]
    targets = [target for followed in attached for target in followed]
    for target in targets if isinstance(grace, int) else ():
        # Without a block AWS's own threshold holds, with one the provider's.
        threshold = target.get(
            "healthCheck.healthyThreshold", 3 if target.has("healthCheck") else 5
        )
        interval = target.get("healthCheck.interval", 30)
        if isinstance(threshold, int) and isinstance(interval, int):
            needed = threshold * interval
            if 0 <= grace < needed:
                text = f"{grace} seconds are less than the {needed} of the checks of {target.name}"
                yield group.finding("healthCheckGracePeriod", text)
                return


@resource_rule(
    on=TARGET_GROUP,
    level=Level.ADVISORY,
    severity=Severity.LOW,
    source=CREATE_TARGET_GROUP,
)
def elbv2_health_check_path_default(group: Resource) -> Findings:
    """An HTTP health check has a path of its own.

    Why: AWS probes / and wants exactly 200; a redirect or a login page makes every target
    unhealthy.
    Fix: set `health_check` with a `path` made for it.
    """
    protocol = _upper(group.get("protocol", None))
    if protocol not in _HTTP or group.get("targetType", "instance") == "lambda":
        return
    if not group.has("healthCheck.path") and not group.has("healthCheck.matcher"):
        is_grpc = _upper(group.get("protocolVersion", "HTTP1")) == "GRPC"
        path = "/AWS.ALB/healthcheck, which wants the code 12" if is_grpc else "/"
        yield group.finding("healthCheck.path", f"the path of the checks is left at {path}")
