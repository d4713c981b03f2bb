"""The embedded preview: runs a Pulumi Python program in process, no CLI, no credentials."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import runpy
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from pulumi.runtime import config as runtime_config

from policypack.hosts.auto_names import CheckFailure
from policypack.hosts.data_sources import answer
from policypack.hosts.provider_check import check_struct
from policypack.hosts.recorder import DuplicateUrn, Program, plan, record
from policypack.hosts.sealed_config import SECRET_TEXT, sealed
from policypack.plan.stack import Stack, StackContext
from policypack.rules.evaluation import Diagnostic, Evaluation
from policypack.rules.registry import Registry
from policypack.rules.rule import Level
from policypack.rules.settings import Settings

DEFAULT_STACK = "dev"


class ProjectError(ValueError):
    """A folder that is no Pulumi program for Python; the text says why."""


class ProgramError(Exception):
    """The program itself failed; its exception is the cause.

    The text is one sentence where provider or engine refused a resource, the entry point otherwise.
    """


@dataclass(frozen=True)
class Project:
    """A Pulumi project: its name, its entry point and the configuration of one stack."""

    name: str
    stack: str
    entry: Path
    config: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()


@dataclass
class Preview:
    """The findings on a plan, in the order of the CLI, and those that an exemption covers.

    `failed` are the rules that raised.
    """

    stack: Stack
    diagnostics: list[Diagnostic]
    exempted: list[Diagnostic] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def has_mandatory(self) -> bool:
        """Whether the preview fails."""
        return any(one.level is Level.MANDATORY for one in self.diagnostics)


def read_project(
    folder: Path, stack: str | None = None, config: Mapping[str, str] | None = None
) -> Project:
    """Read Pulumi.yaml and the configuration of a stack.

    Args:
        folder: the program's folder.
        stack: the stack's name; without it the only Pulumi.STACK.yaml, or `dev`.
        config: values over those of the files, by `namespace:key` or by the project's own key.

    Raises:
        ProjectError: there is no such folder or project, or it is not for Python.
    """
    if not folder.is_dir():
        raise ProjectError(
            f"{folder} is no folder" if folder.exists() else f"there is no folder {folder}"
        )
    described = _yaml(_first(folder, "Pulumi.yaml", "Pulumi.yml"))
    runtime = described.get("runtime")
    language = runtime.get("name") if isinstance(runtime, Mapping) else runtime
    if language != "python":
        raise ProjectError(
            f"{folder} is a program in {language}: only Python runs in process; "
            "use pulumi preview --policy-pack"
        )
    name = str(described.get("name") or folder.name)
    place = folder / str(described.get("stackConfigDir") or "")
    chosen = stack or _only_stack(place)
    values, secrets = _configuration(place / f"Pulumi.{chosen}.yaml", name, described)
    given = {_key(name, key): value for key, value in (config or {}).items()}
    return Project(
        name, chosen, _entry(folder, described), {**values, **given}, secrets - given.keys()
    )


def _first(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise ProjectError(f"{folder} has no Pulumi.yaml")


def _yaml(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        raise ProjectError(f"{path} is not YAML") from None
    if not isinstance(loaded, dict):
        raise ProjectError(f"{path} holds no mapping")
    return loaded


def _only_stack(place: Path) -> str:
    found = [path.stem.partition(".")[2] for path in place.glob("Pulumi.*.yaml")]
    return found[0] if len(found) == 1 else DEFAULT_STACK


def _entry(folder: Path, described: Mapping[str, Any]) -> Path:
    entry = folder / str(described.get("main") or "")
    entry = entry / "__main__.py" if entry.is_dir() else entry
    if not entry.is_file():
        raise ProjectError(f"{folder} has no {entry.name}")
    return entry.resolve()


def _key(project: str, key: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _configuration(
    path: Path, project: str, described: Mapping[str, Any]
) -> tuple[dict[str, str], frozenset[str]]:
    values: dict[str, str] = {}
    secrets: set[str] = set()
    declared = described.get("config")
    for key, entry in declared.items() if isinstance(declared, Mapping) else ():
        default = entry.get("default", entry.get("value")) if isinstance(entry, Mapping) else entry
        if default is not None:
            values[_key(project, key)] = _text(default)
    configured = _yaml(path).get("config") if path.is_file() else None
    for key, value in configured.items() if isinstance(configured, Mapping) else ():
        clear = _without_ciphertext(value)
        values[_key(project, key)] = _text(clear)
        if clear != value:
            secrets.add(_key(project, key))
    return values, frozenset(secrets)


def _without_ciphertext(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            return SECRET_TEXT
        return {key: _without_ciphertext(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_without_ciphertext(element) for element in value]
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)


def preview(
    project: Project,
    registry: Registry,
    settings: Settings | None = None,
    *,
    calls: Mapping[str, Mapping[str, Any]] | None = None,
) -> Preview:
    """Run a program in process and judge what it plans.

    Args:
        project: the program and its configuration.
        registry: the rules.
        settings: what a user set.
        calls: answers to data sources by token, over the usual ones.

    Raises:
        ProgramError: the program failed.
    """
    context = StackContext("organization", project.name, project.stack, {}, dict(project.config))
    try:
        # The callbacks of outputs run after the program's last line: they too need its folder.
        with _as_main(project.entry), contextlib.redirect_stdout(sys.stderr):
            stack = plan_of(_entry_program(project), context, project.secrets, calls)
    except (CheckFailure, DuplicateUrn) as error:
        raise ProgramError(str(error)) from error
    except (Exception, SystemExit) as error:
        raise ProgramError(str(project.entry)) from error
    return judge(stack, registry, settings)


def judge(stack: Stack, registry: Registry, settings: Settings | None = None) -> Preview:
    """Run all rules over a plan."""
    evaluation = Evaluation(registry, settings or Settings())
    found = [one for resource in stack for one in evaluation.of_resource(resource)]
    found += evaluation.of_stack(stack)
    found.sort(key=lambda one: one.order)
    return Preview(stack, found, evaluation.exempted, evaluation.failed)


def plan_of(
    program: Program,
    context: StackContext,
    secrets: frozenset[str] = frozenset(),
    calls: Mapping[str, Mapping[str, Any]] | None = None,
) -> Stack:
    """Return the plan of a program, with what the provider's Check does to it.

    Args:
        program: what declares the resources.
        context: names and configuration of the stack.
        secrets: keys of the configuration whose values are not known here.
        calls: answers to data sources by token, over the usual ones.
    """

    def answered(token: str, args: dict[str, Any], region: str) -> dict[str, Any]:
        given = (calls or {}).get(token)
        return dict(given) if given is not None else answer(token, args, region)

    runtime_config.set_all_config(dict(context.config), list(secrets))
    try:
        with sealed(secrets):
            return plan(record(program, context, check=check_struct, answer=answered), context)
    finally:
        runtime_config.set_all_config({}, [])


def _entry_program(project: Project) -> Program:
    def program() -> None:
        try:
            runpy.run_path(str(project.entry), run_name="__main__")
        except SystemExit as leaving:
            # `sys.exit()` and `sys.exit(0)` end a program well, what it declared stands.
            if leaving.code:
                raise

    return program


@contextlib.contextmanager
def _as_main(entry: Path) -> Iterator[None]:
    """Let a program find its own modules, and forget them afterwards."""
    folder = str(entry.parent)
    path, arguments, here = sys.path[:], sys.argv[:], Path.cwd()
    environment = dict(os.environ)
    hidden = _hide_modules(entry.parent)
    modules = set(sys.modules)
    sys.path.insert(0, folder)
    sys.argv = [str(entry)]
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        sys.path[:], sys.argv = path, arguments
        os.environ.clear()
        os.environ.update(environment)
        # All are looked at before one goes: a package without __init__.py asks for its parent.
        left = [name for name in set(sys.modules) - modules if not _is_library(sys.modules[name])]
        for name in left:
            if not name.startswith(f"{_OWN}."):
                del sys.modules[name]
        sys.modules.update(hidden)
        # A module of the same name in the next program is looked for afresh.
        importlib.invalidate_caches()


_OWN = __name__.partition(".")[0]
_LIBRARIES = ("site-packages", "dist-packages", sysconfig.get_path("stdlib") + os.sep)


def _hide_modules(folder: Path) -> dict[str, ModuleType]:
    """Take away the loaded modules that a program has under the same names, and return them."""
    own = {entry.stem if entry.suffix == ".py" else entry.name for entry in folder.iterdir()}
    hidden = {
        name: module
        for name, module in sys.modules.items()
        if (top := name.partition(".")[0]) in own
        and top not in (_OWN, "__main__")
        and not _is_library(module)
    }
    for name in hidden:
        del sys.modules[name]
    return hidden


def _is_library(module: ModuleType) -> bool:
    """Whether a module is of Python itself or an installed package: these stay loaded."""
    places = [getattr(module, "__file__", None)]
    try:
        # A package without __init__.py has no file, only places to look in.
        places += getattr(module, "__path__", None) or ()
    except KeyError:  # its parent package failed to load
        return False
    found = [str(place) for place in places if place]
    return not found or any(mark in place for place in found for mark in _LIBRARIES)
