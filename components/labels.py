"""The labels that every target of Prometheus carries, so that alerts and panels can join on them.

An alert that inhibits others does so where labels are equal, and two missing ones are equal too:
hence a target without a node or a guest says so.
"""

from collections.abc import Mapping, Sequence

from settings import Settings
from settings.agents import AgentHost
from settings.labelled import Located

NONE = "none"
OWN_ROLE = "monitoring"


def target_labels(
    *, host: str, env: str, role: str, node: str | None = None, guest: str | None = None
) -> dict[str, str]:
    """Where a target is: its host, the host's Proxmox node, and what it is itself."""
    return {"host": host, "node": node or NONE, "guest": guest or NONE, "role": role, "env": env}


def of_docker_host(settings: Settings, *, env: str) -> dict[str, str]:
    """The labels of the stack's own services."""
    host = settings.host_name or env
    guest = host if settings.host_node else None
    return target_labels(host=host, env=env, role=OWN_ROLE, node=settings.host_node, guest=guest)


def of_host(name: str, host: AgentHost, *, env: str) -> dict[str, str]:
    """The labels of a host with agents."""
    node = host.node or (name if host.role == "pve" else None)
    guest = name if host.role == "guest" else None
    return target_labels(host=name, env=env, role=host.role, node=node, guest=guest)


def of_located(entry: Located, *, host: str, env: str) -> dict[str, str]:
    """The labels that an entry of the settings gives, on `host` if it doesn't say on which."""
    where = target_labels(
        host=entry.host or host, env=env, role=entry.role, node=entry.node, guest=entry.guest
    )
    return {**entry.labels, **where}


def of_logs(host: str, *, env: str) -> dict[str, str]:
    """The labels of log streams: few, since Loki keeps each combination apart."""
    return {"host": host, "env": env}


def filled_in(*, env: str, role: str = "service") -> Sequence[Mapping[str, object]]:
    """Relabelings for targets that somebody else lists: what is missing is filled in.

    The host becomes that of the address, without its port.
    """
    address = {
        "source_labels": ["host", "__address__"],
        "regex": r";(\[[^\]]+\]|[^:]+)(:\d+)?",
        "target_label": "host",
        "replacement": "$1",
    }
    others = {"node": NONE, "guest": NONE, "role": role, "env": env}
    return [
        address,
        *(
            {"source_labels": [name], "regex": "^$", "target_label": name, "replacement": value}
            for name, value in others.items()
        ),
    ]
