"""Secrets of a stack's configuration, which only its passphrase or key would open.

A program gets an unknown secret for them, so that no rule judges a text that stands in their place.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import pulumi

# What a program reads that asks for such a value without calling it a secret.
SECRET_TEXT = "[secret]"
_READERS = [
    f"{verb}_secret{kind}"
    for verb in ("get", "require")
    for kind in ("", "_bool", "_int", "_float", "_object")
]


@contextlib.contextmanager
def sealed(keys: frozenset[str]) -> Iterator[None]:
    """Let the configuration's `get_secret` and `require_secret` answer unknown for some keys.

    Args:
        keys: the full names, such as `shop:dbPassword`.
    """
    originals = {name: getattr(pulumi.Config, name) for name in _READERS}
    for name, original in originals.items():
        setattr(pulumi.Config, name, _sealing(original, keys))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(pulumi.Config, name, original)


def _sealing(original: Callable[..., Any], keys: frozenset[str]) -> Callable[..., Any]:
    @functools.wraps(original)
    def read(config: pulumi.Config, key: str, *more: Any, **options: Any) -> Any:
        if config.full_key(key) in keys:
            return unknown_output(is_secret=True)
        return original(config, key, *more, **options)

    return read


def unknown_output(*resources: pulumi.Resource, is_secret: bool = False) -> pulumi.Output[Any]:
    """Return an output that is not known in a preview, of what these resources give out."""

    def settled(value: Any) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_event_loop().create_future()
        future.set_result(value)
        return future

    return pulumi.Output(set(resources), settled(None), settled(False), settled(is_secret))
