from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from policypack import Findings, Level, Resource, Severity, resource_rule, stack_rule
from policypack.hosts.analyzer import Analyzer, pack_version
from policypack.plan.stack import Stack
from policypack.rules.registry import Registry
from policypack.rules.rule import Rule
from tests.hosts.driving import Said, analyzer, ours_on, said
from tests.hosts.sample_rules import RULES, kept_long, ports_reversed, quoted, raising
from tests.plans import ROOT, Plan, generate, struct

ROOT_FOLDER = Path(__file__).parents[2]
LOGS = "aws:cloudwatch/logGroup:LogGroup"


def logs(host: Analyzer, days: Any = 30, name: str = "logs", **more: Any) -> list[Said]:
    plan = Plan()
    plan.add(LOGS, name, retentionInDays=days, **more)
    return [one for part in ours_on(host, plan) for one in part]


def levels(found: list[Said]) -> list[tuple[str, str]]:
    return [(one[0], one[2]) for one in found]


def host(*rules: Rule, config: dict[str, Any] | None = None, **environment: str) -> Analyzer:
    made = analyzer(Registry(rules), **environment)
    if config is not None:
        configure(made, config)
    return made


def configure(made: Analyzer, config: dict[str, Any]) -> None:
    """Configure as the engine does: it always gives a level, and numbers are floats."""
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for name, values in config.items():
        level = values.pop("enforcementLevel", "advisory")
        entry = request.policyConfig[name]
        entry.enforcementLevel = analyzer_pb2.EnforcementLevel.Value(level.upper())
        entry.properties.CopyFrom(struct(values))
    made.configure(request, None)


def info(made: Analyzer) -> Any:
    return analyzer_pb2.AnalyzerInfo.FromString(made.analyzer_info(None, None))


def not_applicable(answer: bytes) -> list[str]:
    found = analyzer_pb2.AnalyzeResponse.FromString(answer).not_applicable
    return [one.policy_name for one in found]


def test_every_policy_is_listed_with_all_there_is_to_tell() -> None:
    told = info(host(*RULES))
    assert (told.name, told.version, told.supportsConfig) == ("aws-preflight", "1.2.3", True)
    by_name = {one.name: one for one in told.policies}
    assert set(by_name) == {rule.id for rule in RULES} | {"preflight-settings"}
    kept = by_name["kept-long"]
    assert kept.policy_type == analyzer_pb2.POLICY_TYPE_RESOURCE
    assert kept.enforcementLevel == analyzer_pb2.ADVISORY
    assert kept.severity == analyzer_pb2.POLICY_SEVERITY_MEDIUM
    assert kept.description == "Logs are not kept long."
    assert kept.remediation_steps == "keep them for a shorter time."
    assert kept.url == "https://example.org"
    assert set(kept.tags) == {"hosts", "sample-rules"}
    schema = json_format.MessageToDict(kept.configSchema)["properties"]
    assert schema["days"] == {"type": "integer", "default": 7, "description": "what is long"}
    assert schema["exemptions"]["items"]["required"] == ["urn", "reason", "until"]
    assert by_name["overlapping"].policy_type == analyzer_pb2.POLICY_TYPE_STACK
    shared = by_name["preflight-settings"]
    assert shared.policy_type == analyzer_pb2.POLICY_TYPE_STACK
    assert {"exemptions", "levels", "environments"} <= set(shared.configSchema.properties)


def test_no_configuration_is_sent_along_that_would_set_a_level() -> None:
    assert not info(host(*RULES)).initialConfig


def test_the_schema_s_own_defaults_are_no_mistakes_when_they_come_back() -> None:
    made = host(*RULES)
    config: dict[str, Any] = {}
    for policy in info(made).policies:
        schema = json_format.MessageToDict(policy.configSchema)["properties"]
        config[policy.name] = {
            name: one["default"] for name, one in schema.items() if "default" in one
        }
    configure(made, config)
    assert made.evaluation.settings.problems == []


def test_a_silent_answer_names_who_does_not_judge_the_type() -> None:
    made = host(
        ports_reversed, kept_long, *(rule for rule in RULES if rule.kind.value != "resource")
    )
    bucket = analyzer_pb2.AnalyzeRequest(type="aws:s3/bucket:Bucket", urn="urn:a")
    assert not_applicable(made.analyze(bucket, None)) == ["kept-long", "ports-reversed"]
    group = analyzer_pb2.AnalyzeRequest(type=LOGS, urn="urn:b")
    assert not_applicable(made.analyze(group, None)) == ["ports-reversed"]
    unremedied = analyzer_pb2.RemediateResponse.FromString(made.remediate(group, None))
    assert [one.policy_name for one in unremedied.not_applicable] == ["kept-long", "ports-reversed"]


