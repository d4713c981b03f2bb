"""The table of conditions: every pick on its examples, and what it leaves to the book."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policypack.aws.book import broken
from policypack.aws.book.places import steps_of
from policypack.aws.catalog.constraints import shape_at
from policypack.aws.catalog.loader import load
from policypack.aws.conditions import (
    CONDITIONAL_TYPES,
    RELATED_TYPES,
    conditions,
    unmet,
    unmet_together,
)
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.values import UNKNOWN, format_path
from policypack.plan.wire import Decoded

PICKED = Path(__file__).parents[2] / "tools" / "catalog" / "conditions.json"
FUNCTION = "aws:lambda/function:Function"
RECORD = "aws:route53/record:Record"
TASK = "aws:ecs/taskDefinition:TaskDefinition"


def all_picks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(PICKED.read_text(encoding="utf-8"))
    return found


def picks() -> Iterator[Any]:
    for pick in all_picks():
        if "gather" in pick:
            continue
        types = [pick["type"]] if isinstance(pick["type"], str) else pick["type"]
        for token in types:
            name = f"{pick['extension']}-{pick.get('part', '')}-{token.split(':')[1]}"
            yield pytest.param(token, pick, id=name)


def told(token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    return [(hit.path, hit.row.says) for hit in unmet(token, inputs)]


@pytest.mark.parametrize(("token", "pick"), list(picks()))
def test_a_pick_speaks_of_its_bad_example_alone(token: str, pick: dict[str, Any]) -> None:
    found = [(path, says) for path, says in told(token, pick["bad"]) if says == pick["says"]]
    assert len(found) == 1
    # An absent property is named as it is, one of a list with its index.
    assert found[0][0].replace("[0]", "[]") in pick["at"]
    assert told(token, pick["good"]) == []


@pytest.mark.parametrize(("token", "pick"), list(picks()))
def test_no_row_of_the_book_says_what_a_pick_says(token: str, pick: dict[str, Any]) -> None:
    places = {format_path(hit.steps).replace("[0]", "[]") for hit in broken(token, pick["bad"])}
    assert places.isdisjoint(pick["at"])


@pytest.mark.parametrize(("token", "pick"), list(picks()))
def test_unknown_values_silence_a_pick(token: str, pick: dict[str, Any]) -> None:
    for name in pick["bad"]:
        inputs = copy.deepcopy(pick["bad"]) | {name: UNKNOWN}
        assert set(told(token, inputs)) <= set(told(token, pick["bad"]))
    assert told(token, dict.fromkeys(pick["bad"], UNKNOWN)) == []


@pytest.mark.parametrize(("token", "pick"), list(picks()))
def test_a_pick_names_inputs(token: str, pick: dict[str, Any]) -> None:
    for at in pick["at"]:
        assert shape_at(token, at), at
    for name in {**pick["bad"], **pick["good"]}:
        assert shape_at(token, name), name
    assert steps_of(pick.get("root", "x"))


def test_the_rule_runs_on_the_types_of_the_table() -> None:
    assert set(load("conditions")) == set(CONDITIONAL_TYPES)
    assert list(CONDITIONAL_TYPES) == sorted(CONDITIONAL_TYPES)
    assert conditions("aws:s3/bucket:Bucket") == ()


def test_each_property_at_fault_is_named() -> None:
    inputs = {"packageType": "Image", "handler": "a.b", "layers": ["x"]}
    assert [path for path, _ in told(FUNCTION, inputs)] == ["handler", "layers"]


def test_the_element_at_fault_is_named() -> None:
    inputs = {"type": "A", "records": ["192.0.2.1", UNKNOWN, "192.0.2.256", "a.example.com"]}
    assert [path for path, _ in told(RECORD, inputs)] == ["records[2]", "records[3]"]


@pytest.mark.parametrize(
    ("cpu", "memory", "sound"),
    [
        ("256", "512", True),
        ("256", "1024", True),
        ("256", "3072", False),
        ("512", "512", False),
        ("512", "4096", True),
        ("1024", "2048", True),
        ("1024", "2500", False),
        ("4096", "30720", True),
        ("4096", "31744", False),
        ("8192", "20480", True),
        ("8192", "17408", False),
        ("16384", "122880", True),
        ("300", "512", False),
        # Written with units, or larger than what the table is sure of: nothing is said.
        (".25 vCPU", "3 GB", True),
        ("0.5 vCPU", "1GB", True),
        ("256", "9 GB", True),
        ("32768", "512", True),
        ("65536", "512", True),
    ],
)
def test_sizes_of_fargate_tasks(cpu: str, memory: str, sound: bool) -> None:
    inputs = {"requiresCompatibilities": ["EC2", "FARGATE"], "cpu": cpu, "memory": memory}
    assert (told(TASK, inputs) == []) is sound
    assert told(TASK, inputs | {"requiresCompatibilities": ["EC2"]}) == []


@pytest.mark.parametrize(
    ("kind", "value", "sound"),
    [
        ("A", "203.0.113.7", True),
        ("A", "2001:db8::1", False),
        ("A", "203.0.113", False),
        ("AAAA", "::ffff:192.0.2.1", True),
        ("AAAA", "2001:DB8:0:0:0:0:0:1", True),
        ("AAAA", "example.com", False),
        ("MX", "0 .", True),
        ("MX", "10  mail.example.com.", True),
        ("MX", "65535 mail.example.com", True),
        ("MX", "65536 mail.example.com", False),
        ("MX", "mail.example.com", False),
        ("TXT", "any text", True),
        ("CNAME", "a.example.net", True),
    ],
)
def test_values_of_records(kind: str, value: str, sound: bool) -> None:
    assert (told(RECORD, {"type": kind, "records": [value]}) == []) is sound
    assert told(RECORD, {"type": UNKNOWN, "records": [value]}) == []


def test_values_that_the_provider_sends_once_are_one() -> None:
    assert told(RECORD, {"type": "CNAME", "records": ["a.example.net", "a.example.net"]}) == []


def test_storage_that_is_not_sent_is_no_fault() -> None:
    storage = {"engine": "aurora-mysql", "allocatedStorage": 20}
    assert told("aws:rds/instance:Instance", storage | {"replicateSourceDb": "x"}) == []


# several resources -----------------------------------------------------------------------------


def related() -> list[Any]:
    return [pytest.param(one, id=one["extension"]) for one in all_picks() if "gather" in one]


def planned(
    pick: dict[str, Any],
    example: dict[str, dict[str, Any]],
    secrets: set[Any] | None = None,
    **changes: Any,
) -> Resource:
    """The resource of a relation's pick in a stack with those that it refers to, all new."""
    urns: dict[str, tuple[str, ...]] = {}
    made: list[Resource] = []
    inputs = dict(example.get("resource", {}))
    for name, part in pick["gather"].items():
        if "reference" in part:
            urn = f"urn:pulumi:s::p::{part['type']}::{name}"
            hidden = Decoded(example.get(name, {}), secrets=secrets or set())
            made.append(Resource(urn, part["type"], hidden, has_data=True))
            inputs.setdefault(part["reference"], UNKNOWN)
            urns[part["reference"]] = (urn,)
    main = Resource(
        f"urn:pulumi:s::p::{pick['type']}::main",
        pick["type"],
        Decoded(inputs),
        property_dependencies=urns,
        has_data=True,
        **changes,
    )
    Stack([*made, main], StackContext("o", "p", "s", {}, {}))
    return main


