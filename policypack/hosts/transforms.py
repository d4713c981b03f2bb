"""Runs a program's resource transforms, as the engine does before a registration.

The resource's own come first, then its parents', at last the stack's
(pulumi/pulumi `pkg/resource/deploy/source_eval.go`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from typing import Any

from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.proto import resource_pb2

# Options that a request and a transform's answer hold under different names.
_LISTS = (
    ("ignore_changes", "ignoreChanges"),
    ("additional_secret_outputs", "additionalSecretOutputs"),
)
_DURATION = re.compile(r"([\d.]+)(ms|h|m|s)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def transformed(request: Any, callbacks: Iterable[Any]) -> Any:
    """Return the registration request after each transform had its turn.

    Raises:
        Exception: whatever a transform raises.
    """
    for callback in callbacks:
        answer = _answer(callback, _question(request))
        request.object.CopyFrom(answer.properties)
        if answer.HasField("options"):
            _take_options(request, answer.options)
    return request


def _question(request: Any) -> Any:
    options = resource_pb2.TransformResourceOptions(
        depends_on=request.dependencies,
        protect=request.protect,
        provider=request.provider,
        ignore_changes=request.ignoreChanges,
        additional_secret_outputs=request.additionalSecretOutputs,
        providers=request.providers,
        version=request.version,
    )
    options.custom_timeouts.CopyFrom(request.customTimeouts)
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    return resource_pb2.TransformRequest(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        properties=request.object,
        options=options,
    )


def _answer(callback: Any, question: Any) -> Any:
    for servicer in _CallbackServicer._servicers:
        function = servicer._callbacks.get(callback.token)
        if function is not None:
            # Registrations run on a thread of their own, the program's functions on its loop.
            made: Any = function(question.SerializeToString())
            return asyncio.run_coroutine_threadsafe(made, servicer._loop).result()
    raise LookupError("a transform was registered by another program")


def _take_options(request: Any, options: Any) -> None:
    request.protect = options.protect
    if options.provider:
        request.provider = options.provider
    if options.HasField("delete_before_replace"):
        request.deleteBeforeReplaceDefined = True
        request.deleteBeforeReplace = options.delete_before_replace
    if options.HasField("custom_timeouts"):
        request.customTimeouts.CopyFrom(options.custom_timeouts)
    for given, wanted in _LISTS:
        target = getattr(request, wanted)
        del target[:]
        target.extend(getattr(options, given))


def seconds(duration: str) -> float:
    """Return a duration as Pulumi writes it, such as `1h30m`, in seconds; 0 for none."""
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(duration))
