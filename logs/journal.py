"""The journal as a source: which of its fields become labels."""

from collections.abc import Sequence

from logs.model import Journal, Relabel, Stage

# Few, of few values each. Whoever starts a session or a scope gets a unit of its own: as labels
# they would never end.
LABELS: Sequence[Relabel] = (
    # An instance counts as its template: pve-container@101.service as pve-container.service.
    Relabel(
        field="__journal__systemd_unit",
        expression=r"([^@]+)(@.*)?\.service",
        label="unit",
        value="${1}.service",
    ),
    Relabel(
        field="__journal__systemd_unit",
        expression=r"run-[a-z]?[0-9a-f-]+\.service",
        label="unit",
        value="run.service",
    ),
    Relabel(
        field="__journal__transport",
        expression="kernel",
        label="transport",
        value="kernel",
    ),
    # In the words that Loki has for the levels that it finds in lines by itself.
    *(
        Relabel(field="__journal_priority", expression=priorities, label="level", value=level)
        for priorities, level in (
            ("[0-2]", "critical"),
            ("3", "error"),
            ("4", "warn"),
            ("[56]", "info"),
            ("7", "debug"),
        )
    ),
)


def source(*, path: str, max_age: str, stages: Sequence[Stage]) -> Journal:
    """The journal in the folder `path`, but for entries older than `max_age`."""
    return Journal(
        name="journal",
        path=path,
        max_age=max_age,
        labels={"job": "journal"},
        relabel=LABELS,
        stages=stages,
    )
