"""The same rules as `pulumi_policy` policies, for somebody's own `PolicyPack`.

    PolicyPack(name="ours", policies=[*policies(registry), our_own_policy])

The stock host unwraps secrets before a policy sees them, and gives a policy one level for all it
reports. Both are put right on the request that it is answering and on the answer it makes, which
are locals of the calling frame; called without that host, a policy reports by `report_violation`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import FrameType
from typing import Any

from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as PolicySeverity
from pulumi_policy.deserialize import serialize_properties
from pulumi_policy.policy import ReportViolation

from policypack.hosts.analyzer import LEVELS, SEVERITIES
from policypack.hosts.listing import CARRIER, Listed, listed, printable
from policypack.hosts.requests import PlanBuilder, context_from_environment
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack
from policypack.plan.wire import decode_json
from policypack.rules.evaluation import Diagnostic, Evaluation
from policypack.rules.registry import Registry
from policypack.rules.rule import Level, Rule
from policypack.rules.settings import Settings, read

Args = ResourceValidationArgs | StackValidationArgs


def policies(registry: Registry, settings: Settings | None = None) -> list[Policy]:
    """Return the rules as policies for a `PolicyPack`, the carrier of shared settings last.

    Args:
        registry: the rules, as `collect` gathers them from a package.
        settings: what `read` makes of a policy configuration; what the stock host is configured
            with comes on top of it.
    """
    shared = _Shared(registry, settings or Settings())
    return [_policy(one, shared) for one in listed(registry)]


def _policy(one: Listed, shared: _Shared) -> Policy:
    if one.rule is None:
        return _Carrier(shared)
    kind = _OnResource if one.of_single_resource else _OnStack
    return kind(one, one.rule, shared)


def _described(one: Listed, level: Level) -> dict[str, Any]:
    return {
        "name": one.name,
        "description": one.description,
        "enforcement_level": EnforcementLevel(level.value),
        "config_schema": PolicyConfigSchema({name: dict(it) for name, it in one.schema.items()}),
        "severity": PolicySeverity(one.severity.value),
        "tags": list(one.tags),
        "remediation_steps": one.remediation,
        "url": one.url,
    }


class _OnResource(ResourceValidationPolicy):
    def __init__(self, listing: Listed, rule: Rule, shared: _Shared) -> None:
        level = shared.base.level(rule)
        super().__init__(validate=self._judge, **_described(listing, level))
        self._rule, self._shared = rule, shared

    def _judge(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        self._shared.configure(self.name, args.get_config())
        resource = self._shared.resource(args)
        self._shared.report(self._shared.evaluation.of_rule(self._rule, resource), report)


class _OnStack(StackValidationPolicy):
    def __init__(self, listing: Listed, rule: Rule, shared: _Shared) -> None:
        level = shared.base.level(rule)
        super().__init__(validate=self._judge, **_described(listing, level))
        self._rule, self._shared = rule, shared

    def _judge(self, args: StackValidationArgs, report: ReportViolation) -> None:
        self._shared.configure(self.name, args.get_config())
        stack = self._shared.stack(args)
        self._shared.report(self._shared.evaluation.of_rule(self._rule, stack), report)


class _Carrier(ResourceValidationPolicy, StackValidationPolicy):
    """Sees every resource, so that its inputs are remembered, and at last the stack."""

    def __init__(self, shared: _Shared) -> None:
        Policy.__init__(self, **_described(CARRIER, CARRIER.level))
        self._shared = shared

    def has_validation(self) -> bool:
        return True

    def has_remediation(self) -> bool:
        return False

    def validate(self, args: Args, report_violation: ReportViolation) -> None:
        """Take the shared settings; over the stack, report what is wrong with them."""
        self._shared.configure(self.name, args.get_config())
        if isinstance(args, ResourceValidationArgs):
            self._shared.resource(args)
            return
        found = self._shared.evaluation.about_configuration(self._shared.stack(args))
        self._shared.report(found, report_violation)


class _Shared:
    """What the policies of one pack have in common: settings, and the plan so far."""

    def __init__(self, registry: Registry, base: Settings) -> None:
        self.base = base
        self.plan = PlanBuilder(context_from_environment(os.environ))
        self.evaluation = Evaluation(registry)
        self._config: dict[str, Mapping[str, Any]] = {}
        self._seen: tuple[Any, Any] = (None, None)
        self._apply()

    def configure(self, name: str, config: Mapping[str, Any] | None) -> None:
        """Take a policy's configuration, which the stock host brings with each call."""
        if config and self._config.get(name) != config:
            self._config[name] = config
            self._apply()

    def _apply(self) -> None:
        registry = self.evaluation.registry
        config = {name: decode_json(values).values for name, values in self._config.items()}
        told = read(config, registry, lenient=True)
        # A level below this one is then the finding's own; the rule's is for the host to apply.
        levels = dict.fromkeys(registry.by_id, Level.MANDATORY)
        rows = {key: level for key, level in self.base.levels.items() if "/" in key}
        self.evaluation.settings = Settings(
            levels={**levels, **rows, **told.levels},
            values={**self.base.values, **told.values},
            shared={**self.base.shared, **told.shared},
            exemptions=[*self.base.exemptions, *told.exemptions],
            problems=[*self.base.problems, *told.problems],
        )

    def resource(self, args: ResourceValidationArgs) -> Resource:
        """Return the resource at hand, decoded once for all policies."""
        call = _call_at_work()
        request = call[0] if call else _request_of(args)
        if self._seen[0] is not request:
            self._with_tags(args)
            self._seen = (request, self.plan.resource(request))
        resource: Resource = self._seen[1]
        return resource

    def stack(self, args: StackValidationArgs) -> Stack:
        """Return the plan, made once for all policies."""
        call = _call_at_work()
        request = call[0] if call else _stack_request_of(args)
        if self._seen[0] is not request:
            self._with_tags(args)
            self._seen = (request, self.plan.stack(request))
        stack: Stack = self._seen[1]
        return stack

    def _with_tags(self, args: Args) -> None:
        self.plan.context = replace(self.plan.context, tags=dict(args.stack_tags))

    def report(self, found: Iterable[Diagnostic], report: ReportViolation) -> None:
        """Report findings; the stock host adds the description, its level and severity."""
        call = _call_at_work()
        for one in found:
            report(printable(one.message), one.urn)
            if call is None:
                continue
            answer = call[1].diagnostics[-1]
            answer.message = printable(one.message)
            answer.severity = SEVERITIES[one.severity]
            if one.level is not Level.MANDATORY or self._has_own_level(one):
                answer.enforcementLevel = LEVELS[one.level]

    def _has_own_level(self, one: Diagnostic) -> bool:
        return one.row is not None and f"{one.rule}/{one.row}" in self.evaluation.settings.levels


