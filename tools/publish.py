"""Publishes the pack to an organisation in Pulumi Cloud: `make publish ORG=acme`.

`pulumi policy publish` uploads everything below its folder. This stages what a consumer runs, and
the two files that go with it (the licence; the README), and publishes that.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = ("PulumiPolicy.yaml", "__main__.py", "requirements.txt", "README.md", "LICENSE")
FOLDERS = ("policypack", "policies")
VENV = "venv"
_VERSION = re.compile(r"""^version:\s*["']?([^\s"'#]+)""", re.MULTILINE)


class PublishError(Exception):
    """Why the pack cannot be published, in one sentence."""


def stage(pack: Path, target: Path) -> list[Path]:
    """Copy what is published from the folder of the pack to an empty one.

    Returns:
        The copied files, relative to `target`, in order.

    Raises:
        PublishError: a file or folder of the pack is missing.
    """
    missing = [name for name in (*FILES, *FOLDERS) if not (pack / name).exists()]
    if missing:
        raise PublishError(f"{pack} is not the folder of the pack: it has no {missing[0]}")
    target.mkdir(parents=True)
    for name in FILES:
        shutil.copy2(pack / name, target / name)
    for name in FOLDERS:
        ignore = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
        shutil.copytree(pack / name, target / name, ignore=ignore)
    return sorted(one.relative_to(target) for one in target.rglob("*") if one.is_file())


def summary(files: list[Path], target: Path) -> str:
    """Return the staged top-level entries with the number of their files and their size."""
    lines = []
    for top in sorted({one.parts[0] for one in files}):
        inside = [one for one in files if one.parts[0] == top]
        size = sum((target / one).stat().st_size for one in inside)
        count = f"{len(inside)} files, " if len(inside) > 1 else ""
        lines.append(f"  {top:<20} {count}{size / 1000:.1f} kB")
    return "\n".join(lines)


def find_pulumi() -> str:
    """Return the CLI on PATH, else the one that `make tools` builds.

    Raises:
        PublishError: there is neither.
    """
    built = ROOT / ".tools" / "bin" / "pulumi"
    found = shutil.which("pulumi") or (str(built) if built.exists() else None)
    if found is None:
        raise PublishError("there is no pulumi CLI: install it, or build it with `make tools`")
    return found


def check_login(pulumi: str) -> None:
    """Make sure that the CLI is logged in to a service that keeps policy packs.

    Raises:
        PublishError: it is not logged in, or to a backend that keeps state alone.
    """
    command = [pulumi, "whoami", "--output", "json", "--verbose", "--non-interactive"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PublishError(
            "the pulumi CLI is not logged in to Pulumi Cloud: run `pulumi login`, "
            f"or set PULUMI_ACCESS_TOKEN ({_last_line(done.stderr)})"
        )
    try:
        url = str(json.loads(done.stdout).get("url", ""))
    except ValueError:
        return
    if url and not url.startswith(("http://", "https://")):
        raise PublishError(
            f"policy packs are published to Pulumi Cloud, and the CLI is logged in to {url}: "
            "run `pulumi login`"
        )


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ").strip() if lines else "no reason given"


def version_of(pack: Path) -> str:
    """Return the version that the pack is published under.

    Raises:
        PublishError: the manifest has none.
    """
    found = _VERSION.search((pack / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    if found is None:
        raise PublishError("PulumiPolicy.yaml has no version")
    return found.group(1)


def publish(pack: Path, organisation: str, *, dry_run: bool) -> int:
    """Stage and publish; return the CLI's exit code, 0 for a dry run.

    Raises:
        PublishError: something is missing, or the CLI is not logged in.
    """
    with tempfile.TemporaryDirectory(prefix="aws-preflight-") as folder:
        target = Path(folder) / "pack"
        files = stage(pack, target)
        print(f"aws-preflight {version_of(pack)}, {len(files)} files:", flush=True)
        print(summary(files, target), flush=True)
        if dry_run:
            return 0
        pulumi = find_pulumi()
        check_login(pulumi)
        _lend_interpreter(target)
        print(f"Publishing to {organisation} ...", flush=True)
        # Left to itself, Python would write caches into what is about to be packed.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [pulumi, "policy", "publish", organisation]
        return subprocess.run(command, cwd=target, env=environment, check=False).returncode


def _lend_interpreter(target: Path) -> None:
    """Give the staged pack this environment to list its policies with, kept out of the archive."""
    (target / VENV).symlink_to(sys.prefix)
    # The CLI heeds the .gitignore files of parent folders too, and this one is not packed itself.
    (target.parent / ".gitignore").write_text(f"{VENV}\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when published, 2 when it cannot be, else the CLI's own."""
    parser = argparse.ArgumentParser(
        prog="make publish",
        description="Publish the policy pack to an organisation in Pulumi Cloud.",
    )
    parser.add_argument("organisation", nargs="?", default="", help="name of the organisation")
    parser.add_argument("--pack", type=Path, default=ROOT, help="folder of the pack (this one)")
    parser.add_argument("--dry-run", action="store_true", help="show what would be published")
    options = parser.parse_args(arguments)
    if not options.organisation and not options.dry_run:
        return _refuse("name the organisation to publish to: make publish ORG=acme")
    try:
        return publish(options.pack, options.organisation, dry_run=options.dry_run)
    except PublishError as error:
        return _refuse(str(error))


def _refuse(reason: str) -> int:
    print(f"publish: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
