"""Resources that a program gives as values of properties, `role=role` where `role.name` is meant.

A provider that knows no resource references, as the AWS one, is given the id, a component's URN;
so is a policy pack, and the state that the program sees holds the same.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import struct_pb2

from policypack.plan.wire import RESOURCE_REFERENCE, SIGNATURE, UNKNOWN_STRING

_BYTES = RESOURCE_REFERENCE.encode()


def as_ids(struct: Any) -> Any:
    """Return a `Struct` in which every resource is its id, a component its URN."""
    if _BYTES not in struct.SerializeToString():
        return struct
    made = struct_pb2.Struct()
    for key, value in struct.fields.items():
        made.fields[key].CopyFrom(_as_id(value))
    return made


def _as_id(value: Any) -> Any:
    if _BYTES not in value.SerializeToString():
        return value
    made = struct_pb2.Value()
    if value.WhichOneof("kind") == "list_value":
        made.list_value.values.extend(_as_id(one) for one in value.list_value.values)
        return made
    fields = value.struct_value.fields
    # Reading a missing key of a protobuf map adds it.
    if SIGNATURE not in fields or fields[SIGNATURE].string_value != RESOURCE_REFERENCE:
        made.struct_value.CopyFrom(as_ids(value.struct_value))
    elif "id" in fields:
        made.string_value = fields["id"].string_value or UNKNOWN_STRING
    else:
        made.string_value = fields["urn"].string_value
    return made
