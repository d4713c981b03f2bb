"""How tables are packed: bit masks over an ordered list, and parts that a name falls into."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

POLICY_PARTS = 48


def members(places: Sequence[str], mask: int) -> tuple[str, ...]:
    """The places whose bit is set in the mask."""
    return tuple(place for position, place in enumerate(places) if mask >> position & 1)


def policy_part(name: str) -> str:
    """The part of the table of managed policies that holds the policy with this name."""
    return str(zlib.crc32(name.encode()) % POLICY_PARTS)
