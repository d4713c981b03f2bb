from __future__ import annotations

import json
from typing import Any

import pulumi_policy
import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.proxy import unknown_checking_proxy

from policypack.hosts.sdk import policies
from policypack.rules.registry import Registry
from policypack.rules.rule import Level, Rule
from policypack.rules.settings import read
from tests.hosts.driving import Said, stock, stock_on
from tests.hosts.sample_rules import RULES, kept_long, one_zone, overlapping, quoted, raising
from tests.plans import SECRET_TEXT, Plan, secret, struct

LOGS = "aws:cloudwatch/logGroup:LogGroup"


def host(*rules: Rule, config: dict[str, Any] | None = None, **settings: Any) -> Any:
    registry = Registry(rules)
    made = stock(registry, read(settings, registry) if settings else None)
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for name, values in (config or {}).items():
        level = values.pop("enforcementLevel", "advisory")
        request.policyConfig[name].enforcementLevel = analyzer_pb2.EnforcementLevel.Value(
            level.upper()
        )
        request.policyConfig[name].properties.CopyFrom(struct(values))
    made.Configure(request, None)
    return made


def logs(made: Any, **more: Any) -> list[Said]:
    plan = Plan()
    plan.add(LOGS, "logs", **{"retentionInDays": 30, **more})
    return [one for part in stock_on(made, plan) for one in part]


def levels(found: list[Said]) -> list[tuple[str, str]]:
    return [(one[0], one[2]) for one in found]


def test_rules_are_policies_with_all_that_they_say_of_themselves() -> None:
    made = {one.name: one for one in policies(Registry(RULES))}
    assert set(made) == {rule.id for rule in RULES} | {"preflight-settings"}
    kept = made["kept-long"]
    assert isinstance(kept, pulumi_policy.ResourceValidationPolicy)
    assert isinstance(made["one-zone"], pulumi_policy.StackValidationPolicy)
    assert isinstance(made["overlapping"], pulumi_policy.StackValidationPolicy)
    assert kept.enforcement_level is pulumi_policy.EnforcementLevel.ADVISORY
    assert kept.severity is pulumi_policy.Severity.MEDIUM
    assert kept.config_schema is not None
    assert set(kept.config_schema.properties) == {"days", "exemptions"}
    assert (kept.description, kept.url) == ("Logs are not kept long.", "https://example.org")


def test_the_stock_host_lists_them() -> None:
    told = stock(Registry(RULES)).GetAnalyzerInfo(None, None)
    assert len(told.policies) == len(RULES) + 1
    json.dumps(json_format.MessageToDict(told))


def test_settings_given_in_code_hold() -> None:
    assert levels(logs(host(kept_long, **{"kept-long": "mandatory"}))) == [
        ("kept-long", "MANDATORY")
    ]
    assert logs(host(kept_long, **{"kept-long": "disabled"})) == []
    assert logs(host(kept_long, **{"kept-long": {"days": 40}})) == []


def test_the_configuration_of_the_stock_host_comes_on_top() -> None:
    code = {"kept-long": {"days": 40}}
    assert logs(host(kept_long, config={"kept-long": {"days": 20.0}}, **code)) != []
    louder = host(kept_long, config={"kept-long": {"enforcementLevel": "mandatory"}})
    assert levels(logs(louder)) == [("kept-long", "MANDATORY")]


def test_a_finding_weaker_than_its_policy_stays_weaker() -> None:
    found = {one[2] for one in logs(host(quoted), name="x") if "x" in one[-1].splitlines()[0]}
    weaker = {one[2] for one in logs(host(quoted)) if one[-1].startswith("retentionInDays")}
    assert (found, weaker) == ({"MANDATORY"}, {"ADVISORY"})
    loud = logs(host(quoted, config={"quoted": {"enforcementLevel": "mandatory"}}))
    assert {one[2] for one in loud if one[-1].startswith("retentionInDays")} == {"ADVISORY"}


def test_secrets_stay_secret_though_the_stock_host_unwraps_them() -> None:
    found = logs(host(quoted), name=secret(SECRET_TEXT))
    assert any("[secret]" in one[-1] for one in found)
    assert not any(SECRET_TEXT in one[-1] for one in found)


