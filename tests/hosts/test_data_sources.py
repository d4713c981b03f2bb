from __future__ import annotations

import json
from typing import Any

import pytest

from policypack.hosts.data_sources import ACCOUNT, answer
from policypack.hosts.undecided import UNDECIDED, is_undecided
from policypack.plan.wire import UNKNOWN_STRING

MODULES = {
    "getAmi": "ec2",
    "getAmiIds": "ec2",
    "getParameter": "ssm",
    "getVpc": "ec2",
    "getSubnets": "ec2",
    "getZone": "route53",
}


def asked(function: str, where: str = "", /, **args: Any) -> dict[str, Any]:
    module = MODULES.get(function, "index")
    return answer(f"aws:{module}/{function}:{function}", args, where)


def document(**args: Any) -> dict[str, Any]:
    found = answer("aws:iam/getPolicyDocument:getPolicyDocument", args, "")
    rendered: dict[str, Any] = json.loads(found["json"])
    assert json.loads(found["minifiedJson"]) == rendered
    assert " " not in found["minifiedJson"]
    return rendered


def statement(**given: Any) -> Any:
    return document(statements=[given])["Statement"][0]


def test_zones_of_a_region() -> None:
    found = asked("getAvailabilityZones", "eu-west-1")
    assert found["names"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert found["zoneIds"] == ["euw1-az1", "euw1-az2", "euw1-az3"]
    assert asked("getAvailabilityZones")["names"][0] == "us-east-1a"
    other = asked("getAvailabilityZones", "eu-west-1", region="us-west-2")
    assert other["names"][0] == "us-west-2a"


@pytest.mark.parametrize(
    "left_out", [{"excludeNames": ["eu-west-1a"]}, {"excludeZoneIds": ["euw1-az1"]}]
)
def test_excluded_zones_keep_the_others_ids(left_out: dict[str, Any]) -> None:
    found = asked("getAvailabilityZones", "eu-west-1", **left_out)
    assert found["names"] == ["eu-west-1b", "eu-west-1c"]
    assert found["zoneIds"] == ["euw1-az2", "euw1-az3"]


def test_a_region_newer_than_the_catalog_has_zones() -> None:
    assert asked("getAvailabilityZones", "xx-new-9")["names"] == [
        "xx-new-9a",
        "xx-new-9b",
        "xx-new-9c",
    ]


def test_images_differ_by_filter_and_region() -> None:
    linux = asked("getAmi", "eu-west-1", filters=[{"name": "name", "values": ["al2023*"]}])
    arm = asked("getAmi", "eu-west-1", filters=[{"name": "name", "values": ["al2023*arm64"]}])
    assert linux["id"].startswith("ami-")
    assert len(linux["id"]) == 21
    assert linux["id"] != arm["id"]
    assert (linux["architecture"], arm["architecture"]) == ("x86_64", "arm64")
    assert linux == asked(
        "getAmi", "eu-west-1", filters=[{"name": "name", "values": ["al2023*"]}]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [
        ("eu-west-1", "aws", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
    ],
)
def test_identity_region_and_partition(region: str, partition: str, suffix: str) -> None:
    assert asked("getCallerIdentity", region)["accountId"] == ACCOUNT
    assert asked("getCallerIdentity", region)["arn"].startswith(f"arn:{partition}:iam::{ACCOUNT}:")
    assert asked("getRegion", region)["name"] == region
    found = asked("getPartition", region)
    assert (found["partition"], found["dnsSuffix"]) == (partition, suffix)


def test_a_zone_has_its_own_id() -> None:
    assert asked("getAvailabilityZone", "eu-west-1", name="eu-west-1c")["zoneId"] == "euw1-az3"
    assert asked("getAvailabilityZone", "eu-west-1", zoneId="euw1-az2")["name"] == "eu-west-1b"


@pytest.mark.parametrize(
    ("name", "is_image"),
    [
        ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", True),
        ("/aws/service/eks/optimized-ami/1.31/amazon-linux-2/recommended/image_id", True),
        ("/aws/service/bottlerocket/aws-k8s-1.31/x86_64/latest/image_version", False),
        ("/shop/vpc-id", False),
    ],
)
def test_parameters_name_images_and_nothing_else_is_made_up(name: str, is_image: bool) -> None:
    value = asked("getParameter", "eu-west-1", name=name)["value"]
    assert value.startswith("ami-") if is_image else value == UNDECIDED


def test_a_recommended_image_is_a_document() -> None:
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended"
    assert json.loads(asked("getParameter", name=name)["value"])["image_id"].startswith("ami-")


def test_a_function_answers_in_the_shape_of_its_result() -> None:
    found = asked("getZone", "eu-west-1", name="example.com.")
    assert found["name"] == "example.com."
    assert found["zoneId"] == UNDECIDED
    assert found["nameServers"] == [UNDECIDED]
    assert found["arn"].startswith("arn:aws:")
    assert found["privateZone"] is False


def test_a_function_of_lambda_answers_in_its_shape_too() -> None:
    found = answer("aws:lambda/getFunctions:getFunctions", {}, "eu-west-1")
    assert found["functionNames"] == [UNDECIDED]


def test_lists_deep_in_an_answer_are_lists() -> None:
    found = answer("aws:appmesh/getVirtualGateway:getVirtualGateway", {}, "eu-west-1")
    (listener,) = found["specs"][0]["listeners"]
    (validation,) = listener["tls"][0]["validations"]
    assert validation["trusts"][0]["files"] == []


def test_a_function_that_is_nowhere_gives_its_arguments() -> None:
    assert asked("getSomethingNew", name="x") == {"name": "x", "region": "us-east-1"}
    assert answer("random:index/other:other", {"name": "x"}, "") == {
        "name": "x",
        "region": "us-east-1",
    }


@pytest.mark.parametrize("function", ["getAmi", "getVpc", "getSubnets", "getParameter", "getZone"])
def test_unknown_arguments_do_not_crash(function: str) -> None:
    assert asked(function, id=UNKNOWN_STRING, name=UNKNOWN_STRING, filters=None)["id"]


def test_a_statement_is_written_as_the_provider_writes_it() -> None:
    found = statement(
        sid="Read",
        actions=["s3:GetObject", "s3:PutObject", "s3:GetObject"],
        resources=["arn:aws:s3:::b/*"],
        principals=[
            {"type": "AWS", "identifiers": ["arn:aws:iam::1:root"]},
            {"type": "Service", "identifiers": ["a.amazonaws.com", "b.amazonaws.com"]},
        ],
        conditions=[
            {"test": "StringEquals", "variable": "aws:x", "values": ["b"]},
            {"test": "StringEquals", "variable": "aws:x", "values": ["c", "a"]},
            {"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]},
        ],
    )
    assert found == {
        "Sid": "Read",
        "Effect": "Allow",
        "Action": ["s3:PutObject", "s3:GetObject"],
        "Resource": "arn:aws:s3:::b/*",
        "Principal": {
            "AWS": "arn:aws:iam::1:root",
            "Service": ["b.amazonaws.com", "a.amazonaws.com"],
        },
        "Condition": {
            "StringEquals": {"aws:x": ["b", "c", "a"]},
            "Bool": {"aws:SecureTransport": "false"},
        },
    }


def test_a_denial_with_everything_negated() -> None:
    assert statement(
        effect="Deny",
        notActions=["iam:*"],
        notResources=["*"],
        notPrincipals=[{"type": "*", "identifiers": ["*"]}],
    ) == {"Effect": "Deny", "NotAction": "iam:*", "NotResource": "*", "NotPrincipal": "*"}


def test_everyone_beside_others_keeps_the_others() -> None:
    principals = [
        {"type": "*", "identifiers": ["*"]},
        {"type": "AWS", "identifiers": ["1"]},
    ]
    assert statement(principals=principals)["Principal"] == {"*": "*", "AWS": "1"}


def test_version_and_id() -> None:
    assert document() == {"Version": "2012-10-17", "Statement": []}
    assert document(version="2008-10-17", policyId="p")["Id"] == "p"
    assert document(version="2008-10-17")["Version"] == "2008-10-17"


def source(*statements: dict[str, Any]) -> str:
    return json.dumps({"Statement": list(statements)})


def test_documents_merge_in_place_by_sid() -> None:
    found = document(
        sourcePolicyDocuments=[source({"Sid": "a", "Action": "old"}, {"Action": "first"})],
        statements=[{"sid": "b", "actions": ["own"]}, {"sid": "a", "actions": ["mine"]}],
        overridePolicyDocuments=[source({"Sid": "b", "Action": "over"}, {"Action": "last"})],
    )
    assert [(one.get("Sid"), one["Action"]) for one in found["Statement"]] == [
        ("a", "mine"),
        (None, "first"),
        ("b", "over"),
        (None, "last"),
    ]


@pytest.mark.parametrize("text", [UNKNOWN_STRING, "{", "[]", "7", '{"Statement": ["x"]}', None, 7])
def test_documents_that_are_none_add_nothing(text: Any) -> None:
    assert document(sourcePolicyDocuments=[text])["Statement"] == []


@pytest.mark.parametrize(
    "given",
    [
        {"actions": UNKNOWN_STRING},
        {"principals": [{}]},
        {"conditions": [{}]},
        {"actions": [UNKNOWN_STRING, "s3:*"]},
    ],
)
def test_an_incomplete_statement_does_not_crash(given: dict[str, Any]) -> None:
    assert statement(**given)["Effect"] == "Allow"


@pytest.mark.parametrize("function", ["getAmi", "getVpc", "getSubnets", "getParameter", "getZone"])
def test_what_is_asked_about_something_undecided_is_undecided(function: str) -> None:
    found = asked(function, id=UNDECIDED, name=UNDECIDED, filters=[{"values": [UNDECIDED]}])
    assert is_undecided({key: found.get(key) for key in ("id", "ids", "name", "zoneId")})
    assert not any(str(found.get("id")).startswith(prefix) for prefix in ("ami-", "vpc-"))


def test_a_document_has_what_is_undecided_where_it_belongs() -> None:
    made = statement(actions=["s3:GetObject"], resources=["arn:aws:s3:::logs", UNDECIDED])
    assert made["Action"] == "s3:GetObject"
    assert made["Resource"] == [UNDECIDED, "arn:aws:s3:::logs"]
