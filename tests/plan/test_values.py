from __future__ import annotations

import pytest

from policypack.plan.resource import Resource
from policypack.plan.values import UNKNOWN, Undetermined, format_path, parse_path
from policypack.plan.wire import Decoded


def resource(**inputs: object) -> Resource:
    return Resource("urn:pulumi:s::p::aws:ec2/x:X::x", "aws:ec2/x:X", Decoded(dict(inputs)))


def test_paths_go_there_and_back() -> None:
    assert parse_path("ingress[0].fromPort") == ("ingress", 0, "fromPort")
    assert format_path(("ingress", 0, "fromPort")) == "ingress[0].fromPort"


def test_reading_what_is_absent_or_unknown_raises() -> None:
    one = resource(a=UNKNOWN, n=None)
    for path in ("a", "n", "z", "a.b", "z.b"):
        with pytest.raises(Undetermined):
            one[path]


def test_get_states_the_default_of_absence_and_raises_on_unknown() -> None:
    one = resource(a=UNKNOWN, n=None, z=0)
    assert one.get("n", 5) == 5
    assert one.get("missing", 5) == 5
    assert one.get("z", 5) == 0
    with pytest.raises(Undetermined):
        one.get("a", 5)
    with pytest.raises(Undetermined):
        one.get("a.b", 5)


def test_nested_reads_raise_too() -> None:
    one = resource(rules=[{"port": UNKNOWN}, UNKNOWN, {"port": 2}])
    rules = one["rules"]
    assert len(rules) == 3
    assert rules[2]["port"] == 2
    with pytest.raises(Undetermined):
        rules[0]["port"]
    with pytest.raises(Undetermined):
        list(rules)
    assert [block.path for block in one.each("rules")] == ["rules[0]", "rules[2]"]


def test_a_block_reports_at_its_own_place() -> None:
    block = next(resource(rules=[{"port": 1}]).each("rules"))
    assert block.finding("port", "is 1").path == "rules[0].port"


def test_an_unknown_has_no_truth() -> None:
    with pytest.raises(Undetermined):
        bool(UNKNOWN)


def test_blocks_and_lists_are_quoted_by_their_values() -> None:
    one = resource(a=[1, "it's", {"b": UNKNOWN, "c": None}])
    assert str(one["a"]) == "[1, it's, {b: unknown}]"
    assert f"{one['a'][2]}" == "{b: unknown}"


def test_values_of_any_shape_can_be_looked_for_in_a_set() -> None:
    one = resource(a=["x"], b={"x": 1})
    assert one["a"] not in {"x", 1}
    assert one["b"] not in {"x", 1}
    assert one["a"] in {one["a"]}
