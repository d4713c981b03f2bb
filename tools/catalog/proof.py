"""`python -m tools.catalog.proof`: write docs/constraint-catalog.md, how far to trust the catalog.

Three proofs: the pairs by source and certainty; every literal in the SDK's documentation judged by
the certain facets, the conditions and the constraint book; fifty facts compared by hand with
AWS's documentation. `proof.json` beside this module holds what was found by hand: the reason for
each flagged literal, and each compared fact. Exit code 1 where a flagged literal has no reason yet.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import policies
from policypack.aws.catalog import constraints as catalog
from policypack.aws.input_faults import places
from policypack.plan.resource import Resource
from policypack.plan.values import UNKNOWN
from policypack.plan.wire import Decoded
from policypack.rules.registry import Registry, collect
from policypack.rules.rule import Kind, Level, Rule
from tools.catalog.examples import Example, examples
from tools.catalog.fetch import ROOT, fetch
from tools.catalog.sdk_scan import scan

PAGE = ROOT / "docs" / "constraint-catalog.md"
FOUND_BY_A_PERSON = Path(__file__).with_name("proof.json")
SAMPLE = 50
JUDGES = ("validation.input_validation_errors", "validation.refused_requests")
LETTERS = {"B": "botocore", "C": "CloudFormation", "S": "SDK documentation", "O": "hand-kept"}


@dataclass(frozen=True)
class Flagged:
    """A literal of the documentation that a mandatory rule refuses."""

    rule: str
    type: str
    path: str
    text: str

    @property
    def key(self) -> str:
        """What its reason is kept under."""
        return f"{self.rule} {self.type} {self.path}"


@dataclass(frozen=True)
class Judged:
    """What came of running the documentation through the rules."""

    calls: int
    values: int
    judged: int
    flagged: list[Flagged]


def main() -> int:
    """Write the page; 0 when each flagged literal has a reason."""
    person = json.loads(FOUND_BY_A_PERSON.read_text(encoding="utf-8"))
    judged = judge(list(examples(scan(fetch().pulumi_aws))))
    reasons: dict[str, str] = person["reasons"]
    PAGE.write_text("\n".join(page(judged, reasons, person["facts"])) + "\n", encoding="utf-8")
    bare = [one.key for one in judged.flagged if one.key not in reasons]
    for key in bare:
        print(f"no reason in proof.json for: {key}", file=sys.stderr)
    return 1 if bare else 0


def judge(calls: list[Example]) -> Judged:
    """Run calls through the mandatory rules on single values and on a resource's combinations."""
    registry = judges(collect(policies))
    values = sure = 0
    flagged: dict[Flagged, None] = {}
    for call in calls:
        one = Resource(f"urn:pulumi:s::p::{call.token}::example", call.token, Decoded(call.inputs))
        known = catalog.constraints(one.type)
        for place in places(one):
            limit = known.get(place.generic)
            values += 1
            sure += bool(limit and any(limit.certain(facet) for facet in limit.facets))
        flagged |= dict.fromkeys(refused(registry, one))
    return Judged(len(calls), values, sure, sorted(flagged, key=lambda one: (one.key, one.text)))


def judges(registry: Registry) -> Registry:
    """The rules that judge by data."""
    return Registry(rule for rule in registry.rules if rule.module.endswith(JUDGES))


def refused(registry: Registry, resource: Resource) -> Iterator[Flagged]:
    """The mandatory findings on one resource; absence proves nothing in an excerpt."""
    for rule in registry.for_type(Kind.RESOURCE, resource.type):
        for finding in rule.function(resource):
            if (finding.level or rule.level) is Level.MANDATORY and stands(resource, finding.path):
                yield Flagged(named(rule, finding.row), resource.type, finding.path, finding.text)


def stands(resource: Resource, path: str) -> bool:
    """Whether a value stands at the path: only then is a literal at fault."""
    from policypack.plan.values import ABSENT, look_up, parse_path

    return look_up(resource.tree, parse_path(path)) not in (ABSENT, UNKNOWN)


def named(rule: Rule, row: str | None) -> str:
    """A rule's id, with its row."""
    return f"{rule.id}/{row}" if row else rule.id


def page(judged: Judged, reasons: dict[str, str], facts: list[dict[str, Any]]) -> Iterator[str]:
    """The page's lines."""
    yield "# How far the constraint catalog is to be trusted"
    yield ""
    yield "Written by `python -m tools.catalog.proof`. What was found by hand is in"
    yield "`tools/catalog/proof.json`. A facet is certain when two independent sources carry it, or"
    yield "it was read by hand; only certain facets are mandatory."
    yield from pairs()
    yield from documentation(judged, reasons)
    yield from compared(facts)


