"""A call's figures as its page shows them: each value beside its formula, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clips_api.render import clock
from nlp import metrics

UNCLEAR = "It is not known who said what."
ELSEWHERE = frozenset([("call", "duration_s"), ("call", "words")])  # the page shows the one; the other says little


@dataclass(frozen=True)
class Value:
    """A figure in words; or None, and why."""

    text: str | None
    why: str = ""


@dataclass(frozen=True)
class Row:
    """One figure: of the whole call, or of each side."""

    about: metrics.Figure
    values: tuple[Value, ...]


def rows(found: Mapping[str, Any]) -> list[Row]:
    """The figures of an analysis' metrics, sides first. One whose analysis is older than the figure is left out."""
    reasons = found.get("reasons") or {}
    told = []
    for (of, name), about in metrics.figures().items():
        if (of, name) in ELSEWHERE:
            continue
        values: tuple[Value, ...]
        if of == "call":
            values = (Value(_told(name, found.get(name)), reasons.get(name, "")),)
        else:
            values = tuple(
                Value(
                    _told(name, (found.get(side) or {}).get(name)),
                    reasons.get(f"{side}.{name}") or reasons.get(side, ""),
                )
                for side in ("rep", "customer")
            )
        if any(value.text or value.why for value in values):
            told.append(Row(about, values))
    return sorted(told, key=lambda row: row.about.of == "call")


def unclear(found: Mapping[str, Any]) -> str:
    """Why there are no figures of sides; empty where there are."""
    reasons = found.get("reasons") or {}
    return "" if found.get("rep") else reasons.get("rep") or UNCLEAR


def _told(name: str, value: object) -> str | None:
    """A value in its unit, which its name ends in."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if name.endswith("_share"):
        return f"{value * 100:.0f} %"
    if name.endswith("_s"):
        return clock(value) if value >= 60 else f"{value:.1f} s"
    if name.endswith("per_minute"):
        return f"{value:.0f} a minute" if value >= 10 else f"{value:.1f} a minute"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.1f}"
