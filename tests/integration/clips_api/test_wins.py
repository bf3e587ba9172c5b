"""Wins: marked by a manager, shown and posted once the rep agrees, never what went wrong, and never twice."""

from __future__ import annotations

import re
from csv import DictReader
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO, TextIOWrapper
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from clips_api import channels, telling
from clips_api.store import consents, outbox, people, team_choices, wins
from clips_api.store.consents import Consent
from clips_api.store.people import Person
from clips_api.store.team_choices import TeamChoices
from clips_api.store.wins import Win
from nlp.findings import Step
from pipeline import files, notify
from pipeline.client import Client
from pipeline.errors import BadInput, Undeliverable
from pipeline.library import now
from pipeline.sending import Sending
from pipeline.settings import Settings, Slack
from tests.integration.clips_api.conftest import PRICE, Said, wait_for, write_call
from tests.integration.clips_api.team import moment, team_of
from tests.slack import TOKEN, slack_server

WINS, CHANNELS, CONSENTS = "/api/v1/wins", "/api/v1/wins/channels", "/api/v1/consents"
WHY = "Asks what the budget was before saying anything about the price."
NORTH = "C0123456789"
NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)


@pytest.fixture
def slack():
    with slack_server() as server:
        yield server


@pytest.fixture
def settings(tmp_path, slack) -> Settings:
    app = Slack(token=TOKEN, api=slack.api)
    return Settings(data=tmp_path / "data", public_url="https://coach.example", slack=app)


@pytest.fixture
def team(calls, client, signed_in_as):
    return team_of(signed_in_as)


@pytest.fixture
def parts(client):
    return client.app.state.parts


def marked(by, clip, why=WHY):
    answer = by.post(WINS, json={"clip_id": clip, "why": why})
    assert answer.status_code == 201, answer.text
    return answer.json()


def says(rep, clip, *, agreed):
    number = next(one["id"] for one in rep.get(CONSENTS).json()["items"] if one["clip_id"] == clip)
    assert rep.post(f"{CONSENTS}/{number}", json={"agreed": agreed}).status_code == 200


def hears(client, channel=NORTH, team="North"):
    assert client.put(CHANNELS, json={"team": team, "channel": channel}).status_code == 200


def posts(parts):
    return [row for row in outbox.waiting(parts.store) if row.kind == "win"]


def taken(parts):
    """What a sender would be given for Slack in an hour from now."""
    for row in posts(parts):
        outbox.again(parts.store, row.id, now())
    return [one for one in telling.take(parts, 9, "a test", 60, ["slack"]) if one.subject.startswith("A win")]


def state(by, number):
    return by.get(f"{WINS}/{number}").json()["state"]


# the rep is asked, and after their yes the channel hears of it


def test_it_is_posted_after_the_yes_and_once(calls, team, parts, slack, settings):
    hears(team.dana)
    clip = moment(calls[0])
    win = marked(team.dana, clip)
    assert (win["rep"], win["state"], win["team"], win["tag"]) == ("Sam Reed", "asked", "North", "objection.price")
    assert posts(parts) == []
    says(team.sam, clip, agreed=True)
    (row,) = posts(parts)
    assert (row.channel, row.address, row.about, row.due_at - row.created_at) == (
        "slack",
        NORTH,
        f"win/{win['id']}",
        wins.SOON,
    )
    assert state(team.dana, win["id"]) == "waiting"
    (message,) = taken(parts)
    notify.enabled(settings)["slack"].send(message)
    outbox.sent(parts.store, message.number, now())
    (post,) = slack.posts
    assert post["channel"] == NORTH
    told = str(post["blocks"])
    assert "A win by Sam Reed: price" in told
    assert "What did you have in the budget" in told
    assert WHY in told
    assert f"https://coach.example/wins#win-{win['id']}" in told
    assert state(team.priya, win["id"]) == "posted"
    for agreed in (False, True):  # a change of mind and back
        says(team.sam, clip, agreed=agreed)
    assert team.dana.post(f"{WINS}/{win['id']}/post").json()["state"] == "posted"
    assert posts(parts) == []


