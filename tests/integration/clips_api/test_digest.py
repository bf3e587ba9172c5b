"""The weekly digest: on Monday morning where its reader is, once a week, with true counts, and none where nothing happened."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from clips_api import digest, telling
from clips_api import digests as digests_api
from clips_api.store import assignments, attempts, consents, digests, goals, judgements, outbox, people, quizzes, wins
from clips_api.store.assignments import Assignment
from clips_api.store.attempts import Graded
from clips_api.store.consents import Consent
from clips_api.store.database import Store
from clips_api.store.digests import Digest
from clips_api.store.followup_tables import digests as digest_table
from clips_api.store.goals import Goal
from clips_api.store.judgements import Judgement
from clips_api.store.people import Person
from clips_api.store.wins import Win
from clips_api.viewer import HOUSE
from pipeline import notify
from pipeline.library import now
from pipeline.settings import Mail, Settings, Slack
from tests.integration.clips_api.conftest import TIMING, wait_for, write_call
from tests.integration.clips_api.team import moment
from tests.mailbox import mail_server
from tests.slack import TOKEN, slack_server
from tests.training import a_quiz

MONDAY = date(2026, 11, 16)  # is told of the week from 9 to 15 November
WEDNESDAY = datetime(2026, 11, 11, 10, tzinfo=UTC)  # in that week
BERLIN, NEW_YORK, KOLKATA = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata"))
DANA = Person("Dana Hill", "dana@juniper.example", "North", role="manager", zone="Europe/Berlin")
LEE = Person("Lee Moss", None, "South", slack="U0123456789", role="manager", zone="America/New_York")
MAX = Person("Max Roth", "max@juniper.example", None, role="manager", zone="Asia/Kolkata")
IDA = Person("Ida Koch", "ida@juniper.example", None, role="admin")
SAM = Person("Sam Reed", "sam@juniper.example", "North", ("Sam",))
PRIYA = Person("Priya Nair", "priya@juniper.example", "South", ("Priya",))
EIGHT = datetime(2026, 11, 16, 8, tzinfo=BERLIN)


@pytest.fixture
def mailbox():
    with mail_server() as box:
        yield box


@pytest.fixture
def slack():
    with slack_server() as server:
        yield server


@pytest.fixture
def settings(tmp_path, mailbox, slack) -> Settings:
    mail = Mail(**{"host": "127.0.0.1", "port": mailbox.port, "tls": "none", "from": "coach@example.com"})
    app = Slack(token=TOKEN, api=slack.api)
    loud = {"quiet_hours": "", "quiet_weekends": False}
    return Settings(data=tmp_path / "data", public_url="https://coach.example", mail=mail, slack=app, **loud)


def arrived(made, at):
    """A call as if it had come in then."""
    made.folder.keep(made.folder.recording().model_copy(update={"started_at": at}))
    (sighting,) = made.folder.sightings()
    made.folder.sight(sighting.model_copy(update={"at": at}))
    return made


@pytest.fixture
def calls(library):
    """Twelve of Sam's and one of Priya's in the week, one of Sam's before, one after."""
    sams = [arrived(write_call(library, seed=seed), WEDNESDAY + timedelta(minutes=seed)) for seed in range(1, 13)]
    priyas = arrived(write_call(library, TIMING, seed=20, rep="Priya"), WEDNESDAY)
    arrived(write_call(library, seed=30), datetime(2026, 11, 8, 22, 59, tzinfo=UTC))
    arrived(write_call(library, seed=31), datetime(2026, 11, 15, 23, 0, tzinfo=UTC))
    return [*sams, priyas]


@pytest.fixture
def parts(app, client):
    found = app.state.parts.asked_by(HOUSE)
    people.keep(found.store, (DANA, LEE, MAX, IDA, SAM, PRIYA))
    return found


def person(parts, name):
    return next(one for one in people.find(parts.store) if one.name == name)


def rows(parts):
    return [row for row in outbox.waiting(parts.store) if row.kind == "digest"]


def won(parts, call, at=WEDNESDAY, *, agreed=True):
    sam, clip = person(parts, "Sam Reed"), moment(call)
    asked = Consent(clip, call.id, sam.id, "Sam", "", "Dana Hill", at, agreed=agreed, answered_by="Sam Reed")
    consents.ask(parts.store, asked)
    return wins.add(parts.store, Win(clip, call.id, sam.id, "Sam", None, "Asks first.", None, "Dana Hill", at))


