"""The policies as a host lists them: one a rule, and the one that carries what rules share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policypack.rules.registry import Registry
from policypack.rules.rule import Kind, Level, Rule, Severity
from policypack.rules.settings import SHARED, SHARED_SCHEMA, schema_of

PACK = "aws-preflight"
HOME = "https://www.pulumi.com/docs/insights/policy/configuration/"


@dataclass(frozen=True)
class Listed:
    """What a host tells of a policy; `rule` is None for the carrier of shared settings."""

    name: str
    description: str
    level: Level
    severity: Severity
    schema: Mapping[str, Mapping[str, Any]]
    tags: tuple[str, ...]
    remediation: str
    url: str
    rule: Rule | None = None

    @property
    def of_single_resource(self) -> bool:
        """Whether it judges each resource by itself, while the plan is made."""
        return self.rule is not None and self.rule.kind is Kind.RESOURCE


CARRIER = Listed(
    name=SHARED,
    description="Carries settings and exemptions that rules share, and reports mistakes in them.",
    level=Level.ADVISORY,
    severity=Severity.LOW,
    schema=SHARED_SCHEMA,
    tags=("settings",),
    remediation="Correct the configuration of this policy pack.",
    url=HOME,
)


def listed(registry: Registry) -> Iterator[Listed]:
    """Yield every policy in the order of the rules' ids, the carrier of shared settings last."""
    for rule in registry.rules:
        yield Listed(
            name=rule.id,
            description=rule.text.summary,
            level=rule.level,
            severity=rule.severity,
            schema=schema_of(rule),
            tags=tuple(dict.fromkeys((rule.domain, rule.mode.replace("_", "-"), *rule.tags))),
            remediation=rule.text.fix,
            url=rule.source,
            rule=rule,
        )
    yield CARRIER


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def printable(message: str) -> str:
    """Return a message in which no value of the program can colour or move the terminal's text.

    The CLI reads `<{%...%}>` as a colour tag.
    """
    return _CONTROL.sub("?", message).replace("<{%", "<{ %")
