from __future__ import annotations

from typing import Any

import pytest

from policypack.aws.environment import environment
from policypack.plan.resource import Provider, Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.wire import Decoded


def stack(
    name: str = "main",
    project: str = "shop",
    tags: dict[str, str] | None = None,
    config: dict[str, str] | None = None,
    shared: dict[str, Any] | None = None,
    default_tags: str = "",
) -> Stack:
    provider = Provider("urn:p", "pulumi:providers:aws", "p", {"defaultTags": default_tags or None})
    resource = Resource("urn:x::y::aws:a/a:A::a", "aws:a/a:A", Decoded({"x": 1}), provider=provider)
    made = Stack([resource], StackContext("acme", project, name, tags or {}, config or {}))
    made.shared = {"environments": shared or {}}
    return made


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop-prod", "production"),
        ("shopProd", "production"),
        ("nonprod", "staging"),
        ("non-prod", "staging"),
        ("pre_prod", "staging"),
        ("prod-test", "development"),
        ("pr42", "development"),
        ("main", "unknown"),
        ("product-page", "unknown"),
    ],
)
def test_the_stacks_name_tells(name: str, expected: str) -> None:
    assert environment(stack(name)).name == expected


def test_the_first_source_that_decides_wins() -> None:
    tags, config = {"Environment": "staging"}, {"shop:env": "dev"}
    by_setting = {"stacks": {"shop/live-*": "production"}}
    assert environment(stack("live-eu", shared=by_setting)).name == "production"
    assert environment(stack("prod", tags=tags, config=config)).name == "staging"
    assert environment(stack("prod", config=config)).name == "development"
    told = environment(stack("main", default_tags='{"tags": {"env": "prod"}}'))
    assert told.name == "production"
    assert told.evidence == "the providers' default tag env is prod"


def test_nothing_found_is_the_settings_default() -> None:
    assert environment(stack(shared={"default": "production"})).is_production
    assert not environment(stack()).is_production
