"""Runs rules over a plan: guards each call, applies settings, collects in a fixed order."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from policypack.plan.resource import Resource
from policypack.plan.stack import Stack
from policypack.plan.values import UNKNOWN, Block, Undetermined, blocks, look_up, parse_path
from policypack.rules.registry import Registry
from policypack.rules.rule import ANY_TYPE, Finding, Kind, Level, Rule, Severity
from policypack.rules.settings import SHARED, Exemption, Settings

LEVEL_ORDER = {Level.MANDATORY: 0, Level.ADVISORY: 1, Level.DISABLED: 2}
SEVERITY_ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Diagnostic:
    """A finding as a user gets it."""

    rule: str
    urn: str
    level: Level
    severity: Severity
    message: str
    path: str = ""
    text: str = ""
    row: str | None = None
    url: str = ""
    exemption: Exemption | None = None

    @property
    def order(self) -> tuple[int, int, str, str, str, str]:
        """Where it stands among others: as the CLI sorts, then by path and text."""
        return (
            LEVEL_ORDER[self.level],
            SEVERITY_ORDER[self.severity],
            self.rule,
            self.urn,
            self.path,
            self.text,
        )


@dataclass
class Evaluation:
    """The rules at work on one plan.

    `failed` are the rules that raised, with the exception's type; each is reported once.
    `exempted` are the findings that an exemption covers.
    """

    registry: Registry
    settings: Settings = field(default_factory=Settings)
    today: date = field(default_factory=date.today)
    failed: dict[str, str] = field(default_factory=dict)
    exempted: list[Diagnostic] = field(default_factory=list)
    used: set[Exemption] = field(default_factory=set)

    def of_resource(self, resource: Resource) -> list[Diagnostic]:
        """Run the resource rules on one resource."""
        if not resource.has_data:
            return []
        found: list[Diagnostic] = []
        for rule in self.registry.for_type(Kind.RESOURCE, resource.type):
            if self._is_on(rule):
                self._run(rule, resource, found, [resource])
        return sorted(found, key=lambda one: one.order)

    def of_stack(self, stack: Stack) -> list[Diagnostic]:
        """Run the relational and the stack rules, and report on the configuration."""
        found: list[Diagnostic] = []
        stack.shared = self.settings.shared
        for resource in stack:
            if resource.has_data:
                for rule in self.registry.for_type(Kind.RELATIONAL, resource.type):
                    if self._is_on(rule):
                        self._run(rule, resource, found, stack)
        for rule in self.registry.of_kind(Kind.STACK):
            if self._is_on(rule) and _concerns(rule, stack):
                self._run(rule, stack, found, stack)
        found.extend(self._about_configuration(stack))
        return sorted(found, key=lambda one: one.order)

    def _is_on(self, rule: Rule) -> bool:
        return self.settings.levels.get(rule.id) is not Level.DISABLED

    def _run(
        self,
        rule: Rule,
        subject: Resource | Stack,
        found: list[Diagnostic],
        secrets_of: Iterable[Resource],
    ) -> None:
        for arguments in self._calls(rule, subject):
            try:
                for finding in rule.function(*arguments):
                    self._add(rule, finding, found, secrets_of)
            except Undetermined:
                continue
            except Exception as error:
                self._fail(rule, error, subject, found)

    def _calls(self, rule: Rule, subject: Resource | Stack) -> Iterator[tuple[Any, ...]]:
        last = (self.settings.of(rule),) if rule.takes_settings else ()
        if not rule.each or isinstance(subject, Stack):
            yield (subject, *last)
            return
        for block in elements(subject, rule.each):
            yield (subject, block, *last)

    def _fail(
        self, rule: Rule, error: Exception, subject: Resource | Stack, found: list[Diagnostic]
    ) -> None:
        if rule.id in self.failed:
            return
        kind = type(error).__name__
        self.failed[rule.id] = kind
        urn = subject.urn if isinstance(subject, Resource) else root_urn(subject)
        if getattr(error, "is_public", False):
            reason = str(error)
        else:
            reason = f"it raised {kind}"
            # The exception's own text may quote a secret: its type and the lines have to do.
            trace = "".join(traceback.format_tb(error.__traceback__))
            print(f"{rule.id} {reason}:\n{trace}", file=sys.stderr)  # noqa: T201
        text = f"not evaluated: {reason}"
        message = f"{text}\nThe preview goes on without this rule."
        found.append(Diagnostic(rule.id, urn, Level.ADVISORY, Severity.LOW, message, text=text))

    def _add(
        self,
        rule: Rule,
        finding: Finding,
        found: list[Diagnostic],
        secrets_of: Iterable[Resource],
    ) -> None:
        level = self.settings.level(rule, finding.level, finding.row)
        if level is Level.DISABLED:
            return
        text = redact(finding.text, secrets_of)
        diagnostic = Diagnostic(
            rule=rule.id,
            urn=finding.resource.urn,
            level=level,
            severity=rule.severity,
            message=compose(rule, finding, text),
            path=finding.path,
            text=text,
            row=finding.row,
            url=finding.url or rule.source,
        )
        exemption = self._exemption(diagnostic)
        if exemption is None:
            found.append(diagnostic)
        elif exemption.until < self.today:
            note = f"\nThe exemption ({exemption.reason}) ended on {exemption.until}."
            found.append(replace(diagnostic, message=diagnostic.message + note))
        else:
            self.exempted.append(replace(diagnostic, exemption=exemption))

    def _exemption(self, diagnostic: Diagnostic) -> Exemption | None:
        matching = [
            one
            for one in self.settings.exemptions
            if one.matches(diagnostic.rule, diagnostic.urn, diagnostic.row)
        ]
        self.used.update(matching)
        return max(matching, key=lambda one: one.until, default=None)

    def _about_configuration(self, stack: Stack) -> Iterator[Diagnostic]:
        urn = root_urn(stack)
        for policy, text in self.settings.problems:
            yield _notice(policy, urn, text)
        for exemption in self.settings.exemptions:
            if exemption in self.used or not _is_for(exemption, stack):
                continue
            text = f"the exemption for {exemption.urn} ({exemption.reason}) matches no finding"
            yield _notice(exemption.carrier, urn, f"{text}: take it out of the configuration")


def _concerns(rule: Rule, stack: Stack) -> bool:
    return ANY_TYPE in rule.on or any(stack.of_type(token) for token in rule.on)


def _notice(policy: str, urn: str, text: str) -> Diagnostic:
    return Diagnostic(policy, urn, Level.ADVISORY, Severity.LOW, text, text=text)


def _is_for(exemption: Exemption, stack: Stack) -> bool:
    """Whether an exemption names this very stack; shared ones may be meant for another."""
    return exemption.urn.startswith("::".join(root_urn(stack).split("::")[:2]) + "::")


def elements(resource: Resource, paths: Iterable[str]) -> Iterator[Block]:
    """Yield the objects of the lists at `paths`, unknown ones left out."""
    for path in paths:
        steps = parse_path(path)
        tree = look_up(resource.tree, steps)
        if tree is not UNKNOWN:
            yield from blocks(resource, tree, steps)


def root_urn(stack: Stack) -> str:
    """Return the URN of the stack's root resource, or of its first one."""
    for resource in stack:
        if resource.token == "pulumi:pulumi:Stack":
            return resource.urn
    return stack.resources[0].urn if stack.resources else ""


