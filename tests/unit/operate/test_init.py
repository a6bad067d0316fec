"""`make init`: what it asks, what it writes, and that it only reads."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from fakepve import FakePve

from operate import init
from operate.stack import OperateError, Stack
from proxmox.connection import Token
from proxmox.tls import readable
from settings import Settings
from tests.unit.commands import Commands
from tests.unit.proxmox.sites import AUDITOR, fingerprint_of, furnished
from tests.unit.settings.judge import accepted
from toolchain import images

SECRET = Token.parse(AUDITOR).secret


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody types, nothing is in the environment, and images come from upstream."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr(images, "decide_source", lambda: "upstream")
    for name in (init.ENDPOINT, init.FINGERPRINT, init.TOKEN):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def site(fakepve: FakePve) -> Iterator[FakePve]:
    with furnished(fakepve) as site:
        yield site


@pytest.fixture
def pinned(fakepve_cafile: str) -> str:
    """The site's fingerprint, as Proxmox shows it."""
    return readable(fingerprint_of(Path(fakepve_cafile).read_text()))


@pytest.fixture
def home(stack: Stack) -> Stack:
    """A stack that isn't there yet."""
    return Stack("home", stack.checkout)


@pytest.fixture
def environment(site: FakePve, pinned: str, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """All answers, given beforehand."""
    monkeypatch.setenv(init.ENDPOINT, site.url)
    monkeypatch.setenv(init.FINGERPRINT, pinned)
    monkeypatch.setenv(init.TOKEN, AUDITOR)
    return monkeypatch


def types(monkeypatch: pytest.MonkeyPatch, *lines: str, token: str = AUDITOR) -> None:
    """Let a person type these lines, and the token where it isn't shown."""
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))
    monkeypatch.setattr("getpass.getpass", lambda _: token)


def written(stack: Stack) -> Settings:
    """The settings in the file, as the program reads them."""
    return accepted(yaml.safe_load(stack.config_file.read_text())["config"]["observability:stack"])


@pytest.mark.usefixtures("environment")
def test_file_is_minimal_private_and_right(
    home: Stack, site: FakePve, pinned: str, commands: Commands
) -> None:
    """Address, certificate and the name of the token; the token itself goes to Pulumi's stdin."""
    assert 0 == init.init(home)

    pve = written(home).pve
    assert pve is not None
    assert (site.url, pinned.replace(":", "").lower()) == (pve.endpoint, pve.fingerprint)
    assert {"pve"} == written(home).model_fields_set
    assert "0o600" == oct(home.config_file.stat().st_mode & 0o777)
    assert AUDITOR == commands.stdin("pulumi", f"observability:{pve.audit_token.secret}")
    assert SECRET not in home.config_file.read_text()
    assert SECRET not in "\n".join(commands.calls("pulumi"))


@pytest.mark.usefixtures("environment")
def test_nothing_but_reading_is_asked_of_the_site(home: Stack, site: FakePve) -> None:
    """Every request of the whole run."""
    init.init(home)

    assert {"GET"} == {method for method, _, _ in site.requests}


