"""Every container is locked down, and config and data reach it as decided."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.service import PublishedPort, Service, ServiceArgs
from tests.unit.components.recorder import Recorder, deploy
from tests.unit.components.samples import PASSWORD, service


def container(args: ServiceArgs) -> dict[str, Any]:
    """What the server's container is asked to be."""
    return deploy(lambda: Service("web", args)).inputs("Container", "web-container")


def labels(inputs: dict[str, Any]) -> dict[str, str]:
    return {entry["label"]: entry["value"] for entry in inputs["labels"]}


def test_is_locked_down() -> None:
    """A service without exceptions has no way to more than it was given."""
    asked = container(service())

    assert asked["readOnly"] is True
    assert {"drops": ["ALL"]} == asked["capabilities"]
    assert ["no-new-privileges"] == asked["securityOpts"]
    assert "1000:1000" == asked["user"]
    assert 100 == asked["memory"] == asked["memorySwap"]
    assert "unless-stopped" == asked["restart"]
    assert ["CMD", "true"] == asked["healthcheck"]["tests"]
    assert {"max-size", "max-file", "tag"} <= set(asked["logOpts"])
    assert "networkMode" not in asked
    assert "pidMode" not in asked


def test_is_named_and_labelled_after_its_stack() -> None:
    """`make` finds the stack's objects by label, people by name."""
    asked = container(service())

    assert "obs-test-web" == asked["name"]
    assert {"observability.stack": "test", "observability.service": "web"} == labels(asked)


def test_root_needs_an_exception() -> None:
    """A service can't become root by its own arguments."""
    with pytest.raises(ValueError, match="web has no exception to run as root"):
        deploy(lambda: Service("web", service(user="0:0")))


def test_exceptions_come_from_the_table() -> None:
    """The node exporter gets what the table grants it, and stays locked down otherwise."""
    asked = container(service(service="node-exporter"))

    assert "host" == asked["networkMode"]
    assert "host" == asked["pidMode"]
    assert [
        {
            "type": "bind",
            "source": "/",
            "target": "/host",
            "readOnly": True,
            "bindOptions": {"propagation": "rslave"},
        }
    ] == asked["mounts"]
    assert {"drops": ["ALL"]} == asked["capabilities"]
    assert asked["readOnly"] is True


def test_data_volume_is_kept_when_the_service_goes() -> None:
    """The volume is retained on deletion and mounted where the server writes."""
    seen = deploy(lambda: Service("web", service(data_path="/data")))

    (mount,) = seen.inputs("Container", "web-container")["mounts"]
    assert "obs-test-web-data" == seen.inputs("Volume", "web-data")["name"] == mount["source"]
    assert "/data" == mount["target"]
    assert seen.requests["web-data"].retainOnDelete


