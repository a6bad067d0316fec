"""The blackbox exporter: asks services from outside, as their users do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import ResourceOptions

from components.labels import of_located
from components.place import Place
from components.rendering import Files, ScrapeJob, Target, as_yaml
from components.service import CONFIG_PATH, Service, ServiceArgs
from settings.probes import DnsProbe, HttpProbe, IcmpProbe, Probe, Probes, TcpProbe, TlsProbe

SERVICE = "blackbox-exporter"
PORT = 9115
# Prometheus' own default, which may not exceed the interval.
LONGEST_SECONDS = 10
# Docker's networks have no IPv6 unless somebody sets it up; a host with IPv6 alone still counts.
ANY_IP = {"preferred_ip_protocol": "ip4", "ip_protocol_fallback": True}


@dataclass(frozen=True, kw_only=True)
class Module:
    """One probe as the exporter knows it: what it asks, and of whom."""

    kind: str
    name: str
    probe: Probe
    target: str
    host: str
    content: Mapping[str, object]
    ca: str | None = None

    @property
    def full_name(self) -> str:
        """What Prometheus asks for it by."""
        return f"{self.kind}-{self.name}"


def render(settings: Probes) -> Files:
    """A module for each probe, and the authorities that they check against."""
    modules = list(_modules(settings))
    authorities = {_ca_file(m.full_name): m.ca for m in modules if m.ca}
    return {
        "blackbox.yml": as_yaml({"modules": {m.full_name: m.content for m in modules}}),
        **authorities,
    }


def jobs(settings: Probes, *, env: str) -> list[ScrapeJob]:
    """A job for each kind of probe that there is."""
    found: dict[str, list[Target]] = {}
    for module in _modules(settings):
        found.setdefault(f"blackbox-{module.kind}", []).append(_target(module, env))
    return [ScrapeJob(name=job, path="/probe", others=found[job]) for job in found]


def _target(module: Module, env: str) -> Target:
    """The exporter, asked for one probe; what is seen of it is the probe's target alone."""
    asked = {
        "__param_module": module.full_name,
        "__param_target": module.target,
        "instance": module.target,
        "probe": module.name,
    }
    interval = module.probe.interval
    if interval:
        timeout = min(interval.seconds, LONGEST_SECONDS)
        asked |= {"__scrape_interval__": str(interval), "__scrape_timeout__": f"{timeout}s"}
    located = of_located(module.probe, host=module.host, env=env)
    return Target(address=f"{SERVICE}:{PORT}", labels=located | asked)


def _modules(settings: Probes) -> Iterator[Module]:
    for name, http in settings.http.items():
        host = http.target.partition("//")[2].partition("/")[0].partition("?")[0].partition(":")[0]
        yield _module("http", name, http, http.target, host=host, content=_http(name, http))
    for name, tcp in settings.tcp.items():
        yield _module("tcp", name, tcp, tcp.target, host=_host(tcp.target), content=_tcp(tcp))
    for name, icmp in settings.icmp.items():
        yield _module("icmp", name, icmp, icmp.target, host=icmp.target, content=_icmp(icmp))
    for name, dns in settings.dns.items():
        yield _module("dns", name, dns, dns.target, host=_host(dns.target), content=_dns(dns))
    for name, tls in settings.tls.items():
        yield _module("tls", name, tls, tls.target, host=_host(tls.target), content=_tls(name, tls))


def _module(
    kind: str, name: str, probe: Probe, target: str, *, host: str, content: Mapping[str, object]
) -> Module:
    ca = probe.ca if isinstance(probe, HttpProbe | TlsProbe) else None
    return Module(
        kind=kind, name=name, probe=probe, target=target, host=host, content=content, ca=ca
    )


def _host(address: str) -> str:
    return address.rpartition(":")[0]


def _http(name: str, probe: HttpProbe) -> Mapping[str, object]:
    options: dict[str, Any] = {
        "method": probe.method,
        "follow_redirects": probe.redirects,
        "fail_if_not_ssl": probe.target.startswith("https:"),
        **ANY_IP,
    }
    if probe.status:
        options["valid_status_codes"] = list(probe.status)
    if probe.body:
        options["fail_if_body_not_matches_regexp"] = [probe.body]
    if probe.ca:
        options["tls_config"] = {"ca_file": f"{CONFIG_PATH}/{_ca_file(f'http-{name}')}"}
    return {"prober": "http", "http": options}


def _tcp(probe: TcpProbe) -> Mapping[str, object]:
    dialogue = {"query_response": [{"expect": probe.expect}]} if probe.expect else {}
    return {"prober": "tcp", "tcp": {**ANY_IP, **dialogue}}


def _icmp(_probe: IcmpProbe) -> Mapping[str, object]:
    return {"prober": "icmp", "icmp": ANY_IP}


def _dns(probe: DnsProbe) -> Mapping[str, object]:
    options: dict[str, Any] = {
        "query_name": probe.name,
        "query_type": probe.type,
        "transport_protocol": probe.transport,
        **ANY_IP,
    }
    if probe.answer:
        options["validate_answer_rrs"] = {"fail_if_none_matches_regexp": [probe.answer]}
    return {"prober": "dns", "dns": options}


def _tls(name: str, probe: TlsProbe) -> Mapping[str, object]:
    tls = {
        "min_version": f"TLS{probe.minimum_version.replace('.', '')}",
        "server_name": probe.server_name or _host(probe.target),
    }
    if probe.ca:
        tls["ca_file"] = f"{CONFIG_PATH}/{_ca_file(f'tls-{name}')}"
    return {"prober": "tcp", "tcp": {"tls": True, "tls_config": tls, **ANY_IP}}


def _ca_file(module: str) -> str:
    return f"ca/{module}.pem"


@dataclass(frozen=True, kw_only=True)
class BlackboxExporterArgs:
    place: Place
    settings: Probes


class BlackboxExporter(pulumi.ComponentResource):
    """Probes what the settings name, whenever Prometheus asks it to."""

    def __init__(
        self, name: str, args: BlackboxExporterArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("observability:index:BlackboxExporter", name, {}, opts)

        Service(
            name,
            ServiceArgs(
                stack=args.place.stack,
                service=SERVICE,
                image=args.place.images["blackbox-exporter"],
                user="65534:65534",
                memory_mib=args.settings.memory.mib,
                command=[f"--config.file={CONFIG_PATH}/blackbox.yml"],
                health_check=[
                    *("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/-/healthy"),
                ],
                files=args.place.files[SERVICE],
                digest_key=args.place.digest_key,
                networks=[args.place.backend, args.place.front, *args.place.joined],
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({})
