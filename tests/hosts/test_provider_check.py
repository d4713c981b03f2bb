from __future__ import annotations

import json
from typing import Any

import pytest

from policypack.hosts.auto_names import NAMINGS, CheckFailure
from policypack.hosts.provider_check import check
from policypack.plan.wire import DEFAULTS, OUTPUT_VALUE, SECRET, SIGNATURE, UNKNOWN_STRING

ROLE = "aws:iam/role:Role"
VPC = "aws:ec2/vpc:Vpc"
POLICY = "aws:iam/policy:Policy"


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


def checked(
    token: str, name: str = "main", inputs: Any = None, provider: Any = None
) -> dict[str, Any]:
    return check(token, name, inputs or {}, provider or {})


@pytest.mark.parametrize(
    ("token", "key", "pattern"),
    [
        (ROLE, "name", "Main-#######"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "name", "Main-#######"),
        ("aws:lambda/permission:Permission", "statementId", "Main-#######"),
        ("aws:cloudwatch/eventTarget:EventTarget", "targetId", "Main-#######"),
        ("aws:s3/bucket:Bucket", "bucket", "main-#######"),
        ("aws:s3/bucketObjectv2:BucketObjectv2", "key", "Main"),
        ("aws:kms/alias:Alias", "name", "alias/Main-#######"),
        ("aws:rds/instance:Instance", "identifier", "Main#######"),
        ("aws:elasticache/cluster:Cluster", "clusterId", "main-#######"),
        ("aws:opensearch/domain:Domain", "domainName", "Main-#######"),
        ("aws:athena/database:Database", "name", "Main_#######"),
        ("aws:glue/catalogDatabase:CatalogDatabase", "name", "main_########"),
        ("aws:lex/bot:Bot", "name", "Main_########"),
        ("aws:iot/topicRule:TopicRule", "name", "Main"),
        ("aws:route53/zone:Zone", "name", "Main-#######"),
    ],
)
def test_auto_names(token: str, key: str, pattern: str) -> None:
    name = checked(token, "Main")[key]
    stem = pattern.rstrip("#")
    assert name.startswith(stem)
    assert len(name) == len(pattern)
    suffix = name[len(stem) :]
    letters = "abcdefghijklmnop" if pattern.endswith("_########") else "0123456789abcdef"
    assert set(suffix) <= set(letters)


LIMITS = {token: naming for token, naming in NAMINGS.items() if naming.limit < 10_000}


@pytest.mark.parametrize("token", [token for token in LIMITS if "backup" not in token])
def test_names_at_the_limit_pass_and_longer_ones_stop(token: str) -> None:
    naming = LIMITS[token]
    room = naming.limit - naming.suffix - len(naming.separator)
    made = checked(token, "n" * room)[naming.key]
    assert len(made) == naming.limit + len(naming.before)
    stem = "n" * (room + 1) + naming.separator
    fault = f"name '{stem}' plus 7 random chars is longer than maximum length {naming.limit}"
    with pytest.raises(CheckFailure) as caught:
        checked(token, "n" * (room + 1))
    wrapper = "" if "athena" in token else f"could not make instance of '{token}': "
    assert str(caught.value) == wrapper + fault


def test_limits_count_bytes() -> None:
    with pytest.raises(CheckFailure, match="maximum length 32"):
        checked("aws:lb/targetGroup:TargetGroup", "é" * 13)


def test_target_group_of_the_old_module_has_the_usual_limit() -> None:
    assert len(checked("aws:alb/targetGroup:TargetGroup", "t" * 40)["name"]) == 48


def test_plugin_framework_leaves_a_long_name_out() -> None:
    token = "aws:backup/restoreTestingPlan:RestoreTestingPlan"
    assert "name" not in checked(token, "p" * 250)


