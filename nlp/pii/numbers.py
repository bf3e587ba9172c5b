"""What a number that was read out is: a card, a bank account, a national id, a phone, a postcode, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stdnum import luhn

from nlp.pii.codes import code, identities
from nlp.pii.naming import named
from nlp.pii.phones import is_phone
from nlp.pii.reading import Item
from nlp.pii.talk import Span, Talk
from nlp.pii.tellings import corrected, echoed, pieces, sundered, tellings

_CARD = re.compile(r"4|5[1-5]|2[2-7]|3[0-9]|6")  # the card networks' first digits
_TIME = re.compile(r"([01]?\d|2[0-3])[0-5]\d")  # of day, as it is said: "9 30"
CARDS = (16, 15, 14, 19, 13, 18)  # digits of a card, the usual first
AFTER_CARD = 8  # digits right after a card: its last day, its security code
SIZES = {  # digits of what is called so
    "card": range(12, 20),
    "code": range(3, 5),
    "bank": range(5, 18),
    "national_id": range(6, 16),
    "ends_id": (4,),
    "postcode": (4, 5, 9),
}
SHOWN = {"code": "card", "postcode": "address", "ends_id": "national_id"}
IDENTITY = range(6, 23)  # characters of what is called a national id, letters and all; four of them digits


def judge(talk: Talk, items: Sequence[Item]) -> Iterator[Span]:
    """The personal numbers in one stretch of items, with those parts that the other side repeats."""
    for some, withdrawn in (*corrected(talk, items), *((some, ()) for some in tellings(talk, items))):
        found = list(_find(talk, some))
        if found:
            for kind, start, end in found:
                yield from pieces(talk, items, (kind, start, echoed(talk, items, some, start, end)))
            if withdrawn:
                yield from pieces(talk, items, (found[0][0], withdrawn[0].start, withdrawn[-1].end))
            return


def _find(talk: Talk, items: Sequence[Item]) -> Iterator[Span]:
    kinds = named(talk, items[0].start, items[-1].end)
    if proven := code(items, kinds):
        yield proven
        for rest in ([i for i in items if i.end <= proven[1]], [i for i in items if i.start >= proven[2]]):
            if rest:
                yield from _find(talk, rest)
        return
    if kinds and kinds[0] in ("other", "birth"):
        yield from _cards_behind(talk, items)
        return
    if kinds and kinds[0] == "national_id" and (whole := _identity(items)):
        yield whole
        return
    for some in _digit_runs(items):
        left = some
        while left and (found := _number(talk, left, kinds)):
            yield found
            left = [item for item in left if item.start >= found[2]]
        for part in sundered(talk, left):
            if len(part) < len(left) and (found := _number(talk, part, kinds)):
                yield found


def _cards_behind(talk: Talk, items: Sequence[Item]) -> Iterator[Span]:
    """The cards behind a number that is nothing personal: "the order is 48213, and 4111 …"."""
    for some in _digit_runs(items):
        yield from filter(None, map(_card, list(sundered(talk, some))[1:]))


def _identity(items: Sequence[Item]) -> Span | None:
    items = list(items)
    while items and items[-1].text in ("I", "A", "+"):
        items.pop()
    text = "".join(item.text for item in items)
    if len(text) in IDENTITY and sum(map(str.isdigit, text)) >= 4:
        return "national_id", items[0].start, items[-1].end
    return None


def _digit_runs(items: Sequence[Item]) -> Iterator[list[Item]]:
    some: list[Item] = []
    for item in items:
        if item.text.isdigit():
            some.append(item)
            continue
        if some:
            yield some
        some = [item] if item.text == "+" else []
    if some and some[-1].text != "+":
        yield some


def _number(talk: Talk, items: list[Item], kinds: Sequence[str]) -> Span | None:
    """What a stretch of digits is, given what it may be called."""
    plus = items[0].text == "+"
    parts = items[plus:]
    digits = "".join(item.text for item in parts)
    start, end = items[0].start, items[-1].end
    if talk.text[max(0, start - 1) : start] == "(":
        start -= 1
    written = talk.text[start:end]
    abroad = (
        kinds[:1] == ["phone"]
        and digits.startswith("00")
        and is_phone(digits, plus=plus, named=True, written=written, parts=len(parts))
    )
    if not plus and not abroad and (card := _card(parts)):
        return card
    called = [kind for kind in kinds if kind == "phone" or (not plus and len(digits) in SIZES.get(kind, ()))]
    if called and called[0] != "phone":
        return SHOWN.get(called[0], called[0]), start, end
    if any(one.written and one.written.fullmatch(written) and one.check(digits) for one in identities()):
        return "national_id", start, end
    if not plus and _times(talk, parts):
        return None
    if is_phone(digits, plus=plus, named="phone" in called, written=written, parts=len(parts)):
        return "phone", start, end
    return None


def _times(talk: Talk, items: Sequence[Item]) -> bool:
    """Whether these are times of day, with a word between them: "between 9 30 and 10 15"."""
    said = ["".join(item.text for item in part) for part in sundered(talk, items)]
    marked = any(mark in talk.text[items[0].start : items[-1].end] for mark in ".,;\n")
    return len(said) > 1 and not marked and all(map(_TIME.fullmatch, said))


def _card(items: Sequence[Item]) -> Span | None:
    best: tuple[int, Span] | None = None
    for first in range(len(items)):
        digits = ""
        for item in items[first:]:
            digits += item.text
            if len(digits) in CARDS and _CARD.match(digits) and luhn.is_valid(digits):
                rank = CARDS.index(len(digits))
                if best is None or rank < best[0]:
                    best = rank, ("card", items[first].start, item.end)
    if best and sum(len(item.text) for item in items if item.start >= best[1][2]) <= AFTER_CARD:
        return "card", best[1][1], items[-1].end
    return best and best[1]
