"""What is staged for publishing, and what is said when it cannot be published."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.publish import FILES, FOLDERS, ROOT, PublishError, stage, version_of


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A checkout with what consumers run, and with what they do not."""
    folder = tmp_path / "checkout"
    for name in (*FILES, *(f"{one}/rule.py" for one in FOLDERS)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("version: 1.2.3\n", encoding="utf-8")
    for name in (
        "venv/bin/python",
        "tests/test_rule.py",
        "tools/publish.py",
        "examples/one/__main__.py",
        ".git/HEAD",
        "policies/__pycache__/rule.cpython-311.pyc",
        "policypack/.mypy_cache/rule.json",
        "policypack/reports/text.py",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("", encoding="utf-8")
    return folder


def publish(
    *arguments: str, path: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "publish.py"), *arguments],
        env={"PATH": path, "HOME": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def fake_pulumi(folder: Path, script: str) -> str:
    folder.mkdir()
    command = folder / "pulumi"
    command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    command.chmod(0o755)
    return str(folder)


def test_stages_what_a_consumer_runs(pack: Path, tmp_path: Path) -> None:
    files = stage(pack, tmp_path / "staged")
    assert {str(one) for one in files} == {
        *FILES,
        "policypack/rule.py",
        "policypack/reports/text.py",
        "policies/rule.py",
    }


def test_stages_this_checkout(tmp_path: Path) -> None:
    files = stage(ROOT, tmp_path / "staged")
    assert {one.parts[0] for one in files} == {*FILES, *FOLDERS}
    assert Path("policypack/hosts/analyzer.py") in files


def test_folder_that_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match=r"it has no PulumiPolicy\.yaml"):
        stage(tmp_path, tmp_path / "staged")


@pytest.mark.parametrize("line", ["version: 1.2.3", "version: '1.2.3'", 'version: "1.2.3" # next'])
def test_version(tmp_path: Path, line: str) -> None:
    (tmp_path / "PulumiPolicy.yaml").write_text(f"runtime: python\n{line}\n", encoding="utf-8")
    assert version_of(tmp_path) == "1.2.3"


def test_no_version(tmp_path: Path) -> None:
    (tmp_path / "PulumiPolicy.yaml").write_text("runtime: python\n", encoding="utf-8")
    with pytest.raises(PublishError, match="has no version"):
        version_of(tmp_path)


@pytest.mark.parametrize("arguments", [(), ("",)])
def test_no_organisation(arguments: tuple[str, ...]) -> None:
    done = publish(*arguments)
    assert done.returncode == 2
    assert done.stderr == "publish: name the organisation to publish to: make publish ORG=acme\n"


def test_dry_run_needs_no_cli(pack: Path) -> None:
    done = publish("--dry-run", "--pack", str(pack))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("aws-preflight 1.2.3, 8 files:\n")
    assert "policypack           2 files" in done.stdout


def test_no_cli(
    pack: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tools import publish as module

    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(module, "ROOT", pack)
    assert module.main(["acme", "--pack", str(pack)]) == 2
    assert "there is no pulumi CLI: install it, or build it with `make tools`" in (
        capsys.readouterr().err
    )


def test_not_logged_in(pack: Path, tmp_path: Path) -> None:
    said = "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions"
    path = fake_pulumi(tmp_path / "bin", f"echo '{said}' >&2; exit 1")
    done = publish("acme", "--pack", str(pack), path=path)
    assert done.returncode == 2
    assert done.stderr.startswith("publish: the pulumi CLI is not logged in to Pulumi Cloud: run")
    assert "Traceback" not in done.stderr


def test_logged_in_to_a_backend_of_files(pack: Path, tmp_path: Path) -> None:
    path = fake_pulumi(tmp_path / "bin", """echo '{"user": "me", "url": "file:///state"}'""")
    done = publish("acme", "--pack", str(pack), path=path)
    assert done.returncode == 2
    assert "the CLI is logged in to file:///state: run `pulumi login`" in done.stderr


def test_exit_code_is_that_of_the_cli(pack: Path, tmp_path: Path) -> None:
    whoami = """echo '{"user": "me", "url": "https://app.pulumi.com/me"}'"""
    path = fake_pulumi(tmp_path / "bin", f'[ "$1" = whoami ] && {{ {whoami}; exit 0; }}; exit 7')
    assert publish("acme", "--pack", str(pack), path=path).returncode == 7
