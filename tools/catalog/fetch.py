"""Installs the pinned packages beside the project, each checked against its pinned hash."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.catalog.sources import CatalogBuildError, Package, Sources

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements-catalog.txt"
FOLDER = ROOT / ".catalog-venv"
FRESH = "new"
NPM_PACKAGE = "@aws-cdk/aws-service-spec"
DATABASE = "db.json.gz"
TIMEOUT_SECONDS = 300

PIN = re.compile(
    r"^(?:# npm:)?(?P<name>\S+)==(?P<version>\S+) +--(?:hash|integrity)=(?P<hash>\S+)"
    r" +# released (?P<released>\d{4}-\d\d-\d\d)$"
)


@dataclass(frozen=True)
class Pin:
    """A package with the hash that its download must have."""

    package: Package
    integrity: str


def read_pins(requirements: Path = REQUIREMENTS) -> dict[str, Pin]:
    """The pins of the requirements file by package name. Raises CatalogBuildError."""
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CatalogBuildError(f"{requirements.name} cannot be read: {error.strerror}") from None
    pins = dict(_pins(lines, requirements.name))
    if NPM_PACKAGE not in pins:
        raise CatalogBuildError(f"{requirements.name} does not pin {NPM_PACKAGE}")
    return pins


def _pins(lines: list[str], file: str) -> Iterator[tuple[str, Pin]]:
    for number, line in enumerate(lines, 1):
        match = PIN.match(line)
        if match:
            package = Package(match["name"], match["version"], match["released"])
            yield package.name, Pin(package, match["hash"])
        elif (line and not line.startswith("# ")) or "npm:" in line:
            raise CatalogBuildError(
                f"{file} line {number} is not NAME==VERSION --hash=HASH  # released YYYY-MM-DD"
            )


def fetch(folder: Path = FOLDER, requirements: Path = REQUIREMENTS) -> Sources:
    """The pinned packages, downloaded unless `folder` already holds exactly these.

    Raises CatalogBuildError when a registry does not answer or a hash differs; what was
    downloaded before then stays.
    """
    pins = read_pins(requirements)
    key = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    if not (folder / key).is_dir():
        _install(folder, pins)
        (folder / FRESH).rename(folder / key)
        for old in folder.iterdir():
            if old.name != key:
                shutil.rmtree(old, ignore_errors=True)
    packages = {name: pin.package for name, pin in pins.items()}
    return Sources(_site_packages(folder / key), folder / key / DATABASE, packages)


def _install(folder: Path, pins: dict[str, Pin]) -> None:
    fresh = folder / FRESH
    say(f"downloading to {folder.name}")
    try:
        venv.create(fresh, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CatalogBuildError(f"a virtual environment cannot be made: {error}") from None
    for name, pin in pins.items():
        say(f"  {name} {pin.package.version}")
        (_npm_fetch if name == NPM_PACKAGE else _pip_install)(fresh, pin)


def _pip_install(folder: Path, pin: Pin) -> None:
    line = f"{pin.package.name}=={pin.package.version} --hash={pin.integrity}"
    (folder / "pin.txt").write_text(line, encoding="ascii")
    command = [
        str(_python(folder)), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes",
        "--only-binary=:all:", "--no-compile", "--disable-pip-version-check", "--no-input",
        "--retries=1", "--timeout=20", "-r", str(folder / "pin.txt"),
    ]  # fmt: skip
    result = _run(command, "pip")
    if result.returncode:
        raise CatalogBuildError(_pip_fault(result.stderr, pin.package))


def _pip_fault(stderr: str, package: Package) -> str:
    name = f"{package.name} {package.version}"
    if "DO NOT MATCH THE HASHES" in stderr:
        return f"the download of {name} does not have the hash pinned in {REQUIREMENTS.name}"
    if re.search(r"connection broken|timed out|Temporary failure", stderr, re.IGNORECASE):
        return f"the Python package registry did not answer for {name}"
    errors = [line[7:] for line in stderr.splitlines() if line.startswith("ERROR: ")]
    return f"pip did not get {name}: {errors[0] if errors else 'it gave no reason'}"


def _npm_fetch(folder: Path, pin: Pin) -> None:
    spec = f"{pin.package.name}@{pin.package.version}"
    target = folder / "npm"
    target.mkdir()
    command = ["npm", "pack", "--silent", "--json", "--pack-destination", str(target), spec]
    patience = {"npm_config_fetch_retries": "1", "npm_config_fetch_timeout": "20000"}
    result = _run(command, "npm", os.environ | patience)
    archives = list(target.glob("*.tgz"))
    if result.returncode or len(archives) != 1:
        raise CatalogBuildError(f"npm did not get {spec}: {_npm_reason(result)}")
    _check_integrity(archives[0], pin)
    _unpack(archives[0], folder / DATABASE, spec)
    shutil.rmtree(target)


def _npm_reason(result: subprocess.CompletedProcess[str]) -> str:
    try:
        return str(json.loads(result.stdout)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        lines = result.stderr.strip().splitlines()
        return lines[0] if lines else f"exit code {result.returncode}"


def _check_integrity(archive: Path, pin: Pin) -> None:
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != pin.integrity:
        raise CatalogBuildError(
            f"the download of {pin.package.name} does not have the hash pinned in "
            f"{REQUIREMENTS.name}"
        )


def _unpack(archive: Path, target: Path, spec: str) -> None:
    try:
        with tarfile.open(archive) as tar:
            member = tar.extractfile(f"package/{DATABASE}")
            content = member.read() if member else b""
    except (KeyError, tarfile.TarError):
        content = b""
    if not content:
        raise CatalogBuildError(f"{spec} holds no {DATABASE}")
    target.write_bytes(content)


def _run(
    command: list[str], client: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            env=environment,
            check=False,
        )
    except FileNotFoundError:
        raise CatalogBuildError(f"{client} is not installed, and the catalog needs it") from None
    except subprocess.TimeoutExpired:
        raise CatalogBuildError(
            f"{client} got no answer from its registry in {TIMEOUT_SECONDS} s"
        ) from None


def _python(folder: Path) -> Path:
    windows = folder / "Scripts" / "python.exe"
    return windows if windows.exists() else folder / "bin" / "python"


def _site_packages(folder: Path) -> Path:
    found = sorted(folder.glob("lib/python3*/site-packages")) or [folder / "Lib/site-packages"]
    return found[0]


def say(line: str) -> None:
    """One line of progress on the terminal."""
    print(line, file=sys.stderr, flush=True)
