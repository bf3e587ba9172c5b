"""Before and after a lesson: true counts, each plays what it counts; too few are told; reps see their own weeks only."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from clips_api import counting, lessons, trend
from clips_api.changed import Asked, changes
from clips_api.store import assignments, contests, modules, openings, people, team_choices
from clips_api.store.assignments import Assignment
from clips_api.store.people import Person
from clips_api.store.team_choices import TeamChoices
from clips_api.viewer import Viewer
from nlp.findings import CallType, Step
from pipeline.library import Library
from pipeline.records import Sighting
from tests.integration.clips_api.conftest import PRICE, Made, Said, write_call
from tests.integration.clips_api.quizmaking import make, poorer_call, propose, publish, right, say
from tests.integration.clips_api.team import PEOPLE, team_of

LEARNED = datetime(2026, 5, 20, 10, 0, tzinfo=UTC)  # a Wednesday
SAM, OMAR = PEOPLE[1], PEOPLE[4]
POOR = tuple(replace(said, tags=()) if "handling.explore" in said.tags else said for said in PRICE)
PRICE_ALONE = {"module": 1, "tag": "objection.price"}
AGENDA = {"module": 1, "step": "agenda"}


class Calls:
    """Writes calls, each unlike any other."""

    def __init__(self, library: Library) -> None:
        self.library, self.written = library, 0

    def add(
        self,
        at: datetime | None,
        *,
        well: bool = False,
        agenda: str = "missed",
        rep: str = "Sam",
        kind: str = "conversation",
        came: datetime | None = LEARNED,
    ) -> Made:
        """One call; it came in at `came`, None: just now."""
        self.written += 1
        script: tuple[Said, ...] = PRICE if well else POOR
        made = write_call(self.library, script, seed=self.written, rate=4000, channels=1, rep=rep, started_at=at)
        analysis = made.folder.analysis()
        step = Step("agenda", agenda, 0 if agenda == "done" else None, None, "as the test says")
        steps = (*(one for one in analysis.steps if one.step != "agenda"), step)
        made.folder.keep(analysis.model_copy(update={"steps": steps, "type": CallType(kind, "as the test says")}))
        if came is not None:
            made.folder.sight(Sighting(path="earlier.wav", at=came, bytes=1, mtime_ns=0))
        return made


@pytest.fixture
def calls(library: Library) -> Calls:
    return Calls(library)


def twenty(calls: Calls) -> None:
    """Twenty calls before the lesson and twenty after: price is handled well in 6 and 13, the agenda heard in 3 and 16.

    And calls that no count may hold: not conversations, too long ago, without a date, somebody else's.
    """
    for number in range(20):
        away = timedelta(days=number + 1)
        calls.add(LEARNED - away, well=number < 6, agenda="done" if number < 3 else "missed")
        calls.add(LEARNED + away, well=number < 13, agenda="done" if number < 16 else "cannot_tell")
    calls.add(LEARNED - timedelta(days=2), well=True, kind="voicemail")
    calls.add(LEARNED - timedelta(days=200), well=True)
    calls.add(None, well=True)
    calls.add(LEARNED + timedelta(days=2), well=True, rep="Omar Diaz")


def five(calls: Calls) -> None:
    for number in range(5):
        calls.add(LEARNED - timedelta(days=number + 1), well=False)
        calls.add(LEARNED + timedelta(days=number + 1), well=True)


def lesson(app: FastAPI, *learners: tuple[Person, datetime]) -> int:
    """A lesson about price, which these people have read to its end."""
    store = app.state.parts.store
    people.keep(store, PEOPLE)
    known = {one.name: one.id for one in people.find(store)}
    number = modules.make(store, "When the price comes up", [], seconds=0, by="Dana", at=LEARNED)
    clip = {"clip_id": "0" * 16 + "-1000-2000", "recording_id": "0" * 16, "start_s": 1.0, "end_s": 2.0, "said": ()}
    items = lessons.written([lessons.Heard(id="a", tag="objection.price", **clip)])
    modules.save(store, number, items=items, quiz_id=None, seconds=2, revision=None, by="Dana", at=LEARNED)
    modules.publish(store, number, revision=None, at=LEARNED)
    for person, at in learners:
        with store.write() as connection:
            given = Assignment(person_id=known[person.name], by="Dana", made_at=at, module_id=number)
            made = assignments.add(connection, given)
        assignments.start(store, made.id, at)
        assignments.learned(store, made.id, at)
    return number


def told(client: TestClient, **asked: object) -> tuple[dict, dict]:
    """One tag or step as it is compared, and all that came with it."""
    answer = client.get("/api/v1/changes", params=asked)
    assert answer.status_code == 200, answer.text
    (one,) = answer.json()["items"]
    return one, answer.json()


def test_true_counts_of_twenty_calls_before_and_after(calls, page: Page, app, library):
    """Written before the server starts: `calls` comes first."""
    twenty(calls)
    app.state.parts.indexer.rescan()
    number = lesson(app, (SAM, LEARNED))
    page.goto(f"/changed?module={number}")
    expect(page.get_by_text("20 calls before, 20 calls after, of 1 person")).to_be_visible()
    expect(page.locator(".notice.few")).to_have_count(0)
    price = page.locator('[data-measure="tag:objection.price"]')
    expect(price).to_contain_text("in the lesson")
    assert page.locator("tbody tr").first.get_attribute("data-measure") == "tag:objection.price"
    before, after = (
        price.get_by_role("link", name=re.compile("before")),
        price.get_by_role("link", name=re.compile("after")),
    )
    expect(before).to_have_text("6 of 20")
    expect(after).to_have_text("13 of 20")
    expect(price.locator(".sure")).to_have_text("more; could be chance")  # 0.056
    agenda = page.locator('[data-measure="step:agenda"]')
    expect(agenda.get_by_role("link")).to_have_text(["3 of 20", "16 of 16"])  # four can't be told
    expect(agenda.locator(".sure")).to_have_text("more; hardly chance")
    after.click()
    expect(page.locator("[data-did]")).to_have_count(20)
    expect(page.locator("[data-did=yes]")).to_have_count(13)
    page.get_by_role("link", name="handled well", exact=True).click()
    expect(page.locator("[data-did]")).to_have_count(13)
    play = page.locator(".play").first
    with page.expect_response(lambda answer: "/audio" in answer.url) as heard:
        play.click()
    assert heard.value.status in (200, 206)
    expect(play).to_have_class(re.compile("playing"))
    page.goto(f"/changed/counted?module={number}&step=agenda&side=before&did=no")
    expect(page.locator("[data-did=no]")).to_have_count(17)
    page.get_by_role("link", name="Play the call").first.click()
    expect(page).to_have_url(re.compile("/calls/[0-9a-f]{16}$"))


def test_five_calls_warn(calls, page: Page, app):
    five(calls)
    app.state.parts.indexer.rescan()
    number = lesson(app, (SAM, LEARNED))
    page.goto(f"/changed?module={number}")
    expect(page.locator(".notice.few")).to_contain_text(
        "Too few calls to say what changed. 5 calls before and 5 calls after"
    )
    price = page.locator('[data-measure="tag:objection.price"]')
    expect(price.get_by_role("link")).to_have_text(["0 of 5", "5 of 5"])
    expect(price.locator(".sure")).to_have_text("too few")


@pytest.fixture
def house(calls, library) -> Calls:
    twenty(calls)
    return calls


def test_the_api_says_the_same_and_lists_what_it_counts(house, client, app):
    number = lesson(app, (SAM, LEARNED))
    one, all_of_it = told(client, **PRICE_ALONE)
    assert one["about"]
    assert one["before"] == {"done": 6, "total": 20, "calls": 20}
    assert one["after"] == {"done": 13, "total": 20, "calls": 20}
    assert not one["few"]
    assert one["chance"] == pytest.approx(0.0562, abs=1e-4)
    assert all_of_it["undated"] == 1
    for side, did, many in (("before", "yes", 6), ("before", "no", 14), ("after", "yes", 13), ("after", "no", 7)):
        asked = {**PRICE_ALONE, "side": side, "did": did, "limit": 200}
        rows = client.get("/api/v1/changes/counted", params=asked).json()
        assert len(rows) == len({row["clip_id"] for row in rows}) == many
        assert all(
            row["rep"] == "Sam" and (row["started_at"] < LEARNED.isoformat()) == (side == "before") for row in rows
        )
        assert client.get(f"/api/v1/clips/{rows[0]['clip_id']}/audio").status_code == 200
    pages = [
        client.get("/api/v1/changes/counted", params={**AGENDA, "side": "before", "limit": 8, "skip": s}).json()
        for s in (0, 8, 16)
    ]
    assert [len(one) for one in pages] == [8, 8, 4]
    assert len({row["recording_id"] for one in pages for row in one}) == 20
    (figures,) = client.get("/api/v1/changes/lessons").json()["items"]
    assert [figures[name] for name in ("module_id", "given", "started", "read", "finished")] == [number, 1, 1, 1, 1]
    narrow = told(client, **PRICE_ALONE, days=5)[0]
    assert (narrow["before"]["total"], narrow["after"]["total"]) == (5, 4)  # from the day itself on, up to its hour


def test_each_rep_has_their_own_after(house, client, app):
    """Omar read it before his only call, Sam after his: the same day lies on different sides."""
    house.add(LEARNED + timedelta(days=2), well=True, rep="Omar Diaz")
    app.state.parts.indexer.rescan()
    lesson(app, (SAM, LEARNED), (OMAR, LEARNED + timedelta(days=3)))
    assert told(client, **PRICE_ALONE)[0]["before"] == {"done": 8, "total": 22, "calls": 22}
    assert told(client, **PRICE_ALONE, team="South")[0]["before"] == {"done": 2, "total": 2, "calls": 2}
    team_choices.choose(app.state.parts.store, "North", TeamChoices(names_reps=True))
    assert told(client, **PRICE_ALONE, rep="Sam")[0]["before"]["total"] == 20
    by_day, _ = told(client, day="2026-05-20", tag="objection.price")
    assert by_day["after"]["total"] == 22


def test_a_call_counts_once_its_rep_opened_it_or_after_three_working_days(house, client, app, signed_in_as):
    new = house.add(LEARNED + timedelta(days=1), well=True, came=None)
    app.state.parts.indexer.rescan()
    number = lesson(app, (SAM, LEARNED))
    team = team_of(signed_in_as)
    one, all_of_it = told(client, **PRICE_ALONE)
    assert (one["after"]["total"], all_of_it["waiting"]) == (20, 1)
    assert team.dana.get(f"/calls/{new.id}").status_code == 200  # a manager who looks doesn't make it count
    assert told(client, **PRICE_ALONE)[1]["waiting"] == 1
    assert team.sam.get(f"/calls/{new.id}").status_code == 200
    one, all_of_it = told(client, **PRICE_ALONE)
    assert (one["after"]["total"], all_of_it["waiting"]) == (21, 0)
    other = house.add(LEARNED + timedelta(days=1), came=datetime(2026, 5, 22, 12, tzinfo=UTC))  # a Friday
    app.state.parts.indexer.rescan()
    assert other.id
    for at, counts in ((datetime(2026, 5, 27, 11, tzinfo=UTC), False), (datetime(2026, 5, 27, 13, tzinfo=UTC), True)):
        found = changes(app.state.parts, Asked(module=number, tag="objection.price"), at)
        assert (found.waiting == 0) == counts, at


@pytest.mark.parametrize(
    ("at", "before"),
    [
        ("2026-05-27T12:00", "2026-05-22T12:00"),  # Wednesday: Tuesday, Monday, Friday
        ("2026-05-22T12:00", "2026-05-19T12:00"),
        ("2026-05-24T12:00", "2026-05-20T12:00"),  # Sunday
    ],
)
def test_working_days_pass_over_weekends(at, before):
    found = counting.working_days_before(datetime.fromisoformat(at).astimezone(), 3)
    assert found == datetime.fromisoformat(before).astimezone()


def test_managers_compare_their_own_team_and_reps_nobody(house, client, app, signed_in_as):
    lesson(app, (SAM, LEARNED), (OMAR, LEARNED))
    team = team_of(signed_in_as)
    assert told(team.dana, **PRICE_ALONE)[0]["after"]["total"] == 20
    assert told(team.lee, **PRICE_ALONE)[0]["after"]["total"] == 1
    assert [one["name"] for one in told(team.lee, **PRICE_ALONE)[1]["people"]] == ["Omar Diaz"]
    assert team.lee.get("/api/v1/changes", params={**PRICE_ALONE, "rep": "Sam"}).status_code == 403
    for path in (
        "/api/v1/changes?module=1",
        "/changed",
        "/changed?module=1",
        "/changed/counted?module=1&tag=a&side=after",
    ):
        assert team.sam.get(path).status_code == 403


def test_what_can_not_be_compared_is_told(client, app):
    assert "No lesson is published yet" in client.get("/changed").text
    number = lesson(app)
    assert "Nobody has read it to its end yet" in client.get(f"/changed?module={number}").text
    assert client.get("/changed?module=99").status_code == 404
    assert client.get("/changed?day=soon").status_code == 422
    assert client.get("/changed?module=1&days=0").status_code == 422
    assert client.get("/changed/counted?module=1&side=after").status_code == 404
    assert client.get("/api/v1/changes/counted?module=1&side=after").status_code == 422
    assert "No calls of yours yet" in client.get("/me").text


def test_a_rep_sees_their_own_weeks_at_once_and_nobody_elses(calls, client, app, signed_in_as):
    """A call that the team's figures don't count yet is in them."""
    monday = datetime(2026, 5, 18, 0, 0).astimezone()
    for days, well in ((1, True), (2, False), (3, True), (-6, False), (-34, True), (-60, True)):
        calls.add(monday + timedelta(days=days, hours=9), well=well, came=None)
    calls.add(monday + timedelta(days=1, hours=9), well=True, rep="Omar Diaz")
    app.state.parts.indexer.rescan()
    team = team_of(signed_in_as)
    store = app.state.parts.store
    roster = people.roster(store)
    asks = app.state.parts.asked_by(Viewer("rep", roster.person("Sam"), roster))
    at = monday + timedelta(days=4)
    found = trend.own(asks, at)
    (price,) = (one for one in found.lines if one.kind == "tag")
    assert [(one.done, one.total) for one in price.weeks] == [(0, 0)] * 2 + [(1, 1)] + [(0, 0)] * 3 + [(0, 1), (2, 3)]
    assert (price.lately.done, price.lately.total, price.before.total) == (2, 4, 1)
    assert found.calls == (0, 0, 1, 0, 0, 0, 1, 3)
    assert found.begins[-1] == monday
    assert len(trend.behind(asks, at, (8, 8), ("tag", "objection.price"), limit=50)) == 3
    assert len(trend.behind(asks, at, (1, 8), ("tag", "objection.price"), limit=50)) == 5
    assert team.sam.get("/me").status_code == 200
    assert team.sam.get("/me/counted?tag=objection.price").status_code == 200
    assert team.sam.get("/me/counted?tag=objection.price&last=9").status_code == 422
    assert team.sam.get("/api/v1/me/trend").status_code == 200
    lee = app.state.parts.asked_by(Viewer("manager", roster.person("Lee Moss"), roster))
    assert trend.own(lee, at).lines == ()


def test_a_deleted_call_counts_no_more_and_leaves_no_trace(house, client, app, signed_in_as):
    lesson(app, (SAM, LEARNED))
    team = team_of(signed_in_as)
    asked = {**PRICE_ALONE, "side": "before", "did": "yes"}
    gone = client.get("/api/v1/changes/counted", params=asked).json()[0]["recording_id"]
    assert team.sam.get(f"/calls/{gone}").status_code == 200
    store = app.state.parts.store
    assert openings.since(store, LEARNED) == [gone]
    assert client.delete(f"/api/v1/calls/{gone}").status_code == 202
    app.state.parts.indexer.rescan()
    assert openings.since(store, LEARNED) == []
    assert told(client, **PRICE_ALONE)[0]["before"] == {"done": 5, "total": 19, "calls": 19}
    assert len(client.get("/api/v1/changes/counted", params=asked).json()) == 5
    with app.state.parts.database.write() as change:
        counted = "SELECT count(*) FROM steps WHERE recording_id = $1"
        assert change.cursor.execute(counted, [gone]).fetchone() == (0,)


def test_how_a_lesson_and_its_questions_went(library, client, app, stranger):
    clip = poorer_call(library)
    app.state.parts.indexer.rescan()
    question = propose(client, clip[1])["spot"]
    quiz = publish(client, make(client, [question]))
    store = app.state.parts.store
    number = lesson(app)
    items = modules.published(store, number).items
    modules.save(store, number, items=items, quiz_id=quiz["id"], seconds=2, revision=None, by="Dana", at=LEARNED)
    modules.publish(store, number, revision=None, at=LEARNED)
    known = {one.name: one.id for one in people.find(store)}
    given = client.post("/api/v1/assignments", json={"module_id": number, "people": list(known.values())}).json()
    numbers = {one["person_id"]: one["id"] for one in given["items"]}
    for name, reads, answers in (
        ("Sam Reed", True, right(question)),
        ("Priya Nair", True, []),
        ("Omar Diaz", False, None),
    ):
        assignment = numbers[known[name]]
        url = client.post(f"/api/v1/assignments/{assignment}/link").json()["url"]
        path = "/q/" + url.rpartition("/q/")[2]
        assert stranger.post(f"{path}/start").status_code == 303
        if reads:
            assignments.learned(store, assignment, LEARNED)
            stranger.get(f"{path}/quiz")
            say(stranger, path, question["id"], *answers)
            assert stranger.post(f"{path}/quiz/end", data={"attempt": 1}).status_code == 303
    moment = clip[0].folder.analysis().moments[0]
    contests.add(
        store,
        contests.Contest(
            clip[0].id,
            "score",
            moment.tag,
            "here",
            "…",
            moment.start,
            "8",
            "I asked twice",
            known["Sam Reed"],
            "Sam",
            LEARNED,
        ),
    )
    (told_of_it,) = client.get("/api/v1/changes/lessons").json()["items"]
    names = ("given", "started", "read", "finished", "contested")
    assert [told_of_it[name] for name in names] == [len(known), 3, 2, 1, 0]  # Priya has a try left
    (asked,) = told_of_it["questions"]
    assert (asked["asked"], asked["right"], asked["contested"]) == (2, 1, 1)
    assert "1 of 2 right" in client.get(f"/changed?module={number}").text
