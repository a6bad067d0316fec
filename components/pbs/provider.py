"""The six methods that every config section of a Proxmox Backup Server shares.

This module's path is stored in users' states: it must not move.
"""

from typing import Any, ClassVar, Self

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.runtime.rpc import UNKNOWN
from pydantic import BaseModel, ConfigDict, ValidationError

from proxmox.connection import ProxmoxError, Token
from proxmox.pbs import Pbs
from proxmox.tls import Server
from settings import Settings

ADOPT = "adopt"
NO_CHANGE = frozenset({ADOPT})
"""Inputs that nothing on the server corresponds to."""


class Spec(BaseModel):
    """A section: snake_case in the state, kebab-case on the wire; None where it isn't set."""

    model_config = ConfigDict(
        alias_generator=lambda field: field.replace("_", "-"),
        validate_by_name=True,
        validate_by_alias=True,
        extra="ignore",  # what the server adds of its own is no drift
    )

    @classmethod
    def from_api(cls, body: dict[str, Any]) -> Self:
        """What the server keeps, with the defaults that it leaves out."""
        return cls.model_validate(body)

    def to_api(self) -> dict[str, Any]:
        """All that is set, under its names on the wire."""
        return self.model_dump(by_alias=True, exclude_none=True)


class Session(ResourceProvider):
    """A provider that asks the stack's server."""

    _pbs: Pbs

    def configure(self, req: ConfigureRequest) -> None:
        """The server and the token, from the config: so that no secret is an input."""
        settings = Settings.model_validate_json(
            req.config.require("stack"), by_alias=True, by_name=False
        )
        if settings.pbs is None:
            raise ProxmoxError("pbs: isn't set, and something is to be made there")
        token = Token.parse(req.config.require(settings.pbs.token.secret))
        server = Server(
            url=settings.pbs.endpoint, fingerprint=settings.pbs.fingerprint, ca=settings.pbs.ca
        )
        self._pbs = Pbs(server, token)


class SectionProvider(Session):
    """Makes, reads, changes and removes sections of one kind; each write is read back."""

    path: ClassVar[str]
    """Of the list; a section lies below it, under its key."""
    key: ClassVar[str] = "id"
    noun: ClassVar[str]
    spec: ClassVar[type[Spec]]
    fixed: ClassVar[frozenset[str]] = frozenset()
    """Fields, beside the key, that a section has to be replaced for."""
    listing: ClassVar[dict[str, str]] = {}
    """Parameters with which the list is complete."""

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """One failure for each wrong field; and for a section that is somebody else's."""
        if UNKNOWN in news.values():  # a preview, in which something else isn't made yet
            return CheckResult(news, [])
        try:
            spec = self.spec.model_validate(news)
        except ValidationError as error:
            wrong = [(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()]
            return CheckResult(news, [CheckFailure(name, words) for name, words in wrong])
        adopt = bool(news.get(ADOPT))
        if not olds and not adopt and (words := self._differs(spec)):
            return CheckResult(news, [CheckFailure(self.key, words)])
        return CheckResult({**spec.model_dump(), ADOPT: adopt}, [])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Fields that differ; the key and the fixed ones can't be changed in place."""
        changed = [name for name in self.spec.model_fields if olds.get(name) != news.get(name)]
        replacing = {self.key.replace("-", "_"), *self.fixed}
        return DiffResult(
            changes=bool(changed),
            replaces=[name for name in changed if name in replacing],
            delete_before_replace=True,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make it; or take over the one that is there, which `check` has allowed."""
        spec = self.spec.model_validate(props)
        if self._find(self._id_of(spec)) is None:
            self._make(spec)
        else:
            self._change(spec)
        return CreateResult(self._id_of(spec), self._live(spec, props))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """What the server has; gone where a list that shows others doesn't have it."""
        found = self._find(id_)
        if found is None:
            return ReadResult("", {})
        state = {**self._state(found, props), ADOPT: props.get(ADOPT, False)}
        return ReadResult(id_, state, inputs=dict(state))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Set all that is set, unset what isn't, and leave the rest of the file alone."""
        spec = self.spec.model_validate(news)
        self._change(spec)
        return UpdateResult(self._live(spec, news))

    def delete(self, id_: str, _props: dict[str, Any]) -> None:
        """Remove the section where it is still there."""
        if self._find(id_) is not None:
            self._remove(id_)

    def _id_of(self, spec: Spec) -> str:
        return str(spec.to_api()[self.key])

    def _find(self, id_: str) -> dict[str, Any] | None:
        rows = self._pbs.listed(self.path, self.listing)
        return next((row for row in rows if row[self.key] == id_), None)

    def _make(self, spec: Spec) -> None:
        self._pbs.ask("POST", self.path, spec.to_api())

    def _change(self, spec: Spec) -> None:
        """A PUT for the state that the file has just now, so that no other change is lost."""
        item = f"{self.path}/{self._id_of(spec)}"
        answer = self._pbs.ask("GET", item)
        wanted, present = spec.to_api(), self.spec.from_api(answer["data"]).to_api()
        values = {
            name: value
            for name, value in wanted.items()
            if name != self.key and name not in self.fixed
        }
        unset = sorted(present.keys() - wanted.keys())
        if wanted != present:
            self._pbs.ask("PUT", item, {**values, "delete": unset, "digest": answer["digest"]})

    def _remove(self, id_: str) -> None:
        self._pbs.ask("DELETE", f"{self.path}/{id_}")

    def _differs(self, spec: Spec) -> str:
        """How a section of this name differs from what the program says; nothing else."""
        found = self._find(self._id_of(spec))
        if found is None:
            return ""
        wanted, present = spec.to_api(), self.spec.from_api(found).to_api()
        names = sorted(
            name for name in wanted.keys() | present.keys()
            if wanted.get(name) != present.get(name)
        )  # fmt: skip
        if not names:
            return ""
        listed = "; ".join(
            f"{name} is {present.get(name, 'not set')} there and {wanted.get(name, 'not set')} here"
            for name in names
        )
        return f"{self.noun} {self._id_of(spec)} is there already: {listed}. `adopt` takes it over"

    def _live(self, spec: Spec, props: dict[str, Any]) -> dict[str, Any]:
        found = self._find(self._id_of(spec))
        if found is None:
            raise ProxmoxError(f"{self.noun} {self._id_of(spec)} was gone right after it was made")
        return {**self._state(found, props), ADOPT: props.get(ADOPT, False)}

    def _state(self, found: dict[str, Any], _props: dict[str, Any]) -> dict[str, Any]:
        return self.spec.from_api(found).model_dump()
