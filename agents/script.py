"""Renders the one script that a host gets: plain text to read, run as root by `sh`."""

import shlex
from collections.abc import Iterator

from agents import alloy, owned
from agents.owned import FILES, OwnedFile, Unit
from agents.spec import HostSpec

END = "END_OF_FILE"


def render(spec: HostSpec) -> str:
    """The script; its last line runs it, so that half of it does nothing."""
    files = owned.files(spec)
    parts = [
        _head(spec),
        *(_content(place, file) for place, file in enumerate(files)),
        (FILES / "engine.sh").read_text(),
        (FILES / "steps.sh").read_text(),
        _plan(spec, files),
        'main "$@" < /dev/null\n',
    ]
    return "\n".join(parts)


def _head(spec: HostSpec) -> str:
    fetched = [alloy.KEY] if spec.logs else []
    paths = [file.path for file in owned.files(spec)]
    wanted = [*paths, *fetched, *owned.outputs(spec)]
    return f"""\
#!/bin/sh
# Exporters for the host {_comment(spec.name)}, by `make agents`.
#
#   sh THIS apply            puts what is missing or has changed, and takes away what is not wanted
#   sh THIS dry-run          says what `apply` would do
#   sh THIS remove           takes away what is ours, and nothing else
#   sh THIS dry-run remove   says what `remove` would do
#
# What follows is every file that is put, then the steps. No secret is in here.
set -eu

collectors={shlex.quote(" ".join(spec.collectors))}
wanted_packages={shlex.quote(" ".join(owned.packages(spec)))}
owned_folders={shlex.quote(" ".join(owned.folders()))}
wanted_files={_lines(wanted)}
"""


def _content(place: int, file: OwnedFile) -> str:
    """A function that prints what the file holds."""
    plain = _here(file.content)
    if file.in_container is None:
        body = plain
    else:
        body = f"if in_container; then\n{_here(file.in_container)}else\n{plain}fi\n"
    return f"# {_comment(file.path)}\nfile_{place}() {{\n{body}}}\n"


def _here(text: str) -> str:
    """A here-document that nothing in the text can end or expand."""
    end = END
    while end in text.splitlines():
        end += "_"
    return f"cat << '{end}'\n{text}{'' if text.endswith(chr(10)) else chr(10)}{end}\n"


def _plan(spec: HostSpec, files: list[OwnedFile]) -> str:
    puts = [
        f"  put_file {shlex.quote(file.path)} {file.mode} file_{place}"
        for place, file in enumerate(files)
    ]
    claims = [f"  claim {shlex.quote(path)}" for path in owned.outputs(spec)]
    steps = {
        "put_files": [*puts, *claims],
        "put_packages": [f"  put_package {name}" for name in owned.packages(spec)],
        "start_units": [_run(unit) for unit in owned.units(spec)],
    }
    if spec.logs:
        steps["put_files"].append(f"  fetch_file {alloy.KEY} {alloy.KEY_URL}")
    return "\n".join(_functions(steps))


def _run(unit: Unit) -> str:
    follows = " ".join(unit.follows)
    return f"  run_unit {shlex.quote(unit.name)} {shlex.quote(follows)} {unit.package}"


def _functions(steps: dict[str, list[str]]) -> Iterator[str]:
    for name, lines in steps.items():
        yield f"{name}() {{\n" + "\n".join(lines) + "\n}\n"


def _lines(words: list[str]) -> str:
    """Words in quotes, one a line, as a person reads them; they are searched with spaces."""
    return '"' + " \\\n".join(words) + '"'


def _comment(text: str) -> str:
    """The text on one line, whatever is in it."""
    return text if text.isprintable() else repr(text)
