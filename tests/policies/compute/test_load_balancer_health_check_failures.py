from __future__ import annotations

from typing import Any

import pulumi
from pulumi_aws import autoscaling, ec2, ecs, elb, lambda_, lb

from policies.compute.load_balancer_health_check_failures import (
    asg_health_check_type_ignores_load_balancer,
    ecs_service_listener_dependency_missing,
    ecs_service_target_group_without_listener,
    elbv2_health_check_path_default,
    elbv2_health_check_port_blocked,
    elbv2_health_check_protocol_invalid,
    elbv2_health_check_timing_invalid,
    elbv2_listener_target_group_protocol_mismatch,
    elbv2_load_balancer_egress_blocked,
    elbv2_target_type_mismatch,
)
from policypack import Level
from policypack.plan.stack import StackContext
from policypack.testing import case, evaluate, planned, unknown

OPEN = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}


def checked(of: Any = "HTTP", **check: Any) -> None:
    lb.TargetGroup("web", port=80, protocol=of, vpc_id="vpc-1", health_check=check)


@case(
    elbv2_health_check_protocol_invalid,
    "fires",
    "healthCheck.protocol: TCP does not check a group for HTTP",
)
def test_check_of_an_http_group_over_tcp() -> None:
    lb.TargetGroup(
        "web", port=80, protocol="HTTP", vpc_id="vpc-1", health_check={"protocol": "TCP"}
    )


@case(
    elbv2_health_check_protocol_invalid,
    "fires",
    "healthCheck.enabled: the checks of a group of type instance are switched off",
    "healthCheck.protocol: TLS is no protocol for checks",
)
def test_check_over_tls_and_switched_off() -> None:
    checked("TLS", protocol="TLS")
    lb.TargetGroup("off", port=80, protocol="HTTP", health_check={"enabled": False})


@case(elbv2_health_check_protocol_invalid, "sound")
def test_check_over_http() -> None:
    lb.TargetGroup(
        "web",
        port=80,
        protocol="HTTP",
        vpc_id="vpc-1",
        health_check={"protocol": "HTTP", "path": "/health"},
    )


@case(
    elbv2_health_check_protocol_invalid,
    "fires",
    'healthCheck.matcher: "2xx" is no list of codes from 200 to 599',
    'healthCheck.matcher: "200-600" is no list of codes from 200 to 599',
    "healthCheck.matcher: a check over TCP has no matcher",
)
def test_matchers_of_network_groups() -> None:
    checked("TCP", protocol="TCP", matcher="200")
    for name, codes in (("far", "200-600"), ("class", "2xx")):
        check = {"protocol": "HTTP", "matcher": codes}
        lb.TargetGroup(name, port=80, protocol="TCP_UDP", vpc_id="vpc-1", health_check=check)


@case(elbv2_health_check_protocol_invalid, "sound")
def test_matcher_of_a_network_group() -> None:
    checked("TCP", matcher="200-399,599", path="/")
    lb.TargetGroup("plain", port=80, protocol="TCP", health_check={"protocol": "TCP", "path": ""})


def test_a_code_of_a_network_group_may_be_taken_yet() -> None:
    def far() -> None:
        checked("TCP", protocol="HTTP", matcher="600")

    (found,) = evaluate(elbv2_health_check_protocol_invalid, planned(far, StackContext()))
    assert found.level is Level.ADVISORY


@case(elbv2_health_check_protocol_invalid, "absent")
def test_check_of_a_tcp_group_with_a_path() -> None:
    checked("TCP", path="/health")
    lb.TargetGroup("plain", port=80, protocol="TCP")


@case(elbv2_health_check_protocol_invalid, "unknown")
def test_check_unknown() -> None:
    checked(protocol=unknown(), path="/")
    lb.TargetGroup("all", port=80, protocol="HTTP", health_check=unknown())


@case(
    elbv2_health_check_timing_invalid,
    "fires",
    "healthCheck.timeout: 10 seconds are not below the interval 10",
)
def test_timeout_as_long_as_the_interval() -> None:
    lb.TargetGroup(
        "web",
        port=80,
        protocol="HTTP",
        vpc_id="vpc-1",
        health_check={"interval": 10, "timeout": 10},
    )


@case(
    elbv2_health_check_timing_invalid,
    "fires",
    'healthCheck.target: "8080/health" is no target of a check',
    "healthCheck.timeout: 5 seconds are not below the interval 5",
    "healthCheck.timeout: 60 seconds are not below the interval 30",
    "healthCheck.interval: 3 is outside 5 to 300",
)
def test_times_out_of_range_and_a_classic_balancer() -> None:
    checked(interval=3)
    lb.TargetGroup("late", port=80, protocol="TCP", health_check={"timeout": 60})
    check = {"interval": 5, "timeout": 5, "target": "8080/health"}
    elb.LoadBalancer(
        "old",
        listeners=[],
        health_check={**check, "healthy_threshold": 2, "unhealthy_threshold": 2},
    )