def handed_in(parts, quiz, name, points, at=WEDNESDAY):
    version = quizzes.published(parts.store, quiz)
    with parts.store.write() as connection:
        given = assignments.add(connection, Assignment(person(parts, name).id, "Dana Hill", at, quiz_id=quiz))
    tried = attempts.begin(parts.store, given.id, version.id, most=2, at=at)
    graded = Graded({"a": (points > 0, float(points))}, 2.0)
    assert attempts.save(parts.store, tried.id, "a", ["x"], at)
    attempts.hand_in(parts.store, tried.id, lambda _: graded, most=2, at=at)


def words(parts, row):
    subject, said = telling.KINDS["digest"](parts, row)
    return subject, [part.text for part in said], [part.link for part in said if part.link]


def test_it_comes_at_eight_on_monday_where_its_reader_is_and_once(calls, parts):
    told = []
    for half in range(2 * 24 * 8):  # every half an hour, from Saturday to Saturday
        at = datetime(2026, 11, 14, tzinfo=UTC) + timedelta(minutes=30 * half)
        before = len(rows(parts))
        assert digest.write(parts, at) == len(rows(parts)) - before
        told += [(row.address, at) for row in rows(parts)[before:]]
    assert sorted(told) == [
        ("U0123456789", datetime(2026, 11, 16, 8, tzinfo=NEW_YORK)),
        ("dana@juniper.example", EIGHT),
        ("max@juniper.example", datetime(2026, 11, 16, 8, tzinfo=KOLKATA)),
    ]


def test_every_week_one(calls, library, parts):
    told = []
    for week in range(6):
        monday = EIGHT + timedelta(weeks=week)
        made = arrived(write_call(library, seed=50 + week), monday + timedelta(days=2))
        parts.indexer.refresh([made.id])
        for hours in (0, 1, 9, 24, 30):
            digest.write(parts, monday + timedelta(hours=hours))
        told.append(sum(row.address == "dana@juniper.example" for row in rows(parts)))
    assert told == [1, 2, 3, 4, 5, 6]


def test_two_who_write_at_once_and_a_new_start_make_one(calls, settings, parts):
    together = threading.Barrier(4)

    def write():
        together.wait()
        digest.write(parts, EIGHT)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(row.address for row in rows(parts)) == ["dana@juniper.example", "max@juniper.example"]
    parts.store.close()
    again = replace(parts, store=Store.at(parts.library.records))
    assert digest.wanted(again, EIGHT + timedelta(minutes=1)) == []
    assert digest.write(again, EIGHT + timedelta(minutes=1)) == 0


def test_a_write_that_breaks_off_leaves_nothing_half_done(calls, parts):
    with pytest.raises(ZeroDivisionError), parts.store.write() as connection:
        assert digests.add(parts.store, connection, Digest(person(parts, "Dana Hill").id, MONDAY, EIGHT)) is not None
        raise ZeroDivisionError
    assert digest.write(parts, EIGHT) == 2


@pytest.mark.parametrize(
    ("at", "many"),
    [
        (EIGHT - timedelta(minutes=1), 0),
        (EIGHT + timedelta(hours=15, minutes=59), 1),
        (EIGHT + timedelta(hours=39), 1),  # Tuesday, eleven at night: Exemplar did not run before
        (EIGHT + timedelta(hours=40), 0),  # Wednesday
        (EIGHT - timedelta(days=1), 0),
    ],
)
def test_on_monday_or_a_day_late_never_later(at, many, calls, parts):
    assert sum(one.name == "Dana Hill" for one, _ in digest.wanted(parts, at)) == many


