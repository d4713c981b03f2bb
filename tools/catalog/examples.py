"""The resource calls in the SDK's documentation, with the values they give as literals."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policypack.plan.values import UNKNOWN
from tools.catalog.sdk_scan import Kind, ResourceClass, Sdk, Shape

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
WITHOUT_INPUTS = {"opts", "resource_name"}


@dataclass(frozen=True)
class Example:
    """One call: the page's type, the type it makes, its inputs by wire name."""

    page: str
    token: str
    inputs: dict[str, Any]


def examples(sdk: Sdk) -> Iterator[Example]:
    """All calls, in the order of the types whose pages show them."""
    by_name = {(one.module.rstrip("_"), one.name): one for one in sdk.resources.values()}
    for token, resource in sorted(sdk.resources.items()):
        for text in BLOCK.findall(resource.doc):
            try:
                tree = ast.parse(textwrap.dedent(text))
            except SyntaxError:
                continue
            for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
                made = made_by(call, by_name)
                if made is not None:
                    yield Example(token, made.token, inputs_of(call, made.inputs, sdk))


def made_by(call: ast.Call, by_name: dict[tuple[str, str], ResourceClass]) -> ResourceClass | None:
    """The resource class that `aws.module.Class(...)` calls."""
    parts = ast.unparse(call.func).split(".")
    if len(parts) != 3 or parts[0] != "aws":
        return None
    return by_name.get((parts[1].rstrip("_"), parts[2]))


def inputs_of(call: ast.Call, shape: Shape, sdk: Sdk) -> dict[str, Any]:
    """The inputs that a call gives; what is no literal is `UNKNOWN`."""
    by_python = {item.python: (wire, item.kind) for wire, item in shape.items()}
    found = {}
    for word in call.keywords:
        if word.arg in by_python and word.arg not in WITHOUT_INPUTS:
            wire, kind = by_python[word.arg]
            found[wire] = literal(word.value, kind, sdk)
    return {wire: value for wire, value in found.items() if value is not None}


def literal(node: ast.expr, kind: Kind, sdk: Sdk) -> Any:
    """A literal as it goes over the wire, `UNKNOWN` for any other expression."""
    if isinstance(node, ast.List):
        item = kind.item or kind
        return [literal(one, item, sdk) for one in node.elts]
    if isinstance(node, ast.Dict):
        return members(node, kind, sdk)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "json.dumps":
        value = plain(node.args[0])
        return UNKNOWN if value is UNKNOWN else json.dumps(value)
    return plain(node)


def members(node: ast.Dict, kind: Kind, sdk: Sdk) -> Any:
    """A dictionary as an object or a map."""
    shape = sdk.shapes.get(kind.shape, {})
    by_python = {item.python: (wire, item.kind) for wire, item in shape.items()}
    found: dict[str, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant):
            return UNKNOWN
        name, inner = by_python.get(str(key.value), (str(key.value), kind.item or Kind("any")))
        found[name] = literal(value, inner, sdk)
    return found


def plain(node: ast.expr) -> Any:
    """A constant expression's value, `UNKNOWN` where it is none."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return UNKNOWN
