"""The table of conditions: every pick on its examples, and what it leaves to the book."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policypack.aws.book import broken
from policypack.aws.book.places import steps_of
from policypack.aws.catalog.constraints import shape_at
from policypack.aws.catalog.loader import load
from policypack.aws.conditions import CONDITIONAL_TYPES, conditions, unmet
from policypack.plan.values import UNKNOWN, format_path

PICKED = Path(__file__).parents[2] / "tools" / "catalog" / "conditions.json"
FUNCTION = "aws:lambda/function:Function"
RECORD = "aws:route53/record:Record"
TASK = "aws:ecs/taskDefinition:TaskDefinition"


def picks() -> Iterator[Any]:
    for pick in json.loads(PICKED.read_text(encoding="utf-8")):
        types = [pick["type"]] if isinstance(pick["type"], str) else pick["type"]
        for token in types:
            name = f"{pick['extension']}-{pick.get('part', '')}-{token.split(':')[1]}"
            yield pytest.param(token, pick, id=name)


def told(token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    return [(path, one.says) for path, one in unmet(token, inputs)]


@pytest.mark.parametrize(("token", "pick"), list(picks()))
def test_a_pick_speaks_of_its_bad_example_alone(token: str, pick: dict[str, Any]) -> None:
    found = [(path, says) for path, says in told(token, pick["bad"]) if says == pick["says"]]
    assert len(found) == 1
    # An absent property is named as it is, one of a list with its index.
    assert found[0][0].replace("[0]", "[]") in pick["at"]
    assert told(token, pick["good"]) == []


@pytest.mark.parametrize(("token", "pick"), list(picks()))
def test_no_row_of_the_book_says_what_a_pick_says(token: str, pick: dict[str, Any]) -> None:
    places = {format_path(hit.steps).replace("[0]", "[]") for hit in broken(token, pick["bad"])}
    assert places.isdisjoint(pick["at"])


@pytest.mark.parametrize(("token", "pick"), list(picks()))
def test_unknown_values_silence_a_pick(token: str, pick: dict[str, Any]) -> None:
    for name in pick["bad"]:
        inputs = copy.deepcopy(pick["bad"]) | {name: UNKNOWN}
        assert set(told(token, inputs)) <= set(told(token, pick["bad"]))
    assert told(token, dict.fromkeys(pick["bad"], UNKNOWN)) == []


@pytest.mark.parametrize(("token", "pick"), list(picks()))
def test_a_pick_names_inputs(token: str, pick: dict[str, Any]) -> None:
    for at in pick["at"]:
        assert shape_at(token, at), at
    for name in {**pick["bad"], **pick["good"]}:
        assert shape_at(token, name), name
    assert steps_of(pick.get("root", "x"))


def test_the_rule_runs_on_the_types_of_the_table() -> None:
    assert set(load("conditions")) == set(CONDITIONAL_TYPES)
    assert list(CONDITIONAL_TYPES) == sorted(CONDITIONAL_TYPES)
    assert conditions("aws:s3/bucket:Bucket") == ()


def test_each_property_at_fault_is_named() -> None:
    inputs = {"packageType": "Image", "handler": "a.b", "layers": ["x"]}
    assert [path for path, _ in told(FUNCTION, inputs)] == ["handler", "layers"]


def test_the_element_at_fault_is_named() -> None:
    inputs = {"type": "A", "records": ["192.0.2.1", UNKNOWN, "192.0.2.256", "a.example.com"]}
    assert [path for path, _ in told(RECORD, inputs)] == ["records[2]", "records[3]"]


@pytest.mark.parametrize(
    ("cpu", "memory", "sound"),
    [
        ("256", "512", True),
        ("256", "1024", True),
        ("256", "3072", False),
        ("512", "512", False),
        ("512", "4096", True),
        ("1024", "2048", True),
        ("1024", "2500", False),
        ("4096", "30720", True),
        ("4096", "31744", False),
        ("8192", "20480", True),
        ("8192", "17408", False),
        ("16384", "122880", True),
        ("300", "512", False),
        # Written with units, or larger than what the table is sure of: nothing is said.
        (".25 vCPU", "3 GB", True),
        ("0.5 vCPU", "1GB", True),
        ("256", "9 GB", True),
        ("32768", "512", True),
        ("65536", "512", True),
    ],
)
def test_sizes_of_fargate_tasks(cpu: str, memory: str, sound: bool) -> None:
    inputs = {"requiresCompatibilities": ["EC2", "FARGATE"], "cpu": cpu, "memory": memory}
    assert (told(TASK, inputs) == []) is sound
    assert told(TASK, inputs | {"requiresCompatibilities": ["EC2"]}) == []


@pytest.mark.parametrize(
    ("kind", "value", "sound"),
    [
        ("A", "203.0.113.7", True),
        ("A", "2001:db8::1", False),
        ("A", "203.0.113", False),
        ("AAAA", "::ffff:192.0.2.1", True),
        ("AAAA", "2001:DB8:0:0:0:0:0:1", True),
        ("AAAA", "example.com", False),
        ("MX", "0 .", True),
        ("MX", "10  mail.example.com.", True),
        ("MX", "65535 mail.example.com", True),
        ("MX", "65536 mail.example.com", False),
        ("MX", "mail.example.com", False),
        ("TXT", "any text", True),
        ("CNAME", "a.example.net", True),
    ],
)
def test_values_of_records(kind: str, value: str, sound: bool) -> None:
    assert (told(RECORD, {"type": kind, "records": [value]}) == []) is sound
    assert told(RECORD, {"type": UNKNOWN, "records": [value]}) == []
