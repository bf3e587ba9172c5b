"""Practice: what was asked in a quiz comes back by a link, when the schedule says, and never twice."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from clips_api import giving, practice, taking, telling
from clips_api.giving import Gift
from clips_api.links import Ticket
from clips_api.practice import Over
from clips_api.repeating import APART
from clips_api.store import assignments, outbox, practices, quizzes, repetitions
from clips_api.store.followup_tables import practices as practice_table
from clips_api.store.followup_tables import repetitions as repetition_table
from clips_api.store.links import hashed
from clips_api.store.schema import people as people_table
from clips_api.viewer import HOUSE
from pipeline.settings import Mail, Settings
from tests.training import ANA, DANA, PRIYA, SAM, a_quiz, keep

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)  # ten o'clock where Sam is
THURSDAY = MONDAY + timedelta(days=3)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def settings(tmp_path) -> Settings:
    mail = Mail(**{"host": "127.0.0.1", "port": 9, "tls": "none", "from": "coach@example.com"})
    return Settings(data=tmp_path / "data", public_url="http://coach.example", mail=mail)


@pytest.fixture
def parts(app, client):
    return app.state.parts.asked_by(HOUSE)


@pytest.fixture
def clock(monkeypatch):
    """What time it is, for all who ask."""

    class Clock:
        at = MONDAY

    for name in ("taking", "practice", "practices", "pages.practice", "pages.assignments"):
        monkeypatch.setattr(f"clips_api.{name}.now", lambda: Clock.at)
    return Clock


def take(parts, person, *, wrong=(), asked=2, title="The price", at=MONDAY):
    """Somebody takes a quiz, with the questions at these places wrong; its assignment."""
    quiz = a_quiz(parts.store, title, asked)
    (given,) = giving.give(parts, Gift(quiz_id=quiz), [person], at).given
    started = assignments.start(parts.store, given.id, at)
    hand_in(parts, started, person, wrong)
    return started


def hand_in(parts, given, person, wrong):
    own = taking.paper(parts, Ticket(given, person, ""))
    number = own.number
    taking.begin(parts, own)
    for place, one in enumerate(own.questions):
        own = taking.paper(parts, Ticket(given, person, ""))
        said = next(option.id for option in one.options if (option.id == one.right) == (place not in wrong))
        assert taking.save(parts, own, one.id, [said], number)
    taking.hand_in(parts, taking.paper(parts, Ticket(given, person, "")), number)


def standing(parts, person):
    """Rung and day of each question, in the order in which they were asked."""
    with parts.store.read() as connection:
        wanted = select(repetition_table).where(repetition_table.c.person_id == person.id)
        rows = connection.execute(wanted.order_by(repetition_table.c.id)).all()
    return [(row.rung, row.due_on) for row in rows]


def newest(parts, person):
    return practices.find(parts.store, person.id)[0]


def path(parts, person):
    return f"/q/{practice.token(parts, newest(parts, person).seed)}/practice"


def sheet(parts, person, at):
    return practice.of_token(parts, practice.token(parts, newest(parts, person).seed), at)


def reply(parts, person, at, *, right=True):
    """Answer everything in somebody's newest practice; the questions."""
    found = sheet(parts, person, at)
    for one in found.items:
        said = next(option.id for option in one.question.options if (option.id == one.question.right) == right)
        assert practice.answer(parts, found, one.question.id, [said], at)
    return [one.question.id for one in found.items]


def test_wrong_comes_back_tomorrow_and_right_in_a_week(parts, clock):
    (sam,) = keep(parts.store, SAM)
    take(parts, sam, wrong={0})
    assert standing(parts, sam) == [(0, date(2026, 11, 3)), (1, date(2026, 11, 9))]
    assert practice.practise(parts, MONDAY + timedelta(hours=5)) == 0
    assert practice.practise(parts, MONDAY + timedelta(days=1)) == 1
    assert practice.practise(parts, MONDAY + timedelta(days=1)) == 0
    assert len(sheet(parts, sam, MONDAY + timedelta(days=1)).items) == 1


