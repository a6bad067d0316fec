"""Has the servers' own tools check their configs, before anything is registered."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

import pulumi

from components.rendering import Files
from toolchain.cache import tool

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
    to_check = {
        service: {**configs[service], **stand_ins.get(service, {})}
        for service in COMMANDS
        if service in configs and not NO_TOOL & set(configs[service])
    }
    with ThreadPoolExecutor() as pool:
        mistakes = list(filter(None, pool.map(_mistake, to_check, to_check.values())))
    if mistakes:
        raise pulumi.RunError("\n".join(mistakes))


def _mistake(service: str, files: Files) -> str:
    """What the service's tool has against its config; nothing where it is right."""
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