def _call_at_work() -> tuple[Any, Any] | None:
    """Return the request that the stock host is answering, and the answer so far."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        response = frame.f_locals.get("response")
        if isinstance(response, analyzer_pb2.AnalyzeResponse) and "request" in frame.f_locals:
            return frame.f_locals["request"], response
        frame = frame.f_back
    return None


def _request_of(args: ResourceValidationArgs) -> Any:
    return analyzer_pb2.AnalyzeRequest(**_common(args, args.opts.parent))


def _stack_request_of(args: StackValidationArgs) -> Any:
    request = analyzer_pb2.AnalyzeStackRequest()
    for one in args.resources:
        parent = one.parent.urn if one.parent else ""
        resource = request.resources.add(
            **_common(one, parent),
            parent=parent,
            dependencies=[other.urn for other in one.dependencies],
        )
        for name, others in one.property_dependencies.items():
            resource.propertyDependencies[name].urns.extend(other.urn for other in others)
    return request


def _common(args: Any, parent: str | None) -> dict[str, Any]:
    options = analyzer_pb2.AnalyzerResourceOptions(
        protect=args.opts.protect,
        ignoreChanges=args.opts.ignore_changes,
        deleteBeforeReplace=bool(args.opts.delete_before_replace),
        deleteBeforeReplaceDefined=args.opts.delete_before_replace is not None,
        additionalSecretOutputs=args.opts.additional_secret_outputs,
        aliases=args.opts.aliases,
        parent=parent or "",
    )
    options.customTimeouts.create = args.opts.custom_timeouts.create_seconds
    options.customTimeouts.update = args.opts.custom_timeouts.update_seconds
    options.customTimeouts.delete = args.opts.custom_timeouts.delete_seconds
    told = {
        "type": args.resource_type,
        "urn": args.urn,
        "name": args.name,
        "properties": _struct(args.props),
        "options": options,
    }
    if args.provider is not None:
        told["provider"] = analyzer_pb2.AnalyzerProviderResource(
            type=args.provider.resource_type,
            urn=args.provider.urn,
            name=args.provider.name,
            properties=_struct(args.provider.props),
        )
    return told


def _struct(props: Mapping[str, Any]) -> Any:
    """Return properties as the wire has them, unknown ones too; reading a proxy would raise."""
    return json_format.ParseDict(dict(serialize_properties(props)), struct_pb2.Struct())
