"""The rules behind the Pulumi engine: a server of the Analyzer service of our own.

The stock host decodes each request once a policy; this one decodes it once, whatever the number of
rules, and keeps the inputs of Analyze for AnalyzeStack, which brings dependencies and outputs.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent import futures
from pathlib import Path
from types import ModuleType
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, plugin_pb2

from policypack.hosts.listing import CARRIER, PACK, Listed, listed, printable
from policypack.plan.resource import Options, Provider, Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.wire import Decoded, Outputs, decode, provider_defaults
from policypack.rules.evaluation import Diagnostic, Evaluation
from policypack.rules.registry import Registry, collect
from policypack.rules.rule import ANY_TYPE, Level, Severity
from policypack.rules.settings import Settings, read

MAX_MESSAGE_BYTES = 400 * 1024 * 1024
_LEVELS = {
    Level.ADVISORY: analyzer_pb2.ADVISORY,
    Level.MANDATORY: analyzer_pb2.MANDATORY,
    Level.DISABLED: analyzer_pb2.DISABLED,
}
_LEVEL_NAMES = {
    analyzer_pb2.ADVISORY: "advisory",
    analyzer_pb2.MANDATORY: "mandatory",
    analyzer_pb2.DISABLED: "disabled",
    # Nothing here remediates: what is left of that level is that a finding blocks.
    analyzer_pb2.REMEDIATE: "mandatory",
}
_SEVERITIES = {
    Severity.CRITICAL: analyzer_pb2.POLICY_SEVERITY_CRITICAL,
    Severity.HIGH: analyzer_pb2.POLICY_SEVERITY_HIGH,
    Severity.MEDIUM: analyzer_pb2.POLICY_SEVERITY_MEDIUM,
    Severity.LOW: analyzer_pb2.POLICY_SEVERITY_LOW,
}


class Analyzer:
    """Answers the engine's calls. One call is at work at a time.

    Analyze, AnalyzeStack and Remediate return serialised responses: most say nothing, and those
    are made once for each resource type.
    """

    def __init__(
        self, registry: Registry, version: str = "", environment: Mapping[str, str] | None = None
    ) -> None:
        self.registry = registry
        self.version = version
        self.policies = list(listed(registry))
        self.context = context_from_environment(os.environ if environment is None else environment)
        self._lock = threading.Lock()
        self._resources: dict[str, Resource] = {}
        self._defaults: dict[str, frozenset[str]] = {}
        self._providers: dict[str, Provider] = {}
        self._descriptions = {one.name: one.description for one in self.policies}
        self._broken = False
        self._use(Settings())

    def _use(self, settings: Settings) -> None:
        self.evaluation = Evaluation(self.registry, settings)
        self._silent: dict[str, bytes] = {}
        self._unremedied = self._not_applicable(analyzer_pb2.RemediateResponse(), lambda _: True)

    def handshake(self, _request: Any, _call: Any) -> bytes:
        """Accept the engine's address; nothing here ever calls it."""
        return b""

    def plugin_info(self, _request: Any, _call: Any) -> bytes:
        """Tell the version of the pack."""
        info: bytes = plugin_pb2.PluginInfo(version=self.version).SerializeToString()
        return info

    def analyzer_info(self, _request: Any, _call: Any) -> bytes:
        """List the policies."""
        info = analyzer_pb2.AnalyzerInfo(
            name=PACK,
            displayName="AWS preflight",
            version=self.version,
            supportsConfig=True,
            policies=map(_policy_info, self.policies),
        )
        answer: bytes = info.SerializeToString()
        return answer

    def configure_stack(self, request: Any, _call: Any) -> bytes:
        """Take what the engine says of the stack; it beats the environment."""
        with self._lock:
            self.context = StackContext(
                organization=request.organization or self.context.organization,
                project=request.project or self.context.project,
                stack=request.stack or self.context.stack,
                tags=dict(request.tags),
                config=dict(request.config) or self.context.config,
                preview=request.dry_run,
            )
        return b""

    def configure(self, request: Any, _call: Any) -> bytes:
        """Take the policy configuration; mistakes in it are reported with the findings."""
        config = {
            name: {
                **decode(entry.properties).values,
                "enforcementLevel": _LEVEL_NAMES.get(entry.enforcementLevel, "advisory"),
            }
            for name, entry in request.policyConfig.items()
        }
        with self._lock:
            self._use(read(config, self.registry, lenient=True))
        return b""

    def remediate(self, request: Any, _call: Any) -> bytes:
        """Change nothing; keep which properties the provider filled in, told in this call alone."""
        if names := provider_defaults(request.properties):
            self._defaults[request.urn] = names
        return self._unremedied

    def analyze(self, request: Any, _call: Any) -> bytes:
        """Judge one resource by itself."""
        with self._lock:
            found = self._guarded(request.urn, lambda: self._of_resource(request))
            return self._silence(request.type) + self._serialised(found)

    def analyze_stack(self, request: Any, _call: Any) -> bytes:
        """Judge the whole plan."""
        with self._lock:
            return self._serialised(self._guarded("", lambda: self._of_stack(request)))

    def cancel(self, _request: Any, _call: Any) -> bytes:
        """Agree; no call takes long, and the engine ends the process."""
        return b""

    def _of_resource(self, request: Any) -> list[Diagnostic]:
        inputs = decode(request.properties)
        inputs.defaults = self._defaults.pop(request.urn, frozenset())
        resource = self._resource(request, inputs)
        self._resources[request.urn] = resource
        return self.evaluation.of_resource(resource)

    def _of_stack(self, request: Any) -> list[Diagnostic]:
        stack = Stack((self._joined(one) for one in request.resources), self.context)
        stack.shared = self.evaluation.settings.shared
        return self.evaluation.of_stack(stack)

    def _joined(self, request: Any) -> Resource:
        """Return the resource that Analyze saw, with what only AnalyzeStack tells of it."""
        resource = self._resources.get(request.urn) or self._resource(request, Decoded())
        resource.outputs = Outputs(request.properties)
        resource.parent = request.parent
        resource.dependencies = tuple(request.dependencies)
        resource.property_dependencies = {
            name: tuple(found.urns) for name, found in request.propertyDependencies.items()
        }
        return resource

    def _resource(self, request: Any, inputs: Decoded) -> Resource:
        return Resource(
            request.urn,
            request.type,
            inputs,
            options=_options(request.options),
            provider=self._provider(request),
            parent=request.options.parent,
            config=self.context.config,
        )

    def _provider(self, request: Any) -> Provider | None:
        if not request.HasField("provider"):
            return None
        told = request.provider
        if told.urn not in self._providers:
            values = decode(told.properties).values
            self._providers[told.urn] = Provider(told.urn, told.type, told.name, values)
        return self._providers[told.urn]

    def _guarded(self, urn: str, judge: Callable[[], list[Diagnostic]]) -> list[Diagnostic]:
        """Judge; a fault of the host itself is told once and never ends a preview."""
        try:
            return judge()
        except Exception as error:
            if self._broken:
                return []
            self._broken = True
            trace = "".join(traceback.format_tb(error.__traceback__))
            print(f"{PACK} raised {type(error).__name__}:\n{trace}", file=sys.stderr)  # noqa: T201
            text = f"not all was evaluated: the pack itself raised {type(error).__name__}"
            return [Diagnostic(CARRIER.name, urn, CARRIER.level, CARRIER.severity, text)]

    def _silence(self, token: str) -> bytes:
        """Return the answer without findings: who does not judge resources of this type."""
        if token not in self._silent:
            kind = Resource("", token, Decoded()).type
            self._silent[token] = self._not_applicable(
                analyzer_pb2.AnalyzeResponse(), lambda one: not self._judges(one, kind)
            )
        return self._silent[token]

    def _judges(self, policy: Listed, token: str) -> bool:
        on = policy.rule.on if policy.rule else ()
        disabled = self.evaluation.settings.levels.get(policy.name) is Level.DISABLED
        return (token in on or ANY_TYPE in on) and not disabled

    def _not_applicable(self, response: Any, holds: Callable[[Listed], bool]) -> bytes:
        """Name the policies to be left out of the engine's summary of what was complied with."""
        response.not_applicable.extend(
            analyzer_pb2.PolicyNotApplicable(policy_name=one.name)
            for one in self.policies
            if one.of_single_resource and holds(one)
        )
        answer: bytes = response.SerializeToString()
        return answer

    def _serialised(self, found: Iterable[Diagnostic]) -> bytes:
        """Return the findings as bytes; appended to others they make one message."""
        answer: bytes = analyzer_pb2.AnalyzeResponse(
            diagnostics=(
                analyzer_pb2.AnalyzeDiagnostic(
                    policyName=one.rule,
                    policyPackName=PACK,
                    policyPackVersion=self.version,
                    description=self._descriptions.get(one.rule, ""),
                    message=printable(one.message),
                    enforcementLevel=_LEVELS[one.level],
                    urn=one.urn,
                    severity=_SEVERITIES[one.severity],
                )
                for one in found
            )
        ).SerializeToString()
        return answer