def classic(**more: Any) -> None:
    check = {"target": "TCP:80", "interval": 90, "timeout": 60}
    thresholds = {"healthy_threshold": 2, "unhealthy_threshold": 10}
    elb.LoadBalancer("old", listeners=[], health_check={**check, **thresholds, **more})


@case(
    elbv2_health_check_timing_invalid,
    "fires",
    "healthCheck.timeout: 61 is outside 2 to 60",
    "healthCheck.unhealthyThreshold: 11 is outside 2 to 10",
)
def test_times_of_a_classic_balancer_out_of_range() -> None:
    classic(timeout=61, unhealthy_threshold=11)


@case(elbv2_health_check_timing_invalid, "sound")
def test_times_of_a_classic_balancer() -> None:
    classic()
    checked("TCP", interval=130, timeout=120)


@case(elbv2_health_check_timing_invalid, "sound")
def test_timeout_below_the_interval() -> None:
    lb.TargetGroup(
        "web",
        port=80,
        protocol="HTTP",
        vpc_id="vpc-1",
        health_check={"interval": 10, "timeout": 5},
    )


@case(
    elbv2_health_check_timing_invalid,
    "fires",
    "healthCheck.interval: 6 seconds are not above 6, the timeout that AWS takes for HTTP",
    "healthCheck.interval: 20 seconds are not above 30, the timeout that AWS takes for lambda",
    "healthCheck.interval: 8 seconds are not above 10, the timeout that AWS takes for HTTPS",
)
def test_interval_against_the_usual_timeout() -> None:
    checked("HTTPS", interval=8)
    lb.TargetGroup("b", port=80, protocol="HTTP", health_check={"interval": 6})
    lb.TargetGroup("c", target_type="lambda", health_check={"interval": 20})


@case(elbv2_health_check_timing_invalid, "sound")
def test_interval_above_the_usual_timeout() -> None:
    checked("TCP", interval=10)
    lb.TargetGroup("b", port=80, protocol="HTTP", health_check={"interval": 7})
    lb.TargetGroup("c", port=53, protocol="UDP", health_check={"interval": 5})


def test_an_interval_below_the_usual_timeout_may_do() -> None:
    def short() -> None:
        checked(interval=5)

    (found,) = evaluate(elbv2_health_check_timing_invalid, planned(short, StackContext()))
    assert found.level is Level.ADVISORY


@case(elbv2_health_check_timing_invalid, "absent")
def test_times_absent() -> None:
    checked(path="/")
    lb.TargetGroup("function", target_type="lambda", health_check={"timeout": 35, "interval": 35})


@case(elbv2_health_check_timing_invalid, "unknown")
def test_times_unknown() -> None:
    checked(interval=unknown(), timeout=120)


def fargate(group: lb.TargetGroup, depends: Any = None, **more: Any) -> None:
    ecs.Service(
        "api",
        launch_type="FARGATE",
        network_configuration={"subnets": ["subnet-1"], **more},
        load_balancers=[
            {"target_group_arn": group.arn, "container_name": "api", "container_port": 8080}
        ],
        opts=pulumi.ResourceOptions(depends_on=depends or []),
    )


@case(
    elbv2_target_type_mismatch,
    "fires",
    "loadBalancers[0].targetGroupArn: web has target type instance, the tasks awsvpc",
)
def test_fargate_behind_an_instance_group() -> None:
    group = lb.TargetGroup("web", port=80, protocol="HTTP", vpc_id="vpc-0123456789abcdef0")
    ecs.Service(
        "api",
        launch_type="FARGATE",
        network_configuration={"subnets": ["subnet-0123456789abcdef0"]},
        load_balancers=[
            {"target_group_arn": group.arn, "container_name": "api", "container_port": 8080}
        ],
    )


@case(
    elbv2_target_type_mismatch,
    "fires",
    "targetGroupArns: ips takes targets of type ip",
    "targetId: handler is no target of type instance",
)
def test_other_targets_of_the_wrong_kind() -> None:
    ips = lb.TargetGroup("ips", target_type="ip", port=80, protocol="HTTP")
    autoscaling.Group("web", min_size=1, max_size=1, target_group_arns=[ips.arn])
    handler = lambda_.Function("handler", role="arn:aws:iam::123456789012:role/r")
    group = lb.TargetGroup("web", port=80, protocol="HTTP")
    lb.TargetGroupAttachment("a", target_group_arn=group.arn, target_id=handler.arn)