def test_right_in_a_second_try_still_comes_back_tomorrow(parts, clock):
    (sam,) = keep(parts.store, SAM)
    given = take(parts, sam, wrong={0})
    hand_in(parts, given, sam, ())
    assert standing(parts, sam) == [(0, date(2026, 11, 3)), (1, date(2026, 11, 9))]


def test_a_month(parts, clock):
    """Every question on its day or, where that is a weekend or two others come first, on the next that is free."""
    sam, ana, priya = keep(parts.store, SAM, ANA, replace(PRIYA, zone="Europe/Berlin"))
    take(parts, sam, wrong={0, 2}, asked=5)
    take(parts, ana, wrong={1}, asked=2, title="The time")
    days, asked_before = [], {}
    for hour in range(24 * 40):  # the worker looks every hour here
        at = MONDAY + timedelta(hours=hour)
        clock.at = at
        if at == THURSDAY:
            take(parts, priya, wrong={1}, asked=2, title="The end", at=THURSDAY)
        waiting = {one.id: one for one in repetitions.due(parts.store, date(2030, 1, 1))}
        if not practice.practise(parts, at):
            continue
        for person, zone in ((sam, BERLIN), (ana, ZoneInfo("Europe/Lisbon")), (priya, BERLIN)):
            made = newest(parts, person) if practices.find(parts.store, person.id) else None
            if made is None or made.made_at != at:
                continue
            here = at.astimezone(zone)
            assert here.weekday() < 5
            assert here.hour == 9
            for one in sheet(parts, person, at).items:
                days.append((person.name, one.question.id, here.date()))
                due = waiting[one.repetition.id].due_on
                assert due <= here.date()
                asked_before.setdefault(one.question.id, []).append((due, here.date()))
            # the first question of Sam's is wrong once more, then everything is right
            reply(parts, person, at, right=len(days) > 2)
    assert max(Counter((name, day) for name, _, day in days).values()) == 2
    assert max(Counter(days).values()) == 1
    late = [(due, came) for all_of in asked_before.values() for due, came in all_of if due != came]
    assert all(came - due <= timedelta(days=1) for due, came in late)  # three were right at first: two come, then one
    by_question = [[(came - MONDAY.date()).days for _, came in all_of] for all_of in asked_before.values()]
    assert sorted(by_question) == [
        [1, 2, 9, 25],  # Sam's that were wrong, and once more when they came back
        [1, 2, 9, 25],
        [1, 8, 24],
        [4, 11, 28],  # Priya's of Thursday: 16 days after a Friday is a Sunday, so it is Monday
        [7, 23],
        [7, 23],
        [7, 23],
        [8, 24],
        [10, 28],  # and 16 days after a Thursday is a Saturday
    ]


def test_two_questions_at_a_time_the_longest_due_first(parts, clock):
    (sam,) = keep(parts.store, SAM)
    take(parts, sam, wrong=set(range(5)), asked=5)
    seen = []
    for day in (1, 2, 3):
        at = MONDAY + timedelta(days=day)
        assert practice.practise(parts, at) == 1
        assert practice.practise(parts, at + timedelta(hours=2)) == 0
        seen.append(reply(parts, sam, at))
        assert practice.practise(parts, at + timedelta(hours=2)) == 0  # one a day
    assert [len(one) for one in seen] == [2, 2, 1]
    assert len({name for some in seen for name in some}) == 5


