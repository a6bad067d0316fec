"""What the hosts' collectors print is what promtool takes for well-formed metrics."""

import subprocess
from pathlib import Path

import pytest

from tests.unit.agents.hostcommands import Host
from tests.unit.agents.specs import ALL
from toolchain.cache import tool


@pytest.mark.parametrize("name", ALL)
def test_metrics_are_well_formed(name: str, tmp_path: Path) -> None:
    """Names, types and help texts pass promtool's lint."""
    host = Host(tmp_path)
    host.install()
    assert host.collect(name).returncode == 0

    done = subprocess.run(
        [tool("promtool"), "check", "metrics"],
        input=host.output(name),
        text=True,
        capture_output=True,
        check=False,
    )

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
