"""The score of a moment: a short sum, each of whose terms is named. It sorts moments and never grades a person.

===================== ======= ==============================================================
named the concern          1  "I understand" alone is no part of it and earns nothing
asked back                 3
gave evidence              2
checked it was settled     3
customer warmed to it      1
customer not convinced    -1
concern came back later   -1
each fault                -2  talked over, ignored, discounted at once, monologue
===================== ======= ==============================================================

The sum is held between 0 and :data:`MOST`. The weights follow what coaches say: asking back and checking count most.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlp.findings import Parts, Point, Reaction

MOST = 10
EXEMPLARY = 6  # the least score of an exemplar: three parts, or two and a customer who warms to it
FAULT = -2
RETURNED = Point("returned", -1, "the concern came back later")
PARTS = {
    "acknowledge": (Point("acknowledge", 1, "named the concern"), "naming the concern"),
    "explore": (Point("explore", 3, "asked back"), "a question back"),
    "respond": (Point("respond", 2, "gave evidence"), "evidence"),
    "confirm": (Point("confirm", 3, "checked that it was settled"), "a check that it was settled"),
}
FAULTS = {
    "talked_over": "the rep began before the customer had finished",
    "ignored": "the concern was not taken up",
    "discounted_at_once": "a discount was offered before any question",
    "monologue": "the reply ran long",
}
REACTIONS: dict[Reaction, Point] = {
    "positive": Point("positive", 1, "the customer warmed to it"),
    "negative": Point("negative", -1, "the customer was not convinced"),
}


def points(parts: Parts, faults: Sequence[str], reaction: Reaction | None, *, returned: bool) -> tuple[Point, ...]:
    """The terms of the sum, in the order in which they are told."""
    out = [point for name, (point, _) in PARTS.items() if getattr(parts, name)]
    out += [Point(fault, FAULT, FAULTS[fault]) for fault in faults]
    if reaction:
        out.append(REACTIONS[reaction])
    return (*out, RETURNED) if returned else tuple(out)


def score(terms: Sequence[Point]) -> int:
    """The sum, held between 0 and :data:`MOST`."""
    return max(0, min(MOST, sum(term.points for term in terms)))


def exemplar(terms: Sequence[Point]) -> bool:
    """Whether a moment is worth copying: a high score, and nothing counted against it."""
    return score(terms) >= EXEMPLARY and all(term.points > 0 for term in terms)


def why(terms: Sequence[Point]) -> str:
    """The terms as a sentence, with the parts that were not heard."""
    names = {term.name for term in terms}
    heard = [point.why for name, (point, _) in PARTS.items() if name in names]
    absent = [wanted for name, (_, wanted) in PARTS.items() if name not in names]
    clauses = [f"The rep {_list(heard)}" if heard else "No part of a good reply was heard"]
    if heard and absent:
        clauses.append(f"not heard: {_list(absent)}")
    clauses.extend(term.why for term in terms if term.name not in PARTS)
    return "; ".join(clauses) + "."


def _list(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
