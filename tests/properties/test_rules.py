"""What holds for every rule of the pack, whatever the plan."""

from __future__ import annotations

import copy
import inspect
import random
import re
import sys
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import policies
from policypack.hosts.requests import PlanBuilder
from policypack.plan.stack import StackContext
from policypack.plan.wire import UNKNOWN_STRING
from policypack.rules.evaluation import Diagnostic, Evaluation
from policypack.rules.registry import Registry, collect
from policypack.rules.rule import ANY_TYPE, Rule
from tests.hosts import sample_rules
from tests.plans import Plan, generate, secret
from tests.trees import paths_in

MARK = "hunter2-5d41402abc4b"
REGISTRY = collect(policies)
MODULES = sorted({rule.module for rule in REGISTRY.rules})
CONTEXT = StackContext("acme", "shop", "dev", {}, {"aws:region": "eu-west-1"})
NEIGHBOURS = (
    "aws:ec2/vpc:Vpc",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:iam/role:Role",
)
# The same examples in each run: what fails, fails for everybody.
BOUNDED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def judged(plan: Plan, registry: Registry, order: int = 0) -> tuple[list[Diagnostic], Evaluation]:
    builder, evaluation = PlanBuilder(CONTEXT), Evaluation(registry)
    found = [
        one
        for request in plan.analyze_requests()
        for one in evaluation.of_resource(builder.resource(request))
    ]
    found += evaluation.of_stack(builder.stack(plan.stack_request(random.Random(order))))
    return found, evaluation


def places(found: list[Diagnostic]) -> set[tuple[str, str, str | None]]:
    return {(one.rule, one.urn, one.row) for one in found}


def _put(tree: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        tree = tree[step]
    tree[path[-1]] = value


@BOUNDED
@given(seed=st.integers(0, 10_000), choice=st.randoms(use_true_random=False))
def test_making_a_value_unknown_never_adds_a_finding(seed: int, choice: random.Random) -> None:
    plan = generate(25, seed)
    before = places(judged(plan, REGISTRY)[0])
    for _ in range(8):
        index = choice.randrange(1, len(plan.resources))
        changed = copy.deepcopy(plan)
        inputs = changed.resources[index].inputs
        paths = [path for path in paths_in(inputs) if not _in_secret(inputs, path)]
        if not paths:
            continue
        path = choice.choice(paths)
        _put(inputs, path, UNKNOWN_STRING)
        added = places(judged(changed, REGISTRY)[0]) - before
        assert not added, f"{changed.resources[index].urn} {path} unknown: {added}"


def _in_secret(tree: Any, path: tuple[Any, ...]) -> bool:
    return any(isinstance(step, str) and len(step) == 32 for step in path) or path[-1] == "value"


@BOUNDED
@given(seed=st.integers(0, 10_000), first=st.integers(), second=st.integers())
def test_order_never_matters(seed: int, first: int, second: int) -> None:
    plan = generate(40, seed)
    assert judged(plan, REGISTRY, first)[0] == judged(plan, REGISTRY, second)[0]


@cache
def _words(module: str) -> tuple[str, ...]:
    """Return the names that a module's rules may read: the words in its literals."""
    source = inspect.getsource(sys.modules[module])
    literals = re.findall(r'"([A-Za-z][\w.\[\]]*)"', source)
    words = {step for one in literals for step in re.split(r"[.\[\]]+", one) if step}
    return tuple(sorted(words | {"tags", "name", "region", "policy"}))


def _values(words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    texts = st.one_of(
        st.sampled_from(words),
        st.text(max_size=12),
        st.sampled_from(
            ("10.0.0.0/16", "10.0.0.1/33", "::/0", "{", '{"Statement": [1, null]}', "0", "-1", "*")
        ),
        st.sampled_from(("arn:aws:iam::123456789012:role/x", "arn:::::", "eu-west-1a", "cron()")),
    )
    plain = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False, allow_infinity=False),
        texts,
        st.just(UNKNOWN_STRING),
        st.builds(secret, st.sampled_from((MARK, f'{{"{words[0]}": "{MARK}"}}', f"x{MARK}"))),
    )
    keys = st.sampled_from(words)
    return st.recursive(
        plain,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=12,
    )


@st.composite
def _plans(draw: st.DrawFn, module: str) -> Plan:
    rules = [rule for rule in REGISTRY.rules if rule.module == module]
    types = sorted({token for rule in rules for token in rule.on if token != ANY_TYPE})
    words, plan = _words(module), Plan()
    for number in range(draw(st.integers(1, 5))):
        token = draw(st.sampled_from(types or NEIGHBOURS) | st.sampled_from(NEIGHBOURS))
        values = _values(words) | st.sampled_from(plan.resources)
        keys = st.sampled_from(words)
        one = plan.add(token, f"r{number}")
        one.inputs = draw(st.dictionaries(keys, values, min_size=1, max_size=8))
        one.exists = draw(st.booleans())
    return plan


@pytest.mark.parametrize("module", MODULES)
def test_no_shape_of_input_makes_a_rule_raise_or_print_a_secret(module: str) -> None:
    registry = Registry(rule for rule in REGISTRY.rules if rule.module == module)

    @BOUNDED
    @given(_plans(module))
    def holds(plan: Plan) -> None:
        _check(plan, registry)

    holds()


def _check(plan: Plan, registry: Registry) -> None:
    found, evaluation = judged(plan, registry)
    assert evaluation.failed == {}
    assert not [one.message for one in found if MARK[:16] in one.message]


def test_the_check_notices_what_it_is_for() -> None:
    def found(rule: Rule, **inputs: Any) -> None:
        plan = Plan()
        plan.add("aws:rds/instance:Instance", "db", **inputs)
        _check(plan, Registry([rule]))

    with pytest.raises(AssertionError):
        found(sample_rules.raising, password="x")
    with pytest.raises(AssertionError):
        found(sample_rules.quoted, plain=MARK)
    found(sample_rules.quoted, hidden=secret(MARK))
