"""Property bags on their way from a program to the plan, with some values put in others' place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf import struct_pb2

Replace = Callable[[Any], str | None]


def replaced(struct: Any, mark: str, replace: Replace) -> Any:
    """Return a `Struct` with texts in the place of some of its values; itself where none is.

    Args:
        struct: the bag.
        mark: a text that stands in everything to be replaced; what lacks it is not looked at.
        replace: the text for a value with the mark in it, None to look at what it holds.
    """
    if mark.encode() not in struct.SerializeToString():
        return struct
    made = struct_pb2.Struct()
    for key, value in struct.fields.items():
        made.fields[key].CopyFrom(_value(value, mark, replace))
    return made


def _value(value: Any, mark: str, replace: Replace) -> Any:
    if mark.encode() not in value.SerializeToString():
        return value
    text = replace(value)
    if text is not None:
        return struct_pb2.Value(string_value=text)
    made = struct_pb2.Value()
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        members = value.list_value.values
        made.list_value.values.extend(_value(one, mark, replace) for one in members)
    elif kind == "struct_value":
        made.struct_value.CopyFrom(replaced(value.struct_value, mark, replace))
    else:
        made.CopyFrom(value)
    return made
