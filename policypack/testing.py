"""The embedded preview as pytest helpers, for our tests and for users' own programs."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from policypack.hosts.provider_check import check_struct
from policypack.hosts.recorder import Program, plan, record
from policypack.plan.stack import Stack, StackContext
from policypack.rules.evaluation import Diagnostic, Evaluation
from policypack.rules.registry import Registry
from policypack.rules.rule import Kind, Rule
from policypack.rules.settings import read

KINDS = ("fires", "sound", "absent", "unknown")


@dataclass(frozen=True)
class Case:
    """A program and what a rule says of it: one of the four kinds that each rule needs."""

    rule: Rule
    kind: str
    program: Program
    expected: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


def case(
    rule: Rule, kind: str, *expected: str, **options: Any
) -> Callable[[Program], Callable[[], None]]:
    """Make a test of a program: the rule says `expected` of it, as `path: text`, and no more.

    Args:
        rule: the rule at test.
        kind: "fires"; "sound", the nearest program that is right; "absent", with the properties
            left out; "unknown", with values that are not known yet.
        expected: the findings, in order.
        options: `settings` of the rule, `region`, `config` of the stack.

    Raises:
        ValueError: a kind that there is not, or one that does not fit the expectation.
    """
    if kind not in KINDS or (kind == "fires" and not expected):
        raise ValueError(f"{kind} is none of {', '.join(KINDS)}, or expects nothing")

    def decorate(program: Program) -> Callable[[], None]:
        @functools.wraps(program)
        def test() -> None:
            assert said(rule, program, **options) == list(expected)

        test.case = Case(rule, kind, program, expected, options)  # type: ignore[attr-defined]
        return test

    return decorate


def said(
    rule: Rule,
    program: Program,
    *,
    settings: Mapping[str, Any] | None = None,
    region: str = "us-east-1",
    config: Mapping[str, str] | None = None,
) -> list[str]:
    """Return what one rule says of a program, as `path: text`.

    The program runs twice, as written and with the provider's defaults and auto-names filled in;
    both must give the same.
    """
    context = StackContext("organization", "project", "stack", {}, _config(region, config))
    answers = [
        [f"{one.path}: {one.text}" for one in evaluate(rule, stack, settings)]
        for stack in (planned(program, context), planned(program, context, checked=True))
    ]
    assert answers[0] == answers[1], "provider defaults change what the rule says"
    return answers[0]


def _config(region: str, config: Mapping[str, str] | None) -> dict[str, str]:
    return {"aws:region": region, **(config or {})}


def evaluate(
    rule: Rule, stack: Stack, settings: Mapping[str, Any] | None = None
) -> list[Diagnostic]:
    """Run one rule over a plan; a rule that raises fails the test."""
    registry = Registry([rule])
    evaluation = Evaluation(registry, read({rule.id: settings} if settings else {}, registry))
    if rule.kind is Kind.RESOURCE:
        found = [one for resource in stack for one in evaluation.of_resource(resource)]
    else:
        found = evaluation.of_stack(stack)
    assert not evaluation.failed, f"{rule.id} raised {evaluation.failed[rule.id]}"
    return found


def planned(program: Program, context: StackContext, *, checked: bool = False) -> Stack:
    """Return the plan of a program, with the provider's Check imitated if `checked`."""
    return plan(record(program, context, check=check_struct if checked else None), context)


def unknown(*resources: pulumi.Resource) -> Any:
    """Return an output that is not known yet, made from the outputs of `resources`."""

    def future(value: Any) -> asyncio.Future[Any]:
        done: asyncio.Future[Any] = asyncio.get_event_loop().create_future()
        done.set_result(value)
        return done

    return pulumi.Output(set(resources), future(None), future(False))
