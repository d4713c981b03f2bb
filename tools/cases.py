"""Gathers the programs with which the tests show what each rule says."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from policypack.testing import Case

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "policies"


def collect_cases(folder: Path = TESTS) -> list[Case]:
    """Import the rules' test modules and return their cases, in the order of the files."""
    found: list[Case] = []
    for path in sorted(folder.rglob("test_*.py")):
        cases = (getattr(value, "case", None) for value in vars(_module(path)).values())
        found.extend(case for case in cases if isinstance(case, Case))
    return found


def _module(path: Path) -> ModuleType:
    name = f"cases_{path.stem}_{hashlib.sha1(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import {path.relative_to(ROOT)}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def program_source(case: Case) -> str:
    """Return the program as a reader wants it: the body, with the helpers it calls above."""
    program = case.program
    lines = textwrap.dedent(inspect.getsource(program)).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(("def ", "async def ")))
    body_start = next(i for i in range(start, len(lines)) if lines[i].rstrip().endswith(":")) + 1
    body = textwrap.dedent("\n".join(lines[body_start:])).strip()
    helpers = [textwrap.dedent(inspect.getsource(one)).strip() for one in _helpers(program)]
    return "\n\n\n".join([*helpers, body])


def _helpers(program: Callable[[], object]) -> list[Callable[..., object]]:
    module_globals = getattr(program, "__globals__", {})
    found: list[Callable[..., object]] = []
    todo = [program]
    while todo:
        for name in getattr(todo.pop(), "__code__").co_names:  # noqa: B009
            one: Any = module_globals.get(name)
            own = inspect.isfunction(one) and one.__module__ == program.__module__
            if own and one not in found:
                found.append(one)
                todo.append(one)
    return found