@case(
    elbv2_target_type_mismatch,
    "fires",
    "targetId: 10.0.0.7 is a target of type ip, not instance",
    "targetId: i-0123456789abcdef0 is a target of type instance, not ip",
    "targetId: arn:aws:lambda:us-east-1:123456789012:function:f is a target of type lambda,"
    " not instance",
)
def test_literal_targets_of_the_wrong_kind() -> None:
    web = lb.TargetGroup("web", port=80, protocol="HTTP")
    ips = lb.TargetGroup("ips", port=80, protocol="HTTP", target_type="ip")
    handler = "arn:aws:lambda:us-east-1:123456789012:function:f"
    for name, group, target in (
        ("a", web, "10.0.0.7"), ("b", ips, "i-0123456789abcdef0"), ("c", web, handler),
    ):  # fmt: skip
        lb.TargetGroupAttachment(name, target_group_arn=group.arn, target_id=target)


@case(elbv2_target_type_mismatch, "sound")
def test_literal_targets() -> None:
    web = lb.TargetGroup("web", port=80, protocol="HTTP")
    ips = lb.TargetGroup("ips", port=80, protocol="HTTP", target_type="ip")
    front = lb.TargetGroup("front", port=80, protocol="TCP", target_type="alb")
    alb = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/50dc6c495c0c9188"
    for name, group, target in (
        ("a", ips, "2001:db8::7"), ("b", web, "i-0123456789abcdef0"), ("c", front, alb),
    ):  # fmt: skip
        lb.TargetGroupAttachment(name, target_group_arn=group.arn, target_id=target)


def tasks(group: lb.TargetGroup, launch_type: str | None = None, **more: Any) -> None:
    task = ecs.TaskDefinition("api", family="api", container_definitions="[]", **more)
    balancers = [{"target_group_arn": group.arn, "container_name": "api", "container_port": 1}]
    ecs.Service("api", task_definition=task.arn, load_balancers=balancers, launch_type=launch_type)


@case(
    elbv2_target_type_mismatch,
    "fires",
    "loadBalancers[0].targetGroupArn: ips has target type ip, the tasks bridge",
)
def test_tasks_of_the_usual_mode_behind_addresses() -> None:
    tasks(lb.TargetGroup("ips", port=80, protocol="HTTP", target_type="ip"))


@case(elbv2_target_type_mismatch, "sound")
def test_tasks_on_windows_have_another_mode() -> None:
    system = {"operating_system_family": "WINDOWS_SERVER_2022_CORE"}
    group = lb.TargetGroup("ips", port=80, protocol="HTTP", target_type="ip")
    tasks(group, runtime_platform=system)


@case(elbv2_target_type_mismatch, "sound")
def test_tasks_of_the_host_mode() -> None:
    group = lb.TargetGroup("web", port=80, protocol="HTTP")
    tasks(group, network_mode="host")


@case(elbv2_target_type_mismatch, "sound")
def test_fargate_behind_an_ip_group() -> None:
    group = lb.TargetGroup(
        "web", port=80, protocol="HTTP", vpc_id="vpc-0123456789abcdef0", target_type="ip"
    )
    ecs.Service(
        "api",
        launch_type="FARGATE",
        network_configuration={"subnets": ["subnet-0123456789abcdef0"]},
        load_balancers=[
            {"target_group_arn": group.arn, "container_name": "api", "container_port": 8080}
        ],
    )


@case(elbv2_target_type_mismatch, "absent")
def test_service_of_an_unnamed_mode() -> None:
    group = lb.TargetGroup("web", port=80, protocol="HTTP", target_type="ip")
    ecs.Service("api", load_balancers=[{"target_group_arn": group.arn, "container_port": 1,
                                        "container_name": "api"}])  # fmt: skip
    machine = ec2.Instance("m", ami="ami-0abcdef1234567890", instance_type="t3.micro")
    lb.TargetGroupAttachment("a", target_group_arn=group.arn, target_id=machine.private_ip)


@case(elbv2_target_type_mismatch, "unknown")
def test_target_type_unknown() -> None:
    fargate(lb.TargetGroup("web", port=80, protocol="HTTP", target_type=unknown()))


def balancer(name: str = "front", **more: Any) -> lb.LoadBalancer:
    return lb.LoadBalancer(name, **{"subnets": ["subnet-a", "subnet-b"], **more})


def listener(front: lb.LoadBalancer, group: Any, **more: Any) -> lb.Listener:
    return lb.Listener(
        "http",
        load_balancer_arn=front.arn,
        port=80,
        **{"protocol": "HTTP", **more},
        default_actions=[{"type": "forward", "target_group_arn": group}],
    )


