"""One Pulumi stack as `make` sees it: its files, its secrets and the CLI."""

import json
import os
import secrets
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import yaml

from operate import template
from toolchain import images
from toolchain.cache import CHECKOUT, SetupError, data
from toolchain.say import say

PROJECT = "observability"
GENERATED_SECRETS = ("grafana-admin-password", "stack-secret")
PASSPHRASE_VARIABLES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


class OperateError(SetupError):
    """A mistake that the user can mend; its text is the one line that is shown."""


@dataclass(frozen=True)
class Stack:
    """A stack by name; its config lies in the checkout, its passphrase in the user's data."""

    name: str
    checkout: Path = CHECKOUT
    project: ClassVar[str] = PROJECT

    @property
    def label(self) -> str:
        """The name that its Docker objects carry."""
        return self.name

    @property
    def config_file(self) -> Path:
        """The user's own stack file, which git ignores."""
        return self.checkout / f"Pulumi.{self.name}.yaml"

    @property
    def passphrase_file(self) -> Path:
        """The passphrase of the stack's secrets, mode 0600."""
        return data() / "passphrases" / self.name

    @cached_property
    def environment(self) -> dict[str, str]:
        """What the CLI needs for this stack, the passphrase included unless the user gave one."""
        env = dict(os.environ)
        if not any(name in env for name in PASSPHRASE_VARIABLES):
            env["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(self.passphrase_file)
        return env

    @property
    def settings(self) -> dict[str, Any]:
        """The raw `stack` object of the stack file, unvalidated."""
        settings = self.config.get(f"{self.project}:stack")
        return settings if isinstance(settings, dict) else {}

    @property
    def docker_host(self) -> str:
        """The Docker daemon that the stack's containers run on."""
        return str(self.settings.get("docker-host", "unix:///var/run/docker.sock"))

    @property
    def password_name(self) -> str:
        """Name of the secret that opens Grafana: ours, unless a setting names another."""
        inner: object = self.settings
        for key in ("grafana", "admin-password", "secret"):
            inner = inner.get(key) if isinstance(inner, dict) else None
        return str(inner or GENERATED_SECRETS[0])

    @property
    def generated_secrets(self) -> tuple[str, ...]:
        """Names of the secrets that `make up` makes where they don't exist."""
        inner: object = self.settings
        for key in ("gateway", "log-push", "hosts"):
            inner = inner.get(key) if isinstance(inner, dict) else None
        entries = inner.values() if isinstance(inner, dict) else ()
        named = [_secret_in(entry, "password") for entry in entries]
        return (self.password_name, GENERATED_SECRETS[1], *sorted(filter(None, named)))

    @property
    def runs_local_images(self) -> bool:
        """Whether the stack's images are those that are made here."""
        section = self.settings.get("images")
        return isinstance(section, dict) and section.get("source") == "local"

    @property
    def config(self) -> dict[str, Any]:
        """The keys of the stack file's `config`, secrets encrypted."""
        if not self.config_file.exists():
            return {}
        try:
            content = yaml.safe_load(self.config_file.read_text())
        except (yaml.YAMLError, ValueError) as error:  # ValueError: no UTF-8, no such date
            place = getattr(error, "problem_mark", None)
            where = f" in line {place.line + 1}" if place else ""
            raise OperateError(f"{self.config_file.name} is not YAML{where}") from None
        config = content.get("config") if isinstance(content, dict) else None
        return config if isinstance(config, dict) else {}

    def run(self, *arguments: str) -> int:
        """Run `pulumi` with its output on the terminal; its exit status.

        An interrupt reaches `pulumi` too, which then ends in an orderly way: it is waited for.
        """
        command = ["pulumi", *arguments, "--stack", self.name, "--non-interactive"]
        with subprocess.Popen(command, cwd=self.checkout, env=self.environment) as child:
            while True:
                try:
                    return child.wait()
                except KeyboardInterrupt:
                    continue

    def ask(self, *arguments: str, stdin: str | None = None) -> str:
        """Run `pulumi` and return what it printed; an OperateError with its message otherwise."""
        return self._answer(*arguments, "--stack", self.name, stdin=stdin)

    def _answer(self, *arguments: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.checkout,
            env=self.environment,
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            message = " ".join(done.stderr.split()) or "no message"
            raise OperateError(f"pulumi {' '.join(arguments[:2])}: {message}")
        return done.stdout

    def exists(self) -> bool:
        """Whether the backend knows the stack."""
        stacks = json.loads(self._answer("stack", "ls", "--json"))
        return any(stack["name"].rsplit("/", 1)[-1] == self.name for stack in stacks)

    def grafana_password(self) -> str:
        """Grafana's admin password, as the stack file has it."""
        return self.secret(self.password_name)

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs; secret ones are not shown."""
        outputs: dict[str, Any] = json.loads(self.ask("stack", "output", "--json"))
        return outputs

    def secret(self, name: str) -> str:
        """The value of a config secret."""
        return self.ask("config", "get", f"{self.project}:{name}").rstrip("\n")

    def set_secret(self, name: str, value: str) -> None:
        """Encrypt a config secret into the stack file."""
        self.ask("config", "set", "--secret", f"{self.project}:{name}", stdin=value)

    def set_setting(self, path: str, value: str) -> None:
        """Write a setting, by its names with points between, into the stack file."""
        key = f"{self.project}:stack.{path}"
        self.ask("config", "set", "--path", key, "--plaintext", stdin=value)


def _secret_in(entry: object, key: str) -> str:
    """The secret that a setting of a raw section names; nothing where it doesn't."""
    inner = entry.get(key) if isinstance(entry, dict) else None
    name = inner.get("secret") if isinstance(inner, dict) else None
    return name if isinstance(name, str) else ""


def prepare(stack: Stack) -> None:
    """Make the user's stack file, passphrase and generated secrets where they don't exist yet."""
    of_its_name = stack.checkout / "stacks" / f"{stack.name}.yaml"
    initialise(stack, lambda: template.copy(of_its_name, stack.config_file))
    generate_secrets(stack, stack.generated_secrets)
    images.ensure("local" if stack.runs_local_images else "upstream")


def initialise(stack: Stack, write_file: Callable[[], None]) -> None:
    """Make the stack, where it isn't there yet, with the file that `write_file` makes for it."""
    known = stack.exists()
    if not stack.config_file.exists():
        if known:
            _take_from_state(stack)
        else:
            write_file()
    _make_passphrase(stack)
    if not known:
        stack.ask("stack", "init")
        stack.config_file.chmod(0o600)


def generate_secrets(stack: Stack, names: Iterable[str]) -> None:
    """Make up the secrets that the stack file doesn't hold yet."""
    present = stack.config
    for name in names:
        if f"{stack.project}:{name}" not in present:
            stack.set_secret(name, secrets.token_urlsafe(24))


def _take_from_state(stack: Stack) -> None:
    """The stack file as it was at the last `up`, for another clone of the repository."""
    stack.ask("config", "refresh", "--force")
    stack.config_file.chmod(0o600)
    say(f"{stack.config_file.name} is taken from the last `make up`, settings and secrets.")


def _make_passphrase(stack: Stack) -> None:
    if any(name in os.environ for name in PASSPHRASE_VARIABLES) or stack.passphrase_file.exists():
        return
    if stack.config_file.exists() and "encryptionsalt" in stack.config_file.read_text():
        raise OperateError(
            f"{stack.config_file.name} has secrets, but their passphrase is gone: put it back in "
            f"{stack.passphrase_file} or set PULUMI_CONFIG_PASSPHRASE_FILE"
        )
    stack.passphrase_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(stack.passphrase_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32))
