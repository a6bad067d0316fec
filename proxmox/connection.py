"""A session with a Proxmox API over proxmoxer: checked certificate, token, typed errors."""

import logging
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import requests
from proxmoxer import ProxmoxAPI
from proxmoxer.core import ResourceException

from proxmox.tls import CONNECT_SECONDS, Adapter, Server

# What a busy node needs to answer; proxmoxer's own 5 s are too few.
ANSWER_SECONDS = 60.0
TOKEN = re.compile(
    r"(?P<user>[^\s:/@!=]+@[A-Za-z][\w.-]*)!(?P<name>[A-Za-z][\w.-]*)=(?P<secret>[!-~]+)", re.ASCII
)
# At INFO it would write down whatever is sent, passwords too.
for _name in ("proxmoxer.core", "proxmoxer.backends.https"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class ProxmoxError(Exception):
    """What an API refused or couldn't do, in its own words; never with a secret.

    `status` is the HTTP status; None where there was no answer.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class UnreachableError(ProxmoxError):
    """The server couldn't be asked, or didn't answer in time."""


class CertificateError(ProxmoxError):
    """The server shows another certificate than the one that is trusted, or isn't named in it."""

    def __init__(self, message: str, *, wrong_name: bool) -> None:
        super().__init__(message)
        self.wrong_name = wrong_name


@dataclass(frozen=True, kw_only=True)
class Token:
    """An API token."""

    user: str
    """`user@realm`."""
    name: str
    secret: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `user@realm!name=uuid`; a ValueError, which doesn't show it, otherwise."""
        found = TOKEN.fullmatch(text)
        if not found:
            raise ValueError("must be like user@realm!name=uuid")
        return cls(**found.groupdict())

    @property
    def id(self) -> str:
        """`user@realm!name`, which is no secret."""
        return f"{self.user}!{self.name}"


class Connection:
    """Asks one API with one token; connects at the first question, and hangs up on leaving."""

    def __init__(
        self, server: Server, token: Token, *, service: Literal["PVE", "PBS"] = "PVE"
    ) -> None:
        self._token = token
        self._api = ProxmoxAPI(
            server.host,
            port=server.port,
            service=service,
            user=token.user,
            token_name=token.name,
            token_value=token.secret,
            verify_ssl=server.fingerprint is None,
            timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
        )
        self._session: requests.Session = self._api._store["session"]
        # No proxy stands before a site of one's own, and no netrc speaks for a token.
        self._session.trust_env = False
        self._session.mount("https://", Adapter(server))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, path: str, /, **parameters: object) -> Any:
        """The `data` of the answer to GET; a ProxmoxError where it isn't one."""
        answer = self._ask(path, parameters)
        # Raised out here, it drags no request with its token along.
        if isinstance(answer, ProxmoxError):
            raise answer
        # What proxmoxer makes of an answer that isn't JSON.
        if isinstance(answer, dict) and isinstance(answer.get("errors"), bytes):
            raise ProxmoxError(f"GET {path} isn't answered as by Proxmox: another server is there")
        return answer

    def _ask(self, path: str, parameters: dict[str, object]) -> Any:
        try:
            return self._api(path.lstrip("/")).get(**parameters)
        except ResourceException as error:
            return ProxmoxError(self._words_of(error), status=error.status_code)
        except requests.RequestException as error:
            return self._of(error)

    @staticmethod
    def _of(error: requests.RequestException) -> ProxmoxError:
        """What went wrong before there was an answer."""
        if isinstance(error, requests.exceptions.SSLError):
            return _of_tls(error)
        return UnreachableError(_reason(error))

    def _words_of(self, error: ResourceException) -> str:
        fields = error.errors.items() if isinstance(error.errors, dict) else ()
        details = [f"{name}: {text}" for name, text in fields if isinstance(text, str)]
        words = " ".join([str(error.status_code), str(error.content).strip(), *details])
        return " ".join(words.split()).replace(self._token.secret, "***")


def _of_tls(error: requests.exceptions.SSLError) -> ProxmoxError:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            wrong_name = "mismatch" in cause.verify_message
            return CertificateError(cause.verify_message.rstrip("."), wrong_name=wrong_name)
    if any("ingerprint" in str(cause) for cause in causes):
        return CertificateError("another fingerprint", wrong_name=False)
    return UnreachableError(_reason(error))


def _reason(error: BaseException) -> str:
    """The innermost cause in the system's words."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    words = [cause.strerror for cause in _causes(error) if isinstance(cause, OSError)]
    return next((text for text in reversed(words) if text), "the connection broke off")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and, from the outside in, what it came from."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
