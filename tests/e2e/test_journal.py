"""The log agent's image with the journal of a host, and on a host that has none."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from components import log_agent
from components.log_pipelines import DATA_PATH
from components.service import CONFIG_PATH
from settings.logs import LogAgent
from tests.contract import journal
from tests.contract.lines import entries
from tests.e2e.debian_host import run
from tests.e2e.eventually import eventually
from toolchain import images

READY = log_agent.IS_READY.format(path=log_agent.READY_PATHS["promtail"])


@contextmanager
def agent(tmp_path: Path) -> Iterator[str]:
    """A container of the agent that prints the journal's entries, confined as in a stack."""
    settings = LogAgent.model_validate_json(json.dumps({"files": []}))
    files = log_agent.render(settings, labels={"host": "test"})
    read = yaml.safe_load(files["promtail.yaml"])
    read["scrape_configs"] = [job for job in read["scrape_configs"] if "journal" in job]
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "promtail.yaml").write_text(yaml.safe_dump(read))
    program, *arguments = (*log_agent.command(settings), "-dry-run")
    confinement = ("--read-only", "--cap-drop", "ALL", "--cap-add", "DAC_READ_SEARCH")
    mounts = (f"{tmp_path}/etc:{CONFIG_PATH}:ro", f"{tmp_path}/log:/var/log:ro")
    volumes = [word for mount in mounts for word in ("--volume", mount)]
    image = images.references(images.decide_source())["promtail"]
    options = ("--detach", "--user", "0:0", *confinement, "--network", "none", "--tmpfs", DATA_PATH)
    container = run(
        "docker", "run", *options, *volumes, "--entrypoint", program, image, *arguments
    ).strip()
    try:
        yield container
    finally:
        run("docker", "rm", "--force", "--volumes", container)


def test_journal_is_read(tmp_path: Path) -> None:
    """The image has what reads a journal, and the host's folder is found."""
    file = journal.write([{"MESSAGE": "from the journal"}], tmp_path / "log" / "journal")
    # As on a host: for root and a group, and the root of the container has few capabilities.
    file.chmod(0o640)
    with agent(tmp_path) as container:
        (entry,) = eventually(lambda: entries(run("docker", "logs", container)), deadline=30)

    assert "from the journal" == entry.text
    assert {"job": "journal"} == entry.labels


def test_host_without_a_journal(tmp_path: Path) -> None:
    """The agent runs and is ready, and says nothing of an error."""
    (tmp_path / "log").mkdir()
    with agent(tmp_path) as container:
        ready = ("docker", "exec", container, "/bin/bash", "-c", READY)
        eventually(lambda: [run(*ready)], deadline=30)
        running = run("docker", "inspect", "--format", "{{.State.Running}}", container).strip()
        printed = run("docker", "logs", container)

    assert "true" == running
    assert "error" not in printed
