"""Enumerations that rules ask for by name, as a service's model lists them."""

from __future__ import annotations

import re

from tools.catalog.sources import CatalogBuildError, Sources, encode

NAME = "enumerations"
SOURCES = ("botocore", "cfn-lint")

SHAPES = {
    "apigateway": ["SecurityPolicy"],
    "application-autoscaling": ["ScalableDimension", "ServiceNamespace"],
    "cloudfront": ["MinimumProtocolVersion"],
    "cloudwatch": ["ComparisonOperator", "StandardUnit", "Statistic"],
    "codepipeline": ["ActionCategory", "ActionOwner"],
    "dynamodb": ["BillingMode"],
    "ec2": ["DomainType", "Tenancy", "VolumeType"],
    "ecs": ["LaunchType", "NetworkMode"],
    "elbv2": ["IpAddressType", "LoadBalancerTypeEnum", "ProtocolEnum", "TargetTypeEnum"],
    "kms": ["KeySpec", "KeyUsageType"],
    "lambda": ["Architecture", "FunctionUrlAuthType", "PackageType", "Runtime"],
    "logs": ["LogGroupClass"],
    "opensearch": ["TLSSecurityPolicy"],
    "s3": [
        "BucketLocationConstraint",
        "BucketVersioningStatus",
        "IntelligentTieringAccessTier",
        "ObjectOwnership",
        "ServerSideEncryption",
        "StorageClass",
        "TransitionStorageClass",
    ],
}


def build(sources: Sources) -> dict[str, bytes]:
    """`rows`: "service/shape" -> values, with two lists that no model has as an enumeration."""
    rows = {
        f"{service}/{shape}": sources.botocore_enum(service, shape)
        for service, shapes in SHAPES.items()
        for shape in shapes
    }
    extra: dict[str, list[int] | list[str]] = {
        "logs/Days": _retention_days(sources),
        "lambda/ReservedEnvironmentVariable": _reserved_variables(sources),
    }
    return {f"{NAME}.json.gz": encode({"rows": rows | extra})}


def _retention_days(sources: Sources) -> list[int]:
    text = sources.botocore_model("logs")["shapes"]["Days"]["documentation"]
    listed = re.search(r"Possible values are: ([\d, and]+)", text)
    if not listed:
        raise CatalogBuildError("botocore's model of logs does not list the retention days")
    return sorted(map(int, re.findall(r"\d+", listed[1])))


def _reserved_variables(sources: Sources) -> list[str]:
    schema = sources.cfnlint_extension("aws_lambda_function", "environment_variable_keys")
    return sorted(schema["propertyNames"]["not"]["enum"])
