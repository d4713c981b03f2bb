"""Values of a plan: what is unknown, what is secret, and how a rule reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from policypack.plan.finding import Finding
    from policypack.plan.resource import Resource

Step = str | int
Path = tuple[Step, ...]


class Undetermined(Exception):  # noqa: N818 - it is no error
    """A value that a rule asked for is absent or not known yet."""


class Unknown:
    """The type of `UNKNOWN`, a value that only exists once the resource does."""

    _instance: Unknown | None = None

    def __new__(cls) -> Unknown:
        """Return the one instance."""
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise Undetermined("the truth of an unknown value")


UNKNOWN = Unknown()
ABSENT: Any = object()


@dataclass(frozen=True)
class Asset:
    """A file or an archive that a resource uploads; its contents are not looked at.

    `kind` is "asset" or "archive"; `source` the path, URI or "" for inline content.
    """

    kind: str
    source: str


_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@lru_cache(maxsize=4096)
def parse_path(path: str) -> Path:
    """Split `ingress[0].fromPort` into its steps: `("ingress", 0, "fromPort")`."""
    return tuple(int(index) if index else name for index, name in _STEP.findall(path))


def format_path(steps: Sequence[Step]) -> str:
    """Join steps to a path as messages print it: `ingress[0].fromPort`."""
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def look_up(tree: Any, path: Path) -> Any:
    """Return what stands at `path` in a decoded tree.

    `ABSENT` where nothing (or null) stands there or a container has another shape, `UNKNOWN`
    where the value or something above it is unknown.
    """
    for step in path:
        if tree is UNKNOWN:
            return UNKNOWN
        if isinstance(step, str):
            tree = tree.get(step, ABSENT) if isinstance(tree, dict) else ABSENT
        else:
            tree = tree[step] if isinstance(tree, list) and step < len(tree) else ABSENT
        if tree is ABSENT or tree is None:
            return ABSENT
    return tree


def known_at(tree: Any, path: str) -> Any:
    """Return the value at `path` as it was decoded; None where it is absent or unknown."""
    value = look_up(tree, parse_path(path))
    return None if value is ABSENT or value is UNKNOWN else value


def is_given(tree: Any, path: str) -> bool:
    """Whether a list with elements or a text stands at `path`, its elements known or not.

    What is unknown as a whole may be empty, and counts as not given.
    """
    return look_up(tree, parse_path(path)) not in (ABSENT, UNKNOWN, [], "")


def holds_unknown(tree: Any) -> bool:
    """Whether anything in a decoded tree is unknown."""
    if isinstance(tree, dict):
        return any(holds_unknown(value) for value in tree.values())
    if isinstance(tree, list):
        return any(holds_unknown(value) for value in tree)
    return tree is UNKNOWN


def shown(tree: Any) -> str:
    """Return a decoded value as a message quotes it; texts stand as they are, without quotes."""
    if isinstance(tree, dict):
        members = (f"{key}: {shown(value)}" for key, value in tree.items() if value is not None)
        return "{" + ", ".join(members) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(shown, tree)) + "]"
    return "unknown" if tree is UNKNOWN else str(tree)


class Block(Mapping[str, Any]):
    """A nested object of a resource, read like the resource itself.

    Iteration goes over the members that are present; reading one that is unknown raises
    `Undetermined`.
    """

    __slots__ = ("_at", "_tree", "resource")

    def __init__(self, resource: Resource, tree: dict[str, Any], at: Path) -> None:
        self.resource = resource
        self._tree = tree
        self._at = at

    @property
    def path(self) -> str:
        """Where the block stands in its resource: `ingress[0]`."""
        return format_path(self._at)

    def __getitem__(self, path: str) -> Any:
        """Return the value at `path`.

        Raises:
            Undetermined: the value is absent or unknown.
        """
        return determined(self.resource, self._tree, self._at, path)

    @overload
    def get(self, path: str) -> Any: ...
    @overload
    def get(self, path: str, default: Any) -> Any: ...
    def get(self, path: str, default: Any = None) -> Any:
        """Return the value at `path`, or `default`, AWS's own, where it is absent.

        Raises:
            Undetermined: the value is unknown.
        """
        return determined(self.resource, self._tree, self._at, path, default)

    def has(self, path: str) -> bool:
        """Whether something stands at `path`, known or not.

        Raises:
            Undetermined: something above `path` is unknown.
        """
        return present(self._tree, path)

    def is_known(self, path: str) -> bool:
        """Whether a value stands at `path` and holds nothing unknown at any depth."""
        value = look_up(self._tree, parse_path(path))
        return value is not ABSENT and not holds_unknown(value)

    def each(self, path: str) -> Iterator[Block]:
        """The objects at `path` that are known, whether it holds a list of them or one."""
        value = look_up(self._tree, parse_path(path))
        at = self._at + parse_path(path)
        return blocks(self.resource, value, at)

    def finding(self, path: str, text: str, **detail: Any) -> Finding:
        """Report a fault at `path` below this block; see `Resource.finding`."""
        return self.resource.finding(format_path(self._at + parse_path(path)), text, **detail)

    def full_path(self, path: str) -> str:
        """Return `path`, which is relative to this block, as the resource counts it."""
        return format_path(self._at + parse_path(path))

    @property
    def tree(self) -> dict[str, Any]:
        """The decoded members as they are, with `UNKNOWN` in them."""
        return self._tree

    def __iter__(self) -> Iterator[str]:
        return (key for key, value in self._tree.items() if value is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._tree.get(key) is not None

    def __repr__(self) -> str:
        return shown(self._tree)

    def __hash__(self) -> int:
        """Allow `value in {...}` on a value of any shape; equal blocks have equal hashes."""
        return hash(frozenset(self))


class Items(Sequence[Any]):
    """A list of a resource; reading an element that is unknown raises `Undetermined`."""

    __slots__ = ("_at", "_tree", "resource")

    def __init__(self, resource: Resource, tree: list[Any], at: Path) -> None:
        self.resource = resource
        self._tree = tree
        self._at = at

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self._tree)))]
        value = self._tree[index]
        if value is UNKNOWN:
            raise Undetermined(format_path((*self._at, index)))
        return view(self.resource, value, (*self._at, index % len(self._tree)))

    def __len__(self) -> int:
        return len(self._tree)

    def known(self) -> Iterator[Any]:
        """The elements that are not unknown."""
        for index, value in enumerate(self._tree):
            if value is not UNKNOWN and value is not None:
                yield view(self.resource, value, (*self._at, index))

    @property
    def tree(self) -> list[Any]:
        """The decoded elements as they are, with `UNKNOWN` among them."""
        return self._tree

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else False

    def __repr__(self) -> str:
        return shown(self._tree)

    def __hash__(self) -> int:
        """Allow `value in {...}` on a value of any shape; equal lists have equal hashes."""
        return hash(len(self._tree))


def view(resource: Resource, value: Any, at: Path) -> Any:
    """Wrap a decoded object or list so that reading an unknown part of it raises."""
    if isinstance(value, dict):
        return Block(resource, value, at)
    if isinstance(value, list):
        return Items(resource, value, at)
    return value


def blocks(resource: Resource, value: Any, at: Path) -> Iterator[Block]:
    """Yield the known objects in `value`, a list of objects or a single one."""
    if isinstance(value, dict):
        yield Block(resource, value, at)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            if isinstance(element, dict):
                yield Block(resource, element, (*at, index))


def determined(
    resource: Resource, tree: dict[str, Any], at: Path, path: str, default: Any = ABSENT
) -> Any:
    """Return what stands at `path`, or `default` where it is absent.

    Raises:
        Undetermined: it is unknown, or absent without a default.
    """
    steps = parse_path(path)
    value = look_up(tree, steps)
    if value is ABSENT and default is not ABSENT:
        return default
    if value is ABSENT or value is UNKNOWN:
        raise Undetermined(format_path(at + steps))
    return view(resource, value, at + steps)


def present(tree: dict[str, Any], path: str) -> bool:
    """Whether something stands at `path`, known or not.

    Raises:
        Undetermined: something above `path` is unknown.
    """
    steps = parse_path(path)
    if len(steps) > 1 and look_up(tree, steps[:-1]) is UNKNOWN:
        raise Undetermined(path)
    return look_up(tree, steps) is not ABSENT
