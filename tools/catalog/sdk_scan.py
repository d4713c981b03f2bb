"""What the pulumi_aws package says about its resources: tokens, inputs, shapes, documentation.

The package is read as text (an AST walk): importing it would take minutes and gives less.
"""

import ast
import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SCALARS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "Any": "any"}
SKIPPED_FILES = {"outputs.py", "_enums.py", "_utilities.py", "provider.py"}


@dataclass(frozen=True)
class Kind:
    """What a property holds: a scalar, or a list, a map or an object of something."""

    name: str
    item: "Kind | None" = None
    shape: str = ""


@dataclass
class Property:
    """One input: its Python name, what it holds, its documentation."""

    python: str
    kind: Kind
    doc: str = ""
    required: bool = False


Shape = dict[str, Property]
"""Wire name -> property."""


@dataclass
class ResourceClass:
    """One resource class of the SDK."""

    token: str
    module: str
    name: str
    inputs: Shape
    doc: str = ""


@dataclass
class Sdk:
    """The whole package: resources by token, nested shapes by `module/Class`, its version."""

    version: str
    resources: dict[str, ResourceClass] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    enums: dict[str, dict[str, str]] = field(default_factory=dict)


def scan(package: Path) -> Sdk:
    """Read the pulumi_aws package in directory `package`; raises OSError where it is missing."""
    sdk = Sdk(json.loads((package / "pulumi-plugin.json").read_text())["version"])
    for folder in sorted(path for path in package.iterdir() if (path / "__init__.py").is_file()):
        scan_module(sdk, folder)
    return sdk


def scan_module(sdk: Sdk, folder: Path) -> None:
    """Add the resources and shapes of one module folder to `sdk`."""
    module = folder.name
    inputs = folder / "_inputs.py"
    if inputs.is_file():
        for node in classes(inputs):
            if not node.name.endswith("Dict"):
                sdk.shapes[f"{module}/{node.name}"] = shape_of(node, module)
    for path in sorted(folder.glob("*.py")):
        if path.name not in SKIPPED_FILES and not path.name.startswith(("get_", "_")):
            for resource in resources_in(path, module):
                sdk.resources[resource.token] = resource


def classes(path: Path) -> Iterator[ast.ClassDef]:
    """The top-level classes of a Python file."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return (node for node in body if isinstance(node, ast.ClassDef))


def resources_in(path: Path, module: str) -> Iterator[ResourceClass]:
    """The resource classes that a file defines."""
    found = {node.name: node for node in classes(path)}
    for node in found.values():
        token = token_of(node)
        if token is None:
            continue
        args = found.get(f"{node.name}InitArgs") or found.get(f"{node.name}Args")
        inputs = shape_of(args, module) if args else {}
        yield ResourceClass(token, module, node.name, inputs, documentation(node))


def token_of(node: ast.ClassDef) -> str | None:
    """The token that a resource class registers with, None for any other class."""
    for call in (item for item in ast.walk(node) if isinstance(item, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "__init__" and call.args:
            first = call.args[0]
            if isinstance(first, ast.Constant) and str(first.value).startswith("aws:"):
                return str(first.value)
    return None


def documentation(node: ast.ClassDef) -> str:
    """The longest docstring among a resource class's constructors: the one with the examples."""
    methods = (item for item in node.body if isinstance(item, ast.FunctionDef))
    docs = [ast.get_docstring(item) or "" for item in methods if item.name == "__init__"]
    return max(docs, key=len, default="")


def shape_of(node: ast.ClassDef, module: str) -> Shape:
    """The properties of an Args class, by wire name."""
    found: Shape = {}
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.returns is not None:
            wire = wire_name(item)
            if wire:
                required = not optional(item.returns)
                doc = textwrap.dedent(ast.get_docstring(item) or "")
                found[wire] = Property(item.name, kind_of(item.returns, module), doc, required)
    return found


def wire_name(item: ast.FunctionDef) -> str | None:
    """The name a getter has on the wire, None for anything that is no getter."""
    for decorator in item.decorator_list:
        if isinstance(decorator, ast.Attribute) and decorator.attr == "getter":
            return item.name
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "attr", "") == "getter":
            names = [word.value for word in decorator.keywords if word.arg == "name"]
            return str(names[0].value) if names and isinstance(names[0], ast.Constant) else None
    return None


def optional(annotation: ast.expr) -> bool:
    """Whether an input may be left out."""
    return "Optional[" in ast.unparse(annotation)[:40]


def kind_of(node: ast.expr, module: str) -> Kind:
    """Translate an annotation such as `pulumi.Input[Optional[Sequence[pulumi.Input[str]]]]`."""
    if isinstance(node, ast.Constant):
        return named(str(node.value), module)
    if isinstance(node, ast.Attribute):
        if node.attr in {"Archive", "Asset"}:
            return Kind("asset")
        return Kind(SCALARS.get(node.attr, "any"))
    if isinstance(node, ast.Name):
        return Kind(SCALARS.get(node.id, "any"))
    if isinstance(node, ast.Subscript):
        return generic(node, module)
    return Kind("any")


def generic(node: ast.Subscript, module: str) -> Kind:
    """Translate a subscripted annotation."""
    outer = node.value.attr if isinstance(node.value, ast.Attribute) else ast.unparse(node.value)
    if outer in {"Input", "Optional"}:
        return kind_of(node.slice, module)
    if outer == "Sequence":
        return Kind("list", kind_of(node.slice, module))
    if outer == "Mapping" and isinstance(node.slice, ast.Tuple):
        return Kind("map", kind_of(node.slice.elts[1], module))
    if outer == "Union" and isinstance(node.slice, ast.Tuple):
        return union([kind_of(part, module) for part in node.slice.elts])
    return Kind("any")


def union(parts: list[Kind]) -> Kind:
    """One kind for several: an enumeration is a string, a typed document is JSON."""
    names = {part.name for part in parts}
    if names == {"asset"}:
        return Kind("asset")
    if names == {"string"}:
        return Kind("string")
    if names == {"string", "object"}:
        return Kind("json")
    return Kind("any")


def named(text: str, module: str) -> Kind:
    """The kind of a quoted class name such as `'_iam.PolicyDocumentArgs'`."""
    owner, _, name = text.rpartition(".")
    if not name.endswith("Args"):
        return Kind("string") if re.fullmatch(r"\w+", name) else Kind("any")
    home = owner.rpartition(".")[2].lstrip("_") or module
    return Kind("object", shape=f"{home}/{name}")
