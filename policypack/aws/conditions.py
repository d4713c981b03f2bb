"""Properties that need or exclude one another, of one resource or of several, after cfn-lint.

`tools/catalog/conditions.py` translates the schemas to Pulumi's names. Conditions that the
constraint book knows are not among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from policypack.aws.book import broken
from policypack.aws.book.hits import MOST_PLACES, SECRET, Hit, show
from policypack.aws.book.places import places
from policypack.aws.book.rows import Inputs, Row
from policypack.aws.catalog.loader import load
from policypack.plan.resource import Resource
from policypack.plan.values import ABSENT, UNKNOWN, look_up, parse_path

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

RELATED_TYPES = (
    "aws:apigateway/method:Method",
    "aws:apigateway/stage:Stage",
    "aws:ecs/service:Service",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:sqs/queue:Queue",
)


@cache
def conditions(type_token: str) -> tuple[Row, ...]:
    """The conditions of a type, each named as cfn-lint's schema. Raises CatalogError."""
    packed = load("conditions").get(type_token, ())
    return tuple(Row("conditions", one) for one in packed)


def unmet(type_token: str, inputs: Inputs) -> Iterator[Hit]:
    """The conditions that inputs certainly break, one hit for each property at fault.

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
                yield Hit(condition, place, look_up(inputs, place))


class Relation:
    """A demand on a resource and on those that it refers to.

    `parts` are by name the type, the property that refers to it ("" for the resource itself), and
    what is read: the path, the value where it is absent, the type that it refers to if it does.
    """

    def __init__(self, packed: Mapping[str, Any]) -> None:
        self.row = Row("conditions", packed["row"])
        self.parts: Mapping[str, tuple[str, str, Mapping[str, Any]]] = packed["parts"]

    def broken_with(self, resource: Resource) -> dict[str, Resource]:
        """The resources, by part, that certainly fail the demand; none where it may hold."""
        found: dict[str, Resource] = {}
        for name, (token, reference, _) in self.parts.items():
            one = _referred(resource, reference, token) if reference else resource
            if one is None or not one.has_data:
                return {}
            found[name] = one
        values: Inputs = {"resource": resource.tree}
        for name, one in found.items():
            wanted = self.parts[name][2]
            values[name] = {key: _value(one, *where) for key, where in wanted.items()}
        return found if self.row.is_broken(values) else {}

    def text(self, found: Mapping[str, Resource]) -> str:
        """What is wrong: `{queue}` is the name of a part, `{queue.VisibilityTimeout}` a value."""

        def filled(match: re.Match[str]) -> str:
            name, key = match[1], match[2]
            if key is None:
                return found[name].name
            path, *where = self.parts[name][2][key]
            return (
                SECRET if found[name].is_secret(path) else show(_value(found[name], path, *where))
            )

        return _PLACEHOLDER.sub(filled, self.row.says)


_PLACEHOLDER = re.compile(r"\{(\w+)(?:\.(\w+))?\}")


def _referred(resource: Resource, reference: str, token: str) -> Resource | None:
    """The one resource that a property names itself, not by way of another one."""
    found = resource.follow(reference, token)
    if not found.exact or len(found) != 1:
        return None
    direct = resource.property_dependencies.get(reference.partition(".")[0], ())
    unknown = look_up(resource.tree, parse_path(reference)) is UNKNOWN
    return None if unknown and found[0].urn not in direct else found[0]


def _value(one: Resource, path: str, default: object, refers_to: str | None) -> object:
    """What stands at a path; for a reference the URN of what it denotes."""
    if refers_to:
        found = one.follow(path, refers_to)
        return found[0].urn if found.exact and len(found) == 1 else UNKNOWN
    value = look_up(one.tree, parse_path(path))
    return default if value is ABSENT else value


@cache
def relations(type_token: str) -> tuple[Relation, ...]:
    """The relations of a type. Raises CatalogError."""
    return tuple(map(Relation, load("conditions/related").get(type_token, ())))


def unmet_together(resource: Resource) -> Iterator[tuple[Row, str]]:
    """The relations that a new resource certainly breaks, each with what is wrong.

    AWS looks at the others when a resource is created. A property of which the constraint book
    speaks is left to it. Raises CatalogError.
    """
    if not resource.is_new:
        return
    for relation in relations(resource.type):
        if (found := relation.broken_with(resource)) and not _told(resource, relation.row.at):
            yield relation.row, relation.text(found)


def _told(resource: Resource, path: str) -> bool:
    return any(hit.path == path for hit in broken(resource.type, resource.tree))
