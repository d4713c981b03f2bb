"""All rules, a package a failure domain and a module a failure mode."""

from __future__ import annotations

import sys
from functools import cache

from policypack.rules.registry import Registry, collect


@cache
def pack() -> Registry:
    """Return every rule. Rules made of data ask it, when they run, what others say better."""
    return collect(sys.modules[__name__])
