"""Generated plans of AWS resources, as the requests with which the engine asks about them.

A plan is made of cells: a network with what runs in it. Values come from small pools in which some
are wrong, so that rules of every kind find something; a few are unknown, null or secret.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2

from policypack.plan.wire import SECRET, SIGNATURE, UNKNOWN_STRING

STACK_NAME, PROJECT = "dev", "shop"
ROOT = f"urn:pulumi:{STACK_NAME}::{PROJECT}::pulumi:pulumi:Stack::{PROJECT}-{STACK_NAME}"
PROVIDER = "pulumi:providers:aws"
SECRET_TEXT = "hunter2-is-the-password"
ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
PORTS = (0, 22, 80, 443, 3306, 5432, 8080, 65535)


@dataclass
class Planned:
    """One resource; in `inputs` a `Planned` stands for an output of that resource."""

    token: str
    name: str
    inputs: dict[str, Any]
    outputs: dict[str, Any] = field(default_factory=dict)
    exists: bool = False
    parent: str = ROOT

    @property
    def urn(self) -> str:
        if self.token == "pulumi:pulumi:Stack":
            return ROOT
        return f"urn:pulumi:{STACK_NAME}::{PROJECT}::{self.token}::{self.name}"

    @property
    def id(self) -> str:
        return f"{self.name}-0123456789" if self.exists else UNKNOWN_STRING

    def bag(self) -> struct_pb2.Struct:
        return struct(resolved(self.inputs))

    def planned_outputs(self) -> struct_pb2.Struct:
        """Return what AnalyzeStack shows: nulls where nothing is set, no trace of transforms."""
        if not self.token.startswith("aws:"):
            return struct({})
        computed = {"id": self.id, "arn": UNKNOWN_STRING, "ownerId": None, "tags": None}
        return struct({**computed, **resolved(self.inputs), **self.outputs})

    def property_dependencies(self) -> dict[str, list[str]]:
        found = {key: sorted(set(_referred(value))) for key, value in self.inputs.items()}
        return {key: urns for key, urns in found.items() if urns}


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


def resolved(value: Any) -> Any:
    """Return a value as the wire has it."""
    if isinstance(value, Planned):
        return value.id
    if isinstance(value, dict):
        return {key: resolved(member) for key, member in value.items()}
    if isinstance(value, list):
        return [resolved(member) for member in value]
    return value


def _referred(value: Any) -> Iterator[str]:
    if isinstance(value, Planned):
        yield value.urn
    elif isinstance(value, dict):
        for member in value.values():
            yield from _referred(member)
    elif isinstance(value, list):
        for member in value:
            yield from _referred(member)


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(values), struct_pb2.Struct())


@dataclass
class Plan:
    """Resources in the order of their registration, the root stack first."""

    resources: list[Planned] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.add("pulumi:pulumi:Stack", f"{PROJECT}-{STACK_NAME}", parent="")
        self.provider = self.add(PROVIDER, "default_7_51_1", region="eu-west-1", version="7.51.1")

    def add(self, token: str, name: str, /, *, parent: str = ROOT, **inputs: Any) -> Planned:
        one = Planned(token, name, inputs, parent=parent)
        self.resources.append(one)
        return one

    def analyze_requests(self, *, remediate: bool = False) -> list[Any]:
        """Return the request of each resource; `remediate` keeps which values are defaults."""
        requests = []
        for one in self.resources:
            request = analyzer_pb2.AnalyzeRequest(**self._common(one), properties=one.bag())
            if remediate and one.token.startswith("aws:"):
                request.properties.update({"__defaults": ["name"] if "name" in one.inputs else []})
            requests.append(request)
        return requests

    def stack_request(self, order: random.Random) -> Any:
        """Return the request for the whole plan, its resources in any order."""
        resources = [self._stack_resource(one) for one in self.resources]
        order.shuffle(resources)
        return analyzer_pb2.AnalyzeStackRequest(resources=resources)

    def _common(self, one: Planned) -> dict[str, Any]:
        told: dict[str, Any] = {"type": one.token, "urn": one.urn, "name": one.name}
        if one.token.startswith("aws:"):
            told["provider"] = analyzer_pb2.AnalyzerProviderResource(
                type=PROVIDER,
                urn=self.provider.urn,
                name=self.provider.name,
                properties=self.provider.bag(),
            )
        options = analyzer_pb2.AnalyzerResourceOptions(parent=one.parent)
        return {**told, "options": options}

    def _stack_resource(self, one: Planned) -> Any:
        dependencies = one.property_dependencies()
        resource = analyzer_pb2.AnalyzerResource(
            **self._common(one),
            properties=one.planned_outputs(),
            parent=one.parent,
            dependencies=sorted({urn for urns in dependencies.values() for urn in urns}),
        )
        for key, urns in dependencies.items():
            resource.propertyDependencies[key].urns.extend(urns)
        return resource


def generate(count: int, seed: int) -> Plan:
    """Return a plan of `count` resources and a few more; the same for the same seed."""
    rng = random.Random(seed)
    plan = Plan()
    cell = 0
    while len(plan.resources) < count:
        _cell(plan, rng, f"c{cell}")
        cell += 1
    for one in plan.resources:
        _spoil(one, rng)
    return plan


def _cell(plan: Plan, rng: random.Random, at: str) -> None:
    block = rng.randrange(200)
    vpc = plan.add(
        "aws:ec2/vpc:Vpc",
        f"{at}-vpc",
        cidrBlock=f"10.{block}.0.0/{rng.choice((16, 16, 16, 29, 20))}",
        enableDnsHostnames=rng.choice((True, False)),
        tags={"Name": at, "environment": rng.choice(("production", "dev"))},
        region="eu-west-1",
    )
    subnets = [_subnet(plan, rng, vpc, f"{at}-subnet{n}", block) for n in range(rng.randint(1, 5))]
    _routes(plan, rng, vpc, subnets, at)
    groups = [_group(plan, rng, vpc, f"{at}-group{n}") for n in range(rng.randint(1, 3))]
    for make in (_balancer, _compute, _storage):
        make(plan, rng, at, vpc, subnets, groups)


def _subnet(plan: Plan, rng: random.Random, vpc: Planned, name: str, block: int) -> Planned:
    octet, length = rng.randrange(12) * 16, rng.choice((20, 24, 28, 30))
    return plan.add(
        "aws:ec2/subnet:Subnet",
        name,
        vpcId=vpc,
        cidrBlock=f"10.{rng.choice((block, block, block, 201))}.{octet}.0/{length}",
        availabilityZone=rng.choice((*ZONES, "eu-west-1z")),
        mapPublicIpOnLaunch=rng.choice((True, False)),
        region="eu-west-1",
    )


def _routes(plan: Plan, rng: random.Random, vpc: Planned, subnets: list[Planned], at: str) -> None:
    gateway = plan.add("aws:ec2/internetGateway:InternetGateway", f"{at}-igw", vpcId=vpc)
    address = plan.add("aws:ec2/eip:Eip", f"{at}-eip", domain="vpc")
    nat = plan.add(
        "aws:ec2/natGateway:NatGateway",
        f"{at}-nat",
        subnetId=rng.choice(subnets),
        allocationId=address,
        connectivityType=rng.choice(("public", "private")),
    )
    if rng.random() < 0.3:
        token = "aws:ec2/defaultRouteTable:DefaultRouteTable"
        plan.add(token, f"{at}-default", defaultRouteTableId=vpc, routes=[])
    for number, subnet in enumerate(subnets):
        inline = {
            "cidrBlock": "0.0.0.0/0",
            **rng.choice(({"gatewayId": gateway}, {"natGatewayId": nat})),
        }
        table = plan.add(
            "aws:ec2/routeTable:RouteTable",
            f"{at}-table{number}",
            vpcId=vpc,
            routes=[inline] if rng.random() < 0.4 else [],
        )
        for copy in range(rng.randint(0, 2)):
            plan.add(
                "aws:ec2/route:Route",
                f"{at}-route{number}-{copy}",
                routeTableId=table,
                destinationCidrBlock=rng.choice(("0.0.0.0/0", "10.0.0.0/8", "10.1.2.3/16")),
                gatewayId=gateway,
            )
        plan.add(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            f"{at}-association{number}",
            routeTableId=table,
            subnetId=rng.choice((subnet, subnets[0])),
        )


def _traffic(rng: random.Random, groups: list[Planned]) -> dict[str, Any]:
    first, last = rng.choice(PORTS), rng.choice(PORTS)
    rule: dict[str, Any] = {
        "protocol": rng.choice(("tcp", "tcp", "-1", "udp", "icmp", "tcpx")),
        "fromPort": first if rng.random() < 0.3 else min(first, last),
        "toPort": last if rng.random() < 0.3 else max(first, last),
        "description": rng.choice(("web", "", secret(SECRET_TEXT))),
    }
    if groups and rng.random() < 0.4:
        rule["securityGroups"] = [rng.choice(groups)]
    else:
        rule["cidrBlocks"] = [rng.choice(("0.0.0.0/0", "10.0.0.0/16", "10.0.0.1/16", "nonsense"))]
    return rule


def _group(plan: Plan, rng: random.Random, vpc: Planned, name: str) -> Planned:
    known = [one for one in plan.resources if one.token.endswith(":SecurityGroup")][-2:]
    group = plan.add(
        "aws:ec2/securityGroup:SecurityGroup",
        name,
        vpcId=vpc,
        name=f"{name}-1a2b3c4",
        description=rng.choice(("Managed by Pulumi", "", "tier")),
        ingress=[_traffic(rng, known) for _ in range(rng.randint(0, 3))],
        egress=[_traffic(rng, []) for _ in range(rng.randint(0, 1))],
    )
    for number in range(rng.randint(0, 2)):
        plan.add(
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            f"{name}-in{number}",
            securityGroupId=group,
            ipProtocol=rng.choice(("tcp", "-1")),
            fromPort=rng.choice(PORTS),
            toPort=rng.choice(PORTS),
            cidrIpv4=rng.choice(("0.0.0.0/0", "10.0.0.0/16")),
        )
    return group


def _balancer(
    plan: Plan,
    rng: random.Random,
    at: str,
    vpc: Planned,
    subnets: list[Planned],
    groups: list[Planned],
) -> None:
    balancer = plan.add(
        "aws:lb/loadBalancer:LoadBalancer",
        f"{at}-lb",
        loadBalancerType=rng.choice(("application", "network")),
        internal=rng.choice((True, False)),
        subnets=rng.sample(subnets, k=rng.randint(1, len(subnets))),
        securityGroups=[rng.choice(groups)],
        idleTimeout=rng.choice((60, 5000)),
    )
    target = plan.add(
        rng.choice(("aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup")),
        f"{at}-tg",
        vpcId=vpc,
        port=rng.choice(PORTS),
        protocol=rng.choice(("HTTP", "TCP", "HTTPSX")),
        targetType=rng.choice(("instance", "ip", "lambda")),
        healthCheck={"interval": rng.choice((5, 30)), "timeout": rng.choice((5, 30)), "path": "/"},
    )
    plan.add(
        "aws:lb/listener:Listener",
        f"{at}-listener",
        loadBalancerArn=balancer,
        port=rng.choice(PORTS),
        protocol=rng.choice(("HTTP", "HTTPS", "TCP")),
        defaultActions=[{"type": "forward", "targetGroupArn": target}],
    )


def _compute(
    plan: Plan,
    rng: random.Random,
    at: str,
    vpc: Planned,
    subnets: list[Planned],
    groups: list[Planned],
) -> None:
    role = plan.add(
        "aws:iam/role:Role",
        f"{at}-role",
        assumeRolePolicy=rng.choice(('{"Version":"2012-10-17","Statement":[]}', "{", "")),
    )
    for number in range(rng.randint(1, 3)):
        plan.add(
            "aws:ec2/instance:Instance",
            f"{at}-instance{number}",
            ami="ami-0123456789abcdef0",
            instanceType=rng.choice(("t3.micro", "t4g.large", "t3.mikro")),
            subnetId=rng.choice(subnets),
            vpcSecurityGroupIds=[rng.choice(groups)],
            rootBlockDevice={"volumeType": rng.choice(("gp3", "io1")), "volumeSize": 8},
            userData=secret(SECRET_TEXT),
        )
    plan.add(
        "aws:lambda/function:Function",
        f"{at}-function",
        role=role,
        runtime=rng.choice(("python3.12", "nodejs8.10", "cobol")),
        handler="index.handler",
        timeout=rng.choice((3, 901)),
        memorySize=rng.choice((128, 64)),
        environment={"variables": {"PASSWORD": secret(SECRET_TEXT), "AWS_REGION": "eu-west-1"}},
        vpcConfig={"subnetIds": subnets[:2], "securityGroupIds": groups[:1]},
    )
    plan.add(
        "aws:autoscaling/group:Group",
        f"{at}-asg",
        minSize=rng.choice((0, 3)),
        maxSize=rng.choice((1, 5)),
        vpcZoneIdentifiers=subnets[:2],
        launchTemplate={"id": "lt-0123456789abcdef0", "version": "$Latest"},
    )


def _storage(
    plan: Plan,
    rng: random.Random,
    at: str,
    vpc: Planned,
    subnets: list[Planned],
    groups: list[Planned],
) -> None:
    plan.add("aws:s3/bucketV2:BucketV2", f"{at}-data", bucket=f"{at}-data-1a2b3c4", versionings=[])
    plan.add(
        "aws:cloudwatch/logGroup:LogGroup", f"{at}-logs", retentionInDays=rng.choice((0, 7, 8))
    )
    plan.add(
        "aws:rds/instance:Instance",
        f"{at}-db",
        engine=rng.choice(("postgres", "mysql", "oracle")),
        instanceClass="db.t3.micro",
        allocatedStorage=rng.choice((5, 20)),
        vpcSecurityGroupIds=groups,
        password=secret(SECRET_TEXT),
        publiclyAccessible=rng.choice((True, False)),
    )
    plan.add(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        f"{at}-endpoint",
        vpcId=vpc,
        serviceName="com.amazonaws.eu-west-1.s3",
        vpcEndpointType=rng.choice(("Gateway", "Interface")),
        subnetIds=subnets[:1],
    )


def _spoil(one: Planned, rng: random.Random) -> None:
    """Make a few resources exist already, and a few values unknown, null or of a wrong type."""
    one.exists = rng.random() < 0.1
    if not one.token.startswith("aws:") or rng.random() > 0.1:
        return
    odd: tuple[Any, ...] = (UNKNOWN_STRING, None, "", 7, [], {}, True, secret("x"))
    one.inputs[rng.choice(sorted(one.inputs))] = rng.choice(odd)
