"""The script is plain shell that puts what the spec says, whatever stands in it."""

import dataclasses
import subprocess
from pathlib import Path

import pytest

from agents import alloy, owned
from agents.owned import FILES
from agents.script import _here, render
from agents.spec import HostSpec, LogPush
from tests.unit.agents.specs import ALL, FULL, PLAIN

HOSTILE = "$(touch {there}) `touch {there}` '; touch {there}; \" %n\nEND_OF_FILE\ntouch {there}\n"


def shell(text: str, *arguments: str) -> str:
    """What `sh` prints that reads the text as its script."""
    done = subprocess.run(
        ["sh", "-s", "--", *arguments], input=text, text=True, capture_output=True, check=True
    )
    return done.stdout


def functions(script: str) -> str:
    """The script without the line that runs it."""
    body, last = script.rstrip("\n").rsplit("\n", 1)
    assert last == 'main "$@" < /dev/null'
    return body


@pytest.mark.parametrize("spec", [PLAIN, FULL], ids=["plain", "full"])
def test_syntax(spec: HostSpec) -> None:
    """A shell reads the whole of it."""
    subprocess.run(["sh", "-n"], input=render(spec), text=True, check=True)


@pytest.mark.parametrize("path", sorted(FILES.glob("*.sh")), ids=lambda path: path.name)
def test_syntax_of_files(path: Path) -> None:
    """Each file is one that a shell reads."""
    subprocess.run(["sh", "-n", path], check=True)


def test_same_spec_gives_the_same_script() -> None:
    """A second run has nothing to do."""
    assert render(FULL) == render(dataclasses.replace(FULL))


@pytest.mark.parametrize("file", owned.files(FULL), ids=lambda file: str(file.path))
def test_every_file_stands_in_it_as_it_will_be(file: owned.OwnedFile) -> None:
    """Who reads the script has read every file that it puts."""
    place = owned.files(FULL).index(file)
    script = functions(render(FULL))

    for answer, content in ((1, file.content), (0, file.in_container or file.content)):
        text = f"{script}\nin_container() {{ return {answer}; }}\nfile_{place}"
        assert content == shell(text)


def test_half_a_script_does_nothing() -> None:
    """A connection that breaks before the last line leaves the host as it was."""
    assert "" == shell(functions(render(FULL)), "apply")


def test_nothing_in_a_text_is_run(tmp_path: Path) -> None:
    """Whatever stands in a file comes out as it went in."""
    there = tmp_path / "run"
    text = HOSTILE.format(there=there)

    assert text == shell(_here(text))
    assert not there.exists()


def test_hostile_values_stay_values(tmp_path: Path) -> None:
    """A name, label, user or path from the settings is never a command."""
    there = tmp_path / "run"
    bad = HOSTILE.format(there=there)
    logs = LogPush(url=bad, user=bad, password_file=bad)
    spec = dataclasses.replace(FULL, name=bad, labels={"host": bad}, logs=logs)
    script = render(spec)

    shell(functions(script))
    shell(functions(script) + f"\nfile_{len(owned.files(spec)) - 1}")
    assert not there.exists()
    assert "\ntouch" not in script


def test_listens_on_an_address_and_nothing_else() -> None:
    """What would be further arguments of the exporter is refused."""
    with pytest.raises(ValueError):
        render(dataclasses.replace(PLAIN, listen="0.0.0.0:9100 --web.config.file=/x"))


def test_in_a_container_only_what_is_its_own() -> None:
    """The host's load, disks and sensors aren't measured once for every guest."""
    drop_in = owned.files(FULL)[0]
    enabled = {
        word.removeprefix("--collector.")
        for word in (drop_in.in_container or "").split()
        if word.startswith("--collector.") and "=" not in word
    }

    assert {
        "disable-defaults", "cpu", "meminfo", "filesystem", "netdev", "textfile", "systemd"
    } == enabled  # fmt: skip
    assert "disable-defaults" not in drop_in.content


def test_smartmontools_only_where_smart_is_asked_for() -> None:
    """A host gets no package that it has no use for."""
    assert ["prometheus-node-exporter"] == owned.packages(PLAIN)
    assert ["prometheus-node-exporter", "smartmontools"] == owned.packages(
        dataclasses.replace(PLAIN, collectors=ALL)
    )


def test_collectors_have_a_script_and_a_timer() -> None:
    """Each of the four is put with its own interval."""
    paths = {file.path for file in owned.files(FULL)}

    assert set(ALL) == set(owned.INTERVALS)
    for name in ALL:
        assert f"{owned.LIBRARY}/{name}" in paths
        assert f"{owned.UNITS}/{owned.timer_of(name)}" in paths


def test_without_a_log_agent_no_foreign_repository() -> None:
    """Packages come from the host's own Debian unless alloy is asked for."""
    assert "grafana.com" not in render(PLAIN)
    assert alloy.KEY_URL in render(FULL)


def test_alloy_reads_the_password_on_the_host() -> None:
    """The config names the file, quoted, and carries the labels."""
    assert FULL.logs

    config = alloy.config(FULL.logs, FULL.labels)

    assert 'password_file = "/etc/x y"' in config
    assert 'external_labels = {"host" = "pve1", "env" = "test", "role" = "pve"}' in config
    assert "basic_auth" not in alloy.config(dataclasses.replace(FULL.logs, user=None), {})


def test_alloy_trusts_the_authority_that_it_is_given() -> None:
    """Its certificate is a file that Alloy follows; without one, the host's usual ones hold."""
    assert FULL.logs
    usual = dataclasses.replace(FULL, logs=dataclasses.replace(FULL.logs, ca=None))

    config = {file.path: file.content for file in owned.files(FULL)}
    assert "a certificate\n" == config[alloy.CA]
    assert f'tls_config {{\n      ca_file = "{alloy.CA}"\n    }}' in config[alloy.CONFIG]
    assert [alloy.CONFIG, alloy.CA] == list(owned.units(FULL))[-1].follows
    assert alloy.CA not in render(usual)
    assert "tls_config" not in render(usual)


def test_debians_own_collectors_are_no_second_source() -> None:
    """Two files with the same series would be an error of the exporter at every scrape."""
    stubs = "installed() { true; }\nmode=apply\ncheck_host\n"

    with pytest.raises(subprocess.CalledProcessError) as caught:
        shell(f"{functions(render(dataclasses.replace(PLAIN, collectors=ALL)))}\n{stubs}")

    assert caught.value.stderr.startswith("agents: Debian's prometheus-node-exporter-collectors")
    assert "" == shell(f"{functions(render(PLAIN))}\n{stubs}")


def test_only_root() -> None:
    """Anybody else is told so before anything is looked at."""
    stubs = "id() { echo 1000; }\nmain apply\n"

    with pytest.raises(subprocess.CalledProcessError) as caught:
        shell(f"{functions(render(PLAIN))}\n{stubs}")

    assert "agents: this has to run as root\n" == caught.value.stderr
