"""The hosts that `make agents` brings exporters to, and that Prometheus reads."""

from typing import Annotated, Literal

from pydantic import Field

from settings.addresses import HttpUrl, Listen, Login, NetworkName
from settings.sections import Model
from settings.types import AbsolutePath, HostName

Collector = Literal["smart", "zfs", "lvm-thin", "updates"]


class AgentHost(Model):
    """One host: a Proxmox node, a backup server or a guest, with Debian on it."""

    address: Login = Field(
        description="Where `ssh` finds it, with or without a user: `root@10.0.0.2`. Any name or "
        "option beyond that belongs into your own `~/.ssh/config`.",
    )
    scrape_address: NetworkName | None = Field(
        default=None,
        description="Where Prometheus finds it, if that isn't the host in `address`: its name "
        "there may be one that only your ssh knows.",
    )
    role: Literal["pve", "pbs", "guest"] = Field(
        default="guest", description="What it is, as the label `role`."
    )
    node: HostName | None = Field(
        default=None,
        description="Proxmox node that it is or runs on, as the label `node`; a `pve` host's is "
        "its own name where it isn't set.",
    )
    listen: Listen = Field(
        default="0.0.0.0:9100",
        description="Address and port that its node exporter listens on.",
    )
    textfile: Annotated[tuple[Collector, ...], Field(max_length=4)] = Field(
        default=("updates",),
        description="What is measured beside the node exporter's own: SMART values of the disks, "
        "ZFS pools, LVM-thin pools, pending Debian updates.",
    )
    systemd: bool = Field(
        default=False, description="Whether the state of each systemd unit is measured as well."
    )
    log_agent: Literal["none", "alloy"] = Field(
        default="none",
        description="`alloy` installs Grafana Alloy from Grafana's package repository and ships "
        "the journal to `agents.loki-url`. CI has not run it.",
    )


class Agents(Model):
    """Exporters on other hosts: `make agents HOST=name` brings them there."""

    hosts: dict[HostName, AgentHost] = Field(
        default={}, description="The hosts by name, which is the label `host` of their metrics."
    )
    loki_url: HttpUrl | None = Field(
        default=None,
        description="Where the hosts' log agents push to, `/loki/api/v1/push` included; the "
        "gateway where not set.",
    )
    loki_user: HostName | None = Field(
        default=None,
        description="Name that the log agents log in with at `loki-url`; no login where not set. "
        "At the gateway, each logs in with its host's name.",
    )
    loki_password_file: AbsolutePath = Field(
        default="/etc/observability/loki-password",
        description="File on each host that holds the password. You put it there: the script "
        "that `make agents` sends is plain text and holds no secret.",
    )
