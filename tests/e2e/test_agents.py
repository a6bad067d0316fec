"""`make agents` on a real Debian over a real ssh: put, changed and taken away."""

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from agents.owned import DROP_IN, LIBRARY, TEXTFILES, UNITS, timer_of
from operate import agents
from operate.stack import OperateError, Stack
from tests.e2e.debian_host import NAME, DebianHost, debian_host
from tests.e2e.eventually import eventually

NOTE = "note: systemd doesn't run here: files are put, nothing is started"
PUT_FIRST = [
    f"changed {DROP_IN}",
    f"changed {LIBRARY}/collect",
    f"changed {UNITS}/observability-textfile@.service",
    f"changed {LIBRARY}/updates",
    f"changed {UNITS}/{timer_of('updates')}",
    "installed prometheus-node-exporter",
]
CHANGED_LATER = [
    f"changed {DROP_IN}",
    f"changed {LIBRARY}/smart",
    f"changed {LIBRARY}/smart.awk",
    f"changed {UNITS}/{timer_of('smart')}",
    "installed smartmontools",
    f"removed {LIBRARY}/updates",
    f"removed {UNITS}/{timer_of('updates')}",
    f"removed {TEXTFILES}/observability-updates.prom",
]
Make = Callable[..., list[str]]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DebianHost]:
    """One host for all tests here, which stand in the order of its life."""
    with debian_host(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture
def make(
    host: DebianHost,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Make:
    """`make agents` with flags and settings of the host; the lines that it prints."""
    monkeypatch.setenv("PATH", str(host.folder / "bin"), prepend=":")
    monkeypatch.setenv("HOST", "web")

    def agents_of(*flags: str, status: int = 0, **settings: object) -> list[str]:
        for flag in ("DRY_RUN", "REMOVE", "SHOW"):
            monkeypatch.setenv(flag, "1" if flag in flags else "")
        hosts = {"web": {"address": NAME, **settings}}
        config = {"config": {"observability:stack": {"agents": {"hosts": hosts}}}}
        (tmp_path / "Pulumi.test.yaml").write_text(yaml.safe_dump(config))
        assert status == agents.agents(Stack("test", tmp_path))
        out, err = capfd.readouterr()
        return [*out.splitlines(), *err.splitlines()]

    return agents_of


def would(lines: list[str]) -> list[str]:
    """What a dry run says of these changes."""
    verbs = {"changed": "change", "installed": "install", "removed": "remove"}
    return [f"would {verbs[verb]} {what}" for verb, _, what in (x.partition(" ") for x in lines)]


@pytest.fixture(scope="module")
def before(host: DebianHost) -> set[str]:
    return host.everything()


def test_dry_run_changes_nothing(host: DebianHost, make: Make, before: set[str]) -> None:
    """It says what `apply` would do."""
    assert [NOTE, *would(PUT_FIRST)] == make("DRY_RUN")
    assert before == host.everything()


@pytest.mark.usefixtures("before")
def test_apply(make: Make) -> None:
    """A line for each change."""
    assert [NOTE, *PUT_FIRST] == make()


def test_second_apply_has_nothing_to_do(host: DebianHost, make: Make) -> None:
    """Nor has its dry run."""
    files = host.everything()

    assert [NOTE, "nothing to do"] == make()
    assert [NOTE, "nothing to do"] == make("DRY_RUN")
    assert files == host.everything()


def test_exporter_has_the_textfile_metrics(host: DebianHost) -> None:
    """The unit's own commands, run by hand, give the metrics of a container."""
    service = host.sh(f"cat '{UNITS}/observability-textfile@.service'")
    (command,) = (line for line in service.splitlines() if line.startswith("ExecStart="))
    host.sh(command.removeprefix("ExecStart=").replace("%i", "updates"))
    host.start_exporter(DROP_IN)

    text = eventually(lambda: host.metrics(9100), deadline=30)
    assert "\nnode_reboot_required 0\n" in text
    assert '\napt_updates_pending{type="security"} ' in text
    assert "\nnode_textfile_scrape_error 0\n" in text
    assert "\nnode_memory_MemTotal_bytes " in text
    assert "node_load1" not in text


def test_a_file_changed_by_hand_is_put_right(host: DebianHost, make: Make) -> None:
    """Content and mode are ours."""
    host.sh(f"echo '# mine' >> {LIBRARY}/updates; chmod 600 {LIBRARY}/collect")

    assert [
        NOTE,
        f"changed {LIBRARY}/collect",
        f"changed {LIBRARY}/updates",
    ] == make()


def test_dry_run_of_a_change(host: DebianHost, make: Make) -> None:
    """The lines are those of the change that follows, and nothing is done yet."""
    files = host.everything()

    lines = make("DRY_RUN", textfile=["smart"], listen="127.0.0.1:9101")

    assert [NOTE, *would(CHANGED_LATER)] == lines
    assert files == host.everything()


def test_change(host: DebianHost, make: Make) -> None:
    """What is no longer wanted goes, and the exporter listens where it is told."""
    assert [NOTE, *CHANGED_LATER] == make(textfile=["smart"], listen="127.0.0.1:9101")

    host.stop_exporter()
    host.start_exporter(DROP_IN)
    text = eventually(lambda: host.metrics(9101), deadline=30)
    assert "node_reboot_required" not in text
    host.stop_exporter()


def test_what_the_host_has_not_is_refused(host: DebianHost, make: Make) -> None:
    """Before anything is changed, in one line."""
    files = host.everything()

    lines = make(textfile=["zfs"], status=1)

    assert [NOTE, "agents: zfs is asked for, but this host has no zpool"] == lines
    assert files == host.everything()


def test_remove_leaves_nothing(host: DebianHost, make: Make, before: set[str]) -> None:
    """Files, folders and packages are as they were before the first run; a dry run says so."""
    files, announced = host.everything(), make("DRY_RUN", "REMOVE")
    assert files == host.everything()

    lines = make("REMOVE")

    assert [NOTE, *would(lines[1:])] == announced
    assert {"removed prometheus-node-exporter", "removed smartmontools"} <= set(lines)
    assert before == host.everything()
    assert [NOTE, "nothing to do"] == make("REMOVE")


def test_what_was_there_before_us_stays(host: DebianHost, make: Make) -> None:
    """A package that somebody else has installed isn't ours to remove."""
    host.sh("apt-get install -y -q --no-install-recommends prometheus-node-exporter")
    files = host.everything()

    make()
    lines = make("REMOVE")

    assert "removed prometheus-node-exporter" not in lines
    assert files == host.everything()


def test_a_file_that_is_not_ours_is_not_overwritten(host: DebianHost, make: Make) -> None:
    """Somebody's own drop-in of our name is a clear line, not a loss."""
    host.sh(f"mkdir -p {shlex.quote(str(Path(DROP_IN).parent))}; echo mine > {DROP_IN}")

    assert [NOTE, f"agents: {DROP_IN} exists and isn't ours: move it away"] == make(status=1)
    assert "mine\n" == host.sh(f"cat {DROP_IN}")


def test_an_unknown_host_key_is_refused(host: DebianHost, make: Make) -> None:
    """Nobody's key is taken on trust."""
    known = host.folder / "known_hosts"
    content = known.read_text()
    known.write_text("")
    try:
        with pytest.raises(OperateError, match=r"^ssh agents-host failed"):
            make()
    finally:
        known.write_text(content)
