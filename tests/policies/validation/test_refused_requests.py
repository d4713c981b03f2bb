"""The policies over the constraint book, one a service."""

from __future__ import annotations

from typing import Any

import pytest

import policies
from policies import pack
from policies.validation.refused_requests import REFUSED_REQUESTS
from policypack.aws.book import SERVICES, broken
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.values import UNKNOWN
from policypack.plan.wire import Decoded
from policypack.rules.evaluation import Diagnostic, Evaluation
from policypack.rules.registry import Registry, collect
from policypack.rules.rule import Kind, Level, Rule
from policypack.testing import evaluate
from tools.catalog import book_source

REGISTRY = Registry(REFUSED_REQUESTS)
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


def resource(token: str, values: dict[str, Any], secrets: set[Any] | None = None) -> Resource:
    urn = f"urn:pulumi:dev::shop::{token}::it"
    return Resource(urn, token, Decoded(values, secrets or set(), frozenset()))


def found(token: str, values: dict[str, Any], secrets: set[Any] | None = None) -> list[Diagnostic]:
    evaluation = Evaluation(REGISTRY)
    diagnostics = evaluation.of_resource(resource(token, values, secrets))
    assert not evaluation.failed
    return diagnostics


def test_a_policy_a_service() -> None:
    assert [rule.id for rule in REFUSED_REQUESTS] == [f"refused-by-{one}" for one in SERVICES]
    assert all(rule.kind is Kind.RESOURCE for rule in REFUSED_REQUESTS)
    assert all(rule.level is Level.MANDATORY for rule in REFUSED_REQUESTS)


@pytest.mark.parametrize("service", SERVICES)
def test_each_row_reports_with_its_own_words_and_level(service: str) -> None:
    for row in book_source.read(service):
        if row["id"] in pack().covered:
            continue
        token = book_source.types_of(row)[0]
        spoken = [one for one in found(token, row["bad"]) if one.row == row["id"]]
        shown = {hit.row.id for hit in broken(token, row["bad"], service, pack().covered)}
        assert bool(spoken) == (row["id"] in shown), row["id"]
        for one in spoken:
            assert one.rule == f"refused-by-{service}"
            assert one.level.value == row["level"]
            assert f"[refused-by-{service}/{row['id']}]" in one.message
            assert row["fix"] in one.message
            assert row["error"] in one.message
            assert one.url == row["source"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_sound_example_is_not_reported_by_its_row(service: str) -> None:
    for row in book_source.read(service):
        token = book_source.types_of(row)[0]
        assert row["id"] not in {one.row for one in found(token, row["good"])}


def test_a_secret_value_is_not_shown() -> None:
    values = {"serviceName": "com.amazonaws.eu-west-1.sqs"}
    (plain,) = found(ENDPOINT, values)
    (secret,) = found(ENDPOINT, values, {("serviceName",)})
    assert "com.amazonaws.eu-west-1.sqs" in plain.message
    assert "eu-west-1" not in secret.message


def test_unknown_values_are_not_judged() -> None:
    assert found(ENDPOINT, {"serviceName": UNKNOWN}) == []


ROWS = {row["id"]: row for rows in book_source.read_all().values() for row in rows}
COVERS = [(rule, row) for rule in collect(policies).rules for row in rule.covers]


@pytest.mark.parametrize(("rule", "row"), COVERS, ids=lambda one: getattr(one, "id", one))
def test_a_rule_that_covers_a_row_speaks_where_the_row_does(rule: Rule, row: str) -> None:
    def speaks(inputs: dict[str, Any]) -> bool:
        one = resource(book_source.types_of(ROWS[row])[0], inputs)
        stack = Stack([one], StackContext("organization", "shop", "dev", {}, {}))
        return bool(evaluate(rule, stack))

    assert speaks(ROWS[row]["bad"])
    assert not speaks(ROWS[row]["good"])


def test_a_covered_row_is_left_to_its_rule() -> None:
    assert pack().covered == {row for _, row in COVERS}
    assert pack().covered <= set(ROWS)
