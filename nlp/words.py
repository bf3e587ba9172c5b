"""Text as the patterns see it: a stream of plain lower-case words.

Recognisers write "don't", "dont" or "do not", with and without full stops. Here all become one form, so that a
pattern is written once:

* lower case, punctuation dropped, hyphens opened ("on-prem" is "on prem"), "%" is "percent";
* contractions opened ("we're" is "we are", "dont" is "do not", "that's" and "thats" are "that is");
* hesitations and softeners left out ("um", "really", "you know"), and a word said twice is said once.

Every word of the stream keeps the code points it came from. Sentences end at ``. ? ! ; :`` and at the end of a
turn; the mark :data:`BREAK` stands between them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import spacy

BREAK = "¶"


def word_set(*lines: str) -> frozenset[str]:
    """The words of these lines."""
    return frozenset(" ".join(lines).split())


# Of a stretch without spaces: numbers, words, and the marks that end a sentence.
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+(?:['’][^\W_]+)*|%|[.?!;:…]+(?=[\"'”’)\]»]*$)|[—–]|^-$")  # noqa: RUF001
_ASIDE = frozenset(["—", "–", "-"])  # noqa: RUF001
_LONG = 64  # code points of a stretch without spaces; longer ones are rare, and not worth remembering

# What spaCy's English tokenizer exceptions leave open.
_OPENED = {
    **dict.fromkeys(("'s", "s"), "is"),
    **dict.fromkeys(("'d", "d"), "would"),
    **dict.fromkeys(("'m", "m"), "am"),
    **dict.fromkeys(("'re", "re"), "are"),
    **dict.fromkeys(("'ve", "ve"), "have"),
    **dict.fromkeys(("'ll", "ll"), "will"),
    "nt": "not",
    "ai": "is",
}
# Where its exceptions would mislead, or leave a spelling open: written form, then the plain words.
_WHOLE: dict[str, tuple[str, ...]] = {
    **{
        w: (w,)
        for w in ("id", "ill", "well", "were", "wed", "hell", "shell", "wi", "us", "re", "d", "m", "s", "am", "pm")
    },
    **{f"{w}s": (w, "is") for w in ("it", "what", "that", "there", "he", "she", "who", "how", "here")},
    **dict.fromkeys(("cos", "cuz", "cause"), ("because",)),
    **dict.fromkeys(("y'all", "yall", "ya"), ("you",)),
    **dict.fromkeys(("let's", "lets"), ("let", "us")),
    **dict.fromkeys(("ain't", "aint"), ("is", "not")),
    "%": ("percent",),
    "alright": ("all", "right"),
    "cheque": ("check",),
    "dunno": ("do", "not", "know"),
    "favour": ("favor",),
    "gimme": ("give", "me"),
    "lemme": ("let", "me"),
    "licence": ("license",),
    "licences": ("licenses",),
    "ok": ("okay",),
    "organisation": ("organization",),
    "programme": ("program",),
    "til": ("till",),
    "wanna": ("want", "to"),
    "whilst": ("while",),
}
_SOFT = word_set(
    "um uh er erm uhm hmm mm mhm ah eh really honestly actually basically literally obviously probably simply",
    "quite definitely certainly frankly genuinely truly just sir madam ma'am",
)
_HESITATIONS = word_set("um uh er erm uhm")
_AUXILIARIES = frozenset(["did", "does", "had", "has", "was", "were", "is", "are", "could", "would", "should"])
_SOFT_PAIRS = {
    ("you", "know"): frozenset(["do", "did", "if", "let", "as", "would", "will", "make", "so", "sure", "before"]),
    ("i", "mean"): frozenset(["what", "do", "did"]),
    ("sort", "of"): frozenset(["what", "that", "this", "any", "some", "a", "the"]),
    ("kind", "of"): frozenset(["what", "that", "this", "any", "some", "a", "the"]),
    ("i", "guess"): frozenset(["do", "what"]),
    ("i", "suppose"): frozenset(["do", "what"]),
    ("i", "think"): frozenset(["do", "what", "and", "did"]),
}
_SECOND = frozenset(second for _, second in _SOFT_PAIRS)
_FILLERS = frozenset([("you", "know"), ("i", "mean"), ("sort", "of"), ("kind", "of")])


@functools.cache
def _tokenizer() -> spacy.language.Language:
    return spacy.blank("en")


def vocabulary() -> spacy.vocab.Vocab:
    """The vocabulary shared by all streams and matchers of this process."""
    return _tokenizer().vocab


@functools.lru_cache(maxsize=50_000)
def pieces(written: str) -> tuple[str, ...]:
    """The plain words of one written word: ``"Don’t"`` gives ``("do", "not")``. May be empty ("um")."""  # noqa: RUF002
    low = written.lower().replace("’", "'")  # noqa: RUF001
    whole = _WHOLE.get(low)
    if whole is not None:
        return whole
    if low in _SOFT:
        return ()
    if low.isalpha() and len(low) > 8:  # no contraction is that long; spares the tokenizer
        return (low,)
    first, *rest = _tokenizer().tokenizer(low)
    # spaCy's norm of the "did" of "didn't" is "do": keep the auxiliary as it was said.
    parts = [first.text if first.text in _AUXILIARIES else first.norm_, *(_OPENED.get(t.text, t.norm_) for t in rest)]
    return tuple(p for p in parts if p.strip() and p != "'")


class _Piece(NamedTuple):
    """A plain word of a written stretch and its code points there; or a mark: one of those below."""

    word: str
    begin: int
    end: int


_STATED, _ASKED, _HESITATED = _Piece(".", 0, 0), _Piece("?", 0, 0), _Piece("um", 0, 0)


def _read(written: str) -> tuple[_Piece, ...]:
    """What a stretch without spaces says: ``"don't."`` is do, not, and the end of a sentence."""
    out: list[_Piece] = []
    for found in _TOKEN.finditer(written):
        raw = found.group()
        if raw[0] in ".?!;:…" or raw in _ASIDE:
            out.append(_ASKED if "?" in raw else _STATED)
        elif plainly := pieces(raw):
            out.extend(_Piece(piece, *found.span()) for piece in plainly)
        elif raw.lower() in _HESITATIONS:
            out.append(_HESITATED)
    return tuple(out)


_read_again = functools.lru_cache(maxsize=100_000)(_read)


class Sentence(NamedTuple):
    """A run of words of one turn: positions ``start`` to ``end`` (exclusive) of the stream; BREAK stands on both
    sides.
    """

    turn: int
    start: int
    end: int
    asked: bool


@dataclass(slots=True)
class Stream:
    """The words of many turns, one after another, each with its turn's code points (``begins``, ``ends``).

    ``fillers`` counts, for each turn, what was left out as a filler: hesitations, "you know", "I mean", "sort of".
    """

    words: list[str] = field(default_factory=lambda: [BREAK])
    begins: list[int] = field(default_factory=lambda: [-1])
    ends: list[int] = field(default_factory=lambda: [-1])
    sentences: list[Sentence] = field(default_factory=list)
    fillers: list[int] = field(default_factory=list)

    def _close(self, turn: int, start: int, *, asked: bool) -> int:
        """End the sentence that began at ``start``, if it has words; where the next one begins."""
        if len(self.words) > start:
            self.sentences.append(Sentence(turn, start, len(self.words), asked))
            self.words.append(BREAK)
            self.begins.append(-1)
            self.ends.append(-1)
        return len(self.words)

    def add(self, text: str) -> None:
        """Append the next turn's text."""
        words, begins, ends = self.words, self.begins, self.ends
        turn, start, at, fillers = len(self.fillers), len(words), 0, 0
        for written in text.split():
            at = text.index(written, at)
            for piece, begin, end in (_read_again if len(written) <= _LONG else _read)(written):
                if not end:
                    if piece == "um":
                        fillers += 1
                    else:
                        start = self._close(turn, start, asked=piece == "?")
                    continue
                last = words[-1]
                if piece == last and piece not in ("that", "had", "no") and not piece.isdigit():
                    ends[-1] = at + end
                    continue
                if piece in _SECOND and (last, piece) in _SOFT_PAIRS and words[-2] not in _SOFT_PAIRS[last, piece]:
                    fillers += (last, piece) in _FILLERS
                    del words[-1], begins[-1], ends[-1]
                    continue
                words.append(piece)
                begins.append(at + begin)
                ends.append(at + end)
            at += len(written)
        self._close(turn, start, asked=False)
        self.fillers.append(fillers)


def stream(texts: Sequence[str]) -> Stream:
    """The stream of these turns' texts; a sentence's ``turn`` is an index into them."""
    out = Stream()
    for text in texts:
        out.add(text)
    return out


@functools.lru_cache(maxsize=50_000)
def plain(text: str) -> tuple[str, ...]:
    """The plain words of a pattern's literal words."""
    return tuple(w for w in stream([text]).words if w != BREAK)
