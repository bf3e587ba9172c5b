"""What the search page says of a result, its marks and its sums in a reader's words, and of the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from clips_api.answers import Clip
from clips_api.index.search import Page
from clips_api.query import LONGEST, MOST, Query, Term
from clips_api.words import folded
from nlp.findings import Point
from nlp.score import FAULT, FAULTS, PARTS, REACTIONS, RETURNED, score

Span = tuple[int, int]
QUOTES = '"“”„«»'
MANY = 50  # clips from which on a narrower search is worth a hint
SHORT = 60  # code points of a quote that can't be understood without what came before
BEFORE = 120  # code points of what came before that are shown


@dataclass(frozen=True)
class Result:
    """A clip as the page shows it."""

    clip: Clip
    quote: Markup
    reply: Markup
    before: str  # the end of what was said just before a short quote
    goes_on: str | None  # where a phrase that was asked for goes on
    points: Sequence[Point]  # of its score, where they are known
    worded: bool  # whether words were asked for

    @classmethod
    def of(cls, clip: Clip, query: Query) -> Result:
        """One clip, and what was looked for."""
        reply = clip.reply or ""
        return cls(
            clip=clip,
            quote=marked(clip.quote, clip.marks.quote, clip.marks.near_quote, query),
            reply=marked(reply, clip.marks.reply, clip.marks.near_reply, query),
            before=_end(clip.context or "") if len(clip.quote) < SHORT else "",
            goes_on=goes_on(clip.quote, reply, query),
            points=points(clip),
            worded=bool(query.groups),
        )


def marked(text: str, said: Iterable[Span], near: Iterable[Span], query: Query) -> Markup:
    """A text with what was asked for marked, and what stands in for it marked otherwise, with what it stands for."""
    stands_for = {" ".join(term.words): term for term in query.terms if term.how != "said"}
    taken = list(said)
    spans = [(start, end, "") for start, end in taken]
    for start, end in near:
        if all(end <= first or last <= start for first, last in taken):
            told = _stands_for(stands_for.get(folded(text[start:end]).strip()))
            spans.append((start, end, told))
    out, at = [], 0
    for start, end, told in sorted(spans):
        mark = Markup('<mark class="near" title="{0}">{1}</mark><span class="hidden"> ({0})</span>')
        out += [escape(text[at:start]), mark.format(told, text[start:end]) if told else _mark(text[start:end])]
        at = end
    return Markup("").join([*out, escape(text[at:])])


def _stands_for(term: Term | None) -> str:
    if term is None:
        return "near-miss"
    return f"{term.asked}, as it is heard" if term.how == "heard_as" else f"near-miss of {term.asked}"


def _mark(text: str) -> Markup:
    return Markup("<mark>{}</mark>").format(text)


def _end(text: str) -> str:
    """The end of a text, from a word on."""
    return text if len(text) <= BEFORE else "… " + text[-BEFORE:].partition(" ")[2]


def goes_on(quote: str, reply: str, query: Query) -> str | None:
    """Where a phrase goes on that begins at the end of a turn: in the reply, or in the turn after."""
    said, answered = folded(quote), folded(reply)
    for term in query.terms:
        phrase = folded(" ".join(term.words))
        if term.kind != "phrase" or phrase in said or phrase in answered:
            continue
        for size in range(len(term.words) - 1, 0, -1):
            start, rest = (folded(" ".join(some)) for some in (term.words[:size], term.words[size:]))
            if said.endswith(start) and answered.startswith(rest):
                return "the reply"
            if said.endswith(start) or answered.endswith(start):
                return "the next turn"
    return None


def points(clip: Clip) -> Sequence[Point]:
    """The terms of a clip's score; none where they don't make it, as for a call that was analysed long ago."""
    if clip.score is None or clip.parts is None:
        return ()
    found = [point for name, (point, _) in PARTS.items() if clip.parts[name]]
    rest = (clip.why or "").rstrip(".").split("; ")
    others = [Point(name, FAULT, why) for name, why in FAULTS.items()]
    found += [point for point in (*others, *REACTIONS.values(), RETURNED) if point.why in rest]
    return tuple(found) if score(found) == clip.score else ()


def instead(found: Page) -> list[str]:
    """What is shown in place of words that nobody said, and besides names, a sentence each."""
    by: dict[tuple[str, str], list[str]] = {}
    for term in found.query.terms:
        if term.asked:
            by.setdefault((term.how, term.asked), []).append(f"“{term.text}”")
    sentences = []
    for (how, asked), words in by.items():
        several = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
        if how == "heard_as":
            sentences.append(f"“{asked}” is sometimes heard as {several}; that is shown too.")
        else:
            sentences.append(f"Nobody said “{asked}”; showing {several}.")
    return sentences


def trouble(typed: str, found: Page) -> str | None:
    """What could not be looked for as it was typed."""
    if typed.strip() and not found.query:
        return f"“{typed.strip()[:40]}” holds no word to look for. Type words that were said."
    if found.query.cut:
        return f"That is a lot to look for: only the first {MOST} words within {LONGEST} characters were used."
    if sum(typed.count(sign) for sign in QUOTES) % 2 and typed.rstrip()[-1] not in QUOTES:
        return "The quote is not closed: everything after it counts as one phrase."
    return None


def hint(found: Page, *, filtered: bool) -> str | None:
    """One way to ask better, where it would help here."""
    query = found.query
    loose = [group[0] for group in query.groups if group[0].kind == "word"]
    if query.without and not query.groups:
        return "Only words to leave out were given: everything else is shown."
    if found.total > MANY and len(loose) > 1:
        run = " ".join(word.text for word in loose)
        return f"For exactly these words in this order, put quotes around them: “{run}”."
    if found.total or filtered or not query:
        return None
    if any(term.kind == "phrase" and not term.asked for term in query.terms):
        return "Quotes find exactly these words in this order. Without them, other forms of the words are found too."
    if len(query.groups) > 1:
        return "All words have to be said. With OR between them, one is enough: expensive OR budget."
    return "A star finds every word that begins so: integrat*."
