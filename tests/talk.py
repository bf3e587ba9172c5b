"""Calls as tests write them."""

from __future__ import annotations

from nlp.findings import Speaker, Turn

SIDES: dict[str, Speaker] = {"R": "rep", "C": "customer", "U": "unknown"}
SMALL_TALK = ("C: Right.", "R: So that is the shop, and this is the yard.", "C: I see.", "R: Mind the step.")


def talk(*lines: str, seconds: float, gap: float = 0.0) -> list[Turn]:
    """Turns of ``seconds`` each; "R:", "C:" and "U:" name the side."""
    step = seconds + gap
    return [Turn(SIDES[line[0]], line[3:], number * step, number * step + seconds) for number, line in enumerate(lines)]
