"""Saved searches from end to end: saved, matched once, gathered, held back, mailed, posted; senders that are killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from clips_api import matching, saved
from clips_api.store import outbox, people
from clips_api.store.outbox import Entry
from clips_api.store.people import Person
from nlp.findings import Tag
from pipeline import files, notify
from pipeline.client import Client
from pipeline.library import now
from pipeline.sending import Sending
from pipeline.settings import Mail, Settings
from pipeline.settings import Slack as SlackSettings
from tests.integration.clips_api.conftest import PRICE, TIMING, Said, wait_for, write_call
from tests.mailbox import mail_server
from tests.slack import TOKEN, slack_server

EASY = (
    Said("rep", "Hello there."),
    Said("customer", "It is way over budget.", ("objection.price",)),
    Said("rep", "I see."),
)
OPEN = "https://coach.example"


@pytest.fixture
def mailbox():
    with mail_server() as box:
        yield box


@pytest.fixture
def slack():
    with slack_server() as server:
        yield server


@pytest.fixture
def settings(tmp_path, mailbox, slack):
    """Exemplar as it is set up for telling people."""
    mail = Mail(**{"host": "127.0.0.1", "port": mailbox.port, "tls": "none", "from": "Exemplar <coach@example.com>"})
    app = SlackSettings(token=TOKEN, api=slack.api)
    return Settings(data=tmp_path / "data", public_url=OPEN, mail=mail, slack=app)


def save(client, name="Price", query="tag=objection.price", tell="dana@example.com", code=201):
    answer = client.post("/api/v1/searches", json={"name": name, "query": query, "tell": tell})
    assert answer.status_code == code, answer.text
    return answer.json()


def come(client, library, script=PRICE, *, seed, at=None, **about):
    """A call is indexed, and saved searches look at it; the call and how many clips were new."""
    made = write_call(library, script, seed=seed, **about)
    parts = client.app.state.parts
    parts.indexer.after = lambda ids: None  # the look is ours
    parts.indexer.refresh([made.id])
    return made, matching.matches(parts, [made.id], at)


def make_due(client):
    """As if people had waited a quarter of an hour."""
    parts = client.app.state.parts
    for one in outbox.waiting(parts.store):
        if not one.attempts:
            with parts.store.write() as connection:
                outbox.change_open(connection, one, one.payload, now() - timedelta(seconds=1))


@pytest.fixture
def sending(app, served, library):
    """A sender that finds the running application through its data folder, as the worker does."""
    library.announce({"address": served.address})
    with files.lock(library.run_lock):
        yield Sending(lambda: Client(library), notify.enabled(app.state.parts.settings))


def waiting(client):
    return client.get("/api/v1/outbox").json()["items"]


# matching


def test_only_new_calls_are_told_and_once(calls, client, library):
    made_search = save(client)
    parts = client.app.state.parts
    for made in calls:  # read again by another playbook, say
        parts.indexer.refresh([made.id])
        assert matching.matches(parts, [made.id]) == 0
    made, new = come(client, library, EASY, seed=5)
    assert new == 1
    assert matching.matches(parts, [made.id]) == 0
    (message,) = waiting(client)
    assert (message["about"], message["channel"], message["address"]) == (
        f"search/{made_search['id']}",
        "mail",
        "dana@example.com",
    )
    assert client.get("/api/v1/searches").json()["items"][0]["new"] == 1


def test_another_analysis_of_a_call_tells_nothing_again(client, library):
    save(client)
    made, _ = come(client, library, PRICE, seed=5)
    analysis = made.folder.analysis()
    (moment,) = analysis.moments
    longer = replace(moment, start=moment.start - 0.4, turns=(2, *moment.turns))
    made.folder.keep(analysis.model_copy(update={"moments": (longer,)}))
    parts = client.app.state.parts
    parts.indexer.refresh([made.id])
    assert client.get("/api/v1/clips", params={"tag": "objection.price"}).json()["total"] == 1
    assert matching.matches(parts, [made.id]) == 0


def test_a_new_find_in_a_call_that_came_after_the_search_is_told(client, library):
    save(client, query="tag=signal.buying")
    made, new = come(client, library, EASY, seed=5)
    assert new == 0
    analysis = made.folder.analysis()
    turn = made.folder.transcript().turns[2]
    late = Tag("signal.buying", "late: made up", 2, 0, 5, "I see", "customer", turn.start, turn.end)
    made.folder.keep(analysis.model_copy(update={"tags": (*analysis.tags, late), "moments": ()}))
    parts = client.app.state.parts
    parts.indexer.refresh([made.id])
    assert matching.matches(parts, [made.id]) == 1


@pytest.mark.parametrize(
    ("query", "new"),
    [
        ("q=budget&rep=Sam", 1), ("q=budget&rep=Priya", 0), ("q=way+over", 1), ("q=nobody+says+this", 0),
        ("tag=objection.price&since=2026-11-13", 0), ("tag=objection.price&until=2026-11-12&sort=best", 1),
        ("tag=objection.price&since=2026-11-12&min_score=3", 0), ("tag=objection.price&part=explore&part=confirm", 0),
        ("team=North&q=budget", 1), ("team=South&q=budget", 0), ("", 2),
    ],
)  # fmt: skip
def test_a_question_finds_what_the_search_page_would(query, new, client, library):
    people.keep(client.app.state.parts.store, [Person("Sam Ortega", "sam@example.com", "North", ("Sam",))])
    save(client, query=query)
    for other in (2, 3):  # calls that came before
        write_call(library, TIMING, seed=other)
    made, found = come(client, library, EASY, seed=5)
    shown = client.get(f"/api/v1/clips?{query}").json()["items"]
    assert len([clip for clip in shown if clip["recording_id"] == made.id]) == found == new


def test_a_call_without_a_date_or_a_rep_is_found_too(client, library):
    save(client, query="q=budget")
    assert come(client, library, EASY, seed=5, rep=None, started_at=None)[1] == 1


def test_many_matches_are_one_message(client, library):
    save(client)
    start = now()
    for number in range(12):
        come(client, library, EASY, seed=10 + number, at=start + timedelta(seconds=55 * number))
        (message,) = waiting(client)
        waits = timedelta(seconds=min(600, 55 * number + 60))
        assert message["due_at"][:19] == (start + waits).isoformat()[:19]
    (entry,) = outbox.waiting(client.app.state.parts.store)
    assert (entry.payload["count"], len(entry.payload["clips"])) == (12, 12)


def test_paused_nothing_is_told_then_or_later(client, library):
    made_search = save(client)
    patch = f"/api/v1/searches/{made_search['id']}"
    assert client.patch(patch, json={"paused": True}).json()["paused"] is True
    made, new = come(client, library, EASY, seed=5)
    assert (new, waiting(client)) == (1, [])
    client.patch(patch, json={"paused": False})
    assert matching.matches(client.app.state.parts, [made.id]) == 0
    assert waiting(client) == []


def test_what_came_while_nobody_looked_is_found_at_the_next_start(app, client, library):
    save(client)
    made = write_call(library, EASY, seed=5)
    client.app.state.parts.indexer.after = lambda ids: None
    client.app.state.parts.indexer.refresh([made.id])
    assert matching.catch_up(client.app.state.parts) == 1
    assert matching.catch_up(client.app.state.parts) == 0


def test_the_watch_looks_at_what_was_indexed(client, library):
    save(client)
    watch = matching.Watch(client.app.state.parts)
    watch.start()
    made = write_call(library, EASY, seed=5)
    client.app.state.parts.indexer.refresh([made.id])
    watch.add([made.id])
    wait_for(lambda: waiting(client))
    watch.stop()


def test_a_person_is_told_at_the_address_on_file(client, library):
    put = client.put(
        "/api/v1/people", json={"people": [{"name": "Dana", "email": "Dana@Example.com", "slack": "U0123456789"}]}
    )
    assert put.json() == {"added": ["Dana"], "changed": [], "changes": [], "total": 1}
    assert [save(client, tell=who)["tell"] for who in ("dana", "Dana (Slack)", "U0123456789")] == [
        "Dana (e-mail)", "Dana (Slack)", "Dana (Slack)"
    ]  # fmt: skip
    client.put("/api/v1/people", json={"people": [{"name": "Dana", "email": "dana@example.com", "slack": None}]})
    come(client, library, EASY, seed=5)
    assert [one["address"] for one in waiting(client)] == ["dana@example.com"]
    assert [one["tell"] for one in client.get("/api/v1/searches").json()["items"]] == ["Dana (e-mail)", None, None]


def test_a_deleted_search_takes_along_what_it_was_about_to_tell(client, library):
    made_search = save(client)
    come(client, library, EASY, seed=5)
    assert client.delete(f"/api/v1/searches/{made_search['id']}").status_code == 204
    assert waiting(client) == []
    assert client.delete(f"/api/v1/searches/{made_search['id']}").status_code == 404
    assert save(client)["id"] > made_search["id"]  # a number is never given twice


@pytest.mark.parametrize(
    "change",
    [
        {"name": " "}, {"tell": "nobody knows her"}, {"tell": "#a b"}, {"tell": "a@b"}, {"query": "since=tomorrow"},
        {"query": "min_score=99"}, {"query": "sort=luck"}, {"query": "&".join(["tag=x"] * 99)}, {"tell": "dana@example.com\nBcc: x@y.zz"},
    ],
)  # fmt: skip
def test_what_cannot_be_saved(change, client):
    save(client, code=422, **change)
    assert client.get("/api/v1/searches").json()["total"] == 0


# telling


def test_a_mail_with_the_clips_and_links_to_them(client, library, sending, mailbox):
    save(client, name="Price & more")
    made, _ = come(client, library, EASY, seed=5, customer="Ivy & Sons <Ltd>")
    assert sending.due() == 0  # it waits for others first
    make_due(client)
    assert sending.send_due() == 1
    (letter,) = mailbox.letters
    assert letter["Subject"] == "1 new clip: Price & more"
    text = letter.get_body(("plain",)).get_content()
    assert "> “It is way over budget.”" in text
    assert "price · Sam · Ivy & Sons <Ltd> · 12 Nov · 0:02" in text.replace(" 2026", "")
    assert f"{OPEN}/calls/{made.id}#t=" in text
    assert waiting(client) == []
    assert client.get("/api/v1/searches").json()["items"][0]["told_at"]
    assert sending.send_due() == 0


def test_a_channel_is_told(client, library, sending, slack):
    save(client, tell="#deals")
    come(client, library, EASY, seed=5)
    make_due(client)
    sending.send_due()
    (post,) = slack.posts
    assert (post["channel"], post["text"]) == ("#deals", "1 new clip: Price")


def test_a_deleted_call_is_not_told_of(client, library, sending, mailbox):
    save(client)
    come(client, library, EASY, seed=5)
    gone, _ = come(client, library, EASY, seed=6)
    shutil.rmtree(gone.folder.path)
    client.app.state.parts.indexer.refresh([gone.id])
    make_due(client)
    sending.send_due()
    assert [letter["Subject"] for letter in mailbox.letters] == ["1 new clip: Price"]
    assert gone.id not in mailbox.letters[0].as_string()


def test_a_refused_address_shows_and_can_be_tried_again(client, library, sending, mailbox):
    mailbox.say["dana@example.com"] = "550 no such mailbox"
    save(client)
    come(client, library, EASY, seed=5)
    make_due(client)
    assert sending.send_due() == 1
    (message,) = waiting(client)
    assert message["error"] == "the mail server said 550 no such mailbox"
    assert message["given_up_at"]
    assert "550 no such mailbox" in client.get("/searches").text
    mailbox.say.clear()
    assert sending.send_due() == 0
    again = client.post(f"/searches/waiting/{message['id']}", data={"act": "again"})
    assert again.status_code == 303
    assert sending.send_due() == 1
    assert len(mailbox.letters) == 1


def test_a_slack_pause_delays_and_loses_nothing(client, library, sending, slack):
    slack.pauses.append(1)
    save(client, tell="#deals")
    save(client, tell="#wins")
    come(client, library, EASY, seed=5)
    make_due(client)
    assert sending.send_due() == 2
    assert slack.posts == []
    wait_for(lambda: sending.due() == 2)
    sending.send_due()
    assert sorted(post["channel"] for post in slack.posts) == ["#deals", "#wins"]
    assert slack.refused == ["ratelimited"]


def test_what_was_accepted_is_reported_before_anything_else(client, library, sending, mailbox, monkeypatch):
    save(client)
    come(client, library, EASY, seed=5)
    make_due(client)
    real = Client.post

    def away(self, path, body):
        if path[-1].isdigit():
            raise ConnectionError("the API went away just now")
        return real(self, path, body)

    monkeypatch.setattr(Client, "post", away)
    with pytest.raises(ConnectionError):
        sending.send_due()
    monkeypatch.setattr(Client, "post", real)
    assert sending.due() == 0
    assert waiting(client) == []
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize(
    "url", [None, "http://localhost:8377", "http://127.0.0.1:8377", "http://[::1]/", "http://0.0.0.0/"]
)
def test_without_a_public_address_links_wait_and_the_reason_shows(url, client, library, sending, mailbox):
    parts = client.app.state.parts
    save(client)
    save(client, name="To the log", tell="log")
    come(client, library, EASY, seed=5)
    make_due(client)
    closed = parts.settings.model_copy(update={"public_url": url})
    client.app.state.parts = replace(parts, settings=closed)
    assert sending.send_due() == 1  # the log holds no links
    assert mailbox.letters == []
    held = next(one["held"] for one in waiting(client))
    assert "public address" in held if url is None else url in held
    assert "1 message can&#39;t be sent yet" in client.get("/searches").text
    client.app.state.parts = parts
    assert sending.send_due() == 1
    assert len(mailbox.letters) == 1


# pages


def test_a_search_is_saved_opened_and_deleted_on_the_pages(calls, client, library):
    assert "No search is saved yet" in client.get("/searches").text
    shown = client.get("/search", params={"q": "budget", "rep": "Sam"}).text
    assert 'value="q=budget&amp;rep=Sam"' in shown
    assert client.post("/searches", data={"query": "q=budget", "name": "", "tell": ""}).status_code == 422
    refused = client.post("/searches", data={"query": "q=budget", "name": "B <i>", "tell": "nobody"})
    assert refused.status_code == 422
    assert 'value="B &lt;i&gt;"' in refused.text
    assert client.post("/searches", data={"query": "q=budget", "name": "B <i>", "tell": "#deals"}).status_code == 303
    come(client, library, EASY, seed=5)
    assert "1 new clip" in client.get("/searches").text
    opened = client.get("/searches/1")
    assert (opened.status_code, opened.headers["location"]) == (303, "/search?q=budget&sort=newest")
    assert "1 new clip" not in client.get("/searches").text
    client.post("/searches/1", data={"act": "pause"})
    assert "paused" in client.get("/searches").text
    client.post("/searches/1", data={"act": "tell", "tell": ""})
    assert "Nobody is told" in client.get("/searches").text
    client.post("/searches/1", data={"act": "delete"})
    assert "No search is saved yet" in client.get("/searches").text
    assert client.get("/searches/1").status_code == 404


# killed


SENDER = """
import sys, time
from pathlib import Path
from pipeline import notify, settings
from pipeline.client import Client
from pipeline.errors import NotRunning
from pipeline.library import Library
from pipeline.sending import Sending
conf = settings.load(Path(sys.argv[1]))
sender = Sending(lambda: Client(Library(conf.data)), notify.enabled(conf), lease_s=1.0)
print("ready", flush=True)
while True:
    try:
        sender.send_due()
    except NotRunning:
        pass
    time.sleep(0.02)
