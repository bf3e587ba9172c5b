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

import spacy

BREAK = "¶"


def word_set(*lines: str) -> frozenset[str]:
    """The words of these lines."""
    return frozenset(" ".join(lines).split())


_TOKEN = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+(?:['’][^\W_]+)*|%|[.?!;:…]+(?=\s|$)|[—–]|(?<=\s)-(?=\s)")  # noqa: RUF001
_ASIDE = frozenset(["—", "–", "-"])  # noqa: RUF001

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


@functools.cache
def _tokenizer() -> spacy.language.Language:
    return spacy.blank("en")


def vocabulary() -> spacy.vocab.Vocab:
    """The vocabulary shared by all streams and matchers of this process."""
    return _tokenizer().vocab


@functools.lru_cache(maxsize=200_000)
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


@dataclass(frozen=True, slots=True)
class Sentence:
    """A run of words of one turn: positions ``start`` to ``end`` (exclusive) of the stream; BREAK stands on both
    sides.
    """

    turn: int
    start: int
    end: int
    asked: bool


@dataclass(slots=True)
class Stream:
    """The words of many turns, one after another, each with its turn's code points (``begins``, ``ends``)."""

    words: list[str] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)

    def _break(self) -> None:
        self.words.append(BREAK)
        self.begins.append(-1)
        self.ends.append(-1)

    def _close(self, turn: int, start: int, *, asked: bool) -> None:
        if len(self.words) > start:
            self.sentences.append(Sentence(turn, start, len(self.words), asked))
            self._break()

    def add(self, turn: int, text: str) -> None:
        """Append one turn's text."""
        words, begins, ends = self.words, self.begins, self.ends
        start = len(words)
        for found in _TOKEN.finditer(text):
            raw = found.group()
            first = raw[0]
            if first in ".?!;:…" or raw in _ASIDE:
                self._close(turn, start, asked="?" in raw)
                start = len(words)
                continue
            begin, end = found.span()
            for piece in pieces(raw):
                if len(words) > start:
                    last = words[-1]
                    if piece == last and piece not in ("that", "had", "no") and not piece.isdigit():
                        ends[-1] = end
                        continue
                    before = _SOFT_PAIRS.get((last, piece))
                    if before is not None and (len(words) - 1 == start or words[-2] not in before):
                        del words[-1], begins[-1], ends[-1]
                        continue
                words.append(piece)
                begins.append(begin)
                ends.append(end)
        self._close(turn, start, asked=False)


def stream(texts: Sequence[str]) -> Stream:
    """The stream of these turns' texts; a sentence's ``turn`` is an index into them."""
    out = Stream()
    out._break()  # noqa: SLF001
    for i, text in enumerate(texts):
        out.add(i, text)
    return out


@functools.lru_cache(maxsize=50_000)
def plain(text: str) -> tuple[str, ...]:
    """The plain words of a pattern's literal words."""
    return tuple(w for w in stream([text]).words if w != BREAK)
