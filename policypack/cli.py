"""The command line: python -m policypack preview | audit | list | explain | baseline."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pulumi import RunError

from policypack.hosts.auto_names import CheckFailure
from policypack.hosts.recorder import DuplicateUrn
from policypack.reports.formats import REPORTS
from policypack.rules.evaluation import Diagnostic
from policypack.rules.registry import Registry
from policypack.rules.rule import ANY_TYPE, Level
from policypack.rules.settings import Settings, SettingsError, read

if TYPE_CHECKING:
    from policypack.hosts.offline import Preview

CLEAN, FOUND, WRONG = 0, 1, 2
INTERRUPTED = 130
"""As a shell counts what SIGINT ended."""


class InputError(ValueError):
    """What a user gave that cannot be taken; the text is one sentence."""


class ProgramFailed(Exception):  # noqa: N818 - the failure is told already
    """The program itself failed, and its own error is printed."""


def main(argv: Sequence[str], registry: Registry) -> int:
    """Run a command.

    Returns:
        0 when nothing mandatory is found, 1 when something is, 2 when the input is wrong or the
        program fails.
    """
    arguments = _parser().parse_args(argv)
    try:
        result: int = arguments.run(arguments, registry)
    except (InputError, SettingsError) as error:
        print(f"policypack: {error}", file=sys.stderr)
        return WRONG
    except ProgramFailed:
        return WRONG
    except BrokenPipeError:
        return CLEAN
    except KeyboardInterrupt:
        print("policypack: interrupted, nothing was judged", file=sys.stderr)
        return INTERRUPTED
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m policypack",
        description="Says what AWS would refuse, without the Pulumi CLI or credentials.",
        epilog="Exit codes: 0 nothing mandatory, 1 a mandatory finding, 2 wrong input or program.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    preview = commands.add_parser("preview", help="run a Python program in process and judge it")
    preview.add_argument("program", type=Path, help="folder with Pulumi.yaml")
    _add_stack(preview)
    _add_report(preview)
    preview.set_defaults(run=_preview)
    audit = commands.add_parser("audit", help="judge what `pulumi stack export` wrote")
    audit.add_argument("state", help="file, - for standard input")
    _add_report(audit)
    audit.set_defaults(run=_audit)
    baseline = commands.add_parser("baseline", help="write today's findings, to report new ones")
    baseline.add_argument(
        "program", type=Path, help="folder with Pulumi.yaml, or what `pulumi stack export` wrote"
    )
    baseline.add_argument("--output", type=Path, default=Path("baseline.json"), metavar="FILE")
    _add_stack(baseline)
    baseline.add_argument("--policy-config", type=Path, metavar="FILE")
    baseline.set_defaults(run=_baseline)
    rules = commands.add_parser("list", help="list the rules")
    rules.add_argument("--domain", help="only of this failure domain")
    rules.add_argument("--type", help="only those that run on this type")
    rules.add_argument("--format", choices=("text", "json"), default="text")
    rules.set_defaults(run=_list)
    explain = commands.add_parser(
        "explain", help="tell what is known of a rule, a type or a property"
    )
    explain.add_argument("subject", nargs="+", help="RULE, or TYPE [PROPERTY]")
    explain.set_defaults(run=_explain)
    return parser


def _add_stack(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stack", help="the stack's name (the only Pulumi.STACK.yaml, or dev)")
    parser.add_argument(
        "--config", action="append", default=[], metavar="K=V", help="a configuration value"
    )


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy-config", type=Path, metavar="FILE", help="levels and settings")
    parser.add_argument("--format", choices=sorted(REPORTS), default="text")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the report there")
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="findings in it are advisory: known"
    )


def _preview(arguments: argparse.Namespace, registry: Registry) -> int:
    settings, known = _settings(arguments, registry), _known(arguments.baseline)
    result, place = _run_program(arguments, registry, settings)
    return _report(arguments, result, known, place)


def _run_program(
    arguments: argparse.Namespace, registry: Registry, settings: Settings
) -> tuple[Preview, str]:
    from policypack.hosts import offline

    try:
        config = dict(_pair(text) for text in arguments.config)
        project = offline.read_project(arguments.program, arguments.stack, config)
    except offline.ProjectError as error:
        raise InputError(str(error)) from None
    try:
        result = offline.preview(project, registry, settings)
    except offline.ProgramError as error:
        _print_failure(error, project.entry)
        raise ProgramFailed from None
    return result, _shown(project.entry)


def _shown(path: Path) -> str:
    """Return a path as reports name it: from the working directory, with slashes."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise InputError(f'"{text}" is no configuration value: write KEY=VALUE')
    return key, value


