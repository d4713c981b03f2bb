"""CIDR blocks and addresses: reading them, containment, overlap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, TypeVar

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
T = TypeVar("T")

EVERYWHERE = ("0.0.0.0/0", "::/0")
_PREFIXED = re.compile(r"[0-9A-Fa-f.:]+/[0-9]{1,3}")


def parse_block(value: Any) -> Network | None:
    """Return the network of a block such as `10.0.1.0/24`; bits beyond the prefix are dropped.

    None for whatever is no block: AWS takes only an address, a slash and a number of bits.
    """
    return _network(value) if isinstance(value, str) else None


@lru_cache(maxsize=8192)
def _network(text: str) -> Network | None:
    """Rules ask for the same blocks again and again, and reading one is slow."""
    try:
        return ip_network(text, strict=False) if _PREFIXED.fullmatch(text) else None
    except ValueError:
        return None


def parse_address(value: Any) -> Address | None:
    """Return the address in a text such as `10.0.1.5`; None for whatever is none."""
    if not isinstance(value, str) or "%" in value:
        return None
    try:
        return ip_address(value)
    except ValueError:
        return None


def canonical(value: str) -> str:
    """Return a block as AWS stores it, `10.0.1.7/24` as `10.0.1.0/24`; other text as it is."""
    block = parse_block(value)
    return value if block is None else str(block)


def overlaps(one: Network, other: Network) -> bool:
    """Whether two blocks share an address; blocks of different families share none."""
    return contains(one, other) or contains(other, one)


def contains(outer: Network, inner: Network) -> bool:
    """Whether every address of `inner` is in `outer`."""
    if outer.version != inner.version or outer.prefixlen > inner.prefixlen:
        return False
    first, last = int(outer.network_address), int(outer.broadcast_address)
    return first <= int(inner.network_address) <= last


def holds(block: Network, address: Address) -> bool:
    """Whether an address is in a block."""
    return block.version == address.version and address in block


def first_overlap(
    ones: Iterable[Network], others: Sequence[Network]
) -> tuple[Network, Network] | None:
    """Return the first block of `ones` and the block of `others` that overlap, None if none do."""
    pairs = ((one, other) for one in ones for other in others)
    return next((pair for pair in pairs if overlaps(*pair)), None)


def conflicts(blocks: Iterable[tuple[Network, T]]) -> Iterator[tuple[T, T]]:
    """Yield what holds a block that overlaps another's, with the holder of that other block.

    Each holder comes at most once for a block, so n blocks give at most n - 1 conflicts. The
    larger block, or the earlier of two equal ones, is the one that is left alone. One sort and
    one pass: two CIDR blocks are disjoint, or one holds the other.
    """
    last: tuple[Network, T] | None = None
    ordered = sorted(blocks, key=lambda held: _order(held[0]))
    for block, holder in ordered:
        if last is not None and contains(last[0], block):
            yield holder, last[1]
        else:
            last = block, holder


def _order(block: Network) -> tuple[int, int, int]:
    return block.version, int(block.network_address), block.prefixlen
