"""Which regular expressions of AWS's models Python may search with, without surprise or delay.

Models hold expressions of several dialects. One that Python reads in another way, cannot read, or
can spend seconds on is left out: then nothing is said about the property's form.
"""

import re
import signal
import time
import warnings
from collections.abc import Iterator
from functools import cache
from types import FrameType

LIMIT = 0.1
"""Seconds that no search may take; a sound one needs a thousandth of that."""
LONGEST = 1024
"""Characters of the longest value that is searched; see policypack/aws/catalog/constraints.py."""
FOREIGN = re.compile(r"\\[pPhHRXzZGKQE]|\[\[:|\[:\w+:\]|&&|\(\?[>RP(&]|\(\?<[A-Za-z]|[*+?}]\+")
PROBES = ("!", " ", "\x01", "\u00e9\u4e2d", "a", "Z", "0", "-", "_", "/", "a b", "x" * 900, "\n")


class Slow(Exception):  # noqa: N818 - it is no error
    """A search that took too long."""


@cache
def usable(pattern: str) -> str | None:
    """The expression, or None where Python must not search with it."""
    if FOREIGN.search(pattern):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled = re.compile(pattern)
    except (re.error, FutureWarning, DeprecationWarning, OverflowError, RecursionError):
        return None
    return pattern if fast(compiled) else None


@cache
def trivial(pattern: str) -> bool:
    """Whether an expression is found in anything at all."""
    return all(re.search(pattern, probe) for probe in PROBES)


def fast(compiled: re.Pattern[str]) -> bool:
    """Whether searching stays quick on texts made to be slow for this expression."""
    previous = signal.signal(signal.SIGALRM, stop)
    try:
        return all(quick(compiled, text) for text in hostile(compiled.pattern))
    finally:
        signal.signal(signal.SIGALRM, previous)


def stop(number: int, frame: FrameType | None) -> None:
    """End a search."""
    del number, frame
    raise Slow


def quick(compiled: re.Pattern[str], text: str) -> bool:
    """Whether one search ends in time."""
    signal.setitimer(signal.ITIMER_REAL, 10 * LIMIT)
    started = time.process_time()
    try:
        compiled.search(text)
    except (Slow, RecursionError):
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return time.process_time() - started < LIMIT


def hostile(pattern: str) -> Iterator[str]:
    """Texts on which a careless expression of this shape backtracks without end."""
    literal = re.sub(r"\\[wdsS]|[\^$()|*+?{}\[\]\\]", "", pattern)[:40]
    units = dict.fromkeys(
        ["a", "0", "A", "-", ".", "/", ":", "_", "a-", "a.", "a/", "a:", "0.", "aA0"]
    )
    units |= dict.fromkeys(re.findall(r"[A-Za-z0-9:/._-]", literal))
    starts = ["", *dict.fromkeys([starting(pattern)])]
    for start in starts:
        for unit in units:
            for count in (24, 32, LONGEST):
                text = (start + unit * count)[:LONGEST]
                yield from (text + "\x01", text)


def starting(pattern: str) -> str:
    """The literal text an anchored expression begins with: the part an attack has to get past."""
    return re.match(r"[\w:/-]*", pattern.lstrip("^(")).group()  # type: ignore[union-attr]
