"""The constraint book as data: each row says what it means, and nothing more."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pulumi_aws
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policypack.aws.book import SERVICES, broken, compile_schema, rows
from policypack.aws.book.rows import Row
from policypack.aws.book.schema import LONGEST_TEXT
from policypack.plan.normalise import canonical_type
from policypack.plan.values import UNKNOWN
from tests.trees import paths_in
from tools.catalog import book, book_source
from tools.catalog.sdk_scan import Kind, Sdk, Shape, scan_module

BOOK = book_source.read_all()
SOURCE = [row for rows_ in BOOK.values() for row in rows_]
KEYS = {"id", "type", "must", "at", "says", "error", "fix", "source", "level", "origin"}
OPTIONAL = {"when"}
EXAMPLES = {"bad", "good"}


def broken_ids(token: str, inputs: Any) -> set[str]:
    return {row.id for row in rows(token) if row.is_broken(inputs)}


def tokens(row: Mapping[str, Any]) -> list[str]:
    return sorted({canonical_type(token) for token in book_source.types_of(dict(row))})


def of_service(service: str) -> list[dict[str, Any]]:
    return BOOK[service]


def with_unknown(tree: Any, path: tuple[Any, ...]) -> Any:
    if not path:
        return UNKNOWN
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = with_unknown(tree[path[0]], path[1:])
    return copy


def leaves_unknown(tree: Any) -> Any:
    if isinstance(tree, dict) and tree:
        return {key: leaves_unknown(value) for key, value in tree.items()}
    if isinstance(tree, list) and tree:
        return [leaves_unknown(value) for value in tree]
    return UNKNOWN


def test_the_form_of_every_row() -> None:
    for row in SOURCE:
        assert set(row) - OPTIONAL == KEYS | EXAMPLES, row["id"]
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["id"])
        assert re.fullmatch(r"[A-Za-z0-9_]+(\[\])*(\.[A-Za-z0-9_]+(\[\])*)*", row["at"])
        assert row["level"] in ("mandatory", "advisory")
        assert row["source"].startswith("https://")
        assert row["says"]
        assert row["fix"].endswith(".")
        assert not re.search(r"\b[Pp]lease\b", row["says"] + row["fix"])


def test_ids_are_unique() -> None:
    ids = [row["id"] for row in SOURCE]
    assert len(ids) == len(set(ids))


def test_the_source_is_stored_in_its_own_layout() -> None:
    for service, service_rows in BOOK.items():
        text = (book_source.BOOK / f"{service}.json").read_text(encoding="utf-8")
        assert text == book_source.layout(service_rows) + "\n", service


def test_what_is_generated_is_what_the_source_gives() -> None:
    assert book.stale() == [], "run `python -m tools.catalog.book`"


def test_its_size() -> None:
    assert sum(map(len, book.build().values())) < 700_000


@pytest.mark.parametrize("service", SERVICES)
def test_bad_breaks_its_row_and_good_does_not(service: str) -> None:
    wrong = [
        (row["id"], token)
        for row in of_service(service)
        for token in tokens(row)
        if row["id"] not in broken_ids(token, row["bad"])
        or row["id"] in broken_ids(token, row["good"])
    ]
    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
def test_both_examples_are_what_the_row_speaks_of(service: str) -> None:
    outside = [
        row["id"]
        for row in of_service(service)
        for example in (row["bad"], row["good"])
        if compile_schema(row.get("when", True))(example) is not True
    ]
    assert outside == []


@pytest.mark.parametrize("service", SERVICES)
def test_one_unknown_value_adds_no_finding(service: str) -> None:
    added = [
        (row["id"], path)
        for row in of_service(service)
        for path in paths_in(row["bad"])
        if broken_ids(tokens(row)[0], with_unknown(row["bad"], path))
        - broken_ids(tokens(row)[0], row["bad"])
    ]
    assert added == []


@pytest.mark.parametrize("service", SERVICES)
def test_values_that_are_all_unknown_leave_only_what_presence_decides(service: str) -> None:
    """With every value unknown, a finding rests on what is there and what is not.

    Such a finding is one that the known values give too, and it is one of a row whose demand reads
    presence, absence, a name or a number of elements.
    """
    for row in of_service(service):
        token = tokens(row)[0]
        found = broken_ids(token, leaves_unknown(row["bad"]))
        assert found <= broken_ids(token, row["bad"]), row["id"]
        for one in found & {row["id"]}:
            assert reads_presence(row["must"]), one


PRESENCE = {
    "required", "dependentRequired", "propertyNames", "additionalProperties", "patternProperties",
    "minItems", "maxItems", "minProperties", "maxProperties", "contains",
}  # fmt: skip


def reads_presence(schema: Any) -> bool:
    if isinstance(schema, dict):
        return bool(PRESENCE & set(schema)) or any(map(reads_presence, schema.values()))
    return isinstance(schema, list) and any(map(reads_presence, schema))


@pytest.mark.parametrize("service", SERVICES)
def test_no_finding_about_inputs_that_are_unknown_as_a_whole(service: str) -> None:
    for token in SERVICES[service]:
        for row in rows(token, service):
            assert row.applies(UNKNOWN) is not True or row.holds(UNKNOWN) is not False


# Places


@pytest.mark.parametrize("service", SERVICES)
def test_hits_name_a_concrete_place_and_a_value(service: str) -> None:
    for row in of_service(service):
        for hit in broken(tokens(row)[0], row["bad"], service):
            if hit.row.id != row["id"]:
                continue
            assert "[]" not in hit.path
            assert "{value}" not in hit.text()
            if "{value}" in row["says"]:
                assert "(not set)" not in hit.text(), row["id"]


def test_an_element_at_fault_is_named() -> None:
    ports = [{"fromPort": 443, "toPort": 443}, {"fromPort": 90, "toPort": 80}]
    origin = {"domainName": "a.example", "originId": "a", "connectionTimeout": 3}
    inputs = {"origins": [origin, {**origin, "connectionTimeout": 44}, {**origin, "x": ports}]}
    hits = broken("aws:cloudfront/distribution:Distribution", inputs)
    timeout = [hit for hit in hits if hit.row.id == "cloudfront-origin-connection-timeout-range"]
    assert [hit.path for hit in timeout] == ["origins[1].connectionTimeout"]
    assert "44" in timeout[0].text()
    assert "44" not in timeout[0].text(secret=True)


def test_one_hit_a_place_and_the_rest_are_counted() -> None:
    for row in SOURCE:
        hits = broken(tokens(row)[0], row["bad"])
        paths = [hit.path for hit in hits]
        assert len(paths) == len(set(paths)), row["id"]
        assert [hit.row for hit in hits] or not broken_ids(tokens(row)[0], row["bad"])


def test_disabled_rows_are_silent_and_never_compiled() -> None:
    row = next(
        one for one in SOURCE if one["id"] == "sqs-fifo-queue-with-standard-dead-letter-queue"
    )
    token = tokens(row)[0]
    (mine,) = [one for one in rows(token) if one.id == row["id"]]
    vars(mine).pop("_checks", None)
    assert broken(token, row["bad"], disabled={row["id"]}) == []
    assert "_checks" not in vars(mine)
    assert [hit.row.id for hit in broken(token, row["bad"])] == [row["id"]]


# The provider's inputs


@cache
def sdk() -> Sdk:
    package = Path(pulumi_aws.__file__).parent
    modules = {token.split(":")[1].split("/")[0] for types in SERVICES.values() for token in types}
    modules |= {"alb", "lb"}
    found = Sdk("")
    for folder in package.iterdir():
        if folder.name.rstrip("_") in modules and folder.is_dir():
            scan_module(found, folder)
    return found


def input_paths(at: str) -> list[str]:
    return at.replace("[]", "").split(".")


def missing(token: str, path: list[str]) -> str | None:
    """The first step of a path that the type does not have, None where all exist."""
    shape: Shape | None = sdk().resources[token].inputs
    for step in path:
        if shape is None:
            return None
        if step not in shape:
            return step
        shape = members(shape[step].kind)
    return None


def members(kind: Kind | None) -> Shape | None:
    while kind is not None and kind.item is not None:
        kind = kind.item
    return sdk().shapes.get(kind.shape) if kind is not None and kind.shape else None


def schema_paths(schema: Any, done: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """The property paths that a schema reads, down to JSON documents, which are AWS's own."""
    if not isinstance(schema, dict):
        return
    yield from ([*done, name] for name in schema.get("required", ()))
    for name, part in schema.get("properties", {}).items():
        yield [*done, name]
        yield from schema_paths(part, (*done, name))
    for key in ("allOf", "anyOf", "oneOf", "prefixItems"):
        for part in schema.get(key, ()):
            yield from schema_paths(part, done)
    for key in ("items", "contains", "if", "then", "else", "not", "everywhere"):
        yield from schema_paths(schema.get(key), done)


