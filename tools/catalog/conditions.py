"""Table `conditions`: cfn-lint's conditional schemas in Pulumi's names and the book's keywords.

`conditions.json` beside this module picks the schemas, and says for each what a message needs.
"""

import json
from pathlib import Path
from typing import Any

from policypack.aws.book.schema import compile_schema
from tools.catalog.names import find, plain
from tools.catalog.sdk_scan import Sdk, Shape, scan
from tools.catalog.sources import CatalogBuildError, Sources, encode

NAME = "conditions"
SOURCES = ("cfn-lint", "pulumi-aws")
PICKED = Path(__file__).with_name("conditions.json")
DROPPED = {"description", "additionalProperties", "$comment"}
LISTS_OF_SCHEMAS = {"allOf", "anyOf", "oneOf"}
SCHEMAS = {"if", "then", "else", "not", "items", "contains"}

Json = Any


def build(sources: Sources) -> dict[str, bytes]:
    """The file of the table: type -> rows with `schema`, `root`, `at`, `says`, `fix`, `source`."""
    sdk = sources.once("sdk", lambda: scan(sources.pulumi_aws))
    rows: dict[str, list[Json]] = {}
    for pick in json.loads(PICKED.read_text(encoding="utf-8")):
        rows.setdefault(pick["type"], []).append(row(sources, sdk, pick))
    return {f"{NAME}.json.gz": encode(rows)}


def row(sources: Sources, sdk: Sdk, pick: dict[str, Any]) -> Json:
    """What the pack loads of one pick. Raises CatalogBuildError where a name finds no input."""
    folder, _, name = pick["extension"].partition("/")
    schema = sources.cfnlint_extension(folder, name)
    if "part" in pick:
        schema = schema["allOf"][pick["part"]]
    inputs = sdk.resources[pick["type"]].inputs
    renamed = {plain(wire): wire for wire in inputs}
    renamed |= {plain(theirs): ours for theirs, ours in pick.get("rename", {}).items()}
    translated = Translation(sdk, pick["extension"]).schema(schema, inputs, renamed)
    compile_schema(translated)
    kept = {key: pick[key] for key in ("at", "says", "fix", "source", "mandatory")}
    return kept | {"root": pick.get("root", ""), "schema": translated}


class Translation:
    """Puts Pulumi's names and the book's keywords into one schema."""

    def __init__(self, sdk: Sdk, extension: str) -> None:
        self.sdk, self.extension = sdk, extension

    def schema(self, schema: Json, inputs: Shape, names: dict[str, str]) -> Json:
        """The schema over the inputs of one object."""
        if isinstance(schema, bool):
            return schema
        made: dict[str, Json] = {}
        parts: list[Json] = []
        for keyword, value in schema.items():
            if keyword in DROPPED:
                continue
            if keyword == "dependentExcluded":
                parts += self.excluded(value, names)
            else:
                made |= self.keyword(keyword, value, inputs, names)
        return made | ({"allOf": [*made.get("allOf", []), *parts]} if parts else {})

    def keyword(self, keyword: str, value: Json, inputs: Shape, names: dict[str, str]) -> Json:
        """One keyword translated, as an object."""
        if keyword == "properties":
            return self.properties(value, inputs, names)
        if keyword == "required":
            return {keyword: [self.name(one, names) for one in value]}
        if keyword in LISTS_OF_SCHEMAS:
            return {keyword: [self.schema(one, inputs, names) for one in value]}
        if keyword in SCHEMAS:
            return {keyword: self.schema(value, inputs, names)}
        return {keyword: value}

    def properties(self, value: Json, inputs: Shape, names: dict[str, str]) -> Json:
        """`properties`; one that is forbidden becomes a demand for its absence."""
        allowed, absent = {}, []
        for theirs, schema in value.items():
            ours = self.name(theirs, names)
            if schema is False:
                absent.append({"not": {"required": [ours]}})
            else:
                inner = self.inner(inputs, ours)
                allowed[ours] = self.schema(schema, inner, {plain(one): one for one in inner})
        made: dict[str, Json] = {"properties": allowed} if allowed else {}
        return made | ({"allOf": absent} if absent else {})

    def excluded(self, value: Json, names: dict[str, str]) -> list[Json]:
        """`dependentExcluded` in terms of `if` and `required`."""
        return [
            {
                "if": {"required": [self.name(theirs, names)]},
                "then": {
                    "not": {"anyOf": [{"required": [self.name(one, names)]} for one in others]}
                },
            }
            for theirs, others in value.items()
        ]

    def inner(self, inputs: Shape, wire: str) -> Shape:
        """The inputs of an object, or of a list's objects."""
        kind = inputs[wire].kind if wire in inputs else None
        while kind is not None and kind.item is not None:
            kind = kind.item
        return self.sdk.shapes.get(kind.shape, {}) if kind is not None else {}

    def name(self, theirs: str, names: dict[str, str]) -> str:
        """The input that a CloudFormation property denotes."""
        ours = find(theirs, names)
        if ours is None:
            raise CatalogBuildError(f"cfn-lint's {self.extension} names {theirs}: no such input")
        return ours
