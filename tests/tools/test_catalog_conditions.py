"""Conditional schemas of cfn-lint: how they are translated, and that each is accounted for."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

import policies
from policypack.aws.book import SERVICES, service_rows
from policypack.aws.book.schema import compile_schema
from policypack.aws.catalog.loader import DATA
from policypack.rules.registry import collect
from tools.catalog import conditions
from tools.catalog.fetch import FOLDER
from tools.catalog.sdk_scan import Kind, Property, ResourceClass, Sdk
from tools.catalog.sources import CatalogBuildError, Sources

TOKEN = "aws:a/thing:Thing"
TEXT = Kind("string")
BLOCK = {"size": Property("size", TEXT), "dnsName": Property("dns_name", TEXT)}
INPUTS = {
    "mode": Property("mode", TEXT),
    "cpu": Property("cpu", TEXT),
    "count": Property("count", Kind("integer")),
    "names": Property("names", Kind("list", item=TEXT)),
    "blocks": Property("blocks", Kind("list", item=Kind("object", shape="a/Block"))),
}
SDK = Sdk("7", {TOKEN: ResourceClass(TOKEN, "a", "Thing", INPUTS)}, {"a/Block": BLOCK})


def sources(tmp_path: Path, schema: Any) -> Sources:
    folder = tmp_path / "cfnlint" / "data" / "schemas" / "extensions" / "aws_a_thing"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text(json.dumps(schema))
    return Sources(tmp_path, tmp_path / "db.json.gz", {})


def demand(tmp_path: Path, schema: Any, **pick: Any) -> Any:
    whole = {"extension": "aws_a_thing/x", "at": ["mode"], **pick}
    return conditions.demand(sources(tmp_path, schema), SDK, whole, TOKEN)


def test_names_become_pulumis_and_a_forbidden_property_an_absent_one(tmp_path: Path) -> None:
    schema = {
        "if": {"required": ["Mode"]},
        "then": {"properties": {"CPU": False, "Names": {"minItems": 1}}},
    }
    assert demand(tmp_path, schema) == {
        "if": {"required": ["mode"]},
        "then": {
            "properties": {"names": {"minItems": 1}},
            "allOf": [{"not": {"required": ["cpu"]}}],
        },
    }


def test_only_some_properties_of_a_part(tmp_path: Path) -> None:
    part = {"if": {"required": ["Mode"]}, "then": {"properties": {"CPU": False, "Count": False}}}
    assert demand(tmp_path, {"allOf": [{}, part]}, part=1, only=["CPU"]) == {
        "if": {"required": ["mode"]},
        "then": {"allOf": [{"not": {"required": ["cpu"]}}]},
    }


def test_a_schema_below_a_list_and_a_property_that_pulumi_lacks(tmp_path: Path) -> None:
    schema = {
        "if": {"not": {"required": ["Ebs"]}, "required": ["Size"]},
        "then": {"properties": {"Size": {"pattern": "^x(?i)y$"}, "Ebs": False}},
    }
    assert demand(tmp_path, schema, root="blocks[]", lacks=["Ebs"]) == {
        "properties": {
            "blocks": {
                "items": {
                    "if": {"not": {"not": True}, "required": ["size"]},
                    "then": {"properties": {"size": {"pattern": "(?i)^xy$"}}},
                }
            }
        }
    }


def test_numbers_of_a_text_become_texts(tmp_path: Path) -> None:
    bounds = {"minimum": 4, "maximum": 12, "multipleOf": 4}
    limits = {"if": {"enum": [1, True]}, "then": bounds}
    assert demand(tmp_path, {"properties": {"Cpu": limits, "Count": bounds}}) == {
        "properties": {
            "cpu": {"if": {"enum": ["1", True]}, "then": {"enum": ["4", "8", "12"]}},
            "count": bounds,
        }
    }


def test_references_formats_and_mended_patterns(tmp_path: Path) -> None:
    schema = {
        "definitions": {"Address": {"format": "ipv4"}},
        "properties": {
            "Names": {"items": {"$ref": "#/definitions/Address"}},
            "Mode": {"pattern": "a{1-3}"},
        },
    }
    made = demand(tmp_path, schema, mends={"{1-3}": "{3}"})
    assert made["properties"]["mode"] == {"pattern": "a{3}"}
    assert made["properties"]["names"]["items"] == {
        "allOf": [{"pattern": conditions.FORMATS["ipv4"]}]
    }


def test_several_properties_are_each_spoken_of_where_they_are_set(tmp_path: Path) -> None:
    schema = {"if": {"properties": {"Count": {"const": 1}}}, "then": {"properties": {"Cpu": False}}}
    texts = {"says": "s", "fix": "f", "source": "u", "mandatory": False}
    pick = {"extension": "aws_a_thing/x", "at": ["mode", "cpu"], "when": {"required": ["count"]}}
    made = conditions.rows(sources(tmp_path, schema), SDK, pick | texts, TOKEN)
    assert [row[1:3] for row in made] == [["mode", "advisory"], ["cpu", "advisory"]]
    when, _must = json.loads(made[1][4])
    assert when == {"allOf": [{"required": ["count"]}, {"required": ["cpu"]}]}


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"required": ["Nothing"]}, "names Nothing: no such input"),
        ({"properties": {"Mode": {"format": "AWS::A::Thing"}}}, "unknown format AWS::A::Thing"),
        ({"properties": {"Mode": {"pattern": "a"}}}, "has no x to mend"),
        ({"properties": {"Cpu": {"minimum": 1}}}, "bounded by minimum alone"),
    ],
)
def test_what_cannot_be_translated(tmp_path: Path, schema: Any, told: str) -> None:
    with pytest.raises(CatalogBuildError, match=told):
        demand(tmp_path, schema, mends={"x": "y"})


# several resources -----------------------------------------------------------------------------


def gathered(tmp_path: Path, schema: Any, default: Any = None, path: str = "count") -> Any:
    gather = {
        "local": {"properties": {"Mode": {"path": "/Mode"}}},
        "other": {"reference": "/Other", "properties": {"N": {"path": "/N", "default": default}}},
    }
    pick = {
        "extension": "aws_a_thing/x",
        "at": ["mode"],
        "when": {"required": ["cpu"]},
        "gather": {
            "local": {"paths": {"Mode": "mode"}, "same": {"Mode": TOKEN}},
            "other": {"type": TOKEN, "reference": "names", "paths": {"N": path}},
        },
        "says": "s",
        "fix": "f",
        "source": "u",
        "mandatory": True,
    }
    whole = {"cfnGather": {"gather": gather, "schema": schema}}
    return conditions.relation(sources(tmp_path, whole), SDK, pick, TOKEN)


def test_a_value_that_another_one_bounds_becomes_a_comparison(tmp_path: Path) -> None:
    bound = {"properties": {"local": {"properties": {"Mode": {"minimum": {"$data": "/other/N"}}}}}}
    schema = {"cfnContext": {"functions": [], "schema": {"if": {"required": ["x"]}, "then": bound}}}
    made = gathered(tmp_path, schema, default=3)
    assert made["parts"] == {
        "local": [TOKEN, "", {"Mode": ["mode", None, TOKEN]}],
        "other": [TOKEN, "names", {"N": ["count", 3, None]}],
    }
    when, must = json.loads(made["row"][4])
    assert when == {"properties": {"resource": {"required": ["cpu"]}}}
    assert must["then"]["compare"] == [["local.Mode", ">=", "other.N"]]
    assert must["if"] == {"required": ["x"]}


@pytest.mark.parametrize(
    ("mine", "its", "sound"),
    [(True, True, True), (True, None, False), (None, True, False), (False, None, True)],
)
def test_two_switches_that_are_to_be_alike(
    tmp_path: Path, mine: bool | None, its: bool | None, sound: bool
) -> None:
    same = {"properties": {"local": {"properties": {"Mode": {"const": {"$data": "/other/N"}}}}}}
    _when, must = json.loads(gathered(tmp_path, same, default=False)["row"][4])
    assert compile_schema(must)({"local": {"Mode": mine}, "other": {"N": its}}) is sound


def test_a_part_that_reads_no_input(tmp_path: Path) -> None:
    with pytest.raises(CatalogBuildError, match="has no input nothing for aws_a_thing/x"):
        gathered(tmp_path, {}, path="nothing")


# the two lists ---------------------------------------------------------------------------------


def named() -> set[str]:
    both = conditions.read(conditions.PICKED) + conditions.read(conditions.LEFT_OUT)
    return {entry["extension"] for entry in both}


def test_each_schema_is_in_one_of_the_lists() -> None:
    conditions.account_for_all(named())
    with pytest.raises(CatalogBuildError, match="aws_new/one is in neither list"):
        conditions.account_for_all(named() | {"aws_new/one"})
    with pytest.raises(CatalogBuildError, match="aws_sqs_queue/queue_dlq is no schema"):
        conditions.account_for_all(named() - {"aws_sqs_queue/queue_dlq"})


def test_no_schema_is_both_picked_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = [{"extension": "aws_a/x"}]
    monkeypatch.setattr(conditions, "read", lambda _: entry)
    with pytest.raises(CatalogBuildError, match="aws_a/x is both picked and left out"):
        conditions.account_for_all({"aws_a/x"})


def test_the_pinned_schemas_are_accounted_for() -> None:
    sites = sorted(FOLDER.glob("*/lib/python*/site-packages/cfnlint"))
    if not sites:
        absent = "the packages of `make catalog` are not here"
        pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent)
    made = Sources(sites[-1].parent, sites[-1] / "no.json.gz", {})
    extensions = {f"{folder}/{name}" for folder, name in made.cfnlint_extensions()}
    conditions.account_for_all(extensions)


def test_the_table_holds_what_is_picked() -> None:
    table = json.loads(gzip.decompress((DATA / "conditions.json.gz").read_bytes()))
    related = json.loads(gzip.decompress((DATA / "conditions" / "related.json.gz").read_bytes()))
    alone: dict[str, list[list[str]]] = {}
    together: dict[str, list[list[str]]] = {}
    for pick in conditions.read(conditions.PICKED):
        level = "mandatory" if pick["mandatory"] else "advisory"
        texts = [pick["says"], pick.get("error", ""), pick["fix"], pick["source"]]
        for token in conditions.types_of(pick):
            packed = [[pick["extension"], at, level, *texts] for at in pick["at"]]
            (together if "gather" in pick else alone).setdefault(token, []).extend(packed)
    kept = {token: [row[:3] + row[5:] for row in packed] for token, packed in table.items()}
    assert kept == alone
    rows = {token: [one["row"] for one in packed] for token, packed in related.items()}
    kept = {token: [row[:3] + row[5:] for row in packed] for token, packed in rows.items()}
    assert kept == together


def test_reasons_name_what_there_is() -> None:
    ids = {row.id for service in SERVICES for row in service_rows(service)}
    rules = {rule.id for rule in collect(policies).rules}
    for entry in conditions.read(conditions.LEFT_OUT):
        assert set(entry) & {"rows", "rules", "table", "why"}, entry
        assert set(entry.get("rows", ())) <= ids, entry
        assert set(entry.get("rules", ())) <= rules, entry
        if table := entry.get("table"):
            assert (DATA / table).is_dir() or (DATA / f"{table}.json.gz").is_file(), entry