@pytest.mark.parametrize("service", SERVICES)
def test_its_properties_exist(service: str) -> None:
    absent = [
        (row["id"], token, step)
        for row in of_service(service)
        for token in book_source.types_of(row)
        for path in [
            input_paths(row["at"]),
            *schema_paths(row["must"]),
            *schema_paths(row.get("when")),
        ]
        if (step := missing(token, path)) is not None
    ]
    assert absent == []


def test_the_check_of_properties_sees_nested_ones() -> None:
    assert missing("aws:ec2/instance:Instance", ["rootBlockDevice", "volumeSize"]) is None
    assert missing("aws:ec2/instance:Instance", ["rootBlockDevice", "volumeSizes"]) == "volumeSizes"


# Patterns


def patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:
            yield from patterns(part)
    elif isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        if isinstance(schema.get("patternProperties"), dict):
            yield from schema["patternProperties"]
        for part in schema.values():
            yield from patterns(part)


def pumps(pattern: str) -> Iterator[str]:
    """Long texts that make a pattern try in vain: its own characters, repeated, and a misfit."""
    words = {
        "a",
        "0",
        " ",
        ".",
        "-",
        "a.",
        "a-",
        "a ",
        "a,",
        "0.",
        "\\",
        "${",
        "/a",
        ":",
        "a:",
        "{",
        "\n",
    }
    words |= set(re.findall(r"[A-Za-z]{3,}", pattern)[:3])
    words |= {example[:12] for example in examples_of(pattern)}
    for word in sorted(words):
        yield (word * LONGEST_TEXT)[: LONGEST_TEXT - 1] + "\x00"
        for head in ("cron(", "arn:aws:", "{"):
            yield head + (word * LONGEST_TEXT)[: LONGEST_TEXT - 10] + "\x00"


