"""Table `conditions`: cfn-lint's conditional schemas in Pulumi's names and the book's keywords.

`conditions.json` beside this module picks the schemas, and says for each what a message needs.
`conditions_left_out.json` says of every other one why it is not here. A pick has the keys of a row
of the constraint book, without `must`, which is made of the schema, and besides them

- `extension`: the schema, `FOLDER/NAME`; `part`: the member of its `allOf` that is meant;
- `only`: the properties that are kept of those under its `then`;
- `root`: where the schema applies (`ephemeralBlockDevices[]`), the resource itself if absent;
- `rename`: CloudFormation's name -> Pulumi's, where they differ by more than case;
- `lacks`: CloudFormation's properties that the Pulumi type does not have;
- `mends`: what a pattern of cfn-lint has -> what it means;
- `at`: of several properties each is spoken of where it is set.

A schema with `cfnGather` speaks of a resource and of others that it refers to. Its pick says in
`gather` for each name that the schema has: the `type` and the property that is the `reference`
(none for the resource itself), in `paths` Pulumi's for CloudFormation's properties, in `same` the
types of those that are references themselves, and equal where they denote the same resource.
"""

import json
from pathlib import Path
from typing import Any

from policypack.aws.book.places import steps_of
from policypack.aws.book.schema import compile_schema, is_number
from tools.catalog.book import packed
from tools.catalog.names import find, plain
from tools.catalog.sdk_scan import Kind, Sdk, Shape, scan
from tools.catalog.sources import CatalogBuildError, Sources, encode

