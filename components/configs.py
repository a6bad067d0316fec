"""All config files of a stack, from its settings alone, so that they can be checked up front."""

from collections.abc import Mapping
from types import MappingProxyType

from components import alertmanager, gateway, grafana, log_agent, loki, prometheus, scraping
from components.exporters import all as exporters
from components.labels import of_docker_host, of_logs
from components.rendering import Files, ScrapeJob, secret_file
from settings import Settings
from settings.secrets import Check

NOTHING: Mapping[str, str] = MappingProxyType({})


def render(
    settings: Settings, *, stack: str, rules: Mapping[str, str], site: Files = NOTHING
) -> dict[str, Files]:
    """The config files of each service that has any.

    `rules` are rule files by name, `site` the user's own files for Prometheus.
    """
    labels = of_docker_host(settings, env=stack)
    others = {**scraping.certificates(settings), **site}
    door = settings.gateway
    return {
        "prometheus": prometheus.render(
            settings.prometheus,
            jobs=scrape_jobs(settings, stack),
            labels=labels,
            rules=rules,
            others=others,
        ),
        "alertmanager": alertmanager.render(),
        "loki": loki.render(settings.loki),
        "grafana": grafana.render(settings.grafana, external_url=door.address if door else None),
        "log-agent": log_agent.render(
            settings.log_agent, labels=of_logs(labels["host"], env=stack)
        ),
        **exporters.render(settings),
        **({"gateway": gateway.render(door)} if door else {}),
    }


def scrape_jobs(settings: Settings, stack: str) -> list[ScrapeJob]:
    """All that Prometheus reads, but for what the user's own files add."""
    jobs = [prometheus.JOB, alertmanager.JOB, loki.JOB, grafana.JOB]
    jobs += exporters.jobs(settings, env=stack)
    if settings.log_agent.enabled:
        jobs.append(log_agent.job(settings.log_agent))
    if settings.gateway:
        jobs.append(gateway.JOB)
    return [*jobs, *scraping.jobs(settings, env=stack)]


def secret_names(settings: Settings) -> dict[str, set[str]]:
    """The secrets that the configs of each service refer to."""
    return {"prometheus": scraping.secret_names(settings)}


def secret_checks(settings: Settings) -> dict[str, Check]:
    """What some secrets have to be, by name: the rest has to be there and long enough."""
    return gateway.secret_checks(settings.gateway) if settings.gateway else {}


def stand_ins(settings: Settings) -> dict[str, Files]:
    """What the tools are given in place of files with secrets, by service."""
    found: dict[str, Files] = {
        service: {secret_file(name): "-" for name in names}
        for service, names in secret_names(settings).items()
    }
    if settings.gateway:
        found["gateway"] = gateway.stand_ins(settings.gateway)
    return found