@case(
    elbv2_listener_target_group_protocol_mismatch,
    "fires",
    "defaultActions[0].targetGroupArn: web is for TCP, front is of type application",
)
def test_tcp_group_behind_an_application_balancer() -> None:
    front = lb.LoadBalancer("front", subnets=["subnet-a", "subnet-b"])
    group = lb.TargetGroup("web", port=80, protocol="TCP", vpc_id="vpc-0123456789abcdef0")
    lb.Listener(
        "http",
        load_balancer_arn=front.arn,
        port=80,
        protocol="HTTP",
        default_actions=[{"type": "forward", "target_group_arn": group.arn}],
    )


@case(
    elbv2_listener_target_group_protocol_mismatch,
    "fires",
    "protocol: HTTP is no protocol of a balancer of type network",
    "actions[0].targetGroupArn: web is for HTTP, front is of type network",
)
def test_http_on_a_network_balancer() -> None:
    front = balancer(load_balancer_type="network")
    group = lb.TargetGroup("web", port=80, protocol="HTTP")
    http = listener(front, "arn:aws:elasticloadbalancing:x")
    lb.ListenerRule(
        "rule",
        listener_arn=http.arn,
        conditions=[{"path_pattern": {"values": ["/"]}}],
        actions=[{"type": "forward", "target_group_arn": group.arn}],
    )


@case(
    elbv2_listener_target_group_protocol_mismatch,
    "fires",
    "defaultActions[0].targetGroupArn: web is for TCP, the listener for TCP_UDP",
)
def test_tcp_group_behind_a_listener_for_both() -> None:
    group = lb.TargetGroup("web", port=80, protocol="TCP")
    listener(balancer(load_balancer_type="network"), group.arn, protocol="TCP_UDP")


@case(
    elbv2_listener_target_group_protocol_mismatch,
    "fires",
    "defaultActions[0].targetGroupArn: web is for TCP, the listener for UDP",
)
def test_tcp_group_behind_a_udp_listener() -> None:
    group = lb.TargetGroup("web", port=80, protocol="TCP")
    listener(balancer(load_balancer_type="network"), group.arn, protocol="UDP")


def test_only_what_aws_states_of_protocols_is_a_must() -> None:
    def programs(protocol: str) -> Any:
        def program() -> None:
            group = lb.TargetGroup("web", port=80, protocol="TCP")
            listener(balancer(load_balancer_type="network"), group.arn, protocol=protocol)

        stack = planned(program, StackContext())
        return [one.level for one in evaluate(elbv2_listener_target_group_protocol_mismatch, stack)]

    assert programs("TCP_UDP") == [Level.MANDATORY]
    assert programs("UDP") == [Level.ADVISORY]
    assert programs("TLS") == []


@case(
    elbv2_listener_target_group_protocol_mismatch,
    "fires",
    "defaultActions[0].targetGroupArn: web is for IPv6, front for IPv4",
)
def test_ipv6_group_behind_an_ipv4_balancer() -> None:
    group = lb.TargetGroup(
        "web", port=80, protocol="HTTP", target_type="ip", ip_address_type="ipv6"
    )
    listener(balancer(), group.arn)


def homes() -> tuple[ec2.Vpc, ec2.Vpc, list[Any]]:
    one, two = (ec2.Vpc(name, cidr_block="10.0.0.0/16") for name in ("one", "two"))
    return one, two, [ec2.Subnet("a", vpc_id=one.id, cidr_block="10.0.0.0/24").id]


@case(
    elbv2_listener_target_group_protocol_mismatch,
    "fires",
    "defaultActions[0].targetGroupArn: web is in another VPC than front",
)
def test_group_in_another_vpc() -> None:
    _, two, subnets = homes()
    group = lb.TargetGroup("web", port=80, protocol="HTTP", vpc_id=two.id)
    listener(balancer(subnets=subnets), group.arn)


@case(
    elbv2_listener_target_group_protocol_mismatch,
    "fires",
    "defaultActions[0].targetGroupArn: web is served by back already",
)
def test_group_of_two_balancers() -> None:
    group = lb.TargetGroup("web", port=80, protocol="HTTP")
    listener(balancer(), group.arn)
    forward = [{"type": "forward", "target_group_arn": group.arn}]
    lb.Listener("b", load_balancer_arn=balancer("back").arn, default_actions=forward)


@case(elbv2_listener_target_group_protocol_mismatch, "sound")
def test_ipv6_group_of_two_listeners_of_one_dualstack_balancer() -> None:
    one, _, subnets = homes()
    front = balancer(ip_address_type="dualstack", subnets=subnets)
    group = lb.TargetGroup(
        "web", port=80, protocol="HTTP", target_type="ip", ip_address_type="ipv6", vpc_id=one.id
    )
    listener(front, group.arn)
    forward = [{"type": "forward", "target_group_arn": group.arn}]
    lb.Listener("b", load_balancer_arn=front.arn, port=81, default_actions=forward)


