"""The embedded preview as pytest helpers, for our tests and for users' own programs."""

from __future__ import annotations

import difflib
import functools
import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi

from policypack.hosts import offline
from policypack.hosts.provider_check import check_struct
from policypack.hosts.recorder import Program, plan, record
from policypack.hosts.sealed_config import unknown_output
from policypack.plan.stack import Stack, StackContext
from policypack.reports.text import text_report
from policypack.rules.evaluation import Diagnostic, Evaluation
from policypack.rules.registry import Registry, collect
from policypack.rules.rule import Kind, Level, Rule
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
            check_said(said(rule, program, **options), expected)

        test.case = Case(rule, kind, program, expected, options)  # type: ignore[attr-defined]
        return test

    return decorate


def check_said(actual: Sequence[str], expected: Sequence[str]) -> None:
    """Fail with both lists, a finding a line: pytest shows no difference for this module.

    Raises:
        AssertionError: they differ.
    """
    if list(actual) == list(expected):
        return
    lines = difflib.ndiff(list(expected), list(actual))
    body = "\n".join(line.rstrip("\n") for line in lines)
    raise AssertionError(f"the rule says otherwise (- expected, + said):\n{body}")


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
    if answers[0] != answers[1]:
        raise AssertionError(
            f"provider defaults change what the rule says:\nas written {answers[0]}\n"
            f"checked    {answers[1]}"
        )
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
    if evaluation.failed:
        raise AssertionError(f"{rule.id} raised {evaluation.failed[rule.id]}")
    return found


def planned(program: Program, context: StackContext, *, checked: bool = False) -> Stack:
    """Return the plan of a program, with the provider's Check imitated if `checked`."""
    return plan(record(program, context, check=check_struct if checked else None), context)


def unknown(*resources: pulumi.Resource) -> Any:
    """Return an output that is not known yet, made from the outputs of `resources`."""
    return unknown_output(*resources)


@dataclass(frozen=True)
class Checked:
    """What the pack says of a program."""

    preview: offline.Preview

    @property
    def mandatory(self) -> list[Diagnostic]:
        """The findings that would stop a preview."""
        return self._of(Level.MANDATORY)

    @property
    def advisory(self) -> list[Diagnostic]:
        """The findings that would not."""
        return self._of(Level.ADVISORY)

    def for_rule(self, rule: str) -> list[Diagnostic]:
        """Return the findings of one rule, by its id."""
        return [one for one in self.preview.diagnostics if one.rule == rule]

    def text(self) -> str:
        """Return all findings as `python -m policypack preview` prints them."""
        return text_report(self.preview.diagnostics, self.preview.exempted)

    def _of(self, level: Level) -> list[Diagnostic]:
        return [one for one in self.preview.diagnostics if one.level is level]


def check_program(
    program: str | Path | Program,
    *,
    stack: str | None = None,
    config: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
    rules: Iterable[Rule] | None = None,
    calls: Mapping[str, Mapping[str, Any]] | None = None,
) -> Checked:
    """Preview a program without CLI, credentials or network, and judge it.

    Args:
        program: the folder of a program, or a function that declares resources.
        stack: the stack's name; without it the only Pulumi.STACK.yaml, or `dev`.
        config: configuration values, such as `{"aws:region": "eu-west-1"}`.
        settings: a policy configuration, as `--policy-config` takes it.
        rules: the rules to run, all of the pack without it.
        calls: answers to data sources by token, such as `{"aws:ec2/getAmi:getAmi": {"id": ...}}`,
            over the usual ones.

    Raises:
        ProjectError: the folder holds no Pulumi program for Python.
        ProgramError: the program in the folder fails; a function's own exception comes as it is.
        SettingsError: the policy configuration is wrong.
    """
    registry = _pack() if rules is None else Registry(rules)
    chosen = read(settings or {}, registry)
    if not callable(program):
        project = offline.read_project(Path(program), stack, config)
        return Checked(offline.preview(project, registry, chosen, calls=calls))
    context = StackContext(
        "organization", "project", stack or offline.DEFAULT_STACK, {}, dict(config or {})
    )
    return Checked(offline.judge(offline.plan_of(program, context, calls=calls), registry, chosen))


@functools.cache
def _pack() -> Registry:
    # By name: the engine knows no rule.
    return collect(importlib.import_module("policies"))
