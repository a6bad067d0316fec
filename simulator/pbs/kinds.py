"""The kinds of config sections: how each is named, guarded, refused and given back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.pbs import schema, values
from simulator.pbs.errors import ApiError, bad, forbidden, not_found
from simulator.pbs.sections import Section

Where = Callable[[Section], str]


def _missing(right: str, path: str) -> ApiError:
    """How handlers refuse, unlike the router."""
    return bad(f"missing permissions '{right}' on '{path}'")


def _plainly(_right: str, _path: str) -> ApiError:
    return forbidden()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of section: where it lies in the API and in which file."""

    path: str
    key: str
    file: str
    noun: str
    """As in `no such prune 'x'`."""
    exists: str = "parameter verification failed - '{key}': {noun} '{id}' already exists."
    gone: str = ""
    """What DELETE says of one that isn't there, with 404; `no such …` with 400 where empty."""
    secrets: frozenset[str] = frozenset()
    """Fields that no answer has."""
    unsaid: Mapping[str, object] = field(default_factory=dict)
    """Values that a section doesn't keep."""
    where: Where = lambda _: "/system"
    """Where privileges for a section are asked."""
    audit: str = "Sys.Audit"
    modify: str = "Sys.Modify"
    refuse: Callable[[str, str], ApiError] = _plainly
    open_list: bool = True
    """Whether somebody without rights gets an empty list, and not a refusal."""

    def absent(self, id_: str) -> ApiError:
        return bad(f"no such {self.noun} '{id_}'")

    def nothing_to_delete(self, id_: str) -> ApiError:
        return not_found(self.gone.format(id=id_)) if self.gone else self.absent(id_)

    def taken(self, id_: str) -> ApiError:
        return bad(self.exists.format(key=self.key, noun=self.noun, id=id_))

    def store(self, section: Section, given: Mapping[str, Any]) -> None:
        """Put values into a section, as the server keeps them."""
        rules = schema.rules("POST", self.path)
        for name, value in given.items():
            if name in ("delete", "digest") or (name not in rules and name != self.key):
                continue
            kept = value.strip() if name == "comment" else values.shown(rules.get(name, {}), value)
            section[name] = _READ_BACK.get(name, lambda same: same)(kept)
            if name in self.unsaid and section[name] == self.unsaid[name]:
                del section[name]

    def shown(self, section: Section) -> Section:
        """A section as answers have it."""
        hidden = {*self.secrets, "type"}
        return {
            name: value
            for name, value in sorted(section.items())
            if name not in hidden and value != []
        }


def _maintenance(text: str) -> str:
    """The default key loses its name: `read-only,message=moving`."""
    parts = values.property_string(text, "type")
    return ",".join([parts.pop("type"), *(f"{key}={value}" for key, value in parts.items())])


_READ_BACK: Mapping[str, Callable[[Any], Any]] = {"maintenance-mode": _maintenance}


def _of_store(section: Section) -> str:
    return f"/datastore/{section['store']}"


DATASTORE = Kind(
    path="/config/datastore",
    key="name",
    file="datastore",
    noun="datastore",
    gone="datastore '{id}' does not exist.",
    where=lambda section: f"/datastore/{section['name']}",
    audit="Datastore.Audit",
    modify="Datastore.Modify",
)
PRUNE = Kind(
    path="/config/prune",
    key="id",
    file="prune",
    noun="prune",
    exists="parameter verification failed - 'id': job '{id}' already exists.",
    unsaid={"disable": False, "ns": ""},
    where=_of_store,
    audit="Datastore.Audit",
    modify="Datastore.Modify",
    refuse=_missing,
)
VERIFY = Kind(
    path="/config/verify",
    key="id",
    file="verification",
    noun="verification",
    exists="parameter verification failed - 'id': job '{id}' already exists.",
    where=_of_store,
    audit="Datastore.Audit",
    modify="Datastore.Verify",
    refuse=_missing,
)
SYNC = Kind(
    path="/config/sync",
    key="id",
    file="sync",
    noun="sync",
    exists="parameter verification failed - 'id': job '{id}' already exists.",
    gone="job '{id}' does not exist.",
    where=_of_store,
    audit="Datastore.Audit",
    modify="Datastore.Backup",
    refuse=lambda _right, _path: bad("permission check failed"),
)
REMOTE = Kind(
    path="/config/remote",
    key="name",
    file="remote",
    noun="remote",
    gone="remote '{id}' does not exist.",
    secrets=frozenset({"password"}),
    where=lambda section: f"/remote/{section['name']}",
    audit="Remote.Audit",
    modify="Remote.Modify",
)
TRAFFIC_CONTROL = Kind(
    path="/config/traffic-control",
    key="name",
    file="traffic-control",
    noun="rule",
    gone="traffic control rule '{id}' does not exist.",
    where=lambda _: "/",
    audit="Sys.Modify",
)
S3 = Kind(
    path="/config/s3",
    key="id",
    file="s3",
    noun="s3-endpoint",
    gone="s3 endpoint config '{id}' does not exist.",
    secrets=frozenset({"secret-key"}),
    where=lambda _: "/system/s3-endpoint",
)
INFLUXDB_HTTP, INFLUXDB_UDP = (
    Kind(
        path=f"/config/metrics/{kind}",
        key="name",
        file="metricserver",
        noun=kind,
        exists="metric server '{id}' already exists.",
        secrets=frozenset({"token"}),
        unsaid={"enable": True},
    )
    for kind in ("influxdb-http", "influxdb-udp")
)
SECTIONS = (
    DATASTORE, PRUNE, VERIFY, SYNC, REMOTE, TRAFFIC_CONTROL, S3, INFLUXDB_HTTP, INFLUXDB_UDP,
)  # fmt: skip
