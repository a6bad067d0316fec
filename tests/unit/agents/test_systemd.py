"""What the script tells systemd, with a stand-in for systemctl that notes what it is asked."""

import subprocess

import pytest

from agents import alloy
from agents.script import render
from agents.spec import HostSpec
from tests.unit.agents.specs import FULL

SPEC = HostSpec(name="pve1", listen="0.0.0.0:9100", collectors=["updates"])
UNIT = "prometheus-node-exporter.service"
TIMER = "observability-textfile-updates.timer"
TIMER_FILE = f"/etc/systemd/system/{TIMER}"
STUBS = """
systemd_runs() { true; }
systemctl() {
  case "$*" in
    "is-enabled --quiet "* | "is-active --quiet "*) [ "$state" = on ] ;;
    "is-enabled "*) echo enabled ;;
    *) echo "systemctl $*" ;;
  esac
}
"""


def told(steps: str, *, mode: str = "apply", state: str = "on", spec: HostSpec = SPEC) -> list[str]:
    """The lines that the steps print, on a host whose units are on or off."""
    body = render(spec).rstrip("\n").rsplit("\n", 1)[0]
    text = f"{body}\n{STUBS}\nmode={mode}\nstate={state}\n{steps}\n"
    done = subprocess.run(["sh", "-s"], input=text, text=True, capture_output=True, check=True)
    return done.stdout.splitlines()


def test_all_on_and_unchanged() -> None:
    """Nothing is asked of systemd."""
    assert [] == told("start_units")


def test_off_is_switched_on() -> None:
    """Now and after a boot."""
    assert [
        f"started {UNIT}",
        f"systemctl enable --quiet --now {UNIT}",
        f"started {TIMER}",
        f"systemctl enable --quiet --now {TIMER}",
    ] == told("start_units", state="off")


def test_what_has_changed_is_restarted() -> None:
    """The unit that follows the changed file, and no other."""
    assert [f"restarted {TIMER}", f"systemctl restart {TIMER}"] == told(
        f"changed_files=' {TIMER_FILE}'\nstart_units"
    )


@pytest.mark.parametrize("path", [alloy.CONFIG, alloy.CA])
def test_log_agent_follows_its_config_and_its_authority(path: str) -> None:
    """Whichever of the two has changed, Alloy is restarted."""
    assert ["restarted alloy.service", "systemctl restart alloy.service"] == told(
        f"changed_files=' {path}'\nstart_units", spec=FULL
    )


def test_a_package_starts_its_own_unit() -> None:
    """What was installed a moment ago has started with our drop-in already there."""
    assert all(
        UNIT not in line
        for line in told("fresh_packages=' prometheus-node-exporter'\nstart_units", state="off")
    )


def test_dry_run_tells_systemd_nothing() -> None:
    """It says what would be started or restarted."""
    changed = f"state=on\nchanged_files=' {TIMER_FILE}'\nstart_units"

    lines = told(f"start_units\nreload\nstop_unit {TIMER}\n{changed}", mode="dry-run", state="off")

    assert [f"would start {UNIT}", f"would start {TIMER}", f"would restart {TIMER}"] == lines


def test_a_timer_ends_before_its_file_goes() -> None:
    """Systemd keeps no timer of a unit that isn't there."""
    assert [f"systemctl disable --quiet --now {TIMER}"] == told(f"timer_of {TIMER_FILE}")
    assert [] == told("timer_of /usr/local/lib/observability/updates")
