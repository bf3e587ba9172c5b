"""Quizzes and attempts in the records, on either database: versions, tries, two who come at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from clips_api.problems import Overtaken
from clips_api.store import assignments, people, quizzes, takers
from clips_api.store import attempts as tries
from clips_api.store.assignments import Assignment
from clips_api.store.attempts import Graded
from clips_api.store.people import Person
from pipeline.errors import NotFound

AT = datetime(2026, 11, 12, 14, 5, tzinfo=UTC)
LATER = datetime(2026, 11, 13, 9, 0, tzinfo=UTC)
ASKED = [{"id": "00000000", "text": "Which?"}]


@pytest.fixture
def quiz(store):
    number = quizzes.make(store, "Price", attempts=2, by="Dana", at=AT)
    quizzes.save(store, number, questions=ASKED, attempts=2, revision=1, by="Dana", at=AT)
    quizzes.publish(store, number, revision=2, at=AT)
    return number


@pytest.fixture
def given(store, quiz):
    people.keep(store, [Person("Ana", "ana@example.com")])
    (ana,) = people.find(store)
    with store.write() as connection:
        made = assignments.add(connection, Assignment(ana.id, "Dana", AT, quiz_id=quiz))
    return assignments.start(store, made.id, AT)


def points(number: float, *, waits: bool = False):
    grades = {"q1": (True, number)} | ({"q2": (None, None)} if waits else {})
    return lambda _: Graded(grades, 3.0)


def hand_in(store, attempt, grade, at=LATER):
    return tries.hand_in(store, attempt.id, grade, most=2, at=at)


def test_versions(store, quiz):
    out = quizzes.published(store, quiz)
    assert (out.number, out.questions, out.published_at) == (1, ASKED, AT)
    assert quizzes.save(store, quiz, questions=ASKED, attempts=2, revision=None, by="Dana", at=LATER) == out
    with pytest.raises(Overtaken):
        quizzes.save(store, quiz, questions=[], attempts=2, revision=1, by="Lee", at=LATER)
    draft = quizzes.save(store, quiz, questions=[], attempts=3, revision=out.revision, by="Lee", at=LATER)
    assert (draft.number, draft.attempts, draft.published_at) == (2, 3, None)
    assert [one.number for one in quizzes.history(store, [quiz])[quiz]] == [2, 1]
    assert quizzes.published(store, quiz) == out
    quizzes.drop_draft(store, quiz)
    assert quizzes.latest(store, quiz).number == 1
    quizzes.drop_draft(store, quiz)  # what is out stays
    assert quizzes.latest(store, quiz).questions == ASKED
    for missing in (
        lambda: quizzes.one(store, 99),
        lambda: quizzes.rename(store, 99, "x"),
        lambda: quizzes.version(store, 99),
    ):
        with pytest.raises(NotFound):
            missing()


def test_lists(store, quiz):
    other = quizzes.make(store, "Timing", attempts=1, by="Lee", at=AT)
    assert [one.id for one in quizzes.find(store)] == [other, quiz]
    quizzes.put_away(store, quiz, AT)
    assert [one.id for one in quizzes.find(store, archived=True)] == [quiz]
    quizzes.put_away(store, quiz, None)
    quizzes.rename(store, quiz, "Price again")
    assert quizzes.one(store, quiz).title == "Price again"


def test_tries_go_one_after_another_up_to_the_limit(store, given):
    first = tries.begin(store, given.id, given.quiz_version_id, most=2, at=AT)
    assert tries.begin(store, given.id, given.quiz_version_id, most=2, at=LATER) == first
    assert tries.save(store, first.id, "q1", ["a"], AT)
    assert tries.save(store, first.id, "q1", ["b"], LATER)
    assert tries.save(store, first.id, "q2", ["c"], LATER)
    assert tries.save(store, first.id, "q2", [], LATER)
    assert {name: one.given for name, one in tries.said(store, [first.id])[first.id].items()} == {"q1": ["b"]}
    done = hand_in(store, first, points(1.0))
    assert (done.points, done.possible, done.submitted_at, done.marked_at) == (1, 3, LATER, LATER)
    assert hand_in(store, first, points(3.0)) == done
    assert not tries.save(store, first.id, "q1", ["late"], LATER)
    assert assignments.get(store, given.id).finished_at is None
    second = tries.begin(store, given.id, given.quiz_version_id, most=2, at=LATER)
    assert second.number == 2
    hand_in(store, second, points(2.0))
    assert tries.begin(store, given.id, given.quiz_version_id, most=2, at=LATER) is None
    assert assignments.get(store, given.id).finished_at == LATER
    assert [one.points for one in tries.of(store, [given.id])[given.id]] == [1, 2]


def test_everything_right_finishes_it(store, given):
    first = tries.begin(store, given.id, given.quiz_version_id, most=2, at=AT)
    hand_in(store, first, points(3.0))
    assert assignments.get(store, given.id).finished_at == LATER


def test_what_waits_for_marks(store, given):
    first = tries.begin(store, given.id, given.quiz_version_id, most=2, at=AT)
    for name in ("q1", "q2", "q3"):
        tries.save(store, first.id, name, ["said"], AT)

    def grade(answers):
        assert set(answers) == {"q1", "q2", "q3"}
        return Graded({"q1": (True, 1.0), "q2": (None, None), "q3": (None, None)}, 5.0)

    done = hand_in(store, first, grade)
    assert (done.points, done.marked_at) == (1, None)
    assert [answer.question_id for _, answer in tries.unmarked(store)] == ["q2", "q3"]
    told: list[object] = []
    for question, worth in (("q2", 2.0), ("q3", 0.0), ("q3", 1.0)):
        done = tries.mark(
            store,
            first.id,
            question,
            points=worth,
            right=worth == 2,
            comment="So",
            by="Dana",
            at=LATER,
            tell=told.append,
        )
    assert (done.points, done.marked_at, len(told)) == (4, LATER, 2)  # the outbox tells the same only once
    assert tries.unmarked(store) == []
    with pytest.raises(NotFound):
        tries.mark(store, first.id, "q9", points=1, right=True, comment="", by="Dana", at=LATER, tell=told.append)


def test_many_who_come_at_once_make_one_try_and_one_result(store, given):
    with ThreadPoolExecutor(8) as pool:
        begun = set(pool.map(lambda _: tries.begin(store, given.id, given.quiz_version_id, most=2, at=AT), range(16)))
        assert len(begun) == 1
        (first,) = begun
        kept = list(pool.map(lambda n: tries.save(store, first.id, "q1", [str(n)], AT), range(16)))
        assert all(kept)
        assert len(set(pool.map(lambda n: hand_in(store, first, points(float(n % 2))), range(16)))) == 1
    assert len(tries.of(store, [given.id])[given.id]) == 1


def test_who_was_given_a_quiz(store, given, quiz):
    (ana,) = takers.find(store, quiz)
    assert (ana.name, ana.assignment, ana.quiz_version_id) == ("Ana", given.id, given.quiz_version_id)
    assert takers.find(store, 99) == []
    assignments.revoke(store, given.id, LATER)
    assert takers.find(store, quiz) == []
