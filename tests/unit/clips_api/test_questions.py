"""The kinds of questions: what is an answer, what it is worth, what is told afterwards; weaker replies; marks of a try."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from clips_api import questions
from clips_api.asking import Option
from clips_api.excerpts import Excerpt, Line
from clips_api.grading import as_written, best, graded, mixed
from clips_api.store.attempts import Attempt
from clips_api.weak_replies import weak_replies, weaker

A, B, C = (Option(text=text, why=f"why {text}") for text in ("first", "second", "third"))
ONE = questions.One(text="Which?", options=(A, B, C), right=B.id)
SEVERAL = questions.Several(text="Which?", options=(A, B, C), right=(A.id, C.id), points=3)
ORDER = questions.Order(text="In order", options=(A, B, C))
OWN = questions.Own(text="Your words", look_for=("a question",))
CLIP = Excerpt(
    clip_id="0123456789abcdef-1000-9000", start=0.9, end=9.1, until=4.0,
    heard=(Line(start=0, end=3, who="Customer", text="Too dear."),),
    rest=(Line(start=0, end=3, who="Rep", text="Fair. What was it made for?"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "given", "right", "points"),
    [
        (ONE, [B.id], True, 1),
        (ONE, [A.id], False, 0),
        (ONE, [], False, 0),
        (ONE, [A.id, B.id], False, 0),
        (SEVERAL, [C.id, A.id], True, 3),
        (SEVERAL, [A.id], False, 0),
        (SEVERAL, [A.id, B.id, C.id], False, 0),
        (ORDER, [A.id, B.id, C.id], True, 1),
        (ORDER, [B.id, A.id, C.id], False, 0),
        (ORDER, [], False, 0),
        (OWN, ["I would ask"], None, None),
        (OWN, [], False, 0),
    ],
)
def test_what_an_answer_is_worth(question, given, right, points):
    grade = question.grade(given)
    assert (grade.right, grade.points) == (right, points)


@pytest.mark.parametrize(
    ("question", "sent", "kept"),
    [
        (ONE, [B.id, B.id, "deadbeef"], [B.id]),
        (ORDER, [C.id, B.id, A.id], [C.id, B.id, A.id]),
        (ORDER, [C.id, B.id], []),
        (ORDER, [C.id, C.id, B.id, A.id], [C.id, B.id, A.id]),
        (OWN, ["  two \r\nlines\0 "], ["two \nlines"]),
        (OWN, [" \n "], []),
        (OWN, ["x" * 5000], ["x" * questions.LONGEST]),
    ],
)
def test_what_is_kept_of_an_answer(question, sent, kept):
    assert question.read(sent) == kept


def test_what_is_told_afterwards():
    told = ONE.explained([A.id], as_written)
    assert [(one.text, one.right, one.chosen) for one in told.options] == [
        ("first", False, True), ("second", True, False), ("third", False, False),
    ]  # fmt: skip
    told = ORDER.explained([B.id, A.id, C.id], mixed("x", 1, ORDER.id))
    assert [one.text for one in told.options] == ["first", "second", "third"]
    assert told.given == ("second", "first", "third")
    told = OWN.model_copy(update={"clip": CLIP}).explained(["Mine"], as_written)
    assert (told.given, told.look_for, told.rest, told.rest_seconds) == (
        ("Mine",), ("a question",), CLIP.rest, pytest.approx(5.1),
    )  # fmt: skip


def test_before_it_is_answered_only_what_is_heard_is_shown():
    shown = ONE.model_copy(update={"clip": CLIP}).shown(as_written)
    assert (shown.lines, shown.seconds, shown.stops) == (CLIP.heard, pytest.approx(3.1), True)
    assert {one.text for one in shown.choices} == {"first", "second", "third"}


@pytest.mark.parametrize(
    ("question", "faults"),
    [
        (ONE, []),
        (ONE.model_copy(update={"text": ""}), ["Say what is asked."]),
        (ONE.model_copy(update={"right": ""}), ["Say which answer is right."]),
        (ONE.model_copy(update={"right": "deadbeef"}), ["Say which answer is right."]),
        (ONE.model_copy(update={"options": (A,), "right": A.id}), ["Give at least two answers."]),
        (ONE.model_copy(update={"options": (A, A.model_copy(update={"id": "00000000"})), "right": A.id}),
         ["Two answers are the same, or one is empty."]),
        (SEVERAL.model_copy(update={"right": ()}), ["Say which answer is right."]),
        (ORDER, []),
        (OWN, []),
        (questions.Reply(text="And now?", options=(A, B), right=A.id), ["Choose a clip that stops before the reply."]),
        (questions.Reply(text="And now?", options=(A, B), right=A.id, clip=CLIP), []),
        (questions.Reply(text="And now?", options=(A, B), right=A.id, clip=CLIP.model_copy(update={"until": None})),
         ["Choose a clip that stops before the reply."]),
        (questions.Spot(text="What is missing?", options=(A, B), right=A.id),
         ["Choose a clip in which something is not heard."]),
    ],
)  # fmt: skip
def test_what_keeps_a_question_from_being_asked(question, faults):
    assert question.faults() == faults


def test_a_right_answer_that_stands_out_is_told_of():
    long = Option(text="a much longer answer that gives itself away at once")
    assert questions.One(text="x", options=(A, B, long), right=long.id).hints()
    assert not questions.One(text="x", options=(A, B, long), right=A.id).hints()


@pytest.mark.parametrize("kind", list(questions.KINDS))
def test_each_kind_is_read_back_as_it_was_kept(kind):
    made = {"one": ONE, "several": SEVERAL, "order": ORDER, "own": OWN}.get(kind) or questions.KINDS[kind](
        text="x", options=(A, B), right=A.id, clip=CLIP
    )
    assert questions.read(questions.stored([made])) == [made]


@pytest.mark.parametrize(
    "given",
    [{"kind": "guess"}, {"kind": "one", "answer": 1}, {"kind": "one", "points": 9}, {"kind": "one", "id": "one"},
     {"kind": "one", "text": "a\0b"}, {"kind": "own", "options": []}],
)  # fmt: skip
def test_what_is_no_question_is_refused(given):
    with pytest.raises(ValidationError):
        questions.read([{"text": "x"} | given])


def test_a_try_is_graded_as_a_whole():
    found = graded([ONE, SEVERAL, OWN], {ONE.id: [B.id], SEVERAL.id: [A.id], OWN.id: ["Mine"]})
    assert (found.points, found.possible, found.whole) == (1, 6, False)
    assert graded([ONE, OWN], {}).whole  # nothing was written, so nothing waits


def test_the_best_try_counts_and_the_first_of_two_alike():
    at = datetime(2026, 11, 12, tzinfo=UTC)
    tries = [Attempt(n, 1, 1, n, at, at, points, 4.0, at) for n, points in enumerate((2.0, 3.0, 3.0, 1.0), 1)]
    assert best(tries).number == 2
    assert best([Attempt(1, 1, 1, 1, at, None, None, None, None)]) is None


def test_weaker_replies_are_sentences_of_the_length_of_an_answer():
    for fault, found in weak_replies().items():
        assert found["why"].endswith("."), fault
        assert len(found["any"]) >= 2, fault
        for kind, texts in found.items():
            for text in texts if kind != "why" else ():
                assert 20 <= len(text.split()) <= 48, text
                assert text[-1] in ".?", text


def test_weaker_replies_differ_in_fault_and_are_the_same_for_the_same_clip():
    made = weaker("objection.price", "a clip")
    assert len({one.why for one in made}) == len(made) == 3
    assert [one.text for one in weaker("objection.price", "a clip")] == [one.text for one in made]
    assert len({tuple(one.text for one in weaker("objection.price", str(n))) for n in range(20)}) > 3
    assert weaker("objection.of_our_own", "x")
    assert weaker(None, "x")
