"""Where in the inputs a broken row is broken: `at` with its `[]` made concrete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policypack.aws.book.rows import Inputs, Row
from policypack.plan.values import UNKNOWN, Path

MOST_ELEMENTS = 200
"""In longer lists no single element is looked for."""

_ANY = "[]"


def steps_of(at: str) -> tuple[str, ...]:
    """Split `rules[].actions[]` into `("rules", "[]", "actions", "[]")`."""
    return tuple(at.replace(_ANY, f".{_ANY}").split("."))


def places(row: Row, inputs: Inputs) -> list[Path]:
    """The paths of the properties or elements at fault for a row that `inputs` break.

    An element is at fault where the row stays broken though every other element of its list is
    unknown. Where several decide together, the path ends at their list.
    """
    return list(_places(row, inputs, (), steps_of(row.at)))


def _places(row: Row, inputs: Inputs, done: Path, rest: tuple[str, ...]) -> Iterator[Path]:
    if row.is_deep:
        done, rest = _deeper(row, inputs, done, rest)
    if _ANY not in rest:
        yield (*done, *rest)
        return
    split = rest.index(_ANY)
    path, rest = (*done, *rest[:split]), rest[split + 1 :]
    elements = _at(inputs, path)
    if not isinstance(elements, list) or not elements:
        yield path
        return
    count = len(elements)
    guilty = _guilty(row, inputs, path, elements)
    for index in guilty:
        yield from _places(row, _only(inputs, path, elements, {index}), (*path, index), rest)
    if not guilty:
        twin = _twin(row, inputs, path, elements) if count <= MOST_ELEMENTS else None
        yield path if twin is None else (*path, twin, *(step for step in rest if step != _ANY))


def _deeper(
    row: Row, inputs: Inputs, done: Path, rest: tuple[str, ...]
) -> tuple[Path, tuple[str, ...]]:
    """Return where the next missing member of a path stands below, and what of the path is left.

    Of several places the one that breaks the row though all others are unknown; where there is
    none, the path ends with what there is.
    """
    while rest and rest[0] != _ANY and _at(inputs, (*done, rest[0])) is not None:
        done, rest = (*done, rest[0]), rest[1:]
    if not rest or rest[0] == _ANY:
        return done, rest
    spots = [(*path, rest[0]) for path in _holders(_at(inputs, done), rest[0], done)]
    for spot in spots:
        others = [one for one in spots if not _is_within(one, spot) and not _is_within(spot, one)]
        if row.is_broken(_hidden(inputs, others)):
            return spot, rest[1:]
    return done, ()


def _is_within(path: Path, other: Path) -> bool:
    return path[: len(other)] == other


def _holders(tree: Any, name: str, at: Path) -> Iterator[Path]:
    """Yield the paths of the objects below that have a member of this name."""
    if isinstance(tree, dict):
        if tree.get(name) is not None:
            yield at
        for key, value in tree.items():
            yield from _holders(value, name, (*at, key))
    elif isinstance(tree, list):
        for index, element in enumerate(tree):
            yield from _holders(element, name, (*at, index))


def _hidden(inputs: Inputs, paths: list[Path]) -> Inputs:
    """Return the inputs with the values at these paths unknown."""
    for path in paths:
        if _at(inputs, path) is not None:
            inputs = _replaced(inputs, path, UNKNOWN)
    return inputs


def _guilty(row: Row, inputs: Inputs, path: Path, elements: list[Any]) -> list[int]:
    if len(elements) > MOST_ELEMENTS or row.is_broken(_only(inputs, path, elements, set())):
        return []
    return [
        index
        for index in range(len(elements))
        if row.is_broken(_only(inputs, path, elements, {index}))
    ]


def _twin(row: Row, inputs: Inputs, path: Path, elements: list[Any]) -> int | None:
    """Return the first element that is at fault together with one before it.

    Only where a third one exists: of two, a demand on the whole list would look the same.
    """
    count = len(elements)
    if count < 3:
        return None
    for index in range(1, count):
        for other in range(index):
            if row.is_broken(_only(inputs, path, elements, {index, other})):
                return index
    return None


def _only(inputs: Inputs, path: Path, elements: list[Any], kept: set[int]) -> Inputs:
    """Return the inputs with the elements of the list at `path` unknown but for `kept`."""
    known = [element if index in kept else UNKNOWN for index, element in enumerate(elements)]
    replaced: Inputs = _replaced(inputs, path, known)
    return replaced


def _replaced(tree: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, *rest = path
    copy: Any = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[step] = _replaced(tree[step], tuple(rest), value)
    return copy


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        if isinstance(step, str):
            tree = tree.get(step) if isinstance(tree, dict) else None
        else:
            tree = tree[step] if isinstance(tree, list) else None
    return tree