@pytest.mark.parametrize(
    ("token", "key", "inputs"),
    [
        (ROLE, "name", {"namePrefix": "x"}),
        ("aws:s3/bucket:Bucket", "bucket", {"bucketPrefix": "x"}),
        ("aws:ec2/keyPair:KeyPair", "keyName", {"keyNamePrefix": "x"}),
        ("aws:eks/nodeGroup:NodeGroup", "nodeGroupName", {"nodeGroupNamePrefix": "x"}),
        ("aws:lambda/permission:Permission", "statementId", {"statementIdPrefix": "x"}),
        ("aws:rds/instance:Instance", "identifier", {"identifierPrefix": "x"}),
        ("aws:route53/record:Record", "name", {}),
        ("aws:identitystore/user:User", "name", {}),
        ("aws:rds/cluster:Cluster", "clusterIdentifier", {}),
    ],
)
def test_unnamed(token: str, key: str, inputs: dict[str, Any]) -> None:
    assert key not in checked(token, "main", inputs)


def test_a_given_or_unknown_name_stays() -> None:
    assert checked(ROLE, "main", {"name": "own"})["name"] == "own"
    assert checked(ROLE, "main", {"name": UNKNOWN_STRING})["name"] == UNKNOWN_STRING


def test_sql_server_names_are_short() -> None:
    inputs = {"engine": "SQLServer-ex"}
    assert len(checked("aws:rds/instance:Instance", "n" * 12, inputs)["identifier"]) == 15
    with pytest.raises(CheckFailure, match="plus 3 random chars is longer than maximum length 15"):
        checked("aws:rds/instance:Instance", "n" * 13, inputs)


def test_fifo_ends_the_name_after_the_limit() -> None:
    name = checked("aws:sqs/queue:Queue", "q" * 72, {"fifoQueue": True})["name"]
    assert name.endswith(".fifo")
    assert len(name) == 85
    assert checked("aws:sns/topic:Topic", "t", {"fifoTopic": True})["name"].endswith(".fifo")
    unknown = checked("aws:sqs/queue:Queue", "q", {"fifoQueue": UNKNOWN_STRING})["name"]
    assert not unknown.endswith(".fifo")


def test_alias_is_not_put_twice() -> None:
    assert checked("aws:kms/alias:Alias", "alias/key")["name"].startswith("alias/key-")


def test_names_are_the_same_in_every_run() -> None:
    assert checked(ROLE)["name"] == checked(ROLE)["name"] != checked(ROLE, "other")["name"]


def test_inline_policies_of_a_role() -> None:
    given = [{"policy": "{}"}, {"policy": "{}"}, {"name": "own", "policy": "{}"}, {"policy": ""}]
    policies = checked(ROLE, "main", {"inlinePolicies": given})["inlinePolicies"]
    names = [one["name"] for one in policies]
    assert names[2:] == ["own"]
    assert names[0] != names[1]
    assert all(name.startswith("main-") and len(name) == 12 for name in names[:2])
    assert given[0] == {"policy": "{}"}


@pytest.mark.parametrize(
    ("token", "inputs", "provider", "region"),
    [
        (VPC, {}, {"region": "eu-west-1"}, "eu-west-1"),
        (VPC, {"region": "us-west-2"}, {"region": "eu-west-1"}, "us-west-2"),
        (VPC, {}, {}, None),
        (ROLE, {}, {"region": "eu-west-1"}, None),
        ("aws:s3/bucketV2:BucketV2", {}, {"region": "eu-west-1"}, None),
        ("aws:servicequotas/template:Template", {}, {"region": "eu-west-1"}, None),
        ("aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint", {},
         {"region": "eu-west-1"}, "eu-west-1"),
    ],
)  # fmt: skip
def test_region(
    token: str, inputs: dict[str, Any], provider: dict[str, Any], region: str | None
) -> None:
    found = checked(token, "main", inputs, provider)
    assert found.get("region") == region
    assert "region" not in found.get(DEFAULTS, [])


def test_tags_all_merges_and_ignores() -> None:
    provider = {
        "defaultTags": json.dumps({"tags": {"team": "shop", "stage": "dev", "aws:x": "y"}}),
        "ignoreTags": json.dumps({"keys": ["scratch"], "keyPrefixes": ["aws:"]}),
    }
    inputs = {"tags": {"stage": "prod", "scratch": "1"}, "tagsAll": {"lost": "yes"}}
    found = checked(VPC, "main", inputs, provider)
    assert found["tagsAll"] == {"team": "shop", "stage": "prod"}
    assert found["tags"] == inputs["tags"]
    assert checked(VPC)["tagsAll"] == {}


