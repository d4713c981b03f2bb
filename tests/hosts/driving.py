"""Drives a host as the engine does, and gives what it said in a form that can be compared."""

from __future__ import annotations

import random
from typing import Any

from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.policy import EnforcementLevel, _PolicyAnalyzerServicer

from policypack.hosts.analyzer import Analyzer
from policypack.hosts.sdk import policies
from policypack.rules.registry import Registry
from policypack.rules.settings import Settings
from tests.plans import Plan

Said = tuple[str, str, str, str, str]


def analyzer(registry: Registry, **environment: str) -> Analyzer:
    return Analyzer(registry, "1.2.3", environment)


def stock(registry: Registry, settings: Settings | None = None) -> Any:
    """Return the stock host's servicer with the same rules."""
    return _PolicyAnalyzerServicer(
        "stock", "1.2.3", policies(registry, settings), EnforcementLevel.ADVISORY
    )


def said(response: Any, urn: str = "") -> list[Said]:
    """Return the findings; `urn` is the resource that the engine puts them on, if it does."""
    return sorted(
        (
            one.policyName,
            urn or one.urn,
            analyzer_pb2.EnforcementLevel.Name(one.enforcementLevel),
            analyzer_pb2.PolicySeverity.Name(one.severity),
            one.message,
        )
        for one in response.diagnostics
    )


def ours_on(host: Analyzer, plan: Plan, seed: int = 0) -> tuple[list[Said], list[Said]]:
    """Return what our host says of the resources one by one, and of the whole plan."""
    single: list[Said] = []
    for raw, request in zip(
        plan.analyze_requests(remediate=True), plan.analyze_requests(), strict=True
    ):
        host.remediate(raw, None)
        answer = analyzer_pb2.AnalyzeResponse.FromString(host.analyze(request, None))
        single.extend(said(answer, request.urn))
    whole = host.analyze_stack(plan.stack_request(random.Random(seed)), None)
    return single, said(analyzer_pb2.AnalyzeResponse.FromString(whole))


def stock_on(host: Any, plan: Plan, seed: int = 0) -> tuple[list[Said], list[Said]]:
    """Return what the stock host says of the resources one by one, and of the whole plan."""
    single = [
        one
        for request in plan.analyze_requests()
        for one in said(host.Analyze(request, None), request.urn)
    ]
    return single, said(host.AnalyzeStack(plan.stack_request(random.Random(seed)), None))