def test_the_worker_posts_it(calls, app, served, library, slack):
    with served.client() as http, files.lock(library.run_lock):
        team = [{"name": "Sam Reed", "email": "sam@juniper.example", "team": "North", "aliases": ["Sam"]}]
        http.put("/api/v1/people", json={"people": team}).raise_for_status()
        http.put(CHANNELS, json={"team": "north", "channel": "#wins"}).raise_for_status()
        clip = moment(calls[0])
        http.post(WINS, json={"clip_id": clip, "why": WHY}).raise_for_status()
        (asked,) = http.get(CONSENTS).json()["items"]
        http.post(f"{CONSENTS}/{asked['id']}", json={"agreed": True}).raise_for_status()
        library.announce({"address": served.address})
        sending = Sending(lambda: Client(library), {"slack": notify.enabled(app.state.parts.settings)["slack"]})
        assert sending.send_due() == 0, "it can still be taken back"
        (row,) = [one for one in http.get("/api/v1/outbox").json()["items"] if one["kind"] == "win"]
        http.post(f"/api/v1/outbox/{row['id']}/again").raise_for_status()
        assert sending.send_due() == 1
        assert [post["channel"] for post in slack.posts] == ["#wins"]
        assert http.get(WINS).json()["items"][0]["state"] == "posted"


SECRETIVE = (
    *PRICE[:3],
    Said("customer", "This is Elena from Corbel Tiles, it's way over, mail me at elena@corbel.example.", ("objection.price",)),
    Said("rep", "That's fair, Corbel. Is it more than Ivy & Sons <Ltd> pay?", ("handling.explore",)),
    *PRICE[5:],
)  # fmt: skip


def test_a_channel_reads_no_customers_name_and_nothing_personal(calls, library, team, parts):
    made = write_call(library, SECRETIVE, seed=7)
    parts.indexer.refresh([made.id])
    wait_for(parts.database.complete)
    hears(team.dana)
    win = marked(team.dana, moment(made), "Stays calm with Corbel Tiles, whose number is 4111 1111 1111 1111.")
    says(team.sam, moment(made), agreed=True)
    (message,) = taken(parts)
    told = message.model_dump_json()
    for secret in ("Corbel", "elena@", "4111", "Ivy", made.id, "/calls/", "/clips/"):
        assert secret not in told, secret
    assert "Stays calm with the customer" in told
    assert [part.link for part in message.parts if part.link] == [f"https://coach.example/wins#win-{win['id']}"]


@pytest.mark.parametrize("first", [True, False])
def test_refused_is_never_posted_and_says_so(first, calls, team, parts):
    hears(team.dana)
    clip = moment(calls[0])
    win = marked(team.dana, clip)
    if first:
        says(team.sam, clip, agreed=True)
        assert len(posts(parts)) == 1
    says(team.sam, clip, agreed=False)
    assert posts(parts) == [], "what was not sent is taken out"
    assert state(team.dana, win["id"]) == "refused"
    assert team.dana.post(f"{WINS}/{win['id']}/post").json()["state"] == "refused"
    assert posts(parts) == []
    assert "Sam Reed said no: nobody else sees it" in team.dana.get("/wins").text
    assert "you said no: nobody else sees it" in team.sam.get("/wins").text
    assert team.priya.get(WINS).json()["total"] == 0
    assert team.priya.get(f"{WINS}/{win['id']}").status_code == 404


def test_what_a_rep_said_no_to_is_not_offered_as_a_win(calls, team):
    clip = moment(calls[0])
    team.dana.post(CONSENTS, json={"clip_id": clip})
    says(team.sam, clip, agreed=False)
    html = team.dana.get(f"/wins/new?clip={clip}").text
    assert "it can’t be a win" in html
    assert 'action="/wins"' not in html


def test_a_yes_that_is_taken_back_while_it_is_being_sent(calls, team, parts):
    hears(team.dana)
    clip = moment(calls[0])
    marked(team.dana, clip)
    says(team.sam, clip, agreed=True)
    (row,) = posts(parts)
    (asked,) = consents.find(parts.store)
    consents.answer(parts.store, asked.id, agreed=False, by="Sam Reed", at=now())  # nobody took the row out
    assert taken(parts) == []
    assert outbox.get(parts.store, row.id) is None