def _print_failure(failure: Exception, entry: Path) -> None:
    """Print a refusal, or the program's own traceback from its first line on.

    Of a `RunError`, such as a missing configuration value, Pulumi too prints the text alone.
    """
    error = failure.__cause__
    if error is None or isinstance(error, CheckFailure | DuplicateUrn | RunError):
        print(f"error: {error or failure}", file=sys.stderr)
        return
    trace = error.__traceback__
    while trace is not None and not _is_of_program(trace, entry):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)


def _is_of_program(trace: TracebackType, entry: Path) -> bool:
    return Path(trace.tb_frame.f_code.co_filename).is_relative_to(entry.parent)


def _audit(arguments: argparse.Namespace, registry: Registry) -> int:
    settings, known = _settings(arguments, registry), _known(arguments.baseline)
    result = _judge_state(arguments.state, registry, settings)
    return _report(arguments, result, known, arguments.state)


def _judge_state(place: str, registry: Registry, settings: Settings) -> Preview:
    from policypack.hosts import offline, state

    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text("utf-8")
        stack = state.read_state(text)
    except OSError as error:
        raise InputError(f"cannot read {place}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{place} is no text") from None
    except state.StateError as error:
        raise InputError(f"{place}: {error}") from None
    return offline.judge(stack, registry, settings)


def _settings(arguments: argparse.Namespace, registry: Registry) -> Settings:
    path: Path | None = arguments.policy_config
    return read(_json(path), registry) if path else Settings()


def _json(path: Path) -> dict[str, Any]:
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path} is not JSON") from None
    if not isinstance(loaded, dict):
        raise InputError(f"{path} holds no JSON object")
    return loaded


def _report(
    arguments: argparse.Namespace, result: Preview, known: frozenset[str], place: str
) -> int:
    found = sorted((_as_known(one, known) for one in result.diagnostics), key=lambda one: one.order)
    text = REPORTS[arguments.format](found, result.exempted, place)
    _write(arguments.output, text)
    return FOUND if any(one.level is Level.MANDATORY for one in found) else CLEAN


def _write(path: Path | None, text: str) -> None:
    if path is None:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None


def _identity(one: Diagnostic) -> str:
    return f"{one.rule}|{one.row or ''}|{one.urn}|{one.path}"


def _baseline(arguments: argparse.Namespace, registry: Registry) -> int:
    settings = _settings(arguments, registry)
    if arguments.program.is_file() or str(arguments.program) == "-":
        result = _judge_state(str(arguments.program), registry, settings)
    else:
        result, _ = _run_program(arguments, registry, settings)
    known = sorted({_identity(one) for one in result.diagnostics})
    _write(arguments.output, json.dumps({"known": known}, indent=2) + "\n")
    print(f"{len(known)} findings written to {arguments.output}")
    return CLEAN


def _known(path: Path | None) -> frozenset[str]:
    known = _json(path).get("known") if path else []
    if not isinstance(known, list):
        raise InputError(f'{path} has no list "known": make it with python -m policypack baseline')
    return frozenset(map(str, known))


def _as_known(one: Diagnostic, known: frozenset[str]) -> Diagnostic:
    if _identity(one) not in known:
        return one
    return replace(one, level=Level.ADVISORY, message=f"{one.message}\nKnown: in the baseline.")


def _list(arguments: argparse.Namespace, registry: Registry) -> int:
    from policypack.plan.normalise import canonical_type

    domains = sorted({rule.domain for rule in registry.rules})
    if arguments.domain and arguments.domain not in domains:
        raise InputError(f'no domain "{arguments.domain}": there are {", ".join(domains)}')
    token = canonical_type(arguments.type) if arguments.type else None
    rules = [
        rule
        for rule in registry.rules
        if arguments.domain in (None, rule.domain)
        and (token is None or token in rule.on or ANY_TYPE in rule.on)
    ]
    if arguments.format == "json":
        rows = [
            {
                "rule": rule.id,
                "level": rule.level.value,
                "severity": rule.severity.value,
                "domain": rule.domain,
                "mode": rule.mode,
                "types": rule.on,
                "says": rule.text.summary,
                "source": rule.source,
            }
            for rule in rules
        ]
        print(json.dumps(rows, indent=2))
        return CLEAN
    for rule in rules:
        print(f"{rule.level.value:<10} {rule.id:<48} {rule.text.summary}")
    return CLEAN


def _explain(arguments: argparse.Namespace, registry: Registry) -> int:
    from policypack import explain

    return explain.main(arguments.subject, registry)