def config_of(seen: Recorder) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Name of the config volume, files in it, and how the server mounts it."""
    holder = seen.inputs("Container", "web-config-holder")
    files = {upload["file"]: upload["content"] for upload in holder["uploads"]}
    (mount,) = seen.inputs("Container", "web-container")["mounts"]
    return holder["name"], files, mount


def test_config_reaches_the_server_through_a_volume() -> None:
    """A holder that never starts takes the files; the server reads them, and only reads."""
    seen = deploy(lambda: Service("web", service(files={"web.conf": "a = 1"})))

    name, files, mount = config_of(seen)
    holder = seen.inputs("Container", "web-config-holder")
    assert {"/etc/observability/web.conf": "a = 1"} == files
    assert holder["start"] is False
    assert "none" == holder["networkMode"]
    assert (name, "/etc/observability", True) == (
        mount["source"],
        mount["target"],
        mount["readOnly"],
    )


@pytest.mark.parametrize(
    "changed",
    [
        # Made in the test: an output belongs to the event loop that it was made in.
        lambda: {"files": {"web.conf": "a = 2"}},
        lambda: {"files": {"other.conf": "a = 1"}},
        lambda: {"secret_files": {"password": pulumi.Output.secret(f"{PASSWORD}!")}},
        lambda: {"digest_key": pulumi.Output.secret("another key")},
    ],
    ids=["content", "name", "secret", "key"],
)
def test_changed_config_is_another_volume(changed: Callable[[], dict[str, object]]) -> None:
    """Whatever changes in the config changes the volume's name and the container's label."""
    files = {"files": {"web.conf": "a = 1"}, "secret_files": {"password": secret_text()}}

    before = deploy(lambda: Service("web", service(**files)))
    after = deploy(lambda: Service("web", service(**{**files, **changed()})))

    names = [config_of(seen)[0] for seen in (before, after)]
    versions = [
        labels(seen.inputs("Container", "web-container"))["observability.config"]
        for seen in (before, after)
    ]
    assert names[0] != names[1]
    assert versions[0] != versions[1]


def secret_text() -> pulumi.Output[str]:
    return pulumi.Output.secret(PASSWORD)


def test_secret_files_are_in_the_holder_only() -> None:
    """Neither name nor label nor the server's container hold a secret; the upload is a secret."""
    seen = deploy(lambda: Service("web", service(secret_files={"password": secret_text()})))

    _, files, _ = config_of(seen)
    everything_else = [r.inputs for r in seen.resources if r.name != "web-config-holder"]
    assert {"/etc/observability/password": PASSWORD} == files
    assert PASSWORD not in str(everything_else)
    assert seen.holds_secret("web-config-holder", "uploads")


def test_config_holder_goes_before_its_successor() -> None:
    """Another image makes another holder for the same config, under a name that fits one only."""
    seen = deploy(lambda: Service("web", service(files={"a": "b"})))

    assert seen.requests["web-config-holder"].deleteBeforeReplace
    assert seen.requests["web-container"].deleteBeforeReplace


def test_config_holder_needs_nothing_of_the_image() -> None:
    """Docker makes no container without a command, and not every image has one."""
    seen = deploy(lambda: Service("web", service(files={"a": "b"})))

    assert seen.inputs("Container", "web-config-holder")["command"]


def test_publishes_a_port_only_where_asked() -> None:
    """A port is open on the given address."""
    port = PublishedPort(address="127.0.0.1", external=3000, internal=80)

    assert "ports" not in container(service(networks=["net"]))
    assert [{"ip": "127.0.0.1", "external": 3000, "internal": 80}] == container(
        service(networks=["net"], port=port)
    )["ports"]


def test_answers_to_its_name_on_its_networks() -> None:
    """Others find it by the name of the service, in every stack the same."""
    asked = container(service(networks=["net"]))

    assert [{"name": "net", "aliases": ["web"]}] == asked["networksAdvanced"]


def test_two_services_fit_one_stack() -> None:
    """No child has a fixed name."""
    seen = deploy(
        lambda: [
            Service(name, service(service=name, files={"a": "b"}, data_path="/data"))
            for name in ("one", "two")
        ]
    )

    names = [resource.name for resource in seen.resources]
    assert 12 == len(names) == len(set(names)), names


def test_preview_works_while_nothing_exists() -> None:
    """Unknown values of a first preview don't stop it."""
    args = service(files={"a": "b"}, secret_files={"c": secret_text()}, data_path="/data")

    seen = deploy(lambda: Service("web", args), preview=True)

    assert {"web-config-holder", "web-container"} == set(seen.all("Container"))


def test_scratch_folders_belong_to_the_service() -> None:
    """Docker would make them root's, and from the second start on whatever the image says."""
    asked = container(service(scratch_paths=["/tmp"]))  # noqa: S108 (a mount in the container)

    assert {"uid=1000", "gid=1000"} <= set(asked["tmpfs"]["/tmp"].split(","))  # noqa: S108


def test_what_the_provider_cant_update_replaces_the_container() -> None:
    """It would say "updated" and leave the container as it is."""
    seen = deploy(lambda: Service("web", service()))

    assert {"healthcheck", "tmpfs"} == set(seen.requests["web-container"].replaceOnChanges)
