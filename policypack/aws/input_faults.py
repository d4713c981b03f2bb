"""What a resource's inputs break of the catalog's constraints and shapes, found in one walk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from policypack.aws.book import broken
from policypack.aws.catalog.constraints import (
    SOURCE_NAMES,
    Constraint,
    Shape,
    constraints,
    generic_path,
    shape,
)
from policypack.aws.words import in_words, quoted
from policypack.plan.resource import Resource
from policypack.plan.values import UNKNOWN, Asset, Path, format_path

_OUTPUT_AS_TEXT = re.compile(
    r"Calling (?:__str__|\[[tT]o[A-Za-z]+\]) on an \[?Output[\[<]T[\]>]\]? is not supported"
    r"|<pulumi\.output\.Output object at 0x|OutputImpl \{"
)
ENUM, NUMBER, LENGTH, PATTERN, SIZE = "enum", "number", "length", "pattern", "size"
MOST_LISTED = 12
REGISTRY = "https://www.pulumi.com/registry/packages/aws/api-docs/"
Told = tuple[str, tuple[str, ...], str]
"""What a check found: the facet, the facets of the constraint behind it, the text."""
NEVER_WRONG = (0, -1)
"""Numbers with which the provider says "none" or "unlimited"."""


class Place(NamedTuple):
    """A known value of a resource and where it stands; `generic` has `[]` for any element."""

    steps: Path
    generic: str
    value: Any
    shape: Shape | None

    @property
    def path(self) -> str:
        """The place as messages print it."""
        return format_path(self.steps)


@dataclass(frozen=True)
class Fault:
    """A facet that a value breaks; `certain` where AWS surely refuses it."""

    facet: str
    certain: bool
    path: str
    text: str
    url: str


def holds_output_as_text(text: str) -> bool:
    """Whether a text holds what an output becomes when it is made into text."""
    # Each form has this word: looking for it alone costs a tenth.
    return "Output" in text and _OUTPUT_AS_TEXT.search(text) is not None


@lru_cache(maxsize=4)
def places(resource: Resource) -> tuple[Place, ...]:
    """All known values of a resource, containers before what they hold. Raises CatalogError."""
    found: list[Place] = []
    _add_members(found, resource.tree, (), "", shape(resource.type))
    return tuple(found)


def _add_members(
    found: list[Place],
    tree: Mapping[str, Any],
    at: Path,
    generic: str,
    members: Mapping[str, Shape],
) -> None:
    for name, value in tree.items():
        path = f"{generic}.{name}" if generic else name
        _add(found, value, (*at, name), path, members.get(name))


def _add(found: list[Place], value: Any, at: Path, generic: str, kind: Shape | None) -> None:
    if value is UNKNOWN or value is None:
        return
    found.append(Place(at, generic, value, kind))
    if isinstance(value, list):
        item = kind.item if kind and kind.kind == "list" else kind
        # One element where the provider's shape has a single object: it flattens such lists.
        below = f"{generic}[]" if kind is None or kind.kind == "list" else generic
        for index, element in enumerate(value):
            _add(found, element, (*at, index), below, item)
    elif isinstance(value, dict) and kind is not None and kind.kind == "map":
        for key, member in value.items():
            _add(found, member, (*at, key), f"{generic}{{}}", kind.item)
    elif isinstance(value, dict):
        _add_members(found, value, at, generic, kind.members if kind else {})


@lru_cache(maxsize=4)
def faults(resource: Resource) -> tuple[Fault, ...]:
    """The catalog's facets that a resource breaks, without what the constraint book says better.

    Raises CatalogError where the catalog cannot be read.
    """
    known = constraints(resource.type)
    if not known:
        return ()
    found = [
        fault
        for place in places(resource)
        if (limit := known.get(place.generic)) is not None
        for fault in _of(place, limit, resource)
    ]
    if not found:
        return ()
    told = {hit.path for hit in broken(resource.type, resource.tree)}
    return tuple(fault for fault in found if fault.path not in told)


def registry_page(type_token: str) -> str:
    """The page of Pulumi's registry on the inputs of a type of the AWS provider."""
    module, _, name = type_token.partition(":")[2].partition("/")
    return f"{REGISTRY}{module}/{name.partition(':')[2].lower()}/#inputs"


def _of(place: Place, limit: Constraint, resource: Resource) -> Iterator[Fault]:
    if _is_never_wrong(place.value, limit):
        return
    found = [
        fault
        for check in _CHECKS
        if (fault := _fault(check(place, limit, resource), place, limit, resource))
    ]
    # A value is refused once: a certain fault is told rather than one that may be none.
    yield from sorted(found, key=lambda fault: not fault.certain)[:1]


