"""Who may do what in Grafana: users with their roles, and service accounts with their tokens."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions
from pulumiverse_grafana import oss

from components.grafana_role import GrafanaRole, GrafanaRoleArgs
from settings.grafana import Grafana as Settings
from settings.grafana import ServiceAccount, User


@dataclass(frozen=True, kw_only=True)
class GrafanaAccessArgs:
    settings: Settings
    secrets: Mapping[str, pulumi.Output[str]]
    """The config secrets by name."""
    url: pulumi.Input[str]
    ca: pulumi.Input[str] = ""
    """Certificates to trust beside the usual ones, in PEM."""


class GrafanaAccess(pulumi.ComponentResource):
    """What the settings say of users and service accounts; others in Grafana stay as they are."""

    tokens: pulumi.Output[Mapping[str, str]]
    """The token of each service account that has one, as a secret."""

    def __init__(
        self, name: str, args: GrafanaAccessArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("observability:index:GrafanaAccess", name, {}, opts)

        for login, user in args.settings.users.items():
            self._user(f"{name}-user-{login}", login, user, args)
        keys = {
            account: key
            for account, settings in args.settings.service_accounts.items()
            if (key := self._service_account(f"{name}-account-{account}", account, settings))
        }

        self.tokens = pulumi.Output.secret(pulumi.Output.all(**keys))
        self.register_outputs({"tokens": self.tokens})

    def _user(self, name: str, login: str, user: User, args: GrafanaAccessArgs) -> None:
        made = oss.User(
            name,
            login=login,
            name=login,
            email=user.email,
            password=args.secrets[user.password.secret],
            opts=ResourceOptions(parent=self),
        )
        GrafanaRole(
            f"{name}-role",
            GrafanaRoleArgs(
                url=args.url, ca=args.ca, user_id=made.id, login=login, role=user.role.title()
            ),
            ResourceOptions(parent=self),
        )

    def _service_account(
        self, name: str, account: str, settings: ServiceAccount
    ) -> pulumi.Output[str] | None:
        """The account's token, if it is to have one."""
        made = oss.ServiceAccount(
            name, name=account, role=settings.role.title(), opts=ResourceOptions(parent=self)
        )
        if not settings.token:
            return None
        token = oss.ServiceAccountToken(
            f"{name}-token",
            # A token can't be changed: one of another name is made, then this one is deleted.
            name=f"{account}-{settings.key_version}",
            service_account_id=made.id,
            opts=ResourceOptions(parent=self),
        )
        return token.key
