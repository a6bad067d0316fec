"""A user's role in Grafana, which Grafana's provider has no resource for: dynamic provider.

It knows the members of an organisation only as a whole, and would remove those whom OIDC has let
in. This module's path is stored in users' states: it must not move.
"""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import (
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from components.http import ANSWER_SECONDS, directly, trusting
from settings import Settings
from settings.grafana import ADMIN

INPUTS = ("url", "ca", "user_id", "login", "role")
MEMBERS = "/api/orgs/1/users"  # the organisation that Grafana makes, the only one here
REFUSED = 401


class GrafanaRoleProvider(ResourceProvider):
    """Sets and reads one role, as the administrator."""

    _authorization: str

    def configure(self, req: ConfigureRequest) -> None:
        """The login, from the config: so that none is an input, which the state would hold."""
        settings = Settings.model_validate_json(
            req.config.require("stack"), by_alias=True, by_name=False
        )
        password = req.config.require(settings.grafana.admin_password.secret)
        token = base64.b64encode(f"{ADMIN}:{password}".encode()).decode()
        self._authorization = f"Basic {token}"

    def create(self, props: dict[str, Any]) -> CreateResult:
        self._set(props)
        return CreateResult(props["user_id"], {name: props[name] for name in INPUTS})

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """A user who was made anew has another number, and needs a role of its own."""
        changed = [name for name in INPUTS if olds.get(name) != news.get(name)]
        return DiffResult(
            changes=bool(changed), replaces=[name for name in changed if name == "user_id"]
        )

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        self._set(news)
        return UpdateResult({name: news[name] for name in INPUTS})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The role that Grafana has; as it was where Grafana hasn't got the new password yet."""
        known = {name: props.get(name) for name in INPUTS}
        try:
            role = self._role(props, id_)
        except urllib.error.HTTPError as error:
            if error.code != REFUSED:
                raise
            return ReadResult(id_, known, inputs=known)
        if role is None:
            return ReadResult("", {})
        found = known | {"role": role}
        return ReadResult(id_, found, inputs=found)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Nothing: the role goes with its user."""

    def _role(self, props: dict[str, Any], user_id: str) -> str | None:
        members = self._ask(props, MEMBERS)
        return next((str(m["role"]) for m in members if str(m["userId"]) == user_id), None)

    def _set(self, props: dict[str, Any]) -> None:
        user_id, role = props["user_id"], props["role"]
        present = self._role(props, user_id)
        if present is None:
            member = {"loginOrEmail": props["login"], "role": role}
            self._ask(props, MEMBERS, member, method="POST")
        elif present != role:
            self._ask(props, f"{MEMBERS}/{user_id}", {"role": role}, method="PATCH")

    def _ask(
        self, props: dict[str, Any], path: str, body: object = None, method: str = "GET"
    ) -> Any:
        request = urllib.request.Request(  # noqa: S310 (the address that Readiness has asked)
            props["url"] + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json", "Authorization": self._authorization},
        )
        opener = directly(trusting(props.get("ca") or ""))
        with opener.open(request, timeout=ANSWER_SECONDS) as answer:
            return json.load(answer)


@dataclass(frozen=True, kw_only=True)
class GrafanaRoleArgs:
    url: pulumi.Input[str]
    ca: pulumi.Input[str]
    """Certificates to trust beside the usual ones, in PEM; empty where there are none."""
    user_id: pulumi.Input[str]
    """Grafana's number, as text: whole numbers reach a dynamic provider as fractions."""
    login: str
    role: str
    """`Viewer`, `Editor` or `Admin`, as Grafana writes it."""


class GrafanaRole(Resource, module="observability", name="GrafanaRole"):
    """The role of one user in the organisation."""

    def __init__(
        self, name: str, args: GrafanaRoleArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__(GrafanaRoleProvider(), name, dict(vars(args)), opts)
