"""The gateway: Caddy's config and container, its certificate, and the logins for pushing logs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pulumi
from pulumi import ResourceOptions

from components.naming import secret_digest
from components.own_ca import OwnCa
from components.place import Place
from components.push_logins import Password, PushLogins
from components.rendering import Files, ScrapeJob, secret_file
from components.service import CONFIG_PATH, PublishedPort, Service, ServiceArgs
from settings.gateway import PUSH_PATH, Acme, Tls
from settings.gateway import Gateway as Settings
from settings.secrets import Check

# The one folder of upstream's image that others than root may write to: a new volume takes its
# mode from the folder that it hides.
DATA_PATH = "/tmp"  # noqa: S108 (a volume of the gateway's alone)
HTTP_PORT, HTTPS_PORT, HEALTH_PORT, METRICS_PORT = 8080, 8443, 8081, 8082
# A name on the backend network only; with a dot, so that no service of the user's can have it.
METRICS_NAME = "metrics.gateway"
JOB = ScrapeJob(name="gateway", target=f"{METRICS_NAME}:{METRICS_PORT}")
LOGINS = secret_file("push-logins")
CERTIFICATE, KEY = "certificate.pem", secret_file("certificate.key")
OWN_CA, OWN_CA_KEY = "own-ca.pem", secret_file("own-ca.key")
ACME_CA = "acme-ca.pem"
NO_KEY = "isn't the key of gateway.tls.given.certificate, in PEM and without a passphrase"
A_HASH = "$2b$10$" + 53 * "a"

CADDYFILE = """\
{{
	admin off
	persist_config off
	auto_https disable_redirects
	http_port {http_port}
	https_port {https_port}
	skip_install_trust
	metrics
{options}	servers {{
		protocols h1 h2
		timeouts {{
			read_header 10s
			idle 2m
		}}
	}}
}}

http://:{health_port} {{
	bind 127.0.0.1
	respond /health 200
}}

http://:{metrics_port} {{
	bind {metrics_name}
	metrics /metrics
}}