def test_a_yes_that_is_older_than_the_win(calls, team, parts):
    hears(team.dana)
    clip = moment(calls[0])
    number = team.dana.post(CONSENTS, json={"clip_id": clip}).json()["id"]
    team.sam.post(f"{CONSENTS}/{number}", json={"agreed": True})
    win = marked(team.dana, clip)
    (row,) = posts(parts)
    assert row.due_at - row.created_at == wins.BEFORE
    (letter,) = [one for one in outbox.waiting(parts.store) if one.kind == "won"]
    assert letter.address == "sam@juniper.example"
    subject, said = telling.KINDS["won"](parts, letter)
    assert subject == "Dana Hill marked a clip of yours as a win"
    assert f"in {NORTH} too" in said[-1].text
    says(team.sam, clip, agreed=False)
    assert posts(parts) == []
    assert telling.KINDS["won"](parts, letter) is None
    assert state(team.sam, win["id"]) == "refused"


def test_the_question_says_that_it_is_a_win(calls, team, parts):
    hears(team.dana)
    marked(team.dana, moment(calls[0]))
    (row,) = [one for one in outbox.waiting(parts.store) if one.kind == "consent"]
    _, said = telling.KINDS["consent"](parts, row)
    told = " ".join(part.text for part in said)
    assert f"A win, Dana Hill says: {WHY}" in told
    assert f"A win is told to your team, in {NORTH} too." in told
    html = team.sam.get("/coaching").text
    assert WHY in html
    assert f"your team hears of it, in {NORTH} too" in html


# misses


def test_a_weak_moment_is_refused_with_a_sentence(calls, team, parts):
    weak = moment(calls[1])
    refused = team.dana.post(WINS, json={"clip_id": weak, "why": WHY})
    assert (refused.status_code, refused.json()["title"]) == (422, "Wins are for what went well.")
    assert refused.json()["detail"] == "This moment has 2 of 10 points, and a win has 6 or more."
    page = team.dana.get(f"/wins/new?clip={weak}")
    assert page.status_code == 422
    assert "Wins are for what went well." in page.text
    assert "Mark as a win" not in team.dana.get(f"/clips/{weak}").text
    call, start, end = weak.split("-")
    for inside in (
        f"{call}-{int(start) + 200}-{int(end) - 100}",
        f"{call}-{int(end) - 2500}-{int(end)}",
        f"{call}-0-{end}",
    ):
        assert team.dana.post(WINS, json={"clip_id": inside, "why": WHY}).status_code == 422, inside
    assert wins.find(parts.store) == []


def test_a_step_that_was_not_heard_is_refused(library, client, signed_in_as):
    made, parts, team = write_call(library, seed=5), client.app.state.parts, team_of(signed_in_as)
    steps = (Step("greeting", "done", 0, "Hi Elena", "the name"), Step("recap", "missed", 6, None, "nothing like it"))
    made.folder.keep(made.folder.analysis().model_copy(update={"steps": steps}))
    parts.indexer.refresh([made.id])
    turns = made.folder.transcript().turns

    def of_turn(number):
        return f"{made.id}-{round(turns[number].start * 1000)}-{round(turns[number].end * 1000)}"

    refused = team.dana.post(WINS, json={"clip_id": of_turn(6), "why": WHY})
    assert (refused.status_code, refused.json()["detail"]) == (422, "The step “recap” was not heard here.")
    assert marked(team.dana, of_turn(0))["state"] == "asked"


def test_what_turns_out_weak_before_it_is_sent_is_not_sent(calls, team, parts):
    hears(team.dana)
    clip = moment(calls[0])
    marked(team.dana, clip)
    says(team.sam, clip, agreed=True)
    analysis = calls[0].folder.analysis()
    weaker = tuple(replace(one, score=3) for one in analysis.moments)
    calls[0].folder.keep(analysis.model_copy(update={"moments": weaker}))
    parts.indexer.refresh([calls[0].id])
    assert taken(parts) == []
    assert posts(parts) == []


# the channel


def test_without_a_channel_it_stands_on_the_page_and_can_be_posted_later(calls, team, parts):
    clip = moment(calls[0])
    win = marked(team.dana, clip)
    says(team.sam, clip, agreed=True)
    assert (state(team.dana, win["id"]), posts(parts)) == ("agreed", [])
    html = team.dana.get("/wins").text
    assert WHY in html
    assert "No channel yet" in html
    assert team.dana.post("/wins/channel", data={"team": "North", "channel": "#north"}).status_code == 303
    assert posts(parts) == [], "old wins don't flood a new channel"
    assert "Post in #north" in team.dana.get("/wins").text
    for _ in range(2):
        assert team.dana.post(f"/wins/{win['id']}/post").status_code == 303
    (row,) = posts(parts)
    assert row.address == "#north"


