"""Links: one rep, one assignment, made again when sent; opening changes nothing; a dead one says nothing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from clips_api import giving, links, telling
from clips_api.__main__ import WithoutSecrets
from clips_api.giving import Gift
from clips_api.links import Dead
from clips_api.problems import tokenless
from clips_api.store import assignments, outbox
from clips_api.store import links as link_store
from clips_api.store.lesson_tables import links as link_table
from clips_api.store.schema import people as people_table
from clips_api.viewer import HOUSE
from pipeline.library import now
from pipeline.settings import Mail, Settings
from tests.training import ANA, DANA, PRIYA, SAM, a_lesson, a_quiz, keep

NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)  # a Thursday


@pytest.fixture
def settings(tmp_path) -> Settings:
    mail = Mail(**{"host": "127.0.0.1", "port": 9, "tls": "none", "from": "coach@example.com"})
    return Settings(
        data=tmp_path / "data", public_url="http://coach.example", mail=mail, quiet_hours="", quiet_weekends=False
    )


@pytest.fixture
def parts(app, client):
    return app.state.parts.asked_by(HOUSE)


def give(parts, *people, at=None, **gift):
    if not gift:
        gift = {"quiz_id": a_quiz(parts.store)}
    return giving.give(parts, Gift(**gift), keep(parts.store, *people or (SAM,)), at or now()).given


def token(parts, given, version=None):
    with parts.store.read() as connection:
        link = link_store.newest(connection, given.id)
    return links._token(parts, given.id, version or link.version)


def change(parts, table, number, **values):
    with parts.store.write() as connection:
        connection.execute(update(table).where(table.c.id == number).values(**values))


def make_dead(parts, given, how):
    """End a link in one of the ways there are; the token that was made before."""
    made = token(parts, given)
    if how == "expired":
        with parts.store.write() as connection:
            connection.execute(update(link_table).values(expires_at=now() - timedelta(seconds=1)))
    elif how == "revoked":
        assignments.revoke(parts.store, given.id, now())
    elif how == "left":
        change(parts, people_table, given.person_id, left_at=now())
    elif how == "superseded":
        with parts.store.write() as connection:
            links.issue(parts, connection, given, now())
    elif how == "finished":
        assignments.finish(parts.store, given.id, now())
    elif how == "tampered":
        made = made[:-2] + ("AA" if made[-2:] != "AA" else "BB")
    return made


WAYS = {"expired": 410, "revoked": 410, "left": 410, "superseded": 410, "finished": 410, "tampered": 404}


def test_only_the_hash_of_a_token_is_kept_anywhere(parts, library):
    (given,) = give(parts)
    made = token(parts, given)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", made)
    with parts.store.read() as connection:
        kept = connection.execute(select(link_table)).one()
    assert kept.token_hash == link_store.hashed(made)
    for file in library.root.glob("records.sqlite*"):
        assert made.encode() not in file.read_bytes()


def test_tokens_differ_by_person_and_version_and_key(parts):
    first, second = give(parts, SAM, ANA)
    made = {token(parts, first), token(parts, second), token(parts, first, 2)}
    (parts.library.root / "secret").write_text("another")
    assert len(made | {token(parts, first)}) == 4


def test_looking_changes_nothing_and_start_pins_what_is_published(parts, stranger):
    quiz = a_quiz(parts.store)
    (given,) = give(parts, SAM, module_id=a_lesson(parts.store, quiz=quiz), due_on=date(2030, 1, 2), message="For you")
    made = token(parts, given)
    for _ in range(3):
        shown = stranger.get(f"/q/{made}")
        assert stranger.head(f"/q/{made}").status_code == 200
    assert shown.status_code == 200
    for words in ("When the price comes up", "Sam Ortega", "2 questions", "1 minute", "For you", "No sign-in", "2 Jan"):
        assert words in shown.text
    assert "<script" not in shown.text
    assert assignments.get(parts.store, given.id) == given
    begun = stranger.post(f"/q/{made}/start")
    assert (begun.status_code, begun.headers["location"]) == (303, f"/q/{made}/lesson")
    started = assignments.get(parts.store, given.id)
    assert started.started_at is not None
    assert (started.module_version_id, started.quiz_id, started.quiz_version_id) == (1, quiz, 1)
    stranger.post(f"/q/{made}/start")
    assert assignments.get(parts.store, given.id) == started
    assert "Go on" in stranger.get(f"/q/{made}").text


def test_a_quiz_alone_starts_at_its_questions(parts, stranger):
    (given,) = give(parts)
    made = token(parts, given)
    assert stranger.post(f"/q/{made}/start").headers["location"] == f"/q/{made}/quiz"


def test_answers_behind_a_link_are_kept_by_nobody(parts, stranger):
    (given,) = give(parts)
    made = token(parts, given)
    for answer in (stranger.get(f"/q/{made}"), stranger.get(f"/q/{'x' * 43}"), stranger.post(f"/q/{made}/start")):
        assert "no-store" in answer.headers["cache-control"]
        assert "noindex" in answer.headers["x-robots-tag"]
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("how", WAYS)
def test_whatever_is_wrong_the_page_is_the_same(parts, stranger, how):
    (given,) = give(parts)
    made = make_dead(parts, given, how)
    unknown = stranger.get(f"/q/{'y' * 43}")
    answer = stranger.get(f"/q/{made}")
    assert (answer.status_code, unknown.status_code) == (WAYS[how], 404)
    assert answer.text.replace(made, "") == unknown.text.replace("y" * 43, "")
    assert "Send me a new link" in answer.text
    assert "Sam" not in answer.text
    assert "price" not in answer.text
    assert stranger.post(f"/q/{made}/start").status_code == WAYS[how]
    told = stranger.get(f"/q/{made}", headers={"Accept": "application/json"})
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["detail"] == ""


@pytest.mark.parametrize("made", ["", "short", "x" * 44, "é" * 43, "%00" * 43, "x" * 5000, "../../status"])
def test_what_is_no_token_opens_nothing(parts, stranger, made):
    assert stranger.get(f"/q/{made}").status_code in (404, 401)


def messages(parts, at=None):
    return telling.take(parts, 50, "test", 60, ["mail", "slack", "log"])


@pytest.mark.parametrize("how", WAYS)
def test_a_new_link_goes_to_the_address_on_file_and_the_answer_says_nothing(parts, stranger, how):
    (given,) = give(parts)
    assert [one.address for one in messages(parts)] == ["sam@example.com"]
    made = make_dead(parts, given, how)
    answer = stranger.post(f"/q/{made}/again")
    assert answer.status_code == 200
    assert answer.text == stranger.post(f"/q/{'z' * 43}/again").text
    sent = messages(parts)
    if how in ("revoked", "left", "tampered"):
        assert sent == []
        return
    (letter,) = sent
    assert letter.address == "sam@example.com"
    link = next(part.link for part in letter.parts if part.link)
    opened = stranger.get(link.replace("http://coach.example", ""))
    if how == "finished":
        assert (opened.status_code, opened.headers["location"]) == (
            303,
            f"{link.removeprefix('http://coach.example')}/quiz/result",
        )
    else:
        assert opened.status_code == 200
        assert "Start" in opened.text


def test_asking_often_sends_little(parts, stranger, monkeypatch):
    (given,) = give(parts)
    messages(parts)
    made = token(parts, given)
    for _ in range(20):
        assert stranger.post(f"/q/{made}/again").status_code == 200
    assert len(messages(parts)) == 1  # within ten minutes
    clock = now()
    for hours in range(1, 12):
        monkeypatch.setattr("clips_api.pages.door.now", lambda hours=hours: clock + timedelta(hours=hours))
        stranger.post(f"/q/{made}/again")
    rows = outbox.about(parts.store, [given.about])[given.about]
    assert sum(row.kind == "link" for row in rows) == 5


def test_a_link_that_works_is_sent_again_as_it_is(parts, stranger):
    (given,) = give(parts)
    made = token(parts, given)
    messages(parts)
    stranger.post(f"/q/{made}/again")
    (letter,) = messages(parts)
    assert any(part.link == f"http://coach.example/q/{made}" for part in letter.parts)


def test_after_the_end_the_answers_can_be_looked_at_for_a_day(parts):
    (given,) = give(parts)
    made = token(parts, given)
    end = now()
    assignments.start(parts.store, given.id, end)
    assignments.finish(parts.store, given.id, end)
    with pytest.raises(Dead) as caught:
        links.ticket(parts, made, end)
    assert caught.value.state == "finished"
    assert links.ticket(parts, made, end + timedelta(hours=23), review=True).assignment.id == given.id
    with pytest.raises(Dead):
        links.ticket(parts, made, end + timedelta(hours=25), review=True)


def test_a_link_lives_as_long_as_set_or_two_weeks_past_its_day(parts):
    first, second = (
        give(parts, SAM, at=NOON, quiz_id=a_quiz(parts.store), due_on=due)[0] for due in (None, date(2027, 3, 1))
    )
    links.ticket(parts, token(parts, first), NOON + timedelta(days=29))
    with pytest.raises(Dead) as caught:
        links.ticket(parts, token(parts, first), NOON + timedelta(days=30))
    assert caught.value.state == "expired"
    links.ticket(parts, token(parts, second), datetime(2027, 3, 14, tzinfo=UTC))


def test_a_new_server_key_makes_new_links(parts, stranger):
    (given,) = give(parts)
    old = token(parts, given)
    (parts.library.root / "secret").write_text("another")
    (letter,) = messages(parts)
    link = next(part.link for part in letter.parts if part.link)
    assert not link.endswith(old)
    assert stranger.get(link.replace("http://coach.example", "")).status_code == 200
    assert stranger.get(f"/q/{old}").status_code == 410


def test_signed_in_people_need_no_link_and_see_only_their_own(parts, signed_in_as):
    (given, others) = give(parts, SAM, PRIYA)
    sam = signed_in_as(SAM)
    assert sam.get(f"/assignments/{given.id}").status_code == 200
    begun = sam.post(f"/assignments/{given.id}/start")
    assert begun.headers["location"] == f"/assignments/{given.id}/quiz"
    for path in (f"/assignments/{others.id}", "/assignments/999"):
        assert sam.get(path).status_code == 404
    assert sam.post(f"/assignments/{others.id}/start").status_code == 404
    assert signed_in_as(DANA).get(f"/assignments/{given.id}").status_code == 404  # not hers to do
    assignments.revoke(parts.store, given.id, now())
    gone = sam.get(f"/assignments/{given.id}")
    assert gone.status_code == 410
    assert "Send me a new link" not in gone.text


def test_finishing_a_lesson_writes_the_link_to_its_quiz(parts):
    (given,) = give(parts, SAM, module_id=a_lesson(parts.store, quiz=a_quiz(parts.store)))
    messages(parts)
    at = now()
    assignments.start(parts.store, given.id, at)
    assert assignments.learned(parts.store, given.id, at).finished_at is None
    assignments.learned(parts.store, given.id, at + timedelta(minutes=1))
    (row,) = (one for one in outbox.about(parts.store, [given.about])[given.about] if one.kind == "quiz")
    assert row.due_at == at + timedelta(minutes=15)
    assert outbox.again(parts.store, row.id, now())
    (letter,) = messages(parts)
    assert "quiz to your lesson" in letter.subject


def test_who_went_on_to_the_quiz_gets_no_link_to_it(parts):
    (given,) = give(parts, SAM, module_id=a_lesson(parts.store, quiz=a_quiz(parts.store)))
    messages(parts)
    started = assignments.start(parts.store, given.id, now())
    assignments.learned(parts.store, given.id, now())
    from clips_api.store import attempts

    attempts.begin(parts.store, given.id, started.quiz_version_id, most=2, at=now())
    (row,) = (one for one in outbox.about(parts.store, [given.about])[given.about] if one.kind == "quiz")
    outbox.again(parts.store, row.id, now())
    assert messages(parts) == []
    assert [one.kind for one in outbox.about(parts.store, [given.about])[given.about]] == ["assigned"]


def test_a_lesson_without_a_quiz_ends_with_its_last_item(parts):
    (given,) = give(parts, SAM, module_id=a_lesson(parts.store))
    assignments.start(parts.store, given.id, now())
    assert assignments.learned(parts.store, given.id, now()).finished_at is not None


def test_logs_hold_no_token():
    import logging

    made = "k" * 43
    assert tokenless(f"/q/{made}/lesson/2") == "/q/…/lesson/2"
    record = logging.LogRecord(
        "uvicorn.access", 20, "", 0, '%s - "%s %s HTTP/%s" %d', ("a", "GET", f"/q/{made}/quiz?x=1", "1.1", 200), None
    )
    WithoutSecrets().filter(record)
    assert made not in record.getMessage()
