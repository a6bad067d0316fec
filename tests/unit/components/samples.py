"""What the components' tests make their components with."""

import pulumi

from components.place import Place
from components.service import ServiceArgs

IMAGES = {
    name: f"example/{name}:1"
    for name in (
        "prometheus",
        "alertmanager",
        "loki",
        "grafana",
        "node-exporter",
        "promtail",
        "caddy",
        "alloy",
    )
}
SERVICES = ("prometheus", "alertmanager", "loki", "grafana", "log-agent", "gateway")
PASSWORD = "a password that nobody may see"  # noqa: S105 (it guards nothing)


def place() -> Place:
    """A place on the stack `test`."""
    return Place(
        stack="test",
        images=IMAGES,
        backend=pulumi.Output.from_input("obs-test-backend"),
        front=pulumi.Output.from_input("obs-test-front"),
        digest_key=pulumi.Output.secret("a key"),
        secrets={},
        files={service: {} for service in SERVICES},
        referred={},
    )


def service(**changes: object) -> ServiceArgs:
    """The arguments of an ordinary service, with some of them changed."""
    given: dict[str, object] = {
        "stack": "test",
        "service": "web",
        "image": "example/web:1",
        "user": "1000:1000",
        "memory_mib": 100,
        "health_check": ["true"],
        "digest_key": pulumi.Output.secret("a key"),
        **changes,
    }
    return ServiceArgs(**given)  # type: ignore[arg-type]
