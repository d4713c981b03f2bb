"""Which inputs take the ARN of which service."""

from __future__ import annotations

import re
from functools import lru_cache

ARN = re.compile(r"^arn:aws[\w-]*:[\w-]+:[\w*-]*:[\w*-]*:.+", re.DOTALL)

SERVICES: dict[str, frozenset[str]] = {
    "roleArn": frozenset({"iam"}),
    "executionRoleArn": frozenset({"iam"}),
    "serviceRoleArn": frozenset({"iam"}),
    "snsTopicArn": frozenset({"sns"}),
    "topicArn": frozenset({"sns"}),
    "queueArn": frozenset({"sqs"}),
    "lambdaFunctionArn": frozenset({"lambda"}),
    "loadBalancerArn": frozenset({"elasticloadbalancing"}),
    "loadBalancerArns": frozenset({"elasticloadbalancing"}),
    "targetGroupArn": frozenset({"elasticloadbalancing"}),
    "targetGroupArns": frozenset({"elasticloadbalancing"}),
    "logGroupArn": frozenset({"logs"}),
    "kmsKeyArn": frozenset({"kms"}),
}
"""The last name of a path -> the services whose ARNs it takes."""

NAME_WILL_DO = frozenset({"kmsKeyArn"})
"""Properties that take an id or an alias too: only an ARN of another service is wrong."""

LENIENT_TYPES = frozenset({"aws:ecs/taskDefinition:TaskDefinition"})
"""Types whose role properties take a short name as well."""

OTHER_SERVICES: dict[str, dict[str, frozenset[str]]] = {
    "aws:lambda/function:Function": {"role": frozenset({"iam"})},
    "aws:acm/certificateValidation:CertificateValidation": {"certificateArn": frozenset({"acm"})},
    "aws:lb/listener:Listener": {"certificateArn": frozenset({"acm", "iam"})},
    "aws:lb/listenerCertificate:ListenerCertificate": {"certificateArn": frozenset({"acm", "iam"})},
    "aws:cloudfront/distribution:Distribution": {
        "viewerCertificate.acmCertificateArn": frozenset({"acm"})
    },
    "aws:apigateway/domainName:DomainName": {
        "certificateArn": frozenset({"acm"}),
        "regionalCertificateArn": frozenset({"acm"}),
    },
    "aws:apigatewayv2/domainName:DomainName": {
        "domainNameConfiguration.certificateArn": frozenset({"acm"})
    },
    "aws:cloudtrail/trail:Trail": {
        "cloudWatchLogsGroupArn": frozenset({"logs"}),
        "cloudWatchLogsRoleArn": frozenset({"iam"}),
    },
}
"""Properties of one type, by path."""


@lru_cache(maxsize=4096)
def services_of(type_token: str, path: str) -> frozenset[str]:
    """The services whose ARNs a property takes; empty where that is not known."""
    of_type = OTHER_SERVICES.get(type_token, {})
    if path in of_type:
        return of_type[path]
    name = path.rpartition(".")[2].removesuffix("[]")
    return SERVICES.get(name, frozenset())


def must_be_arn(type_token: str, path: str) -> bool:
    """Whether a property takes an ARN and nothing else."""
    name = path.rpartition(".")[2].removesuffix("[]")
    if name in NAME_WILL_DO or type_token in LENIENT_TYPES:
        return False
    return bool(services_of(type_token, path))