def _policy_info(policy: Listed) -> Any:
    info = analyzer_pb2.PolicyInfo(
        name=policy.name,
        description=policy.description,
        enforcementLevel=_LEVELS[policy.level],
        severity=_SEVERITIES[policy.severity],
        policy_type=(
            analyzer_pb2.POLICY_TYPE_RESOURCE
            if policy.of_single_resource
            else analyzer_pb2.POLICY_TYPE_STACK
        ),
        tags=policy.tags,
        remediation_steps=policy.remediation,
        url=policy.url,
    )
    info.configSchema.properties.update({name: dict(one) for name, one in policy.schema.items()})
    return info


def _options(told: Any) -> Options:
    timeouts = told.customTimeouts
    return Options(
        protect=told.protect,
        ignore_changes=tuple(told.ignoreChanges),
        delete_before_replace=told.deleteBeforeReplace if told.deleteBeforeReplaceDefined else None,
        additional_secret_outputs=tuple(told.additionalSecretOutputs),
        aliases=tuple(told.aliases),
        create_timeout=timeouts.create,
        update_timeout=timeouts.update,
        delete_timeout=timeouts.delete,
    )


def context_from_environment(environment: Mapping[str, str]) -> StackContext:
    """Return the stack's data as the published language host puts it into the environment."""
    try:
        config = json.loads(environment.get("PULUMI_CONFIG") or "{}")
    except ValueError:
        config = {}
    return StackContext(
        organization=environment.get("PULUMI_ORGANIZATION", ""),
        project=environment.get("PULUMI_PROJECT", ""),
        stack=environment.get("PULUMI_STACK", ""),
        config=config if isinstance(config, dict) else {},
        preview=environment.get("PULUMI_DRY_RUN", "true") == "true",
    )


