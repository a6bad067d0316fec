"""What `make` asks of Grafana is asked by the way that leads there: TLS of our own, a tunnel."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from operate import foreign, record, refresh, report
from operate.stack import OperateError, Stack
from tests.certificates import Authority
from tests.unit.commands import Commands
from tests.unit.verify.fake import PASSWORD, FakeGrafana, running

ASKING: dict[str, Callable[[Stack], object]] = {
    "report": report.report,
    "record": record.record,
}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGrafana]:
    """A Grafana behind a certificate of an authority that nobody knows."""
    authority = Authority.of("stack test")
    with running() as server:
        # Who doesn't trust it hangs up.
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        context = authority.server_context(tmp_path, "127.0.0.1")
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        server.label_values["job"] = ["node"]
        outputs = {
            "grafana-url": f"https://127.0.0.1:{server.server_port}",
            "grafana-user": "admin",
            "gateway-ca": authority.certificate,
        }
        monkeypatch.setattr(Stack, "outputs", lambda _stack: outputs)
        monkeypatch.setattr(Stack, "secret", lambda _stack, _name: PASSWORD)
        monkeypatch.setattr(record, "CHECKOUT", tmp_path)
        monkeypatch.setattr(record, "FOLDER", tmp_path / "recorded")
        yield server


@pytest.mark.parametrize("asking", ASKING)
def test_the_gateways_authority_is_trusted(asking: str, server: FakeGrafana) -> None:
    """It is one of the stack's outputs."""
    ASKING[asking](Stack("test"))

    assert server.paths


@pytest.mark.parametrize("asking", ASKING)
def test_another_authority_is_not(
    asking: str, server: FakeGrafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No password goes to whoever has the address."""
    outputs = Stack("test").outputs() | {"gateway-ca": Authority.of("another").certificate}
    monkeypatch.setattr(Stack, "outputs", lambda _stack: outputs)

    with pytest.raises(OperateError, match="certificate verify failed"):
        ASKING[asking](Stack("test"))

    assert [] == server.paths


@pytest.mark.parametrize("asking", ASKING)
def test_asks_through_the_tunnel(
    asking: str, server: FakeGrafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is open before the first question, and closed after the last."""
    seen = []

    @contextmanager
    def open_tunnel(stack: Stack) -> Iterator[None]:
        seen.append((stack.name, len(server.paths)))
        yield
        seen.append((stack.name, len(server.paths)))

    for module in (report, record):
        monkeypatch.setattr(module, "open_tunnel", open_tunnel)

    ASKING[asking](Stack("test"))

    assert [("test", 0), ("test", len(server.paths))] == seen
    assert server.paths


def test_what_the_state_trusts_is_trusted(server: FakeGrafana, commands: Commands) -> None:
    """Before a preview, Grafana is asked with the login and the authority that the state has."""
    outputs = Stack("test").outputs()
    provider = {"url": outputs["grafana-url"], "auth": f"admin:{PASSWORD}"}
    resources = [
        {"type": "grafana:oss/folder:Folder", "inputs": {}},
        {
            "type": refresh.GRAFANA_PROVIDER,
            "inputs": provider | {"caCert": outputs["gateway-ca"]},
        },
    ]
    commands.answer("pulumi stack export", json.dumps({"deployment": {"resources": resources}}))

    assert () == refresh.flags_for_preview(Stack("test"))
    assert ["/api/org"] == server.paths


def test_a_grafana_that_isnt_reached_keeps_its_folders(server: FakeGrafana) -> None:
    """What lies in them can't be known then; one line says so."""
    server.status = 502

    with pytest.raises(OperateError, match="answers 502"):
        foreign.refuse_to_delete_them(Stack("test"))
