"""Instance classes and node types of services other than EC2, by region: a file a service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.catalog.sources import Sources, encode

NAME = "node_types"
SOURCES = ("cfn-lint",)

# Name of the table's part -> (folder, file) of cfn-lint's enumeration by region.
VOCABULARIES = {
    "amazonmq": ("aws_amazonmq_broker", "instancetype_enum"),
    "appstream": ("aws_appstream_fleet", "instancetype_enum"),
    "dax": ("aws_dax_cluster", "nodetype_enum"),
    "docdb": ("aws_docdb_dbinstance", "dbinstanceclass_enum"),
    "elasticache": ("aws_elasticache_cachecluster", "cachenodetype_enum"),
    "elasticsearch": ("aws_elasticsearch_domain", "elasticsearchclusterconfig_instancetype_enum"),
    "emr": ("aws_emr_cluster", "instancetypeconfig_instancetype_enum"),
    "gamelift": ("aws_gamelift_fleet", "ec2instancetype_enum"),
    "managedblockchain": ("aws_managedblockchain_node", "nodeconfiguration_instancetype_enum"),
    "neptune": ("aws_neptune_dbinstance", "dbinstanceclass_enum"),
    "opensearch": ("aws_opensearchservice_domain", "clusterconfig_instancetype_enum"),
    "redshift": ("aws_redshift_cluster", "nodetype_enum"),
    "sagemaker": ("aws_sagemaker_hosting", "instancetype_enum"),
}
RDS_INSTANCE = ("aws_rds_dbinstance", "dbinstanceclass_enum", "DBInstanceClass")
RDS_CLUSTER = ("aws_rds_dbcluster", "dbclusterinstanceclass_enum", "DBClusterInstanceClass")


def build(sources: Sources) -> dict[str, bytes]:
    """For each class a bit mask of the regions that have it."""
    parts: dict[str, dict[str, set[str]]] = {}
    for name, (folder, file) in VOCABULARIES.items():
        regions = sources.cfnlint_by_region(folder, file)
        parts[name] = {region: set(schema["enum"]) for region, schema in regions.items()}
    for prefix, place in (("rds", RDS_INSTANCE), ("rds-cluster", RDS_CLUSTER)):
        for engine, by_region in _by_engine(sources, *place).items():
            parts[f"{prefix}-{engine}"] = by_region
    return {f"{NAME}/{name}.json.gz": encode(masks(parts[name])) for name in sorted(parts)}


def _by_engine(
    sources: Sources, folder: str, file: str, member: str
) -> dict[str, dict[str, set[str]]]:
    # An engine appears once for each licence and pricing group: the union is what AWS sells.
    engines: dict[str, dict[str, set[str]]] = {}
    for region, schema in sources.cfnlint_by_region(folder, file).items():
        for engine, classes in _conditions(schema, member):
            engines.setdefault(engine, {}).setdefault(region, set()).update(classes)
    return engines


def _conditions(schema: Mapping[str, Any], member: str) -> Iterator[tuple[str, list[str]]]:
    for branch in schema["allOf"]:
        engine = branch["if"]["properties"]["Engine"]["const"]
        yield engine, branch["then"]["properties"][member]["enum"]


def masks(by_region: Mapping[str, set[str]]) -> dict[str, Any]:
    """`regions` in the order of the mask's bits, and `rows`: name -> mask."""
    regions = sorted(by_region)
    rows: dict[str, int] = {}
    for position, region in enumerate(regions):
        for name in by_region[region]:
            rows[name] = rows.get(name, 0) | 1 << position
    return {"regions": regions, "rows": rows}
