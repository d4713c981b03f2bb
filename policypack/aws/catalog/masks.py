"""Bit masks over an ordered list, which tables of names by place are kept as."""

from __future__ import annotations

from collections.abc import Sequence


def members(places: Sequence[str], mask: int) -> tuple[str, ...]:
    """The places whose bit is set in the mask."""
    return tuple(place for position, place in enumerate(places) if mask >> position & 1)
