"""`pulumi preview --policy-pack`, held against the embedded preview of the same program."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.harness import ROOT, Cli, Result, embedded_findings, write_project

Make = Callable[[str], Path]
EXAMPLES = sorted(one.name for one in (ROOT / "examples").iterdir() if one.is_dir())

OVERLAP = """
import pulumi_aws as aws

vpc = aws.ec2.Vpc("vpc", cidr_block="10.20.0.0/16")
aws.ec2.Subnet("apps", vpc_id=vpc.id, cidr_block="10.20.4.0/24")
aws.ec2.Subnet("jobs", vpc_id=vpc.id, cidr_block="10.20.4.128/25")
"""

LONG_NAME = """
import pulumi_aws as aws

aws.lb.TargetGroup("orders-of-all-customers-in-europe", port=80, protocol="HTTP")
"""


@pytest.fixture(scope="module")
def overlap(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = write_project(tmp_path_factory.mktemp("overlap"), OVERLAP, name="overlap")
    cli.new_stack(folder)
    return cli.preview(folder, ROOT)


@pytest.mark.parametrize("name", EXAMPLES)
def test_cli_and_embedded_preview_agree(previewed: Callable[[str], Result], name: str) -> None:
    result = previewed(name)
    exit_code, findings = embedded_findings(ROOT / "examples" / name)
    assert result.findings == findings, result.text
    assert result.exit_code == exit_code


@pytest.mark.parametrize("name", [one for one in EXAMPLES if one.endswith("-sound")])
def test_sound_example(previewed: Callable[[str], Result], name: str) -> None:
    result = previewed(name)
    assert result.findings == []
    assert result.exit_code == 0, result.text
    assert "✅ aws-preflight@v" in result.text


@pytest.mark.parametrize("name", [one for one in EXAMPLES if one.endswith("-failures")])
def test_failing_example(previewed: Callable[[str], Result], name: str) -> None:
    result = previewed(name)
    assert any(one.level == "mandatory" for one in result.findings)
    assert result.exit_code != 0


def test_overlap_in_a_vpc_not_yet_created(overlap: Result) -> None:
    assert overlap.exit_code != 0
    (event,) = overlap.of_rule("vpc-subnet-cidr-overlap")
    assert event["enforcementLevel"] == "mandatory"
    assert event["resourceUrn"].endswith("::aws:ec2/subnet:Subnet::jobs")
    message = event["message"]
    for telling in ("10.20.4.128/25", "10.20.4.0/24", "apps", "InvalidSubnet.Conflict", "Fix: "):
        assert telling in message


def test_text_that_a_user_reads(overlap: Result) -> None:
    text = overlap.text
    lines = text[text.index("Policies:") : text.index("Diagnostics:")].splitlines()
    assert re.fullmatch(r"    ❌ aws-preflight@v\d+\.\d+\.\d+ \(local: .*\)", lines[1])
    head = "        - [mandatory] [severity: critical]  vpc-subnet-cidr-overlap"
    place = lines.index(f"{head}  (aws:ec2:Subnet: jobs)")
    assert lines[place + 1].startswith("          cidrBlock: 10.20.4.128/25 ")
    assert "error: preview failed" in text
    assert "Traceback" not in text


def test_name_that_is_too_long_stops_the_preview(cli: Cli, project: Make) -> None:
    result = cli.preview(project(LONG_NAME), ROOT)
    assert result.exit_code != 0
    assert "plus 7 random chars is longer than maximum length 32" in result.text
