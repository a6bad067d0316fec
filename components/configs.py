"""All config files of a stack, from its settings alone, so that they can be checked up front."""

from collections.abc import Mapping

from components import alertmanager, exporters, grafana, log_agent, loki, prometheus
from components.rendering import Files, ScrapeJob
from settings import Settings


def render(settings: Settings, *, stack: str, rules: Mapping[str, str]) -> dict[str, Files]:
    """The config files of each service that has any; `rules` are rule files by name."""
    labels = {"host": settings.host_name or stack, "env": stack}
    return {
        "prometheus": prometheus.render(
            settings.prometheus, jobs=_jobs(settings, stack), labels=labels, rules=rules
        ),
        "alertmanager": alertmanager.render(),
        "loki": loki.render(settings.loki),
        "grafana": grafana.render(),
        "log-agent": log_agent.render(settings.log_agent, labels=labels),
    }


def _jobs(settings: Settings, stack: str) -> list[ScrapeJob]:
    jobs = [prometheus.JOB, alertmanager.JOB, loki.JOB, grafana.JOB]
    if settings.node_exporter.enabled or settings.agents.hosts:
        jobs.append(exporters.node_job(settings.node_exporter, settings.agents, env=stack))
    if settings.log_agent.enabled:
        jobs.append(log_agent.job(settings.log_agent))
    return jobs
