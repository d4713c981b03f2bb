"""Properties of a resource that need or exclude one another, after cfn-lint's schemas.

`tools/catalog/conditions.py` translates the schemas to Pulumi's names. Conditions that the
constraint book knows are not among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from policypack.aws.book import broken, compile_schema
from policypack.aws.book.schema import Check
from policypack.aws.catalog.loader import load
from policypack.plan.values import ABSENT, UNKNOWN, look_up, parse_path

CONDITIONAL_TYPES = (
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:lambda/function:Function",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:sqs/queue:Queue",
)


@dataclass(frozen=True)
class Condition:
    """What must hold below `root` of a type's inputs; `at` are the properties that may break it."""

    root: str
    at: tuple[str, ...]
    says: str
    fix: str
    source: str
    mandatory: bool
    holds: Check


@cache
def conditions(type_token: str) -> tuple[Condition, ...]:
    """The conditions of a type. Raises CatalogError."""
    return tuple(
        Condition(
            row["root"],
            tuple(row["at"]),
            row["says"],
            row["fix"],
            row["source"],
            row["mandatory"],
            compile_schema(row["schema"]),
        )
        for row in load("conditions").get(type_token, ())
    )


def unmet(type_token: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, Condition]]:
    """The conditions that inputs certainly break, each with the property at fault.

    A property of which the constraint book speaks is left to it. Raises CatalogError.
    """
    found = [one for one in conditions(type_token) if _is_unmet(one, inputs)]
    told = {hit.path for hit in broken(type_token, dict(inputs))} if found else set()
    for condition in found:
        path = _at_fault(condition, inputs)
        if path not in told:
            yield path, condition


def _is_unmet(condition: Condition, inputs: Mapping[str, Any]) -> bool:
    below = look_up(inputs, parse_path(condition.root))
    return below is not ABSENT and below is not UNKNOWN and condition.holds(below) is False


def _at_fault(condition: Condition, inputs: Mapping[str, Any]) -> str:
    """The first of the properties that is set, else the first: it is the one that lacks."""
    set_ones = [one for one in condition.at if look_up(inputs, parse_path(one)) is not ABSENT]
    return (set_ones or list(condition.at))[0]
