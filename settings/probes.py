"""The settings of probes: what is asked from outside, and which answer is right."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.addresses import HostAndPort, NetworkName, ProbedUrl
from settings.labelled import Located
from settings.patterns import regular_expression
from settings.sections import Model
from settings.types import Certificate, Duration, HostName, Size, at_least, between

Pattern = Annotated[str, AfterValidator(regular_expression)]
Status = Annotated[int, Field(ge=100, le=599)]


class Probe(Located):
    """What every probe has."""

    interval: Annotated[Duration, between("5s", "2m")] | None = Field(
        default=None, description="How often it is probed, if not `prometheus.scrape-interval`."
    )


class HttpProbe(Probe):
    """A web page or API."""

    target: ProbedUrl = Field(
        description="URL. With `https`, the answer has to come over TLS, redirects included."
    )
    method: Literal["GET", "HEAD"] = Field(default="GET", description="How it is asked.")
    status: Annotated[tuple[Status, ...], Field(max_length=20)] = Field(
        default=(), description="Status codes that are right; 200 to 299 where none is given."
    )
    body: Pattern | None = Field(
        default=None, description="What has to be found somewhere in the answer's body."
    )
    redirects: bool = Field(default=True, description="Whether redirects are followed.")
    ca: Certificate | None = Field(
        default=None,
        description="Certificate (PEM) of the authority that the server's own is checked against.",
    )


class TcpProbe(Probe):
    """A port that accepts connections."""

    target: HostAndPort = Field(description="Host and port.")
    expect: Pattern | None = Field(
        default=None, description="What a line has to match that the server sends by itself."
    )


class IcmpProbe(Probe):
    """A host that answers pings."""

    target: NetworkName = Field(description="Host.")


class DnsProbe(Probe):
    """A name server and its answer."""

    target: HostAndPort = Field(description="Name server and port, such as `10.0.0.1:53`.")
    name: NetworkName = Field(description="Name that is asked for.")
    type: Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] = Field(
        default="A", description="Type of record that is asked for."
    )
    transport: Literal["udp", "tcp"] = Field(default="udp", description="How it is asked.")
    answer: Pattern | None = Field(
        default=None, description="What a record of the answer has to match, as `dig` prints it."
    )


class TlsProbe(Probe):
    """A port with TLS, whatever is spoken inside: its certificate and its expiry."""

    target: HostAndPort = Field(description="Host and port.")
    server_name: NetworkName | None = Field(
        default=None, description="Name on the certificate, if it isn't the host in `target`."
    )
    minimum_version: Literal["1.2", "1.3"] = Field(
        default="1.2", description="Oldest version of TLS that is right."
    )
    ca: Certificate | None = Field(
        default=None,
        description="Certificate (PEM) of the authority that the server's own is checked against.",
    )


class Probes(Model):
    """What the blackbox exporter asks from outside. It runs once there is a probe."""

    http: dict[HostName, HttpProbe] = Field(
        default={}, description="Web pages and APIs, in job `blackbox-http`."
    )
    tcp: dict[HostName, TcpProbe] = Field(
        default={}, description="Ports that accept connections, in job `blackbox-tcp`."
    )
    icmp: dict[HostName, IcmpProbe] = Field(
        default={}, description="Hosts that answer pings, in job `blackbox-icmp`."
    )
    dns: dict[HostName, DnsProbe] = Field(
        default={}, description="Name servers and their answers, in job `blackbox-dns`."
    )
    tls: dict[HostName, TlsProbe] = Field(
        default={}, description="Certificates of ports with TLS, in job `blackbox-tls`."
    )
    memory: Annotated[Size, at_least("24MiB")] = Field(
        default=Size("64MiB"), description="Memory limit of the container."
    )

    @property
    def exist(self) -> bool:
        """Whether there is anything to probe."""
        return bool(self.http or self.tcp or self.icmp or self.dns or self.tls)
