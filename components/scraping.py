"""Scrape jobs for what isn't ours: the targets of the settings, discovery, and the user's files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pulumi
import yaml

from components.labels import filled_in, of_located
from components.rendering import Files, ScrapeJob, Target, as_yaml, secret_file
from settings import Settings
from settings.targets import HttpDiscovery, Scraped, Targets

SITE_FOLDER = "site"
TARGETS_PATH = "/etc/targets"
"""Where Prometheus sees the folder of `discovery.folder`."""
CA_FOLDER = "ca"


class SiteFileError(Exception):
    """A file of the user's holds something else than it should."""


def jobs(settings: Settings, *, env: str) -> list[ScrapeJob]:
    """A job for each entry of `targets` and of `discovery`."""
    found = [_of_targets(name, group, env=env) for name, group in settings.targets.items()]
    found += [_of_list(name, entry, env=env) for name, entry in settings.discovery.http.items()]
    if settings.discovery.folder:
        patterns = [f"{TARGETS_PATH}/*.{ending}" for ending in ("yml", "yaml", "json")]
        options = {
            "file_sd_configs": [{"files": patterns}],
            "relabel_configs": filled_in(env=env),
        }
        found.append(ScrapeJob(name="file", options=options))
    return found


def certificates(settings: Settings) -> Files:
    """The authorities that targets are checked against, by the path that the config names."""
    return {
        _ca_file(name): entry.ca
        for name, entry in (settings.targets | settings.discovery.http).items()
        if entry.ca
    }


def secret_names(settings: Settings) -> set[str]:
    """The secrets that Prometheus logs in with."""
    entries: list[Scraped] = [*settings.targets.values(), *settings.discovery.http.values()]
    lists = settings.discovery.http.values()
    named = [entry.password or entry.token for entry in entries]
    named += [entry.list_token for entry in lists]
    return {secret.secret for secret in named if secret}


def _of_targets(name: str, group: Targets, *, env: str) -> ScrapeJob:
    targets = [
        Target(
            address=address,
            labels=of_located(group, host=address.rpartition(":")[0], env=env),
        )
        for address in group.addresses
    ]
    return ScrapeJob(name=name, path=group.path, others=targets, options=_options(name, group))


def _of_list(name: str, entry: HttpDiscovery, *, env: str) -> ScrapeJob:
    token = {"authorization": _authorization(entry.list_token.secret)} if entry.list_token else {}
    constants = [
        {"target_label": label, "replacement": value} for label, value in entry.labels.items()
    ]
    options = {
        **_options(name, entry),
        "http_sd_configs": [{"url": entry.url, "refresh_interval": str(entry.refresh), **token}],
        "relabel_configs": [*constants, *filled_in(env=env)],
    }
    return ScrapeJob(name=name, path=entry.path, options=options)


def _options(name: str, entry: Scraped) -> Mapping[str, object]:
    found: dict[str, object] = {"scheme": entry.scheme}
    if entry.interval:
        found["scrape_interval"] = str(entry.interval)
    if entry.user and entry.password:
        password_file = secret_file(entry.password.secret)
        found["basic_auth"] = {"username": entry.user, "password_file": password_file}
    if entry.token:
        found["authorization"] = _authorization(entry.token.secret)
    if entry.ca:
        found["tls_config"] = {"ca_file": _ca_file(name)}
    return found


def _authorization(secret: str) -> Mapping[str, str]:
    return {"type": "Bearer", "credentials_file": secret_file(secret)}


def _ca_file(name: str) -> str:
    return f"{CA_FOLDER}/{name}.pem"


def of_site(folder: Path, *, env: str) -> Files:
    """The user's own scrape jobs: each `*.yml` in `folder` with a list `scrape_configs`.

    Labels that a target lacks are filled in. A file that holds something else stops the run with
    a line for each.
    """
    found, mistakes = {}, []
    for path in sorted(folder.glob("*.yml")):
        try:
            found[f"{SITE_FOLDER}/{path.name}"] = as_yaml({"scrape_configs": [*_read(path, env)]})
        except (yaml.YAMLError, UnicodeDecodeError, SiteFileError) as error:
            place = getattr(error, "problem_mark", None)
            words = f"is not YAML: line {place.line + 1}" if place else f"{error}"
            mistakes.append(f"{folder.parent.name}/{folder.name}/{path.name}: {words}")
    if mistakes:
        raise pulumi.RunError("\n  ".join(["scrape jobs are not right:", *mistakes]))
    return found


def _read(path: Path, env: str) -> Iterator[Mapping[str, object]]:
    content = yaml.safe_load(path.read_text())
    listed = content.get("scrape_configs") if isinstance(content, dict) else None
    if not isinstance(listed, list) or not all(isinstance(job, dict) for job in listed):
        raise SiteFileError("must hold a list `scrape_configs`, in Prometheus' own format")
    for job in listed:
        own = job.get("relabel_configs") or []
        if not isinstance(own, list):
            raise SiteFileError("relabel_configs must be a list")
        yield job | {"relabel_configs": [*own, *filled_in(env=env)]}