def test_the_counts_are_true(calls, parts):
    for number in (0, 1):
        won(parts, calls[number])
    won(parts, calls[2], agreed=False)
    won(parts, calls[3], datetime(2026, 11, 16, 10, tzinfo=UTC))
    for kind, target in (("deals", 20), ("demos", 1)):
        goals.add(
            parts.store, Goal(kind, target, date(2026, 11, 2), date(2026, 11, 27), "Dana Hill", EIGHT, team="North")
        )
    quiz = a_quiz(parts.store, "The price")
    for points in (2, 1):
        handed_in(parts, quiz, "Sam Reed", points)
        handed_in(parts, a_quiz(parts.store, f"Other {points}"), "Priya Nair", 0)
    assert digest.write(parts, EIGHT) == 2
    (row,) = [one for one in rows(parts) if one.address == "dana@juniper.example"]
    subject, said, links = words(parts, row)
    assert subject == "Last week: 12 calls, 2 wins, 2 quizzes handed in"
    assert said == [
        "12 calls came in from 1 rep, with 12 moments.",
        "To coach next, by the last four weeks: agenda heard 0 of 13.",
        "2 wins:",
        "Sam Reed: Asks first.",
        "Sam Reed: Asks first.",
        "“The price”: handed in 2 times by 1 person, 3 of 4 points.",
        "Goals that are behind: North, deals: 0 of 20.",
        "You get this on Mondays. It can be turned off on your account.",
    ]
    where = ["/calls", "/team", "/wins", f"/quizzes/{quiz}/results", "/goals", "/account"]
    assert links == [f"https://coach.example{path}" for path in where]
    (row,) = [one for one in rows(parts) if one.address == "max@juniper.example"]
    assert words(parts, row)[0] == "Last week: 14 calls, 2 wins, 4 quizzes handed in", "everybody's, by his own clock"


def test_what_rests_on_a_tag_that_is_often_wrong_says_so(calls, parts):
    for number in range(10):
        told = Judgement(
            f"{number:016x}", "tag", "step.agenda", "1", "plan: x", "rep", "q", None, None, 0, "v", number < 7, "Max", EIGHT
        )  # fmt: skip
        judgements.judge(parts.store, told)
    digest.write(parts, EIGHT)
    (row,) = [one for one in rows(parts) if one.address == "dana@juniper.example"]
    doubt = "(don't lean on it: its tag was judged right 7 of 10 times)"
    assert f"To coach next, by the last four weeks: agenda heard 0 of 13 {doubt}." in words(parts, row)[1]


def test_nothing_happened_and_nobody_is_told(client, parts):
    assert len(digest.wanted(parts, EIGHT)) == 2
    assert digest.write(parts, EIGHT) == 0
    assert rows(parts) == []
    assert digest.wanted(parts, EIGHT) == [], "that is settled for this week"


def test_while_the_index_is_built_nobody_is_told_that_nothing_happened(calls, app, parts):
    digest.write(parts, EIGHT)
    (row,) = [one for one in rows(parts) if one.address == "dana@juniper.example"]
    app.state.parts.indexer.stop()
    parts.database.replace()
    assert digest.wanted(parts, EIGHT + timedelta(weeks=1)) == []
    assert digest.write(parts, EIGHT + timedelta(weeks=1)) == 0
    with pytest.raises(digests_api.Building):
        telling.KINDS["digest"](parts, row)


def test_what_happened_in_another_team_is_none_of_theirs(library, parts):
    made = arrived(write_call(library, TIMING, seed=20, rep="Priya"), WEDNESDAY)
    parts.indexer.refresh([made.id])
    digest.write(parts, datetime(2026, 11, 16, 15, tzinfo=UTC))
    assert sorted(row.address for row in rows(parts)) == ["U0123456789", "max@juniper.example"]


def test_it_is_mail_or_a_direct_message(calls, parts, settings, mailbox, slack):
    won(parts, calls[0])
    digest.write(parts, datetime(2026, 11, 16, 13, tzinfo=UTC))
    for row in rows(parts):
        outbox.again(parts.store, row.id, now())
    for message in telling.take(parts, 9, "a test", 60, ["mail", "slack"]):
        if message.subject.startswith("Last week"):
            notify.enabled(settings)[message.channel].send(message)
            outbox.sent(parts.store, message.number, now())
    (dana,) = [letter for letter in mailbox.letters if letter["To"] == "dana@juniper.example"]
    assert dana["Subject"] == "Last week: 12 calls, 1 win"
    text = dana.get_body(("plain",)).get_content()
    assert "12 calls came in from 1 rep, with 12 moments." in text
    assert "https://coach.example/team" in text
    assert "> Sam Reed: Asks first." in text
    (post,) = slack.posts
    assert (post["channel"], post["text"]) == ("U0123456789", "Last week: 1 call")


