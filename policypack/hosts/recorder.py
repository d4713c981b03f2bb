"""Runs a Pulumi program in process, in preview mode, and records what it registers.

It stands on the SDK's own `MockMonitor`, so that a program meets here what it meets in a unit test
with mocks; ids and other outputs that a provider would compute are unknown, as in a first preview.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import mocks, settings, stack
from pulumi.runtime.proto import provider_pb2, resource_pb2

from policypack.hosts.resource_values import as_ids
from policypack.hosts.transforms import seconds, transformed
from policypack.hosts.undecided import undecided, without_undecided
from policypack.plan.resource import Options, Provider, Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.wire import UNKNOWN_STRING, Outputs, decode

Program = Callable[[], Awaitable[None] | None]
Struct = Any
Check = Callable[[str, str, Struct, Struct, str], Struct]
Answer = Callable[[str, dict[str, Any], str], dict[str, Any]]
ROOT = "pulumi:pulumi:Stack"
PROVIDERS = "pulumi:providers:"


class DuplicateUrn(Exception):  # noqa: N818 - the engine's name for it
    """Two resources have one URN, which the engine refuses."""


@dataclass
class Registration:
    """One registered resource: the request and the inputs after the provider's Check."""

    urn: str
    request: Any
    inputs: Struct
    outputs: Struct | None = None


class _Mocks(mocks.Mocks):
    """Never asked: the monitor answers by itself."""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:  # noqa: ARG002
        return {}, None

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return args.resource_id or "", {}


class RecordingMonitor(mocks.MockMonitor):
    """A mock monitor that keeps every registration with its property dependencies.

    Like the engine it makes default providers, runs transforms and refuses a URN given twice.
    """

    def __init__(
        self,
        check: Check | None = None,
        answer: Answer | None = None,
        config: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(_Mocks())
        self.check = check
        self.answer = answer or (lambda *_: {})
        self.config = config or {}
        self.registrations: dict[str, Registration] = {}
        self._transforms: dict[str, list[Any]] = {}
        self._for_all: list[Any] = []
        self._urns: set[str] = set()
        self._known: dict[str, tuple[str, Struct]] = {}
        self._lock = threading.Lock()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return the URN as the engine makes it: the stack itself is not among the parents."""
        parents = parent.split("::")[2] if parent else ROOT
        qualified = type_ if parents == ROOT else f"{parents}${type_}"
        project, stack_name = settings.get_project(), settings.get_stack()
        return f"urn:pulumi:{stack_name}::{project}::{qualified}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the service's name
        """Record a registration; outputs are the inputs, the id only known of what is imported.

        Raises:
            DuplicateUrn: another resource has this URN.
        """
        urn = self.make_urn(request.parent, request.type, request.name)
        self._reserve(urn)
        if request.remote:
            logging.warning("%s runs in another language: its parts are not judged", urn)
        if request.type != ROOT:
            request = transformed(request, self._transforms_of(urn, request))
        inputs = without_undecided(request.object)
        is_provider = request.type.startswith(PROVIDERS)
        if request.custom:
            inputs = as_ids(inputs)
        if request.custom and not is_provider:
            provider = self._provider(request.provider, request.type, request.version)
            request.provider = f"{provider.urn}::{provider.urn.rpartition('::')[2]}-id"
            if self.check is not None:
                inputs = self.check(request.type, request.name, inputs, provider.inputs, urn)
        self.registrations[urn] = Registration(urn, request, inputs)
        answer_id = f"{request.name}-id" if is_provider else request.importId
        state = _unknown_all(inputs) if request.remote else inputs
        self._known[urn] = (answer_id, state)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=answer_id, object=state)

    def _reserve(self, urn: str) -> None:
        with self._lock:  # registrations come on several threads
            if urn in self._urns:
                raise DuplicateUrn(f"Duplicate resource URN '{urn}'; try giving it a unique name")
            self._urns.add(urn)

    def _transforms_of(self, urn: str, request: Any) -> list[Any]:
        inherited = self._transforms.get(request.parent, [])
        self._transforms[urn] = [*request.transforms, *inherited]
        return [*self._transforms[urn], *self._for_all]

    def RegisterStackTransform(self, request: Any) -> Any:  # noqa: N802
        """Keep a transform that all later resources go through."""
        self._for_all.append(request)
        return super().RegisterStackTransform(request)  # type: ignore[no-untyped-call]

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """Record what a component or the stack gives out."""
        if request.urn in self.registrations:
            self.registrations[request.urn].outputs = without_undecided(request.outputs)
            self._known[request.urn] = ("", request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """Read an existing resource: its id is known, what is not given of it unknown."""
        urn = self.make_urn(request.parent, request.type, request.name)
        self._known[urn] = (request.id, request.properties)
        return resource_pb2.ReadResourceResponse(
            urn=urn, properties=request.properties, id=request.id
        )

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """Answer a data source in the region of the provider that is asked."""
        if request.tok == "pulumi:pulumi:getResource":
            return self._resource_of(request.args["urn"])
        provider = self._provider(request.provider, request.tok, request.version)
        region = decode(provider.inputs).values.get("region")
        args = undecided(decode(request.args).values)
        return _answered(self.answer(request.tok, args, region if isinstance(region, str) else ""))

    def _resource_of(self, urn: str) -> Any:
        """Answer what the SDK asks of a resource that came as a value of another one."""
        id_, state = self._known.get(urn, ("", struct_pb2.Struct()))
        return _answered({"urn": urn, "id": id_, "state": state})

    def Call(self, request: Any) -> Any:  # noqa: N802, ARG002
        """Answer a method of a component in another language: nothing is known."""
        response = provider_pb2.CallResponse()
        getattr(response, "return").update({"result": UNKNOWN_STRING})
        return response

    def _provider(self, reference: str, token: str, version: str) -> Registration:
        """Return the provider that a reference names, the package's default one without it."""
        package = token.partition(":")[0]
        name = f"default_{version}".replace(".", "_") if version else "default"
        urn = reference.rpartition("::")[0]
        urn = urn or self.make_urn("", f"{PROVIDERS}{package}", name)
        if urn not in self.registrations:
            self.registrations[urn] = self._default_provider(urn, package, version)
        return self.registrations[urn]

    def _default_provider(self, urn: str, package: str, version: str) -> Registration:
        inputs, prefix = struct_pb2.Struct(), f"{package}:"
        configured = {
            key.removeprefix(prefix): value
            for key, value in self.config.items()
            if key.startswith(prefix)
        }
        inputs.update({**configured, "version": version} if version else configured)
        request = resource_pb2.RegisterResourceRequest(
            type=f"{PROVIDERS}{package}", name=urn.rpartition("::")[2], custom=True
        )
        return Registration(urn, request, inputs)


def _answered(result: dict[str, Any]) -> Any:
    response = resource_pb2.ResourceInvokeResponse()
    getattr(response, "return").update(result)
    return response


def _unknown_all(struct: Struct) -> Struct:
    """What a component in another language says of the properties that it was given: nothing.

    An output of the same name may be of another type, as `natGateways` of `awsx:ec2:Vpc`.
    """
    made = struct_pb2.Struct()
    made.update(dict.fromkeys(struct.fields, UNKNOWN_STRING))
    return made


def record(
    program: Program,
    context: StackContext,
    *,
    check: Check | None = None,
    answer: Answer | None = None,
) -> list[Registration]:
    """Run a program and return its registrations in the order in which they came.

    Args:
        program: what declares the resources; may be a coroutine function.
        context: names and configuration of the stack.
        check: the provider's Check: (token, name, inputs, provider's inputs, URN) -> inputs.
        answer: answers data sources: (token, arguments, provider's region) -> result.

    Raises:
        Exception: whatever the program raises.
    """
    monitor = RecordingMonitor(check, answer, context.config)
    _configure(monitor, context)
    loop = asyncio.new_event_loop()
    # One failure reaches every output that waits for it: it is raised here, and told once.
    loop.set_exception_handler(lambda *_: None)
    try:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(stack.run_in_stack(program))
    finally:
        _cancel_rest(loop)
        settings.reset_options()
        asyncio.set_event_loop(None)
        loop.close()
    return list(monitor.registrations.values())


def _cancel_rest(loop: asyncio.AbstractEventLoop) -> None:
    rest = asyncio.all_tasks(loop)
    for task in rest:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))