"""


def test_killed_senders_lose_nothing_and_repeat_only_what_was_just_accepted(app, served, library, mailbox):
    luck = random.Random(5)
    parts = app.state.parts
    toml = f'[mail]\nhost = "127.0.0.1"\nport = {mailbox.port}\ntls = "none"\nfrom = "coach@example.com"\n'
    (library.root / "exemplar.toml").write_text(toml)
    library.announce({"address": served.address})
    made = write_call(library, EASY, seed=3)
    parts.indexer.refresh([made.id])
    clip = f"{made.id}-1000-2000"
    search = saved.keep(parts, "Price", "tag=objection.price", "", "manager")
    payload = {"search": search.id, "clips": [clip], "count": 1}
    wanted = {}
    with parts.store.write() as connection:
        for number in range(25):
            one = Entry(
                "search",
                search.about,
                "mail",
                f"p{number}@example.com",
                payload,
                f"k{number}",
                uuid4().hex,
                now(),
                now(),
            )
            wanted[f"<{one.message_id}@example.com>"] = one.address
            outbox.write(parts.store, connection, one)

    def sender():
        command = [sys.executable, "-c", SENDER, str(library.root)]
        started = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.getcwd()})
        assert started.stdout is not None
        started.stdout.readline()
        return started

    with files.lock(library.run_lock):
        kills = 0
        running = sender()
        try:
            while kills < 5:
                seen = len(mailbox.letters)
                wait_for(lambda: len(mailbox.letters) > seen or not outbox.waiting(parts.store), 20)  # noqa: B023
                time.sleep(luck.uniform(0, 0.03))
                running.send_signal(signal.SIGKILL)
                running.wait()
                kills += 1
                running = sender()
            wait_for(lambda: not outbox.waiting(parts.store), 30)
        finally:
            running.kill()
            running.wait()
    came = Counter(letter["Message-ID"] for letter in mailbox.letters)
    assert set(came) == set(wanted)
    assert {letter["Message-ID"]: letter["To"] for letter in mailbox.letters} == wanted
    assert sum(came.values()) - len(wanted) <= kills
