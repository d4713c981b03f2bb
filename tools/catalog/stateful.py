"""CloudFormation types that hold data, with the Pulumi type of the same thing."""

from __future__ import annotations

import re

from tools.catalog.sources import Sources, encode, read_json

NAME = "stateful"
SOURCES = ("cfn-lint", "pulumi-aws")

TOKEN = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:([^/']+)/[^:']+:(\w+))'")

# Where a service's or a resource's name in Pulumi is another one.
MODULES = {"opensearchservice": "opensearch"}
NAMES = {
    "AWS::DocDB::DBCluster": "aws:docdb/cluster:Cluster",
    "AWS::DocDB::DBInstance": "aws:docdb/clusterInstance:ClusterInstance",
    "AWS::EC2::Volume": "aws:ebs/volume:Volume",
    "AWS::ElastiCache::CacheCluster": "aws:elasticache/cluster:Cluster",
    "AWS::Elasticsearch::Domain": "aws:elasticsearch/domain:Domain",
    "AWS::KMS::Key": "aws:kms/key:Key",
    "AWS::Logs::LogGroup": "aws:cloudwatch/logGroup:LogGroup",
    "AWS::Neptune::DBCluster": "aws:neptune/cluster:Cluster",
    "AWS::Neptune::DBInstance": "aws:neptune/clusterInstance:ClusterInstance",
    "AWS::RDS::DBCluster": "aws:rds/cluster:Cluster",
    "AWS::RDS::DBInstance": "aws:rds/instance:Instance",
    "AWS::Backup::BackupVault": "aws:backup/vault:Vault",
}


def build(sources: Sources) -> dict[str, bytes]:
    """`rows`: Pulumi type -> CloudFormation type."""
    known = _tokens(sources)
    listed = read_json(sources.cfnlint_data / "AdditionalSpecs" / "StatefulResources.json")
    rows = {}
    for kind in sorted(listed["ResourceTypes"]):
        token = NAMES.get(kind) or known.get(_key(kind), "")
        if token in known.values():
            rows[token] = kind
    # One CloudFormation type is four in Pulumi.
    file_systems = re.compile(r"aws:fsx/\w+FileSystem:")
    rows |= {token: "AWS::FSx::FileSystem" for token in known.values() if file_systems.match(token)}
    return {f"{NAME}.json.gz": encode({"rows": rows})}


def _tokens(sources: Sources) -> dict[tuple[str, str], str]:
    found = {}
    for path in sorted(sources.pulumi_aws.glob("*/*.py")):
        match = TOKEN.search(path.read_text(encoding="utf-8"))
        if match:
            found[match[2].lower(), match[3].lower()] = match[1]
    return found


def _key(kind: str) -> tuple[str, str]:
    _, service, name = kind.lower().split("::")
    return MODULES.get(service, service), name
