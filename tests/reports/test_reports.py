from __future__ import annotations

import json
from datetime import date
from xml.etree import ElementTree

import pytest

from policypack.reports.formats import REPORTS
from policypack.reports.text import resource_name, short_type
from policypack.rules.evaluation import Diagnostic
from policypack.rules.rule import Level, Severity
from policypack.rules.settings import Exemption

URN = "urn:pulumi:dev::shop::my:index:Net$aws:ec2/subnet:Subnet::app-a"
EXEMPTION = Exemption("subnet-overlap", "*", "moved <soon>", date(2030, 1, 2))


def diagnostic(
    rule: str = "subnet-overlap",
    level: Level = Level.MANDATORY,
    text: str = "10.0.0.0/24 overlaps",
    exemption: Exemption | None = None,
    row: str | None = None,
) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        urn=URN,
        level=level,
        severity=Severity.HIGH,
        message=f"cidrBlock: {text}\nFix: take another range.",
        path="cidrBlock",
        text=text,
        row=row,
        url="https://example.com/doc",
        exemption=exemption,
    )


FOUND = [diagnostic(), diagnostic("refused-by-ec2", Level.ADVISORY, "is <b>&\x1b", row="SUBNET-1")]
EXEMPTED = [diagnostic(exemption=EXEMPTION)]
FORMS = sorted(REPORTS)
PLACE = "infra/__main__.py"


def test_text() -> None:
    assert REPORTS["text"](FOUND, EXEMPTED, PLACE) == (
        "Policies:\n"
        "    ❌ aws-preflight\n"
        "        - [mandatory] [severity: high]  subnet-overlap  (aws:ec2:Subnet: app-a)\n"
        "          cidrBlock: 10.0.0.0/24 overlaps\n"
        "          Fix: take another range.\n"
        "        - [advisory] [severity: high]  refused-by-ec2  (aws:ec2:Subnet: app-a)\n"
        "          cidrBlock: is <b>&?\n"
        "          Fix: take another range.\n"
        "Exempted:\n"
        "        - subnet-overlap  (aws:ec2:Subnet: app-a): moved <soon>, until 2030-01-02\n"
        "\n"
        "1 mandatory and 1 advisory findings; 1 exempted.\n"
    )


@pytest.mark.parametrize(
    ("found", "mark", "summary"),
    [
        ([], "✅", "Nothing found."),
        (FOUND[:1], "❌", "1 mandatory and 0 advisory findings."),
        (FOUND[1:], "⚠️", "0 mandatory and 1 advisory findings."),
    ],
)
def test_text_mark_and_summary(found: list[Diagnostic], mark: str, summary: str) -> None:
    lines = REPORTS["text"](found, [], PLACE).splitlines()
    assert lines[1] == f"    {mark} aws-preflight"
    assert lines[-1] == summary


def test_json_holds_every_field() -> None:
    report = json.loads(REPORTS["json"](FOUND, EXEMPTED, PLACE))
    first, second = report["findings"]
    assert first == {
        "rule": "subnet-overlap",
        "level": "mandatory",
        "severity": "high",
        "urn": URN,
        "path": "cidrBlock",
        "text": "10.0.0.0/24 overlaps",
        "message": FOUND[0].message,
        "url": "https://example.com/doc",
    }
    assert (second["row"], second["text"]) == ("SUBNET-1", FOUND[1].text)
    assert report["exempted"][0]["exemption"] == {"reason": "moved <soon>", "until": "2030-01-02"}


def test_sarif_structure() -> None:
    report = json.loads(REPORTS["sarif"](FOUND, EXEMPTED, PLACE))
    assert report["version"] == "2.1.0"
    (run,) = report["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "aws-preflight"
    assert [rule["id"] for rule in driver["rules"]] == ["refused-by-ec2", "subnet-overlap"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "error"]
    assert {result["ruleId"] for result in run["results"]} <= {
        rule["id"] for rule in driver["rules"]
    }
    for result in run["results"]:
        (location,) = result["locations"]
        assert location["logicalLocations"][0]["fullyQualifiedName"] == URN
        assert location["physicalLocation"]["artifactLocation"]["uri"] == PLACE
    assert [len(result.get("suppressions", [])) for result in run["results"]] == [0, 0, 1]
    assert run["results"][2]["suppressions"][0]["justification"] == "moved <soon>"
    prints = [result["partialFingerprints"]["finding/v1"] for result in run["results"]]
    assert prints[0] != prints[1]


def test_junit_parses_and_counts() -> None:
    suite = ElementTree.fromstring(REPORTS["junit"](FOUND, EXEMPTED, PLACE))
    assert suite.attrib == {
        "name": "aws-preflight",
        "tests": "3",
        "failures": "1",
        "skipped": "1",
    }
    failed, noted, skipped = suite.findall("testcase")
    failure = failed.find("failure")
    assert failure is not None
    assert failure.text == FOUND[0].message
    assert noted.find("failure") is None
    assert noted.findtext("system-out") == FOUND[1].message.replace("\x1b", "\ufffd")
    reason = skipped.find("skipped")
    assert reason is not None
    assert reason.get("message") == "moved <soon>"


def test_github_escapes() -> None:
    odd = diagnostic("a:b,c", text="100% of\r\nall")
    first, last = REPORTS["github"]([odd], EXEMPTED, PLACE).splitlines()
    assert first == (
        "::error file=infra/__main__.py,title=a%3Ab%2Cc::app-a: cidrBlock: 100%25 of%0D%0Aall"
        "%0AFix: take another range."
    )
    assert last == "1 mandatory and 0 advisory findings; 1 exempted."
    assert REPORTS["github"](FOUND[1:], [], PLACE).startswith(
        "::warning file=infra/__main__.py,title=refused-by-ec2::app-a: "
    )


def test_html_escapes() -> None:
    page = REPORTS["html"]([diagnostic("<i>", text="<script>alert('x')</script>")], [], PLACE)
    assert "<script>" not in page
    assert "<h2>&lt;i&gt;</h2>" in page
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in page
    assert page.count("<article") == page.count("</article>") == 1


@pytest.mark.parametrize("form", FORMS)
def test_every_format_takes_no_findings_and_no_urn(form: str) -> None:
    assert REPORTS[form]([], [], PLACE).endswith("\n")
    bare = Diagnostic("preflight-settings", "", Level.ADVISORY, Severity.LOW, "old", text="old")
    assert "preflight-settings" in REPORTS[form]([bare], [], PLACE)


def test_names_in_a_urn() -> None:
    assert (short_type(URN), resource_name(URN)) == ("aws:ec2:Subnet", "app-a")
    assert (short_type(""), resource_name("")) == ("", "")
