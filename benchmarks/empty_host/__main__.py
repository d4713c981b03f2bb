"""The floor: a server of the Analyzer service that knows no policy and says nothing."""

from __future__ import annotations

import sys
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2


class Empty(analyzer_pb2_grpc.AnalyzerServicer):
    """Answers each call with the emptiest message there is."""

    def GetPluginInfo(self, _request: Any, _call: Any) -> Any:  # noqa: N802 - the service's names
        """Tell no version."""
        return plugin_pb2.PluginInfo()

    def GetAnalyzerInfo(self, _request: Any, _call: Any) -> Any:  # noqa: N802
        """List nothing."""
        return analyzer_pb2.AnalyzerInfo(name="empty", supportsConfig=True)

    def Configure(self, _request: Any, _call: Any) -> Any:  # noqa: N802
        """Take no configuration."""
        return empty_pb2.Empty()

    def Remediate(self, _request: Any, _call: Any) -> Any:  # noqa: N802
        """Change nothing."""
        return analyzer_pb2.RemediateResponse()

    def Analyze(self, _request: Any, _call: Any) -> Any:  # noqa: N802
        """Find nothing."""
        return analyzer_pb2.AnalyzeResponse()

    def AnalyzeStack(self, _request: Any, _call: Any) -> Any:  # noqa: N802
        """Find nothing."""
        return analyzer_pb2.AnalyzeResponse()


if __name__ == "__main__":
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=4),
        options=[("grpc.max_receive_message_length", 400 * 1024 * 1024)],
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Empty(), server)
    sys.stdout.write(f"{server.add_insecure_port('127.0.0.1:0')}\n")
    server.start()
    sys.stdout.flush()
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(None)