def _fault(told: Told | None, place: Place, limit: Constraint, resource: Resource) -> Fault | None:
    if told is None:
        return None
    facet, names, text = told
    certain = any(limit.certain(name) for name in names)
    growing = facet == ENUM and limit.growing
    if growing and not certain:
        return None
    url = limit.url or registry_page(resource.type)
    return Fault(facet, certain and not growing, place.path, text, url)


def _is_never_wrong(value: Any, limit: Constraint) -> bool:
    if isinstance(value, bool | dict | Asset) or value in ("", []):
        return True
    if isinstance(value, str):
        return value in limit.defaults or holds_output_as_text(value)
    return isinstance(value, int | float) and (value in NEVER_WRONG or str(value) in limit.defaults)


def _enum(place: Place, limit: Constraint, resource: Resource) -> Told | None:
    value = place.value
    if not limit.enum or isinstance(value, list):
        return None
    if not isinstance(value, str) and not all(one.isdigit() for one in limit.enum):
        return None
    if limit.has_member(str(value)):
        return None
    secret = resource.is_secret(place.steps)
    return ENUM, ("enum",), f"{_shown(value, secret)} is not {_choices(limit, str(value), secret)}"


def _choices(limit: Constraint, value: str, secret: bool) -> str:
    if len(limit.enum) == 1:
        return f"the one allowed value, {limit.enum[0]}"
    if len(limit.enum) <= MOST_LISTED:
        return f"one of {', '.join(limit.enum)}"
    close = [] if secret else limit.nearest(value)
    near = f", of which {', '.join(close)} come{'s' * (len(close) == 1)} nearest" if close else ""
    return f"one of the {len(limit.enum)} known values{near}"


def _number(place: Place, limit: Constraint, resource: Resource) -> Told | None:
    value = place.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    broken_facet = _outside(value, limit.minimum, limit.maximum, "minimum", "maximum")
    if broken_facet is None:
        return None
    shown = _shown(value, resource.is_secret(place.steps))
    bounds = _bounds(broken_facet, limit.minimum, limit.maximum, limit)
    return NUMBER, (broken_facet,), f"{shown} is not {bounds}"


def _length(place: Place, limit: Constraint, resource: Resource) -> Told | None:
    del resource
    if not isinstance(place.value, str):
        return None
    length = len(place.value)
    facet = _outside(length, limit.min_length, limit.max_length, "min_length", "max_length")
    if facet is None:
        return None
    bounds = _bounds(facet, limit.min_length, limit.max_length, limit)
    return LENGTH, (facet,), f"is {_count(length, 'character')} long, not {bounds}"


def _pattern(place: Place, limit: Constraint, resource: Resource) -> Told | None:
    if not isinstance(place.value, str) or limit.accepts(place.value):
        return None
    form = in_words(limit.patterns, place.value)
    shown = _shown(place.value, resource.is_secret(place.steps))
    return PATTERN, ("patterns",), f"{shown} {form}"


def _size(place: Place, limit: Constraint, resource: Resource) -> Told | None:
    del resource
    if not isinstance(place.value, list):
        return None
    size = len(place.value)
    facet = _outside(size, limit.min_items, limit.max_items, "min_items", "max_items")
    if facet is None:
        return None
    bounds = _bounds(facet, limit.min_items, limit.max_items, limit)
    return SIZE, (facet,), f"has {_count(size, 'element')}, not {bounds}"


_CHECKS: tuple[Callable[[Place, Constraint, Resource], Told | None], ...] = (
    _enum,
    _number,
    _length,
    _pattern,
    _size,
)


def _outside(
    value: float, least: float | None, most: float | None, low: str, high: str
) -> str | None:
    if least is not None and value < least:
        return low
    return high if most is not None and value > most else None


def _bounds(facet: str, least: float | None, most: float | None, limit: Constraint) -> str:
    """The bounds in words; the other one only where it is as certain as the broken one."""
    low = facet.replace("max", "min")
    high = facet.replace("min", "max")
    both = least is not None and most is not None
    if both and limit.certain(low) == limit.certain(high):
        return f"{least:,} to {most:,}" if least != most else f"exactly {least:,}"
    return f"{least:,} or more" if facet == low else f"{most:,} or less"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _shown(value: Any, secret: bool) -> str:
    return "the secret value" if secret else quoted(value)


def witnesses(limit: Constraint, facet: str) -> list[str]:
    """The sources of a facet, as a person knows them."""
    return [SOURCE_NAMES[letter] for letter in limit.sources.get(facet, "")]


__all__ = [
    "ENUM",
    "LENGTH",
    "NUMBER",
    "PATTERN",
    "SIZE",
    "Fault",
    "Place",
    "faults",
    "generic_path",
    "holds_output_as_text",
    "places",
    "witnesses",
]