_VERSION = re.compile(r"""^version:\s*["']?(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)""", re.MULTILINE)


def pack_version(root: Path) -> str:
    """Return the version in the pack's PulumiPolicy.yaml, "" where there is none."""
    try:
        found = _VERSION.search((root / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    except OSError:
        return ""
    return found.group(1) if found else ""


def make_server(analyzer: Analyzer) -> tuple[grpc.Server, int]:
    """Return a started server on the loopback address, and its port."""
    # The engine makes one call at a time; a second worker answers Cancel meanwhile.
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=2),
        options=[
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ],
    )
    requests: dict[str, tuple[Callable[[Any, Any], bytes], Any]] = {
        "Handshake": (analyzer.handshake, analyzer_pb2.AnalyzerHandshakeRequest),
        "ConfigureStack": (analyzer.configure_stack, analyzer_pb2.AnalyzerStackConfigureRequest),
        "GetPluginInfo": (analyzer.plugin_info, empty_pb2.Empty),
        "GetAnalyzerInfo": (analyzer.analyzer_info, empty_pb2.Empty),
        "Configure": (analyzer.configure, analyzer_pb2.ConfigureAnalyzerRequest),
        "Remediate": (analyzer.remediate, analyzer_pb2.AnalyzeRequest),
        "Analyze": (analyzer.analyze, analyzer_pb2.AnalyzeRequest),
        "AnalyzeStack": (analyzer.analyze_stack, analyzer_pb2.AnalyzeStackRequest),
        "Cancel": (analyzer.cancel, empty_pb2.Empty),
    }
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            method, request_deserializer=request.FromString, response_serializer=None
        )
        for name, (method, request) in requests.items()
    }
    service = "pulumirpc.Analyzer"
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def serve(rules: ModuleType, root: Path) -> None:
    """Serve the rules of a package until the engine ends the process.

    Args:
        rules: the package whose modules hold the rules.
        root: the folder of PulumiPolicy.yaml.
    """
    # The engine reads the port from the first line of stdout: no module may print before it.
    stdout, sys.stdout = sys.stdout, sys.stderr
    server, port = make_server(Analyzer(collect(rules), pack_version(root)))
    stdout.write(f"{port}\n")
    stdout.flush()
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(None)