def test_an_older_token_of_a_type_is_judged_as_that_type() -> None:
    @resource_rule(
        on="aws:lb/listener:Listener", level=Level.ADVISORY, severity=Severity.LOW, source="x"
    )
    def listens(resource: Resource) -> Findings:
        """It listens.

        Why: it does.
        Fix: none.
        """
        yield resource.finding("port", "is")

    made = host(listens)
    old = analyzer_pb2.AnalyzeRequest(
        type="aws:alb/listener:Listener", urn="urn:a", properties=struct({"port": 1})
    )
    answer = analyzer_pb2.AnalyzeResponse.FromString(made.analyze(old, None))
    assert [one.policyName for one in answer.diagnostics] == ["listens"]
    assert not answer.not_applicable


def test_findings_come_with_the_names_of_the_others() -> None:
    made = host(kept_long, ports_reversed)
    request = analyzer_pb2.AnalyzeRequest(
        type=LOGS, urn="urn:a", properties=struct({"retentionInDays": 30})
    )
    answer = made.analyze(request, None)
    found = analyzer_pb2.AnalyzeResponse.FromString(answer).diagnostics
    assert [(one.policyName, one.policyPackName, one.policyPackVersion) for one in found] == [
        ("kept-long", "aws-preflight", "1.2.3")
    ]
    assert not_applicable(answer) == ["ports-reversed"]


def test_the_configuration_changes_levels_and_settings() -> None:
    mandatory = host(kept_long, config={"kept-long": {"enforcementLevel": "mandatory"}})
    assert levels(logs(mandatory)) == [("kept-long", "MANDATORY")]
    assert logs(host(kept_long, config={"kept-long": {"days": 40.0}})) == []
    remediating = host(kept_long, config={"kept-long": {"enforcementLevel": "remediate"}})
    assert levels(logs(remediating)) == [("kept-long", "MANDATORY")]


def test_a_disabled_rule_is_silent_and_not_said_to_be_complied_with() -> None:
    made = host(kept_long, config={"kept-long": {"enforcementLevel": "disabled"}})
    assert logs(made) == []
    request = analyzer_pb2.AnalyzeRequest(type=LOGS, urn="urn:a")
    assert not_applicable(made.analyze(request, None)) == ["kept-long"]


def test_an_exemption_silences_and_an_unused_one_is_told() -> None:
    urn = f"urn:pulumi:dev::shop::{LOGS}::logs"
    entry = {"urn": urn, "reason": "agreed", "until": "2999-01-01"}
    made = host(kept_long, config={"kept-long": {"exemptions": [entry]}})
    assert logs(made) == []
    unused = {**entry, "rule": "kept-long", "urn": urn + "2"}
    found = logs(host(kept_long, config={"preflight-settings": {"exemptions": [unused]}}))
    assert levels(found) == [("kept-long", "ADVISORY"), ("preflight-settings", "ADVISORY")]
    assert "matches no finding" in found[1][-1]


def test_mistakes_in_the_configuration_are_told_and_stop_nothing() -> None:
    found = logs(host(kept_long, config={"kept-lon": {}, "kept-long": {"dayz": 3}}))
    assert levels(found) == [
        ("kept-long", "ADVISORY"),
        ("kept-long", "ADVISORY"),
        ("preflight-settings", "ADVISORY"),
    ]
    assert 'did you mean "days"?' in found[1][-1]
    assert 'did you mean "kept-long"?' in found[2][-1]
    assert {one[1] for one in found[1:]} == {ROOT}


@stack_rule(on=LOGS, level=Level.ADVISORY, severity=Severity.LOW, source="x")
def placed(stack: Stack) -> Findings:
    """It is placed.

    Why: it is.
    Fix: none.
    """
    of = stack.context
    names = f"{of.organization}/{of.project}/{of.stack}"
    yield stack.of_type(LOGS)[0].finding("", f"{names} {dict(of.tags)} {of.config} {of.preview}")


def test_the_stack_s_data_comes_from_the_environment() -> None:
    environment = {
        "PULUMI_ORGANIZATION": "acme",
        "PULUMI_PROJECT": "shop",
        "PULUMI_STACK": "dev",
        "PULUMI_DRY_RUN": "false",
        "PULUMI_CONFIG": json.dumps({"aws:region": "eu-west-1"}),
    }
    found = logs(host(placed, **environment))
    assert "acme/shop/dev {} {'aws:region': 'eu-west-1'} False" in found[0][-1]


def test_configure_stack_beats_the_environment_and_may_leave_it_its_part() -> None:
    made = host(placed, PULUMI_ORGANIZATION="acme", PULUMI_STACK="other", PULUMI_CONFIG="no json")
    request = analyzer_pb2.AnalyzerStackConfigureRequest(
        project="shop", stack="dev", dry_run=True, config={"aws:region": "x"}, tags={"a": "b"}
    )
    made.configure_stack(request, None)
    assert "acme/shop/dev {'a': 'b'} {'aws:region': 'x'} True" in logs(made)[0][-1]


def test_without_any_data_of_a_stack_the_policies_are_listed_and_judge() -> None:
    made = host(*RULES)
    assert info(made).policies
    assert "kept-long" in {one[0] for one in logs(made)}