def pairs() -> Iterator[str]:
    """Pairs and facets by certainty and by source."""
    everything = [
        (token, limit)
        for token in sorted(catalog.known_types())
        for limit in catalog.constraints(token).values()
    ]
    sure = [(token, one) for token, one in everything if any(map(one.certain, one.facets))]
    by_facet = Counter(facet for _, one in everything for facet in one.facets)
    certain = Counter(facet for _, one in sure for facet in one.facets if one.certain(facet))
    by_source = Counter(one.sources[facet] for _, one in everything for facet in one.facets)
    types, sure_types = len({token for token, _ in everything}), len({token for token, _ in sure})
    yield from ("", "## Pairs of type and property", "")
    yield f"{len(everything):,} pairs in {types:,} types; {len(sure):,} of them, in {sure_types:,}"
    yield f"types, have a certain facet. Growing vocabularies: {growing(everything):,}."
    yield from ("", "| facet | pairs | certain |", "| --- | ---: | ---: |")
    for facet in catalog.FACETS:
        yield f"| {facet.replace('_', ' ')} | {by_facet[facet]:,} | {certain[facet]:,} |"
    yield from ("", "| sources | facets |", "| --- | ---: |")
    for letters, count in sorted(by_source.items(), key=lambda one: (-one[1], one[0])):
        yield f"| {' + '.join(LETTERS[letter] for letter in letters)} | {count:,} |"


def growing(everything: list[tuple[str, catalog.Constraint]]) -> int:
    """Vocabularies that AWS extends."""
    return sum(limit.growing for _, limit in everything)


def documentation(judged: Judged, reasons: dict[str, str]) -> Iterator[str]:
    """The flagged literals, each with its reason."""
    yield from ("", "## The SDK's own examples", "")
    yield f"{judged.calls:,} resource calls, {judged.values:,} known values, were judged; certain"
    yield f"facets speak of {judged.judged:,} of these. Mandatory rules, the rows of the constraint"
    yield f"book among them, refuse {len(judged.flagged)}:"
    yield from ("", "| type, property | finding | why |", "| --- | --- | --- |")
    for one in judged.flagged:
        reason = reasons.get(one.key, "**not looked at yet**")
        cells = (f"`{one.type}` {one.path}", f"{one.rule}: {one.text}", reason)
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def sample() -> list[tuple[str, str]]:
    """The pairs to compare: those whose digests come first, so that the choice is nobody's."""
    sure = [
        (token, path)
        for token in sorted(catalog.known_types())
        for path, limit in catalog.constraints(token).items()
        if any(map(limit.certain, limit.facets))
    ]
    return sorted(sure, key=lambda one: hashlib.sha256("#".join(one).encode()).digest())[:SAMPLE]


def fact(limit: catalog.Constraint) -> str:
    """The certain facets as text."""
    sure = [facet for facet in limit.facets if limit.certain(facet)]
    told = [f"{facet.replace('_', ' ')} {shown(getattr(limit, facet))}" for facet in sure]
    return "; ".join(told)


def shown(value: Any) -> str:
    """A facet's value, long ones cut."""
    if not isinstance(value, tuple):
        return str(value)
    text = ", ".join(value)
    return text if len(text) <= 160 else f"{text[:157]}..."


def compared(facts: list[dict[str, Any]]) -> Iterator[str]:
    """The compared facts."""
    by_pair = {(one["type"], one["path"]): one for one in facts}
    chosen = sample()
    done = [by_pair[pair] for pair in chosen if pair in by_pair]
    counts = Counter(one["outcome"].partition(":")[0].partition(" found")[0] for one in done)
    yield from ("", "## Facts compared with AWS's documentation", "")
    yield f"Of {SAMPLE} pairs chosen by digest {len(done)} are compared by hand: {counts['agrees']}"
    yield f"agree, {counts['differs']} differ, and of {counts['no page']} no page was found"
    yield "that tells it. A page in another language, or of AWS's documentation on GitHub, is the"
    yield "copy that was read; AWS's SDK references are generated from the models botocore has."
    yield from ("", "| type, property | catalog | outcome | page |", "| --- | --- | --- | --- |")
    for token, path in chosen:
        limit = catalog.constraint(token, path)
        row = by_pair.get((token, path))
        if limit is not None:
            outcome, url = (row["outcome"], row["url"]) if row else ("not compared", "")
            text = fact(limit).replace("|", "&#124;")
            yield f"| `{token}` {path} | `{text}` | {outcome} | {url} |"


if __name__ == "__main__":
    sys.exit(main())
