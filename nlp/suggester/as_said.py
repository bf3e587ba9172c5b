"""Sentences as people say them: with words before or behind that mean nothing, and as a recogniser writes them.

The sentence encoder learns from them so: "Right, okay. The dean signs for those." means what "The dean signs for
those." means.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

LED, TAILED, BARE = 0.25, 0.12, 0.3  # of the sentences, each time: with words before, with words behind, without marks
_CAPITAL = re.compile(r"I\b|\w+[A-Z0-9]")  # stays as it is in the middle of a sentence


def as_said(text: str, chance: random.Random) -> str:
    """A sentence as it may be heard; it means the same."""
    if chance.random() < LED:
        text = led(chance.choice(fillers()["before"]), text)
    if chance.random() < TAILED:
        text = tailed(text, chance.choice(fillers()["behind"]))
    return bare(text) if chance.random() < BARE else text


@cache
def fillers() -> Mapping[str, Sequence[str]]:
    """What means nothing ``before`` and ``behind`` a sentence."""
    found: Mapping[str, Sequence[str]] = yaml.safe_load((files("nlp") / "suggester" / "fillers.yml").read_text("utf-8"))
    return found


def led(lead: str, text: str) -> str:
    """``text`` after a lead: in the same sentence, unless the lead ends one."""
    goes_on = lead[-1] not in ".?!" and not _CAPITAL.match(text)
    return f"{lead} {text[:1].lower() + text[1:] if goes_on else text}"


def tailed(text: str, tail: str) -> str:
    """``text`` before a tail, which is a sentence if it ends like one; a question keeps its end."""
    if tail[-1] in ".?":
        return f"{text}{'' if text.endswith('?') else '.'} {tail}"
    return text if text.endswith("?") else f"{text}, {tail}"


def bare(text: str) -> str:
    """A sentence without its marks and capitals."""
    return re.sub(r"[^\w\s']", "", text).lower()