NAME = "conditions"
SOURCES = ("cfn-lint", "pulumi-aws")
PICKED = Path(__file__).with_name("conditions.json")
LEFT_OUT = Path(__file__).with_name("conditions_left_out.json")
DROPPED = {"description", "additionalProperties", "$comment", "definitions"}
LISTS_OF_SCHEMAS = {"allOf", "anyOf", "oneOf"}
SCHEMAS = {"if", "then", "else", "not", "items", "contains"}
BOUNDS = {"minimum", "maximum", "multipleOf"}
SIGNS = {"const": "==", "minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">"}
ANY = "[]"
OCTET = r"(25[0-5]|2[0-4]\d|[01]?\d?\d)"
FORMATS = {
    "ipv4": rf"^\s*{OCTET}(\.{OCTET}){{3}}\s*$",
    # Wide on purpose: what fails it is no IPv6 address, however it is written.
    "ipv6": r"^\s*[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\s*$",
}

Json = Any


def build(sources: Sources) -> dict[str, bytes]:
    """The file of the table: type -> packed rows, as the compiled book has them."""
    account_for_all({f"{folder}/{name}" for folder, name in sources.cfnlint_extensions()})
    sdk = sources.once("sdk", lambda: scan(sources.pulumi_aws))
    made: dict[str, list[Json]] = {}
    related: dict[str, list[Json]] = {}
    for pick in read(PICKED):
        for token in types_of(pick):
            if "gather" in pick:
                related.setdefault(token, []).append(relation(sources, sdk, pick, token))
            else:
                made.setdefault(token, []).extend(rows(sources, sdk, pick, token))
    return {f"{NAME}.json.gz": encode(made), f"{NAME}/related.json.gz": encode(related)}


def read(path: Path) -> list[dict[str, Any]]:
    """The entries of one of the two lists."""
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def account_for_all(extensions: set[str]) -> None:
    """Raises CatalogBuildError unless the two lists name each of cfn-lint's schemas.

    A schema of which a pick takes a part may stand in both.
    """
    picks, left_out = read(PICKED), {entry["extension"] for entry in read(LEFT_OUT)}
    whole = {one["extension"] for one in picks if not {"part", "only"} & set(one)}
    named = left_out | {one["extension"] for one in picks}
    faults = {
        "is in neither list of conditions: pick it, or say why not": extensions - named,
        "is no schema of this cfn-lint": named - extensions,
        "is both picked and left out": whole & left_out,
    }
    for fault, found in faults.items():
        if found:
            raise CatalogBuildError(f"cfn-lint's {', '.join(sorted(found))} {fault}")


def types_of(pick: dict[str, Any]) -> list[str]:
    """The type tokens that a pick speaks of."""
    named = pick["type"]
    return [named] if isinstance(named, str) else list(named)


def rows(sources: Sources, sdk: Sdk, pick: dict[str, Any], token: str) -> list[Json]:
    """What the pack loads of one pick. Raises CatalogBuildError where a name finds no input."""
    must = demand(sources, sdk, pick, token)
    several = len(pick["at"]) > 1
    made = []
    for at in pick["at"]:
        conditions = [pick["when"]] if "when" in pick else []
        conditions += [{"required": [at]}] if several else []
        when = {"allOf": conditions} if conditions else True
        made.append(packed(row(pick, at, when, must)))
    return made


def row(pick: dict[str, Any], at: str, when: Json, must: Json) -> dict[str, Json]:
    """A row of the constraint book, which packs it."""
    compile_schema(when)
    compile_schema(must)
    level = "mandatory" if pick["mandatory"] else "advisory"
    made = {"id": pick["extension"], "at": at, "level": level, "when": when, "must": must}
    return {"error": "", **pick, **made}


def demand(sources: Sources, sdk: Sdk, pick: dict[str, Any], token: str) -> Json:
    """The schema of a pick over the inputs of a type."""
    folder, _, name = pick["extension"].partition("/")
    whole = sources.cfnlint_extension(folder, name)
    schema = whole["allOf"][pick["part"]] if "part" in pick else whole
    if "only" in pick:
        schema = narrowed(schema, pick["only"])
    translation = Translation(sdk, pick, whole.get("definitions", {}))
    root = steps_of(pick["root"]) if "root" in pick else ()
    inputs = sdk.resources[token].inputs
    for step in root:
        inputs = inputs if step == ANY else translation.inner(inputs, step)
    must = translation.schema(schema, inputs)
    for step in reversed(root):
        must = {"items": must} if step == ANY else {"properties": {step: must}}
    return must


def narrowed(schema: Json, names: list[str]) -> Json:
    """A schema whose `then` speaks of these properties alone."""
    kept = {name: schema["then"]["properties"][name] for name in names}
    return {"if": schema["if"], "then": {"properties": kept}}


class Translation:
    """Puts Pulumi's names and the book's keywords into one schema."""

    def __init__(self, sdk: Sdk, pick: dict[str, Any], definitions: dict[str, Json]) -> None:
        self.sdk, self.extension, self.definitions = sdk, pick["extension"], definitions
        self.lacks = set(pick.get("lacks", ()))
        self.mends: dict[str, str] = pick.get("mends", {})
        self.rename = {plain(theirs): ours for theirs, ours in pick.get("rename", {}).items()}

    def schema(self, schema: Json, inputs: Shape) -> Json:
        """The schema over the inputs of one object."""
        if isinstance(schema, bool):
            return schema
        made: dict[str, Json] = {}
        parts: list[Json] = []
        for keyword, value in schema.items():
            if keyword in DROPPED:
                continue
            if keyword == "dependentExcluded":
                parts += self.excluded(value, inputs)
            elif keyword == "$ref":
                parts.append(self.schema(self.definitions[value.rpartition("/")[2]], inputs))
            else:
                made |= self.keyword(keyword, value, inputs)
        return made | ({"allOf": [*made.get("allOf", []), *parts]} if parts else {})

    def keyword(self, keyword: str, value: Json, inputs: Shape) -> Json:
        """One keyword translated, as an object."""
        if keyword == "properties":
            return self.properties(value, inputs)
        if keyword == "required":
            never = {"not": True} if self.lacks & set(value) else {}
            wanted = [self.name(one, inputs) for one in value if one not in self.lacks]
            return never | ({keyword: wanted} if wanted else {})
        if keyword in LISTS_OF_SCHEMAS:
            return {keyword: [self.schema(one, inputs) for one in value]}
        if keyword in SCHEMAS:
            return {keyword: self.schema(value, inputs)}
        if keyword == "format":
            return {"pattern": self.format(value)}
        return {keyword: self.pattern(value) if keyword == "pattern" else value}

    def properties(self, value: Json, inputs: Shape) -> Json:
        """`properties`; one that is forbidden becomes a demand for its absence."""
        allowed, absent = {}, []
        for theirs, schema in value.items():
            if theirs in self.lacks:
                continue
            ours = self.name(theirs, inputs)
            if schema is False:
                absent.append({"not": {"required": [ours]}})
            else:
                fitting = in_texts(schema) if holds_texts(inputs.get(ours)) else schema
                allowed[ours] = self.schema(fitting, self.inner(inputs, ours))
        made: dict[str, Json] = {"properties": allowed} if allowed else {}
        return made | ({"allOf": absent} if absent else {})

    def excluded(self, value: Json, inputs: Shape) -> list[Json]:
        """`dependentExcluded` in terms of `if` and `required`."""
        return [
            {
                "if": {"required": [self.name(theirs, inputs)]},
                "then": {
                    "not": {"anyOf": [{"required": [self.name(one, inputs)]} for one in others]}
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

    def name(self, theirs: str, inputs: Shape) -> str:
        """The input that a CloudFormation property denotes."""
        ours = find(theirs, {plain(wire): wire for wire in inputs} | self.rename)
        if ours is None:
            raise CatalogBuildError(f"cfn-lint's {self.extension} names {theirs}: no such input")
        return ours

    def format(self, name: str) -> str:
        """The pattern for a format."""
        if name not in FORMATS:
            raise CatalogBuildError(f"cfn-lint's {self.extension} has the unknown format {name}")
        return FORMATS[name]

    def pattern(self, theirs: str) -> str:
        """A pattern mended, with `(?i)` at its start, where Python wants it."""
        for wrong, right in self.mends.items():
            if wrong not in theirs:
                raise CatalogBuildError(f"cfn-lint's {self.extension} has no {wrong} to mend")
            theirs = theirs.replace(wrong, right)
        return f"(?i){theirs.replace('(?i)', '')}" if "(?i)" in theirs else theirs


def holds_texts(input_: Any) -> bool:
    """Whether an input is a text, or a list of texts."""
    kind: Kind | None = input_.kind if input_ is not None else None
    while kind is not None and kind.item is not None:
        kind = kind.item
    return kind is not None and kind.name == "string"


def in_texts(schema: Json) -> Json:
    """A schema for numbers as one for the texts that Pulumi takes in their place."""
    if not isinstance(schema, dict):
        return schema
    made = {
        key: in_texts(value) if key in SCHEMAS else value
        for key, value in schema.items()
        if key not in BOUNDS
    }
    if "enum" in made:
        made["enum"] = [str(one) if is_number(one) else one for one in made["enum"]]
    if bounds := BOUNDS & set(schema):
        if bounds != BOUNDS:
            raise CatalogBuildError(
                f"a text cannot be bounded by {', '.join(sorted(bounds))} alone"
            )
        steps = range(schema["minimum"], schema["maximum"] + 1, schema["multipleOf"])
        made["enum"] = [str(one) for one in steps]
    return made


# Schemas that speak of several resources


def relation(sources: Sources, sdk: Sdk, pick: dict[str, Any], token: str) -> Json:
    """What the pack loads of a pick that speaks of several resources: its row and its parts.

    A part is `[type, reference, {property: [path, default, type that it refers to]}]`.
    """
    folder, _, name = pick["extension"].partition("/")
    whole = sources.cfnlint_extension(folder, name)["cfnGather"]
    parts = {
        name: part(sdk, pick["gather"][name] | {"extension": pick["extension"]}, theirs, token)
        for name, theirs in whole["gather"].items()
    }
    flags = {
        f"{name}.{key}" for name, one in parts.items() for key in one[2] if is_flag(one[2][key])
    }
    when = {"properties": {"resource": pick["when"]}} if "when" in pick else True
    return {
        "row": packed(
            row(pick, pick["at"][0], when, compared(whole["schema"], flags)), gated=False
        ),
        "parts": parts,
    }


def part(sdk: Sdk, ours: dict[str, Any], theirs: Json, token: str) -> Json:
    """The inputs of one resource that a relation reads."""
    of = ours.get("type", token)
    values: dict[str, list[Json]] = {}
    for key, where in theirs["properties"].items():
        default = where.get("default") if isinstance(where, dict) else None
        path = ours["paths"][key]
        if path.partition(".")[0] not in sdk.resources[of].inputs:
            raise CatalogBuildError(f"{of} has no input {path} for {ours['extension']}")
        values[key] = [path, default, ours.get("same", {}).get(key)]
    return [of, ours.get("reference", ""), values]


def is_flag(value: list[Json]) -> bool:
    """Whether a value is a boolean, by its default."""
    return isinstance(value[1], bool)


def compared(schema: Json, flags: set[str]) -> Json:
    """A schema whose references from one value to another (`$data`) are comparisons."""
    if "cfnContext" in schema:
        return compared(schema["cfnContext"]["schema"], flags)
    pairs: list[list[str]] = []
    made = without_data(schema, "", pairs, flags)
    equal = [pair for pair in pairs if flags & set(pair)]
    made |= {"allOf": [alike(left, right) for left, _, right in equal]} if equal else {}
    pairs = [pair for pair in pairs if pair not in equal]
    return made | ({"compare": pairs} if pairs else {})


def without_data(schema: Json, at: str, pairs: list[list[str]], flags: set[str]) -> Json:
    """The schema of the value `at` without comparisons, which are put to `pairs`."""
    made: dict[str, Json] = {}
    for keyword, value in schema.items():
        if isinstance(value, dict) and "$data" in value:
            other = value["$data"].strip("/").replace("/", ".")
            pairs.append([at.strip("."), SIGNS[keyword], other])
        elif keyword == "properties":
            made[keyword] = {
                name: without_data(inner, f"{at}.{name}", pairs, flags)
                for name, inner in value.items()
            }
        elif keyword in SCHEMAS and not at:
            made[keyword] = compared(value, flags)
        else:
            made[keyword] = value
    return made


def alike(left: str, right: str) -> Json:
    """The schema for two equal booleans, absent meaning false."""
    none = {"not": {"anyOf": [holds(left, {"const": True}), holds(right, {"const": True})]}}
    return {
        "anyOf": [none, {"allOf": [holds(left, {"const": True}), holds(right, {"const": True})]}]
    }


def holds(path: str, schema: Json) -> Json:
    """The schema for an object that has a member at a path, of which another schema holds."""
    for step in reversed(path.split(".")):
        schema = {"required": [step], "properties": {step: schema}}
    return schema