@cache
def examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in SOURCE:
        texts = re.findall(r'"([^"\\]{4,})"', json.dumps([row["bad"], row["good"]]))
        for pattern in patterns([row["must"], row.get("when")]):
            found.setdefault(pattern, []).extend(texts[:4])
    return found


def examples_of(pattern: str) -> list[str]:
    return examples()[pattern][:3]


def test_patterns_are_fast_on_any_text() -> None:
    slow = []
    for pattern in sorted(examples()):
        search = re.compile(pattern).search
        for text in pumps(pattern):
            started = time.thread_time()
            search(text[:4000])
            if time.thread_time() - started > 0.01:
                slow.append(pattern)
                break
    assert slow == []


# Any input


def json_values() -> st.SearchStrategy[Any]:
    scalars = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=12)
        | st.sampled_from([UNKNOWN, "{}", "[]", '{"Statement": [1]}', '{"States": {"A": 1}}'])
    )
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
        ),
        max_leaves=8,
    )


@cache
def examples_by_token() -> list[tuple[str, dict[str, Any]]]:
    return [(tokens(row)[0], row[key]) for row in SOURCE for key in ("bad", "good")]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_input_makes_a_row_raise(data: st.DataObject) -> None:
    token, inputs = data.draw(st.sampled_from(examples_by_token()))
    paths = list(paths_in(inputs))
    changed: Any = inputs
    for path in data.draw(st.lists(st.sampled_from(paths), max_size=3, unique=True)):
        changed = replaced(changed, path, data.draw(json_values()))
    for hit in broken(token, changed):
        assert hit.text()


def replaced(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    try:
        copy = dict(tree) if isinstance(tree, dict) else list(tree)
        copy[path[0]] = replaced(tree[path[0]], path[1:], value)
    except (TypeError, LookupError):
        return tree
    return copy


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_making_values_unknown_never_adds(data: st.DataObject) -> None:
    token, inputs = data.draw(st.sampled_from(examples_by_token()))
    known: Any = replaced(
        inputs, data.draw(st.sampled_from(list(paths_in(inputs)))), data.draw(json_values())
    )
    unknown = known
    for path in data.draw(st.lists(st.sampled_from(list(paths_in(known))), max_size=3)):
        unknown = replaced(unknown, path, UNKNOWN) if not is_null(known, path) else unknown
    assert broken_ids(token, unknown) <= broken_ids(token, known)


def is_null(tree: Any, path: tuple[Any, ...]) -> bool:
    for step in path:
        tree = tree[step]
    return tree is None


def test_a_deep_document_is_no_trouble() -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = {"and": [deep]}
    for token in ("aws:iam/policy:Policy", "aws:sfn/stateMachine:StateMachine"):
        inputs = {"policy": json.dumps(deep), "definition": json.dumps(deep), "tags": deep}
        assert isinstance(broken(token, inputs), list)
        assert isinstance(broken(token, {"policy": "[" * 100_000, "definition": "{"}), list)


def test_cost_a_resource() -> None:
    """A mean over every row's sound example, which meets the heaviest types most often."""
    cases = [(tokens(row)[0], row["good"]) for row in SOURCE]
    for token, inputs in cases:
        broken(token, inputs)
    started = time.process_time()
    for token, inputs in cases:
        broken(token, inputs)
    mean = (time.process_time() - started) / len(cases)
    assert mean < 0.0006, f"{mean * 1000:.3f} ms"


def test_rows_are_grouped_by_the_types_the_index_tells() -> None:
    for service, types in SERVICES.items():
        assert set(types) == {token for row in BOOK[service] for token in tokens(row)}
        assert all(isinstance(row, Row) for token in types for row in rows(token, service))