@case(elbv2_listener_target_group_protocol_mismatch, "sound")
def test_groups_behind_a_network_balancer() -> None:
    front = balancer(load_balancer_type="network")
    for place, (of_listener, of_group) in enumerate(
        [("TLS", "TCP"), ("UDP", "TCP_UDP"), ("TCP", "TCP_UDP"), ("TCP_UDP", "TCP_UDP")]
    ):
        group = lb.TargetGroup(f"t{place}", port=80, protocol=of_group)
        forward = [{"type": "forward", "target_group_arn": group.arn}]
        lb.Listener(
            f"l{place}", load_balancer_arn=front.arn, port=place + 1, protocol=of_listener,
            default_actions=forward,
        )  # fmt: skip


@case(elbv2_listener_target_group_protocol_mismatch, "sound")
def test_http_group_behind_an_application_balancer() -> None:
    front = lb.LoadBalancer("front", subnets=["subnet-a", "subnet-b"])
    group = lb.TargetGroup("web", port=80, protocol="HTTP", vpc_id="vpc-0123456789abcdef0")
    lb.Listener(
        "http",
        load_balancer_arn=front.arn,
        port=80,
        protocol="HTTP",
        default_actions=[{"type": "forward", "target_group_arn": group.arn}],
    )


@case(elbv2_listener_target_group_protocol_mismatch, "absent")
def test_lambda_group_and_balancer_elsewhere() -> None:
    listener(balancer(), lb.TargetGroup("f", target_type="lambda").arn)
    group = lb.TargetGroup("web", port=80, protocol="TCP")
    lb.Listener("elsewhere", load_balancer_arn="arn:aws:x",
                default_actions=[{"type": "forward", "target_group_arn": group.arn}])  # fmt: skip


@case(elbv2_listener_target_group_protocol_mismatch, "unknown")
def test_protocol_unknown() -> None:
    listener(balancer(), lb.TargetGroup("web", port=80, protocol=unknown()).arn)
    listener_two = {"type": "forward", "target_group_arn": unknown()}
    lb.Listener("b", load_balancer_arn=unknown(), default_actions=[listener_two])


@case(
    ecs_service_target_group_without_listener,
    "fires",
    "loadBalancers[0].targetGroupArn: no listener forwards to web",
)
def test_target_group_without_listener() -> None:
    group = lb.TargetGroup(
        "web", port=80, protocol="HTTP", vpc_id="vpc-0123456789abcdef0", target_type="ip"
    )
    ecs.Service(
        "api",
        launch_type="FARGATE",
        network_configuration={"subnets": ["subnet-0123456789abcdef0"]},
        load_balancers=[
            {"target_group_arn": group.arn, "container_name": "api", "container_port": 8080}
        ],
    )


def behind(group: lb.TargetGroup) -> lb.Listener:
    return listener(balancer(), group.arn)


@case(ecs_service_target_group_without_listener, "sound")
def test_target_group_with_listener() -> None:
    group = lb.TargetGroup(
        "web", port=80, protocol="HTTP", vpc_id="vpc-0123456789abcdef0", target_type="ip"
    )
    http = behind(group)
    ecs.Service(
        "api",
        launch_type="FARGATE",
        network_configuration={"subnets": ["subnet-0123456789abcdef0"]},
        load_balancers=[
            {"target_group_arn": group.arn, "container_name": "api", "container_port": 8080}
        ],
        opts=pulumi.ResourceOptions(depends_on=[http]),
    )


@case(ecs_service_target_group_without_listener, "sound")
def test_target_group_of_another_controller_or_listener() -> None:
    blue = lb.TargetGroup("blue", port=80, protocol="HTTP", target_type="ip")
    balancers = [{"target_group_arn": blue.arn, "container_name": "api", "container_port": 8080}]
    ecs.Service("api", deployment_controller={"type": "CODE_DEPLOY"}, load_balancers=balancers)
    web = lb.TargetGroup("web", port=80, protocol="HTTP", target_type="ip")
    lb.ListenerRule(
        "rule",
        listener_arn="arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/b/c",
        conditions=[{"path_pattern": {"values": ["/"]}}],
        actions=[{"type": "forward", "target_group_arn": web.arn}],
    )
    balancers = [{"target_group_arn": web.arn, "container_name": "api", "container_port": 8080}]
    ecs.Service("web", load_balancers=balancers)


@case(ecs_service_target_group_without_listener, "absent")
def test_service_without_balancer() -> None:
    ecs.Service("api", launch_type="FARGATE")


@case(ecs_service_target_group_without_listener, "unknown")
def test_listener_of_an_unknown_group() -> None:
    fargate(lb.TargetGroup("web", port=80, protocol="HTTP"))
    listener(balancer(), unknown())


