"""What the README shows is what the pack says."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from policypack.cli import main
from policypack.rules.registry import collect

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_first_screen_is_what_the_preview_prints(capsys: pytest.CaptureFixture[str]) -> None:
    shown = re.findall(r"```text\n(.*?)\n```", README, re.DOTALL)
    registry = collect(importlib.import_module("policies"))
    exit_code = main(["preview", str(ROOT / "examples" / "network-failures")], registry)
    assert exit_code == 1
    assert shown[0] in capsys.readouterr().out


@pytest.mark.parametrize("name", ["network-sound", "compute-sound"])
def test_the_sound_examples_give_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    registry = collect(importlib.import_module("policies"))
    assert main(["preview", str(ROOT / "examples" / name)], registry) == 0
    assert "Nothing found." in capsys.readouterr().out


def test_the_failing_examples_show_what_they_promise(capsys: pytest.CaptureFixture[str]) -> None:
    registry = collect(importlib.import_module("policies"))
    for name, domain, least in (
        ("network-failures", "network", 10),
        ("compute-failures", "compute", 12),
    ):
        main(["preview", str(ROOT / "examples" / name)], registry)
        told = set(re.findall(r"\[severity: \w+\]  ([a-z0-9-]+)", capsys.readouterr().out))
        assert len([one for one in told if registry.by_id[one].domain == domain]) >= least


def test_every_file_that_it_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_the_rules_in_its_configuration_exist() -> None:
    registry = collect(importlib.import_module("policies"))
    named = re.findall(r'^  "([a-z0-9-]+)":', README, re.MULTILINE)
    assert set(named) - {"all", "preflight-settings"} <= set(registry.by_id)
