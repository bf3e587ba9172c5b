"""Check-ins: one a week each, on their own clock, not on a day off, none twice; who reads what; what a link does."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from clips_api import checkin, checkins, telling
from clips_api.checkin import Closed
from clips_api.store import checkins as store
from clips_api.store import outbox, people
from clips_api.store.database import Store
from clips_api.store.followup_tables import checkins as table
from clips_api.store.links import hashed
from clips_api.store.people import Person
from clips_api.store.schema import outbox as outbox_table
from clips_api.store.schema import people as people_table
from clips_api.viewer import HOUSE
from pipeline.errors import BadInput
from pipeline.flows import training
from pipeline.settings import Mail, Settings
from tests.integration.clips_api import checking
from tests.places import ROOT
from tests.training import ANA, DANA, PRIYA, SAM, keep

FRIDAY = datetime(2026, 11, 6, 8, tzinfo=UTC)  # nine o'clock where Sam is, eight where Ana is
NOUR = Person("Nour Adel", "nour@example.com", "North", zone="Africa/Cairo", country="EG")  # off on Friday and Saturday
KIRAN = Person("Kiran Rao", "kiran@example.com", "North", zone="Asia/Kolkata", country="IN")  # off on Sunday
HOUR = timedelta(hours=1)
WEEKS = 13


@pytest.fixture
def settings(tmp_path) -> Settings:
    mail = Mail(**{"host": "127.0.0.1", "port": 9, "tls": "none", "from": "coach@example.com"})
    return Settings(data=tmp_path / "data", public_url="http://coach.example", mail=mail, timezone="UTC")


@pytest.fixture
def parts(app, client):
    store.ask(app.state.parts.store, "North", asks=True)
    return app.state.parts.asked_by(HOUSE)


@pytest.fixture
def clock(monkeypatch):
    """What time it is, for all who ask."""

    class Clock:
        at = FRIDAY

    for name in ("checkin", "checkins", "pages.checkin", "pages.goals", "telling", "outbox"):
        monkeypatch.setattr(f"clips_api.{name}.now", lambda: Clock.at)
    return Clock


def rows(parts) -> list:
    with parts.store.read() as connection:
        return connection.execute(select(table).order_by(table.c.id)).all()


def newest(parts, person):
    return store.asked(parts.store, [person.id], date(2026, 1, 1))[0]


def path(parts, person):
    return f"/q/{checkin.token(parts, newest(parts, person).seed)}/checkin"


def test_a_quarter(parts):
    """Every hour of thirteen weeks: one a week each, at nine on their clock, on the last working day up to Friday."""
    everybody = keep(parts.store, SAM, ANA, NOUR, KIRAN, PRIYA, DANA)
    names = {one.id: one for one in everybody}
    monday = datetime(2026, 10, 5, tzinfo=UTC)  # clocks change on the 25th, in Cairo on the 29th
    for hour in range(24 * 7 * WEEKS):
        at = monday + hour * HOUR
        checkin.ask(parts, at)
        assert checkin.ask(parts, at) == 0
    made = rows(parts)
    asked = {names[row.person_id].name for row in made}
    assert asked == {"Sam Ortega", "Ana Lima", "Nour Adel", "Kiran Rao"}  # Priya's team is not asked, Dana is no rep
    assert set(Counter(names[row.person_id].name for row in made).values()) == {WEEKS}
    assert max(Counter((row.person_id, row.week) for row in made).values()) == 1
    for row in made:
        person = names[row.person_id]
        here = row.asked_at.astimezone(ZoneInfo(person.zone))
        last = 3 if person.country == "EG" else 4
        assert (here.weekday(), here.hour) == (last, 9), (person.name, here)
        assert row.week == here.date() - timedelta(days=last)
    with parts.store.read() as connection:
        told = connection.execute(select(outbox_table).where(outbox_table.c.kind == "checkin")).all()
    assert len(told) == len(made)
    assert {row.about for row in told} == {f"checkin/{row.id}" for row in made}


@pytest.mark.parametrize(
    ("at", "asked"),
    [
        (FRIDAY - timedelta(minutes=1), 0),
        (FRIDAY, 1),
        (FRIDAY + timedelta(hours=10, minutes=59), 1),
        (FRIDAY + timedelta(hours=11), 0),  # eight in the evening
        (FRIDAY + timedelta(days=1), 0),
        (FRIDAY + timedelta(days=3), 0),  # Monday: the week is over
        (FRIDAY - timedelta(days=1), 0),
    ],
)
def test_when_one_is_asked(parts, at, asked):
    keep(parts.store, SAM)
    assert checkin.ask(parts, at) == asked


@pytest.mark.parametrize(
    ("change", "at", "asked"),
    [
        ({"quiet_weekends": False}, FRIDAY + timedelta(days=1), 1),  # it was off on Friday
        ({"check_in": "Wed 16:30"}, FRIDAY - timedelta(days=1), 1),
        ({"check_in": "Wed 16:30"}, datetime(2026, 11, 4, 15, 29, tzinfo=UTC), 0),
        ({"check_in": "Wed 16:30"}, datetime(2026, 11, 4, 15, 30, tzinfo=UTC), 1),
        ({"check_in": ""}, FRIDAY, 0),
    ],
)
def test_the_settings_hold(parts, change, at, asked):
    keep(parts.store, SAM)
    other = replace(parts, settings=parts.settings.model_copy(update=change))
    assert checkin.ask(other, at) == asked


def test_a_setting_that_is_no_time_is_refused():
    with pytest.raises(ValueError, match="check_in"):
        Settings(check_in="Friday 9")


def test_who_is_not_asked(parts):
    (sam,) = keep(parts.store, SAM)
    people.save(parts.store, replace(sam, left_at=FRIDAY))
    keep(parts.store, replace(PRIYA, team=None))
    assert checkin.ask(parts, FRIDAY + HOUR) == 0
    people.save(parts.store, sam)
    store.ask(parts.store, "north", asks=False)
    assert checkin.ask(parts, FRIDAY + HOUR) == 0


def test_without_an_address_it_waits_on_the_page(parts, client, signed_in_as, clock):
    keep(parts.store, replace(SAM, email=None))
    assert checkin.ask(parts, FRIDAY) == 1
    assert outbox.waiting(parts.store) == []
    own = signed_in_as(replace(SAM, email=None))
    (row,) = rows(parts)
    assert f'action="/checkins/{row.id}"' in own.get("/goals/checkins").text


def test_killed_while_it_asks(settings, library):
    """Whoever was asked before the kill is not asked again, whoever was not is; each has one message."""
    records = Store.at(library.records)
    store.ask(records, "North", asks=True)
    many = 120
    people.keep(records, [Person(f"Rep {n}", f"rep{n}@example.com", "North", zone="UTC") for n in range(many)])
    at = datetime(2026, 11, 6, 10, tzinfo=UTC).isoformat()

    def count() -> int:
        with records.read() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    command = [sys.executable, "-m", "tests.integration.clips_api.asking", str(settings.data), at]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while count() < many // 6 and time.monotonic() < until and process.poll() is None:
        time.sleep(0.001)
    process.kill()
    assert process.wait() < 0
    assert 0 < count() < many
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with records.read() as connection:
        made = connection.execute(select(table.c.person_id, table.c.week, table.c.id)).all()
        told = connection.execute(select(outbox_table.c.about, outbox_table.c.payload)).all()
    records.close()
    assert len(made) == len({row.person_id for row in made}) == many
    assert {row.week for row in made} == {date(2026, 11, 2)}
    assert sorted((row.about, row.payload["person"]) for row in told) == sorted(
        (f"checkin/{row.id}", row.person_id) for row in made
    )


# its message and its link


def test_its_message(parts, clock):
    (sam,) = keep(parts.store, SAM)
    checkin.ask(parts, FRIDAY)
    (row,) = outbox.waiting(parts.store)
    made = checkin.token(parts, newest(parts, sam).seed)
    assert made not in repr(row)
    assert newest(parts, sam).token_hash == hashed(made)
    subject, (said, _) = telling.KINDS["checkin"](parts, row)
    assert subject == "How was your week?"
    assert said.link == f"http://coach.example/q/{made}/checkin"
    for file in parts.library.root.glob("records.sqlite*"):
        assert made.encode() not in file.read_bytes()
    (message,) = telling.take(parts, 5, "a test", 60, ["mail"])
    assert message.address == "sam@example.com"
    checkin.answer(parts, checkin.of_token(parts, made, FRIDAY), "Fine.", FRIDAY)
    assert telling.KINDS["checkin"](parts, row) is None
    clock.at += timedelta(days=8)
    assert telling.KINDS["checkin"](parts, row) is None


def test_on_a_phone_without_signing_in(parts, stranger, clock):
    (sam,) = keep(parts.store, SAM)
    checkin.ask(parts, FRIDAY)
    where = path(parts, sam)
    for _ in range(2):
        opened = stranger.get(where)
        assert "For Sam Ortega, week of 2 Nov" in opened.text
    assert stranger.head(where).status_code == 200
    assert opened.headers["cache-control"] == "private, no-store"
    assert newest(parts, sam).text is None
    empty = stranger.post(where, data={"text": " \r\n "})
    assert (empty.status_code, "write a line first" in empty.text) == (422, True)
    long = stranger.post(where, data={"text": "ä" * 281})
    assert (long.status_code, "at most 280 characters; this one has 281" in long.text) == (422, True)
    assert "ä" * 281 in long.text
    assert newest(parts, sam).text is None
    kept = stranger.post(where, data={"text": "  Two demos,\r\n <b>one</b> \x00deal 🎯 "})
    assert kept.headers["location"] == f"{where}?done=saved"
    assert newest(parts, sam).text == "Two demos, <b>one</b> deal 🎯"
    shown = stranger.get(f"{where}?done=saved").text
    assert "Your team reads it now" in shown
    assert "&lt;b&gt;one" in shown
    clock.at += timedelta(days=2)
    assert stranger.post(where, data={"text": "x" * 280}).status_code == 303
    assert newest(parts, sam).text == "x" * 280
    clock.at = FRIDAY + timedelta(days=7)
    assert stranger.post(where, data={"text": "too late"}).status_code == 410
    assert newest(parts, sam).text == "x" * 280


def test_in_a_phones_browser_without_scripts(app, chromium, served):
    parts = app.state.parts.asked_by(HOUSE)
    (ana,) = keep(parts.store, ANA)
    where = checking.path(app, "North")
    size = {"width": 390, "height": 740}
    with chromium.new_context(base_url=served.address, viewport=size, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(where)
        page.get_by_label("One line").fill("Three demos, one of them without the sheet.")
        page.get_by_role("button", name="Send it to my team").click()
        page.get_by_role("status").get_by_text("Your team reads it now").wait_for()
        assert page.get_by_label("One line").input_value() == "Three demos, one of them without the sheet."
    assert newest(parts, ana).text == "Three demos, one of them without the sheet."


def test_whatever_is_wrong_with_a_link_the_page_is_the_same(parts, stranger, clock):
    (sam,) = keep(parts.store, SAM)
    checkin.ask(parts, FRIDAY)
    where = path(parts, sam)
    pages = {stranger.get(f"/q/{'x' * 43}/checkin").text, stranger.get("/q/short/checkin").text}
    with parts.store.write() as connection:
        connection.execute(update(people_table).where(people_table.c.id == sam.id).values(left_at=FRIDAY))
    pages.add(stranger.get(where).text)
    with parts.store.write() as connection:
        connection.execute(update(people_table).where(people_table.c.id == sam.id).values(left_at=None))
    assert stranger.get(where).status_code == 200
    clock.at += timedelta(days=7)
    answer = stranger.get(where)
    pages.add(answer.text)
    assert answer.status_code == 410
    assert len(pages) == 1
    assert "This check-in is over" in answer.text
    with pytest.raises(Closed):
        checkin.of_token(parts, where.split("/")[2], clock.at)


def test_a_line_is_one_line(parts):
    (sam,) = keep(parts.store, SAM)
    checkin.ask(parts, FRIDAY)
    sheet = checkin.of_token(parts, path(parts, sam).split("/")[2], FRIDAY)
    with pytest.raises(BadInput):
        checkin.answer(parts, sheet, "\t", FRIDAY)
    checkin.answer(parts, sheet, "a\x1b\n\nb\tc", FRIDAY)
    assert newest(parts, sam).text == "a b c"


# who reads what


def test_who_reads_what(parts, client, signed_in_as, clock):
    other = replace(PRIYA, team="South")
    sam, ana, _ = keep(parts.store, SAM, ANA, other)
    clock.at = FRIDAY + 2 * HOUR
    assert checkin.ask(parts, clock.at) == 2
    own, dana, priya = signed_in_as(SAM), signed_in_as(DANA), signed_in_as(other)
    number = newest(parts, sam).id
    assert own.post(f"/checkins/{number}", data={"text": "Two demos."}).headers["location"] == (
        "/goals/checkins?done=saved"
    )
    for who in (dana, priya, client):
        assert who.get(f"/checkins/{number}").status_code == 404
        assert who.post(f"/checkins/{number}", data={"text": "Not mine."}).status_code == 404
        assert who.post(f"/api/v1/checkins/{number}", json={"text": "Not mine."}).status_code == 404
    for who in (own, dana, client):
        shown = who.get("/goals/checkins?team=North").text
        assert "Two demos." in shown
        assert "1 of 2 wrote" in shown
        told = who.get("/api/v1/checkins", params={"team": "north"}).json()["items"]
        assert [(one["name"], one["text"]) for one in told] == [("Sam Ortega", "Two demos."), ("Ana Lima", None)]
    assert own.get("/api/v1/checkins").json()["total"] == 2
    assert "Two demos." not in priya.get("/goals/checkins").text
    for who, team in ((priya, "North"), (own, "South"), (dana, "South"), (client, "Nowhere")):
        assert who.get("/goals/checkins", params={"team": team}).status_code == 404
        assert who.get("/api/v1/checkins", params={"team": team}).status_code == 404
    moved = replace(ana, team="South")
    people.save(parts.store, moved)
    assert newest(parts, ana).team == "North"  # those who asked read it


def test_who_turns_it_on(parts, client, signed_in_as, clock):
    keep(parts.store, SAM, PRIYA)
    own, dana = signed_in_as(SAM), signed_in_as(DANA)
    assert own.put("/api/v1/checkins/teams", json={"team": "North", "asks": False}).status_code == 403
    assert own.post("/goals/checkins", data={"team": "North", "asks": "false"}).status_code == 403
    assert dana.put("/api/v1/checkins/teams", json={"team": "South", "asks": True}).status_code == 404
    assert "Stop asking" in dana.get("/goals/checkins").text
    assert dana.post("/goals/checkins", data={"team": "North", "asks": "false"}).status_code == 303
    assert store.asking(parts.store) == set()
    assert "Ask North each week" in dana.get("/goals/checkins").text
    assert client.get("/api/v1/checkins/teams").json()["items"] == [
        {"team": "North", "asks": False},
        {"team": "South", "asks": False},
    ]
    assert own.post("/api/v1/checkins/due").status_code == 403
    assert dana.post("/api/v1/checkins/due").status_code == 403


def test_the_worker_asks_by_the_api(parts, client, clock):
    keep(parts.store, SAM)
    where = training.FLOWS["check-in"]
    assert client.get(where).json() == {"due": 1}
    assert client.post(where).json() == {"written": 1}
    assert client.get(where).json() == {"due": 0}


def test_eight_weeks_at_a_time(parts, client, clock):
    (sam,) = keep(parts.store, SAM)
    for week in range(11):
        at = FRIDAY + week * timedelta(days=7)
        checkin.ask(parts, at)
        checkin.answer(parts, checkin.of_token(parts, path(parts, sam).split("/")[2], at), f"Week {week}.", at)
    first = client.get("/goals/checkins?team=North").text
    assert "Week 3." in first
    assert "Week 2." not in first
    older = first.split('href="/goals/checkins?team=North&amp;before=')[1].split('"')[0]
    second = client.get(f"/goals/checkins?team=North&before={older}").text
    assert [f"Week {week}." in second for week in (0, 2, 3)] == [True, True, False]


def test_who_wrote_first_comes_first(parts):
    sam, ana = keep(parts.store, SAM, ANA)
    checkin.ask(parts, FRIDAY + HOUR)
    for person, after in ((ana, 2), (sam, 3)):
        at = FRIDAY + after * HOUR
        checkin.answer(parts, checkin.of_token(parts, path(parts, person).split("/")[2], at), "Fine.", at)
    ((_, week),) = checkins.weeks(parts, "North")
    assert [one.person_id for one in week] == [ana.id, sam.id]
