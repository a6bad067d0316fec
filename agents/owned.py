"""The files and packages that a host gets, from its spec alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents import alloy
from agents.spec import HostSpec

FILES = Path(__file__).parent / "files"
LIBRARY = "/usr/local/lib/observability"
UNITS = "/etc/systemd/system"
TEXTFILES = "/var/lib/prometheus/node-exporter"
DROP_IN = f"{UNITS}/prometheus-node-exporter.service.d/observability.conf"
NODE_EXPORTER = "prometheus-node-exporter"

# How often each collector runs. What fills up fast is asked often.
INTERVALS = {"smart": "10min", "zfs": "2min", "lvm-thin": "2min", "updates": "30min"}
PACKAGES = {"smart": ("smartmontools",)}
LISTEN = re.compile(r"[0-9.]+:[0-9]+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class OwnedFile:
    """A file of ours; `in_container` is what it holds there, where that differs."""

    path: str
    content: str
    mode: str = "644"
    in_container: str | None = None


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit that runs, the files of ours that it follows, and the package that brings it."""

    name: str
    follows: Sequence[str]
    package: str = "none"


def files(spec: HostSpec) -> list[OwnedFile]:
    """Every file, in the order in which they are put."""
    found = [_drop_in(spec)]
    if spec.collectors:
        found.append(_file(f"{LIBRARY}/collect", "collect.sh", mode="755"))
        found.append(_file(f"{UNITS}/observability-textfile@.service", "textfile.service"))
    for name in spec.collectors:
        found.append(_file(f"{LIBRARY}/{name}", f"{name}.sh", mode="755"))
        if name == "smart":
            found.append(_file(f"{LIBRARY}/smart.awk", "smart.awk"))
        timer = _text("textfile.timer").replace("@NAME@", name).replace("@EVERY@", INTERVALS[name])
        found.append(OwnedFile(path=f"{UNITS}/{timer_of(name)}", content=timer))
    if spec.logs:
        texts = alloy.texts(spec.logs, spec.labels)
        found += [OwnedFile(path=path, content=text) for path, text in texts.items()]
    return found


def outputs(spec: HostSpec) -> list[str]:
    """The files that the collectors write."""
    return [f"{TEXTFILES}/observability-{name}.prom" for name in spec.collectors]


def packages(spec: HostSpec) -> list[str]:
    """The Debian packages that are needed, the log agent's included."""
    extra = [package for name in spec.collectors for package in PACKAGES.get(name, ())]
    return [NODE_EXPORTER, *extra, *([alloy.PACKAGE] if spec.logs else [])]


def units(spec: HostSpec) -> Iterator[Unit]:
    """What has to run."""
    yield Unit(name=f"{NODE_EXPORTER}.service", follows=[DROP_IN], package=NODE_EXPORTER)
    for name in spec.collectors:
        yield Unit(name=timer_of(name), follows=[f"{UNITS}/{timer_of(name)}"])
    if spec.logs:
        follows = [alloy.CONFIG, *([alloy.CA] if spec.logs.ca else [])]
        yield Unit(name=f"{alloy.PACKAGE}.service", follows=follows, package=alloy.PACKAGE)


def folders() -> list[str]:
    """Folders that go with the last file of ours in them."""
    return [
        LIBRARY,
        str(Path(DROP_IN).parent),
        str(Path(alloy.DROP_IN).parent),
        "/etc/observability",
    ]


def timer_of(collector: str) -> str:
    """Name of the timer that runs a collector."""
    return f"observability-textfile-{collector}.timer"


def _drop_in(spec: HostSpec) -> OwnedFile:
    if not LISTEN.fullmatch(spec.listen):
        raise ValueError("the exporter listens on an IPv4 address and a port")
    systemd = "--collector.systemd " if spec.systemd else ""

    def filled(name: str) -> str:
        return _text(name).replace("@LISTEN@", spec.listen).replace("@SYSTEMD@", systemd)

    return OwnedFile(
        path=DROP_IN,
        content=filled("exporter-on-machine.conf"),
        in_container=filled("exporter-in-container.conf"),
    )


def _file(path: str, name: str, mode: str = "644") -> OwnedFile:
    return OwnedFile(path=path, content=_text(name), mode=mode)


def _text(name: str) -> str:
    return (FILES / name).read_text()
