#!/usr/bin/env python3
"""A Pulumi language host for Python, for machines that can't download the official one.

It runs the program with `pulumi-language-python-exec`, which comes from the same SDK release and
lies beside this file. Usage: pulumi-language-python [FLAG ...] ENGINE-ADDRESS
"""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent import futures
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

EXPLAINED = 32  # the exec script's status for "I have told the user already"
MAX_MESSAGE_BYTES = 400 * 1024 * 1024  # what Pulumi's own hosts allow
LOOK_UP_SECONDS = 1
HERE = Path(__file__).resolve().parent


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """The calls that an engine of Pulumi 3 makes for a program."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    def Handshake(self, request: Any, _context: Any) -> Any:
        self.engine = request.engine_address or self.engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def GetRequiredPackages(self, _request: Any, _context: Any) -> Any:
        # `make setup` has installed the plugins; the engine asks for them when they are used.
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, _request: Any, _context: Any) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def About(self, _request: Any, _context: Any) -> Any:
        version = sys.version.split(maxsplit=1)[0]
        return language_pb2.AboutResponse(executable=sys.executable, version=version)

    def GetProgramDependencies(self, _request: Any, _context: Any) -> Any:
        installed = [
            language_pb2.DependencyInfo(name=found.metadata["Name"], version=found.version)
            for found in metadata.distributions()
        ]
        return language_pb2.GetProgramDependenciesResponse(dependencies=installed)

    def RuntimeOptionsPrompts(self, _request: Any, _context: Any) -> Any:
        return language_pb2.RuntimeOptionsResponse()

    def Cancel(self, _request: Any, _context: Any) -> Any:
        return empty_pb2.Empty()

    def Run(self, request: Any, context: Any) -> Any:
        config = json.dumps(dict(request.config))
        secret_keys = json.dumps(list(request.configSecretKeys))
        child = subprocess.Popen(
            self._command(request),
            env=os.environ | {"PULUMI_CONFIG": config, "PULUMI_CONFIG_SECRET_KEYS": secret_keys},
            stdout=sys.stderr,  # standard output is the engine's, for the port number
            stderr=sys.stderr,
        )
        context.add_callback(lambda: child.terminate() if child.poll() is None else None)
        status = child.wait()
        if status in (0, EXPLAINED):
            return language_pb2.RunResponse(bail=status == EXPLAINED)
        return language_pb2.RunResponse(error=f"the program exited with status {status}")

    def _command(self, request: Any) -> list[str]:
        entry = "" if request.info.entry_point == "." else request.info.entry_point
        return [
            self._python(request.info),
            "-u",
            str(HERE / "pulumi-language-python-exec"),
            *("--project", request.project),
            *("--stack", request.stack),
            *("--parallel", str(request.parallel)),
            *("--dry_run", "true" if request.dryRun else "false"),
            *("--pwd", request.pwd),
            *("--monitor", request.monitor_address),
            *("--engine", self.engine),
            *("--organization", request.organization or "organization"),
            *("--root_directory", request.info.root_directory),
            str(Path(request.info.program_directory) / entry),
            *request.args,
        ]

    @staticmethod
    def _python(info: Any) -> str:
        venv = dict(info.options).get("virtualenv")
        python = Path(info.root_directory) / venv / "bin" / "python" if venv else None
        return str(python) if python and python.exists() else sys.executable


def main() -> None:
    """Serve until told to stop or left alone; the engine reads the port from standard output."""
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: sys.exit())
    engine = os.getppid()
    limit = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]
    server = grpc.server(futures.ThreadPoolExecutor(8), options=limit)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(sys.argv[-1]), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    # An engine that was killed tells nobody.
    while os.getppid() == engine:
        time.sleep(LOOK_UP_SECONDS)


if __name__ == "__main__":
    main()