def _configure(monitor: RecordingMonitor, context: StackContext) -> None:
    settings.reset_options()
    features = set(monitor.GetDeploymentInfo(None).supportedFeatures)  # type: ignore[no-untyped-call]
    settings.configure(
        mocks.MockSettings(  # type: ignore[no-untyped-call]
            monitor=monitor,
            monitor_features=features,
            engine=mocks.MockEngine(None),
            project=context.project or "project",
            stack=context.stack or "stack",
            organization=context.organization or "organization",
            dry_run=True,
            callbacks=None,
        )
    )
    settings.set_root_resource(None)  # type: ignore[arg-type]


def plan(registrations: Iterable[Registration], context: StackContext) -> Stack:
    """Return the plan that the registrations make."""
    every = {one.urn: one for one in registrations}
    providers = {
        one.urn: Provider(one.urn, one.request.type, one.request.name, decode(one.inputs).values)
        for one in every.values()
        if one.request.type.startswith(PROVIDERS)
    }
    return Stack((_resource(one, providers, context) for one in every.values()), context)


def _resource(
    registration: Registration, providers: Mapping[str, Provider], context: StackContext
) -> Resource:
    request = registration.request
    dependencies = {key: tuple(value.urns) for key, value in request.propertyDependencies.items()}
    return Resource(
        registration.urn,
        request.type,
        decode(registration.inputs),
        outputs=_outputs(registration),
        options=_options(request),
        provider=providers.get(request.provider.rpartition("::")[0]),
        parent=request.parent,
        dependencies=tuple(request.dependencies),
        property_dependencies=dependencies,
        config=context.config,
        has_data=True if request.custom else None,
    )


def _outputs(registration: Registration) -> Mapping[str, Any] | None:
    imported = registration.request.importId
    if imported:
        return {"id": imported}
    return Outputs(registration.outputs) if registration.outputs else None


def _options(request: Any) -> Options:
    timeouts = request.customTimeouts
    return Options(
        protect=request.protect,
        ignore_changes=tuple(request.ignoreChanges),
        delete_before_replace=(
            request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None
        ),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=tuple(request.aliasURNs),
        create_timeout=seconds(timeouts.create),
        update_timeout=seconds(timeouts.update),
        delete_timeout=seconds(timeouts.delete),
    )