def test_without_slack_the_page_says_what_to_do(calls, library, tmp_path, app, team, parts):
    hears(team.dana)
    bare = replace(parts, settings=Settings(data=parts.settings.data))
    app.state.parts = bare
    clip = moment(calls[0])
    win = marked(team.dana, clip)
    says(team.sam, clip, agreed=True)
    html = team.dana.get("/wins").text
    assert "Slack is not set up: add [slack] to exemplar.toml." in html
    assert f"waits to go to {NORTH}" in html
    assert state(team.dana, win["id"]) == "waiting"
    assert WHY in team.priya.get("/wins").text


def test_only_who_leads_a_team_chooses_its_channel(calls, client, team, parts):
    for address in ("dana@juniper.example", "U0123456789", "north", "#two words"):
        assert team.dana.put(CHANNELS, json={"team": "North", "channel": address}).status_code == 422, address
    wrong = team.dana.post("/wins/channel", data={"team": "North", "channel": "north"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    hears(team.dana, " #north ")
    assert team.dana.get(CHANNELS).json() == [{"team": "North", "channel": "#north"}]
    assert team.lee.put(CHANNELS, json={"team": "North", "channel": "#mine"}).status_code == 404
    assert team.sam.put(CHANNELS, json={"team": "North", "channel": "#mine"}).status_code == 403
    assert client.get(CHANNELS).json() == [{"team": "North", "channel": "#north"}, {"team": "South", "channel": ""}]
    hook = parts.settings.model_copy(update={"slack": Slack(webhook="http://127.0.0.1/x")})
    with pytest.raises(BadInput, match="its own channel only"):
        channels.choose(replace(parts, settings=hook), "North", NORTH)
    hears(client, "#south", "South")
    team_choices.choose(parts.store, "south", TeamChoices(names_reps=True, channel="#south"))
    hears(team.lee, "", "South")
    assert team_choices.of(parts.store, "South") == TeamChoices(names_reps=True, channel="")
    (said, *_) = client.get("/api/v1/audit?about=wins").json()["items"]
    assert (said["by"], said["detail"]) == ("Lee Moss", "South: no channel hears of wins")


def test_what_slack_refuses_can_be_tried_again(calls, team, parts, slack, settings):
    hears(team.dana)
    clip = moment(calls[0])
    win = marked(team.dana, clip)
    says(team.sam, clip, agreed=True)
    slack.errors[NORTH] = "is_archived"
    (message,) = taken(parts)
    with pytest.raises(Undeliverable) as refused:
        notify.enabled(settings)["slack"].send(message)
    outbox.failed(parts.store, message.number, "a test", refused.value.detail, retry_at=None, at=now())
    assert state(team.dana, win["id"]) == "failed"
    html = team.dana.get("/wins").text
    assert "could not be posted" in html
    assert "Slack said is_archived" in html
    assert team.dana.post(f"/wins/{win['id']}/post").status_code == 303
    assert state(team.dana, win["id"]) == "waiting"


def test_wins_leave_with_the_tables(calls, team):
    marked(team.dana, moment(calls[0]))
    for who, many in ((team.dana, 1), (team.lee, 0)):
        with ZipFile(BytesIO(who.get("/api/v1/exports/tables.zip").content)) as zipped:
            (rows,) = [list(DictReader(TextIOWrapper(zipped.open("wins.csv"), "utf-8-sig")))]
        assert [row["why"] for row in rows] == [WHY] * many


def test_what_was_not_sent_goes_to_the_new_channel(calls, team, parts):
    hears(team.dana, "#old")
    clip = moment(calls[0])
    marked(team.dana, clip)
    says(team.sam, clip, agreed=True)
    hears(team.dana, "#new")
    assert [row.address for row in posts(parts)] == ["#new"]
    hears(team.dana, "")
    assert posts(parts) == []


# who sees what


def test_colleagues_see_it_after_the_yes_and_other_teams_never(calls, team):
    clip = moment(calls[0])
    win = marked(team.dana, clip)
    audio = f"/api/v1/clips/{clip}/audio"
    assert [who.get(WINS).json()["total"] for who in (team.dana, team.sam, team.priya, team.lee, team.omar)] == [
        1,
        1,
        0,
        0,
        0,
    ]
    assert team.priya.get(audio).status_code == 404
    says(team.sam, clip, agreed=True)
    assert [who.get(WINS).json()["total"] for who in (team.dana, team.sam, team.priya, team.lee, team.omar)] == [
        1,
        1,
        1,
        0,
        0,
    ]
    assert team.priya.get(audio).status_code == 200
    assert "What did you have in the budget" in team.priya.get("/wins").text
    for other in (team.lee, team.omar):
        assert other.get(f"{WINS}/{win['id']}").status_code == 404
        assert other.get(audio).status_code == 404
    assert team.lee.delete(f"{WINS}/{win['id']}").status_code == 404
    assert team.lee.post(WINS, json={"clip_id": clip, "why": WHY}).status_code == 404
    assert team.priya.post(WINS, json={"clip_id": clip, "why": WHY}).status_code == 403
    assert team.dana.get(f"{WINS}?team=North").json()["total"] == 1
    assert team.dana.get(f"{WINS}?team=South").json()["total"] == 0


def test_marked_twice_it_is_one(calls, team):
    clip = moment(calls[0])
    first = marked(team.dana, clip)
    assert marked(team.dana, clip, "Something else.") == first
    assert "This is a win already" in team.dana.get(f"/wins/new?clip={clip}").text


def test_taken_back_it_is_gone(calls, team, parts, client):
    hears(team.dana)
    clip = moment(calls[0])
    win = marked(team.dana, clip)
    says(team.sam, clip, agreed=True)
    assert team.dana.post(f"/wins/{win['id']}/remove").status_code == 303
    assert (team.dana.get(WINS).json()["total"], posts(parts)) == (0, [])
    deeds = [(one["by"], one["what"]) for one in client.get(f"/api/v1/audit?about=win/{win['id']}").json()["items"]]
    assert deeds == [("Dana Hill", "deleted"), ("Dana Hill", "changed")]
    assert team.dana.delete(f"{WINS}/{win['id']}").status_code == 404


def test_it_goes_with_its_call(calls, team, client, parts):
    hears(team.dana)
    clip = moment(calls[0])
    marked(team.dana, clip)
    says(team.sam, clip, agreed=True)
    assert client.get(f"/api/v1/calls/{calls[0].id}/deletion").json()["wins"] == 1
    assert "1 win marked in it" in client.get(f"/calls/{calls[0].id}/delete").text
    assert client.delete(f"/api/v1/calls/{calls[0].id}").status_code == 202
    assert (wins.find(parts.store), posts(parts), team.dana.get(WINS).json()["total"]) == ([], [], 0)


def test_of_a_rep_whom_nobody_knows_the_manager_answers(calls, client, parts):
    win = marked(client, moment(calls[0]))
    assert (win["rep"], win["team"], win["state"]) == ("Sam", None, "asked")
    (asked,) = client.get(CONSENTS).json()["items"]
    client.post(f"{CONSENTS}/{asked['id']}", json={"agreed": True})
    assert (state(client, win["id"]), posts(parts)) == ("agreed", [])


def test_a_long_list_goes_on(calls, team):
    call, start, end = moment(calls[0]).split("-")
    for shift in range(23):
        marked(team.dana, f"{call}-{int(start) + shift}-{end}", f"Number {shift}.")
    first = team.dana.get(f"{WINS}?limit=20").json()
    assert (len(first["items"]), first["total"], first["items"][0]["why"]) == (20, 23, "Number 22.")
    rest = team.dana.get(f"{WINS}?limit=20&cursor={first['next']}").json()
    assert [one["why"] for one in rest["items"]] == ["Number 2.", "Number 1.", "Number 0."]
    assert rest["next"] is None
    html = team.dana.get("/wins").text
    more = html.split('href="/wins?cursor=')[1].split('"')[0]
    assert "Number 0." in team.dana.get(f"/wins?cursor={more}").text


# pages


def test_the_buttons_are_where_managers_listen(calls, team):
    clip, weak = moment(calls[0]), moment(calls[1])
    link = f"/wins/new?clip={clip}"
    shelf = team.dana.post("/api/v1/collections", json={"title": "Price"}).json()["id"]
    team.dana.post(f"/api/v1/collections/{shelf}/clips", json={"clip_id": clip})
    for path in (f"/clips/{clip}", f"/calls/{calls[0].id}", f"/library/{shelf}"):
        assert link in team.dana.get(path).text, path
    assert f"/wins/new?clip={weak}" not in team.dana.get(f"/calls/{calls[1].id}").text
    assert link not in team.sam.get(f"/calls/{calls[0].id}").text
    assert link not in team.lee.get(f"/library/{shelf}").text


def test_a_win_is_marked_with_a_form(calls, team):
    clip = moment(calls[0])
    html = team.dana.get(f"/wins/new?clip={clip}").text
    assert "Sam Reed is asked first, and sees this sentence." in html
    for why in ("", "  ", "x" * 281):
        wrong = team.dana.post("/wins", data={"clip": clip, "why": why})
        assert wrong.status_code == 422
        assert "Say in a sentence why it is a win" in wrong.text
    made = team.dana.post("/wins", data={"clip": clip, "why": f" {WHY}\n"})
    assert (made.status_code, made.headers["location"]) == (303, "/wins?done=marked#win-1")
    html = team.dana.get("/wins?done=marked").text
    assert WHY in html
    assert "waits for Sam Reed’s yes" in html
    html = team.sam.get("/wins").text
    assert "May your team see it?" in html
    number = html.split('action="/coaching/clips/')[1].split('"')[0]
    assert team.sam.post(f"/coaching/clips/{number}", data={"agreed": "1"}).status_code == 303
    assert WHY in team.priya.get("/wins").text
    assert "/wins#win-1" in team.dana.get(f"/clips/{clip}").text


def test_an_empty_page_says_what_to_do(calls, team, client):
    assert "press “Mark as a win”" in team.dana.get("/wins").text
    assert "When your manager marks a clip of yours" in team.sam.get("/wins").text
    assert client.get("/wins").status_code == 200


# records


def test_what_a_rep_agrees_to_is_written_with_their_answer(store):
    sam = people.save(store, Person("Sam Reed", "sam@juniper.example", "North"))
    team_choices.choose(store, "NORTH", TeamChoices(channel="#north"))
    clip, call = "0123456789abcdef-1000-9000", "0123456789abcdef"
    inner = f"{call}-2000-5000"
    ask = {
        "recording_id": call,
        "person_id": sam.id,
        "rep": "Sam Reed",
        "quote": "",
        "asked_by": "Dana",
        "asked_at": NOON,
    }
    asked = consents.ask(store, Consent(clip_id=clip, **ask))
    for name in (clip, inner):
        wins.add(store, Win(name, call, sam.id, "Sam Reed", None, WHY, None, "Dana", NOON))

    def answer(agreed, at=NOON):
        def fail(connection, said):
            wins.answered(store, connection, said, at)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            consents.answer(store, asked.id, agreed=agreed, by="Sam Reed", at=at, then=fail)
        consents.answer(
            store, asked.id, agreed=agreed, by="Sam Reed", at=at, then=lambda *it: wins.answered(store, *it, at)
        )
        return [(row.about, row.address, row.due_at) for row in outbox.waiting(store)]

    due = NOON + wins.SOON
    assert answer(True) == [("win/1", "#north", due), ("win/2", "#north", due)]
    assert answer(False) == []
    later = NOON + timedelta(days=1)
    assert [about for about, _, _ in answer(True, later)] == ["win/1", "win/2"]
    wins.move(store, "South", later)
    assert len(outbox.waiting(store)) == 2
    wins.remove(store, 1)
    wins.forget(store, call)
    assert (outbox.waiting(store), wins.find(store)) == ([], [])


# in a browser


def test_a_win_plays_where_it_stands(calls, served, page):
    with served.client() as http:
        http.post(WINS, json={"clip_id": moment(calls[0]), "why": WHY}).raise_for_status()
    page.goto("/wins")
    play = page.locator("#win-1 .play")
    play.click()
    expect(play).to_have_class(re.compile("playing"))
    assert urlsplit(page.url).path == "/wins"
    page.get_by_text("Take back").click()
    page.get_by_role("button", name="Take it back for good").click()
    expect(page.get_by_role("heading", name="No wins yet")).to_be_visible()
