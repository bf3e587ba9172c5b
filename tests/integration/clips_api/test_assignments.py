"""Giving lessons and quizzes, what a manager sees of it, and what reps are told when: on both databases where it matters."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from clips_api import giving, progress, reaching, reminding, telling
from clips_api.giving import Gift
from clips_api.quiet import Quiet
from clips_api.reaching import News
from clips_api.store import assignments, attempts, audit, outbox, people
from clips_api.store.audit import Asked
from clips_api.store.people import Person
from clips_api.store.schema import people as people_table
from clips_api.viewer import HOUSE
from pipeline.library import now
from pipeline.settings import Mail, Settings, Slack
from tests.training import ANA, DANA, PRIYA, SAM, a_lesson, a_quiz, keep

THURSDAY = datetime(2026, 11, 12, 11, tzinfo=UTC)  # noon in Berlin
EVENING = THURSDAY + timedelta(hours=9)
FRIDAY_MORNING = datetime(2026, 11, 13, 6, 30, tzinfo=UTC)  # half past seven there
WAYS = {"channels": ["mail", "slack"], "linked": ["mail", "slack"]}


@pytest.fixture
def settings(tmp_path) -> Settings:
    mail = Mail(**{"host": "127.0.0.1", "port": 9, "tls": "none", "from": "coach@example.com"})
    slack = Slack(token="xoxb-1")
    return Settings(data=tmp_path / "data", public_url="http://coach.example", mail=mail, slack=slack)


@pytest.fixture
def parts(app, client):
    return app.state.parts.asked_by(HOUSE)


def give(parts, *receivers, at=THURSDAY, **gift):
    gift = gift or {"quiz_id": a_quiz(parts.store)}
    return giving.give(parts, Gift(**gift), keep(parts.store, *receivers or (SAM,)), at).given


def rows(parts, given):
    return outbox.about(parts.store, [given.about]).get(given.about, [])


def take(parts, at, monkeypatch):
    """What a sender gets at some time."""
    monkeypatch.setattr(telling, "now", lambda: at)
    monkeypatch.setattr("clips_api.invitations.now", lambda: at)
    return telling.take(parts, 50, "test", 60, ["mail", "slack"])


def send(parts, at, monkeypatch):
    found = take(parts, at, monkeypatch)
    for one in found:
        outbox.sent(parts.store, one.number, at)
    return found


# giving


def test_a_team_and_people_are_given_something_at_once(parts, client):
    keep(parts.store, SAM, ANA, PRIYA, DANA, Person("Gone", "gone@example.com", "North", left_at=THURSDAY))
    priya = next(one for one in people.find(parts.store) if one.name == "Priya Nair")
    lesson = a_lesson(parts.store, quiz=a_quiz(parts.store))
    body = {
        "module_id": lesson,
        "team": "north",
        "people": [priya.id],
        "message": " Two  minutes ",
        "due_on": "2099-01-02",
    }
    made = client.post("/api/v1/assignments", json=body)
    assert made.status_code == 201, made.text
    assert sorted(one["person"] for one in made.json()["items"]) == ["Ana Lima", "Priya Nair", "Sam Ortega"]
    first = made.json()["items"][0]
    assert (first["message"], first["due_on"], first["title"], first["state"]) == (
        "Two minutes", "2099-01-02", "When the price comes up", "waiting"
    )  # fmt: skip
    again = client.post("/api/v1/assignments", json=body)
    assert again.json() == {"items": [], "had": ["Priya Nair", "Ana Lima", "Sam Ortega"]} or sorted(
        again.json()["had"]
    ) == ["Ana Lima", "Priya Nair", "Sam Ortega"]
    assert client.get("/api/v1/assignments").json()["total"] == 3
    assert client.get(f"/api/v1/assignments?person={priya.id}").json()["total"] == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"quiz_id": None}, "choose a lesson or a quiz"),
        ({"module_id": 1}, "choose a lesson or a quiz"),
        ({"quiz_id": 999}, "not published"),
        ({"people": []}, "choose at least one person"),
        ({"people": [], "team": "West"}, "nobody in West"),
        ({"due_on": "2020-01-01"}, "has passed"),
        ({"channel": "#north"}, "whole team"),
        ({"channel": "U0123456789", "team": "North"}, "no Slack channel"),
        ({"channel": "sam@example.com", "team": "North"}, "no Slack channel"),
    ],
)
def test_what_cant_be_given_is_refused_whole(parts, client, changed, why):
    (sam,) = keep(parts.store, SAM)
    body = {"quiz_id": a_quiz(parts.store), "people": [sam.id]} | changed
    answer = client.post("/api/v1/assignments", json={name: value for name, value in body.items() if value is not None})
    assert answer.status_code == 422
    assert why in answer.json()["detail"]
    assert client.get("/api/v1/assignments").json()["total"] == 0
    assert outbox.waiting(parts.store) == []


def test_managers_give_to_their_own_people_only(parts, signed_in_as):
    (sam, priya) = keep(parts.store, SAM, PRIYA)
    quiz = a_quiz(parts.store)
    dana = signed_in_as(DANA)
    assert dana.post("/api/v1/assignments", json={"quiz_id": quiz, "people": [priya.id]}).status_code == 404
    made = dana.post("/api/v1/assignments", json={"quiz_id": quiz, "people": [sam.id]})
    assert made.json()["items"][0]["by"] == "Dana Weiss"
    number = made.json()["items"][0]["id"]
    ola = signed_in_as(Person("Ola Berg", "ola@example.com", "South", role="manager"))
    for method, path in (("get", ""), ("delete", ""), ("post", "/link"), ("post", "/send")):
        assert getattr(ola, method)(f"/api/v1/assignments/{number}{path}").status_code == 404
    assert ola.patch(f"/api/v1/assignments/{number}", json={"due_on": None}).status_code == 404
    assert ola.get("/api/v1/assignments").json()["total"] == 0
    assert ola.get(f"/assignments/{number}/progress").status_code == 404
    assert signed_in_as(SAM).get(f"/api/v1/assignments/{number}").json()["why"] is None
    assert signed_in_as(PRIYA).get(f"/api/v1/assignments/{number}").status_code == 404


def test_everything_lands_or_nothing(parts, monkeypatch):
    receivers = keep(parts.store, SAM, PRIYA)
    quiz = a_quiz(parts.store)
    asked = []

    def fail(*_: object, **__: object) -> None:
        asked.append(1)
        if len(asked) == 2:
            raise ZeroDivisionError

    monkeypatch.setattr(giving, "invite", fail)
    with pytest.raises(ZeroDivisionError):
        giving.give(parts, Gift(quiz_id=quiz), receivers, THURSDAY)
    assert assignments.find(parts.store) == []


# telling


def test_the_letter_says_what_waits_and_holds_their_own_link(parts, monkeypatch):
    lesson = a_lesson(parts.store, quiz=a_quiz(parts.store))
    given, other = give(parts, SAM, ANA, module_id=lesson, due_on=date(2026, 11, 20), message="For the next call")
    letter, direct = take(parts, THURSDAY, monkeypatch)
    assert letter.subject == "Your manager gave you a lesson: When the price comes up"
    text = "\n".join(part.text for part in letter.parts)
    for words in ("Sam Ortega", "due on Friday, 20 Nov", "2 questions", "without signing in", "For the next call"):
        assert words in text
    assert (direct.channel, direct.address) == ("slack", "U0123456789")
    found = [part.link for one in (letter, direct) for part in one.parts if part.link]
    assert len(set(found)) == len(found) == 2
    assert all(re.fullmatch(r"http://coach\.example/q/[\w-]{43}", link) for link in found)
    for row in rows(parts, given) + rows(parts, other):
        assert set(row.payload) == {"assignment", "person", "waits"}


def test_a_quiet_evening_waits_for_the_morning_and_the_page_says_so(parts, monkeypatch):
    (given,) = give(parts, at=EVENING)
    assert [row.due_at for row in rows(parts, given)] == [FRIDAY_MORNING]
    assert "Quiet hours" in progress.of(parts, [given], EVENING)[0].why
    assert take(parts, FRIDAY_MORNING - timedelta(seconds=1), monkeypatch) == []
    assert len(take(parts, FRIDAY_MORNING, monkeypatch)) == 1


@pytest.mark.parametrize(
    ("before_eight", "due"), [(20, THURSDAY + timedelta(hours=7, minutes=55)), (10, FRIDAY_MORNING)]
)
def test_a_quiz_that_would_follow_at_night_is_due_in_the_morning(parts, before_eight, due):
    lesson = a_lesson(parts.store, quiz=a_quiz(parts.store))
    (given,) = give(parts, module_id=lesson)
    assignments.start(parts.store, given.id, THURSDAY)
    quiet = Quiet.of(parts.settings, people.get(parts.store, given.person_id))
    assignments.learned(parts.store, given.id, THURSDAY + timedelta(hours=8, minutes=-before_eight), quiet)
    assert [row.due_at for row in rows(parts, given) if row.kind == "quiz"] == [due]


def test_what_was_held_up_into_the_night_is_put_off_when_it_is_taken(parts, monkeypatch):
    (given,) = give(parts, SAM, at=THURSDAY)
    give(parts, PRIYA, at=THURSDAY, quiz_id=given.quiz_id)
    with parts.store.write() as connection:  # Priya is where it is day
        connection.execute(
            update(people_table).where(people_table.c.email == PRIYA.email).values(zone="America/New_York")
        )
    assert [one.address for one in take(parts, EVENING, monkeypatch)] == ["priya@example.com"]
    (row,) = rows(parts, given)
    assert (row.due_at, row.attempts, row.leased_by) == (FRIDAY_MORNING, 0, None)


def test_it_goes_to_the_address_that_they_have_by_then(parts, monkeypatch):
    (given,) = give(parts)
    people.keep(parts.store, [Person("Sam Ortega", None, "North", slack="U0000000001", zone="Europe/Berlin")])
    with parts.store.write() as connection:
        connection.execute(
            update(people_table).where(people_table.c.id == given.person_id).values(email=None, slack="U0000000001")
        )
    (message,) = take(parts, THURSDAY, monkeypatch)
    assert (message.channel, message.address) == ("slack", "U0000000001")
    assert len(rows(parts, given)) == 1


def test_who_has_left_gets_nothing(parts, monkeypatch):
    (given,) = give(parts)
    with parts.store.write() as connection:
        connection.execute(update(people_table).values(left_at=THURSDAY))
    assert take(parts, THURSDAY, monkeypatch) == []
    assert rows(parts, given) == []


@pytest.mark.parametrize("address", ["#north", "C0123456789", "G0123456789"])
def test_what_is_somebodys_own_never_goes_to_a_channel(parts, monkeypatch, address):
    (given,) = give(parts, Person("Ana Lima", None, "North", slack=address))
    assert rows(parts, given) == []
    assert progress.of(parts, [given], THURSDAY)[0].why == reaching.NOWHERE


def test_a_team_channel_hears_of_what_all_may_see(parts, client, monkeypatch):
    keep(parts.store, SAM, ANA)
    body = {"quiz_id": a_quiz(parts.store), "team": "North", "channel": "#north", "message": "Sam, this is for you"}
    assert client.post("/api/v1/assignments", json=body).status_code == 201
    noon = datetime.combine(now().date() + timedelta(days=(3 - now().weekday()) % 7 + 7), THURSDAY.time(), UTC)
    messages = take(parts, noon, monkeypatch)
    (told,) = (one for one in messages if one.address == "#north")
    said = told.subject + "".join(f"{part.text} {part.link}" for part in told.parts)
    assert "North has a new quiz: “The price”" in said
    assert "http://coach.example/assignments" in said
    for secret in ("/q/", "Sam", "Ana", "this is for you"):
        assert secret not in said
    assert len(messages) == 3


def test_one_row_that_has_no_words_holds_up_nobody(parts, monkeypatch):
    (given,) = give(parts)
    with parts.store.write() as connection:
        sam = assignments.whose(connection, given)
        reaching.tell(parts.store, connection, sam, News("nonsense", "x/1", "x"), THURSDAY - timedelta(minutes=1))
    assert [one.address for one in take(parts, THURSDAY, monkeypatch)] == ["sam@example.com"]
    (row,) = outbox.about(parts.store, ["x/1"])["x/1"]
    assert (row.error, row.due_at) == ("it could not be put in words: KeyError", THURSDAY + timedelta(hours=1))


def test_who_has_begun_by_hand_is_not_told_any_more(parts, monkeypatch):
    (given,) = give(parts)
    assignments.start(parts.store, given.id, THURSDAY)
    assert take(parts, THURSDAY, monkeypatch) == []


# reminders


def remind(parts, at, monkeypatch):
    reminding.remind(parts, at)
    return [one.subject for one in send(parts, at, monkeypatch)]


def test_one_reminder_after_two_working_days_and_one_before_the_day(parts, monkeypatch):
    give(parts, due_on=date(2026, 11, 20), quiz_id=a_quiz(parts.store))  # the Friday after
    assert len(send(parts, THURSDAY, monkeypatch)) == 1
    got = {}
    for hours in range(0, 24 * 14, 3):
        at = THURSDAY + timedelta(hours=hours)
        for subject in remind(parts, at, monkeypatch):
            got[at.astimezone().date()] = subject
    assert got == {
        date(2026, 11, 16): "Still open: The price",  # Monday: two working days later
        date(2026, 11, 19): "Still open: The price",  # Thursday: the working day before
    }


def hand_in(store, number, at):
    """One try of several: the assignment stays open."""
    given = assignments.start(store, number, at)
    tried = attempts.begin(store, number, given.quiz_version_id, most=2, at=at)
    attempts.hand_in(store, tried.id, lambda _: attempts.Graded({}, 2.0), most=2, at=at)
    assert assignments.get(store, number).open


@pytest.mark.parametrize("end", [assignments.finish, assignments.revoke, hand_in])
def test_never_after_the_end(parts, monkeypatch, end):
    (given,) = give(parts, due_on=date(2026, 11, 20), quiz_id=a_quiz(parts.store))
    send(parts, THURSDAY, monkeypatch)
    late = THURSDAY + timedelta(days=4)
    assert reminding.remind(parts, late) == 1  # written, and not sent yet
    end(parts.store, given.id, late)
    assert send(parts, late + timedelta(minutes=1), monkeypatch) == []
    for days in range(5, 20):
        assert remind(parts, THURSDAY + timedelta(days=days), monkeypatch) == []


def test_reminders_can_be_off_and_asked_twice_remind_once(parts, monkeypatch):
    give(parts)
    send(parts, THURSDAY, monkeypatch)
    monday = THURSDAY + timedelta(days=4)
    off = parts.settings.model_copy(update={"remind_after": 0, "remind_before": 0})
    from dataclasses import replace

    assert reminding.remind(replace(parts, settings=off), monday) == 0
    assert reminding.remind(parts, monday) == 1
    assert reminding.remind(parts, monday) == 0


def test_nobody_is_reminded_of_what_they_were_never_told(parts):
    give(parts)
    assert reminding.remind(parts, THURSDAY + timedelta(days=9)) == 0


def test_who_gets_an_address_later_is_told_then(parts, client, monkeypatch):
    (given,) = give(parts, Person("Sam Ortega", None, "North", zone="Europe/Berlin"))
    assert rows(parts, given) == []
    assert reminding.remind(parts, THURSDAY) == 0
    with parts.store.write() as connection:
        connection.execute(update(people_table).values(email="sam@example.com"))
    assert client.get("/api/v1/reminders").json() == {"due": 1}
    assert reminding.remind(parts, THURSDAY) == 1
    assert len(send(parts, THURSDAY, monkeypatch)) == 1
    assert reminding.remind(parts, THURSDAY) == 0


# what a manager sees and does


def states(parts, given, at=THURSDAY):
    (one,) = progress.of(parts, [assignments.get(parts.store, given.id)], at)
    return one.state


def test_a_manager_sees_how_far_each_is(parts, monkeypatch):
    lesson = a_lesson(parts.store, quiz=a_quiz(parts.store, asked=2))
    (given,) = give(parts, SAM, module_id=lesson)
    assert states(parts, given) == "waiting"
    giving.copied(parts, given, "http://here", THURSDAY)
    assert states(parts, given) == "copied"
    send(parts, THURSDAY, monkeypatch)
    assert states(parts, given) == "sent"
    started = assignments.start(parts.store, given.id, THURSDAY)
    assert states(parts, given) == "started"
    assignments.learned(parts.store, given.id, THURSDAY)
    assert states(parts, given) == "learned"
    attempt = attempts.begin(parts.store, given.id, started.quiz_version_id, most=2, at=THURSDAY)
    grades = attempts.Graded({}, 2.0)
    attempts.hand_in(parts.store, attempt.id, lambda _: grades, most=1, at=THURSDAY)
    (one,) = progress.of(parts, [assignments.get(parts.store, given.id)], THURSDAY)
    assert (one.last.points, one.last.possible, one.to_mark) == (0.0, 2.0, False)
    assignments.finish(parts.store, given.id, THURSDAY)
    assert states(parts, given) == "finished"
    assignments.revoke(parts.store, given.id, THURSDAY)
    assert states(parts, given) == "finished"  # what is finished stays


def test_while_the_address_is_of_this_machine_only_nothing_is_sent_and_the_page_says_why(
    parts, client, stranger, monkeypatch
):
    from dataclasses import replace

    here = replace(parts, settings=parts.settings.model_copy(update={"public_url": "http://127.0.0.1:8377"}))
    client.app.state.parts = here
    (given,) = give(here)
    assert take(here, THURSDAY, monkeypatch) == []
    assert "works on this machine only" in client.get("/assignments").text
    assert "works on this machine only" in client.get(f"/assignments/{given.id}/progress").text
    assert "works on this machine only" in client.get(f"/assignments/new?quiz={given.quiz_id}").text
    shown = client.post(f"/assignments/{given.id}/link").text
    link = re.search(r'value="(http://127\.0\.0\.1:8377/q/[\w-]{43})"', shown)[1]
    assert stranger.get(link.removeprefix("http://127.0.0.1:8377")).status_code == 200
    assert link not in client.get(f"/assignments/{given.id}/progress").text


def test_a_copied_link_is_the_one_that_is_sent_and_stands_in_the_trail(parts, client, monkeypatch):
    (given,) = give(parts)
    url = client.post(f"/api/v1/assignments/{given.id}/link").json()["url"]
    (letter,) = take(parts, THURSDAY, monkeypatch)
    assert url in [part.link for part in letter.parts]
    deeds = audit.find(parts.store, Asked(about=given.about, what="shared"), limit=10)
    assert [deed.by for deed in deeds] == ["manager"]
    assert url not in str(deeds)


def test_taking_back_ends_the_link_and_what_was_to_be_sent(parts, client, stranger, monkeypatch):
    (given,) = give(parts)
    url = client.post(f"/api/v1/assignments/{given.id}/link").json()["url"]
    assert client.delete(f"/api/v1/assignments/{given.id}").status_code == 204
    assert stranger.get(url.removeprefix("http://coach.example")).status_code == 410
    assert take(parts, THURSDAY, monkeypatch) == []
    for path in ("link", "send"):
        assert client.post(f"/api/v1/assignments/{given.id}/{path}").status_code == 409


def test_the_pages_do_what_the_api_does(parts, client):
    (sam, ana) = keep(parts.store, SAM, ANA)
    quiz = a_quiz(parts.store)
    assert "Nobody was given anything yet" in client.get("/assignments").text
    form = client.get(f"/assignments/new?quiz={quiz}&person={sam.id}").text
    assert f'value="{sam.id}" checked' in form
    assert f'value="quiz/{quiz}" selected' in form
    bad = client.post("/assignments", data={"what": "", "person": [str(sam.id)], "message": "Kept <b>"})
    assert bad.status_code == 422
    assert "Not given" in bad.text
    assert "Kept &lt;b&gt;" in bad.text
    given = client.post(
        "/assignments", data={"what": f"quiz/{quiz}", "person": [str(sam.id), str(ana.id)], "due_on": "2099-05-04"}
    )
    assert given.headers["location"] == "/assignments?done=given"
    page = client.get(given.headers["location"]).text
    assert "Sam Ortega" in page
    assert "due 4 May 2099" in page
    (first, second) = assignments.find(parts.store)
    assert client.post(f"/assignments/{first.id}/due", data={"due_on": ""}).status_code == 303
    assert assignments.get(parts.store, first.id).due_on is None
    assert (
        client.post(f"/assignments/{first.id}/send").headers["location"]
        == f"/assignments/{first.id}/progress?done=sent"
    )
    assert client.post(f"/assignments/{second.id}/withdraw").status_code == 303
    over = client.get("/assignments").text
    assert "taken back" in over


def test_a_rep_sees_their_own_and_no_buttons(parts, signed_in_as):
    give(parts, SAM, PRIYA)
    text = signed_in_as(SAM).get("/assignments").text
    assert "The price" in text
    assert "Priya" not in text
    assert "Give a lesson" not in text
    assert "Nothing waits for you" in signed_in_as(Person("New", "new@example.com")).get("/assignments").text


# both databases


def test_writes_hold_on_both_databases(store):
    (sam,) = keep(store, SAM)
    quiz = a_quiz(store)
    given = _written(store, sam, quiz)
    with store.read() as connection:
        assert assignments.has_open(connection, sam.id, None, quiz)
        assert not assignments.has_open(connection, sam.id, 1, quiz)
        assert assignments.givable(connection) == [("quiz", quiz, "The price")]
    started = assignments.start(store, given.id, THURSDAY)
    assert started.quiz_version_id == 1
    assert assignments.start(store, given.id, EVENING).started_at == THURSDAY
    assert assignments.finish(store, given.id, EVENING).finished_at == EVENING
    assert assignments.revoke(store, given.id, EVENING).revoked_at is None
    assert assignments.find(store, of=[sam.id], unfinished=True) == []


def _written(store, person, quiz):
    with store.write() as connection:
        return assignments.add(connection, assignments.Assignment(person.id, "Dana", THURSDAY, quiz_id=quiz))


# in a browser


def test_a_link_by_hand_from_a_manager_to_a_phone_without_scripts(app, page, chromium, served):
    records = app.state.parts.store
    keep(records, Person("Sam Ortega", None, "North"))
    lesson = a_lesson(records, quiz=a_quiz(records))
    page.goto(f"/assignments/new?module={lesson}")
    page.get_by_role("checkbox", name="Sam Ortega").check()
    page.get_by_label("What you say with it").fill("Before the next call")
    page.get_by_role("button", name="Give it").click()
    page.get_by_role("link", name="Sam Ortega").click()
    page.get_by_role("button", name="Copy link").click()
    link = page.get_by_role("textbox", name="The link").input_value().replace("http://coach.example", "")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()

    phone = chromium.new_context(
        viewport={"width": 390, "height": 844}, base_url=served.address, java_script_enabled=False, has_touch=True
    )
    rep = phone.new_page()
    rep.goto(link)
    expect(rep.get_by_text("Before the next call")).to_be_visible()
    button = rep.get_by_role("button", name="Start").bounding_box()
    assert button["height"] >= 44
    assert button["y"] + button["height"] < 844  # without scrolling
    rep.get_by_role("button", name="Start").click()
    rep.wait_for_url("**/lesson/1")
    assert phone.cookies() == []
    rep.goto(f"/q/{'x' * 43}")
    rep.get_by_role("button", name="Send me a new link").click()
    expect(rep.get_by_text("Look into your mail")).to_be_visible()
    phone.close()
    page.reload()
    page.goto("/assignments")
    expect(page.get_by_text("started just now")).to_be_visible()


# who may know of a message


def test_managers_see_what_waits_for_their_own_people_only(parts, signed_in_as):
    (given,) = give(parts, SAM)
    (row,) = rows(parts, given)
    dana, ola = signed_in_as(DANA), signed_in_as(Person("Ola Berg", "ola@example.com", "South", role="manager"))
    assert [one["address"] for one in dana.get("/api/v1/outbox").json()["items"]] == ["sam@example.com"]
    assert ola.get("/api/v1/outbox").json()["items"] == []
    assert ola.post(f"/api/v1/outbox/{row.id}/again").status_code == 404
    assert ola.delete(f"/api/v1/outbox/{row.id}").status_code == 404
    assert dana.post(f"/api/v1/outbox/{row.id}/again").status_code == 204
