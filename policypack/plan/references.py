"""What a property refers to, and who refers to a resource.

Pulumi records for each top-level input the resources whose outputs went into it; nested paths and
the elements of a list are not told apart (engine-notes 3.3). So a reference is exact only where the
dependencies account for every element.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from policypack.plan.normalise import canonical_type
from policypack.plan.values import UNKNOWN, Path, Undetermined, look_up, parse_path

if TYPE_CHECKING:
    from policypack.plan.resource import Resource
    from policypack.plan.stack import Stack


@dataclass
class _Resources(Sequence["Resource"]):
    resources: list[Resource] = field(default_factory=list)

    def __getitem__(self, index: Any) -> Any:
        return self.resources[index]

    def __len__(self) -> int:
        return len(self.resources)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)


@dataclass
class Followed(_Resources):
    """The resources of the stack that a property refers to, in the order of their URNs.

    `exact` is true only when they are all that the property refers to and no more.
    """

    exact: bool = False

    @property
    def one(self) -> Resource:
        """The single resource that the property certainly refers to.

        Raises:
            Undetermined: it refers to another number of them, or that is not known.
        """
        if self.exact and len(self.resources) == 1:
            return self.resources[0]
        raise Undetermined("a single reference")


@dataclass
class Referrers(_Resources):
    """The resources that certainly refer to one, and whether there may be more."""

    hinted: list[Resource] = field(default_factory=list)
    anything: list[Resource] = field(default_factory=list)
    is_new: bool = False

    @property
    def possible(self) -> list[Resource]:
        """Those that may refer to it: their dependencies hint at it, or tell nothing."""
        return self.hinted + [one for one in self.anything if one not in self.hinted]

    @property
    def closed(self) -> bool:
        """Whether no resource of the type could refer to it without being listed."""
        return self.is_new and not self.hinted and not self.anything


def follow(resource: Resource, path: str, types: Sequence[str] = ()) -> Followed:
    """Return the stack's resources that the property at `path` refers to.

    Args:
        resource: whose property it is.
        path: `vpcId`, `subnets`, or a nested one such as `vpcConfig.subnetIds`; a step without an
            index goes into every element of a list.
        types: the types that count; a dependency of another type is followed on by the property
            of the same name (`subnet.vpcId` for a `vpcId`). Without types every dependency counts.

    An absent property refers to nothing, exactly.
    """
    if resource.stack is None:
        return Followed()
    key = (resource.urn, path, tuple(types))
    cache = resource.stack.followed
    if key not in cache:
        cache[key] = Followed()  # a cycle of references ends here, with nothing
        cache[key] = _follow(resource, resource.stack, path, types)
    return cache[key]


def _follow(resource: Resource, stack: Stack, path: str, types: Sequence[str]) -> Followed:
    steps = parse_path(path)
    leaves = list(_leaves(resource.tree, steps))
    if not leaves:
        return Followed([], exact=resource.has_data)
    wanted = frozenset(map(canonical_type, types))
    literal: dict[str, Resource] = {}
    unmatched = False
    unknowns = 0
    for leaf in leaves:
        if leaf is UNKNOWN:
            unknowns += 1
        elif isinstance(leaf, str) and (found := stack.identified(leaf, wanted)):
            literal[found.urn] = found
        else:
            unmatched = True
    if not unknowns:
        return Followed([literal[urn] for urn in sorted(literal)], exact=not unmatched)
    targets, accounted = _targets(resource, stack, steps, wanted)
    targets = {urn: target for urn, target in targets.items() if urn not in literal}
    found_all = {**literal, **targets}
    exact = (
        not unmatched
        and accounted
        and len(targets) == unknowns
        and not _may_be_several(resource.tree, steps)
        and not (len(steps) > 1 and _shared(resource, steps, wanted, unknowns))
    )
    return Followed([found_all[urn] for urn in sorted(found_all)], exact)


def _may_be_several(tree: Any, steps: Path) -> bool:
    """Whether one unknown stands for a list, or for an object whose members are not told apart."""
    if any(look_up(tree, steps[:depth]) is UNKNOWN for depth in range(1, len(steps))):
        return True
    last = steps[-1]
    plural = isinstance(last, str) and last.endswith("s") and not last.endswith("ss")
    return plural and look_up(tree, steps) is UNKNOWN


def _shared(resource: Resource, steps: Path, wanted: frozenset[str], unknowns: int) -> bool:
    """Whether other parts of the same top-level property may hold the dependency instead."""
    every = sum(1 for leaf in _unknown_leaves(look_up(resource.tree, steps[:1])))
    dependencies = resource.property_dependencies.get(str(steps[0]), ())
    alone = len(dependencies) == 1
    return every > unknowns and not alone and _of_type(resource, steps, wanted) != unknowns


def _of_type(resource: Resource, steps: Path, wanted: frozenset[str]) -> int:
    """Count the dependencies of a wanted type: as many as there are unknowns are the ones meant."""
    if not wanted or resource.stack is None:
        return 0
    urns = resource.property_dependencies.get(str(steps[0]), ())
    found = [resource.stack.by_urn(urn) for urn in urns]
    return sum(1 for one in found if one is not None and one.type in wanted)


def _unknown_leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _unknown_leaves(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _unknown_leaves(value)
    elif tree is UNKNOWN:
        yield tree


def _leaves(tree: Any, steps: Path) -> Iterator[Any]:
    """Yield the scalars at `steps`; a list on the way is entered element by element."""
    if tree is UNKNOWN:
        yield UNKNOWN
    elif isinstance(tree, list):
        if steps and isinstance(steps[0], int):
            yield from _leaves(tree[steps[0]], steps[1:]) if steps[0] < len(tree) else ()
        else:
            for element in tree:
                yield from _leaves(element, steps)
    elif not steps:
        if tree is not None and tree != "":
            yield tree
    elif isinstance(tree, dict):
        yield from _leaves(tree.get(str(steps[0])), steps[1:])


def _targets(
    resource: Resource, stack: Stack, steps: Path, wanted: frozenset[str]
) -> tuple[dict[str, Resource], bool]:
    """Return the resources of a wanted type behind a property, and whether that is all.

    On a nested path a dependency of another type may belong to a neighbouring property.
    """
    found: dict[str, Resource] = {}
    accounted = True
    nested = len(steps) > 1
    for urn in resource.property_dependencies.get(str(steps[0]), ()):
        target = stack.by_urn(urn)
        if target is None or target is resource:
            accounted = False  # a read, or what is not in the plan
        elif not wanted or target.type in wanted:
            found[target.urn] = target
        elif hop := _hop(target, steps, wanted):
            found.update({one.urn: one for one in hop})
            accounted = accounted and hop.exact
        elif not nested:
            accounted = False
    return found, accounted and bool(found)


def _hop(target: Resource, steps: Path, wanted: frozenset[str]) -> Followed | None:
    name = str(steps[-1])
    for key in (name, name.removesuffix("s")):
        if target.tree.get(key) not in (None, ""):
            return follow(target, key, sorted(wanted))
    return None


def identity(resource: Resource, path: str, types: Sequence[str] = ()) -> str:
    """Return a text that is equal for two properties that denote the same thing.

    Raises:
        Undetermined: the property is absent, or what it denotes is not known.
    """
    value = look_up(resource.tree, parse_path(path))
    followed = follow(resource, path, types)
    if value is UNKNOWN:
        return followed.one.urn
    if not isinstance(value, str) or not value:
        raise Undetermined(path)
    return followed.one.urn if followed.exact and len(followed) == 1 else value


def distinct(one: str, other: str) -> bool:
    """Whether two identities certainly denote different things.

    A URN against a literal says nothing: the literal may be the id of the resource.
    """
    return one != other and one.startswith("urn:") == other.startswith("urn:")


def referrers(target: Resource, token: str, path: str) -> Referrers:
    """Return the resources of type `token` whose property at `path` refers to `target`."""
    if target.stack is None:
        return Referrers()
    index = target.stack.referrer_index(canonical_type(token), path, target.type)
    return index.of(target)


@dataclass
class ReferrerIndex:
    """Who refers to whom by one property of one type."""

    certain: dict[str, list[Resource]] = field(default_factory=dict)
    possible: dict[str, list[Resource]] = field(default_factory=dict)
    anything: list[Resource] = field(default_factory=list)

    @classmethod
    def build(cls, sources: Iterable[Resource], path: str, target_type: str) -> ReferrerIndex:
        """Follow `path` of every source once."""
        index = cls()
        for source in sources:
            found = follow(source, path, (target_type,))
            into = index.certain if found.exact else index.possible
            for one in found:
                into.setdefault(one.urn, []).append(source)
            if not found.exact and _may_be_anything(source, path):
                index.anything.append(source)
        return index

    def of(self, target: Resource) -> Referrers:
        """Return the referrers of one resource."""
        certain, hinted = self.certain.get(target.urn, []), self.possible.get(target.urn, [])
        return Referrers(certain, hinted, self.anything, target.is_new)


def _may_be_anything(source: Resource, path: str) -> bool:
    """Whether the property may denote a resource that its dependencies do not show.

    Something that is only read, or a known literal, cannot be a resource that is yet to be made.
    """
    steps = parse_path(path)
    leaves = list(_leaves(source.tree, steps))
    if UNKNOWN not in [leaf for leaf in leaves if leaf is UNKNOWN]:
        return not source.has_data
    urns = source.property_dependencies.get(str(steps[0]), ())
    stack = source.stack
    known = [urn for urn in urns if stack is not None and stack.by_urn(urn) is not None]
    return bool(known) or not urns
