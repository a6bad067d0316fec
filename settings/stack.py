"""The whole stack configuration as one typed, validated object."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.agents import Agents
from settings.containers import Cadvisor, DockerEngine
from settings.databases import PostgreSQL, Redis, same_addresses
from settings.errors import ContradictionError
from settings.gateway import Gateway
from settings.grafana import Grafana
from settings.loading import load
from settings.logs import LogAgent
from settings.loki import Loki
from settings.pbs import Pbs
from settings.probes import Probes
from settings.pve import Pve
from settings.secrets import STACK_SECRET, secrets_in
from settings.sections import (
    Alertmanager,
    Images,
    Model,
    NodeExporter,
    Prometheus,
)
from settings.services import UserService, taken_names
from settings.targets import OWN_JOBS, Discovery, Targets
from settings.tunnel import tunnel
from settings.types import AbsolutePath, DockerHost, DockerNetwork, HostName, ServiceName


class Settings(Model):
    """One stack: the `observability:stack` object of its stack file."""

    docker_host: DockerHost = Field(
        default="unix:///var/run/docker.sock",
        description="Docker daemon that runs the services: `unix://`, `ssh://` or `tcp://`.",
    )
    docker_data_root: AbsolutePath = Field(
        default="/var/lib/docker",
        description="Data folder of that daemon (`docker info` shows it as Docker Root Dir), "
        "where the containers' logs lie.",
    )
    host_name: HostName | None = Field(
        default=None,
        description="Name of the Docker host, as the label `host` of its metrics and logs; "
        "the stack's name where it isn't set.",
    )
    host_node: HostName | None = Field(
        default=None,
        description="Proxmox node that the Docker host runs on, as the label `node`; not set "
        "where it is no guest of one.",
    )
    networks: Annotated[tuple[DockerNetwork, ...], Field(max_length=20)] = Field(
        default=(),
        description="Docker networks of your own on that host, which Prometheus and the exporters "
        "join, so that they find your containers by name. They have to be there.",
    )
    images: Images = Field(default=Images(), description="The services' images.")
    prometheus: Prometheus = Field(default=Prometheus(), description="Metrics.")
    alertmanager: Alertmanager = Field(default=Alertmanager(), description="Alerts.")
    loki: Loki = Field(default=Loki(), description="Logs.")
    grafana: Grafana = Field(default=Grafana(), description="Dashboards.")
    gateway: Gateway | None = Field(
        default=None,
        description="The only published port, with TLS. Without it, Grafana's own port is "
        "published.",
    )
    node_exporter: NodeExporter = Field(
        default=NodeExporter(), description="Metrics of the Docker host."
    )
    log_agent: LogAgent = Field(default=LogAgent(), description="Collection of logs.")
    cadvisor: Cadvisor = Field(
        default=Cadvisor(), description="Metrics of the Docker host's containers."
    )
    docker_hosts: dict[HostName, DockerEngine] = Field(
        default={}, description="Docker hosts by name, which is the label `host`."
    )
    probes: Probes = Field(default=Probes(), description="What is asked from outside.")
    postgresql: dict[ServiceName, PostgreSQL] = Field(
        default={}, description="PostgreSQL servers by name, in job `postgresql`."
    )
    redis: dict[ServiceName, Redis] = Field(
        default={}, description="Redis servers by name, in job `redis`."
    )
    services: dict[ServiceName, UserService] = Field(
        default={}, description="Containers of your own by name."
    )

    pbs: Pbs | None = Field(
        default=None,
        description="The Proxmox Backup Server. No part of the stack makes anything there yet.",
    )
    pve: Pve | None = Field(default=None, description="The Proxmox VE site.")
    agents: Agents = Field(default=Agents(), description="Exporters on other hosts.")
    targets: dict[HostName, Targets] = Field(
        default={},
        description="What else Prometheus reads, by the name of its job: exporters that are there "
        "already, and applications with metrics.",
    )
    discovery: Discovery = Field(
        default=Discovery(), description="Targets that are found at run time."
    )

    @property
    def secret_names(self) -> set[str]:
        """The config keys of every secret that is needed."""
        return {STACK_SECRET, *(secret.secret for _, secret in secrets_in(self))}

    @property
    def has_targets_elsewhere(self) -> bool:
        """Whether Prometheus reads what isn't on the stack's own network."""
        elsewhere = (self.agents.hosts, self.targets, self.docker_hosts)
        return any(elsewhere) or self.discovery != Discovery()

    @property
    def is_remote(self) -> bool:
        """Whether the services run on another machine than the program."""
        return not self.docker_host.startswith("unix://")

    @property
    def tunnel(self) -> tuple[str, ...] | None:
        """The command that brings Grafana's port here where only its own machine reaches it."""
        bind = self.grafana.bind
        if self.gateway or not IPv4Address(bind).is_loopback:
            return None
        return tunnel(self.docker_host, bind, self.grafana.port)

    @model_validator(mode="after")
    def _all_fit_together(self) -> Self:
        if problems := dict(self._contradictions()):
            raise ContradictionError(problems)
        return self

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        """Every setting that contradicts another one, and how."""
        for path, secret in secrets_in(self):
            if secret.secret in {"stack", STACK_SECRET}:
                yield f"{path}.secret", "is a key with another meaning"
        yield from self._contradictions_of_ports()
        yield from self._contradictions_of_hosts()
        yield from self._contradictions_of_jobs()
        yield from self._contradictions_of_exporters()
        yield from self._contradictions_of_logs()

    def _contradictions_of_ports(self) -> Iterator[tuple[str, str]]:
        """What can't be published, or not in this way."""
        door, grafana, remote = self.gateway, self.grafana, self.is_remote
        port, where = (door.published_port, "gateway") if door else (grafana.port, "grafana")
        bind = door.bind if door else grafana.bind
        if self.node_exporter.enabled and port == self.node_exporter.port:
            yield f"{where}.port", "is also node-exporter.port: give one another"
        if remote and port == 0:
            yield (
                "grafana.port",
                "must be a port: which one is free on another machine (docker-host) can't be told",
            )
        if remote and IPv4Address(bind).is_loopback and not self.tunnel:
            yield (
                f"{where}.bind",
                "is a loopback address of another machine (docker-host): out of Pulumi's reach",
            )
        for name in sorted({"bind", "port"} & grafana.model_fields_set) if door else ():
            yield f"grafana.{name}", "has no effect behind the gateway: take it out"

    def _contradictions_of_hosts(self) -> Iterator[tuple[str, str]]:
        for name, host in self.agents.hosts.items():
            place = f"agents.hosts.{name}"
            if name == self.host_name:
                yield place, "is also host-name: two hosts would be one"
            if host.log_agent == "none" or self.agents.loki_url:
                continue
            if self.gateway is None:
                yield f"{place}.log-agent", "needs a gateway or agents.loki-url to push to"
            elif name not in self.gateway.log_push.hosts:
                yield f"{place}.log-agent", f"needs gateway.log-push.hosts.{name} to log in with"

    def _contradictions_of_jobs(self) -> Iterator[tuple[str, str]]:
        taken = "is a job of the program's own: give it another name"
        for name in sorted(OWN_JOBS & set(self.targets)):
            yield f"targets.{name}", taken
        for name in sorted(OWN_JOBS & set(self.discovery.http)):
            yield f"discovery.http.{name}", taken
        for name in sorted(set(self.targets) & set(self.discovery.http)):
            yield f"discovery.http.{name}", "is also a job under targets: give it another name"

    def _contradictions_of_exporters(self) -> Iterator[tuple[str, str]]:
        others = {
            "of the program's own": OWN_JOBS,
            "under targets": self.targets,
            "under discovery.http": self.discovery.http,
        }
        yield from taken_names(self.services, jobs=others)
        yield from same_addresses("postgresql", self.postgresql)
        yield from same_addresses("redis", self.redis)
        own = self.docker_hosts.get(self.host_name or "")
        if self.cadvisor.enabled and own and own.cadvisor:
            yield f"docker-hosts.{self.host_name}.cadvisor", "is there already: cadvisor.enabled"

    def _contradictions_of_logs(self) -> Iterator[tuple[str, str]]:
        agent, oldest = self.log_agent, self.loki.reject_old_samples_max_age
        if not agent.enabled:
            return
        if agent.kind == "alloy" and self.images.source == "local":
            yield "log-agent.kind", "must be promtail where images.source is local: alloy isn't"
        if agent.journal.enabled and agent.journal.max_age.seconds > oldest.seconds:
            yield (
                "log-agent.journal.max-age",
                f"must be at most loki.reject-old-samples-max-age ({oldest}): Loki refuses older",
            )

    @classmethod
    def load(cls) -> Self:
        """Read `observability:stack`; stop the run with a line for each mistake if it is wrong."""
        return load(cls)
