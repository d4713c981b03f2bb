"""A stand-in for `pulumi-language-python`, which cannot be had from a package registry.

It runs programs and policy packs and installs a pack's requirements. Run as
`language_host.py ENGINE_ADDRESS`; prints its port. How a pack learns its stack is chosen by
`STAND_IN_STACK_DATA`:

- `direct` (default): the engine talks to the pack, which gets ConfigureStack and no environment;
- `proxy`: as the published language host does, the pack starts after ConfigureStack, with the
  stack's data in its environment, and gets ConfigureStack as well;
- `environment`: as `proxy`, but ConfigureStack is kept from the pack, as by older engines.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import (
    analyzer_pb2,
    language_pb2,
    language_pb2_grpc,
    plugin_pb2,
)

PROGRAM = Path(__file__).with_name("program.py")
SHOWN = 32
"""Exit code of a program whose error the user has already seen."""
OPTIONS = [("grpc.max_receive_message_length", 1024 * 1024 * 400)]


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The part of the service that previews and policy packs need."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    def Handshake(self, request: Any, context: Any) -> Any:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="1.0.0")

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPackagesResponse()

    def About(self, request: Any, context: Any) -> Any:
        version = sys.version.split()[0]
        return language_pb2.AboutResponse(executable=sys.executable, version=version)

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        folder = Path(request.directory)
        venv = folder / _options(request.info).get("virtualenv", "venv")
        requirements = folder / "requirements.txt"
        # This environment's pip fills the other one: half the time of installing pip there first.
        commands = [[_ambient_python(), "-m", "venv", "--without-pip", str(venv)]]
        if requirements.exists():
            pip = [sys.executable, "-m", "pip", "--python", str(_python_of(venv))]
            commands.append([*pip, "install", "--quiet", "-r", str(requirements)])
        for command in commands:
            done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
            yield language_pb2.InstallDependenciesResponse(stdout=done.stdout, stderr=done.stderr)
            if done.returncode:
                context.abort(grpc.StatusCode.UNKNOWN, f"{command[:4]} exited {done.returncode}")

    def Run(self, request: Any, context: Any) -> Any:
        arguments = {
            "monitor": request.monitor_address,
            "engine": self.engine,
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "dry_run": request.dryRun,
            "parallel": request.parallel,
            "root_directory": request.info.root_directory,
        }
        environment = {
            **os.environ,
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        program = Path(request.info.program_directory) / request.info.entry_point
        command = [_interpreter(request.info), "-u", str(PROGRAM), str(program)]
        done = subprocess.run(
            [*command, json.dumps(arguments)], cwd=request.pwd, env=environment, check=False
        )
        if done.returncode == SHOWN:
            return language_pb2.RunResponse(bail=True)
        error = f"the program exited with code {done.returncode}" if done.returncode else ""
        return language_pb2.RunResponse(error=error)

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        if request.kind != "analyzer":
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"cannot run a plugin of {request.kind}")
        mode = os.environ.get("STAND_IN_STACK_DATA", "direct")
        if mode == "direct":
            yield from _stream(_start_pack(request, {}, context))
            return
        proxy = PackProxy()
        yield language_pb2.RunPluginResponse(stdout=f"{proxy.port}\n".encode())
        stack = proxy.stack.result()
        process = _start_pack(request, _stack_environment(stack), context)
        proxy.attach(process, stack if mode == "proxy" else None)
        yield from _stream(process)


class PackProxy(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """Stands between engine and pack; holds the pack back until the stack is known."""

    def __init__(self) -> None:
        self.stack: Future[Any] = Future()
        self.pack: Future[grpc.Channel] = Future()
        self.server = grpc.server(ThreadPoolExecutor(8), options=OPTIONS)
        self.server.add_generic_rpc_handlers((self,))
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def attach(self, process: subprocess.Popen[bytes], stack: Any) -> None:
        assert process.stdout
        port = process.stdout.readline().decode().strip()
        if not port.isdigit():
            self.pack.set_exception(ChildProcessError(f"the pack printed {port!r}, not its port"))
            return
        channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)
        if stack is not None:
            call = _raw(channel, "/pulumirpc.Analyzer/ConfigureStack")
            call(stack.SerializeToString())
        self.pack.set_result(channel)

    def service(self, handler_call_details: Any) -> Any:
        method = handler_call_details.method

        def answer(request: bytes, context: Any) -> bytes:
            if method.endswith("/Handshake"):
                return b""
            if method.endswith("/ConfigureStack"):
                self.stack.set_result(
                    analyzer_pb2.AnalyzerStackConfigureRequest.FromString(request)
                )
                return b""
            if not self.stack.done():
                self.stack.set_result(None)
            try:
                result = _raw(self.pack.result(), method)(request)
            except grpc.RpcError as error:
                context.abort(error.code(), error.details())
            except ChildProcessError as error:
                context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
            return result

        return grpc.unary_unary_rpc_method_handler(answer)


def _raw(channel: grpc.Channel, method: str) -> Callable[[bytes], bytes]:
    """Return a call that takes and gives messages as they are on the wire."""
    call: Callable[[bytes], bytes] = channel.unary_unary(
        method, request_serializer=None, response_deserializer=None
    )
    return call


def _stack_environment(stack: Any) -> Mapping[str, str]:
    if stack is None:
        return {}
    return {
        "PULUMI_ORGANIZATION": stack.organization,
        "PULUMI_PROJECT": stack.project,
        "PULUMI_STACK": stack.stack,
        "PULUMI_DRY_RUN": str(stack.dry_run).lower(),
        "PULUMI_CONFIG": json.dumps(dict(stack.config)),
    }


def _start_pack(
    request: Any, environment: Mapping[str, str], context: Any
) -> subprocess.Popen[bytes]:
    folder = request.info.program_directory
    process = subprocess.Popen(
        [_interpreter(request.info), "-u", "-m", "pulumi.policy", *request.args, folder],
        cwd=folder,
        env={**os.environ, **dict(entry.split("=", 1) for entry in request.env), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    context.add_callback(process.kill)
    return process


def _stream(process: subprocess.Popen[bytes]) -> Iterator[Any]:
    chunks: queue.Queue[tuple[str, bytes]] = queue.Queue()

    def pump(name: str, pipe: IO[bytes]) -> None:
        for line in pipe:
            chunks.put((name, line))
        chunks.put((name, b""))

    assert process.stdout
    assert process.stderr
    for name, pipe in (("stdout", process.stdout), ("stderr", process.stderr)):
        threading.Thread(target=pump, args=(name, pipe), daemon=True).start()
    open_pipes = 2
    while open_pipes:
        name, line = chunks.get()
        if not line:
            open_pipes -= 1
        elif name == "stdout":
            yield language_pb2.RunPluginResponse(stdout=line)
        else:
            yield language_pb2.RunPluginResponse(stderr=line)
    yield language_pb2.RunPluginResponse(exitcode=process.wait())


def _options(info: Any) -> dict[str, Any]:
    options: dict[str, Any] = json_format.MessageToDict(info.options)
    return options


def _interpreter(info: Any) -> str:
    virtualenv = _options(info).get("virtualenv")
    if not virtualenv:
        return _ambient_python()
    return str(_python_of(Path(info.root_directory) / virtualenv))


def _python_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def _ambient_python() -> str:
    return os.environ.get("PULUMI_PYTHON_CMD", "python3")


def main() -> None:
    server = grpc.server(ThreadPoolExecutor(16), options=OPTIONS)
    host = LanguageHost(sys.argv[-1])
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
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
