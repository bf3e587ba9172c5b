from __future__ import annotations

import pytest

from pipeline.records import Word
from pipeline.spelling import unify


def words(text: str) -> list[Word]:
    return [
        Word(start=n, end=n + 0.5, text=one, raw=one, probability=0.9 - n / 10) for n, one in enumerate(text.split())
    ]


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("All right, let me check.", "Alright, let me check."),
        ("Okay. All right. Bye.", "Okay. Alright. Bye."),
        ("Yes, All right then.", "Yes, Alright then."),
        ("All right!", "Alright!"),
        ("Is that all right?", "Is that all right?"),
        ("All rights are reserved.", "All rights are reserved."),
        ("He got All right answers.", "He got All right answers."),
        ("Right. All of it.", "Right. All of it."),
        ("", ""),
    ],
)
def test_one_spelling(heard: str, written: str) -> None:
    assert " ".join(word.text for word in unify(words(heard))) == written


def test_what_was_heard_is_kept() -> None:
    made = unify(words("All right, then."))
    assert made[0] == Word(start=0, end=1.5, text="Alright,", raw="All right,", probability=0.8)
    assert unify(made) == made, "doing it twice changes nothing"


def test_words_without_a_probability_have_none_joined() -> None:
    first, second = (Word(start=n, end=n + 1, text=text) for n, text in enumerate(("All", "right.")))
    assert unify([first, second]) == (Word(start=0, end=2, text="Alright.", raw="All right."),)
