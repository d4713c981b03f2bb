"""Table `constraints`: what AWS accepts for each input of each resource type, and its shape.

A file a Pulumi module, `constraints/MODULE.json.gz`: `{type: {"shape", "python", "origins",
"constraints"}}`, each type's part as JSON text, so that one is parsed without the others.
A shape maps wire names to kinds: `s` text, `i` whole number, `n` number, `b` boolean, `a` asset,
`j` JSON as text or object, `u` anything; `[` and `{` in front make a list or a map of it;
`["[", {...}]` is a list of objects. `python` holds the Python names that do not follow from the
wire names. `constraints/index.json.gz` lists the types.
"""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from policypack.plan.normalise import canonical_type
from tools.catalog.botocore_match import Botocore
from tools.catalog.cloudformation_match import CloudFormation
from tools.catalog.merge import Merged, merge
from tools.catalog.sdk_scan import Kind, Property, ResourceClass, Sdk, Shape, scan
from tools.catalog.sources import CatalogBuildError, Sources, encode

NAME = "constraints"
SOURCES = ("botocore", "cfn-lint", "pulumi-aws")
OVERRIDES = Path(__file__).with_name("constraint_overrides.json")
CODES = {
    "string": "s",
    "integer": "i",
    "number": "n",
    "boolean": "b",
    "asset": "a",
    "json": "j",
    "any": "u",
}
DEPTH = 12


def build(sources: Sources) -> dict[str, bytes]:
    """The files of the table."""
    sdk = sources.once("sdk", lambda: scan(sources.pulumi_aws))
    modules: dict[str, dict[str, str]] = {}
    for token, entry in entries(sources, sdk).items():
        modules.setdefault(module_of(token), {})[token] = as_text(entry)
    files = {f"{NAME}/{module}.json.gz": encode(rows) for module, rows in modules.items()}
    index = sorted(token for rows in modules.values() for token in rows)
    return files | {f"{NAME}/index.json.gz": encode(index)}


def as_text(entry: dict[str, Any]) -> str:
    """An entry as compact JSON text."""
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def module_of(token: str) -> str:
    """The module in a token; the SDK's folder may add an underscore to it."""
    return token.split(":")[1].partition("/")[0]


def entries(sources: Sources, sdk: Sdk) -> dict[str, dict[str, Any]]:
    """What the table says of each canonical type."""
    botocore, cloudformation = Botocore(sources, sdk), CloudFormation(sources, sdk)
    overrides = read_overrides()
    found: dict[str, dict[str, Any]] = {}
    for token, resource in sorted(sdk.resources.items()):
        if canonical_type(token) != token:
            continue
        matches = {"B": botocore.match(resource), "C": cloudformation.match(resource)}
        docs = documentation(sdk, resource.inputs)
        constraints: dict[str, Merged] = {}
        for path in sorted({path for one in matches.values() for path in one.facets}):
            facets = {k: one.facets[path] for k, one in matches.items() if path in one.facets}
            if merged := merge(facets, docs.get(path, ""), path):
                constraints[path] = merged
        apply(overrides.pop(token, {}), constraints)
        found[token] = entry(sdk, resource, constraints)
        found[token]["origins"] = {k: one.origin for k, one in matches.items() if one.origin}
    if overrides:
        raise CatalogBuildError(f"constraint_overrides.json names no type: {min(overrides)}")
    return found


def read_overrides(file: Path = OVERRIDES) -> dict[str, dict[str, Any]]:
    """The hand-kept facets: type -> path -> `set` or `drop`, `source`, `checked`.

    Raises CatalogBuildError for a row without a page, or without the day somebody read it there.
    """
    content: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    for token, rows in content.items():
        for path, row in rows.items():
            if not was_read(row):
                raise CatalogBuildError(
                    f"{file.name}: {token} {path} needs a source, and the day it was checked there"
                )
    return content


def was_read(row: dict[str, Any]) -> bool:
    """Whether a hand-kept row names its page and the day of the check."""
    try:
        date.fromisoformat(row["checked"])
    except (KeyError, TypeError, ValueError):
        return False
    return str(row.get("source")).startswith("https://")


def apply(rows: dict[str, Any], constraints: dict[str, Merged]) -> None:
    """Put hand-kept facets over the merged ones."""
    for path, row in rows.items():
        merged = constraints.setdefault(path, {})
        for facet in row.get("drop", ()):
            merged.pop(facet, None)
        for facet, value in row.get("set", {}).items():
            merged[facet] = ["O", value]
            if facet == "enum":
                merged.pop("growing", None)
        merged["url"] = row["source"]
        if not set(merged) - {"url", "defaults"}:
            del constraints[path]


def entry(sdk: Sdk, resource: ResourceClass, constraints: dict[str, Merged]) -> dict[str, Any]:
    """One type's shape, irregular Python names and constraints."""
    python: dict[str, str] = {}
    shape = shape_code(sdk, resource.inputs, python, ())
    return {"shape": shape, "python": python, "constraints": constraints}


def shape_code(
    sdk: Sdk, inputs: Shape, python: dict[str, str], above: tuple[str, ...]
) -> dict[str, Any]:
    """The kinds of an object's members; irregular Python names go into `python`."""
    codes = {}
    for wire, item in inputs.items():
        if snake(wire) != item.python:
            python[wire] = item.python
        codes[wire] = kind_code(sdk, item.kind, python, above)
    return codes


def kind_code(sdk: Sdk, kind: Kind, python: dict[str, str], above: tuple[str, ...]) -> Any:
    """The code of one kind; an object inside itself is anything."""
    if kind.name in {"list", "map"} and kind.item:
        inner = kind_code(sdk, kind.item, python, above)
        mark = "[" if kind.name == "list" else "{"
        return mark + inner if isinstance(inner, str) else [mark + inner[0], inner[1]]
    if kind.name == "object":
        if kind.shape in above or kind.shape not in sdk.shapes or len(above) > DEPTH:
            return "u"
        return ["", shape_code(sdk, sdk.shapes[kind.shape], python, (*above, kind.shape))]
    return CODES[kind.name]


def snake(wire: str) -> str:
    """The Python name that follows from a wire name."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found.group(1).lower()}", wire)


def documentation(sdk: Sdk, inputs: Shape) -> dict[str, str]:
    """Documentation texts of a type's inputs by path, lists and their elements alike."""
    found: dict[str, str] = {}
    add_documentation(sdk, inputs, "", found, 6)
    return found


def add_documentation(sdk: Sdk, inputs: Shape, at: str, found: dict[str, str], depth: int) -> None:
    """Add the texts of one object's members to `found`."""
    for wire, item in inputs.items():
        path = f"{at}.{wire}" if at else wire
        found[path] = item.doc
        inner, path = unlisted(item, path)
        found[path] = item.doc
        if inner.name == "object" and inner.shape in sdk.shapes and depth:
            add_documentation(sdk, sdk.shapes[inner.shape], path, found, depth - 1)


def unlisted(item: Property, path: str) -> tuple[Kind, str]:
    """What a list's elements are, and their path."""
    kind = item.kind
    while kind.name == "list" and kind.item:
        kind, path = kind.item, f"{path}[]"
    return kind, path