{address} {{
{tls}	log {{
		output stdout
		format filter {{
			request>uri query {{
				replace auth_token REDACTED
				replace code REDACTED
				replace state REDACTED
			}}
		}}
	}}
	header {{
		-Server
		-Via
{strict}	}}

{push}	@closed path /loki /loki/* /metrics /metrics/*
	respond @closed 404
	reverse_proxy grafana:3000
}}

# What asks for another host, Caddy would answer with an empty success.
{others} {{
	respond 421
}}
"""
PUSH = f"""\
	@push {{
		method POST
		path {PUSH_PATH}
	}}
	route @push {{
		basic_auth {{
			import {LOGINS}
		}}
		# Only what is refused is logged: each host pushes once a second.
		log_skip
		request_body {{
			max_size 4MB
		}}
		reverse_proxy loki:3100
	}}
"""


def render(settings: Settings) -> Files:
    """The Caddyfile and the certificates that the settings hold."""
    scheme, port = ("https", HTTPS_PORT) if settings.is_https else ("http", HTTP_PORT)
    text = CADDYFILE.format(
        http_port=HTTP_PORT,
        https_port=HTTPS_PORT,
        health_port=HEALTH_PORT,
        metrics_port=METRICS_PORT,
        metrics_name=METRICS_NAME,
        options=_options(settings),
        address=f"{scheme}://{settings.host}:{port}",
        others=f"{scheme}://:{port}",
        tls=_tls(settings.tls),
        strict="\t\tStrict-Transport-Security max-age=31536000\n" if settings.is_https else "",
        push=PUSH if settings.log_push.hosts else "",
    )
    certificates = {
        CERTIFICATE: settings.tls.given.certificate if settings.tls.given else None,
        ACME_CA: settings.tls.acme.ca if settings.tls.acme else None,
    }
    return {"Caddyfile": text} | {name: pem for name, pem in certificates.items() if pem}


def stand_ins(settings: Settings) -> Files:
    """Files that Caddy's check of the config looks for, without anybody's secret in them."""
    from components import x509  # noqa: PLC0415 (0.1 s, which runs without a gateway needn't spend)

    now = datetime.now(UTC)
    certificate, key = x509.authority(
        seed=b"nobody's", common_name="stand-in", since=now, until=now + timedelta(days=365)
    )
    found = {LOGINS: _logins(dict.fromkeys(settings.log_push.hosts, A_HASH))}
    if settings.tls.given:
        found |= {CERTIFICATE: certificate, KEY: key}
    if settings.tls.own_ca:
        found |= {OWN_CA: certificate, OWN_CA_KEY: key}
    return found


def secret_checks(settings: Settings) -> dict[str, Check]:
    """What the secrets have to be, beyond what all have to, by name."""
    given = settings.tls.given
    return {given.key.secret: partial(_mistake_in_key, given.certificate)} if given else {}


def _mistake_in_key(certificate: str, key: str) -> str:
    from components import x509  # noqa: PLC0415 (0.1 s, which runs without a gateway needn't spend)

    return "" if x509.fits(certificate, key) else NO_KEY


def _options(settings: Settings) -> str:
    """Lines of Caddy's global options that not every gateway has."""
    lines = []
    if settings.has_ip_address:
        # Nobody asks for an address by name, so that without this there is no certificate for it.
        lines += [f"\tdefault_sni {settings.host}"]
    if settings.tls.own_ca:
        root = [f"\t\t\t\tcert {OWN_CA}", f"\t\t\t\tkey {OWN_CA_KEY}"]
        lines += ["\tpki {", "\t\tca own {", "\t\t\troot {", *root, "\t\t\t}", "\t\t}", "\t}"]
    return "".join(f"{line}\n" for line in lines)


def _tls(tls: Tls) -> str:
    """Where the site's certificate comes from."""
    if tls.given:
        return f"\ttls {CERTIFICATE} {KEY}\n"
    if tls.own_ca:
        issuer = ["issuer internal {", "\tca own", "}"]
    elif tls.acme:
        issuer = _acme(tls.acme)
    else:
        return ""
    return "\ttls {\n" + "".join(f"\t\t{line}\n" for line in issuer) + "\t}\n"


def _acme(acme: Acme) -> list[str]:
    """Over the one open port there is only the challenge that needs no other."""
    trusted = [f"\ttrusted_roots {ACME_CA}"] if acme.ca else []
    return [
        "issuer acme {",
        f"\tdir {acme.directory}",
        f"\temail {acme.email}",
        "\tdisable_http_challenge",
        *trusted,
        "}",
    ]


def _logins(hashes: Mapping[str, str]) -> str:
    """What the Caddyfile imports: a login on each line."""
    return "".join(f"{name} {hashed}\n" for name, hashed in sorted(hashes.items()))


@dataclass(frozen=True, kw_only=True)
class GatewayArgs:
    place: Place
    settings: Settings


@dataclass(frozen=True, kw_only=True)
class Door:
    """How people, and this program, come in."""

    url: str
    version: pulumi.Output[str]
    """Changes with the container."""
    ca: pulumi.Input[str]
    """Certificates to trust beside the usual ones, in PEM; empty where there are none."""


class Gateway(pulumi.ComponentResource):
    """Lets people in to Grafana and logs in to Loki; the only service with a published port."""

    door: Door

    def __init__(self, name: str, args: GatewayArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("observability:index:Gateway", name, {}, opts)
        settings, place = args.settings, args.place

        secret_files = self._secret_files(name, args)
        ca: pulumi.Input[str] = settings.trusted or ""
        if settings.tls.own_ca:
            authority = OwnCa(
                f"{name}-own-ca",
                common_name=f"{place.stack} monitoring CA",
                opts=ResourceOptions(parent=self),
            )
            ca = authority.certificate
            secret_files |= {OWN_CA: authority.certificate, OWN_CA_KEY: authority.key}
        service = Service(
            name,
            ServiceArgs(
                stack=place.stack,
                service="gateway",
                image=place.images["caddy"],
                user="65534:65534",
                memory_mib=settings.memory.mib,
                working_folder=CONFIG_PATH,
                command=["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"],
                environment={"XDG_DATA_HOME": DATA_PATH, "XDG_CONFIG_HOME": DATA_PATH},
                health_check=[
                    *("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{HEALTH_PORT}/health"),
                ],
                files=place.files["gateway"],
                secret_files=secret_files,
                digest_key=place.digest_key,
                data_path=DATA_PATH,
                networks=[place.backend, place.front],
                first_name=METRICS_NAME,
                port=PublishedPort(
                    address=settings.bind,
                    external=settings.published_port,
                    internal=HTTPS_PORT if settings.is_https else HTTP_PORT,
                ),
            ),
            ResourceOptions(parent=self),
        )

        self.door = Door(url=settings.address, version=service.container_id, ca=ca)
        self.register_outputs({})

    def _secret_files(self, name: str, args: GatewayArgs) -> dict[str, pulumi.Output[str]]:
        settings, secrets = args.settings, args.place.secrets
        files = {}
        passwords = {
            host: Password(
                secret=entry.password.secret,
                digest=secret_digest(secrets[entry.password.secret], args.place.digest_key),
            )
            for host, entry in settings.log_push.hosts.items()
        }
        if passwords:
            logins = PushLogins(f"{name}-push-logins", passwords, ResourceOptions(parent=self))
            files[LOGINS] = logins.hashes.apply(_logins)
        if given := settings.tls.given:
            files[KEY] = pulumi.Output.concat(secrets[given.key.secret], "\n")
        return files
