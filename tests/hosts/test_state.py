from __future__ import annotations

import json
from typing import Any

import pytest

from policypack.hosts.state import StateError, read_state
from policypack.plan.values import UNKNOWN
from policypack.plan.wire import SECRET, SIGNATURE

PREFIX = "urn:pulumi:prod::shop"
PROVIDER = f"{PREFIX}::pulumi:providers:aws::eu"
VPC = f"{PREFIX}::aws:ec2/vpc:Vpc::main"
SUBNET = f"{PREFIX}::aws:ec2/subnet:Subnet::a"


def row(urn: str, **more: Any) -> dict[str, Any]:
    return {"urn": urn, "custom": True, "type": urn.split("::")[2], **more}


def exported(*rows: Any) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": list(rows)}})


def test_an_export_becomes_a_plan() -> None:
    stack = read_state(
        exported(
            row(f"{PREFIX}::pulumi:pulumi:Stack::shop-prod"),
            row(PROVIDER, id="p1", inputs={"region": "eu-west-1"}),
            row(VPC, id="vpc-1", inputs={"cidrBlock": "10.0.0.0/16"}, protect=True,
                provider=f"{PROVIDER}::p1", outputs={"arn": "arn:aws:ec2:::vpc/vpc-1"}),
            row(SUBNET, id="subnet-1", inputs={"vpcId": "vpc-1", "mapPublicIpOnLaunch": False},
                provider=f"{PROVIDER}::p1", dependencies=[VPC],
                propertyDependencies={"vpcId": [VPC], "tags": None}),
        )
    )  # fmt: skip
    assert (stack.context.project, stack.context.stack) == ("shop", "prod")
    assert not stack.context.preview
    vpc, subnet = stack.by_urn(VPC), stack.by_urn(SUBNET)
    assert vpc is not None
    assert subnet is not None
    assert (vpc.id, vpc.options.protect, vpc.region) == ("vpc-1", True, "eu-west-1")
    assert vpc.tree["cidrBlock"] == "10.0.0.0/16"
    assert subnet.property_dependencies == {"vpcId": (VPC,), "tags": ()}
    assert stack.identified("vpc-1") is vpc


def test_secrets_are_marked_and_ciphertext_is_unknown() -> None:
    open_secret = {SIGNATURE: SECRET, "plaintext": '"hunter2"'}
    closed_secret = {SIGNATURE: SECRET, "ciphertext": "v1:abc"}
    inputs = {"password": open_secret, "tags": {"a": closed_secret}, "name": "n"}
    stack = read_state(exported(row(VPC, inputs=inputs)))
    vpc = stack.by_urn(VPC)
    assert vpc is not None
    assert vpc.tree["password"] == "hunter2"
    assert vpc.tree["tags"]["a"] is UNKNOWN
    assert set(vpc.secrets) == {("password",), ("tags", "a")}


def test_what_is_to_be_deleted_or_was_only_read_is_left_out() -> None:
    stack = read_state(exported(row(VPC, delete=True), row(SUBNET, external=True), row(PROVIDER)))
    assert [one.urn for one in stack] == [PROVIDER]


@pytest.mark.parametrize("deployment", [{}, {"resources": None}, {"resources": []}])
def test_an_empty_stack(deployment: dict[str, Any]) -> None:
    assert len(read_state(json.dumps({"deployment": deployment}))) == 0


JUNK = [
    "",
    "no JSON",
    "[]",
    "7",
    "null",
    "{}",
    '{"deployment": 7}',
    '{"deployment": null}',
    '{"deployment": {"resources": 7}}',
    '{"deployment": {"resources": {"a": 1}}}',
    exported("text"),
    exported({}),
    exported(row(VPC), {"type": "pulumi:providers:aws"}),
    exported({"urn": "nonsense"}),
    exported(row(VPC, inputs=7)),
    exported(row(VPC, inputs={}, outputs=[1])),
    exported(row(VPC, dependencies=7)),
    exported(row(VPC, inputs={"a": {SIGNATURE: SECRET, "plaintext": "{"}})),
    "[" * 100_000,
]


@pytest.mark.parametrize("text", JUNK)
def test_junk_is_one_sentence(text: str) -> None:
    with pytest.raises(StateError) as caught:
        read_state(text)
    assert str(caught.value) == "this is not what `pulumi stack export` writes"
