"""What AWS accepts for each input of each resource type: values, bounds, forms, sizes, shapes.

Generated from botocore, CloudFormation's schemas and the SDK's documentation by
`tools/catalog/constraints.py`; a module's file is read when a rule first asks for one of its types.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from types import MappingProxyType
from typing import Any, TypeVar

from policypack.aws.catalog.loader import CatalogError, load
from policypack.plan.normalise import canonical_type

T = TypeVar("T")
TABLE = "constraints"
LONGEST_SEARCHED = 1024
"""Characters beyond which no pattern is tried: the time of every search was bounded up to here."""
SOURCE_NAMES = {
    "B": "the AWS API model",
    "C": "the CloudFormation schema",
    "S": "the provider's documentation",
    "O": "read by a person",
}
FACETS = (
    "enum",
    "minimum",
    "maximum",
    "min_length",
    "max_length",
    "min_items",
    "max_items",
    "patterns",
)


@dataclass(frozen=True)
class Constraint:
    """What AWS accepts for one property.

    Lengths are in characters, sizes in elements. `sources` tells for each facet which of
    B (botocore), C (CloudFormation), S (documentation), O (hand-kept) carry it. `growing` marks a
    vocabulary that AWS extends, so that a value outside of `enum` may be newer than the catalog.
    `also` are texts that the documentation quotes beside its lists: accepted, but not suggested.
    `defaults` are the values that the documentation states as defaults, as text; `url` is the page
    of a hand-kept facet.
    """

    enum: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    patterns: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    growing: bool = False
    also: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    url: str = ""

    def certain(self, facet: str) -> bool:
        """Whether two independent sources, or a person, carry a facet."""
        letters = self.sources.get(facet, "")
        return len(letters) > 1 or "O" in letters

    @property
    def facets(self) -> tuple[str, ...]:
        """The names of the facets that are known, in a fixed order."""
        return tuple(name for name in FACETS if name in self.sources)

    def accepts(self, text: str) -> bool:
        """Whether one of the patterns is found in a text; a long text is not searched."""
        if not self.patterns or len(text) > LONGEST_SEARCHED:
            return True
        return any(compiled(pattern).search(text) for pattern in self.patterns)

    def has_member(self, value: str) -> bool:
        """Whether a value is one of the enumeration, in any case."""
        return not self.enum or value.casefold() in self._folded

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(value.casefold() for value in self.enum + self.also)

    def nearest(self, value: str, count: int = 3) -> list[str]:
        """The members of the enumeration that resemble a value most."""
        if value.isdigit() and all(member.isdigit() for member in self.enum):
            return sorted(self.enum, key=lambda one: abs(int(one) - int(value)))[:count]
        return list(_nearest(self.enum, value.casefold(), count))


@lru_cache(maxsize=1024)
def _nearest(enum: tuple[str, ...], value: str, count: int) -> tuple[str, ...]:
    """Compare once: a program often has the same slip in many places, and enumerations are long."""
    by_fold = {member.casefold(): member for member in enum}
    return tuple(by_fold[name] for name in difflib.get_close_matches(value, by_fold, count, 0.5))


@dataclass(frozen=True)
class Shape:
    """What a property holds.

    `kind` is string, integer, number, boolean, asset, json (text or an object), any, list, map or
    object; `item` what a list or a map is made of, `members` the properties of an object.
    """

    kind: str
    item: Shape | None = None
    members: Mapping[str, Shape] = field(default_factory=dict)


_KINDS = {
    "s": "string",
    "i": "integer",
    "n": "number",
    "b": "boolean",
    "a": "asset",
    "j": "json",
    "u": "any",
}
_SCALARS = {code: Shape(kind) for code, kind in _KINDS.items()}
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@cache
def constraints(type_token: str) -> Mapping[str, Constraint]:
    """The constraints of a type by property path; empty for a type that is not known.

    A path has `[]` for any element of a list: `ingress[].protocol`. Raises CatalogError.
    """
    return _Lazy(_entry(canonical_type(type_token)).get("constraints", {}), _constraint)


def constraint(type_token: str, path: str) -> Constraint | None:
    """The constraint of one property, None where nothing is known. Raises CatalogError.

    Indices may stand in the path: `ingress[1].protocol` asks for `ingress[].protocol`.
    """
    return constraints(type_token).get(generic_path(path))


@cache
def shape(type_token: str) -> Mapping[str, Shape]:
    """What each input of a type holds; empty for a type that is not known. Raises CatalogError."""
    return _Lazy(_entry(canonical_type(type_token)).get("shape", {}), _shape)


def shape_at(type_token: str, path: str) -> Shape | None:
    """What the property at a path holds, None where the type has no such property."""
    members, found = shape(type_token), None
    for step in generic_path(path).split("."):
        name = step.rstrip("[]")
        found = members.get(name)
        for _ in range(step.count("[]")):
            found = found.item if found and found.kind == "list" else None
        if found is None:
            return None
        members = found.members
    return found


def paths(type_token: str) -> list[str]:
    """All property paths of a type, nested ones included, sorted. Raises CatalogError."""
    return sorted(_paths(shape(type_token), ""))


def python_name(type_token: str, wire: str) -> str:
    """The Python name of an input: `vpcId` -> `vpc_id`."""
    irregular = _entry(canonical_type(type_token)).get("python", {})
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found.group(1).lower()}", wire)
    return str(irregular.get(wire, snake))


def origins(type_token: str) -> Mapping[str, str]:
    """What a type's constraints were read from, by source letter."""
    return MappingProxyType(_entry(canonical_type(type_token)).get("origins", {}))


