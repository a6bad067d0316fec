"""What is recorded of the real servers' series."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from operate import record
from operate.record import is_lasting, line, write
from operate.stack import OperateError, Stack
from tests.unit.verify.fake import FakeGrafana, running


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGrafana]:
    """A Grafana with one job behind it; recordings go to a checkout of their own."""
    with running() as server:
        server.label_values["job"] = ["node"]
        server.series = [{"__name__": "up", "job": "node", "host": "mon", "instance": "mon:9100"}]
        monkeypatch.setattr(record, "CHECKOUT", tmp_path)
        monkeypatch.setattr(record, "FOLDER", tmp_path / "recorded")
        monkeypatch.setattr(record, "grafana_of", lambda _stack: server.client)
        yield server


def test_each_job_is_recorded(
    server: FakeGrafana, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One file a job, asked for through Grafana's data source proxy."""
    status = record.record(Stack("local"))
    text = (tmp_path / "recorded" / "node.txt").read_text()

    assert 0 == status
    assert 'up{host="host", instance="instance", job="node"}\n' == text
    assert "recorded/node.txt: 1 series\n" == capsys.readouterr().out
    assert "match%5B%5D=%7Bjob%3D%22node%22%7D" in server.paths[-1]


def test_a_grafana_that_refuses_leaves_the_old_recordings(
    server: FakeGrafana, tmp_path: Path
) -> None:
    """One clear line, and nothing is half written."""
    server.status = 502

    with pytest.raises(OperateError, match="answers 502"):
        record.record(Stack("local"))

    assert not (tmp_path / "recorded").exists()


def test_the_machine_isnt_named() -> None:
    """Names, addresses and serial numbers become the label's own name; the rest stays."""
    series = {
        "__name__": "node_network_info",
        "job": "node",
        "host": "mon",
        "instance": "172.18.0.1:9100",
        "address": "02:42:ac:12:00:02",
        "device": "eth0",
    }
    expected = (
        'node_network_info{address="address", device="eth0", host="host", '
        'instance="instance", job="node"}'
    )

    assert expected == line(series)


def test_containers_are_not_named() -> None:
    """Which ones run is the machine's business; elsewhere, a name may say what is measured."""
    labels = {"__name__": "x", "name": "obs-local-web", "id": "/docker/ab"}

    assert 'x{id="id", job="cadvisor", name="name"}' == record.line(labels | {"job": "cadvisor"})
    assert 'x{id="/docker/ab", job="web", name="obs-local-web"}' == record.line(
        labels | {"job": "web"}
    )


def test_values_are_quoted() -> None:
    """Quotes, backslashes and line breaks, as PromQL writes them."""
    assert 'm{a="x\\"y\\\\z\\n"}' == line({"__name__": "m", "a": 'x"y\\z\n'})


@pytest.mark.parametrize(
    ("labels", "lasting"),
    [
        ({"__name__": "up"}, True),
        ({"__name__": "ALERTS"}, False),
        ({"__name__": "ALERTS_FOR_STATE"}, False),
        ({"__name__": "instance:cpu_util:ratio_rate5m"}, False),
        ({"__name__": "node_network_up", "device": "veth12ab"}, False),
        ({"__name__": "node_network_up", "device": "eth0"}, True),
        ({"__name__": "node_filesystem_avail_bytes", "mountpoint": "/"}, True),
        ({"__name__": "node_filesystem_avail_bytes", "mountpoint": "/var/lib"}, True),
        ({"__name__": "node_filesystem_avail_bytes", "mountpoint": "/home/jane"}, False),
        ({"__name__": "request_seconds_bucket", "le": "0.1"}, False),
        ({"__name__": "request_seconds_bucket", "le": "+Inf"}, True),
    ],
)
def test_only_what_lasts_is_recorded(labels: dict[str, str], lasting: bool) -> None:
    """Nothing that is ours, random, private or repeated."""
    assert lasting is is_lasting(labels)


def test_recordings_are_sorted_without_repetition(tmp_path: Path) -> None:
    """Two hosts with the same exporter are one line; the order of the answer doesn't matter."""
    series = [
        {"__name__": "up", "host": "b"},
        {"__name__": "go_info", "host": "a"},
        {"__name__": "up", "host": "a"},
    ]

    path = write(tmp_path / "recorded", "node", series)

    assert 'go_info{host="host"}\nup{host="host"}\n' == path.read_text()
    assert path.read_text() == write(tmp_path, "node", reversed(series)).read_text()
