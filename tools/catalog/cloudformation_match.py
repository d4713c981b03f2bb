"""Source C: CloudFormation's resource schemas, as cfn-lint carries them."""

from functools import cache
from typing import Any

from tools.catalog.facets import Facets, Matches
from tools.catalog.names import (
    CLOUDFORMATION,
    CLOUDFORMATION_TYPES,
    NAMESAKES,
    NOT_CONSTRAINED,
    find,
    name_aliases,
    plain,
)
from tools.catalog.sdk_scan import Kind, ResourceClass, Sdk, Shape
from tools.catalog.sources import Sources

DEPTH = 6
KIND_TYPES = {
    "string": {"string"},
    "integer": {"integer", "number"},
    "number": {"integer", "number"},
    "boolean": {"boolean"},
}
Schema = dict[str, Any]


class CloudFormation:
    """The schemas of a build, by CloudFormation type."""

    def __init__(self, sources: Sources, sdk: Sdk) -> None:
        self.sdk = sdk
        self.types = {name for name in sources.cfnlint_types() if name.startswith("AWS::")}
        self.schema = cache(sources.cfnlint_schema)
        self.by_name = {by_plain(name): name for name in sorted(self.types)}

    def match(self, resource: ResourceClass) -> Matches:
        """What the schema says of a resource's inputs."""
        name = self.type_of(resource)
        if name is None:
            return Matches()
        matches = Matches(f"CloudFormation {name}")
        type_name, _, part = name.partition(".")
        schema = self.schema(type_name)
        root = schema.get("definitions", {}).get(part, {}) if part else schema
        Walk(self.sdk, schema, resource, matches).structure(resource.inputs, root, "", DEPTH)
        return matches

    def type_of(self, resource: ResourceClass) -> str | None:
        """The CloudFormation type of a resource, with `.Definition` where it is part of one."""
        if resource.token in CLOUDFORMATION_TYPES:
            name = CLOUDFORMATION_TYPES[resource.token]
            return name if name.partition(".")[0] in self.types else None
        for service in CLOUDFORMATION.get(resource.module, (resource.module,)):
            for form in type_names(resource.name, service):
                key = (plain(service), form)
                if key in self.by_name:
                    return self.by_name[key]
        return None


def by_plain(name: str) -> tuple[str, str]:
    """`AWS::EC2::VPC` -> `("ec2", "vpc")`."""
    _, service, rest = name.split("::", 2)
    return plain(service), plain(rest)


def type_names(resource: str, service: str) -> list[str]:
    """Plain names that a resource may have in CloudFormation, the likeliest first."""
    name = plain(resource)
    found = [name, name.removeprefix(plain(service))]
    if service == "Events":
        found.append(name.removeprefix("event"))
    if service == "Logs":
        found.append(name.removeprefix("log"))
    if service == "BedrockAgentCore":
        found = [name.removeprefix("agentcore")]
    return found


class Walk:
    """Goes through inputs and schema side by side and notes what the schema says."""

    def __init__(self, sdk: Sdk, root: Schema, resource: ResourceClass, into: Matches) -> None:
        self.sdk, self.root, self.resource, self.into = sdk, root, resource, into

    def structure(self, inputs: Shape, schema: Schema, at: str, depth: int) -> None:
        """Match the inputs of one object with the properties of one schema."""
        schema = self.resolved(schema)
        properties = schema.get("properties")
        if depth == 0 or not isinstance(properties, dict):
            return
        members = {plain(name): name for name in properties}
        for wire, item in inputs.items():
            if not at and (wire in NOT_CONSTRAINED or (self.resource.token, wire) in NAMESAKES):
                continue
            name = find(wire, members, name_aliases(wire, self.resource.name) if not at else [])
            if name is not None:
                path = f"{at}.{wire}" if at else wire
                self.kind(item.kind, self.resolved(properties[name]), path, depth)

    def resolved(self, schema: Schema) -> Schema:
        """A schema with its reference followed."""
        seen = 0
        while "$ref" in schema and seen < 10:
            target: Any = self.root
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target.get(step, {}) if isinstance(target, dict) else {}
            schema, seen = target, seen + 1
        return schema

    def kind(self, kind: Kind, schema: Schema, path: str, depth: int) -> None:
        """Note the facets where kinds agree, and go on into lists and objects."""
        types = (
            {schema["type"]} if isinstance(schema.get("type"), str) else set(schema.get("type", []))
        )
        if kind.name == "list" and kind.item and types == {"array"}:
            self.note(
                path, Facets(min_items=schema.get("minItems"), max_items=schema.get("maxItems"))
            )
            self.kind(kind.item, self.items(schema), f"{path}[]", depth)
        elif kind.name == "list" and kind.item and kind.item.name == "object":
            self.kind(kind.item, self.unlisted(schema), f"{path}[]", depth)
        elif kind.name == "object" and kind.shape in self.sdk.shapes:
            self.structure(self.sdk.shapes[kind.shape], self.unlisted(schema), path, depth - 1)
        elif types and types <= KIND_TYPES.get(kind.name, set()):
            self.note(path, scalar(schema))

    def items(self, schema: Schema) -> Schema:
        """The schema of a list's elements."""
        items = schema.get("items")
        return self.resolved(items) if isinstance(items, dict) else {}

    def unlisted(self, schema: Schema) -> Schema:
        """A list's element schema: the provider flattens or wraps single objects."""
        return self.items(schema) if schema.get("type") == "array" else schema

    def note(self, path: str, facets: Facets) -> None:
        """Remember what the schema says; a match without constraints counts too."""
        self.into.facets.setdefault(path, facets)


def scalar(schema: Schema) -> Facets:
    """The facets of a scalar schema; choices between several patterns or lists are merged."""
    enum = schema.get("enum")
    if enum is None and "enumCaseInsensitive" in schema:
        enum = schema["enumCaseInsensitive"]
    if enum is None and "const" in schema:
        enum = [schema["const"]]
    pattern = schema.get("pattern")
    return Facets(
        enum=[str(value) for value in enum] if enum else None,
        minimum=schema.get("minimum"),
        maximum=schema.get("maximum"),
        min_length=schema.get("minLength"),
        max_length=schema.get("maxLength"),
        pattern=pattern if isinstance(pattern, str) else None,
    )
