"""The ordinary policy configuration: levels, rules switched off, exemptions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.harness import ROOT, Cli, Result

UNTIL = "2999-12-31"


@dataclass(frozen=True)
class Change:
    """A preview before and after a configuration, which changes three rules."""

    before: Result
    after: Result
    weakened: str
    disabled: str
    exempted: str


@pytest.fixture(scope="module")
def failures(example: Callable[[str], Path]) -> Path:
    return example("network-failures")


@pytest.fixture(scope="module")
def change(cli: Cli, failures: Path, previewed: Callable[[str], Result]) -> Change:
    before = previewed("network-failures")
    mandatory = [one.rule for one in before.findings if one.level == "mandatory"]
    weakened, disabled, exempted = list(dict.fromkeys(mandatory))[:3]
    urn = next(one.urn for one in before.findings if one.rule == exempted)
    exemption = {"urn": urn, "reason": "decided in June", "until": UNTIL}
    config = {
        weakened: "advisory",
        disabled: {"enforcementLevel": "disabled"},
        exempted: {"exemptions": [exemption]},
    }
    after = cli.preview(failures, ROOT, config=config)
    return Change(before, after, weakened, disabled, exempted)


def test_level_is_changed(change: Change) -> None:
    levels = {one["enforcementLevel"] for one in change.after.of_rule(change.weakened)}
    assert levels == {"advisory"}


def test_rule_is_switched_off(change: Change) -> None:
    assert change.before.of_rule(change.disabled)
    assert not change.after.of_rule(change.disabled)


def test_exemption_holds_for_one_resource(change: Change) -> None:
    before, after = (
        [one.urn for one in run.findings if one.rule == change.exempted]
        for run in (change.before, change.after)
    )
    assert len(before) - len(after) == 1
    assert set(after) < set(before)


def test_others_stay_as_they_are(change: Change) -> None:
    touched = {change.weakened, change.disabled, change.exempted}
    before, after = (
        [one for one in run.findings if one.rule not in touched]
        for run in (change.before, change.after)
    )
    assert after == before
    assert before


def test_preview_passes_when_nothing_is_mandatory(cli: Cli, failures: Path) -> None:
    result = cli.preview(failures, ROOT, config={"all": "advisory"})
    assert result.exit_code == 0, result.text
    assert {one.level for one in result.findings} == {"advisory"}


@pytest.mark.parametrize(
    ("exemption", "said"),
    [
        ({"urn": "*", "until": UNTIL}, "reason is required"),
        ({"urn": "*", "reason": "", "until": UNTIL}, "reason"),
    ],
)
def test_exemption_without_reason_is_refused(
    cli: Cli, failures: Path, change: Change, exemption: dict[str, str], said: str
) -> None:
    config = {change.exempted: {"exemptions": [exemption]}}
    result = cli.preview(failures, ROOT, config=config)
    assert result.exit_code != 0
    assert "error: validating policy config" in result.text
    assert change.exempted in result.text
    assert said in result.text


def test_unknown_setting_is_named_and_breaks_nothing(
    cli: Cli, failures: Path, change: Change
) -> None:
    config: dict[str, dict[str, list[str]]] = {change.weakened: {"exemptoins": []}}
    result = cli.preview(failures, ROOT, config=config)
    (event,) = [one for one in result.policy_events if "exemptoins" in one["message"]]
    assert event["enforcementLevel"] == "advisory"
    assert 'did you mean "exemptions"?' in event["message"]
