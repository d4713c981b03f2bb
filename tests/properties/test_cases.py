"""What holds for the programs with which the tests show what a rule says."""

from __future__ import annotations

import random
from typing import Any

import pytest

from policypack.plan.resource import Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.values import UNKNOWN
from policypack.plan.wire import Decoded
from policypack.testing import Case, evaluate, planned
from tests.trees import paths_in
from tools.cases import collect_cases

CONTEXT = StackContext("acme", "shop", "dev", {}, {"aws:region": "us-east-1"})
CASES = [case for case in collect_cases() if not case.options]
Place = tuple[str, tuple[Any, ...]]


def _hidden(tree: Any, hide: set[tuple[Any, ...]], at: tuple[Any, ...] = ()) -> Any:
    """Copy a tree with the values at these paths unknown."""
    if at in hide:
        return UNKNOWN
    if isinstance(tree, dict):
        return {key: _hidden(value, hide, (*at, key)) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_hidden(value, hide, (*at, index)) for index, value in enumerate(tree)]
    return tree


def _without(stack: Stack, places: list[Place]) -> Stack:
    def copy(one: Resource) -> Resource:
        hide = {path for urn, path in places if urn == one.urn}
        return Resource(
            one.urn,
            one.token,
            Decoded(_hidden(one.tree, hide), one.secrets, one.defaults),
            outputs=one.outputs,
            options=one.options,
            provider=one.provider,
            parent=one.parent,
            dependencies=one.dependencies,
            property_dependencies=one.property_dependencies,
            config=one.config,
            has_data=one.has_data,
        )

    return Stack([copy(one) for one in stack], stack.context)


def _found(case: Case, stack: Stack) -> set[tuple[str, str]]:
    return {(one.urn, one.path) for one in evaluate(case.rule, stack)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.program.__name__)
def test_making_values_of_a_case_unknown_adds_no_finding(case: Case) -> None:
    stack = planned(case.program, CONTEXT)
    places = [(one.urn, path) for one in stack for path in paths_in(one.tree)]
    dice = random.Random(case.program.__name__)
    several = [dice.sample(places, dice.randint(2, 6)) for _ in range(20) if len(places) > 6]
    said = _found(case, stack)
    for hidden in [*([place] for place in places), *several]:
        assert _found(case, _without(stack, hidden)) <= said, hidden
