"""`make images-pin` writes digests and nothing else."""

import tomllib
from pathlib import Path

import pytest

from toolchain import images, pin

DIGESTS = ["sha256:" + digit * 64 for digit in "ab"]
PULLING = """#!/bin/sh
case "$1" in
pull) [ -z "$REFUSE" ] || { echo "no route to host" >&2; exit 1; } ;;
image) echo "example/repository@$DIGEST" ;;
esac
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of images.toml, and a docker client that says it has pulled everything."""
    client = tmp_path / "bin" / "docker"
    client.parent.mkdir()
    client.write_text(PULLING)
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{client.parent}:/usr/bin:/bin")
    monkeypatch.setenv("DIGEST", DIGESTS[0])
    monkeypatch.setenv("REFUSE", "")
    copy = tmp_path / "images.toml"
    copy.write_text(pin.FILE.read_text())
    return copy


def test_every_image_gets_its_digest(file: Path) -> None:
    """The rest of the file, comments included, stays as it was."""
    before = file.read_text()

    assert 0 == pin.main(file)

    rows = tomllib.loads(file.read_text())
    assert dict.fromkeys(images.catalogue(), DIGESTS[0]) == {
        s: r["digest"] for s, r in rows.items()
    }
    kept = [line for line in file.read_text().splitlines() if not line.startswith("digest = ")]
    assert before.splitlines() == kept


def test_a_second_run_replaces_the_digest(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A moved tag is pinned anew."""
    pin.main(file)
    monkeypatch.setenv("DIGEST", DIGESTS[1])

    pin.main(file)

    text = file.read_text()
    assert DIGESTS[0] not in text
    assert len(images.catalogue()) == text.count(DIGESTS[1])


def test_without_a_registry_nothing_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says which image can't be had and why."""
    before = file.read_text()
    monkeypatch.setenv("REFUSE", "yes")

    assert 1 == pin.main(file)

    (line,) = "".join(capsys.readouterr()).splitlines()
    assert "can't be pulled: no route to host" in line
    assert before == file.read_text()
