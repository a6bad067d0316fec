"""Stand-ins for commands such as `pulumi` and `docker`: scripts that note how they were called."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = """\
#!/bin/sh
name="{name}"
cd "{folder}" || exit 99
echo "$*" >> "$name.log"
env > "$name.env"
[ "$1 $2" = "config set" ] && cat > "$name-stdin-$4"
for answer in "$name $1 $2" "$name $1" "$name"; do
  [ -f "$answer does" ] && . "./$answer does"
  if [ -f "$answer" ]; then cat "$answer"; exit 0; fi
  if [ -f "$answer fails" ]; then cat "$answer fails" >&2; exit 1; fi
done
"""


@dataclass(frozen=True)
class Commands:
    """A folder of stand-ins, first on PATH; each succeeds and prints nothing unless told."""

    folder: Path

    def calls(self, name: str) -> list[str]:
        """The arguments of each call so far."""
        log = self.folder / f"{name}.log"
        return log.read_text().splitlines() if log.exists() else []

    def answer(self, call: str, text: str) -> None:
        """Let a command print `text`; `call` is its name and up to two arguments."""
        (self.folder / call).write_text(text)

    def fail(self, call: str, text: str) -> None:
        """Let a command fail with `text`."""
        (self.folder / f"{call} fails").write_text(text)

    def do(self, call: str, script: str) -> None:
        """Let a command run these lines of shell first."""
        (self.folder / f"{call} does").write_text(script)

    def stdin(self, name: str, key: str) -> str:
        """What was given on standard input to `config set --secret KEY`."""
        return (self.folder / f"{name}-stdin-{key}").read_text()

    def environment(self, name: str) -> dict[str, str]:
        """The environment of the last call."""
        lines = (self.folder / f"{name}.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> Commands:
    """Put stand-ins for the named commands first on PATH."""
    folder, notes = tmp_path / "commands", tmp_path / "notes"
    folder.mkdir()
    notes.mkdir()
    for name in names:
        script = folder / name
        script.write_text(SCRIPT.format(name=name, folder=notes))
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return Commands(notes)
