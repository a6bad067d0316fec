"""Has the servers' own tools check their configs, before anything is registered."""

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

import pulumi

from components.rendering import Files
from toolchain.cache import root, tool

# What checks the config of a service, in the folder that it lies in.
COMMANDS: Mapping[str, Sequence[str]] = {
    "prometheus": ("promtool", "check", "config", "prometheus.yml"),
    "alertmanager": ("amtool", "check-config", "alertmanager.yml"),
    "loki": ("loki", "-config.file=loki.yaml", "-verify-config"),
    "blackbox-exporter": ("blackbox_exporter", "--config.check", "--config.file=blackbox.yml"),
    "docker-api": ("caddy", "validate", "--adapter", "caddyfile", "--config", "Caddyfile"),
    "gateway": ("caddy", "validate", "--config", "Caddyfile", "--adapter", "caddyfile"),
    "log-agent": ("promtail", "-config.file=promtail.yaml", "-check-syntax"),
}
NO_TOOL = {"config.alloy"}  # nothing here reads Alloy's configs
SECONDS = 60


def check(
    configs: Mapping[str, Files], stand_ins: Mapping[str, Files] = MappingProxyType({})
) -> None:
    """Stop the run with what the tools say where a config is wrong; `configs` are by service.

    The tools look for files with secrets, too: `stand_ins`, by service, take their places.
    """
    to_check = [
        service
        for service in COMMANDS
        if service in configs and not NO_TOOL & set(configs[service])
    ]
    files = [configs[service] for service in to_check]
    others = [stand_ins.get(service, {}) for service in to_check]
    with ThreadPoolExecutor() as pool:
        mistakes = list(filter(None, pool.map(_mistake, to_check, files, others)))
    if mistakes:
        raise pulumi.RunError("\n".join(mistakes))


def _mistake(service: str, files: Files, stand_ins: Files) -> str:
    """What the service's tool has against its config; nothing where it is right.

    The tools take longer than the rest of a preview, so that a config which the same tool has
    found right is remembered, by a digest.
    """
    program = COMMANDS[service][0]
    found_right = root() / "checked" / _digest(program, service, files, stand_ins)
    if found_right.exists():
        return ""
    mistake = _found_by_tool(service, {**files, **stand_ins})
    if not mistake:
        found_right.parent.mkdir(parents=True, exist_ok=True)
        found_right.touch()
    return mistake


def _digest(program: str, service: str, files: Files, stand_ins: Files) -> str:
    """Of all that the answer depends on; a stand-in's content is another one each time."""
    tool_itself = str(Path(tool(program)).resolve())
    known = [tool_itself, *COMMANDS[service], sorted(files.items()), sorted(stand_ins)]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def _found_by_tool(service: str, files: Files) -> str:
    program, *arguments = COMMANDS[service]
    with tempfile.TemporaryDirectory(prefix=f"check-{service}-") as folder:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        try:
            done = subprocess.run(
                [tool(program), *arguments],
                cwd=folder,
                # Caddy makes keys of its own for the check.
                env=os.environ | {"XDG_DATA_HOME": folder},
                capture_output=True,
                text=True,
                check=False,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return f"the config of {service} can't be checked: {program} took over {SECONDS} s"
    if done.returncode == 0:
        return ""
    said = (done.stderr.strip() or done.stdout.strip()).replace(f"{folder}/", "")
    return f"the config of {service} is wrong, says {program}:\n{said}"
