"""The constraint catalog's questions, and generic rules on any input whatever."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.validation import input_validation_errors
from policypack.aws.catalog import constraints as catalog
from policypack.aws.catalog.constraints import constraint, constraints, near, shape_at
from policypack.aws.conditions import CONDITIONAL_TYPES
from policypack.aws.input_faults import faults
from policypack.aws.json_documents import DOCUMENTS
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.values import UNKNOWN
from policypack.plan.wire import Decoded
from policypack.rules.evaluation import Evaluation
from policypack.rules.registry import Registry
from policypack.rules.rule import ANY_TYPE, Rule

RULES = [one for one in vars(input_validation_errors).values() if isinstance(one, Rule)]
REGISTRY = Registry(RULES)
TYPES = sorted(catalog.known_types())
TABLE = "aws:dynamodb/table:Table"


def resource(token: str, inputs: dict[str, Any], secrets: set[Any] | None = None) -> Resource:
    decoded = Decoded(inputs, secrets=secrets or set())
    made = Resource("urn:pulumi:s::p::t::r", token, decoded)
    Stack([made], StackContext("o", "p", "s", {}, {}))
    return made


def told(token: str, inputs: dict[str, Any]) -> list[str]:
    return [f"{one.path}: {one.text}" for one in faults(resource(token, inputs))]


def test_known_facts() -> None:
    billing = constraint(TABLE, "billingMode")
    assert billing is not None
    assert billing.enum == ("PAY_PER_REQUEST", "PROVISIONED")
    assert billing.certain("enum")
    assert not billing.growing
    batch = constraint("aws:lambda/eventSourceMapping:EventSourceMapping", "batchSize")
    assert batch is not None
    assert (batch.minimum, batch.maximum) == (1, 10000)


def test_an_index_and_an_older_module_name_ask_the_same() -> None:
    path = "encryptionConfigurations[3].encryptionType"
    of_any = constraint("aws:ecr/repository:Repository", path.replace("3", ""))
    assert constraint("aws:ecr/repository:Repository", path) is of_any is not None
    group = "targetGroup:TargetGroup"
    assert constraints(f"aws:alb/{group}") == constraints(f"aws:lb/{group}")


def test_what_is_not_known_is_none() -> None:
    assert constraint("aws:no/type:Type", "x") is None
    assert constraint(TABLE, "noSuchInput") is None
    assert shape_at(TABLE, "attributes[].noSuchInput") is None
    assert not constraints("kubernetes:core/v1:Pod")


def test_shapes_and_names() -> None:
    kind = shape_at("aws:ec2/securityGroup:SecurityGroup", "ingress[1].cidrBlocks")
    assert kind is not None
    assert kind.item is not None
    assert (kind.kind, kind.item.kind) == ("list", "string")
    assert catalog.python_name("aws:ec2/vpc:Vpc", "enableDnsSupport") == "enable_dns_support"


def test_near_names() -> None:
    assert near("aws:ec2/instnce:Instnce", TYPES)[0] == "aws:ec2/instance:Instance"


def test_two_thirds_of_the_pairs_are_certain_as_the_method_promises() -> None:
    found = [one for token in TYPES for one in constraints(token).values()]
    sure = [one for one in found if any(one.certain(facet) for facet in one.facets)]
    assert len(found) > 8400
    assert len(sure) > 5000
    assert len(TYPES) > 1700


def test_tags_and_regions_are_not_constrained() -> None:
    names = {path.split(".")[0].split("[")[0] for token in TYPES for path in constraints(token)}
    assert not names & {"tags", "tagsAll", "region"}


def test_every_pattern_compiles_and_is_quick() -> None:
    patterns = {
        one for token in TYPES for limit in constraints(token).values() for one in limit.patterns
    }
    texts = ["a" * 1024 + "\x01", "a-" * 512 + "\x01", "arn:aws:" + "a:" * 500 + "\x01"]
    started = time.process_time()
    for pattern in patterns:
        compiled = re.compile(pattern)
        for text in texts:
            compiled.search(text)
    assert (time.process_time() - started) / len(patterns) < 0.01


@pytest.mark.parametrize("value", ["", 0, -1, "PROVISIONED", "provisioned", UNKNOWN, None])
def test_what_is_never_wrong(value: object) -> None:
    assert told(TABLE, {"billingMode": value}) == []


def test_a_documented_default_is_never_wrong() -> None:
    limit = catalog.Constraint(minimum=5, sources={"minimum": "BC"}, defaults=("3",))
    assert "3" in limit.defaults
    assert told("aws:lambda/function:Function", {"timeout": 3}) == []


def test_tables_name_types_and_inputs_that_there_are() -> None:
    for token, paths in DOCUMENTS.items():
        assert token in catalog.known_types()
        for path in paths:
            assert shape_at(token, path) is not None, f"{token} {path}"
    assert set(CONDITIONAL_TYPES) <= catalog.known_types()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False)
    | st.text(max_size=30)
    | st.sampled_from(["arn:aws:iam::1:role/x", "{", "[1]", "a" * 3000, UNKNOWN]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
SECRET = "hush-4711-hush"


@st.composite
def inputs(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    token = draw(st.sampled_from(TYPES))
    names = sorted(catalog.shape(token))
    chosen = draw(st.lists(st.sampled_from(names), max_size=4)) if names else []
    return token, {name: draw(JSON) for name in chosen}


def diagnostics(one: Resource) -> list[str]:
    evaluation = Evaluation(REGISTRY)
    found = [each.message for each in evaluation.of_resource(one)]
    assert not evaluation.failed
    return found


@settings(max_examples=300, deadline=2000, suppress_health_check=list(HealthCheck))
@given(inputs())
def test_no_input_makes_a_rule_raise_or_hang(drawn: tuple[str, dict[str, Any]]) -> None:
    diagnostics(resource(*drawn))


@settings(max_examples=150, deadline=2000, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(TYPES), st.data())
def test_no_secret_is_told_and_unknown_adds_nothing(token: str, data: st.DataObject) -> None:
    paths = [path for path in constraints(token) if "." not in path]
    if not paths:
        return
    path = data.draw(st.sampled_from(paths))
    name, is_list = path.removesuffix("[]"), path.endswith("[]")
    value: Any = [SECRET] if is_list else SECRET
    assert all(
        SECRET not in text for text in diagnostics(resource(token, {name: value}, {(name,)}))
    )
    assert diagnostics(resource(token, {name: UNKNOWN})) == []


def test_generic_rules_run_on_every_type() -> None:
    assert sum(ANY_TYPE in rule.on for rule in RULES) >= 12


def test_a_small_stack_reads_few_files_and_costs_little() -> None:
    one = resource("aws:s3/bucket:Bucket", {"bucket": "b", "tags": {"a": "b"}})
    diagnostics(one)
    started = time.process_time()
    for _ in range(200):
        diagnostics(resource("aws:s3/bucket:Bucket", {"bucket": "b", "tags": {"a": "b"}}))
    assert (time.process_time() - started) / 200 < 0.002