@pytest.mark.parametrize(
    "tags", [UNKNOWN_STRING, {"a": UNKNOWN_STRING}, {SIGNATURE: OUTPUT_VALUE}, "text", ["a"]]
)
def test_tags_all_is_unknown_with_any_tag(tags: Any) -> None:
    assert checked(VPC, "main", {"tags": tags})["tagsAll"] == UNKNOWN_STRING


def test_tags_all_of_secret_tags_is_secret() -> None:
    assert checked(VPC, "main", {"tags": secret({"a": "b"})})["tagsAll"] == secret({"a": "b"})
    assert checked(VPC, "main", {"tags": {"a": secret("b")}})["tagsAll"] == {"a": secret("b")}


@pytest.mark.parametrize(
    "token",
    [
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:autoscaling/group:Group",
        "aws:s3/bucketV2:BucketV2",
    ],
)
def test_no_tags_all(token: str) -> None:
    assert "tagsAll" not in checked(token, "main", {"tags": {"a": "b"}})


def test_plugin_framework_has_no_bookkeeping_and_no_defaults() -> None:
    token = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    assert checked(token, "main", {"ipProtocol": "tcp"}) == {"ipProtocol": "tcp"}


@pytest.mark.parametrize(
    "provider",
    [
        {"region": UNKNOWN_STRING},
        {"region": "eu-west-1", "defaultTags": json.dumps({"tags": {"a": UNKNOWN_STRING}})},
    ],
)
def test_an_unknown_provider_checks_nothing(provider: dict[str, Any]) -> None:
    assert checked(VPC, "main", {"cidrBlock": "10.0.0.0/16"}, provider) == {
        "cidrBlock": "10.0.0.0/16"
    }


@pytest.mark.parametrize("settings", ["{not json", "[]", "7", ""])
def test_broken_default_tags_are_none(settings: str) -> None:
    assert checked(VPC, "main", {"tags": {"a": "b"}}, {"defaultTags": settings})["tagsAll"] == {
        "a": "b"
    }


def test_documents_become_text() -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Sid": "a<b>&", "n": 1.0}]}
    found = checked(POLICY, "main", {"policy": document})["policy"]
    assert found == (
        '{"Statement":[{"Sid":"a\\u003cb\\u003e\\u0026","n":1}],"Version":"2012-10-17"}'
    )
    assert checked(POLICY, "main", {"policy": "{ }"})["policy"] == "{ }"
    assert checked("aws:kms/key:Key", "main", {"policy": {"a": 1}})["policy"] == {"a": 1}


def test_a_document_with_something_unknown_is_unknown() -> None:
    inside = {"Statement": [{"Resource": UNKNOWN_STRING}]}
    assert checked(POLICY, "main", {"policy": inside})["policy"] == UNKNOWN_STRING
    output = {"Statement": [{"Resource": {SIGNATURE: OUTPUT_VALUE}}]}
    found = checked(POLICY, "main", {"policy": output})["policy"]
    assert found == secret(UNKNOWN_STRING)


@pytest.mark.parametrize("document", [secret({"a": "b"}), {"a": secret("b")}])
def test_a_document_with_a_secret_is_secret(document: dict[str, Any]) -> None:
    found = checked(POLICY, "main", {"policy": document})["policy"]
    assert found == secret('{"a":"b"}')


def test_defaults_are_filled_and_named() -> None:
    found = checked("aws:sns/topic:Topic", "main", {"fifoTopic": None, "name": "t"})
    assert found["fifoTopic"] is False
    assert set(found[DEFAULTS]) == {"fifoTopic", "contentBasedDeduplication"}


def test_defaults_of_blocks() -> None:
    token = "aws:ec2/securityGroup:SecurityGroup"
    given = [{"fromPort": 1}, {"self": True}, secret({"fromPort": 2}), UNKNOWN_STRING]
    found = checked(token, "main", {"ingress": given})
    assert found["description"] == "Managed by Pulumi"
    assert found["ingress"][0]["self"] is False
    assert found["ingress"][1]["self"] is True
    assert found["ingress"][2:] == [secret({"fromPort": 2}), UNKNOWN_STRING]
    assert given[0] == {"fromPort": 1}
    assert "egress" not in found


def test_other_providers_are_left_alone() -> None:
    assert checked("random:index/randomId:RandomId", "main", {"a": None}) == {"a": None}
