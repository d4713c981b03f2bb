"""Runs the pulumi CLI away from any account, state and network: own home, own backend."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent.parent
STAND_INS = Path(__file__).parent / "stand_ins"
STACK = "dev"
REGION = "eu-west-1"
MISSING = "no pulumi CLI: build one with `make tools` (needs Go), or install it"
_COLOUR = re.compile(r"<\{%.*?%\}>")


class Finding(NamedTuple):
    """What makes two findings the same."""

    level: str
    rule: str
    urn: str
    message: str


def find_pulumi() -> Path | None:
    """Return the CLI that `make tools` built, else the one on PATH."""
    built = ROOT / ".tools" / "bin" / "pulumi"
    if built.exists():
        return built
    found = shutil.which("pulumi")
    return Path(found) if found else None


def make_plugins(folder: Path, pulumi: Path) -> None:
    """Write the commands that stand in for plugins: AWS always, the language host if need be."""
    provider = f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m tests.e2e.stand_ins'
    _command(folder / "pulumi-resource-aws", f'{provider}.provider "$@"')
    # A user's own CLI brings the published host.
    if not (pulumi.parent / "pulumi-language-python").exists():
        host = STAND_INS / "language_host.py"
        _command(folder / "pulumi-language-python", f'exec "{sys.executable}" "{host}" "$@"')


def _command(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)


@dataclass(frozen=True)
class Result:
    """What a run of the CLI gave."""

    exit_code: int
    text: str
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def policy_events(self) -> list[dict[str, Any]]:
        return [one["policyEvent"] for one in self.events if "policyEvent" in one]

    @property
    def findings(self) -> list[Finding]:
        """The findings in a fixed order; two of one rule on one resource count twice."""
        return sorted(map(finding_of, self.policy_events))

    def of_rule(self, rule: str) -> list[dict[str, Any]]:
        return [one for one in self.policy_events if one["policyName"] == rule]


def finding_of(event: Mapping[str, Any]) -> Finding:
    return Finding(
        event["enforcementLevel"],
        event["policyName"],
        event["resourceUrn"],
        _COLOUR.sub("", event["message"]).rstrip("\n"),
    )


@dataclass(frozen=True)
class Cli:
    """The CLI with the environment that it runs in."""

    pulumi: Path
    environment: Mapping[str, str]

    def with_environment(self, **more: str) -> Cli:
        return replace(self, environment={**self.environment, **more})

    def run(self, *arguments: str, cwd: Path, seconds: int = 180) -> Result:
        """Run a command; its exit code is the caller's to judge.

        Raises:
            subprocess.TimeoutExpired: it takes too long.
        """
        done = subprocess.run(
            [str(self.pulumi), *arguments, "--non-interactive", "--color", "never"],
            cwd=cwd,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Result(done.returncode, done.stdout)

    def preview(
        self,
        project: Path,
        *packs: Path,
        stack: str = STACK,
        config: Mapping[str, Any] | None = None,
    ) -> Result:
        """Preview a project with packs; `config` is the policy configuration of the only one."""
        log = project / "events.json"
        arguments = ["preview", "--stack", stack, "--event-log", str(log)]
        for pack in packs:
            arguments += ["--policy-pack", str(pack)]
        if config is not None:
            file = project / "policy-config.json"
            file.write_text(json.dumps(config), encoding="utf-8")
            arguments += ["--policy-pack-config", str(file)]
        log.unlink(missing_ok=True)
        result = self.run(*arguments, cwd=project)
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return replace(result, events=[json.loads(line) for line in lines if line])

    def new_stack(self, project: Path, stack: str = STACK) -> None:
        """Make a stack whose secrets are encrypted with a passphrase.

        Raises:
            RuntimeError: the CLI refuses.
        """
        file = project / f"Pulumi.{stack.rsplit('/', maxsplit=1)[-1]}.yaml"
        if not file.exists():
            file.write_text(f"config:\n  aws:region: {REGION}\n", encoding="utf-8")
        result = self.run("stack", "init", stack, "--secrets-provider", "passphrase", cwd=project)
        if result.exit_code:
            raise RuntimeError(result.text)


def environment(home: Path, plugins: Path, backend: str) -> dict[str, str]:
    """Return the environment of a CLI that knows no account and fetches nothing."""
    kept = {name: os.environ[name] for name in ("LANG", "HOME", "TMPDIR") if name in os.environ}
    kept.update({name: value for name, value in os.environ.items() if name.startswith("PIP_")})
    return {
        **kept,
        "PATH": os.pathsep.join([str(plugins), str(Path(sys.executable).parent), "/usr/bin:/bin"]),
        "PULUMI_HOME": str(home),
        "PULUMI_BACKEND_URL": backend,
        "PULUMI_CONFIG_PASSPHRASE": "passphrase",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DEBUG_COMMANDS": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def write_project(folder: Path, program: str, *, name: str = "shop") -> Path:
    """Write a project whose program runs in this environment."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n", encoding="utf-8")
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    return folder


def write_pack(folder: Path, rules: str) -> Path:
    """Write a pack of these rules alone, served by this checkout's engine."""
    package = folder / "probe"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "rules.py").write_text(rules, encoding="utf-8")
    manifest = (ROOT / "PulumiPolicy.yaml").read_text(encoding="utf-8")
    (folder / "PulumiPolicy.yaml").write_text(manifest, encoding="utf-8")
    (folder / "venv").symlink_to(sys.prefix)
    (folder / "__main__.py").write_text(
        "import sys\n"
        "from pathlib import Path\n"
        f"sys.path.append({str(ROOT)!r})\n"
        "from policypack.hosts.analyzer import serve\n"
        "serve('probe', Path(__file__).parent)\n",
        encoding="utf-8",
    )
    return folder


def embedded_findings(project: Path) -> tuple[int, list[Finding]]:
    """Return exit code and findings of the embedded preview of a project's stack.

    Raises:
        RuntimeError: it gives no report.
    """
    command = [sys.executable, "-m", "policypack", "preview", str(project), "--stack", STACK]
    done = subprocess.run(
        [*command, "--format", "json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    report = json.loads(done.stdout)["findings"]
    return done.returncode, sorted(
        Finding(one["level"], one["rule"], one["urn"], one["message"]) for one in report
    )
