"""Values that nobody can know in a preview without AWS, in the answers of data sources.

They are no unknowns of Pulumi's, on which a program could call no method of a text. Whatever text
a program makes of one is unknown to the plan, as it is with Pulumi's own unknowns.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import struct_pb2

from policypack.plan.values import UNKNOWN
from policypack.plan.wire import UNKNOWN_STRING

UNDECIDED = "undecided-0d2c9a4e7b5f4c55"
_BYTES = UNDECIDED.encode()


def undecided(value: Any) -> Any:
    """Return the arguments of a data source with what is unknown of them undecided."""
    if value is UNKNOWN:
        return UNDECIDED
    if isinstance(value, dict):
        return {key: undecided(member) for key, member in value.items()}
    return [undecided(one) for one in value] if isinstance(value, list) else value


def is_undecided(value: Any) -> bool:
    """Whether anything undecided is in a value."""
    if isinstance(value, dict):
        return any(is_undecided(member) for member in value.values())
    if isinstance(value, list):
        return any(is_undecided(one) for one in value)
    return isinstance(value, str) and UNDECIDED in value


def without_undecided(struct: Any) -> Any:
    """Return a `Struct` in which every text with something undecided in it is unknown."""
    if _BYTES not in struct.SerializeToString():
        return struct
    made = struct_pb2.Struct()
    for key, value in struct.fields.items():
        made.fields[key].CopyFrom(_decided(value))
    return made


def _decided(value: Any) -> Any:
    if _BYTES not in value.SerializeToString():
        return value
    made = struct_pb2.Value()
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        made.list_value.values.extend(_decided(one) for one in value.list_value.values)
    elif kind == "struct_value" and not any(UNDECIDED in key for key in value.struct_value.fields):
        made.struct_value.CopyFrom(without_undecided(value.struct_value))
    else:
        # A map with a key that is not known is as a whole unknown.
        made.string_value = UNKNOWN_STRING
    return made
