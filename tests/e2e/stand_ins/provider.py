"""A stand-in for `pulumi-resource-aws`: plans resources without AWS, an account or credentials.

Run as `python -m tests.e2e.stand_ins.provider ENGINE_ADDRESS`; prints its port. What Check and the
data sources answer is what the embedded preview answers too; what Create plans is shaped as the
provider's is: every attribute is there, null where unset and unknown where AWS decides it.
"""

from __future__ import annotations

import functools
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi import _types
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from pulumi.runtime.rpc import UNKNOWN

from policypack.hosts.answer_shapes import sdk_module
from policypack.hosts.auto_names import CheckFailure
from policypack.hosts.data_sources import answer
from policypack.hosts.provider_check import check_struct

OPTIONS = [("grpc.max_receive_message_length", 1024 * 1024 * 400)]
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The part of the service that previews need."""

    def __init__(self) -> None:
        self.config = struct_pb2.Struct()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="7.51.1")

    def Configure(self, request: Any, context: Any) -> Any:
        self.config = request.args
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, acceptResources=True, supportsPreview=True
        )

    def Check(self, request: Any, context: Any) -> Any:
        try:
            inputs = check_struct(
                request.type, request.name, request.news, self.config, request.urn
            )
        except CheckFailure as failure:
            context.abort(grpc.StatusCode.UNKNOWN, str(failure))
        return provider_pb2.CheckResponse(inputs=inputs)

    def Diff(self, request: Any, context: Any) -> Any:
        same = request.old_inputs == request.news
        changes = (
            provider_pb2.DiffResponse.DIFF_NONE if same else provider_pb2.DiffResponse.DIFF_SOME
        )
        return provider_pb2.DiffResponse(changes=changes)

    def Create(self, request: Any, context: Any) -> Any:
        if not request.preview:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "the stand-in only plans")
        outputs = _planned_outputs(request.type)
        outputs.MergeFrom(request.properties)
        return provider_pb2.CreateResponse(properties=outputs)

    def Invoke(self, request: Any, context: Any) -> Any:
        arguments = json_format.MessageToDict(request.args)
        region = arguments.get("region") or json_format.MessageToDict(self.config).get("region", "")
        response = provider_pb2.InvokeResponse()
        # The field is called like a keyword of Python.
        getattr(response, "return").update(answer(request.tok, arguments, region))
        return response

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()


def _planned_outputs(token: str) -> struct_pb2.Struct:
    outputs = struct_pb2.Struct()
    outputs.update({"id": UNKNOWN, **_attributes(token)})
    return outputs


@functools.cache
def _attributes(token: str) -> dict[str, str | None]:
    """Return every attribute of a type, null or unknown; none for a type that is not found."""
    _, path, name = token.split(":")
    module = path.split("/")[0]
    file = _CAPITAL.sub(r"_\1", path.split("/")[1]).lower()
    try:
        sdk = sdk_module(f"pulumi_aws.{module}.{file}")
        state, arguments = getattr(sdk, f"_{name}State"), getattr(sdk, f"{name}Args")
    except AttributeError:
        return {}
    inputs = _types.input_type_py_to_pulumi_names(arguments).values()
    every = _types.input_type_py_to_pulumi_names(state).values()
    return {one: None if one in inputs else UNKNOWN for one in every}


def main() -> None:
    server = grpc.server(ThreadPoolExecutor(16), options=OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        # The engine ends its plugins so.
        server.stop(0)


if __name__ == "__main__":
    main()
