"""Runs rules over a plan: guards each call, applies settings, collects in a fixed order."""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import takewhile
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
        secrets = Secrets([resource])
        found: list[Diagnostic] = []
        for rule in self.registry.for_type(Kind.RESOURCE, resource.type):
            self._judge(rule, resource, secrets, found)
        return sorted(found, key=lambda one: one.order)

    def of_stack(self, stack: Stack) -> list[Diagnostic]:
        """Run the relational and the stack rules, and report on the configuration."""
        secrets = Secrets(stack)
        rules = [rule for rule in self.registry.rules if rule.kind is not Kind.RESOURCE]
        found = [one for rule in rules for one in self.of_rule(rule, stack, secrets)]
        found.extend(self.about_configuration(stack))
        return sorted(found, key=lambda one: one.order)

    def of_rule(
        self, rule: Rule, plan: Stack | Resource, secrets: Secrets | None = None
    ) -> list[Diagnostic]:
        """Run one rule over a plan, or a resource rule on one resource; findings as they come."""
        found: list[Diagnostic] = []
        secrets = secrets or Secrets([plan] if isinstance(plan, Resource) else plan)
        for subject in self._subjects(rule, plan):
            self._judge(rule, subject, secrets, found)
        return found

    def _subjects(self, rule: Rule, plan: Stack | Resource) -> Sequence[Resource | Stack]:
        if isinstance(plan, Resource):
            is_due = plan.has_data and (plan.type in rule.on or ANY_TYPE in rule.on)
            return [plan] if is_due else []
        plan.shared = self.settings.shared
        resources = plan.with_data(*rule.on)
        if rule.kind is Kind.STACK:
            return [plan] if resources else []
        return resources

    def _judge(
        self, rule: Rule, subject: Resource | Stack, secrets: Secrets, found: list[Diagnostic]
    ) -> None:
        """Run a rule on one subject; what it finds is added to `found`."""
        if self.settings.levels.get(rule.id) is Level.DISABLED:
            return
        for arguments in self._calls(rule, subject):
            try:
                for finding in rule.function(*arguments):
                    self._add(rule, finding, found, secrets)
            except Undetermined:
                continue
            except Exception as error:
                self._fail(rule, error, subject, found)

    def _calls(self, rule: Rule, subject: Resource | Stack) -> Iterable[tuple[Any, ...]]:
        last = (self.settings.of(rule),) if rule.takes_settings else ()
        if not rule.each or isinstance(subject, Stack):
            return ((subject, *last),)
        return ((subject, block, *last) for block in elements(subject, rule.each))

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
        secrets: Secrets,
    ) -> None:
        level = self.settings.level(rule, finding.level, finding.row)
        if level is Level.DISABLED:
            return
        finding = secrets.hidden_in(finding)
        diagnostic = Diagnostic(
            rule=rule.id,
            urn=finding.resource.urn,
            level=level,
            severity=rule.severity,
            message=compose(rule, finding),
            path=finding.path,
            text=finding.text,
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

    def about_configuration(self, stack: Stack) -> Iterator[Diagnostic]:
        """Yield what is wrong with the configuration, once every rule had its turn."""
        urn = root_urn(stack)
        for policy, text in self.settings.problems:
            yield _notice(policy, urn, text)
        for exemption in self.settings.exemptions:
            if exemption in self.used or not _is_for(exemption, stack):
                continue
            text = f"the exemption for {exemption.urn} ({exemption.reason}) matches no finding"
            yield _notice(exemption.carrier, urn, f"{text}: take it out of the configuration")


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


def compose(rule: Rule, finding: Finding) -> str:
    """Return the message: the fact, what AWS answers, the edit to make, the page."""
    error = rule.error if finding.error is None else finding.error
    name = f"[{rule.id}/{finding.row}] " if finding.row else ""
    lines = [f"{name}{finding.path}: {finding.text}" if finding.path else f"{name}{finding.text}"]
    lines.append(f"AWS answers: {error}" if error else f"Why: {rule.text.why}")
    lines.append(f"Fix: {finding.fix or rule.text.fix}")
    python = python_path(finding.path)
    if python != finding.path:
        lines.append(f"In Python: {python}")
    lines.append(f"More: {finding.url or rule.source}")
    return "\n".join(lines)


class Secrets:
    """The secret values of some resources, and how to keep them out of a text."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._resources = resources

    @cached_property
    def _texts(self) -> list[str]:
        return sorted(set(_secret_texts(self._resources)), key=len, reverse=True)

    def hidden_in(self, finding: Finding) -> Finding:
        """Return the finding without any secret in what it says."""
        if not self._texts:
            return finding
        return replace(
            finding,
            text=self.hide(finding.text),
            error=finding.error and self.hide(finding.error),
            fix=finding.fix and self.hide(finding.fix),
        )

    def hide(self, text: str) -> str:
        """Return the text with `[secret]` in the place of each secret."""
        for value in self._texts:
            if value in text:
                pattern = re.escape(value)
                # A short secret stands in many words: hide it where it stands alone.
                pattern = pattern if len(value) > 3 else rf"(?<!\w){pattern}(?!\w)"
                text = re.sub(pattern, "[secret]", text)
            elif len(value) > _TELLING and value[:_TELLING] in text:
                text = _without_beginning(text, value)
        return text


# So many first characters of a secret are taken for it: a rule may quote only the beginning.
# Fewer are shared by things that are no secret, such as ARNs.
_TELLING = 16


def _without_beginning(text: str, secret: str) -> str:
    pieces = text.split(secret[:_TELLING])
    cleaned = [pieces[0]]
    for piece in pieces[1:]:
        pairs = zip(piece, secret[_TELLING:], strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        cleaned.append(piece[same:])
    return "[secret]".join(cleaned)


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
        yield repr(str(tree))[1:-1]  # as a message shows it with its quotes
        yield from _texts_of_document(tree)


def _texts_of_document(text: str | float) -> Iterator[str]:
    """Yield the values in a JSON document: a rule that reads it may quote one of them."""
    if not isinstance(text, str) or not text.lstrip().startswith(("{", "[")):
        return
    try:
        yield from _texts(json.loads(text))
    except (ValueError, RecursionError):
        return


__all__ = ["SHARED", "Diagnostic", "Evaluation", "Secrets", "compose", "elements", "python_path"]
