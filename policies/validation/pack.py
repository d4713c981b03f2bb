"""The rules of the whole pack, to which those made of data leave what they say better."""

from __future__ import annotations

import importlib
from functools import cache

from policypack.rules.registry import Registry, collect


@cache
def pack() -> Registry:
    """Return all rules of the pack. To be asked once they are all made: when one runs."""
    return collect(importlib.import_module("policies"))
