"""Engines and their versions: RDS and Aurora, ElastiCache, OpenSearch."""

from __future__ import annotations

from typing import Any

from tools.catalog.sources import Sources, encode

NAME = "engines"
SOURCES = ("cfn-lint", "moto")

# Table's part -> (folders of cfn-lint with the versions, whether retired ones are marked).
CFNLINT = {
    "rds": (["aws_rds_dbinstance", "aws_rds_dbcluster"], True),
    "elasticache": (["aws_elasticache_cachecluster"], False),
}


def build(sources: Sources) -> dict[str, bytes]:
    """For each service: engine -> {versions, deprecated}, sorted as versions."""
    services = {name: _service(sources, *place) for name, place in CFNLINT.items()}
    versions = _opensearch_versions(sources)
    services["opensearch"] = {"opensearch": {"versions": versions, "deprecated": []}}
    return {f"{NAME}.json.gz": encode(services)}


def _service(sources: Sources, folders: list[str], with_deprecated: bool) -> dict[str, Any]:
    versions: dict[str, set[str]] = {}
    deprecated: dict[str, set[str]] = {}
    for folder in folders:
        _collect(sources.cfnlint_extension(folder, "engine_version"), versions)
        if with_deprecated:
            _collect(sources.cfnlint_extension(folder, "engine_version_deprecated"), deprecated)
    return {
        engine: {
            "versions": sorted(versions.get(engine, ()), key=version_key),
            "deprecated": sorted(deprecated.get(engine, ()), key=version_key),
        }
        for engine in sorted(_engine_names(sources, folders) | set(versions))
    }


def _engine_names(sources: Sources, folders: list[str]) -> set[str]:
    names: set[str] = set()
    for folder in folders:
        for branch in sources.cfnlint_extension(folder, "engine_version")["allOf"]:
            names |= set(branch["then"]["properties"].get("Engine", {}).get("enum", ()))
    return names


def _collect(schema: dict[str, Any], into: dict[str, set[str]]) -> None:
    for branch in schema["allOf"]:
        conditions = branch["if"]["properties"]
        engine = conditions["Engine"].get("const")
        if engine is None:
            continue
        listed = conditions["EngineVersion"].get("enum")
        listed = listed or branch["then"]["properties"]["EngineVersion"]["enum"]
        into.setdefault(engine, set()).update(map(str, listed))


def _opensearch_versions(sources: Sources) -> list[str]:
    found: set[str] = set()
    for row in sources.moto_literal("opensearch/data.py", "compatible_versions"):
        found |= {row["SourceVersion"], *row["TargetVersions"]}
    return sorted(found, key=version_key)


def version_key(version: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that orders 9.6 before 10.1."""
    parts = version.replace("_", ".").replace("-", ".").split(".")
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
