"""The settings of Grafana: where it is published, and who may do what in it."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings.access_types import ClaimPath, ClaimValue, ClientId, Email, Label, Login, Scope
from settings.addresses import HttpUrl, NetworkName
from settings.errors import ContradictionError
from settings.secrets import secrets_in
from settings.sections import Model, Secret
from settings.types import Address, Certificate, FreeOrFixedPort, Size, at_least

ADMIN = "admin"
Role = Literal["viewer", "editor", "admin"]


class User(Model):
    """A person who logs in with a password of Grafana's own."""

    email: Email = Field(description="Address of the user, in small letters; one for each.")
    role: Role = Field(default="viewer", description="What the user may do in Grafana.")
    password: Secret = Field(description="Password. A changed one holds from the next `up`.")


class ServiceAccount(Model):
    """A login for a program."""

    role: Role = Field(default="viewer", description="What the program may do in Grafana.")
    token: bool = Field(
        default=True,
        description="Whether it has a token, which is in the stack's secret output "
        "`service-account-tokens`.",
    )
    key_version: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=1,
        description="Any other number than before gives the account a new token; the old one is "
        "refused from then on.",
    )


class OidcRoles(Model):
    """What the issuer says of a user, and the role that follows from it."""

    claim: ClaimPath = Field(
        default="groups",
        description="Claim that holds the user's groups or roles, as a list or a single text; a "
        "dot leads further down, as in `realm_access.roles`.",
    )
    admin: tuple[ClaimValue, ...] = Field(
        default=(), max_length=50, description="Values that make an administrator."
    )
    editor: tuple[ClaimValue, ...] = Field(
        default=(), max_length=50, description="Values that make an editor."
    )
    viewer: tuple[ClaimValue, ...] = Field(
        default=(),
        max_length=50,
        description="Values that make a viewer; only where `others` is `refuse`.",
    )
    others: Literal["viewer", "refuse"] = Field(
        default="viewer", description="What becomes of users with none of these values."
    )

    @model_validator(mode="after")
    def _somebody_gets_in(self) -> Self:
        if self.others == "viewer" and self.viewer:
            raise ContradictionError({"viewer": "changes nothing unless others is refuse"})
        if self.others == "refuse" and not (self.admin or self.editor or self.viewer):
            raise ContradictionError({"others": "refuses everybody: no group has a role"})
        return self


class Oidc(Model):
    """Login by an OpenID Connect issuer, with PKCE."""

    name: Label = Field(default="OpenID Connect", description="What the login button says.")
    auth_url: HttpUrl = Field(description="The issuer's `authorization_endpoint`.")
    token_url: HttpUrl = Field(description="The issuer's `token_endpoint`.")
    api_url: HttpUrl = Field(description="The issuer's `userinfo_endpoint`.")
    client_id: ClientId = Field(description="Name under which the issuer knows this Grafana.")
    client_secret: Secret = Field(description="Secret that the issuer has given for it.")
    ca: Certificate | None = Field(
        default=None,
        description="Certificates in PEM that the issuer is checked against, instead of the usual "
        "authorities; for an issuer with an authority of its own.",
    )
    scopes: tuple[Scope, ...] = Field(
        default=("openid", "profile", "email"),
        max_length=20,
        description="What is asked of the issuer; many send groups only for a scope `groups`.",
    )
    allowed_domains: tuple[NetworkName, ...] = Field(
        default=(),
        max_length=50,
        description="Domains of e-mail addresses that may log in; any where none is given.",
    )
    roles: OidcRoles = Field(default=OidcRoles(), description="Roles by groups.")
    auto_sign_in: bool = Field(
        default=False,
        description="Whether the login page goes to the issuer at once; "
        "`/login?disableAutoLogin` shows it all the same.",
    )

    @model_validator(mode="after")
    def _issuer_can_be_checked(self) -> Self:
        asked = (self.token_url, self.api_url)
        if self.ca and not all(url.startswith("https://") for url in asked):
            raise ContradictionError({"ca": "needs a token-url and an api-url with https"})
        return self


class Grafana(Model):
    """The only service with a published port."""

    bind: Address = Field(
        default="127.0.0.1",
        description="IPv4 address of the Docker host that Grafana is published on. "
        "`0.0.0.0` opens it to every network of that host.",
    )
    port: FreeOrFixedPort = Field(
        default=3000,
        description="Port that Grafana is published on. 0 picks a free one and keeps it until "
        "`make down`; not where docker-host is another machine.",
    )
    admin_password: Secret = Field(
        default=Secret(secret="grafana-admin-password"),  # noqa: S106 (a name)
        description="Password of the administrator. A changed one holds from the next `up`.",
    )
    users: dict[Login, User] = Field(
        default={}, description="People by the name that they log in with."
    )
    oidc: Oidc | None = Field(default=None, description="Login by an OpenID Connect issuer.")
    login_form: bool = Field(
        default=True,
        description="Whether the login page asks for name and password. Without it, which takes "
        "`oidc`, only programs log in with a password (basic authentication).",
    )
    service_accounts: dict[Login, ServiceAccount] = Field(
        default={}, description="Programs by name."
    )
    memory: Annotated[Size, at_least("192MiB")] = Field(
        default=Size("512MiB"), description="Memory limit of the container."
    )

    @model_validator(mode="after")
    def _logins_fit_together(self) -> Self:
        problems = dict(self._contradictions())
        if problems:
            raise ContradictionError(problems)
        return self

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        if not self.login_form and self.oidc is None:
            yield "login-form", "can be off only with oidc: nobody could log in"
        if ADMIN in self.users:
            yield f"users.{ADMIN}", "is the administrator, who is there already"
        emails = {f"users.{name}.email": user.email for name, user in self.users.items()}
        passwords = {f"{path}.secret": secret.secret for path, secret in secrets_in(self)}
        for values in (emails, passwords):
            first: dict[str, str] = {}
            for path, value in values.items():
                if (other := first.setdefault(value, path)) != path:
                    yield path, f"is also {other}: give each its own"
