"""Questions about engines, their versions and families, and the classes they run on."""

from __future__ import annotations

import re
from functools import cache

from policypack.aws.catalog.loader import CatalogError, has, load, rows
from policypack.aws.catalog.packing import members


@cache
def engines(service: str = "rds") -> tuple[str, ...]:
    """The engines of `rds` (with Aurora), `elasticache` or `opensearch`, sorted.

    Source: cfn-lint's copies of `describe-db-engine-versions` and its like.
    """
    return tuple(sorted(_service(service)))


def engine_versions(engine: str, service: str = "rds") -> tuple[str, ...] | None:
    """The versions of an engine, oldest first; None when the engine or its versions are unknown.

    OpenSearch's list ends at 2.5 in the present sources: ask `engine_version_exists`.
    """
    return tuple(_service(service).get(engine, {}).get("versions", ())) or None


def deprecated_versions(engine: str, service: str = "rds") -> tuple[str, ...]:
    """The versions that AWS has retired or marked for it; empty where no source says."""
    return tuple(_service(service).get(engine, {}).get("deprecated", ()))


def engine_version_exists(engine: str, version: str, service: str = "rds") -> bool | None:
    """Whether an engine has this version. None when the engine or a version as new is unknown.

    False needs a later version of the same series (8.0 of 8.0.41) in the catalog, or a later
    series of the same major version where the series itself is not in the catalog.
    """
    known = engine_versions(engine, service)
    if known is None:
        return None
    if version in known or any(item.startswith(f"{version}.") for item in known):
        return True
    wanted, numbers = _numbers(version), [_numbers(item) for item in known]
    series = [item for item in numbers if len(wanted) > 1 and item[:-1] == wanted[:-1]]
    peers = series or [item for item in numbers if item[:1] == wanted[:1]]
    return False if wanted and peers and wanted < max(peers) else None


def family_of(engine: str, version: str) -> str | None:
    """The parameter group family of an RDS, Neptune or DocumentDB engine version.

    None when the version says too little, or the engine has no families. Sources: the form of
    `DBParameterGroupFamily` in `describe-db-engine-versions`, per engine:
    https://docs.aws.amazon.com/cli/latest/reference/rds/create-db-parameter-group.html
    """
    numbers = re.findall(r"\d+", version)
    if engine in {"postgres", "aurora-postgresql"}:
        return _postgres_family(engine, numbers)
    if engine == "neptune":
        return _neptune_family(numbers)
    if engine.startswith(("oracle-", "sqlserver-")):
        suffix = ".0" if engine.startswith("sqlserver-") else ""
        return f"{engine}-{int(numbers[0])}{suffix}" if numbers else None
    joiner = {"mysql": "", "mariadb": "", "aurora-mysql": "", "docdb": ""}
    if engine.startswith("db2-"):
        return f"{engine}-{'.'.join(numbers[:2])}" if len(numbers) > 1 else None
    return f"{engine}{'.'.join(numbers[:2])}" if engine in joiner and len(numbers) > 1 else None


def _postgres_family(engine: str, numbers: list[str]) -> str | None:
    if not numbers:
        return None
    if int(numbers[0]) >= 10:
        return f"{engine}{numbers[0]}"
    return f"{engine}{'.'.join(numbers[:2])}" if len(numbers) > 1 else None


def _neptune_family(numbers: list[str]) -> str | None:
    if len(numbers) < 2:
        return None
    major, minor = numbers[:2]
    return "neptune1" if (major, minor) in {("1", "0"), ("1", "1")} else f"neptune{major}.{minor}"


@cache
def families(engine: str) -> tuple[str, ...]:
    """The parameter group families of an RDS engine's known versions, sorted; may be empty."""
    found = {family_of(engine, version) for version in engine_versions(engine) or ()}
    return tuple(sorted(name for name in found if name))


def instance_classes(
    service: str, region: str | None = None, *, engine: str | None = None
) -> frozenset[str] | None:
    """The instance classes or node types of a service, in a region or in any.

    `service` is `rds`, `rds-cluster` (Multi-AZ DB clusters), both with an `engine`, or one of
    `amazonmq appstream dax docdb elasticache elasticsearch emr gamelift managedblockchain neptune
    opensearch redshift sagemaker`. None when the service, engine or region is not in the catalog.
    Source: cfn-lint's copy of the price list.
    """
    part = f"node_types/{service}-{engine}" if engine else f"node_types/{service}"
    if not has(part):
        return None
    known: list[str] = load(part)["regions"]
    if region is None:
        return frozenset(rows(part))
    if region not in known:
        return None
    position = known.index(region)
    return frozenset(name for name, mask in rows(part).items() if mask >> position & 1)


def regions_with_class(
    service: str, name: str, *, engine: str | None = None
) -> tuple[str, ...] | None:
    """The regions that have an instance class; None when service or class is not known."""
    part = f"node_types/{service}-{engine}" if engine else f"node_types/{service}"
    if not has(part) or name not in rows(part):
        return None
    return members(load(part)["regions"], rows(part)[name])


def _service(service: str) -> dict[str, dict[str, list[str]]]:
    try:
        content: dict[str, dict[str, list[str]]] = load("engines").get(service, {})
    except AttributeError:
        raise CatalogError(
            "the catalog file data/engines.json.gz has another form than expected"
        ) from None
    return content


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
