"""`make init` in a clone, against a Proxmox VE that writes down what it is asked."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakepve import FakePve

from proxmox.tls import readable
from tests.e2e.site import Site, clone
from tests.unit.proxmox.sites import fingerprint_of, furnished

WRONG = readable("00" * 32)


@pytest.fixture
def pve(fakepve: FakePve) -> Iterator[FakePve]:
    """A site that nobody has seen before."""
    with furnished(fakepve) as pve:
        pve.apitokens["obs@pve!audit"] = secrets.token_hex(16)
        yield pve


@pytest.fixture
def pinned(fakepve_cafile: str) -> str:
    """The site's fingerprint, as Proxmox shows it."""
    return readable(fingerprint_of(Path(fakepve_cafile).read_text()))


@pytest.fixture
def begun(
    pve: FakePve, pinned: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """A stack that `make init` has begun, in a clone of its own."""
    monkeypatch.setenv("PVE_ENDPOINT", pve.url)
    monkeypatch.setenv("PVE_FINGERPRINT", pinned)
    monkeypatch.setenv("PVE_AUDIT_TOKEN", f"obs@pve!audit={pve.apitokens['obs@pve!audit']}")
    folder = tmp_path / "clone"
    clone(folder)
    site = Site(stack=f"test-{secrets.token_hex(3)}", folder=folder, data=tmp_path / "data")
    try:
        site.make("init")
        yield site
    finally:
        site.make("purge")


def test_from_a_site_to_a_stack(begun: Site, pve: FakePve, pinned: str) -> None:
    """What is written can be previewed, the token is a secret, and PVE was only read."""
    secret = pve.apitokens["obs@pve!audit"]
    content = begun.config_file.read_text()
    again = begun.make("init", status=2)
    shown = begun.make("preview")
    begun.config_file.write_text(content.replace(pinned, WRONG))
    refused = begun.make("preview", status=2)
    stored = begun.pulumi("config", "get", "observability:pve-audit-token")
    begun.output.remove(stored)

    assert "# `make init` wrote this file" in content
    assert f"Pulumi.{begun.stack}.yaml is there already" in again
    assert "observability:index:Service" in shown
    assert f"pve.fingerprint: is {WRONG}, and 127.0.0.1 shows {pinned}" in refused
    assert {"GET"} == {method for method, _, _ in pve.requests}
    assert stored.endswith(f"obs@pve!audit={secret}\n")
    files = [path for path in begun.folder.parent.rglob("*") if path.is_file()]
    assert [] == [path for path in files if secret.encode() in path.read_bytes()]
    assert secret not in "\n".join(begun.output)
