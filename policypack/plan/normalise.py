"""Tokens and shapes of older provider versions -> those of pulumi-aws 7.

Sources: pulumi/pulumi-aws `provider/aliases.go` and `provider/resource_overrides.go`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from policypack.plan.values import Path

_RENAMED = {
    "aws:s3/bucketObject:BucketObject": "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:ec2/encryptionControl:EncryptionControl": (
        "aws:ec2/vpcEncryptionControl:VpcEncryptionControl"
    ),
    "aws:lambda/microvmsImage:MicrovmsImage": "aws:lambdamicrovms/image:Image",
}
_MODULES = {
    "alb": "lb",
    "applicationloadbalancing": "lb",
    "elasticloadbalancingv2": "lb",
    "elasticloadbalancing": "elb",
}
_S3_V2 = frozenset(
    f"Bucket{part}V2"
    for part in (
        "",
        "AccelerateConfiguration",
        "Acl",
        "CorsConfiguration",
        "LifecycleConfiguration",
        "Logging",
        "ObjectLockConfiguration",
        "RequestPaymentConfiguration",
        "ServerSideEncryptionConfiguration",
        "Versioning",
        "WebsiteConfiguration",
    )
)
BUCKET_V2 = "aws:s3/bucketV2:BucketV2"
_BUCKET_V2_SINGLE = {
    "accelerationStatuses": "accelerationStatus",
    "loggings": "logging",
    "versionings": "versioning",
    "websites": "website",
    "serverSideEncryptionConfigurations": "serverSideEncryptionConfiguration",
    "replicationConfigurations": "replicationConfiguration",
    "objectLockConfigurations": "objectLockConfiguration",
    "applyServerSideEncryptionByDefaults": "applyServerSideEncryptionByDefault",
    "expirations": "expiration",
    "noncurrentVersionExpirations": "noncurrentVersionExpiration",
    "defaultRetentions": "defaultRetention",
    "filters": "filter",
    "sourceSelectionCriterias": "sourceSelectionCriteria",
    "sseKmsEncryptedObjects": "sseKmsEncryptedObjects",
    "destinations": "destination",
    "replicationTimes": "replicationTime",
    "accessControlTranslations": "accessControlTranslation",
}
# A list of one rule in BucketV2, a single object in Bucket; lifecycle and replication keep lists.
_SINGLE_RULE_OF = frozenset({"serverSideEncryptionConfiguration", "objectLockConfiguration"})


@lru_cache(maxsize=4096)
def canonical_type(token: str) -> str:
    """Return the pulumi-aws 7 token of a type: `aws:alb/listener:Listener` is an `aws:lb/...`."""
    if token in _RENAMED:
        return _RENAMED[token]
    package, _, rest = token.partition(":")
    module, _, name = rest.partition("/")
    if package != "aws" or not name:
        return token
    if module in _MODULES:
        return f"aws:{_MODULES[module]}/{name}"
    if module == "s3" and name.rpartition(":")[2] in _S3_V2:
        lower, _, upper = name.partition(":")
        return f"aws:s3/{lower.removesuffix('V2')}:{upper.removesuffix('V2')}"
    return token


def canonical_shape(
    token: str, values: dict[str, Any], secrets: set[Path]
) -> tuple[dict[str, Any], set[Path]]:
    """Return the properties in the shape of the canonical type, and where the secrets went."""
    if token != BUCKET_V2:
        return values, secrets
    moved: set[Path] = set()
    reshaped = _reshaped(values, (), (), secrets, moved)
    return reshaped, moved


def _reshaped(value: Any, old: Path, new: Path, secrets: set[Path], moved: set[Path]) -> Any:
    if old in secrets:
        moved.add(new)
    if isinstance(value, list):
        return [
            _reshaped(element, (*old, i), (*new, i), secrets, moved)
            for i, element in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for key, member in value.items():
        name, single = _single_name(key, new)
        if single and isinstance(member, list):
            if len(member) == 1:
                result[name] = _reshaped(member[0], (*old, key, 0), (*new, name), secrets, moved)
            continue
        result[name] = _reshaped(member, (*old, key), (*new, name), secrets, moved)
    return result


def _single_name(key: str, parent: Path) -> tuple[str, bool]:
    if key == "rules" and parent and parent[-1] in _SINGLE_RULE_OF:
        return "rule", True
    if key in _BUCKET_V2_SINGLE:
        return _BUCKET_V2_SINGLE[key], True
    return key, False
