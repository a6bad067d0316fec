"""What a panel's field settings say about its series: unit, limits, words, colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards import colours
from verify.drawing.units import show
from verify.frames import Series


@dataclass(frozen=True)
class Fields:
    """The field settings of one panel."""

    panel: dict[str, Any]

    @property
    def _defaults(self) -> dict[str, Any]:
        defaults: dict[str, Any] = self.panel["fieldConfig"]["defaults"]
        return defaults

    @property
    def unit(self) -> str:
        return str(self._defaults.get("unit", "none"))

    @property
    def no_value(self) -> str:
        return str(self._defaults.get("noValue", "No data"))

    @property
    def top(self) -> float | None:
        """The fixed upper end of the scale, where there is one."""
        return self._defaults.get("max")

    @property
    def stacked(self) -> bool:
        stacking = (self._defaults.get("custom") or {}).get("stacking") or {}
        return bool(stacking.get("mode", "none") != "none")

    @property
    def as_bars(self) -> bool:
        return (self._defaults.get("custom") or {}).get("drawStyle") == "bars"

    @property
    def limits(self) -> list[tuple[float, str]]:
        """Each threshold above the lowest one, with its colour."""
        steps = (self._defaults.get("thresholds") or {}).get("steps") or []
        return [(step["value"], step["color"]) for step in steps if step.get("value") is not None]

    def text(self, value: float | None) -> str:
        """The value in words where the panel has any for it, else with its unit."""
        mapped = self._mapped(value)
        return mapped.get("text") or show(value, self.unit, self._defaults.get("decimals"))

    def state_colour(self, value: float | None) -> str:
        """The colour that says whether this value is all right."""
        if mapped := self._mapped(value).get("color"):
            return str(mapped)
        colour = colours.OK
        for limit, above in self.limits:
            if value is not None and value >= limit:
                colour = above
        return colour

    def series_colours(self, series: Sequence[Series]) -> list[str]:
        """One colour for each series: its own, a shade of its query's, or one off the palette."""
        own = self._overrides("byName")
        by_query = self._overrides("byFrameRefID")
        seen: dict[str, int] = {}
        chosen = []
        for index, one in enumerate(series):
            count = seen[one.ref] = seen.get(one.ref, -1) + 1
            if one.name in own:
                chosen.append(own[one.name])
            elif one.ref in by_query:
                chosen.append(_shade(by_query[one.ref], count))
            else:
                chosen.append(colours.SERIES[index % len(colours.SERIES)])
        return chosen

    def _mapped(self, value: float | None) -> dict[str, Any]:
        for mapping in self._defaults.get("mappings") or []:
            if mapping["type"] == "value" and value is not None:
                found: dict[str, Any] = mapping["options"].get(f"{value:g}", {})
                return found
        return {}

    def _overrides(self, matcher: str) -> dict[str, str]:
        return {
            override["matcher"]["options"]: setting["value"]["fixedColor"]
            for override in self.panel["fieldConfig"].get("overrides") or []
            for setting in override["properties"]
            if override["matcher"]["id"] == matcher and setting["id"] == "color"
        }


def _shade(colour: str, index: int) -> str:
    """The colour itself, then by turns darker and lighter ones of it."""
    amount = min(0.2 * ((index + 1) // 2), 0.7)
    target = 0 if index % 2 else 255
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(part + (target - part) * amount):02X}" for part in parts)
