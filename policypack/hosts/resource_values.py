"""Resources that a program gives as values of properties, `role=role` where `role.name` is meant.

A provider that knows no resource references, as the AWS one, is given the id, a component's URN;
so is a policy pack, and the state that the program sees holds the same.
"""

from __future__ import annotations

from typing import Any

from policypack.hosts.structs import replaced
from policypack.plan.wire import RESOURCE_REFERENCE, SIGNATURE, UNKNOWN_STRING


def as_ids(struct: Any) -> Any:
    """Return a `Struct` in which every resource is its id, a component its URN."""
    return replaced(struct, RESOURCE_REFERENCE, _id)


def _id(value: Any) -> str | None:
    fields = value.struct_value.fields
    # Reading a missing key of a protobuf map adds it.
    if SIGNATURE not in fields or fields[SIGNATURE].string_value != RESOURCE_REFERENCE:
        return None
    if "id" in fields:
        return fields["id"].string_value or UNKNOWN_STRING
    return str(fields["urn"].string_value)
