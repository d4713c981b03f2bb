"""The planned stack: its resources by type, by URN and by what identifies them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from policypack.plan.normalise import canonical_type
from policypack.plan.references import Followed, ReferrerIndex
from policypack.plan.resource import Resource

T = TypeVar("T")

# What identifies a resource beside its id and ARN.
_NAMES = (
    "arn",
    "name",
    "bucket",
    "identifier",
    "clusterIdentifier",
    "domainName",
    "clusterName",
    "allocationId",
    "keyName",
    "functionName",
    "keyId",
)


@dataclass(frozen=True)
class StackContext:
    """What the engine says of the stack; everything may be missing (`pulumi policy analyze`).

    `config` is the stack's configuration in clear: rules read single keys and print no value.
    """

    organization: str = ""
    project: str = ""
    stack: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict)
    preview: bool = True


class Stack:
    """All resources of a plan, in the order of their URNs; built once, look-ups take O(1).

    `shared` are the settings that all rules share (`preflight-settings`).
    """

    def __init__(self, resources: Iterable[Resource], context: StackContext | None = None) -> None:
        self.resources = sorted(resources, key=lambda resource: resource.urn)
        self.context = context or StackContext()
        self.shared: Mapping[str, Any] = {}
        self.followed: dict[tuple[str, str, tuple[str, ...]], Followed] = {}
        self._by_urn = {resource.urn: resource for resource in self.resources}
        self._by_type: dict[str, list[Resource]] = {}
        self._indexes: dict[tuple[str, str, str], ReferrerIndex] = {}
        self._made: dict[Callable[[Stack], Any], Any] = {}
        self._prerequisites: dict[str, frozenset[str]] = {}
        for resource in self.resources:
            resource.stack = self
            self._by_type.setdefault(resource.type, []).append(resource)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def __len__(self) -> int:
        return len(self.resources)

    def of_type(self, *tokens: str) -> list[Resource]:
        """Return the resources of these types that have data, in the order of their URNs."""
        found = [
            resource
            for token in dict.fromkeys(map(canonical_type, tokens))
            for resource in self._by_type.get(token, ())
            if resource.has_data
        ]
        return found if len(tokens) == 1 else sorted(found, key=lambda resource: resource.urn)

    def with_data(self, *tokens: str) -> list[Resource]:
        """Return the resources of these types, `*` for every one, that have data."""
        if "*" in tokens:
            return [resource for resource in self.resources if resource.has_data]
        return self.of_type(*tokens)

    def has_untold(self, *tokens: str) -> bool:
        """Whether a resource of these types is in the plan without its data (`--target`)."""
        return any(
            not resource.has_data
            for token in tokens
            for resource in self._by_type.get(canonical_type(token), ())
        )

    def by_urn(self, urn: str) -> Resource | None:
        """Return the resource with this URN; None for reads and what is not in the plan."""
        return self._by_urn.get(urn)

    def identified(self, literal: str, types: frozenset[str] = frozenset()) -> Resource | None:
        """Return the only resource (of these types) whose id, ARN or name is `literal`."""
        found = [
            resource
            for resource in self._by_identity.get(literal, ())
            if not types or resource.type in types
        ]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _by_identity(self) -> dict[str, list[Resource]]:
        index: dict[str, list[Resource]] = {}
        for resource in self.resources:
            names = [resource.id, resource.outputs.get("arn")]
            names.extend(resource.tree.get(key) for key in _NAMES if key != "arn")
            for name in {name for name in names if isinstance(name, str) and name}:
                index.setdefault(name, []).append(resource)
        return index

    def dependents(self, resource: Resource) -> list[Resource]:
        """Return what depends on a resource directly, in the order of their URNs."""
        return self._dependents.get(resource.urn, [])

    @cached_property
    def _dependents(self) -> dict[str, list[Resource]]:
        index: dict[str, list[Resource]] = {}
        for resource in self.resources:
            urns = {urn for found in resource.property_dependencies.values() for urn in found}
            for urn in urns.union(resource.dependencies):
                index.setdefault(urn, []).append(resource)
        return index

    @cached_property
    def parents(self) -> frozenset[str]:
        """The URNs of all parents: the components, and the root."""
        return frozenset(resource.parent for resource in self.resources)

    def once(self, make: Callable[[Stack], T]) -> T:
        """Return what `make` makes of the stack; the function is called once for all rules."""
        if make not in self._made:
            self._made[make] = make(self)
        made: T = self._made[make]
        return made

    def referrer_index(self, token: str, path: str, target_type: str) -> ReferrerIndex:
        """Return who refers to resources of `target_type` by `path` of type `token`."""
        key = (token, path, target_type)
        if key not in self._indexes:
            sources = self._by_type.get(token, ())
            self._indexes[key] = ReferrerIndex.build(sources, path, target_type)
        return self._indexes[key]

    def prerequisites(self, resource: Resource) -> frozenset[str]:
        """Return the URNs of all that Pulumi creates before `resource`."""
        if resource.urn not in self._prerequisites:
            seen: set[str] = set()
            todo = list(resource.dependencies)
            while todo:
                urn = todo.pop()
                if urn in seen:
                    continue
                seen.add(urn)
                if (needed := self._by_urn.get(urn)) is not None:
                    todo.extend(needed.dependencies)
                    todo.extend(u for us in needed.property_dependencies.values() for u in us)
            self._prerequisites[resource.urn] = frozenset(seen)
        return self._prerequisites[resource.urn]
