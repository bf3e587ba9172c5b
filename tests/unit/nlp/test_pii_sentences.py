"""Personal data in 500 exchanges of our own (pii_sentences.txt), half of them near-misses; a third was set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from nlp.findings import Turn
from nlp.pii import KINDS, spans

RECALL, PRECISION = 0.95, 0.90
FILE = Path(__file__).with_name("pii_sentences.txt")
MARK = re.compile(r"\{(\w+):([^{}]*)\}")
SIDES = {"C": "customer", "R": "rep"}


@dataclass(frozen=True)
class Exchange:
    """One line of the file: its turns, and what should be found as (kind, turn, start, end)."""

    line: str
    turns: tuple[Turn, ...]
    wanted: tuple[tuple[str, int, int, int], ...]

    @property
    def aside(self) -> bool:
        return int(sha256(self.line.encode()).hexdigest(), 16) % 3 == 0


def read(line: str) -> Exchange:
    turns, wanted = [], []
    for number, said in enumerate(line.split(" | ")):
        side, text = ("customer", said) if said[1:3] != ": " else (SIDES[said[0]], said[3:])
        plain, at = "", 0
        for mark in MARK.finditer(text):
            plain += text[at : mark.start()]
            wanted.append((mark[1], number, len(plain), len(plain) + len(mark[2])))
            plain += mark[2]
            at = mark.end()
        turns.append(Turn(side, plain + text[at:]))
    return Exchange(line, tuple(turns), tuple(wanted))


def corpus() -> list[Exchange]:
    return [read(line) for line in FILE.read_text().splitlines() if line and not line.startswith("#")]


@dataclass
class Score:
    """Marks found whole, spans that lie on marks; both of the same kind."""

    wanted: int = 0
    found: int = 0
    claimed: int = 0
    right: int = 0

    def add(self, exchange: Exchange) -> tuple[list, list]:
        """Count one exchange; what was missed and what was claimed wrongly."""
        claims = [(one.kind, one.turn, one.start_char, one.end_char) for one in spans(exchange.turns)]
        missed = [mark for mark in exchange.wanted if not covered(exchange, mark, claims)]
        wrong = [claim for claim in claims if not lies_on(exchange, claim, exchange.wanted)]
        self.wanted += len(exchange.wanted)
        self.found += len(exchange.wanted) - len(missed)
        self.claimed += len(claims)
        self.right += len(claims) - len(wrong)
        return missed, wrong

    @property
    def recall(self) -> float:
        return self.found / self.wanted

    @property
    def precision(self) -> float:
        return self.right / self.claimed


def letters(exchange: Exchange, kind: str, turn: int, start: int, end: int) -> set[int]:
    text = exchange.turns[turn].text
    return {at for at in range(start, end) if text[at].isalnum()}


def covered(exchange: Exchange, mark: tuple, claims: list) -> bool:
    """Every letter and digit of a mark lies in spans of its kind."""
    left = letters(exchange, *mark)
    for claim in claims:
        if claim[:2] == mark[:2]:
            left -= letters(exchange, *claim)
    return not left


def lies_on(exchange: Exchange, claim: tuple, marks: tuple) -> bool:
    """At least four fifths of a span's letters and digits lie in marks of its kind."""
    own = letters(exchange, *claim)
    inside = set().union(*(own & letters(exchange, *mark) for mark in marks if mark[:2] == claim[:2]))
    return len(inside) >= 0.8 * len(own)


def test_the_corpus_is_what_it_says() -> None:
    exchanges = corpus()
    assert len(exchanges) == len({one.line for one in exchanges}) == 500
    assert sum(not one.wanted for one in exchanges) == 250
    assert 0.28 < sum(one.aside for one in exchanges) / 500 < 0.38
    assert {kind for one in exchanges for kind, *_ in one.wanted} == set(KINDS)


@pytest.mark.parametrize("aside", [False, True], ids=["tuned on", "set aside"])
def test_what_is_personal_is_found_and_the_rest_left(aside: bool) -> None:
    score = Score()
    for exchange in corpus():
        if exchange.aside == aside:
            score.add(exchange)
    print(f"{score}: recall {score.recall:.3f}, precision {score.precision:.3f}")
    assert score.recall >= RECALL
    assert score.precision >= PRECISION
