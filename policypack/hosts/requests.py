"""The engine's requests -> the plan: Analyze brings inputs, AnalyzeStack the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policypack.plan.resource import Options, Provider, Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.wire import Decoded, Outputs, decode


class PlanBuilder:
    """Keeps the inputs that Analyze shows, by URN, and joins them to what AnalyzeStack adds.

    AnalyzeStack shows outputs, in which absent, null and defaulted are the same (engine-notes 3.2).
    """

    def __init__(self, context: StackContext) -> None:
        self.context = context
        self._resources: dict[str, Resource] = {}
        self._providers: dict[str, Provider] = {}

    def resource(self, request: Any, defaults: frozenset[str] = frozenset()) -> Resource:
        """Return the resource of an `AnalyzeRequest`, and remember it.

        `defaults` are the properties that the provider filled in.
        """
        inputs = decode(request.properties)
        inputs.defaults = defaults
        resource = self._resources[request.urn] = self._made(request, inputs)
        return resource

    def stack(self, request: Any) -> Stack:
        """Return the plan of an `AnalyzeStackRequest`; what was never analysed has no data."""
        return Stack((self._joined(one) for one in request.resources), self.context)

    def _joined(self, request: Any) -> Resource:
        resource = self._resources.get(request.urn) or self._made(request, Decoded())
        resource.outputs = Outputs(request.properties)
        resource.parent = request.parent
        resource.dependencies = tuple(request.dependencies)
        resource.property_dependencies = {
            name: tuple(found.urns) for name, found in request.propertyDependencies.items()
        }
        return resource

    def _made(self, request: Any, inputs: Decoded) -> Resource:
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


_ORDINARY = Options()


def _options(told: Any) -> Options:
    if all(given.name == "parent" for given, _ in told.ListFields()):
        return _ORDINARY
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
