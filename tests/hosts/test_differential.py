"""Our host and the stock one, with the same rules, say the same of the same requests."""

from __future__ import annotations

import pytest

import policies
from policypack.rules.registry import Registry, collect
from tests.hosts.driving import Said, analyzer, ours_on, stock, stock_on
from tests.hosts.sample_rules import RULES
from tests.plans import SECRET_TEXT, generate

PLANS = 200


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry([*collect(policies).rules, *RULES])


def test_both_hosts_say_the_same_of_generated_plans(registry: Registry) -> None:
    found: set[str] = set()
    for seed in range(PLANS):
        plan = generate(20, seed)
        ours = ours_on(analyzer(registry), plan, seed)
        theirs = stock_on(stock(registry), plan, seed + 1)
        assert ours == theirs, f"plan {seed}"
        found.update(one[0] for part in ours for one in part)
        assert not _quoting(ours, SECRET_TEXT), f"plan {seed}"
    samples = {rule.id for rule in RULES}
    assert samples <= found
    assert len(found) > len(samples), "no rule of the pack found anything in any plan"


def _quoting(parts: tuple[list[Said], list[Said]], text: str) -> list[Said]:
    return [one for part in parts for one in part if text in one[-1]]


def test_order_of_the_stack_request_changes_nothing(registry: Registry) -> None:
    plan = generate(120, 7)
    answers = [ours_on(analyzer(registry), plan, seed) for seed in range(5)]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][1]
