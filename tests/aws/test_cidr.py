from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policypack.aws.cidr import (
    Network,
    canonical,
    conflicts,
    contains,
    first_overlap,
    holds,
    overlaps,
    parse_address,
    parse_block,
)


def block(text: str) -> Network:
    found = parse_block(text)
    assert found is not None
    return found


# Few addresses, so that blocks meet.
small_blocks = st.one_of(
    st.builds(
        lambda host, bits: ip_network((0x0A000000 + host, bits), strict=False),
        st.integers(0, 255),
        st.integers(22, 32),
    ),
    st.builds(
        lambda host, bits: ip_network((0x20010DB8 << 96 | host, bits), strict=False),
        st.integers(0, 255),
        st.integers(118, 128),
    ),
)
junk = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary())


@given(st.lists(small_blocks))
def test_the_sweep_finds_what_brute_force_finds(blocks: list[Network]) -> None:
    held = [(one, number) for number, one in enumerate(blocks)]
    found = list(conflicts(held))
    for loser, keeper in found:
        assert blocks[loser].version == blocks[keeper].version
        assert set(_span(blocks[loser])) & set(_span(blocks[keeper]))
    losers = [loser for loser, _ in found]
    assert len(losers) == len(set(losers))
    kept = [one for number, one in enumerate(blocks) if number not in losers]
    assert not any(
        _meet(one, other) for index, one in enumerate(kept) for other in kept[index + 1 :]
    )


@given(small_blocks, small_blocks)
def test_overlap_and_containment_are_those_of_sets(one: Network, other: Network) -> None:
    assert overlaps(one, other) == _meet(one, other)
    same_family = one.version == other.version
    assert contains(one, other) == (same_family and set(_span(other)) <= set(_span(one)))


def _span(one: Network) -> range:
    return range(int(one.network_address), int(one.broadcast_address) + 1)


def _meet(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


@given(junk)
def test_junk_is_no_block_and_raises_nothing(value: Any) -> None:
    for parse in (parse_block, parse_address):
        parse(value)


@pytest.mark.parametrize(
    "value",
    [
        "10.0.0.0",
        "10.0.0.0/33",
        "10.0.0.0/255.255.0.0",
        "10.0.0/8",
        " 10.0.0.0/8",
        "10.0.0.0/8\n",
        "fe80::1%eth0/64",
        "::/129",
        10,
        ["10.0.0.0/8"],
    ],
)
def test_it_is_no_block(value: Any) -> None:
    assert parse_block(value) is None


def test_host_bits_are_dropped() -> None:
    assert canonical("10.0.1.7/24") == "10.0.1.0/24"
    assert canonical("2001:DB8:0::/32") == "2001:db8::/32"
    assert canonical("pl-1") == "pl-1"


def test_addresses() -> None:
    inside, outside = parse_address("10.0.1.5"), parse_address("10.0.2.5")
    assert inside is not None
    assert outside is not None
    assert holds(block("10.0.1.0/24"), inside)
    assert not holds(block("10.0.1.0/24"), outside)
    assert not holds(block("::/0"), inside)
    assert parse_address("fe80::1%eth0") is None


def test_the_first_overlap() -> None:
    ones = [block("10.0.0.0/16"), block("10.1.0.0/16")]
    others = [block("10.2.0.0/16"), block("10.1.128.0/17")]
    assert first_overlap(ones, others) == (ones[1], others[1])
    assert first_overlap(ones, others[:1]) is None


def test_of_equal_blocks_the_earlier_is_left_alone() -> None:
    one = block("10.0.0.0/24")
    assert list(conflicts([(one, "a"), (one, "b")])) == [("b", "a")]
