"""The environment that commands run in, and what `make setup` leaves in its folders."""

import os
from pathlib import Path

import pytest

from toolchain import python_env, setup
from toolchain.cache import CHECKOUT, SetupError


@pytest.fixture(autouse=True)
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile, a cache and a data folder of this test's own."""
    folder = tmp_path / "profile"
    (folder / "bin").mkdir(parents=True)
    monkeypatch.setattr(setup, "profile", lambda: folder)
    monkeypatch.setenv("OBSERVABILITY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OBSERVABILITY_DATA", str(tmp_path / "data"))
    for name in ("PULUMI_BACKEND_URL", "PULUMI_HOME", "VIRTUAL_ENV", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
    return folder


def test_tools_come_first(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pinned tools and the locked packages win over what else is on PATH, which stays."""
    monkeypatch.setenv("PATH", "/own/bin:/usr/bin")
    path = setup.environment()["PATH"].split(os.pathsep)

    assert [str(profile / "bin"), str(profile / "venv" / "bin"), "/own/bin", "/usr/bin"] == path


def test_state_goes_to_the_users_data(tmp_path: Path) -> None:
    """Without a backend of the user's, state is a private folder outside the checkout."""
    url = setup.environment()["PULUMI_BACKEND_URL"]
    folder = tmp_path / "data" / "state"

    assert f"file://{folder}?metadata=skip" == url
    assert "0o700" == oct(folder.stat().st_mode & 0o777)
    assert not folder.is_relative_to(CHECKOUT)


def test_users_backend_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has a backend keeps it."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://own")

    assert "s3://own" == setup.environment()["PULUMI_BACKEND_URL"]


def test_pulumi_home_is_ours(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plugins are the pinned ones, whatever the user has installed; their folder isn't touched."""
    monkeypatch.setenv("PULUMI_HOME", "/own/home")

    assert str(profile / "pulumi-home") == setup.environment()["PULUMI_HOME"]


def test_other_variables_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies, tokens and passphrases reach the command."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "own")
    environment = setup.environment()

    assert "http://proxy:3128" == environment["HTTPS_PROXY"]
    assert "own" == environment["PULUMI_CONFIG_PASSPHRASE"]


def test_link_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `make` beside this one finds the old target or the new one, at no time none."""
    link, old, new = tmp_path / "venv", tmp_path / "old", tmp_path / "new"
    link.symlink_to(old)
    replaced: list[tuple[Path, Path]] = []
    replace = Path.replace

    def watch(source: Path, target: Path) -> Path:
        replaced.append((source.readlink(), link.readlink()))
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", watch)
    setup._link(link, new)

    assert [(new, old)] == replaced
    assert new == link.readlink()
    assert ["venv"] == [path.name for path in tmp_path.iterdir() if path.is_symlink()]


def test_right_link_is_left_alone(tmp_path: Path) -> None:
    """A second run changes nothing, not even the link's time."""
    link = tmp_path / "venv"
    setup._link(link, tmp_path / "to")
    before = link.lstat()
    setup._link(link, tmp_path / "to")

    assert before == link.lstat()


def test_link_after_an_interrupted_run(tmp_path: Path) -> None:
    """What a run that was killed between two steps left doesn't stand in the way."""
    left = tmp_path / f"venv.{os.getpid()}.new"
    left.symlink_to(tmp_path / "nowhere")

    setup._link(tmp_path / "venv", tmp_path / "to")

    assert tmp_path / "to" == (tmp_path / "venv").readlink()
    assert not left.is_symlink()


def test_programs_are_linked_by_name(profile: Path, tmp_path: Path) -> None:
    """All programs of a target come into the profile's one folder."""
    (tmp_path / "built" / "bin").mkdir(parents=True)
    for name in ("loki", "logcli"):
        (tmp_path / "built" / "bin" / name).touch()
    setup._link_programs(tmp_path / "built")

    assert {"loki", "logcli"} == {link.name for link in (profile / "bin").iterdir()}
    assert tmp_path / "built" / "bin" / "loki" == (profile / "bin" / "loki").readlink()


def test_missing_piece_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make` ends with status 1 and a sentence, and the command isn't run."""

    def missing() -> None:
        raise SetupError("install Go 1.26 or later")

    monkeypatch.setattr(setup, "everything", missing)
    monkeypatch.setattr(os, "execvpe", lambda *_: pytest.fail("the command was run"))

    assert 1 == setup.main(["pulumi", "up"])
    assert "setup: install Go 1.26 or later\n" == capsys.readouterr().err


def test_checks_dont_wait_for_a_long_setup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the packages are there, `make check` runs while another `make` builds for an hour."""
    done: list[str] = []
    monkeypatch.setattr(python_env, "ready", lambda: True)
    monkeypatch.setattr(setup, "python_only", lambda: done.append("python"))
    monkeypatch.setattr(setup, "_one_at_a_time", lambda: pytest.fail("waits for the lock"))

    assert 0 == setup.main(["--only-python"])
    assert ["python"] == done
