"""Values and patterns as a message puts them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

LONGEST_SHOWN = 60
_ARN = re.compile(r"^\^?\(?arn:")
_SERVICE = re.compile(
    r"^\^?\(?arn:(?:\([^)]*\)|\[[^\]]*\]|[^:()\[\]])*[*+?]?\)*[*+?]?:([a-z0-9-]+):"
)
_ONE_CLASS = re.compile(r"^\^?\(?\[((?:\\.|[^\]\\])+)\](?:[*+]|\{\d+,?\d*\})\)?\$?$")
_SETS = {
    "a-z": "lower-case letters",
    "A-Z": "capitals",
    "0-9": "digits",
    r"\d": "digits",
    r"\w": "letters, digits and underscores",
    r"\s": "blanks",
    " ": "blanks",
}


def quoted(value: Any) -> str:
    """A value in a sentence: short, on one line, empty text visible."""
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def in_words(patterns: Sequence[str], value: str) -> str:
    """What a value breaks that none of the patterns is found in; the shortest is told."""
    pattern = min(patterns, key=len)
    if all(_ARN.match(one) for one in patterns) and not value.startswith("arn:"):
        services = {found.group(1) for one in patterns if (found := _SERVICE.match(one))}
        of = f" of {services.pop()}" if len(services) == 1 else ""
        return f"is not an ARN{of}"
    if (found := _ONE_CLASS.match(pattern)) and (words := _members(found.group(1))):
        return f"is not made of {words}"
    return f"does not match the pattern {pattern}"


def _members(inside: str) -> str:
    """The members of a character class in words, "" where they cannot be told plainly."""
    if inside.startswith("^"):
        return ""
    named = [word for code, word in _SETS.items() if code in inside]
    rest = inside
    for code in _SETS:
        rest = rest.replace(code, "")
    signs = re.sub(r"\\(.)", r"\1", rest)
    if "-" in signs[1:-1] or re.search(r"[A-Za-z0-9]", signs):
        return ""
    return ", ".join([*named, *dict.fromkeys(signs)])