def test_while_one_waits_no_other_comes_and_after_a_week_it_comes_again(parts, clock):
    (sam,) = keep(parts.store, SAM)
    take(parts, sam, wrong={0, 1})
    tuesday = MONDAY + timedelta(days=1)
    assert practice.practise(parts, tuesday) == 1
    first = {one.question.id for one in sheet(parts, sam, tuesday).items}
    assert [practice.practise(parts, tuesday + timedelta(days=day)) for day in range(1, 7)] == [0] * 6
    later = tuesday + practice.WAITS
    with pytest.raises(Over):
        sheet(parts, sam, later)
    assert practice.practise(parts, later) == 1
    assert {one.question.id for one in sheet(parts, sam, later).items} == first


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 3, 7, 59, tzinfo=UTC),  # a minute to nine
        datetime(2026, 11, 3, 22, tzinfo=UTC),  # at night
        datetime(2026, 11, 7, 10, tzinfo=UTC),  # on a Saturday
    ],
)
def test_nothing_at_night_nor_on_weekends(parts, clock, at):
    (sam,) = keep(parts.store, SAM)
    take(parts, sam, wrong={0})
    assert practice.practise(parts, at) == 0


def test_on_weekends_where_they_are_not_quiet(parts, clock):
    loud = replace(parts, settings=parts.settings.model_copy(update={"quiet_weekends": False}))
    (sam,) = keep(parts.store, SAM)
    clock.at = datetime(2026, 11, 6, 9, tzinfo=UTC)
    take(loud, sam, wrong={0})
    assert standing(parts, sam)[0] == (0, date(2026, 11, 7))
    assert practice.practise(loud, datetime(2026, 11, 7, 10, tzinfo=UTC)) == 1


def test_after_the_last_time_it_comes_back_no_more(parts, clock):
    (sam,) = keep(parts.store, SAM)
    take(parts, sam, asked=1)
    at, days = MONDAY, 0
    while practice.wanted(parts, at) or days < 400:
        if practice.practise(parts, at):
            reply(parts, sam, at)
        at, days = at + timedelta(days=1), days + 1
    assert len(practices.find(parts.store, sam.id)) == len(APART) - 1
    assert repetitions.due(parts.store, date(2100, 1, 1)) == []


def test_what_was_taken_back_or_put_away_does_not_come_back(parts, clock):
    sam, priya = keep(parts.store, SAM, PRIYA)
    given = take(parts, sam, wrong={0})
    other = take(parts, priya, wrong={0}, title="The time")
    with parts.store.write() as connection:
        connection.execute(
            update(assignments.table).where(assignments.table.c.id == given.id).values(revoked_at=MONDAY)
        )
    quizzes.put_away(parts.store, other.quiz_id, MONDAY)
    at = MONDAY + timedelta(days=1, hours=2)
    assert practice.practise(parts, at) == 0
    assert practice.wanted(parts, at) == []


def test_its_message(parts, clock):
    (sam,) = keep(parts.store, SAM)
    take(parts, sam, wrong={0, 1})
    clock.at = MONDAY + timedelta(days=1)
    practice.practise(parts, clock.at)
    (row,) = outbox.about(parts.store, [newest(parts, sam).about])[newest(parts, sam).about]
    made = practice.token(parts, newest(parts, sam).seed)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", made)
    assert made not in repr(row)
    subject, (said, _) = telling.KINDS["practice"](parts, row)
    assert subject == "A minute of practice: 2 questions"
    assert said.link == f"http://coach.example/q/{made}/practice"
    for file in parts.library.root.glob("records.sqlite*"):
        assert made.encode() not in file.read_bytes()
    reply(parts, sam, clock.at)
    assert telling.KINDS["practice"](parts, row) is None