@case(
    ecs_service_listener_dependency_missing,
    "fires",
    "loadBalancers[0].targetGroupArn: the service does not wait for http",
)
def test_service_that_does_not_wait() -> None:
    group = lb.TargetGroup(
        "web", port=80, protocol="HTTP", vpc_id="vpc-0123456789abcdef0", target_type="ip"
    )
    behind(group)
    ecs.Service(
        "api",
        launch_type="FARGATE",
        network_configuration={"subnets": ["subnet-0123456789abcdef0"]},
        load_balancers=[
            {"target_group_arn": group.arn, "container_name": "api", "container_port": 8080}
        ],
    )


@case(ecs_service_listener_dependency_missing, "sound")
def test_service_that_waits() -> None:
    group = lb.TargetGroup(
        "web", port=80, protocol="HTTP", vpc_id="vpc-0123456789abcdef0", target_type="ip"
    )
    http = behind(group)
    fargate(group, [http])


@case(ecs_service_listener_dependency_missing, "absent")
def test_no_listener_to_wait_for() -> None:
    fargate(lb.TargetGroup("web", port=80, protocol="HTTP"))


@case(ecs_service_listener_dependency_missing, "unknown")
def test_target_group_unknown() -> None:
    behind(lb.TargetGroup("web", port=80, protocol="HTTP"))
    ecs.Service("api", load_balancers=[{"target_group_arn": unknown(), "container_name": "api",
                                        "container_port": 1}])  # fmt: skip


def served(ingress: Any, egress: Any = None, port: Any = 8080) -> None:
    front_group = ec2.SecurityGroup("front", egress=egress or [OPEN])
    rule = {"protocol": "tcp", "security_groups": [front_group.id], **ingress}
    app_group = ec2.SecurityGroup("app", ingress=[rule])
    front = balancer(security_groups=[front_group.id])
    group = lb.TargetGroup("web", port=port, protocol="HTTP", target_type="ip")
    http = listener(front, group.arn)
    fargate(group, [http], security_groups=[app_group.id])


@case(
    elbv2_health_check_port_blocked,
    "fires",
    ": app of api does not admit front on 8080",
)
def test_targets_shut() -> None:
    served({"from_port": 22, "to_port": 22})


@case(elbv2_health_check_port_blocked, "fires", ": app of web does not admit front on 9000")
def test_check_port_of_instances_shut() -> None:
    front_group = ec2.SecurityGroup("front")
    rule = {"protocol": "tcp", "from_port": 80, "to_port": 80, "security_groups": [front_group.id]}
    app_group = ec2.SecurityGroup("app", ingress=[rule])
    group = lb.TargetGroup("web", port=80, protocol="HTTP", health_check={"port": "9000"})
    listener(balancer(security_groups=[front_group.id]), group.arn)
    template = ec2.LaunchTemplate("web", vpc_security_group_ids=[app_group.id])
    autoscaling.Group(
        "web",
        min_size=1,
        max_size=1,
        launch_template={"id": template.id},
        target_group_arns=[group.arn],
    )


def app(port: int, **source: Any) -> ec2.SecurityGroup:
    rule = {"protocol": "tcp", "from_port": port, "to_port": port, **source}
    return ec2.SecurityGroup("app", ingress=[rule], egress=[OPEN])


@case(elbv2_health_check_port_blocked, "fires", ": app of web does not admit front on 9000")
def test_check_port_of_an_attached_instance_shut() -> None:
    front_group = ec2.SecurityGroup("front", egress=[OPEN])
    shut = app(8080, security_groups=[front_group.id])
    group = lb.TargetGroup("web", port=80, protocol="HTTP", health_check={"port": "9000"})
    listener(balancer(security_groups=[front_group.id]), group.arn)
    machine = ec2.Instance("web", instance_type="t3.micro", vpc_security_group_ids=[shut.id])
    lb.TargetGroupAttachment("a", target_group_arn=group.arn, target_id=machine.id, port=8080)


@case(elbv2_health_check_port_blocked, "fires", ": app of web does not admit front on 80")
def test_instances_shut_to_a_network_balancer() -> None:
    _, _, subnets = homes()
    shut = app(80, cidr_blocks=["192.0.2.0/24"])
    group = lb.TargetGroup("web", port=80, protocol="TCP")
    front = balancer(load_balancer_type="network", subnets=subnets)
    listener(front, group.arn, protocol="TCP")
    interfaces = [{"security_groups": [shut.id]}]
    template = ec2.LaunchTemplate("web", network_interfaces=interfaces)
    scaling = autoscaling.Group("web", min_size=1, max_size=1, launch_template={"id": template.id})
    autoscaling.Attachment("a", autoscaling_group_name=scaling.id, lb_target_group_arn=group.arn)


