"""The rules behind the Pulumi engine: a server of the Analyzer service of our own.

The stock host decodes each request once a policy; this one decodes it once, whatever the number of
rules, and keeps the inputs of Analyze for AnalyzeStack, which brings dependencies and outputs.
"""

from __future__ import annotations

import gc
import importlib
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, plugin_pb2

from policypack.hosts.listing import CARRIER, PACK, Listed, listed, printable
from policypack.hosts.requests import PlanBuilder, context_from_environment
from policypack.plan.normalise import canonical_type
from policypack.plan.stack import StackContext
from policypack.plan.wire import decode, provider_defaults
from policypack.rules.evaluation import Diagnostic, Evaluation
from policypack.rules.registry import Registry, collect
from policypack.rules.rule import ANY_TYPE, Level, Severity
from policypack.rules.settings import Settings, read

MAX_MESSAGE_BYTES = 400 * 1024 * 1024
LEVELS = {
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
SEVERITIES = {
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
        told = context_from_environment(os.environ if environment is None else environment)
        self.plan = PlanBuilder(told)
        self._lock = threading.Lock()
        self._defaults: dict[str, frozenset[str]] = {}
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
        known = self.plan.context
        with self._lock:
            self.plan.context = StackContext(
                organization=request.organization or known.organization,
                project=request.project or known.project,
                stack=request.stack or known.stack,
                tags=dict(request.tags),
                config=dict(request.config) or known.config,
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
        with self._lock, _uncollected():
            return self._serialised(
                self._guarded("", lambda: self.evaluation.of_stack(self.plan.stack(request)))
            )

    def cancel(self, _request: Any, _call: Any) -> bytes:
        """Agree; no call takes long, and the engine ends the process."""
        return b""

    def _of_resource(self, request: Any) -> list[Diagnostic]:
        defaults = self._defaults.pop(request.urn, frozenset())
        return self.evaluation.of_resource(self.plan.resource(request, defaults))

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
            self._silent[token] = self._not_applicable(
                analyzer_pb2.AnalyzeResponse(),
                lambda one: not self._judges(one, canonical_type(token)),
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

    def _serialised(self, found: list[Diagnostic]) -> bytes:
        """Return the findings as bytes; appended to others they make one message."""
        if not found:
            return b""
        answer: bytes = analyzer_pb2.AnalyzeResponse(
            diagnostics=(
                analyzer_pb2.AnalyzeDiagnostic(
                    policyName=one.rule,
                    policyPackName=PACK,
                    policyPackVersion=self.version,
                    description=self._descriptions.get(one.rule, ""),
                    message=printable(one.message),
                    enforcementLevel=LEVELS[one.level],
                    urn=one.urn,
                    severity=SEVERITIES[one.severity],
                )
                for one in found
            )
        ).SerializeToString()
        return answer


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles off: a plan stays to the end, each look at it is wasted."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _policy_info(policy: Listed) -> Any:
    info = analyzer_pb2.PolicyInfo(
        name=policy.name,
        description=policy.description,
        enforcementLevel=LEVELS[policy.level],
        severity=SEVERITIES[policy.severity],
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


def serve(rules: str, root: Path) -> None:
    """Serve the rules of a package until the engine ends the process.

    Args:
        rules: the name of the package whose modules hold the rules; it is imported here.
        root: the folder of PulumiPolicy.yaml.
    """
    # The engine reads the port from the first line of stdout: no module may print before it.
    stdout, sys.stdout = sys.stdout, sys.stderr
    registry = collect(importlib.import_module(rules))
    server, port = make_server(Analyzer(registry, pack_version(root)))
    stdout.write(f"{port}\n")
    stdout.flush()
    # The engine ends its plugins so; what a shell starts in the background inherits a deaf ear.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(None)
