"""Pulumi's auto-naming of AWS resources.

Source: pulumi/pulumi-aws `provider/resource_overrides.go` and `provider/autonaming.go`;
`sdk/go/common/resource/resource_id.go` of pulumi/pulumi for the suffix and the error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NO_LIMIT = 10_000


class CheckFailure(Exception):  # noqa: N818 - the provider calls it so
    """What the provider's Check refuses; its text is the provider's."""


@dataclass(frozen=True)
class Naming:
    """How the name of a type is made: separator and suffix after the logical name, and bounds."""

    key: str = "name"
    separator: str = "-"
    limit: int = 255
    suffix: int = 7
    letters: bool = False
    lower: bool = False
    fifo: str = ""
    before: str = ""


_DEFAULT = Naming()
# Required, so never made up; or a block of that name.
_NEVER = frozenset(
    {
        "aws:route53/record:Record",
        "aws:directoryservice/directory:Directory",
        "aws:identitystore/user:User",
    }
)
_GLUE = Naming(separator="_", suffix=8, letters=True, lower=True, limit=NO_LIMIT)
_LEX = Naming(separator="_", suffix=8, letters=True, limit=NO_LIMIT)
_OBJECT_KEY = Naming("key", "", NO_LIMIT, 0)
NAMINGS: dict[str, Naming] = {
    "aws:iam/role:Role": Naming(limit=64),
    "aws:lambda/function:Function": Naming(limit=64),
    "aws:lambda/permission:Permission": Naming("statementId", limit=100),
    "aws:lb/targetGroup:TargetGroup": Naming(limit=32),
    "aws:cloudwatch/eventRule:EventRule": Naming(limit=64),
    "aws:cloudwatch/eventTarget:EventTarget": Naming("targetId"),
    "aws:s3/bucket:Bucket": Naming("bucket", limit=63, lower=True),
    "aws:s3/bucketV2:BucketV2": Naming("bucket", limit=63, lower=True),
    "aws:s3/bucketObject:BucketObject": _OBJECT_KEY,
    "aws:s3/bucketObjectv2:BucketObjectv2": _OBJECT_KEY,
    "aws:sqs/queue:Queue": Naming(limit=80, fifo="fifoQueue"),
    "aws:sns/topic:Topic": Naming(limit=80, fifo="fifoTopic"),
    "aws:kms/alias:Alias": Naming(limit=238, before="alias/"),
    "aws:rds/instance:Instance": Naming("identifier", ""),
    "aws:elasticache/cluster:Cluster": Naming("clusterId", limit=50, lower=True),
    "aws:elasticache/replicationGroup:ReplicationGroup": Naming(
        "replicationGroupId", limit=40, lower=True
    ),
    "aws:elasticsearch/domain:Domain": Naming("domainName", limit=28, lower=True),
    "aws:opensearch/domain:Domain": Naming("domainName"),
    "aws:elasticbeanstalk/environment:Environment": Naming(limit=40),
    "aws:mq/broker:Broker": Naming("brokerName", limit=55),
    "aws:msk/cluster:Cluster": Naming("clusterName"),
    "aws:msk/serverlessCluster:ServerlessCluster": Naming("clusterName"),
    "aws:eks/nodeGroup:NodeGroup": Naming("nodeGroupName"),
    "aws:eks/fargateProfile:FargateProfile": Naming("fargateProfileName"),
    "aws:efs/fileSystem:FileSystem": Naming("creationToken"),
    "aws:ec2/keyPair:KeyPair": Naming("keyName"),
    "aws:appsync/function:Function": Naming(separator="_"),
    "aws:appsync/dataSource:DataSource": Naming(separator="_"),
    "aws:athena/database:Database": Naming(separator="_"),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": Naming(separator="_"),
    "aws:codedeploy/deploymentConfig:DeploymentConfig": Naming(
        "deploymentConfigName", "_", limit=100
    ),
    "aws:glue/catalogDatabase:CatalogDatabase": _GLUE,
    "aws:glue/catalogTable:CatalogTable": _GLUE,
    "aws:lex/bot:Bot": _LEX,
    "aws:lex/botAlias:BotAlias": _LEX,
    "aws:lex/intent:Intent": _LEX,
    "aws:lex/slotType:SlotType": _LEX,
    "aws:iot/topicRule:TopicRule": Naming(separator="", suffix=0, limit=NO_LIMIT),
}
# Athena makes its name by itself, and so gives the bare error.
_OWN_NAMING = "aws:athena/database:Database"
INLINE_POLICY = Naming(limit=128)
_SQL_SERVER = Naming("identifier", "", limit=15, suffix=3)


def naming_of(token: str, inputs: Mapping[str, Any], keys: frozenset[str]) -> Naming | None:
    """Return how a resource is named, None where it is not: `keys` are its type's inputs."""
    naming = NAMINGS.get(token, _DEFAULT if "name" in keys else None)
    if naming is None or token in _NEVER or naming.key in inputs:
        return None
    if token == "aws:rds/instance:Instance" and "sqlserver" in str(inputs.get("engine")).lower():
        naming = _SQL_SERVER
    prefix = naming.key if naming.key.endswith("Prefix") else f"{naming.key}Prefix"
    return None if prefix in inputs else naming


def auto_name(
    token: str, name: str, naming: Naming, inputs: Mapping[str, Any], seed: str = ""
) -> str:
    """Return the generated name; its suffix depends on the seed alone.

    The provider draws it at random; a preview that is run again shall say the same.

    Args:
        token: the resource's type.
        name: its logical name.
        naming: how its type is named.
        inputs: its inputs.
        seed: what tells the resource (and the place in it) from all others, such as its URN;
            type and logical name without it.

    Raises:
        CheckFailure: the name is too long.
    """
    logical = name.lower() if naming.lower else name
    stem = logical + naming.separator if naming.suffix else logical
    if len(stem.encode()) + naming.suffix > naming.limit:
        fault = (
            f"name '{stem}' plus {naming.suffix} random chars is longer than maximum length "
            f"{naming.limit}"
        )
        is_wrapped = token != _OWN_NAMING
        raise CheckFailure(
            f"could not make instance of '{token}': {fault}" if is_wrapped else fault
        )
    made = naming.before if not stem.startswith(naming.before) else ""
    made += stem + _suffix(seed or f"{token}::{name}", naming)
    return made + ".fifo" if naming.fifo and inputs.get(naming.fifo) is True else made


def _suffix(seed: str, naming: Naming) -> str:
    digest = hashlib.sha256(seed.encode()).hexdigest()[: naming.suffix]
    if not naming.letters:
        return digest
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest)
