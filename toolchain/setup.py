"""`make setup`: puts together all that the other targets need, and says what it does.

Usage: toolchain/run [--only-python] [COMMAND [ARGUMENT ...]]
The command runs with the tools on PATH and Pulumi's settings in its environment.
"""

import fcntl
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from toolchain import dockerd, images, python_env, services_context, targets
from toolchain.cache import CHECKOUT, SetupError, data, digest, profile, root
from toolchain.say import run_step, say


def main(arguments: Sequence[str]) -> int:
    """Set up, then become the given command; 1 and one line where something is missing."""
    only_python = bool(arguments) and arguments[0] == "--only-python"
    command = list(arguments[1:] if only_python else arguments)
    try:
        if only_python and python_env.ready():
            python_only()
        else:
            with _one_at_a_time():
                python_only() if only_python else everything()
    except SetupError as error:
        say(f"setup: {error}")
        return 1
    if command:
        os.execvpe(command[0], command, environment())  # noqa: S606 (the caller's own command)
    say(f"Everything is set up, in {root()}.")
    return 0


def python_only() -> None:
    """The virtual environment, for targets that need nothing else."""
    venv = python_env.provide()
    (profile() / "bin").mkdir(parents=True, exist_ok=True)
    _link(profile() / "venv", venv)
    _link(CHECKOUT / ".venv", venv)


def everything() -> None:
    """The virtual environment, tools, plugins, a Docker daemon and images."""
    python_only()
    services_context.SERVICES.ensure()
    services_context.SIMULATOR.ensure()
    rows = targets.all_targets().values()
    for target in rows:
        if target.commands:
            _link_programs(targets.provide(target))
    pulumi_home = _plugins([target for target in rows if target.plugin])
    _link(profile() / "pulumi-home", pulumi_home)
    dockerd.ensure()
    images.ensure(images.decide_source())


def environment() -> dict[str, str]:
    """What `pulumi` and our own commands need; the user's own settings of Pulumi are kept."""
    path = [profile() / "bin", profile() / "venv" / "bin", os.environ.get("PATH", os.defpath)]
    ours = {
        "PATH": os.pathsep.join(map(str, path)),
        "VIRTUAL_ENV": str(profile() / "venv"),
        "PULUMI_HOME": str(profile() / "pulumi-home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PYTHONPATH": str(CHECKOUT),
    }
    # Without files of metadata beside the state: it is replaced in one step and they are not, so
    # that a killed Pulumi would leave an empty one, with which it reads the state no more.
    defaults = {"PULUMI_BACKEND_URL": f"file://{_state_folder()}?metadata=skip"}
    return defaults | os.environ | ours


def _state_folder() -> Path:
    folder = data() / "state"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two set-ups at once would build the same thing twice."""
    root().mkdir(parents=True, exist_ok=True)
    with (root() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another `make` is setting up; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _link_programs(folder: Path) -> None:
    for program in (folder / "bin").iterdir():
        _link(profile() / "bin" / program.name, program)


def _link(link: Path, to: Path) -> None:
    if link.is_symlink() and link.readlink() == to:
        return
    new = link.with_name(f"{link.name}.{os.getpid()}.new")  # two may run at once
    new.unlink(missing_ok=True)
    new.symlink_to(to)
    new.replace(link)


def _plugins(plugins: Sequence[targets.Target]) -> Path:
    """A PULUMI_HOME of our own with the plugins in it, so that the user's own are left alone."""
    home = root() / "pulumi-homes" / digest([], [plugin.key for plugin in plugins])
    for plugin in plugins:
        marker = home / f"{plugin.plugin}.installed"
        if not marker.exists():
            home.mkdir(parents=True, exist_ok=True)
            _install_plugin(plugin, home)
            marker.touch()
    return home


def _install_plugin(plugin: targets.Target, home: Path) -> None:
    pulumi: list[str | Path] = [
        profile() / "bin" / "pulumi",
        "plugin",
        "install",
        "resource",
        plugin.plugin,
    ]
    env = os.environ | {"PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    server = ["--server", plugin.server] if plugin.server else []
    say(f"  getting plugin {plugin.plugin} {plugin.version} ...")
    download = subprocess.run(
        [*pulumi, plugin.version, *server], env=env, capture_output=True, check=False
    )
    if download.returncode == 0:
        say(f"  plugin {plugin.plugin} {plugin.version}: official release downloaded")
        return
    built = targets.provide(plugin) / "bin" / f"pulumi-resource-{plugin.plugin}"
    run_step(
        f"installing the {plugin.plugin} plugin",
        [*pulumi, f"v{plugin.version}", "--file", built, "--reinstall"],
        log=root() / "logs" / "plugins.log",
        env=env,
    )
