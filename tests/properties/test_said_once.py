"""No fault is said twice: by a rule that is made for it, and by one that knows but the property."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import policies
from policypack.aws.catalog.constraints import Shape, shape
from policypack.aws.input_faults import Place, places
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.wire import Decoded
from policypack.rules.evaluation import Evaluation
from policypack.rules.registry import Registry, collect
from policypack.rules.rule import Kind
from policypack.testing import Case, evaluate, planned
from tools.cases import collect_cases

GENERIC = "validation"
"""The domain whose rules know a property by the catalog or the book, not by what it is for."""
RULES = collect(policies)
VALIDATION = Registry([one for one in RULES.rules if one.domain == GENERIC])
CASES = [one for one in collect_cases() if one.expected and one.rule.domain != GENERIC]
DIFFERENT = {
    ("asg-size-bounds-invalid", "string-length-out-of-range", "healthCheckType"),
    ("nat-gateway-eip-mismatch", "number-out-of-range", "secondaryPrivateIpAddressCount"),
}
"""Two faults of one value, each with a remedy of its own: (rule, generic rule, property)."""
BAD: dict[type, tuple[Any, ...]] = {
    int: (-7, 99_999_999, 1),
    str: ("???", "x" * 5000, "nonesuch", "99999999"),
}


def context(case: Case) -> StackContext:
    config = {"aws:region": case.options.get("region", "us-east-1")}
    return StackContext("acme", "shop", "dev", {}, {**config, **case.options.get("config", {})})


def generic_of(stack: Stack) -> set[tuple[str, str, str]]:
    evaluation = Evaluation(VALIDATION)
    found = [one for resource in stack for one in evaluation.of_resource(resource)]
    assert not evaluation.failed
    return {(one.rule, one.urn, one.path) for one in found}


def twice(case: Case, stack: Stack) -> set[tuple[str, str, str]]:
    """What a case's rule and a generic one both say of a property: rule, generic rule, property."""
    said = {(one.urn, one.path) for one in evaluate(case.rule, stack, case.options.get("settings"))}
    return {
        (case.rule.id, rule, path)
        for rule, urn, path in (generic_of(stack) if said else ())
        if (urn, path) in said
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.program.__name__)
def test_a_case_hears_of_no_fault_twice(case: Case) -> None:
    for checked in (False, True):
        assert not twice(case, planned(case.program, context(case), checked=checked)) - DIFFERENT


def put(tree: Any, steps: tuple[Any, ...], value: Any) -> Any:
    if not steps:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[steps[0]] = put(copy[steps[0]], steps[1:], value)
    return copy


def with_value(stack: Stack, one: Resource, place: Place, value: Any) -> Stack:
    """A stack of one resource, with another value at a place."""
    changed = Resource(
        one.urn,
        one.token,
        Decoded(put(one.tree, place.steps, value), one.secrets, one.defaults - {place.path}),
        options=one.options,
        provider=one.provider,
        config=one.config,
    )
    return Stack([changed], replace(stack.context))


def worse(case: Case) -> Iterator[Stack]:
    """The resources of a case alone, each known value replaced by one that is hardly right."""
    stack = planned(case.program, context(case), checked=True)
    for one in stack:
        for place in places(one) if one.type in case.rule.on else ():
            for value in BAD.get(type(place.value), ()):
                yield with_value(stack, one, place, value)


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.rule.kind is Kind.RESOURCE],
    ids=lambda case: case.program.__name__,
)
def test_no_worse_value_is_said_twice(case: Case) -> None:
    for stack in worse(case):
        assert not twice(case, stack) - DIFFERENT


OWNED = [(rule.id, owned) for rule in RULES.rules for owned in rule.owns]


@pytest.mark.parametrize(("rule", "owned"), OWNED, ids=lambda one: one)
def test_a_rule_owns_properties_that_there_are(rule: str, owned: str) -> None:
    token, _, path = owned.partition("#")
    assert token in RULES.by_id[rule].on
    member: Shape | None = Shape("object", members=shape(token))
    for step in path.split("."):
        name, lists = step.rstrip("[]"), step.count("[]")
        member = member.members.get(name) if member else None
        for _ in range(lists):
            member = member.item if member else None
    assert member is not None
