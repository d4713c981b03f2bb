"""What a data source of `pulumi_aws` gives by its type alone: texts undecided, one of each list."""

from __future__ import annotations

import contextlib
import importlib
import keyword
import re
import threading
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any, get_args, get_origin

from pulumi import _types

from policypack.hosts.undecided import UNDECIDED

_IMPORTS = threading.Lock()
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_DEEPEST = 6


@cache
def answer_shape(token: str) -> Mapping[str, Any]:
    """Return an answer in the shape of a function's result; empty where its SDK is not installed.

    Args:
        token: the function, such as `aws:ec2/getSubnet:getSubnet`.
    """
    package, _, rest = token.partition(":")
    path, _, name = rest.partition(":")
    parts = [_snake(part) for part in path.split("/")]
    if package != "aws" or not name or not all(part.isidentifier() for part in parts):
        return {}
    parts = parts[1:] if parts[0] == "index" else parts
    # By its package: a function's module, imported by name, would hide the function from programs.
    package_module = sdk_module(".".join(["pulumi_aws", *parts[:-1]]))
    result = getattr(package_module, f"{name[0].upper()}{name[1:]}Result", None)
    return _object(result, 0) if result else {}


def sdk_module(name: str) -> ModuleType | None:
    """Return a module of the SDK, None where there is none.

    Calls come on many threads, and its modules import each other in circles: one at a time.
    """
    with _IMPORTS, contextlib.suppress(ImportError):
        return importlib.import_module(name)
    return None


def _snake(name: str) -> str:
    snake = _CAPITAL.sub(r"_\1", name).lower()
    # As the SDK does: its package for Lambda is `lambda_`.
    return f"{snake}_" if keyword.iskeyword(snake) else snake


def _object(kind: Any, depth: int) -> dict[str, Any]:
    types: Callable[[Any], dict[str, Any]] = _types._types_from_py_properties
    return {name: _value(member, name, depth + 1) for name, member in types(kind).items()}


def _value(kind: Any, name: str, depth: int) -> Any:
    kind = _types.unwrap_optional_type(kind)
    if kind is str:
        # Programs take ARNs apart.
        is_arn = name == "arn" or name.endswith("Arn")
        return f"arn:aws:{UNDECIDED}:{UNDECIDED}:{UNDECIDED}:{UNDECIDED}" if is_arn else UNDECIDED
    if kind in (bool, int, float):
        return kind()
    if get_origin(kind) is not None and get_args(kind):
        if len(get_args(kind)) > 1:
            return {}
        return [_value(get_args(kind)[0], name, depth)] if depth < _DEEPEST else []
    is_object = isinstance(kind, type) and _types.is_output_type(kind)
    return _object(kind, depth) if is_object and depth < _DEEPEST else None
