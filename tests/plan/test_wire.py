from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from policypack.plan import wire
from policypack.plan.values import UNKNOWN, Asset


def struct(bag: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(bag, struct_pb2.Struct())


def secret(value: Any) -> dict[str, Any]:
    return {wire.SIGNATURE: wire.SECRET, "value": value}


def test_whole_numbers_are_int() -> None:
    values = wire.decode(struct({"port": 22, "weight": 0.5})).values
    assert values == {"port": 22, "weight": 0.5}
    assert isinstance(values["port"], int)


@pytest.mark.parametrize("sentinel", sorted(wire.SENTINELS))
def test_each_sentinel_is_unknown_at_any_depth(sentinel: str) -> None:
    values = wire.decode(struct({"a": sentinel, "b": [{"c": sentinel}], "d": {"e": [sentinel]}}))
    assert values.values == {"a": UNKNOWN, "b": [{"c": UNKNOWN}], "d": {"e": [UNKNOWN]}}


def test_secrets_are_unwrapped_and_marked_by_path() -> None:
    decoded = wire.decode(struct({"password": secret("hunter2"), "l": [{"k": secret({"x": 1})}]}))
    assert decoded.values == {"password": "hunter2", "l": [{"k": {"x": 1}}]}
    assert decoded.secrets == {("password",), ("l", 0, "k")}


def test_an_unknown_secret_is_both() -> None:
    decoded = wire.decode(struct({"password": secret(wire.UNKNOWN_STRING)}))
    assert decoded.values == {"password": UNKNOWN}
    assert decoded.secrets == {("password",)}


def test_defaults_are_dropped_at_every_depth_and_remembered_at_the_top() -> None:
    bag = {"__defaults": ["name"], "name": "x-1234567", "ingress": [{"__defaults": [], "port": 1}]}
    decoded = wire.decode(struct(bag))
    assert decoded.values == {"name": "x-1234567", "ingress": [{"port": 1}]}
    assert decoded.defaults == {"name"}


def test_assets_are_opaque() -> None:
    bag = {"code": {wire.SIGNATURE: wire.ARCHIVE, "path": "./app", "hash": "1"}}
    assert wire.decode(struct(bag)).values == {"code": Asset("archive", "./app")}


def test_a_signature_of_tomorrow_is_unknown() -> None:
    bag = {"x": {wire.SIGNATURE: "0" * 32}}
    assert wire.decode(struct(bag)).values == wire.decode_json(bag).values == {"x": UNKNOWN}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_both_forms_decode_alike(bag: dict[str, Any]) -> None:
    assert wire.decode(struct(bag)).values == wire.decode_json(bag).values
