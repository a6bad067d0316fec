"""The checks of the configs end, whatever the tools do."""

import shutil
from pathlib import Path

import pulumi
import pytest

from components import checks


def test_tool_that_hangs_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """`up` stops with the tool's name instead of a traceback."""
    monkeypatch.setattr(checks, "tool", lambda _: shutil.which("cat"))
    monkeypatch.setitem(checks.COMMANDS, "loki", ("loki", "/dev/zero"))
    monkeypatch.setattr(checks, "SECONDS", 0)

    with pytest.raises(pulumi.RunError) as caught:
        checks.check({"loki": {"loki.yaml": ""}})

    assert "the config of loki can't be checked: loki took over 0 s" == str(caught.value)


def test_right_config_is_checked_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not again by the same tool; another content is, and a wrong one every time."""
    calls = tmp_path / "calls"
    program = tmp_path / "loki"
    program.write_text(f"#!/bin/sh\necho call >> {calls}\ngrep -q right loki.yaml\n")
    program.chmod(0o755)
    monkeypatch.setattr(checks, "tool", lambda _: str(program))
    monkeypatch.setattr(checks, "root", lambda: tmp_path / "cache")

    def made(content: str) -> int:
        """How often the tool has run when this has been checked twice."""
        for _ in range(2):
            try:
                checks.check({"loki": {"loki.yaml": content}})
            except pulumi.RunError:
                continue
        return len(calls.read_text().splitlines())

    assert 1 == made("right")
    assert 2 == made("right too")
    assert 4 == made("wrong")