@cache
def known_types() -> frozenset[str]:
    """The canonical tokens of all types. Raises CatalogError."""
    return frozenset(load(f"{TABLE}/index"))


def near(name: str, names: Iterable[str], count: int = 5) -> list[str]:
    """The names that resemble `name` most; the last part of a token counts as much as the whole."""
    wanted = name.casefold()
    by_short: dict[str, list[str]] = {}
    for one in sorted(names):
        by_short.setdefault(_short(one), []).append(one)
    inside = [one for one in sorted(names) if wanted and wanted in one.casefold()]
    close = difflib.get_close_matches(_short(name), by_short, count, 0.6)
    found = [one for key in close for one in by_short[key]]
    found.sort(key=lambda one: -difflib.SequenceMatcher(None, wanted, one.casefold()).ratio())
    ranked = dict.fromkeys([*found, *sorted(inside, key=len)])
    return list(ranked)[:count]


def generic_path(path: str) -> str:
    """A path with its indices left out: `ingress[1].protocol` -> `ingress[].protocol`."""
    return re.sub(r"\[\d+\]", "[]", path)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the catalog, compiled once."""
    return re.compile(pattern)


def _short(name: str) -> str:
    return name.rpartition(":")[2].casefold()


@cache
def _entry(token: str) -> Mapping[str, Any]:
    if token not in known_types():
        return _NOTHING
    module = token.split(":")[1].partition("/")[0]
    try:
        # A type's rows are text in the module's file: those of other types are not parsed.
        rows: dict[str, Any] = json.loads(load(f"{TABLE}/{module}")[token])
    except (KeyError, TypeError, ValueError):
        raise CatalogError(f"the catalog file data/{TABLE}/{module}.json.gz is corrupt") from None
    return rows


def _constraint(row: Mapping[str, Any]) -> Constraint:
    facets = {name: row[name] for name in FACETS if name in row}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, (_, value) in facets.items()
    }
    return Constraint(
        **values,
        sources={name: letters for name, (letters, _) in facets.items()},
        growing=bool(row.get("growing")),
        also=tuple(row.get("also", ())),
        defaults=tuple(row.get("defaults", ())),
        url=row.get("url", ""),
    )


class _Lazy(Mapping[str, T]):
    """A mapping whose values are made from their packed form when they are first asked for."""

    __slots__ = ("_made", "_packed", "_unpack")

    def __init__(self, packed: Mapping[str, Any], unpack: Callable[[Any], T]) -> None:
        self._packed, self._unpack = packed, unpack
        self._made: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = self._unpack(self._packed[name])
        return made

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a name; most are asked for in vain, so nothing is raised."""
        made = self._made.get(name)
        if made is None and name in self._packed:
            return self[name]
        return default if made is None else made

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def _shape(code: Any) -> Shape:
    marks, inner = (code[:-1], code[-1]) if isinstance(code, str) else code
    made = (
        Shape("object", members=_Lazy(inner, _shape))
        if isinstance(inner, dict)
        else _SCALARS[inner]
    )
    for mark in reversed(marks):
        made = Shape("list" if mark == "[" else "map", item=made)
    return made


def _paths(members: Mapping[str, Shape], at: str) -> Iterable[str]:
    for name, one in members.items():
        path, inner = f"{at}{name}", one
        yield path
        while inner.kind == "list" and inner.item:
            path, inner = f"{path}[]", inner.item
        yield from _paths(inner.members, f"{path}.")