@case(elbv2_health_check_port_blocked, "sound")
def test_instances_open_to_a_network_balancer() -> None:
    _, _, subnets = homes()
    group = lb.TargetGroup("web", port=80, protocol="TCP")
    front = balancer(load_balancer_type="network", subnets=subnets)
    listener(front, group.arn, protocol="TCP")
    open_group = app(80, cidr_blocks=["10.0.0.0/16"])
    launch = ec2.LaunchConfiguration(
        "web", image_id="ami-0abcdef1234567890", instance_type="t3.micro",
        security_groups=[open_group.id],
    )  # fmt: skip
    autoscaling.Group(
        "web", min_size=1, max_size=1, launch_configuration=launch.name,
        target_group_arns=[group.arn],
    )  # fmt: skip


@case(elbv2_health_check_port_blocked, "sound")
def test_targets_open() -> None:
    served({"from_port": 8080, "to_port": 8080})


@case(elbv2_health_check_port_blocked, "absent")
def test_balancer_without_groups() -> None:
    group = lb.TargetGroup("web", port=80, protocol="HTTP", target_type="ip")
    http = listener(balancer(), group.arn)
    fargate(group, [http], security_groups=[ec2.SecurityGroup("app", ingress=[]).id])


@case(elbv2_health_check_port_blocked, "unknown")
def test_targets_of_unknown_rules() -> None:
    served({"from_port": unknown(), "to_port": 22})


