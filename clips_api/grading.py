"""Grading: in which order options are shown, and what the answers of an attempt come to."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence

from clips_api.asking import Mixed, Option
from clips_api.questions import Kind
from clips_api.store.attempts import Attempt, Graded


def mixed(secret: str, assignment: int, question: str) -> Mixed:
    """The order of a question's options for one person: always the same for them, and it tells nothing.

    It follows from the server's key, the assignment, the question and the option's id alone, so that neither the order
    in which options were written nor which of them is right has a part in it.
    """
    key = hmac.new(secret.encode(), b"order of options", "sha256").digest()

    def place(option: Option) -> bytes:
        return hmac.new(key, f"{assignment}/{question}/{option.id}".encode(), "sha256").digest()

    return lambda options: sorted(options, key=place)


def as_written(options: Sequence[Option]) -> list[Option]:
    """The order in which they were written: for managers."""
    return list(options)


def graded(questions: Iterable[Kind], answers: Mapping[str, list[str]]) -> Graded:
    """What answers (by question) come to. All of a question is right or none of it."""
    asked = list(questions)
    grades = {one.id: one.grade(answers.get(one.id, [])) for one in asked}
    return Graded(
        {name: (grade.right, grade.points) for name, grade in grades.items()}, float(sum(one.points for one in asked))
    )


def best(attempts: Iterable[Attempt]) -> Attempt | None:
    """The attempt that counts: of those handed in the one with most points, the earlier one of two alike."""
    handed_in = [one for one in attempts if one.submitted_at is not None]
    return max(handed_in, key=lambda one: (one.share, -one.number), default=None)
