"""Which inputs take the ARN of which service."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pulumi_aws
import pytest

from policypack.aws.arn_properties import must_be_arn, services_of
from policypack.aws.catalog.constraints import known_types, shape_at
from policypack.aws.catalog.hand import arn_properties
from policypack.aws.catalog.iam import service_prefixes

SDK = Path(pulumi_aws.__file__).parent


@pytest.mark.parametrize(
    ("token", "path", "services", "only"),
    [
        ("aws:lambda/function:Function", "role", {"iam"}, True),
        ("aws:scheduler/schedule:Schedule", "target.roleArn", {"iam"}, True),
        ("aws:autoscaling/group:Group", "targetGroupArns[]", {"elasticloadbalancing"}, True),
        ("aws:s3/bucketNotification:BucketNotification", "queues[].queueArn", {"sqs"}, True),
        ("aws:lb/listener:Listener", "certificateArn", {"acm", "iam"}, True),
        ("aws:msk/cluster:Cluster", "encryptionInfo.encryptionAtRestKmsKeyArn", set(), False),
        ("aws:synthetics/canary:Canary", "artifactConfig.s3Encryption.kmsKeyArn", {"kms"}, False),
        ("aws:ecs/taskDefinition:TaskDefinition", "executionRoleArn", {"iam"}, False),
        ("aws:ecs/taskDefinition:TaskDefinition", "taskRoleArn", {"iam"}, False),
        # The same name, of other services.
        ("aws:connect/routingProfile:RoutingProfile", "queueConfigs[].queueArn", {"connect"}, True),
        ("aws:msk/channel:Channel", "topicConfiguration.topicArn", {"kafka"}, True),
        (
            "aws:ecs/service:Service",
            "vpcLatticeConfigurations[].targetGroupArn",
            {"vpc-lattice"},
            True,
        ),
        (
            "aws:ecs/service:Service",
            "loadBalancers[].targetGroupArn",
            {"elasticloadbalancing"},
            True,
        ),
        # Modules whose inputs nobody has read.
        ("aws:nosuch/thing:Thing", "roleArn", set(), False),
        ("gcp:lb/listener:Listener", "roleArn", set(), False),
        ("aws:rds/proxy:Proxy", "name", set(), False),
    ],
)
def test_services_and_strictness(token: str, path: str, services: set[str], only: bool) -> None:
    assert services_of(token, path) == services
    assert must_be_arn(token, path) is only


def test_rows_by_type_name_inputs_that_there_are() -> None:
    for row in arn_properties():
        if row.type:
            assert not row.modules
            assert row.type in known_types()
            assert shape_at(row.type, row.property) is not None, f"{row.type} {row.property}"


def test_rows_by_name_name_modules_that_have_such_an_input() -> None:
    for row in arn_properties():
        for module in row.modules:
            assert row.property in _names(module), f"{module} {row.property}"


def test_services_are_those_of_arns() -> None:
    for row in arn_properties():
        assert row.services
        assert set(row.services) <= set(service_prefixes())


@cache
def _names(module: str) -> frozenset[str]:
    folder = SDK / {"lambda": "lambda_"}.get(module, module)
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    return frozenset(re.findall(r'getter\(name="(\w+)"\)', text))
