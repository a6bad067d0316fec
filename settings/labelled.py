"""What settings say of a target beside its address: the labels that it carries."""

from typing import Self

from pydantic import Field, model_validator

from settings.errors import ContradictionError
from settings.sections import Model
from settings.types import HostName, LabelName, LabelValue

# Labels that every target has anyway; `instance` and `job` are Prometheus' own.
SET_ELSEWHERE = {"host", "node", "guest", "role", "env", "instance", "job", "probe"}


class Labelled(Model):
    """Something with labels of the user's own."""

    labels: dict[LabelName, LabelValue] = Field(
        default={}, description="Further labels, such as `service`."
    )

    @model_validator(mode="after")
    def _no_label_is_set_twice(self) -> Self:
        problems = {
            f"labels.{name}": "is set by the program or by a setting of its own"
            for name in sorted(SET_ELSEWHERE & set(self.labels))
        }
        if problems:
            raise ContradictionError(problems)
        return self


class Located(Labelled):
    """Something of which the settings say where it is."""

    host: HostName | None = Field(
        default=None,
        description="Host that it is or runs on, as the label `host`; the host name or IP address "
        "in its own address where it isn't set.",
    )
    node: HostName | None = Field(
        default=None, description="Proxmox node that the host is or runs on, as the label `node`."
    )
    guest: HostName | None = Field(
        default=None, description="Name of the guest that the host is, as the label `guest`."
    )
    role: HostName = Field(
        default="service", description="What it is, as the label `role`, such as `database`."
    )
