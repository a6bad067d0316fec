"""Promtail's config: the pipelines as YAML."""

from logs.model import (
    DropLabels,
    Files,
    Journal,
    Json,
    Labels,
    Login,
    Multiline,
    Output,
    Pipelines,
    Regex,
    Replace,
    Stage,
    Target,
    Template,
    Timestamp,
)


def config(pipelines: Pipelines, *, port: int, data_path: str) -> dict[str, object]:
    """What stands in promtail.yaml."""
    return {
        "server": {"http_listen_port": port, "grpc_listen_port": 0, "log_level": "warn"},
        "positions": {"filename": f"{data_path}/positions.yaml"},
        "clients": [
            {
                "url": pipelines.url,
                **_login(pipelines.login),
                "external_labels": dict(pipelines.labels),
                # For ever: after a number of tries it would drop the lines.
                "backoff_config": {"max_retries": 0},
            },
        ],
        "scrape_configs": [
            *(_files(source) for source in pipelines.files),
            *(_journal(source) for source in pipelines.journals),
        ],
    }


def _login(login: Login | None) -> dict[str, object]:
    if login is None:
        return {}
    return {"basic_auth": {"username": login.user, "password_file": login.password_file}}


def _files(source: Files) -> dict[str, object]:
    return {
        "job_name": source.name,
        "static_configs": [{"labels": _labels(target)} for target in source.targets],
        "pipeline_stages": [stage(each) for each in source.stages],
    }


def _labels(target: Target) -> dict[str, str]:
    exclude = {"__path_exclude__": target.exclude} if target.exclude else {}
    return {**target.labels, "__path__": target.path, **exclude}


def _journal(source: Journal) -> dict[str, object]:
    return {
        "job_name": source.name,
        "journal": {
            "path": source.path,
            "max_age": source.max_age,
            "labels": dict(source.labels),
        },
        "relabel_configs": [
            {
                "source_labels": [rule.field],
                "regex": rule.expression,
                "target_label": rule.label,
                "replacement": rule.value,
            }
            for rule in source.relabel
        ],
        "pipeline_stages": [stage(each) for each in source.stages],
    }


def stage(of: Stage) -> dict[str, object]:
    """One stage under its name in Promtail."""
    found: dict[str, object]
    match of:
        case Json():
            found = {"json": {"expressions": dict(of.expressions)}}
        case Regex():
            source = {"source": of.source} if of.source else {}
            found = {"regex": {"expression": of.expression, **source}}
        case Template():
            found = {"template": {"source": of.source, "template": of.template}}
        case Timestamp():
            found = {"timestamp": {"source": of.source, "format": of.format}}
        case Labels():
            found = {"labels": dict.fromkeys(of.names, "")}
        case DropLabels():
            found = {"labeldrop": list(of.names)}
        case Output():
            found = {"output": {"source": of.source}}
        case Multiline():
            found = {
                "multiline": {
                    "firstline": of.first_line,
                    "max_lines": of.max_lines,
                    "max_wait_time": of.max_wait,
                }
            }
        case Replace():
            found = {"replace": {"expression": of.expression, "replace": of.text}}
    return found
