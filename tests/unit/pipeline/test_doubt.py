"""What is doubted, and what never must be."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline import doubt
from pipeline.transcribe import Spoken, Take, compression

WORDS_A_SECOND = 3.0  # people speak at 2 to 4


def take(text: str, *, sure: float = 0.9, log: float = -0.2, nobody: float = 0.05) -> Take:
    words = tuple(
        Spoken(word, n / WORDS_A_SECOND, (n + 1) / WORDS_A_SECOND, sure) for n, word in enumerate(text.split())
    )
    return Take(words, log, nobody, compression(" ".join(word.text for word in words)))


@pytest.mark.parametrize(
    ("heard", "speech_s", "why"),
    [
        (take("I'm going to go. " * 5), 10.0, doubt.LOOP),
        (take("no no no no no"), 3.0, doubt.LOOP),
        (take("Well, one more thing, one more thing, one more thing, one more thing. Bye."), 9.0, doubt.LOOP),
        (take("we have to pay for it " * 12), 60.0, doubt.LOOP),
        (take("and so I said to her that we would come over"), 1.0, doubt.TOO_FAST),
        (take("Hello there.", nobody=0.7, log=-0.8), 2.0, doubt.SILENT),
        (take("Thank you for watching!", sure=0.4), 2.0, doubt.STOCK),
        (take("you", sure=0.3), 0.5, doubt.STOCK),
        (take("Beep, beep.", sure=0.5), 1.0, doubt.STOCK),
        (take("Untertitel im Auftrag des ZDF", sure=0.5), 3.0, doubt.STOCK),
        (take("the blue of it", log=-1.1), 3.0, doubt.INDISTINCT),
    ],
)
def test_what_is_doubted(heard: Take, speech_s: float, why: str) -> None:
    assert doubt.doubts(heard, speech_s) == why


@pytest.mark.parametrize(
    ("heard", "speech_s"),
    [
        (take(""), 10.0),
        (take("No, no, no, no, that's fine."), 2.0),
        (take("It's five five five five five five one two."), 4.0),
        (take("Zero zero zero zero zero zero, seven one seven one seven one seven one."), 6.0),
        (take("It's 5 5 5 5 5 5 1 2."), 4.0),
        (take("Bye bye. Bye bye."), 1.0),
        (take("Yes I do."), 0.3),  # a time may be off: few words are never too fast
        (take("Hello there.", nobody=0.9, log=-0.3), 2.0),  # sure of the words
        (take("Hello there.", nobody=0.1, log=-0.8), 2.0),  # sure that somebody speaks
        (take("Thank you for watching the house.", sure=0.4), 3.0),
        (take("Thank you for watching!", sure=0.9), 2.0),
        (take("Thank you.", sure=0.4), 1.0),
    ],
)
def test_what_is_believed(heard: Take, speech_s: float) -> None:
    assert doubt.doubts(heard, speech_s) is None


def windows_of(turns: list[str], words: int = 80) -> list[str]:
    """What half a minute holds: several turns together."""
    joined, made = "", []
    for turn in turns:
        joined += f"{turn} "
        if len(joined.split()) > words:
            made.append(joined)
            joined = ""
    return [*made, joined]


def check(texts: list[str]) -> None:
    assert texts
    for text in texts:
        heard = take(text)
        assert doubt.doubts(heard, len(heard.words) / WORDS_A_SECOND) is None, text


def test_nothing_said_in_a_sample_call_is_doubted(truth: dict[str, dict[str, Any]]) -> None:
    turns = [turn["text"] for call in truth.values() for turn in call["turns"]]
    check(turns)
    check(windows_of(turns))


def test_no_line_of_a_sales_call_is_doubted(shared: Path) -> None:
    lines = [
        json.loads(line)["text"]
        for name in ("lines", "sales_lines", "harper_negatives")
        for line in (shared / "text" / f"{name}.jsonl").read_text().splitlines()
    ]
    check(lines)
    check(windows_of(lines))


def test_no_line_of_a_real_call_is_doubted(shared: Path) -> None:
    for file in sorted((shared / "calls" / "harper_valley").glob("*.json")):
        texts = [re.sub(r"\[[^]]*\]|<[^>]*>", "", one["text"]) for one in json.loads(file.read_text())["segments"]]
        said = [text for text in texts if text.strip()]
        check(said)
        check(windows_of(said))


def test_stock_phrases_can_be_found() -> None:
    assert len(doubt.stock()) > 25
    assert all(doubt.bare(phrase) == phrase and phrase for phrase in doubt.stock())
    assert doubt.bare("  Don't — STOP, sous-titres… ") == "don't stop sous-titres"
