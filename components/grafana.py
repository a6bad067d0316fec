"""Grafana: its config, its container, and when it is ready for content."""

import hmac
from collections.abc import Mapping, Sequence
from configparser import ConfigParser
from dataclasses import dataclass
from io import StringIO

import pulumi
from pulumi import ResourceOptions

from components import grafana_oidc
from components.gateway import Door
from components.place import Place
from components.readiness import Readiness, ReadinessArgs
from components.rendering import Files, ScrapeJob
from components.service import CONFIG_PATH, PublishedPort, Service, ServiceArgs
from settings.grafana import ADMIN
from settings.grafana import Grafana as Settings
from settings.tunnel import HERE

JOB = ScrapeJob(name="grafana", target="grafana:3000")
DATA_PATH = "/var/lib/grafana"
PASSWORD_FILE = "admin-password"  # noqa: S105 (the name of a file)
KEY_FILE = "secret-key"
EVERYWHERE = "0.0.0.0"  # noqa: S104 (compared with, not bound to)

START = f"""\
# Grafana reads the password of its settings only once, when it makes its database.
set -eu
if [ -e {DATA_PATH}/grafana.db ]; then
  grafana cli --homepath "$GF_PATHS_HOME" --config "$GF_PATHS_CONFIG" \\
    admin reset-admin-password --password-from-stdin < {CONFIG_PATH}/{PASSWORD_FILE}
fi
exec /run.sh
"""


def render(settings: Settings, *, external_url: str | None = None) -> Files:
    """The settings file, which names the files with the secrets, and the start script.

    `external_url` is where people's browsers find Grafana; without it, Grafana takes itself to be
    at http://localhost:3000/.
    """
    sections: dict[str, Mapping[str, str]] = {
        "paths": {"data": DATA_PATH, "plugins": f"{DATA_PATH}/plugins"},
        "server": {"http_port": "3000", **({"root_url": external_url} if external_url else {})},
        "security": {
            "admin_user": ADMIN,
            "admin_password": f"$__file{{{CONFIG_PATH}/{PASSWORD_FILE}}}",
            # Encrypts what Grafana stores; without it, the key is one that everybody knows.
            "secret_key": f"$__file{{{CONFIG_PATH}/{KEY_FILE}}}",
            "disable_gravatar": "true",
            # A cookie for https alone would never come back over plain http.
            "cookie_secure": str((external_url or "").startswith("https://")).lower(),
            # `strict` would lose the login's state on the way back from an OIDC issuer.
            "cookie_samesite": "lax",
        },
        "users": {"allow_sign_up": "false", "auto_assign_org_role": "Viewer"},
        "auth": {"disable_login_form": str(not settings.login_form).lower()},
        "auth.anonymous": {"enabled": "false"},
        # A dashboard that is shared in this way is open to anybody.
        "public_dashboards": {"enabled": "false"},
        "unified_alerting": {"enabled": "true"},
        "analytics": {
            "reporting_enabled": "false",
            "check_for_updates": "false",
            "check_for_plugin_updates": "false",
        },
        "news": {"news_feed_enabled": "false"},
        # Its plugins come with the image; nothing is fetched at the start.
        "plugins": {"preinstall_disabled": "true", "plugin_admin_enabled": "false"},
        "log": {"mode": "console"},
    }
    if settings.oidc:
        sections["auth.generic_oauth"] = grafana_oidc.render(settings.oidc)
    file = ConfigParser(interpolation=None)
    file.read_dict(sections)
    text = StringIO()
    file.write(text)
    authority = settings.oidc.ca if settings.oidc else None
    files = {"grafana.ini": text.getvalue(), "start.sh": START}
    return files | ({grafana_oidc.CA_FILE: authority} if authority else {})


@dataclass(frozen=True, kw_only=True)
class GrafanaArgs:
    place: Place
    settings: Settings
    secrets: Mapping[str, pulumi.Output[str]]
    """The config secrets by name."""
    port: pulumi.Input[int]
    docker_host: str
    door: Door | None = None
    """The gateway that it is behind; its own port is then not published."""
    tunnel: Sequence[str] | None = None
    """The command without which nobody but the Docker host reaches its port."""


class Grafana(pulumi.ComponentResource):
    """Shows what the others know; published on a port of its own where there is no gateway."""

    url: pulumi.Output[str]
    """Where it answers; known once it does."""

    def __init__(self, name: str, args: GrafanaArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("observability:index:Grafana", name, {}, opts)
        settings = args.settings

        service = Service(
            name,
            ServiceArgs(
                stack=args.place.stack,
                service="grafana",
                image=args.place.images["grafana"],
                user="472:0",
                memory_mib=settings.memory.mib,
                entry_point=["/bin/sh", f"{CONFIG_PATH}/start.sh"],
                environment={"GF_PATHS_CONFIG": f"{CONFIG_PATH}/grafana.ini"},
                health_check=[
                    *("curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:3000/api/health"),
                ],
                files=args.place.files["grafana"],
                secret_files=_secret_files(args),
                digest_key=args.place.digest_key,
                data_path=DATA_PATH,
                scratch_paths=["/tmp"],  # noqa: S108 (a mount in the container)
                networks=[args.place.backend, args.place.front],
                port=None if args.door else _published(args),
            ),
            ResourceOptions(parent=self),
        )
        ready = Readiness(f"{name}-ready", _awaited(args, service), ResourceOptions(parent=self))

        self.url = ready.url
        self.register_outputs({"url": self.url})


def _secret_files(args: GrafanaArgs) -> dict[str, pulumi.Output[str]]:
    settings = args.settings
    files = {
        PASSWORD_FILE: args.secrets[settings.admin_password.secret],
        KEY_FILE: args.place.digest_key.apply(secret_key),
    }
    if settings.oidc:
        files[grafana_oidc.SECRET_FILE] = args.secrets[settings.oidc.client_secret.secret]
    return files


def _published(args: GrafanaArgs) -> PublishedPort:
    return PublishedPort(address=args.settings.bind, external=args.port, internal=3000)


def _awaited(args: GrafanaArgs, service: Service) -> ReadinessArgs:
    """Where this program, too, comes in."""
    path = "/api/health"
    if door := args.door:
        version = pulumi.Output.concat(service.container_id, " ", door.version)
        return ReadinessArgs(url=door.url, path=path, version=version, ca=door.ca)
    here = HERE if args.tunnel else reachable_address(args.docker_host, args.settings.bind)
    port = pulumi.Output.from_input(args.port).apply(str)
    return ReadinessArgs(
        url=pulumi.Output.concat("http://", here, ":", port),
        path=path,
        version=service.container_id,
        hint=f"is `{' '.join(args.tunnel)}` running?" if args.tunnel else "",
    )


def secret_key(stack_secret: str) -> str:
    """Grafana's own key, made from the stack's secret and good for as long as that is."""
    return hmac.new(stack_secret.encode(), b"grafana secret_key", "sha256").hexdigest()


def reachable_address(docker_host: str, bind: str) -> str:
    """The address under which this machine reaches a port that is bound on the Docker host."""
    if bind != EVERYWHERE:
        return bind
    if docker_host.startswith("unix://"):
        return "127.0.0.1"
    return docker_host.split("://", 1)[1].rsplit("@", 1)[-1].split(":", 1)[0]