def test_it_is_turned_off_and_on_on_the_account_page(calls, parts, signed_in_as):
    dana, sam, ida = (signed_in_as(one) for one in (DANA, SAM, IDA))
    assert "Turn it off" in dana.get("/account").text
    assert "digest" not in sam.get("/account").text
    assert "Turn it on" in ida.get("/account").text, "admins get none until they want one"
    assert dana.post("/account/digest", data={"wanted": "0"}).status_code == 303
    assert "Turn it on" in dana.get("/account").text
    assert dana.get("/api/v1/digests/mine").json() == {"wanted": False}
    assert ida.put("/api/v1/digests/mine", json={"wanted": True}).json() == {"wanted": True}
    assert sam.put("/api/v1/digests/mine", json={"wanted": True}).status_code == 403
    named = [one.name for one, _ in digest.wanted(parts, datetime(2026, 11, 16, 20, tzinfo=UTC))]
    assert named == ["Ida Koch", "Lee Moss", "Max Roth"]


def test_who_turns_it_off_is_not_told_what_was_written_already(calls, parts, signed_in_as):
    dana = signed_in_as(DANA)
    digest.write(parts, EIGHT)
    dana.put("/api/v1/digests/mine", json={"wanted": False})
    (row,) = [one for one in rows(parts) if one.address == "dana@juniper.example"]
    assert telling.KINDS["digest"](parts, row) is None
    people.keep(parts.store, [replace(MAX, role="rep")])
    (row,) = [one for one in rows(parts) if one.address == "max@juniper.example"]
    assert telling.KINDS["digest"](parts, row) is None


def test_the_start_up_link_belongs_to_nobody(client, parts):
    assert client.get("/api/v1/digests/mine").json() == {"wanted": False}
    refused = client.put("/api/v1/digests/mine", json={"wanted": True})
    assert refused.status_code == 422
    assert "belongs to nobody" in refused.json()["detail"]


def test_quiet_hours_put_it_off(calls, parts):
    late = replace(parts, settings=parts.settings.model_copy(update={"quiet_hours": "20:00-09:30"}))
    digest.write(late, EIGHT)
    (row,) = [one for one in rows(parts) if one.address == "dana@juniper.example"]
    assert row.due_at == EIGHT.replace(hour=9, minute=30)


def test_the_worker_asks_and_writes(calls, client, parts):
    asked = client.get("/api/v1/digests/due").json()
    assert asked["due"] == len(digest.wanted(parts, now()))
    assert client.post("/api/v1/digests/due").json()["written"] <= asked["due"]
    assert client.get("/api/v1/digests/due").json() == {"due": 0}


WRITER = """
import sys
import time
from datetime import datetime
from pathlib import Path
from fastapi.testclient import TestClient
from clips_api import digest
from clips_api.app import create_app
from clips_api.viewer import HOUSE
from pipeline import settings
app = create_app(settings.load(Path(sys.argv[1])))
with TestClient(app):
    while not app.state.parts.database.complete():
        time.sleep(0.01)
    print("ready", flush=True)
    print(digest.write(app.state.parts.asked_by(HOUSE), datetime.fromisoformat(sys.argv[2])), flush=True)
"""


def test_killed_while_it_writes_each_gets_one(library, calls):
    store = Store.at(library.records)
    managers = [Person(f"Manager {n}", f"m{n}@juniper.example", role="manager", zone="UTC") for n in range(40)]
    people.keep(store, managers)
    for many in (7, 21, 40):  # so many are written when it is killed; at last it is left to end
        at = datetime(2026, 11, 16, 8, tzinfo=UTC).isoformat()
        with subprocess.Popen([sys.executable, "-c", WRITER, str(library.root), at], stdout=subprocess.PIPE) as writer:
            assert writer.stdout.readline() == b"ready\n"
            wait_for(lambda least=many: len(outbox.waiting(store)) >= least, 60)
            if many < 40:
                writer.kill()
        written = len(outbox.waiting(store))
        assert many <= written <= (40 if many == 40 else 39)
        with store.read() as connection:
            assert connection.scalar(select(func.count()).select_from(digest_table)) == written
    assert len({row.address for row in outbox.waiting(store)}) == 40
    store.close()
