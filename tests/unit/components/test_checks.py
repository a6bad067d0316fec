"""The checks of the configs end, whatever the tools do."""

import shutil

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
