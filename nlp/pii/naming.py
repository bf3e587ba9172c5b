"""What a number is called by the words around it: "my card number is", "order number", "… is my mobile"."""

from __future__ import annotations

import re

from nlp.pii.lexicon import cues
from nlp.pii.talk import Talk

SAID_BEFORE = 90  # code points before a number in which its name is looked for
SAID_AFTER = 34
NEAR = 24  # code points in which a name that says "nothing personal" holds
_IS = re.compile(r"[\s,.]*(?:that's|that is|is|was)\b")


def named(talk: Talk, start: int, end: int) -> list[str]:
    """What a number may be called: kinds by the names before it, the nearest first; else by one right after."""
    floor = max(talk.asked(start), start - SAID_BEFORE)
    while floor and talk.low[floor - 1].isalnum():
        floor -= 1
    found = [kind for kind, stop in _cues(talk, floor, start) if kind != "other" or _beside(talk.low[stop:start])]
    if not found:
        stop = min(talk.end(talk.turn(end - 1)), end + SAID_AFTER)
        after = _IS.match(talk.low, end, stop)
        found = [kind for kind, _ in _cues(talk, after.end(), stop)][:1] if after else []
    if "account" in found:
        if any(kind == "bank" for kind, _ in _cues(talk, end, end + SAID_AFTER)):
            found.append("bank")
        found = ["bank" if kind == "account" else kind for kind in found if kind != "account" or "bank" in found]
    if found == ["number"] * len(found):
        return ["phone"] if found else []
    return [kind for kind in reversed(found) if kind != "number"]


def _cues(talk: Talk, start: int, end: int) -> list[tuple[str, int]]:
    """What numbers are called between two places, in order, and where each name ends."""
    pattern, kinds = cues()
    return [(kinds[" ".join(one[1].split())], one.end()) for one in pattern.finditer(talk.low, start, end)]


def _beside(gap: str) -> bool:
    return len(gap) <= NEAR and not any(map(str.isdigit, gap))
