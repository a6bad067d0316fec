"""What a container may do beyond the rest, and why; nothing else may grant it.

The end-to-end tests compare this table with the live containers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

CONTAINER_LOGS = "/var/lib/docker/containers"
VOLATILE_JOURNAL = "/run/log/journal"
DOCKER_SOCKET = "/var/run/docker.sock"
LAYERS = "/var/lib/docker/image/overlay2/layerdb/mounts"


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A folder or socket of the host, mounted read-only."""

    target: str | None
    """Where the container sees it; on the path that it has on the host if it is None."""
    reason: str
    optional: bool = False
    """Only there where a setting names the folder."""


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """Exceptions of one service; each value that isn't empty is the reason for the exception."""

    root: str = ""
    host_network: str = ""
    host_pid: str = ""
    capabilities: Mapping[str, str] = field(default_factory=dict)
    mounts: Mapping[str, Mount] = field(default_factory=dict)


EXCEPTIONS: Mapping[str, Exemption] = MappingProxyType(
    {
        "node-exporter": Exemption(
            host_network="The network interfaces to be measured are the host's.",
            host_pid="The host's file systems are listed in /proc/1 of the host.",
            mounts={"/": Mount(target="/host", reason="Free space is asked of each file system.")},
        ),
        "prometheus": Exemption(
            mounts={
                "/etc/targets": Mount(
                    target="/etc/targets",
                    reason="Target files that other programs keep up to date.",
                    optional=True,
                )
            },
        ),
        "docker-api": Exemption(
            root="Docker's socket belongs to root.",
            capabilities={
                "NET_BIND_SERVICE": "Upstream's caddy carries it in its file, and starts with it "
                "or not at all."
            },
            mounts={
                DOCKER_SOCKET: Mount(
                    target=DOCKER_SOCKET,
                    reason="Four read-only requests are passed on, so that cAdvisor needs no "
                    "socket of its own.",
                )
            },
        ),
        "cadvisor": Exemption(
            mounts={
                "/sys": Mount(target="/sys", reason="The containers' cgroups are in there."),
                LAYERS: Mount(
                    target=None,
                    reason="cAdvisor names no container of which it can't read the layer.",
                ),
            },
        ),
        "gateway": Exemption(
            capabilities={
                "NET_BIND_SERVICE": "The program in upstream's image carries it, and doesn't start "
                "without."
            },
        ),
        "log-agent": Exemption(
            root="Docker's log files and most of /var/log belong to root.",
            capabilities={
                "DAC_READ_SEARCH": "Some log files can be read by other users only (postgres)."
            },
            mounts={
                CONTAINER_LOGS: Mount(
                    target=CONTAINER_LOGS,
                    reason="The containers' logs, without access to Docker's socket.",
                ),
                "/var/log": Mount(target="/var/log", reason="The host's log files."),
                VOLATILE_JOURNAL: Mount(
                    target=VOLATILE_JOURNAL,
                    reason="The journal of a host that keeps it in memory.",
                    optional=True,
                ),
            },
        ),
    }
)
