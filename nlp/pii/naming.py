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
    pattern, kinds = cues()
    floor = max(talk.asked(start), start - SAID_BEFORE)
    while floor and talk.low[floor - 1].isalnum():
        floor -= 1
    found = [
        kind
        for m in pattern.finditer(talk.low, floor, start)
        if (kind := kinds[" ".join(m[1].split())]) != "other" or _beside(talk.low[m.end() : start])
    ]
    if not found:
        stop = min(talk.end(talk.turn(end - 1)), end + SAID_AFTER)
        after = _IS.match(talk.low, end, stop)
        found = [kinds[" ".join(m[1].split())] for m in pattern.finditer(talk.low, after.end(), stop)] if after else []
        found = found[:1]
    if "account" in found:
        found += ["bank"] * any(
            kinds[" ".join(m[1].split())] == "bank" for m in pattern.finditer(talk.low, end, end + SAID_AFTER)
        )
        found = ["bank" if kind == "account" else kind for kind in found if kind != "account" or "bank" in found]
    if found == ["number"] * len(found):
        return ["phone"] if found else []
    return [kind for kind in reversed(found) if kind != "number"]


def _beside(gap: str) -> bool:
    return len(gap) <= NEAR and not any(map(str.isdigit, gap))
