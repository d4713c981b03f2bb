"""What holds for every rule of the pack."""

from __future__ import annotations

import pkgutil

import pytest

import policies
from policypack.aws.catalog.constraints import known_types
from policypack.rules.registry import Registry, collect
from policypack.rules.rule import Rule
from policypack.testing import KINDS
from tools.cases import ROOT, collect_cases

REGISTRY: Registry = collect(policies)
# Rows of data carry their own examples: tests/policies/validation/test_refused_requests.py.
HAND_WRITTEN = [rule for rule in REGISTRY.rules if not rule.id.startswith("refused-by-")]


@pytest.fixture(scope="module")
def kinds() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for case in collect_cases():
        found.setdefault(case.rule.id, set()).add(case.kind)
    return found


@pytest.mark.parametrize("rule", HAND_WRITTEN, ids=lambda rule: rule.id)
def test_it_has_its_four_cases(rule: Rule, kinds: dict[str, set[str]]) -> None:
    missing = [kind for kind in KINDS if kind not in kinds.get(rule.id, set())]
    assert not missing, f"{rule.id} has no case of kind {', '.join(missing)}"


@pytest.mark.parametrize("rule", HAND_WRITTEN, ids=lambda rule: rule.id)
def test_its_id_is_its_functions_name(rule: Rule) -> None:
    assert rule.id == rule.function.__name__.replace("_", "-")


@pytest.mark.parametrize("rule", REGISTRY.rules, ids=lambda rule: rule.id)
def test_it_names_a_page_that_a_person_can_read(rule: Rule) -> None:
    assert rule.source.startswith("https://")
    assert rule.text.summary.endswith(".")


@pytest.mark.parametrize("rule", HAND_WRITTEN, ids=lambda rule: rule.id)
def test_its_types_exist_in_the_provider(rule: Rule) -> None:
    unknown = {one for one in rule.on if one.startswith("aws:")} - known_types()
    assert not unknown


def test_every_mode_has_a_test_module() -> None:
    for info in pkgutil.walk_packages(policies.__path__, "policies."):
        if not info.ispkg:
            _, domain, mode = info.name.split(".")
            assert (ROOT / "tests" / "policies" / domain / f"test_{mode}.py").is_file(), info.name
