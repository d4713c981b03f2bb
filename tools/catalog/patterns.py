"""Which regular expressions of AWS's models Python may search with, without surprise or delay.

Models hold expressions of several dialects. One that Python reads in another way, cannot read, or
can spend seconds on is left out: then nothing is said about the property's form.

Those that Python can spend seconds on are listed in `slow_patterns.json`, so that what a build
gives does not hang on how busy the machine is; the build tries all others, and stops at a slow one.
"""

import json
import re
import signal
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FrameType

from tools.catalog.sources import CatalogBuildError

LIMIT = 1.0
"""Seconds that no search may take; the slowest that is not listed needs a sixteenth of that."""
LISTED = Path(__file__).with_name("slow_patterns.json")
SLOW = frozenset(json.loads(LISTED.read_text(encoding="utf-8")))
LONGEST = 1024
"""Characters of the longest value that is searched; see policypack/aws/catalog/constraints.py."""
FOREIGN = re.compile(r"\\[pPhHRXzZGKQE]|\[\[:|\[:\w+:\]|&&|\(\?[>RP(&]|\(\?<[A-Za-z]|[*+?}]\+")
PROBES = ("!", " ", "\x01", "\u00e9\u4e2d", "a", "Z", "0", "-", "_", "/", "a b", "x" * 900, "\n")


class Slow(Exception):  # noqa: N818 - it is no error
    """A search that took too long."""


@cache
def usable(pattern: str) -> str | None:
    """The expression, or None where Python must not search with it.

    Raises CatalogBuildError where a search with it takes seconds and nobody has listed it.
    """
    if FOREIGN.search(pattern) or pattern in SLOW:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled = re.compile(pattern)
    except (re.error, FutureWarning, DeprecationWarning, OverflowError, RecursionError):
        return None
    if not fast(compiled):
        raise CatalogBuildError(f"a search with {pattern} takes long: list it in {LISTED.name}")
    return pattern


@cache
def trivial(pattern: str) -> bool:
    """Whether an expression is found in anything at all."""
    return all(re.search(pattern, probe) for probe in PROBES)


def fast(compiled: re.Pattern[str]) -> bool:
    """Whether searching stays quick on texts made to be slow for this expression."""
    previous = signal.signal(signal.SIGVTALRM, stop)
    try:
        return all(quick(compiled, text) for text in hostile(compiled.pattern))
    finally:
        signal.signal(signal.SIGVTALRM, previous)


def stop(number: int, frame: FrameType | None) -> None:
    """End a search."""
    del number, frame
    raise Slow


def quick(compiled: re.Pattern[str], text: str) -> bool:
    """Whether one search ends in time."""
    # The processor time of this process: other work on the machine does not count.
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    try:
        compiled.search(text)
    except (Slow, RecursionError):
        return False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return True


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