def said(resource: Resource) -> list[str]:
    return [row.id for row, _ in unmet_together(resource)]


@pytest.mark.parametrize("pick", [one for one in related() if "bad" in one.values[0]])
def test_a_relation_speaks_of_its_bad_example_alone(pick: dict[str, Any]) -> None:
    assert said(planned(pick, pick["bad"])) == [pick["extension"]]
    assert said(planned(pick, pick["good"])) == []
    # What exists already was accepted by AWS, or is not looked at again.
    assert said(planned(pick, pick["bad"], outputs={"id": "x"})) == []


@pytest.mark.parametrize("pick", related())
def test_unknown_values_silence_a_relation(pick: dict[str, Any]) -> None:
    hidden = {
        name: dict.fromkeys(part["paths"].values(), UNKNOWN)
        for name, part in pick["gather"].items()
    }
    own = [one for name, one in hidden.items() if "reference" not in pick["gather"][name]]
    assert said(planned(pick, hidden | {"resource": own[0] if own else {}})) == []


@pytest.mark.parametrize("pick", related())
def test_a_relation_names_inputs(pick: dict[str, Any]) -> None:
    for part in pick["gather"].values():
        token = part.get("type", pick["type"])
        for path in part["paths"].values():
            assert shape_at(token, path), f"{token} {path}"
        assert "reference" not in part or shape_at(pick["type"], part["reference"])
    assert shape_at(pick["type"], pick["at"][0])


