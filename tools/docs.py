"""Writes the documentation: a page a rule, an index a domain, an index of all.

`python -m tools.docs` writes, `python -m tools.docs --check` compares and fails when stale.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import policies
from policypack.plan.stack import StackContext
from policypack.rules.evaluation import LEVEL_ORDER
from policypack.rules.registry import Registry, collect
from policypack.rules.rule import Rule
from policypack.rules.settings import EXEMPTION_SCHEMA, SHARED, SHARED_SCHEMA
from policypack.testing import Case, evaluate, planned
from tools.cases import ROOT, collect_cases, program_source
from tools.catalog.book_pages import service_page

DOCS = ROOT / "docs"
BOOK_PREFIX = "refused-by-"
GENERATED = "<!-- Written by `make docs`; edit the rule's docstring or its tests instead. -->"


def pages() -> dict[str, str]:
    """Return every generated page: its path below docs/ and its text."""
    registry = collect(policies)
    by_rule: dict[str, list[Case]] = {}
    for case in collect_cases():
        by_rule.setdefault(case.rule.id, []).append(case)
    result = {"rules.md": index_page(registry), "settings.md": settings_page()}
    domains = sorted({rule.domain for rule in registry.rules})
    for domain in domains:
        rules = [rule for rule in registry.rules if rule.domain == domain]
        result[f"{domain}/README.md"] = domain_page(domain, rules)
        for rule in rules:
            result[f"{domain}/{rule.id}.md"] = rule_page(rule, by_rule.get(rule.id, []))
    return result


def index_page(registry: Registry) -> str:
    """Return the index of all rules."""
    lines = [GENERATED, "# Rules", "", "Settings and exemptions: [settings.md](settings.md).", ""]
    domain = ""
    for rule in sorted(registry.rules, key=lambda rule: (rule.domain, rule.mode, rule.id)):
        if rule.domain != domain:
            domain = rule.domain
            lines += ["", f"## [{title(domain)}]({domain}/README.md)", "", *_TABLE_HEAD]
        lines.append(_row(rule, f"{domain}/"))
    return "\n".join(lines) + "\n"


_TABLE_HEAD = ["| rule | level | severity | what it says |", "| --- | --- | --- | --- |"]


def _row(rule: Rule, folder: str = "") -> str:
    link = f"[{rule.id}]({folder}{rule.id}.md)"
    return f"| {link} | {rule.level.value} | {rule.severity.value} | {rule.text.summary} |"


def domain_page(domain: str, rules: Iterable[Rule]) -> str:
    """Return the index of one domain, by failure mode."""
    lines = [GENERATED, f"# {title(domain)}", ""]
    mode = ""
    for rule in sorted(rules, key=lambda one: (one.mode, LEVEL_ORDER[one.level], one.id)):
        if rule.mode != mode:
            mode = rule.mode
            lines += ["", f"## {title(mode)}", "", *_TABLE_HEAD]
        lines.append(_row(rule))
    return "\n".join(lines) + "\n"


def rule_page(rule: Rule, cases: list[Case]) -> str:
    """Return a rule's page: what, why, fix, settings, a program that breaks it and a sound one."""
    if rule.id.startswith(BOOK_PREFIX):
        return f"{GENERATED}\n{service_page(rule.id.removeprefix(BOOK_PREFIX))}"
    lines = [
        GENERATED,
        f"# {rule.id}",
        "",
        rule.text.summary,
        "",
        f"- **Level**: {rule.level.value}, severity {rule.severity.value}",
        f"- **Failure mode**: [{title(rule.mode)}](README.md)",
        f"- **Runs on**: {', '.join(f'`{token}`' for token in rule.on)}",
        f"- **Source**: <{rule.source}>",
        "",
        f"**Why**: {rule.text.why}",
        "",
        f"**Fix**: {rule.text.fix}",
        "",
    ]
    if rule.error:
        lines += ["**AWS answers**:", "", "```text", rule.error, "```", ""]
    lines += _settings(rule)
    lines += _example("A program it stops", "fires", cases)
    lines += _example("The nearest sound one", "sound", cases)
    return "\n".join(lines).rstrip() + "\n"


def _settings(rule: Rule) -> list[str]:
    if not rule.settings:
        return []
    lines = ["## Settings", "", "| name | default | meaning |", "| --- | --- | --- |"]
    for name, schema in rule.settings.items():
        lines.append(
            f"| `{name}` | `{schema.get('default', '')}` | {schema.get('description', '')} |"
        )
    return [*lines, ""]


def _example(heading: str, kind: str, cases: list[Case]) -> list[str]:
    case = next((one for one in cases if one.kind == kind), None)
    if case is None:
        return []
    lines = [f"## {heading}", "", "```python", program_source(case), "```", ""]
    return lines + _messages(case) if kind == "fires" else lines


