"""Table `tag_limits`: how many tags a service's operations take, and of what form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.catalog.patterns import trivial, usable
from tools.catalog.sources import Sources, encode

NAME = "tag_limits"
SOURCES = ("botocore",)

MEMBERS = frozenset({"tags", "taglist", "tagset", "tagslist"})
KEYS = frozenset({"key", "tagkey"})
VALUES = frozenset({"value", "tagvalue"})
Model = Mapping[str, Any]
Limits = dict[str, Any]


def build(sources: Sources) -> dict[str, bytes]:
    """`rows`: botocore's service -> `most`, and `key` and `value` as [least, most, pattern]."""
    rows = {}
    for service in sources.botocore_services():
        found = list(_limits(sources.botocore_model(service)))
        if limits := _loosest(found):
            rows[service] = limits
    return {f"{NAME}.json.gz": encode({"rows": rows})}


def _limits(model: Model) -> Iterator[Limits]:
    """The limits of each input that takes tags to be set."""
    shapes = model["shapes"]
    seen = set()
    for operation in model["operations"].values():
        members = shapes.get(operation.get("input", {}).get("shape"), {}).get("members", {})
        for name, member in members.items():
            if name.lower() in MEMBERS and member["shape"] not in seen:
                seen.add(member["shape"])
                if pair := _pair(shapes, shapes[member["shape"]]):
                    yield {"most": shapes[member["shape"]].get("max"), **pair}


def _pair(shapes: Model, tags: Model) -> Limits | None:
    """The forms of key and value of a map, or of a list of pairs; None for anything else."""
    if tags["type"] == "map":
        return {"key": shapes[tags["key"]["shape"]], "value": shapes[tags["value"]["shape"]]}
    if tags["type"] != "list":
        return None
    found = {}
    for name, member in shapes[tags["member"]["shape"]].get("members", {}).items():
        kind = "key" if name.lower() in KEYS else "value" if name.lower() in VALUES else None
        if kind:
            found[kind] = shapes[member["shape"]]
    return found if set(found) == {"key", "value"} else None


def _loosest(found: list[Limits]) -> Limits:
    """What every one of some inputs takes; without a bound where one has none."""
    limits: Limits = {}
    counts = [one["most"] for one in found]
    if counts and None not in counts:
        limits["most"] = max(counts)
    for part in ("key", "value"):
        shapes = [one[part] for one in found]
        form = [_bound(shapes, "min", min), _bound(shapes, "max", max), _pattern(shapes)]
        if any(one is not None for one in form):
            limits[part] = form
    return limits


def _bound(shapes: list[Model], facet: str, loosest: Any) -> int | None:
    values = [shape.get(facet) for shape in shapes]
    return None if None in values or not values else loosest(values)


def _pattern(shapes: list[Model]) -> str | None:
    patterns = {shape.get("pattern") for shape in shapes}
    pattern = patterns.pop() if len(patterns) == 1 else None
    kept = usable(pattern) if pattern else None
    return kept if kept and not trivial(kept) else None
