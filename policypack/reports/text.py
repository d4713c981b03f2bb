"""Findings as text, like the policies section of the Pulumi CLI."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policypack.rules.evaluation import Diagnostic
from policypack.rules.rule import Level

PACK = "aws-preflight"


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
    found: Sequence[Diagnostic], exempted: Sequence[Diagnostic] = (), _place: str = ""
) -> str:
    """Return the findings as text, each with its resource, and a line that counts them."""
    lines = ["Policies:", f"    {_mark(found)} {PACK}"]
    for one in found:
        head = f"[{one.level.value}] [severity: {one.severity.value}]  {one.rule}"
        lines.append(f"        - {head}  {_resource(one)}")
        lines += [f"          {line}" for line in one.message.splitlines()]
    if exempted:
        lines += ["Exempted:", *(_exempted(one) for one in exempted)]
    lines += ["", summary(found, exempted)]
    return _CONTROL.sub("?", "\n".join(lines)) + "\n"


# A value of the program shall not colour or move the terminal's text.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _resource(one: Diagnostic) -> str:
    return f"({short_type(one.urn)}: {resource_name(one.urn)})"


def _exempted(one: Diagnostic) -> str:
    why = f": {one.exemption.reason}, until {one.exemption.until}" if one.exemption else ""
    return f"        - {one.rule}  {_resource(one)}{why}"


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