def _messages(case: Case) -> list[str]:
    region = case.options.get("region", "us-east-1")
    config = {"aws:region": region, **(case.options.get("config") or {})}
    context = StackContext("organization", "project", "stack", {}, config)
    found = evaluate(case.rule, planned(case.program, context), case.options.get("settings"))
    text = "\n\n".join(f"{one.urn.rpartition('::')[2]}\n{one.message}" for one in found)
    return ["What the preview says:", "", "```text", text, "```", ""]


def settings_page() -> str:
    """Return the page of the settings that all rules share."""
    example = json.dumps(SETTINGS_EXAMPLE, indent=2)
    lines = [GENERATED, "# Settings and exemptions", "", _SETTINGS_TEXT, ""]
    lines += ["```json", example, "```", "", f"## What `{SHARED}` carries", ""]
    lines += [*_members("name", SHARED_SCHEMA), "", "## How the environment is told", ""]
    lines += [_ENVIRONMENTS_TEXT, ""]
    lines += [*_members("name", SHARED_SCHEMA["environments"]["properties"]), ""]
    lines += ["## An exemption", "", _EXEMPTIONS_TEXT, ""]
    return "\n".join([*lines, *_members("member", EXEMPTION_SCHEMA["properties"])]) + "\n"


def _members(heading: str, schemas: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = [f"| {heading} | meaning |", "| --- | --- |"]
    return lines + [f"| `{name}` | {one.get('description', '')} |" for name, one in schemas.items()]


_SETTINGS_TEXT = f"""Each rule is a policy of its own name: `--policy-pack-config` and a policy
group in Pulumi Cloud set its level (`mandatory`, `advisory`, `disabled`), its settings and its
`exemptions`. `all` sets the level of every policy. What all rules share is carried by the policy
`{SHARED}`. A name that does not exist is reported, with the nearest that does."""

_ENVIRONMENTS_TEXT = """Some rules hold in production only. The first that decides wins: the
setting `stacks`, the stack's tags, its configuration, the providers' default tags, the stack's
name, the project's name, the setting `default`. A stack of which nothing tells is no production."""

_EXEMPTIONS_TEXT = f"""An exemption stands in the configuration of the policy that it is for, or in
that of `{SHARED}` with the policy's name as `rule`. It needs a reason and a last day. Past that day
the finding is back and says that the exemption ended; one that names this very stack and matches
no finding is reported. Exempted findings are listed in every report."""

SETTINGS_EXAMPLE: dict[str, Any] = {
    "vpc-cidr-docker-bridge-range": "disabled",
    "nat-gateway-unrouted": {
        "enforcementLevel": "advisory",
        "exemptions": [
            {
                "urn": "*::legacy-*",
                "reason": "moves to the hub in the first quarter",
                "until": "2027-03-31",
                "owner": "network team",
            }
        ],
    },
    "refused-by-lambda": {
        "exemptions": [
            {
                "urn": "urn:pulumi:prod::shop::*",
                "row": "lambda-function-timeout-over-900",
                "reason": "runs on a capacity provider",
                "until": "2027-06-30",
            }
        ]
    },
    SHARED: {
        "environments": {"stacks": {"acme/shop/live": "production", "*/sandbox-*": "development"}},
        "levels": {"refused-by-elbv2/elbv2-target-group-deregistration-delay-range": "advisory"},
    },
}
"""A policy configuration that a reader can start from; a test takes it."""


def title(name: str) -> str:
    """Return the heading for a folder's or module's name."""
    words = name.replace("_", " ").capitalize()
    return _SHORT.sub(lambda found: found.group().upper(), words)


_SHORT = re.compile(r"\b(?:nat|cidr|asg|iam|vpc)\b", re.IGNORECASE)


def main(argv: list[str] | None = None) -> int:
    """Write the pages, or with `--check` compare them; return 1 when they are stale."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args(argv).check
    wanted = pages()
    stale = [name for name, text in wanted.items() if _text(DOCS / name) != text]
    left_over = [
        path
        for path in DOCS.rglob("*.md")
        if str(path.relative_to(DOCS)) not in wanted and _text(path).startswith(GENERATED)
    ]
    if check:
        for name in [*stale, *(str(path.relative_to(DOCS)) for path in left_over)]:
            print(f"docs/{name} is stale: run make docs", file=sys.stderr)
        return 1 if stale or left_over else 0
    for name in stale:
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(wanted[name], encoding="utf-8")
    for path in left_over:
        path.unlink()
    print(f"docs: {len(stale)} of {len(wanted)} pages written, {len(left_over)} removed")
    return 0


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main())
