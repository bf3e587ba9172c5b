"""Personal data in turns: card, bank, national_id, phone, email, address, birth_date, as digits and as spoken.

A number is judged by its check digits and shape (python-stdnum, phonenumbers) and by what it is called nearby
(words.yml). One look over the whole call finds the few places that are worth reading closely.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlp.clock import Clock
from nlp.findings import PersonalData, Turn
from nlp.pii import births, mail, numbers, places, reading
from nlp.pii.lexicon import fillers, hints
from nlp.pii.talk import Talk
from nlp.pii.tellings import retold

KINDS = ("card", "bank", "national_id", "email", "birth_date", "phone", "address")  # where two overlap, the first wins
LEAST = 3  # digits that could be something


def spans(turns: Sequence[Turn]) -> tuple[PersonalData, ...]:
    """Spans of personal data, in order; one that reaches over turns is given for each of them."""
    talk = Talk(turns)
    found: list[tuple[str, int, int]] = []
    done = mailed = 0  # up to here numbers were read, addresses found
    for at, kind in hints(talk.low):
        if kind == "mail":
            if at >= mailed:
                found += mail.find(talk, at)
                mailed = at + mail.AHEAD // 2  # what begins up to here was seen
        elif kind == "birth":
            found += births.find(talk, at)
        elif at >= done:
            items = reading.read(talk, at)
            done = items[-1].end if items else reading.past(talk, at)
            for begin in (at, *(items[number].start for number in retold(talk, items))):
                found += places.find(talk, begin)
            if sum(len(item.text) for item in items) >= LEAST:
                found += numbers.judge(talk, [*reading.before(talk, items), *items])
    clock = Clock(turns)
    return tuple(
        PersonalData(kind, number, start, end, *clock.times(number, start, end))
        for kind, number, start, end in _apart(talk, found)
    )


def _apart(talk: Talk, found: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int, int]]:
    """The spans cut at turns, none over another, in order: kind, turn, start and end in the turn."""
    kept: list[tuple[int, int, str]] = []
    taken = bytearray(len(talk.text))
    for kind, start, end in sorted(set(found), key=lambda one: (KINDS.index(one[0]), one[1] - one[2], one[1])):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            kept.append((start, end, kind))
    cut = []
    for start, end, kind in sorted(kept):
        for number in range(talk.turn(start), talk.turn(end - 1) + 1):
            first, last = max(start, talk.starts[number]), min(end, talk.end(number))
            if not fillers(talk.low[first:last]):
                cut.append((kind, number, first - talk.starts[number], last - talk.starts[number]))
    return cut
