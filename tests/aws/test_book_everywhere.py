"""Rows that speak of objects at any depth: WAF's statements, which hold one another."""

from __future__ import annotations

from typing import Any

import pytest

from policypack.aws.book import broken, compile_schema
from policypack.plan.normalise import canonical_type
from policypack.plan.values import UNKNOWN
from tools.catalog import book_source

DEEP = [
    row
    for rows in book_source.read_all().values()
    for row in rows
    if '"everywhere"' in book_source.layout([row])
]
# The wrapping of `nested` itself joins one statement.
TRIED_AS_SOUND = [row for row in DEEP if not row["id"].endswith("and-or-of-one-statement")]
SHORT = compile_schema({"everywhere": {"properties": {"match": {"maxLength": 3}}}})
SOUND = {"geoMatchStatement": {"countryCodes": ["AT"]}}


@pytest.mark.parametrize(
    ("tree", "answer"),
    [
        ({}, True),
        ({"match": "abc"}, True),
        ({"match": "abcd"}, False),
        ({"not": {"match": "abcd"}}, False),
        ({"and": [{"x": 1}, {"or": [{"match": "abcd"}]}]}, False),
        ({"and": [UNKNOWN, {"match": "abcd"}]}, False),
        ({"and": [UNKNOWN, {"match": "abc"}]}, None),
        ({"not": {"match": UNKNOWN}}, None),
        (UNKNOWN, None),
        (["match"], None),
    ],
)
def test_everywhere(tree: Any, answer: bool | None) -> None:
    assert SHORT(tree) is answer


def nested(inputs: dict[str, Any]) -> dict[str, Any]:
    """Put the statement at fault three levels below where a row's example has it."""

    def wrap(statement: Any) -> Any:
        inner = {"notStatement": {"statements": [statement]}}
        return {"andStatement": {"statements": [SOUND, {"orStatement": {"statements": [inner]}}]}}

    if "statement" in inputs:
        return {**inputs, "statement": wrap(inputs["statement"])}
    rules = [{**rule, "statement": wrap(rule["statement"])} for rule in inputs["rules"]]
    return {**inputs, "rules": rules}


@pytest.mark.parametrize("row", DEEP, ids=lambda row: str(row["id"]))
def test_a_fault_is_found_and_named_at_any_depth(row: dict[str, Any]) -> None:
    token = canonical_type(book_source.types_of(row)[0])
    inputs = nested(row["bad"])
    paths = [hit.path for hit in broken(token, inputs, "wafv2") if hit.row.id == row["id"]]
    assert paths
    for path in paths:
        tree: Any = inputs
        for step in path.replace("[", ".").replace("]", "").split("."):
            tree = tree[int(step) if step.isdigit() else step]
        assert tree is not None
    # A row of two names tells the rule alone where its own name is not the one at fault.
    inner = "andStatement.statements[1].orStatement.statements[0].notStatement.statements[0]"
    assert any(inner in path for path in paths) or row["id"].endswith("and-or-of-one-statement")


@pytest.mark.parametrize("row", TRIED_AS_SOUND, ids=lambda row: str(row["id"]))
def test_the_sound_example_is_sound_at_any_depth(row: dict[str, Any]) -> None:
    token = canonical_type(book_source.types_of(row)[0])
    found = {hit.row.id for hit in broken(token, nested(row["good"]), "wafv2")}
    assert row["id"] not in found