def test_on_a_phone_without_signing_in(parts, stranger, clock):
    (sam,) = keep(parts.store, SAM)
    take(parts, sam, wrong={0, 1})
    clock.at = MONDAY + timedelta(days=1)
    practice.practise(parts, clock.at)
    where = path(parts, sam)
    first, second = (one.question for one in sheet(parts, sam, clock.at).items)
    assert stranger.get(f"{where}/{first.id}").headers["location"] == where  # Start first
    page = stranger.get(where)
    assert "2 questions" in page.text
    assert "Sam Ortega" in page.text
    assert newest(parts, sam).started_at is None
    assert stranger.post(f"{where}/start").headers["location"] == f"{where}/{first.id}"
    asked = stranger.get(f"{where}/{first.id}")
    assert first.text in asked.text
    assert "not-right" not in asked.text
    assert asked.headers["cache-control"] == "private, no-store"
    assert "Choose an answer first" in stranger.post(f"{where}/{first.id}", data={"given": "ffffffff"}).text
    assert stranger.post(f"{where}/{first.id}", data={"given": first.right}).status_code == 303
    told = stranger.get(f"{where}/{first.id}").text
    assert "<h1>Right</h1>" in told
    assert "10 Nov" in told
    assert stranger.get(f"{where}/end").headers["location"] == where
    weak = next(one.id for one in second.options if one.id != second.right)
    stranger.post(f"{where}/{second.id}", data={"given": weak})
    stranger.post(f"{where}/{second.id}", data={"given": second.right})  # the first answer counts
    assert "<h1>Not yet</h1>" in stranger.get(f"{where}/{second.id}").text
    end = stranger.get(f"{where}/end").text
    assert re.search(r"1 <small>of 2 right", end)
    assert standing(parts, sam) == [(1, date(2026, 11, 10)), (0, date(2026, 11, 4))]
    assert stranger.get(where).headers["location"] == f"{where}/end"
    clock.at += timedelta(days=2)
    assert stranger.get(f"{where}/end").status_code == 410


def test_whatever_is_wrong_with_a_link_the_page_is_the_same(parts, client, stranger, clock):
    (sam,) = keep(parts.store, SAM)
    take(parts, sam, wrong={0})
    clock.at = MONDAY + timedelta(days=1)
    practice.practise(parts, clock.at)
    where, number = path(parts, sam), newest(parts, sam).id
    pages = {stranger.get(f"/q/{'x' * 43}/practice").text, stranger.get("/q/short/practice").text}
    with parts.store.write() as connection:
        connection.execute(update(people_table).where(people_table.c.id == sam.id).values(left_at=MONDAY))
    pages.add(stranger.get(where).text)
    with parts.store.write() as connection:
        connection.execute(update(people_table).where(people_table.c.id == sam.id).values(left_at=None))
    assert stranger.get(where).status_code == 200
    assert client.post(f"/api/v1/practices/{number}/revoke").status_code == 204
    answer = stranger.get(where)
    pages.add(answer.text)
    assert answer.status_code == 410
    assert len(pages) == 1
    assert "This practice is over" in answer.text
    with parts.store.read() as connection:
        kept = connection.execute(select(practice_table.c.token_hash)).scalar_one()
    assert kept == hashed(where.split("/")[2])


def test_who_sees_whose(parts, client, signed_in_as, clock):
    (sam,) = keep(parts.store, SAM)
    take(parts, sam, wrong={0})
    clock.at = MONDAY + timedelta(days=1)
    practice.practise(parts, clock.at)
    number = newest(parts, sam).id
    own, dana, priya = signed_in_as(SAM), signed_in_as(DANA), signed_in_as(PRIYA)
    for who, status in ((own, 200), (dana, 200), (client, 200), (priya, 404)):
        assert who.get("/api/v1/practices", params={"person": sam.id}).status_code == status
    (told,) = dana.get("/api/v1/practices", params={"person": sam.id}).json()["items"]
    assert (told["questions"], told["answered"], told["right"]) == (1, 0, 0)
    assert own.get(f"/practices/{number}").status_code == 200
    link = f'href="/practices/{number}"'
    assert (link in own.get("/assignments").text, link in dana.get("/assignments").text) == (True, False)
    assert own.post(f"/practices/{number}/start").status_code == 303
    for who in (dana, priya, client):
        assert who.get(f"/practices/{number}").status_code == 404
    assert priya.post(f"/api/v1/practices/{number}/revoke").status_code == 404
    assert own.post("/api/v1/practices/due").status_code == 403
    assert client.post("/api/v1/practices/due").status_code == 200
