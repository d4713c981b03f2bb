"""Facts of AWS that have aged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policypack import Findings, Level, Severity, Stack, stack_rule
from policypack.aws import catalog
from policypack.rules.rule import ANY_TYPE


@stack_rule(
    on=ANY_TYPE,
    level=Level.ADVISORY,
    severity=Severity.LOW,
    source="https://www.pulumi.com/docs/insights/policy/",
    settings={
        "maxAgeDays": {
            "type": "integer",
            "minimum": 1,
            "description": "age in days from which on the catalog is called old",
            "default": 365,
        }
    },
)
def catalog_out_of_date(stack: Stack, settings: Mapping[str, Any]) -> Findings:
    """The pack's catalog of AWS's facts is recent.

    Why: instance types, engine versions and limits change; an old catalog knows fewer of them and
    says less.
    Fix: take a newer version of the pack, or run `make catalog` in your own copy.
    """
    if catalog.age_days() > settings["maxAgeDays"]:
        subject = stack.resources[0]
        yield subject.finding("", f"the catalog of AWS's facts is of {catalog.generated_on()}")