@pytest.mark.usefixtures("environment")
def test_site_is_shown(home: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Nodes, guests and storages, and what to type next."""
    init.init(home)

    shown = capsys.readouterr()
    rows = [line.split() for line in shown.out.splitlines()]
    assert ["Proxmox", "VE", "9.0.10,", "cluster", "fakecluster"] in rows
    assert ["pve1", "online", "4", "8.0", "GiB"] in rows
    assert ["101", "web", "VM", "pve1", "running", "yes", "a", "b"] in rows
    assert ["200", "prober", "container", "pve2", "stopped", "no"] in rows
    assert ["100", "template", "VM", "pve2", "template"] in rows
    assert ["local", "pve1", "dir"] in [row[:3] for row in rows]
    assert "Next: make up STACK=home\n" in shown.err
    assert SECRET not in shown.out + shown.err


@pytest.mark.usefixtures("environment")
def test_trouble_of_the_site_is_shown(
    home: Stack, site: FakePve, capsys: pytest.CaptureFixture[str]
) -> None:
    """A site without quorum and with a node offline can be watched, the more so."""
    site.lose_quorum()
    site.set_node_offline("pve2")
    init.init(home)

    shown = capsys.readouterr().out
    rows = [line.split() for line in shown.splitlines()]
    assert "cluster fakecluster, WITHOUT QUORUM" in shown
    assert ["pve2", "OFFLINE"] in rows
    assert ["200", "prober", "container", "pve2", "unknown"] in rows
    assert not [path for _, path, _ in site.requests if "/nodes/pve2/" in path]


def test_person_is_asked(
    home: Stack,
    site: FakePve,
    pinned: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Address, whether the certificate is the right one, and the token, without echo."""
    types(monkeypatch, f"127.0.0.1:{site.port}", "yes")

    assert 0 == init.init(home)

    assert written(home).pve is not None
    told = capsys.readouterr().err
    assert pinned in told
    assert "pveum acl modify / --users observability@pve" in told


def test_certificate_that_isnt_confirmed_ends_it(
    home: Stack, site: FakePve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request was made, so that no token was sent; no file is there."""
    types(monkeypatch, site.url, "no")

    with pytest.raises(OperateError, match=r"^stopped, nothing was written$"):
        init.init(home)

    assert [] == site.requests
    assert not home.config_file.exists()


def test_other_certificate_than_the_given_one_ends_it(
    home: Stack, site: FakePve, environment: pytest.MonkeyPatch
) -> None:
    """The token isn't sent there."""
    environment.setenv(init.FINGERPRINT, "00" * 32)

    with pytest.raises(OperateError, match=r"^that isn't PVE_FINGERPRINT: another server"):
        init.init(home)

    assert [] == site.requests


def test_certificate_of_a_known_authority_isnt_pinned(
    home: Stack, environment: pytest.MonkeyPatch, fakepve_cafile: str
) -> None:
    """A renewal doesn't end the monitoring then, and nobody is asked."""
    environment.delenv(init.FINGERPRINT)
    environment.setenv("SSL_CERT_FILE", fakepve_cafile)
    init.init(home)

    pve = written(home).pve
    assert pve is not None
    assert pve.fingerprint is None


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (init.ENDPOINT, r"^there is no terminal to ask on: say PVE_ENDPOINT=…$"),
        (init.FINGERPRINT, r"^compare it with `pvenode cert info` and say PVE_FINGERPRINT=…$"),
        (init.TOKEN, r"there is no token: say PVE_AUDIT_TOKEN=… (.|\n)*pveum user token add"),
    ],
)
def test_without_a_terminal_the_variable_is_named(
    missing: str, words: str, home: Stack, environment: pytest.MonkeyPatch
) -> None:
    """And without a token, the lines that make one."""
    environment.delenv(missing)

    with pytest.raises(OperateError, match=words):
        init.init(home)

    assert not home.config_file.exists()


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        (init.ENDPOINT, "pve example", r"^PVE_ENDPOINT must be like https://pve\.example:8006$"),
        (init.ENDPOINT, "127.0.0.1:9", r"^https://127\.0\.0\.1:9 can't be reached: Connection "),
        (init.FINGERPRINT, "12:34", r"^PVE_FINGERPRINT must be 32 pairs of hexadecimal digits$"),
        (init.TOKEN, "hunter2", r"pve\.audit-token: its secret must be like user@realm!name=uuid"),
        (init.TOKEN, "obs@pve!audit=wrong", r"pve\.audit-token: obs@pve!audit isn't let in"),
    ],
)
def test_wrong_answer_is_told(
    variable: str, value: str, words: str, home: Stack, environment: pytest.MonkeyPatch
) -> None:
    """Before a file is there."""
    environment.setenv(variable, value)

    with pytest.raises(OperateError, match=words):
        init.init(home)

    assert not home.config_file.exists()


@pytest.mark.usefixtures("environment")
def test_token_without_rights_is_told_with_the_line_that_gives_them(
    home: Stack, site: FakePve
) -> None:
    """Its site would look empty."""
    site.acl = {}

    with pytest.raises(OperateError, match=r"lacks Datastore\.Audit, Sys\.Audit(.|\n)*pveum acl"):
        init.init(home)


@pytest.mark.usefixtures("environment")
def test_file_that_is_there_stays(home: Stack, site: FakePve) -> None:
    """Whatever is in it."""
    home.config_file.write_text("mine")

    with pytest.raises(OperateError, match=r"^Pulumi\.home\.yaml is there already"):
        init.init(home)

    assert "mine" == home.config_file.read_text()
    assert [] == site.requests


@pytest.mark.usefixtures("environment")
def test_stack_that_was_there_isnt_begun_again(
    home: Stack, stack: Stack, commands: Commands
) -> None:
    """Neither one with a template nor one that the backend knows."""
    commands.answer("pulumi stack ls", '[{"name": "home"}]')

    with pytest.raises(OperateError, match=r"^there is a stack home already"):
        init.init(home)
    with pytest.raises(OperateError, match=r"^stacks/local\.yaml is what `make up` begins local"):
        init.init(stack)


@pytest.mark.usefixtures("environment")
def test_this_machines_docker_is_in_the_file(home: Stack, commands: Commands) -> None:
    """The one that `docker` talks to, as in a copied template."""
    commands.answer("docker context", "ssh://root@docker\n")
    init.init(home)

    assert "ssh://root@docker" == written(home).docker_host
