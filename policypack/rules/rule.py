"""A function becomes a rule: its id is its name, its text its docstring, its place its mode."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from policypack.plan.finding import Finding, Findings, Level
from policypack.plan.normalise import canonical_type


class Severity(Enum):
    """How bad it is; orders the findings, never blocks."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Kind(Enum):
    """What a rule looks at."""

    RESOURCE = "resource"
    RELATIONAL = "relational"
    STACK = "stack"


RuleFunction = Callable[..., Iterable[Finding]]
ANY_TYPE = "*"


@dataclass(frozen=True)
class Text:
    """A rule's docstring, taken apart."""

    summary: str
    why: str
    fix: str


@dataclass(frozen=True)
class Rule:
    """A rule and what it says of itself.

    `on` holds canonical type tokens, or `*` for every resource; `module` the dotted name of the
    failure mode's module. `covers` names rows of the constraint book that the rule replaces,
    `owns` the properties (`type#path`) that generic rules leave to it.
    """

    function: RuleFunction
    id: str
    kind: Kind
    on: tuple[str, ...]
    level: Level
    severity: Severity
    text: Text
    error: str
    source: str
    module: str
    each: tuple[str, ...] = ()
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    covers: tuple[str, ...] = ()
    owns: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    takes_settings: bool = False

    @property
    def domain(self) -> str:
        """The failure domain: the folder of the rule's module."""
        return self.module.split(".")[-2] if "." in self.module else ""

    @property
    def mode(self) -> str:
        """The failure mode: the rule's module."""
        return self.module.rpartition(".")[2]

    @property
    def defaults(self) -> dict[str, Any]:
        """The settings that hold where nobody sets anything."""
        return {
            name: schema["default"] for name, schema in self.settings.items() if "default" in schema
        }


_SECTION = re.compile(r"^(Why|Fix):\s*", re.MULTILINE)


def parse_docstring(docstring: str | None, name: str) -> Text:
    """Split a rule's docstring into the rule as a sentence, its reason and its remedy.

    Raises:
        ValueError: a part is missing.
    """
    parts = _SECTION.split(inspect.cleandoc(docstring or ""))
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    summary = " ".join(parts[0].split())
    why, fix = (" ".join(sections.get(key, "").split()) for key in ("Why", "Fix"))
    if not (summary and why and fix):
        raise ValueError(f"the docstring of {name} needs a first sentence, `Why:` and `Fix:`")
    return Text(summary, why, fix)


def _tuple(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _rule(
    kind: Kind,
    on: str | Iterable[str],
    level: Level,
    severity: Severity,
    error: str,
    source: str,
    **more: Any,
) -> Callable[[RuleFunction], Rule]:
    def decorate(function: RuleFunction) -> Rule:
        name = function.__name__
        each = _tuple(more.get("each", ()))
        expected = 1 + bool(each)
        parameters = len(inspect.signature(function).parameters)
        return Rule(
            function=function,
            id=name.replace("_", "-"),
            kind=kind,
            on=tuple(dict.fromkeys(canonical_type(token) for token in _tuple(on))),
            level=level,
            severity=severity,
            text=parse_docstring(function.__doc__, name),
            error=error,
            source=source,
            module=function.__module__,
            each=each,
            settings=more.get("settings") or {},
            covers=_tuple(more.get("covers", ())),
            owns=_tuple(more.get("owns", ())),
            tags=_tuple(more.get("tags", ())),
            takes_settings=parameters > expected,
        )

    return decorate


def resource_rule(
    *,
    on: str | Iterable[str],
    level: Level,
    severity: Severity,
    error: str = "",
    source: str,
    each: str | Iterable[str] = (),
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    covers: Iterable[str] = (),
    owns: Iterable[str] = (),
    tags: Iterable[str] = (),
) -> Callable[[RuleFunction], Rule]:
    """Make a rule of what one resource decides; it runs while the plan is made.

    The function takes the `Resource`, with `each` also the `Block` at hand, and, if it has one
    parameter more, its settings (a mapping with the defaults filled in).

    Args:
        on: the type tokens it runs on, `*` for every resource.
        level: mandatory where AWS is certain to refuse or for plain exposure, else advisory.
        severity: orders the findings.
        error: AWS's answer, "" where nothing is refused.
        source: the page where a person can read the fact.
        each: paths of lists; the rule runs for each object in them.
        settings: JSON Schema by name of what a user may set, with defaults.
        covers: rows of the constraint book that this rule replaces.
        owns: properties as `type#path` that generic rules leave to it.
        tags: words to find the rule by.
    """
    return _rule(
        Kind.RESOURCE,
        on,
        level,
        severity,
        error,
        source,
        each=each,
        settings=settings,
        covers=covers,
        owns=owns,
        tags=tags,
    )


def relational_rule(
    *,
    on: str | Iterable[str],
    level: Level,
    severity: Severity,
    error: str = "",
    source: str,
    each: str | Iterable[str] = (),
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    covers: Iterable[str] = (),
    owns: Iterable[str] = (),
    tags: Iterable[str] = (),
) -> Callable[[RuleFunction], Rule]:
    """Make a rule that runs once the whole plan is known, for each resource of its types.

    It may follow references. The arguments are those of `resource_rule`.
    """
    return _rule(
        Kind.RELATIONAL,
        on,
        level,
        severity,
        error,
        source,
        each=each,
        settings=settings,
        covers=covers,
        owns=owns,
        tags=tags,
    )


def stack_rule(
    *,
    on: str | Iterable[str],
    level: Level,
    severity: Severity,
    error: str = "",
    source: str,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    covers: Iterable[str] = (),
    owns: Iterable[str] = (),
    tags: Iterable[str] = (),
) -> Callable[[RuleFunction], Rule]:
    """Make a rule that runs once, with the whole `Stack`, if it has a resource of its types.

    The arguments are those of `resource_rule`.
    """
    return _rule(
        Kind.STACK,
        on,
        level,
        severity,
        error,
        source,
        settings=settings,
        covers=covers,
        owns=owns,
        tags=tags,
    )


__all__ = [
    "ANY_TYPE",
    "Finding",
    "Findings",
    "Kind",
    "Level",
    "Rule",
    "RuleFunction",
    "Severity",
    "Text",
    "parse_docstring",
    "relational_rule",
    "resource_rule",
    "stack_rule",
]
