"""Values that nobody can know in a preview without AWS, in the answers of data sources.

They are no unknowns of Pulumi's, on which a program could call no method of a text. Whatever text
a program makes of one is unknown to the plan, as it is with Pulumi's own unknowns.
"""

from __future__ import annotations

from typing import Any

from policypack.hosts.structs import replaced
from policypack.plan.values import UNKNOWN
from policypack.plan.wire import UNKNOWN_STRING

UNDECIDED = "undecided-0d2c9a4e7b5f4c55"


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
    return replaced(struct, UNDECIDED, _unknown)


def _unknown(value: Any) -> str | None:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        # A map with a key that is not known is as a whole unknown.
        has_open_key = any(UNDECIDED in key for key in value.struct_value.fields)
        return UNKNOWN_STRING if has_open_key else None
    return None if kind == "list_value" else UNKNOWN_STRING