def test_the_relational_rule_runs_on_the_types_of_its_table() -> None:
    assert sorted(load("conditions/related")) == list(RELATED_TYPES)


MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
QUEUE = "aws:sqs/queue:Queue"
STAGE = "aws:apigateway/stage:Stage"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
API = "aws:apigateway/restApi:RestApi"


def stage_of(api: str, deployed: str, deployments: tuple[str, ...] = ("d",)) -> Resource:
    def urn(name: str) -> str:
        return f"urn:pulumi:s::p::t::{name}"

    apis = [Resource(urn(name), API, Decoded({"name": name})) for name in ("a", "b")]
    deployment = Resource(
        urn("d"),
        DEPLOYMENT,
        Decoded({"restApi": UNKNOWN}),
        property_dependencies={"restApi": (urn(deployed),)},
    )
    stage = Resource(
        urn("s"),
        STAGE,
        Decoded({"restApi": UNKNOWN, "deployment": UNKNOWN, "stageName": "v1"}),
        property_dependencies={
            "restApi": (urn(api),),
            "deployment": tuple(map(urn, deployments)),
        },
    )
    Stack([*apis, deployment, stage], StackContext("o", "p", "s", {}, {}))
    return stage


def test_a_deployment_of_another_api() -> None:
    assert said(stage_of("a", "b")) == ["aws_apigateway_stage/stage_deployment_rest_api"]
    assert said(stage_of("a", "a")) == []
    assert said(stage_of("nowhere", "b")) == []
    assert said(stage_of("a", "nowhere")) == []


def test_what_is_named_by_way_of_something_else_is_left_alone() -> None:
    assert said(stage_of("a", "b", deployments=())) == []


def test_a_mapping_that_is_switched_off() -> None:
    pick = next(one for one in all_picks() if one["extension"].endswith("event_source_sqs_timeout"))
    off = pick["bad"] | {"resource": {"enabled": False}}
    assert said(planned(pick, off)) == []


def test_a_relation_shows_values_unless_they_are_secret() -> None:
    pick = next(one for one in all_picks() if one["extension"].endswith("event_source_sqs_timeout"))
    shown = [text for _, text in unmet_together(planned(pick, pick["bad"]))]
    wanted = "the visibility timeout of queue (30 seconds) is below the timeout of function (60)"
    assert shown == [wanted]
    resource = planned(pick, pick["bad"], secrets={("timeout",)})
    (hidden,) = [text for _, text in unmet_together(resource)]
    assert hidden == wanted.replace("60", "[secret]")


def test_what_the_book_says_of_a_known_name_is_said_once() -> None:
    arn = "arn:aws:sqs:eu-west-1:210987654321:orders"

    def reads(name: str) -> Resource:
        inputs = {"eventSourceArn": name, "batchSize": 100}
        mapping = Resource("urn:pulumi:s::p::t::m", MAPPING, Decoded(inputs))
        fifo = Decoded({"fifoQueue": True})
        queue = Resource("urn:pulumi:s::p::t::q", QUEUE, fifo, outputs={"id": "q", "arn": name})
        Stack([queue, mapping], StackContext("o", "p", "s", {}, {}))
        return mapping

    assert said(reads(arn)) == ["aws_lambda_eventsourcemapping/event_source_sqs_fifo_batch_size"]
    known = reads(f"{arn}.fifo")
    assert [hit.path for hit in broken(known.type, known.tree)] == ["batchSize"]
    assert said(known) == []
