"""Findings as JSON, SARIF, JUnit, GitHub annotations and HTML."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree

from policypack.reports.text import PACK, resource_name, short_type, summary, text_report
from policypack.rules.evaluation import Diagnostic
from policypack.rules.rule import Level

Report = Callable[[Sequence[Diagnostic], Sequence[Diagnostic], str], str]
# Pulumi tells no line of the program; its entry point is the nearest place.
ENTRY = "__main__.py"
# Characters that XML 1.0 has no way to write.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _row(one: Diagnostic) -> dict[str, Any]:
    row: dict[str, Any] = {
        "rule": one.rule,
        "level": one.level.value,
        "severity": one.severity.value,
        "urn": one.urn,
        "path": one.path,
        "text": one.text,
        "message": one.message,
        "url": one.url,
    }
    if one.row:
        row["row"] = one.row
    if one.exemption:
        until = one.exemption.until.isoformat()
        row["exemption"] = {"reason": one.exemption.reason, "until": until}
    return row


def json_report(
    found: Sequence[Diagnostic], exempted: Sequence[Diagnostic] = (), _place: str = ENTRY
) -> str:
    """Return `{"findings": [...], "exempted": [...]}`."""
    report = {"findings": [_row(one) for one in found], "exempted": [_row(one) for one in exempted]}
    return json.dumps(report, indent=2) + "\n"


def sarif_report(
    found: Sequence[Diagnostic], exempted: Sequence[Diagnostic] = (), place: str = ENTRY
) -> str:
    """Return SARIF 2.1.0; exempted findings are suppressed results.

    Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
    """
    rules = {one.rule: one.url for one in [*found, *exempted]}
    driver = {
        "name": PACK,
        "rules": [
            {"id": rule, **({"helpUri": url} if url else {})} for rule, url in sorted(rules.items())
        ],
    }
    results = [_result(one, place) for one in [*found, *exempted]]
    report = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(report, indent=2) + "\n"


def _result(one: Diagnostic, place: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": one.rule,
        "level": "error" if one.level is Level.MANDATORY else "warning",
        "message": {"text": one.message},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": place}},
                "logicalLocations": [{"fullyQualifiedName": one.urn, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"finding/v1": f"{one.rule}|{one.row or ''}|{one.urn}|{one.path}"},
    }
    if one.exemption:
        result["suppressions"] = [{"kind": "external", "justification": one.exemption.reason}]
    return result


def junit_report(
    found: Sequence[Diagnostic], exempted: Sequence[Diagnostic] = (), _place: str = ENTRY
) -> str:
    """Return JUnit XML: a mandatory finding is a failure, an exempted one is skipped."""
    failures = sum(one.level is Level.MANDATORY for one in found)
    suite = ElementTree.Element(
        "testsuite",
        name=PACK,
        tests=str(len(found) + len(exempted)),
        failures=str(failures),
        skipped=str(len(exempted)),
    )
    for one in [*found, *exempted]:
        case = ElementTree.SubElement(suite, "testcase", classname=one.rule, name=one.urn)
        if one.exemption:
            ElementTree.SubElement(case, "skipped", message=one.exemption.reason)
        elif one.level is Level.MANDATORY:
            ElementTree.SubElement(case, "failure", message=one.text).text = one.message
        else:
            ElementTree.SubElement(case, "system-out").text = one.message
    text = ElementTree.tostring(suite, encoding="unicode", xml_declaration=False)
    clean = _NOT_XML.sub("\ufffd", text)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{clean}\n'


def github_report(
    found: Sequence[Diagnostic], exempted: Sequence[Diagnostic] = (), place: str = ENTRY
) -> str:
    """Return workflow commands that annotate a run, and the summary."""
    lines = [
        f"::{'error' if one.level is Level.MANDATORY else 'warning'} "
        f"file={_escaped_property(place)},title={_escaped_property(one.rule)}::"
        + _escaped(f"{resource_name(one.urn)}: {one.message}")
        for one in found
    ]
    return "\n".join([*lines, summary(found, exempted)]) + "\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
article{border-left:4px solid #c62;padding:.2rem 1rem;margin:1rem 0;background:#8881}
article.mandatory{border-color:#c22}pre{white-space:pre-wrap;font:inherit;margin:.3rem 0}
h2{font-size:1rem;margin:.3rem 0}small{color:#777}"""


def html_report(
    found: Sequence[Diagnostic], exempted: Sequence[Diagnostic] = (), _place: str = ENTRY
) -> str:
    """Return one self-contained page."""
    articles = "\n".join(
        f'<article class="{one.level.value}"><h2>{html.escape(one.rule)}</h2>'
        f"<small>{one.level.value}, {one.severity.value}: {html.escape(short_type(one.urn))} "
        f"{html.escape(resource_name(one.urn))}</small>"
        f"<pre>{html.escape(one.message)}</pre></article>"
        for one in found
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{PACK}</title>'
        f"<style>{_STYLE}</style><h1>{PACK}</h1><p>{html.escape(summary(found, exempted))}</p>\n"
        f"{articles}\n</html>\n"
    )


REPORTS: dict[str, Report] = {
    "text": text_report,
    "json": json_report,
    "sarif": sarif_report,
    "junit": junit_report,
    "github": github_report,
    "html": html_report,
}