def test_what_was_never_analysed_is_not_judged() -> None:
    plan = generate(60, 3)
    answer = host(*RULES).analyze_stack(plan.stack_request(random.Random(1)), None)
    assert said(analyzer_pb2.AnalyzeResponse.FromString(answer)) == []


def test_a_rule_that_raises_is_one_advisory_line(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan()
    for name in ("a", "b"):
        plan.add("aws:rds/instance:Instance", name, password="hunter2")
    single, whole = ours_on(host(raising), plan)
    assert single == []
    assert levels(whole) == [("raising", "ADVISORY")]
    assert "not evaluated: it raised KeyError" in whole[0][-1]
    printed = capsys.readouterr()
    assert printed.err.count("raising it raised KeyError") == 1
    assert "sample_rules.py" in printed.err
    assert "hunter2" not in printed.err + printed.out


def test_a_fault_of_the_host_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    made = host(kept_long)
    made.plan = None  # type: ignore[assignment]
    assert levels(logs(made)) == [("preflight-settings", "ADVISORY")]
    assert "AttributeError" in capsys.readouterr().err


def test_values_neither_colour_nor_steer_the_terminal() -> None:
    plan = Plan()
    plan.add(LOGS, "logs", name="<{%fg 1%}>\x1b[2J\rred")
    single, _ = ours_on(host(quoted), plan)
    message = next(one[-1] for one in single if "red" in one[-1])
    assert "<{ %fg 1%}>?[2J?red" in message
    assert "<{%" not in message


def test_calls_at_the_same_time_say_what_calls_in_turn_say() -> None:
    plan = generate(200, 11)
    made = host(*RULES)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: made.analyze(one, None), plan.analyze_requests()))
    found = [
        one
        for request, answer in zip(plan.analyze_requests(), answers, strict=True)
        for one in said(analyzer_pb2.AnalyzeResponse.FromString(answer), request.urn)
    ]
    whole = made.analyze_stack(plan.stack_request(random.Random(1)), None)
    expected = ours_on(host(*RULES), plan)
    assert (found, said(analyzer_pb2.AnalyzeResponse.FromString(whole))) == expected


@pytest.mark.parametrize(
    ("text", "version"),
    [("version: 1.2.3\n", "1.2.3"), ('name: x\nversion: "0.1.0-rc.1"\n', "0.1.0-rc.1"), ("", "")],
)
def test_the_version_is_that_of_the_manifest(tmp_path: Path, text: str, version: str) -> None:
    assert pack_version(tmp_path) == ""
    (tmp_path / "PulumiPolicy.yaml").write_text(text)
    assert pack_version(tmp_path) == version


@pytest.fixture
def pack(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A pack with the sample rules and a module that prints, started as the engine does it."""
    shutil.copy(ROOT_FOLDER / "__main__.py", tmp_path)
    (tmp_path / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 9.8.7\n")
    rules = tmp_path / "policies"
    rules.mkdir()
    (rules / "__init__.py").write_text("print('noise')\n")
    shutil.copy(Path(__file__).with_name("sample_rules.py"), rules / "sample_rules.py")
    (rules / "noisy.py").write_text("print('more noise')\n")
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT_FOLDER), "PULUMI_STACK": "dev"}
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def test_the_process_serves_as_the_engine_expects(pack: subprocess.Popen[str]) -> None:
    assert pack.stdout is not None
    assert pack.stderr is not None
    port = pack.stdout.readline()
    assert port.strip().isdigit(), port
    large = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{port.strip()}", options=large) as channel:
        stub = analyzer_pb2_grpc.AnalyzerStub(channel)
        stub.Handshake(analyzer_pb2.AnalyzerHandshakeRequest(engine_address="127.0.0.1:1"))
        stub.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(stack="dev"))
        assert stub.GetPluginInfo(empty_pb2.Empty()) == plugin_pb2.PluginInfo(version="9.8.7")
        assert len(stub.GetAnalyzerInfo(empty_pb2.Empty()).policies) == len(RULES) + 1
        stub.Configure(analyzer_pb2.ConfigureAnalyzerRequest())
        plan = generate(80, 5)
        plan.add(LOGS, "large", retentionInDays=7, name="x" * 5_000_000)
        assert _over_the_wire(stub, plan) == ours_on(host(*RULES), plan)
        stub.Cancel(empty_pb2.Empty())
    pack.send_signal(signal.SIGINT)
    out, err = pack.communicate(timeout=20)
    assert out == ""
    assert "noise" in err
    assert "KeyboardInterrupt" not in err


def _over_the_wire(stub: Any, plan: Plan) -> tuple[list[Said], list[Said]]:
    single: list[Said] = []
    pairs = zip(plan.analyze_requests(remediate=True), plan.analyze_requests(), strict=True)
    for raw, request in pairs:
        assert not stub.Remediate(raw).remediations
        single.extend(said(stub.Analyze(request), request.urn))
    return single, said(stub.AnalyzeStack(plan.stack_request(random.Random(0))))
