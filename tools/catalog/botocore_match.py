"""Source B: the parameters of the call that creates a resource, from botocore's models."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from tools.catalog.facets import Facets, Matches
from tools.catalog.names import (
    BOTOCORE,
    NOT_CONSTRAINED,
    OPERATIONS,
    find,
    name_aliases,
    plain,
)
from tools.catalog.sdk_scan import Kind, Property, ResourceClass, Sdk, Shape
from tools.catalog.sources import Sources

VERBS = (
    *("create", "put", "register", "add", "request", "run", "allocate", "start", "set", "modify"),
    *("update", "attach", "authorize", "enable", "associate", "import"),
)
DEPTH = 6
SCALAR_CLASS = {
    "string": "string",
    "timestamp": "string",
    "character": "string",
    "integer": "number",
    "long": "number",
    "float": "number",
    "double": "number",
    "boolean": "boolean",
}
KIND_CLASS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
Model = dict[str, Any]


class Botocore:
    """The models of a build, and the calls that create resources."""

    def __init__(self, sources: Sources, sdk: Sdk) -> None:
        self.sources, self.sdk = sources, sdk
        self.services = {plain(name): name for name in sources.botocore_services()}
        self.model = cache(sources.botocore_model)

    def match(self, resource: ResourceClass) -> Matches:
        """What the model says of a resource's inputs."""
        found = self.operation(resource)
        if found is None:
            return Matches()
        service, operation = found
        model = self.model(service)
        matches = Matches(f"botocore {service} {operation}")
        shape = model["shapes"].get(model["operations"][operation].get("input", {}).get("shape"))
        if shape:
            walk = Walk(self.sdk, model["shapes"], resource, matches)
            walk.structure(resource.inputs, shape, "", DEPTH)
        return matches

    def operation(self, resource: ResourceClass) -> tuple[str, str] | None:
        """The service and the call that create a resource."""
        if resource.token in OPERATIONS:
            return OPERATIONS[resource.token]
        module = resource.module
        own = self.services.get(plain(module))
        for service in BOTOCORE.get(module, (own,) if own else ()):
            operations = {plain(name): name for name in self.model(service)["operations"]}
            for name in call_names(resource.name, service):
                if name in operations:
                    return service, operations[name]
        return None


def call_names(resource: str, service: str) -> Iterator[str]:
    """Plain names of the calls that might create a resource, the likeliest first."""
    name = plain(resource)
    shorter = [name, name.removeprefix(plain(service)), name.removesuffix("v2")]
    if service in {"events", "logs"}:
        shorter = [name.removeprefix("event"), name.removeprefix("log"), name]
    elif service == "lexv2-models":
        shorter = [name.removeprefix("v2models")]
    elif service in {"bedrock-agent", "bedrock-agentcore-control"}:
        shorter = [name, name.removeprefix("agentcore"), name.removeprefix("agent")]
    for form in dict.fromkeys(part for part in shorter if part):
        for verb in VERBS:
            yield verb + form


class Walk:
    """Goes through inputs and model side by side and notes what the model says."""

    def __init__(self, sdk: Sdk, shapes: Model, resource: ResourceClass, into: Matches) -> None:
        self.sdk, self.shapes, self.resource, self.into = sdk, shapes, resource, into

    def structure(self, inputs: Shape, shape: Model, at: str, depth: int) -> None:
        """Match the inputs of one object with the members of one structure."""
        if depth == 0 or shape.get("type") != "structure":
            return
        members = {plain(name): name for name in shape.get("members", {})}
        inner = self.wrapped(shape) if not at else {}
        for wire, item in inputs.items():
            if not at and wire in NOT_CONSTRAINED:
                continue
            aliases = name_aliases(wire, self.resource.name) if not at else []
            name = find(wire, members, aliases)
            source = shape["members"]
            if name is None and inner:
                source = inner
                name = find(wire, {plain(one): one for one in inner}, aliases)
            if name is not None:
                path = f"{at}.{wire}" if at else wire
                self.property(item, self.resolved(source[name]), path, depth)

    def wrapped(self, shape: Model) -> Model:
        """Members of the one structure that a call wraps its settings in."""
        members = shape.get("members", {})
        required = [members[name] for name in shape.get("required", []) if name in members]
        inside = [self.resolved(one) for one in required]
        found = [one for one in inside if one.get("type") == "structure"]
        return dict(found[0].get("members", {})) if len(found) == 1 else {}

    def resolved(self, member: Model) -> Model:
        """The shape that a member refers to."""
        shape: Model = self.shapes[member["shape"]]
        return shape

    def property(self, item: Property, shape: Model, path: str, depth: int) -> None:
        """Match one input with one shape, lists and single objects tolerated for each other."""
        self.kind(item.kind, shape, path, depth)

    def kind(self, kind: Kind, shape: Model, path: str, depth: int) -> None:
        """Note the facets where kinds agree, and go on into lists and objects."""
        if kind.name == "list" and kind.item and shape["type"] == "list":
            self.note(path, Facets(min_items=shape.get("min"), max_items=shape.get("max")))
            self.kind(kind.item, self.resolved(shape["member"]), f"{path}[]", depth)
        elif kind.name == "list" and kind.item and kind.item.name == "object":
            self.kind(kind.item, self.unlisted(shape), f"{path}[]", depth)
        elif kind.name == "object" and kind.shape in self.sdk.shapes:
            self.structure(self.sdk.shapes[kind.shape], self.unlisted(shape), path, depth - 1)
        elif KIND_CLASS.get(kind.name) == SCALAR_CLASS.get(shape["type"], "-"):
            self.note(path, scalar(shape))

    def unlisted(self, shape: Model) -> Model:
        """A list's member: the provider flattens or wraps single objects."""
        return self.resolved(shape["member"]) if shape["type"] == "list" else shape

    def note(self, path: str, facets: Facets) -> None:
        """Remember what the model says; a match without constraints counts too."""
        self.into.facets.setdefault(path, facets)


def scalar(shape: Model) -> Facets:
    """The facets of a scalar shape."""
    if shape["type"] == "string":
        return Facets(
            enum=shape.get("enum"),
            min_length=shape.get("min"),
            max_length=shape.get("max"),
            pattern=shape.get("pattern"),
        )
    if SCALAR_CLASS[shape["type"]] == "number":
        return Facets(minimum=shape.get("min"), maximum=shape.get("max"))
    return Facets()
