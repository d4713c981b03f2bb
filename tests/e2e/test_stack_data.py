"""How a pack learns of its stack, and what one broken rule does to a preview."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import REGION, Cli, write_pack

Make = Callable[[str], Path]

PROGRAM = """
import pulumi_aws as aws

aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
"""

STACK_DATA = '''
import json
import os

from policypack import Level, Severity, stack_rule


@stack_rule(on="*", level=Level.ADVISORY, severity=Severity.LOW, source="https://example.com")
def stack_data(stack):
    """Tells what is known of the stack.

    Why: to see it.
    Fix: nothing.
    """
    context = stack.context
    told = {
        "names": [context.organization, context.project, context.stack],
        "region": context.config.get("aws:region"),
        "preview": context.preview,
        "environment": [name for name in ("PULUMI_CONFIG", "PULUMI_STACK") if name in os.environ],
    }
    yield stack.of_type("aws:ec2/vpc:Vpc")[0].finding("", json.dumps(told))
'''

RAISING = '''
from policypack import Level, Severity, relational_rule, resource_rule


@resource_rule(
    on="aws:ec2/vpc:Vpc", level=Level.MANDATORY, severity=Severity.HIGH, source="https://example.com"
)
def raises_early(vpc):
    """Raises.

    Why: to see what happens.
    Fix: nothing.
    """
    raise ZeroDivisionError("a secret of " + vpc["cidrBlock"])


@relational_rule(
    on="aws:ec2/vpc:Vpc", level=Level.MANDATORY, severity=Severity.HIGH, source="https://example.com"
)
def raises_late(vpc):
    """Raises.

    Why: to see what happens.
    Fix: nothing.
    """
    raise KeyError(vpc["cidrBlock"])


@relational_rule(
    on="aws:ec2/vpc:Vpc", level=Level.ADVISORY, severity=Severity.HIGH, source="https://example.com"
)
def still_speaks(vpc):
    """Speaks.

    Why: the others must not silence it.
    Fix: nothing.
    """
    yield vpc.finding("cidrBlock", "is judged")
'''


@pytest.mark.parametrize(
    ("mode", "environment"),
    [
        ("direct", []),
        ("proxy", ["PULUMI_CONFIG", "PULUMI_STACK"]),
        ("environment", ["PULUMI_CONFIG", "PULUMI_STACK"]),
    ],
)
def test_pack_learns_its_stack(
    cli: Cli, project: Make, tmp_path: Path, mode: str, environment: list[str]
) -> None:
    folder = project(PROGRAM)
    pack = write_pack(tmp_path / "pack", STACK_DATA)
    result = cli.with_environment(STAND_IN_STACK_DATA=mode).preview(folder, pack)
    (event,) = result.of_rule("stack-data")
    told: dict[str, Any] = json.loads(event["message"].splitlines()[0])
    assert told["names"] == ["organization", folder.name, "dev"]
    assert told["region"] == REGION
    assert told["preview"] is True
    assert told["environment"] == environment
    assert result.exit_code == 0


def test_rule_that_raises_does_not_break_the_preview(
    cli: Cli, project: Make, tmp_path: Path
) -> None:
    result = cli.preview(project(PROGRAM), write_pack(tmp_path / "pack", RAISING))
    assert result.exit_code == 0, result.text
    for rule, kind in (("raises-early", "ZeroDivisionError"), ("raises-late", "KeyError")):
        (event,) = result.of_rule(rule)
        assert event["enforcementLevel"] == "advisory"
        assert event["message"].startswith(f"not evaluated: it raised {kind}")
    (event,) = result.of_rule("still-speaks")
    assert event["message"].startswith("cidrBlock: is judged")
    assert "10.0.0.0/16" not in result.text


def test_pack_without_findings(cli: Cli, project: Make, tmp_path: Path) -> None:
    nothing = STACK_DATA.replace("yield stack", "yield from () and stack")
    result = cli.preview(project(PROGRAM), write_pack(tmp_path / "pack", nothing))
    assert result.findings == []
    assert result.exit_code == 0
    assert "✅ aws-preflight@v" in result.text
