"""Findings as text, like the policies section of the Pulumi CLI."""

from __future__ import annotations

from collections.abc import Sequence

from policypack.rules.evaluation import Diagnostic
from policypack.rules.rule import Level


def short_type(urn: str) -> str:
    """Return a URN's type as the CLI prints it: `aws:ec2:Subnet`."""
    token = urn.split("::")[2].rpartition("$")[2] if urn.count("::") >= 3 else ""
    package, _, rest = token.partition(":")
    module, _, name = rest.partition(":")
    return ":".join(part for part in (package, module.split("/")[0], name) if part)


def resource_name(urn: str) -> str:
    """Return the logical name in a URN."""
    return urn.rpartition("::")[2]


def text_report(
    found: Sequence[Diagnostic], exempted: Sequence[Diagnostic] = (), *, pack: str = "aws-preflight"
) -> str:
    """Return the findings as text, each with its resource, and a line that counts them."""
    lines = ["Policies:", f"    {_mark(found)} {pack}"]
    for one in found:
        head = f"[{one.level.value}] [severity: {one.severity.value}]  {one.rule}"
        lines.append(f"        - {head}  ({short_type(one.urn)}: {resource_name(one.urn)})")
        lines += [f"          {line}" for line in one.message.splitlines()]
    lines += ["", summary(found, exempted)]
    return "\n".join(lines) + "\n"


def _mark(found: Sequence[Diagnostic]) -> str:
    if not found:
        return "✅"
    return "❌" if any(one.level is Level.MANDATORY for one in found) else "⚠️"


def summary(found: Sequence[Diagnostic], exempted: Sequence[Diagnostic] = ()) -> str:
    """Return the sentence that counts the findings."""
    if not found:
        text = "Nothing found"
    else:
        mandatory = sum(one.level is Level.MANDATORY for one in found)
        text = f"{mandatory} mandatory and {len(found) - mandatory} advisory findings"
    return f"{text}; {len(exempted)} exempted." if exempted else f"{text}."