def test_a_rule_that_raises_never_blocks() -> None:
    plan = Plan()
    plan.add("aws:rds/instance:Instance", "db", password="hunter2")
    config = {"raising": {"enforcementLevel": "mandatory"}}
    _, whole = stock_on(host(raising, config=config), plan)
    assert levels(whole) == [("raising", "ADVISORY")]


def test_shared_settings_and_unused_exemptions_are_seen_to() -> None:
    urn = f"urn:pulumi:dev::shop::{LOGS}::logs"
    entry = {"rule": "kept-long", "urn": urn, "reason": "agreed", "until": "2999-01-01"}
    assert logs(host(kept_long, config={"preflight-settings": {"exemptions": [entry]}})) == []
    unused = {**entry, "urn": f"{urn}2"}
    found = logs(host(kept_long, config={"preflight-settings": {"exemptions": [unused]}}))
    assert levels(found) == [("kept-long", "ADVISORY"), ("preflight-settings", "ADVISORY")]


def test_inputs_are_known_in_the_stack_with_every_resource_policy_disabled() -> None:
    plan = Plan()
    subnet = plan.add("aws:ec2/subnet:Subnet", "a", availabilityZone="eu-west-1a")
    plan.add("aws:lb/loadBalancer:LoadBalancer", "web", subnets=[subnet])
    config = {"kept-long": {"enforcementLevel": "disabled"}}
    single, whole = stock_on(host(kept_long, one_zone, config=config), plan)
    assert (single, levels(whole)) == ([], [("one-zone", "MANDATORY")])


def _args(request: Any) -> Any:
    """Return what the stock host makes of a request, for a call without it."""
    raw = json_format.MessageToDict(request.properties)
    options = pulumi_policy.PolicyResourceOptions(
        False, [], None, [], pulumi_policy.PolicyCustomTimeouts(0, 0, 0), []
    )
    provider = pulumi_policy.PolicyProviderResource(
        "pulumi:providers:aws", unknown_checking_proxy({"region": "eu-west-1"}), "urn:p", "p"
    )
    props = unknown_checking_proxy(deserialize_properties(raw))
    return pulumi_policy.ResourceValidationArgs(
        request.type, props, request.urn, request.name, options, provider
    )


def _policy(rule: Rule) -> Any:
    return policies(Registry([rule]))[0]


def test_a_policy_called_directly_reads_unknowns_and_reports() -> None:
    plan = Plan()
    vpc = plan.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
    plan.add("aws:ec2/subnet:Subnet", "a", vpcId=vpc, cidrBlock="10.0.0.0/24")
    said: list[tuple[str, str | None]] = []
    request = plan.analyze_requests()[-1]
    _policy(quoted).validate(_args(request), lambda text, urn=None: said.append((text, urn)))
    assert [text.splitlines()[0] for text, _ in said] == ["cidrBlock: is 10.0.0.0/24"]
    assert said[0][1] == request.urn


def test_a_stack_policy_called_directly_follows_dependencies() -> None:
    plan = Plan()
    vpc = plan.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
    for name in ("a", "b"):
        plan.add("aws:ec2/subnet:Subnet", name, vpcId=vpc, cidrBlock="10.0.0.0/24")
    made = policies(Registry([overlapping]))
    resources: dict[str, Any] = {}
    for one, request in zip(plan.resources, plan.analyze_requests(), strict=True):
        args = _args(request)
        made[-1].validate(args, pytest.fail)
        resources[one.urn] = pulumi_policy.PolicyResource(
            one.token, args.props, one.urn, one.name, args.opts, args.provider, None, [], {}
        )
    for one in plan.resources:
        for key, urns in one.property_dependencies().items():
            resources[one.urn].property_dependencies[key] = [resources[urn] for urn in urns]
    said: list[str] = []
    whole = pulumi_policy.StackValidationArgs(list(resources.values()))
    made[0].validate(whole, lambda text, urn=None: said.append(f"{urn}: {text}"))
    assert len(said) == 1
    assert "Subnet::b: [overlapping/same] cidrBlock: is that of a" in said[0]
    assert made[0].enforcement_level.value == Level.ADVISORY.value
