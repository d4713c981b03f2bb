"""Trees of values, as plans hold them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def paths_in(tree: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything below the root, containers before what they hold."""
    members: Any = ()
    if isinstance(tree, dict):
        members = tree.items()
    elif isinstance(tree, list):
        members = enumerate(tree)
    for key, member in members:
        yield (*at, key)
        yield from paths_in(member, (*at, key))