@case(
    elbv2_load_balancer_egress_blocked,
    "fires",
    "securityGroups: front lets nothing out on 8080 to web",
)
def test_balancer_without_egress() -> None:
    front_group = ec2.SecurityGroup(
        "front",
        ingress=[{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    front = lb.LoadBalancer(
        "front", subnets=["subnet-a", "subnet-b"], security_groups=[front_group.id]
    )
    group = lb.TargetGroup("web", port=8080, protocol="HTTP", vpc_id="vpc-0123456789abcdef0")
    listener(front, group.arn)


def behind_egress(source: Any, check: Any = None) -> None:
    rule = {"protocol": "tcp", "from_port": 8080, "to_port": 8080, **source}
    front_group = ec2.SecurityGroup("front", egress=[rule])
    inside = ec2.SecurityGroup("app", ingress=[OPEN], egress=[OPEN])
    subnet = ec2.Subnet("a", vpc_id="vpc-1", cidr_block="10.0.5.0/24")
    group = lb.TargetGroup("web", port=8080, protocol="HTTP", target_type="ip", health_check=check)
    front = balancer(security_groups=[front_group.id])
    http = listener(front, "arn:aws:elasticloadbalancing:x")
    lb.ListenerRule(
        "rule",
        listener_arn=http.arn,
        conditions=[{"path_pattern": {"values": ["/"]}}],
        actions=[{"type": "forward", "target_group_arn": group.arn}],
    )
    fargate(group, security_groups=[inside.id], subnets=[subnet.id])


@case(
    elbv2_load_balancer_egress_blocked,
    "fires",
    "securityGroups: front lets nothing out on 8080 to web",
)
def test_egress_to_other_subnets() -> None:
    behind_egress({"cidr_blocks": ["10.0.6.0/24"]})


@case(
    elbv2_load_balancer_egress_blocked,
    "fires",
    "securityGroups: front lets nothing out on 9000 to web",
)
def test_egress_without_the_check_port() -> None:
    behind_egress({"cidr_blocks": ["10.0.5.0/24"]}, {"port": "9000"})


@case(elbv2_load_balancer_egress_blocked, "sound")
def test_egress_to_the_subnets_of_the_targets() -> None:
    behind_egress({"cidr_blocks": ["10.0.0.0/16"]})


@case(elbv2_load_balancer_egress_blocked, "sound")
def test_balancer_with_egress() -> None:
    front_group = ec2.SecurityGroup(
        "front",
        ingress=[{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    front = lb.LoadBalancer(
        "front", subnets=["subnet-a", "subnet-b"], security_groups=[front_group.id]
    )
    group = lb.TargetGroup("web", port=8080, protocol="HTTP", vpc_id="vpc-0123456789abcdef0")
    listener(front, group.arn)


@case(elbv2_load_balancer_egress_blocked, "sound")
def test_egress_to_the_ports_that_instances_give_tasks() -> None:
    rule = {**OPEN, "protocol": "tcp", "from_port": 32768, "to_port": 65535}
    front_group = ec2.SecurityGroup("front", egress=[rule])
    group = lb.TargetGroup("web", port=80, protocol="HTTP")
    listener(balancer(security_groups=[front_group.id]), group.arn)
    tasks(group, network_mode="bridge")


@case(elbv2_load_balancer_egress_blocked, "absent")
def test_balancer_of_the_default_group() -> None:
    listener(balancer(), lb.TargetGroup("web", port=8080, protocol="HTTP").arn)


@case(elbv2_load_balancer_egress_blocked, "unknown")
def test_egress_unknown() -> None:
    group = ec2.SecurityGroup("front", egress=unknown())
    front = balancer(security_groups=[group.id])
    listener(front, lb.TargetGroup("web", port=8080, protocol="HTTP").arn)


@case(
    asg_health_check_type_ignores_load_balancer,
    "fires",
    "healthCheckType: EC2 does not heed the load balancer's checks",
)
def test_checks_of_the_balancer_ignored() -> None:
    group = lb.TargetGroup("web", port=80, protocol="HTTP", vpc_id="vpc-0123456789abcdef0")
    autoscaling.Group(
        "web",
        min_size=1,
        max_size=2,
        launch_template={"id": "lt-0123456789abcdef0"},
        target_group_arns=[group.arn],
    )


@case(
    asg_health_check_type_ignores_load_balancer,
    "fires",
    "healthCheckGracePeriod: an instance is judged at once after launch",
)
def test_no_grace() -> None:
    group = lb.TargetGroup("web", port=80, protocol="HTTP")
    scaling = autoscaling.Group(
        "web", min_size=1, max_size=2, health_check_type="ELB", health_check_grace_period=0
    )
    autoscaling.Attachment("a", autoscaling_group_name=scaling.id, lb_target_group_arn=group.arn)


def graced(group: lb.TargetGroup, grace: Any) -> None:
    autoscaling.Group(
        "web", min_size=1, max_size=2, health_check_type="ELB", health_check_grace_period=grace,
        target_group_arns=[group.arn],
    )  # fmt: skip


@case(
    asg_health_check_type_ignores_load_balancer,
    "fires",
    "healthCheckGracePeriod: 60 seconds are less than the 100 of the checks of web",
)
def test_short_grace() -> None:
    check = {"healthy_threshold": 5, "interval": 20}
    graced(lb.TargetGroup("web", port=80, protocol="HTTP", health_check=check), 60)


@case(asg_health_check_type_ignores_load_balancer, "sound")
def test_grace_as_long_as_the_checks() -> None:
    check = {"healthy_threshold": 3, "interval": 20}
    graced(lb.TargetGroup("web", port=80, protocol="HTTP", health_check=check), 60)


@case(asg_health_check_type_ignores_load_balancer, "unknown")
def test_checks_unknown() -> None:
    check = {"healthy_threshold": unknown(), "interval": 20}
    graced(lb.TargetGroup("web", port=80, protocol="HTTP", health_check=check), 10)


@case(asg_health_check_type_ignores_load_balancer, "sound")
def test_checks_of_the_balancer_heeded() -> None:
    group = lb.TargetGroup("web", port=80, protocol="HTTP", vpc_id="vpc-0123456789abcdef0")
    autoscaling.Group(
        "web",
        min_size=1,
        max_size=2,
        launch_template={"id": "lt-0123456789abcdef0"},
        target_group_arns=[group.arn],
        health_check_type="ELB",
        health_check_grace_period=300,
    )


@case(asg_health_check_type_ignores_load_balancer, "absent")
def test_group_without_balancer() -> None:
    autoscaling.Group("web", min_size=1, max_size=2)


@case(asg_health_check_type_ignores_load_balancer, "unknown")
def test_check_type_unknown() -> None:
    group = lb.TargetGroup("web", port=80, protocol="HTTP")
    autoscaling.Group(
        "web", min_size=1, max_size=2, target_group_arns=[group.arn], health_check_type=unknown()
    )


@case(
    elbv2_health_check_path_default,
    "fires",
    "healthCheck.path: the path of the checks is left at /",
)
def test_path_left_out() -> None:
    lb.TargetGroup("web", port=80, protocol="HTTP", vpc_id="vpc-0123456789abcdef0")


@case(
    elbv2_health_check_path_default,
    "fires",
    "healthCheck.path: the path of the checks is left at /AWS.ALB/healthcheck,"
    " which wants the code 12",
)
def test_path_of_grpc_left_out() -> None:
    lb.TargetGroup("web", port=80, protocol="HTTP", protocol_version="GRPC", vpc_id="vpc-1")


@case(elbv2_health_check_path_default, "sound")
def test_matcher_that_admits_redirects() -> None:
    checked(matcher="200-399")


@case(elbv2_health_check_path_default, "sound")
def test_path_given() -> None:
    lb.TargetGroup(
        "web",
        port=80,
        protocol="HTTP",
        vpc_id="vpc-0123456789abcdef0",
        health_check={"path": "/healthz"},
    )


@case(elbv2_health_check_path_default, "absent")
def test_protocol_absent() -> None:
    lb.TargetGroup("f", target_type="lambda")


@case(elbv2_health_check_path_default, "unknown")
def test_path_unknown() -> None:
    checked(path=unknown())
    lb.TargetGroup("b", port=80, protocol="HTTP", health_check=unknown())