_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


def python_path(path: str) -> str:
    """Return a wire path as a Python program spells it: `cidrBlock` -> `cidr_block`."""
    return _CAPITAL.sub(lambda found: f"_{found.group(1).lower()}", path)


def compose(rule: Rule, finding: Finding, text: str) -> str:
    """Return the message: the fact, what AWS answers, the edit to make, the page."""
    error = rule.error if finding.error is None else finding.error
    name = f"[{rule.id}/{finding.row}] " if finding.row else ""
    lines = [f"{name}{finding.path}: {text}" if finding.path else f"{name}{text}"]
    lines.append(f"AWS answers: {error}" if error else f"Why: {rule.text.why}")
    lines.append(f"Fix: {finding.fix or rule.text.fix}")
    python = python_path(finding.path)
    if python != finding.path:
        lines.append(f"In Python: {python}")
    lines.append(f"More: {finding.url or rule.source}")
    return "\n".join(lines)


def redact(text: str, resources: Iterable[Resource]) -> str:
    """Return `text` without any value that is secret in one of the resources."""
    for value in sorted(set(_secret_texts(resources)), key=len, reverse=True):
        if value in text:
            pattern = re.escape(value)
            # A short secret stands in many words: hide it where it stands alone.
            pattern = pattern if len(value) > 3 else rf"(?<!\w){pattern}(?!\w)"
            text = re.sub(pattern, "[secret]", text)
    return text


def _secret_texts(resources: Iterable[Resource]) -> Iterator[str]:
    for resource in resources:
        for path in resource.secrets:
            yield from _texts(look_up(resource.tree, path))


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _texts(value)
    elif isinstance(tree, str | int | float) and not isinstance(tree, bool) and str(tree):
        yield str(tree)


__all__ = ["SHARED", "Diagnostic", "Evaluation", "compose", "elements", "python_path", "redact"]
