"""Runs a Pulumi program in process, in preview mode, and records what it registers.

It stands on the SDK's own `MockMonitor`, so that a program meets here what it meets in a unit test
with mocks; ids and other outputs that a provider would compute are unknown, as in a first preview.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import mocks, settings, stack
from pulumi.runtime.proto import resource_pb2

from policypack.plan.resource import Options, Provider, Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.wire import decode

Program = Callable[[], Awaitable[None] | None]
Struct = Any
Check = Callable[[str, str, Struct, Struct], Struct]
Answer = Callable[[str, dict[str, Any]], dict[str, Any]]
ROOT = "pulumi:pulumi:Stack"


@dataclass
class Registration:
    """One registered resource: the request and the inputs after the provider's Check."""

    urn: str
    request: Any
    inputs: Struct
    outputs: Struct | None = None


@dataclass
class _Mocks(mocks.Mocks):
    answer: Answer

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return self.answer(args.token, args.args), []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return args.resource_id or "", dict(args.inputs)


class RecordingMonitor(mocks.MockMonitor):
    """A mock monitor that keeps every registration with its property dependencies."""

    def __init__(self, check: Check | None = None, answer: Answer | None = None) -> None:
        super().__init__(_Mocks(answer or (lambda *_: {})))
        self.check = check
        self.registrations: dict[str, Registration] = {}

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return the URN as the engine makes it: the stack itself is not among the parents."""
        parents = parent.split("::")[2] if parent else ROOT
        qualified = type_ if parents == ROOT else f"{parents}${type_}"
        project, stack_name = settings.get_project(), settings.get_stack()
        return f"urn:pulumi:{stack_name}::{project}::{qualified}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the service's name
        """Record a registration; outputs are the inputs, the id only known of what is imported."""
        urn = self.make_urn(request.parent, request.type, request.name)
        inputs = request.object
        if request.custom and self.check is not None and ":providers:" not in request.type:
            inputs = self.check(request.type, request.name, inputs, self._provider(request))
        self.registrations[urn] = Registration(urn, request, inputs)
        is_provider = request.type.startswith("pulumi:providers:")
        answer_id = f"{request.name}-id" if is_provider else request.importId
        return resource_pb2.RegisterResourceResponse(urn=urn, id=answer_id, object=inputs)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """Record what a component or the stack gives out."""
        if request.urn in self.registrations:
            self.registrations[request.urn].outputs = request.outputs
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]

    def _provider(self, request: Any) -> Struct:
        provider = self.registrations.get(request.provider.rpartition("::")[0])
        return provider.inputs if provider else struct_pb2.Struct()


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
        check: the provider's Check: (token, name, inputs, provider's inputs) -> inputs.
        answer: answers data sources: (token, arguments) -> result.

    Raises:
        Exception: whatever the program raises.
    """
    monitor = RecordingMonitor(check, answer)
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
        if one.request.type.startswith("pulumi:providers:")
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
        outputs={"id": request.importId} if request.importId else None,
        options=_options(request),
        provider=providers.get(request.provider.rpartition("::")[0]),
        parent=request.parent,
        dependencies=tuple(request.dependencies),
        property_dependencies=dependencies,
        config=context.config,
    )


def _options(request: Any) -> Options:
    return Options(
        protect=request.protect,
        ignore_changes=tuple(request.ignoreChanges),
        delete_before_replace=(
            request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None
        ),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
    )
