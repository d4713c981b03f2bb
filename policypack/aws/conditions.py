"""Properties of a resource that need or exclude one another, after cfn-lint's schemas.

`tools/catalog/conditions.py` translates the schemas to Pulumi's names. Conditions that the
constraint book knows are not among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from policypack.aws.book import broken
from policypack.aws.book.hits import MOST_PLACES
from policypack.aws.book.places import places
from policypack.aws.book.rows import Inputs, Row
from policypack.aws.catalog.loader import load
from policypack.plan.values import format_path

CONDITIONAL_TYPES = (
    "aws:ec2/ami:Ami",
    "aws:ec2/instance:Instance",
    "aws:ec2/launchConfiguration:LaunchConfiguration",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:lambda/function:Function",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:route53/record:Record",
    "aws:sqs/queue:Queue",
)


class Condition(Row):
    """A row of the table, with a row's language; its id is cfn-lint's name of the schema."""

    @property
    def mandatory(self) -> bool:
        """Whether AWS certainly refuses what breaks the condition."""
        return self.level == "mandatory"


@cache
def conditions(type_token: str) -> tuple[Condition, ...]:
    """The conditions of a type. Raises CatalogError."""
    packed = load("conditions").get(type_token, ())
    return tuple(Condition("conditions", one) for one in packed)


def unmet(type_token: str, inputs: Inputs) -> Iterator[tuple[str, Condition]]:
    """The conditions that inputs certainly break, each with a property at fault.

    A property of which the constraint book speaks is left to it. Raises CatalogError.
    """
    found = [one for one in conditions(type_token) if one.is_broken(inputs)]
    if not found:
        return
    told = {hit.steps for hit in broken(type_token, inputs)}
    for condition in found:
        for place in places(condition, inputs)[:MOST_PLACES]:
            if place not in told:
                told.add(place)
                yield format_path(place), condition
