"""The engine of the policy pack: knows Pulumi, knows no single AWS rule."""

from policypack.plan.resource import Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.values import UNKNOWN, Block, Items, Undetermined
from policypack.rules.rule import (
    Finding,
    Findings,
    Level,
    Rule,
    Severity,
    relational_rule,
    resource_rule,
    stack_rule,
)

__all__ = [
    "UNKNOWN",
    "Block",
    "Finding",
    "Findings",
    "Items",
    "Level",
    "Resource",
    "Rule",
    "Severity",
    "Stack",
    "StackContext",
    "Undetermined",
    "relational_rule",
    "resource_rule",
    "stack_rule",
]
