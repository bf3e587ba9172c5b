"""A team's week: true counts that play, what comes first, targets, single reps only where an admin turned that on."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from clips_api import team
from clips_api.deps import Parts
from clips_api.keyring import Keys
from clips_api.store import openings, people, sessions, targets
from clips_api.store.database import Store
from clips_api.store.people import Person
from clips_api.store.targets import Target
from clips_api.team import Asked
from clips_api.viewer import Viewer
from pipeline.library import Library, now
from tests.integration.clips_api.team import PEOPLE, moment, team_of
from tests.integration.clips_api.test_changed import LEARNED, Calls

MONDAY = datetime(2026, 5, 18).astimezone()
AT = MONDAY + timedelta(days=4, hours=12)  # a Friday
PRICE, AGENDA = ("tag", "objection.price"), ("step", "agenda")


@pytest.fixture
def calls(library: Library) -> Calls:
    return Calls(library)


def this_monday() -> datetime:
    """Of pages, which show the weeks up to now: every call is in its week whatever the hour."""
    today = now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday())


def some_weeks(calls: Calls, monday: datetime) -> None:
    """Of North: 8 of 20 this week by Sam, 2 of 12 by Priya; 11 of 12 the week before; 3 of 3 nine weeks ago.

    The agenda is heard in 24 of 32 this week. And what no count of North may hold.
    """
    add = partial(calls.add, came=monday - timedelta(weeks=20))
    hours = (timedelta(hours=one) for one in range(1, 200))
    for number in range(20):
        add(monday + next(hours), well=number < 8, agenda="done")
    for number in range(12):
        add(monday + next(hours), well=number < 2, agenda="done" if number < 4 else "missed", rep="Priya")
        add(monday - timedelta(days=3) + next(hours), well=number < 11, agenda="cannot_tell", rep="Priya")
    for _ in range(3):
        add(monday - timedelta(weeks=9) + next(hours), well=True, agenda="cannot_tell")
    add(monday + timedelta(hours=1), rep="Omar Diaz")
    add(monday + timedelta(hours=1), kind="voicemail")
    add(monday + timedelta(weeks=1))
    add(monday - timedelta(weeks=12))
    add(None)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those weeks as a data folder, written once."""
    folder = tmp_path_factory.mktemp("weeks") / "data"
    library = Library(folder)
    library.prepare()
    some_weeks(Calls(library), MONDAY)
    return folder


@pytest.fixture
def house(library: Library, written: Path) -> Calls:
    shutil.copytree(written, library.root, dirs_exist_ok=True)
    calls = Calls(library)
    calls.written = 1000  # what a test adds is unlike them
    return calls


def as_dana(app: FastAPI) -> Parts:
    """What a manager of North is given."""
    parts = app.state.parts
    people.keep(parts.store, PEOPLE)
    roster = people.roster(parts.store)
    return parts.asked_by(Viewer("manager", roster.person("Dana Hill"), roster))


def turn_on(client: TestClient, whose: str = "North", shown: str = "yes") -> None:
    answer = client.post("/team/names", data={"whose": whose, "shown": shown, "team": whose})
    assert answer.status_code == 303, answer.text


def measured(found: team.Figures, measure: tuple[str, str]) -> team.Measure:
    return next(one for one in found.measures if (one.kind, one.name) == measure)


def counts(some: tuple[team.Count, ...]) -> list[tuple[int, int]]:
    return [(one.done, one.total) for one in some]


def test_true_counts_week_by_week(house, client, app):
    found = team.figures(as_dana(app), Asked(), AT)
    assert (found.whose.team, len(found.begins), found.begins[-1]) == ("North", 12, MONDAY)
    price, agenda = measured(found, PRICE), measured(found, AGENDA)
    assert counts(price.weeks) == [(0, 0)] * 2 + [(3, 3)] + [(0, 0)] * 7 + [(11, 12), (10, 32)]
    assert (price.lately.done, price.lately.total) == (21, 44)
    assert (price.change.before.done, price.change.after.done, price.change.way) == (11, 10, "less")
    assert not price.change.could_be_chance
    assert counts(agenda.weeks)[-2:] == [(0, 0), (24, 32)]
    assert agenda.change.few
    assert found.calls[-2:] == (12, 32)
    assert set(found.whose.called.values()) == {"Sam Reed", "Priya Nair"}
    before = team.figures(as_dana(app), Asked(back=1), AT)
    assert counts(measured(before, PRICE).weeks)[-1] == (11, 12)
    assert before.begins[-1] == MONDAY - timedelta(weeks=1)


def test_every_count_lists_what_it_counts(house, client, app):
    parts = as_dana(app)
    for weeks, did, many in (((12, 12), None, 32), ((12, 12), True, 10), ((11, 12), False, 23), ((1, 12), None, 47)):
        rows = team.behind(parts, Asked("North"), AT, PRICE, weeks, did=did, limit=100)
        assert len({(row["recording_id"], row["turn"]) for row in rows}) == len(rows) == many
        assert {row["rep"] for row in rows} <= {"Sam", "Priya"}
    pages = [team.behind(parts, Asked(), AT, AGENDA, (12, 12), limit=20, skip=skip) for skip in (0, 20)]
    assert [len(one) for one in pages] == [20, 12]


def test_a_call_counts_once_opened_or_after_three_working_days(house, client, app):
    new = house.add(MONDAY + timedelta(days=4, hours=1), well=True, came=AT - timedelta(hours=1))
    app.state.parts.indexer.rescan()
    parts = as_dana(app)
    found = team.figures(parts, Asked(), AT)
    assert (found.waiting, measured(found, PRICE).weeks[-1].total) == (1, 32)
    openings.add(parts.store, people.roster(parts.store).person("Sam").id, new.id, AT)
    found = team.figures(parts, Asked(), AT)
    assert (found.waiting, measured(found, PRICE).weeks[-1].total, found.calls[-1]) == (0, 33, 33)
    assert len(team.behind(parts, Asked(), AT, PRICE, (12, 12), limit=100)) == 33


def test_what_comes_first(house, client, app, signed_in_as):
    """Price misses 1 to half; greeting none; agenda is above half, until a target is set that it misses."""
    parts = as_dana(app)
    first = team.figures(parts, Asked(), AT).coach
    assert [(it.measure.kind, it.measure.name, it.measure.missing) for it in first] == [(*PRICE, 1)]
    assert first[0].reps == ()  # nobody is named until that is turned on
    dana = signed_in_as(PEOPLE[0])
    aim = {"kind": "step", "name": "agenda", "share": 80}
    assert dana.put("/api/v1/team/targets", json=aim).status_code == 204
    coach = team.figures(parts, Asked(), AT).coach
    assert [(it.measure.name, it.measure.missing, it.measure.light) for it in coach] == [
        ("agenda", 2, "amber"),
        ("objection.price", 1, None),
    ]
    turn_on(client)
    agenda, price = team.figures(parts, Asked(), AT).coach
    assert [(one.name, one.count.done, one.count.total) for one in agenda.reps] == [("Priya Nair", 4, 12)]
    assert [(one.name, one.count.done, one.count.total) for one in price.reps] == [
        ("Sam Reed", 8, 20)
    ]  # Priya: 13 of 24


def test_what_is_few_is_never_ranked(calls, client, app):
    for number in range(9):
        calls.add(MONDAY + timedelta(hours=number), came=MONDAY - timedelta(weeks=1))
    app.state.parts.indexer.rescan()
    found = team.figures(as_dana(app), Asked(), AT)
    assert counts(measured(found, PRICE).weeks)[-1] == (0, 9)
    assert found.coach == ()
    calls.add(MONDAY + timedelta(hours=9), came=MONDAY - timedelta(weeks=1))
    app.state.parts.indexer.rescan()
    assert [it.measure.name for it in team.figures(as_dana(app), Asked(), AT).coach][:1] == ["agenda"]


def test_targets_are_a_teams_own(house, client, app, signed_in_as):
    everyone = team_of(signed_in_as)
    aim = {"kind": "tag", "name": "objection.price", "share": 60}
    assert everyone.dana.put("/api/v1/team/targets", json=aim).status_code == 204
    assert everyone.dana.put("/api/v1/team/targets", json=aim | {"share": 45}).status_code == 204  # takes its place
    assert client.put("/api/v1/team/targets", json=aim | {"share": 90}).status_code == 204  # everybody together

    found = team.figures(as_dana(app), Asked(), AT)
    assert [(one.target.share, one.light) for one in found.aimed] == [(45, "green")]
    roster = people.roster(app.state.parts.store)
    lee = app.state.parts.asked_by(Viewer("manager", roster.person("Lee Moss"), roster))
    assert team.figures(lee, Asked(), AT).aimed == ()
    assert team.figures(app.state.parts, Asked(), AT).aimed[0].light == "red"
    assert everyone.dana.put("/api/v1/team/targets?team=South", json=aim).status_code == 404
    assert everyone.sam.put("/api/v1/team/targets", json=aim).status_code == 403
    for wrong in ({"share": 0}, {"share": 101}, {"name": "objection.none"}, {"kind": "moment"}):
        assert everyone.dana.put("/api/v1/team/targets", json=aim | wrong).status_code == 422, wrong
    assert everyone.dana.put("/api/v1/team/targets", json=aim | {"share": None}).status_code == 204
    assert team.figures(as_dana(app), Asked(), AT).aimed == ()
    trail = client.get("/api/v1/audit", params={"about": "team/North"}).json()["items"]
    assert [one["detail"] for one in trail] == [
        "no target for objection.price",
        "target for objection.price: 45 of 100",
        "target for objection.price: 60 of 100",
    ]


def test_single_reps_are_shown_only_where_an_admin_turned_that_on(house, client, app, signed_in_as):
    everyone = team_of(signed_in_as)
    day = {"day": "2026-05-20", "tag": "objection.price"}
    of_sam = {
        "/api/v1/changes": {**day, "rep": "Sam Reed"},
        "/api/v1/changes/counted": {**day, "rep": "Sam", "side": "before"},
        "/changed": {**day, "rep": "Sam"},
        "/changed/counted": {**day, "rep": "Sam", "side": "before"},
        "/api/v1/team/counted": {"tag": "objection.price", "rep": "Sam"},
        "/team/counted": {"tag": "objection.price", "rep": "Sam"},
    }

    def answers(asked: TestClient) -> set[int]:
        return {asked.get(path, params=params).status_code for path, params in of_sam.items()}

    assert answers(everyone.dana) == answers(client) == {403}
    told = everyone.dana.get("/api/v1/changes", params=of_sam["/api/v1/changes"]).json()
    assert told["title"] == "Figures of single reps are off here."
    assert "team page" in told["advice"]
    page = everyone.dana.get("/changed", params=day).text
    assert 'name="rep"' not in page
    assert everyone.dana.get("/api/v1/team").json()["names_reps"] is False
    on = {"whose": "North", "shown": "yes", "team": "North"}
    assert everyone.dana.post("/team/names", data=on).status_code == 403  # a manager may not
    assert "An admin can turn them on here" in everyone.dana.get("/team").text
    turn_on(client)
    assert answers(everyone.dana) == answers(client) == {200}
    assert 'name="rep"' in everyone.dana.get("/changed", params=day).text
    assert everyone.dana.get("/api/v1/team").json()["names_reps"] is True
    omar = {**day, "rep": "Omar Diaz"}
    assert everyone.lee.get("/api/v1/changes", params=omar).status_code == 403  # South has not
    assert client.get("/api/v1/changes", params=omar).status_code == 403
    assert everyone.lee.get("/api/v1/changes", params={**day, "rep": "Sam"}).json()["items"] == []  # not theirs to see
    assert everyone.lee.get("/team?team=North").status_code == 404
    trail = client.get("/api/v1/audit", params={"about": "team/North"}).json()["items"]
    assert [(one["what"], one["detail"]) for one in trail] == [("changed", "figures of single reps are shown")]
    turn_on(client, shown="no")
    assert answers(everyone.dana) == {403}


def test_ones_own_figures_are_always_ones_own(house, client, app, signed_in_as):
    """Somebody who coaches and sells compares their own calls, and nobody else's."""
    seller = Person("Kim Vale", "kim@juniper.example", "North", role="manager")
    house.add(MONDAY, rep="Kim Vale")
    app.state.parts.indexer.rescan()
    team_of(signed_in_as)
    kim = signed_in_as(seller)
    assert kim.get("/api/v1/changes", params={"day": "2026-05-01", "rep": "Kim Vale"}).status_code == 200
    assert kim.get("/api/v1/changes", params={"day": "2026-05-01", "rep": "Sam"}).status_code == 403


def test_wins_stand_there_once_their_rep_agreed(calls, client, app, signed_in_as):
    made = calls.add(this_monday(), well=True)
    app.state.parts.indexer.rescan()
    everyone = team_of(signed_in_as)
    marked = everyone.dana.post("/api/v1/wins", json={"clip_id": moment(made), "why": "It asks before it answers."})
    assert marked.status_code == 201, marked.text
    assert "It asks before it answers." not in everyone.dana.get("/team").text
    (asked,) = everyone.sam.get("/api/v1/consents", params={"waiting": True}).json()["items"]
    assert everyone.sam.post(f"/api/v1/consents/{asked['id']}", json={"agreed": True}).status_code == 200
    assert "It asks before it answers." in everyone.dana.get("/team").text
    assert "It asks before it answers." not in everyone.lee.get("/team").text


def test_targets_are_kept_in_either_database(store: Store):
    def aim(share: int) -> Target:
        return Target("step", "agenda", share, "Dana", LEARNED)

    for share in (60, 80):
        targets.put(store, "North", aim(share))
    targets.put(store, "", aim(90))
    assert targets.of(store, "  north ") == [aim(80)]
    assert targets.of(store, "") == [aim(90)]
    assert targets.of(store, "South") == []
    assert targets.remove(store, "NORTH", "step", "agenda")
    assert not targets.remove(store, "North", "step", "agenda")
    assert (targets.of(store, "North"), targets.of(store, "")) == ([], [aim(90)])


def test_reps_have_no_team_page(house, client, app, signed_in_as):
    everyone = team_of(signed_in_as)
    for path in ("/team", "/team/counted?tag=objection.price", "/api/v1/team", "/api/v1/team/counted?step=agenda"):
        assert everyone.sam.get(path).status_code == 403, path
    assert 'href="/team"' not in everyone.sam.get("/me").text
    assert 'href="/team"' in everyone.dana.get("/").text


def test_what_can_not_be_asked_is_told(house, client, app):
    assert client.get("/team?team=Nowhere").status_code == 404
    assert client.get("/team?back=-1").status_code == 422
    assert client.get("/team/counted").status_code == 422
    assert client.get("/api/v1/team/counted?tag=objection.price&first=13").status_code == 422
    assert client.post("/team/targets", data={"measure": "nothing"}).status_code == 422
    assert client.post("/team/names", data={"whose": "Nowhere", "shown": "yes", "team": ""}).status_code == 404


def test_pages_with_nothing_and_with_little(calls, client, app, signed_in_as):
    assert "No calls yet" in client.get("/team").text
    everyone = team_of(signed_in_as)
    assert "Recordings name nobody of North" in everyone.dana.get("/team").text
    calls.add(LEARNED)
    app.state.parts.indexer.rescan()
    assert "No calls to count in these weeks" in everyone.dana.get("/team").text
    calls.add(this_monday(), came=None)
    app.state.parts.indexer.rescan()
    assert "1 call came in and will count once" in everyone.dana.get("/team").text
    calls.add(this_monday())
    app.state.parts.indexer.rescan()
    little = everyone.dana.get("/team").text
    assert "1 conversation of this week counts so far" in little
    assert "Too few calls in the last four weeks to say" in little


def test_the_page_in_a_browser(calls, page: Page, app):
    """Written before the server starts: `calls` comes first."""
    some_weeks(calls, this_monday())
    people.keep(app.state.parts.store, PEOPLE)
    app.state.parts.indexer.rescan()
    page.goto("/")
    page.get_by_role("link", name="How the team does").click()
    page.locator("select[name=team]").select_option("North")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("North")
    next_ = page.locator(".coach-next [data-measure='tag:objection.price']")
    expect(next_).to_contain_text("21 of 44")
    expect(next_).not_to_contain_text("Begin with")
    expect(page.get_by_text("They are off")).to_be_visible()
    row = page.locator("tr[data-measure='tag:objection.price']")
    expect(row.get_by_role("link")).to_have_text(["11 of 12", "10 of 32"])
    expect(row.locator(".sure")).to_have_text("less; hardly chance")
    # every chart is an image with a name, its table beside it
    charts = page.locator(".of-weeks")
    price = charts.and_(page.locator("[data-measure='tag:objection.price']"))
    expect(price.get_by_role("img")).to_have_accessible_name(re.compile("^Price handled well, 12 weeks From 3 of 3 "))
    assert charts.count() == page.get_by_role("img", name=re.compile("12 weeks")).count() >= 3
    price.get_by_text("Week by week").click()
    expect(price.locator(".by-week").get_by_role("link")).to_have_text(["3", "11", "10"])
    # a target, by which the words change
    page.locator("select[name=measure]").select_option("step:agenda")
    page.locator("input[name=share]").fill("80")
    page.get_by_role("button", name="Set").click()
    expect(page.locator(".aim")).to_contain_text("close")
    expect(page.locator(".aim .light.amber svg")).to_be_visible()
    expect(page.locator(".coach-next li").first).to_contain_text("2 more would have made it 80 %.")
    # single reps: off, on, and each leads to that rep's moments
    page.get_by_role("button", name="Turn on: North").click()
    page.locator(".coach-next").get_by_role("link", name="Sam Reed", exact=True).click()
    expect(page.locator("[data-did=no]")).to_have_count(12)
    page.go_back()
    next_.get_by_role("link", name="See the moments").click()
    expect(page.locator("[data-did=no]")).to_have_count(23)
    play = page.locator(".play").first
    with page.expect_response(lambda answer: "/audio" in answer.url) as heard:
        play.click()
    assert heard.value.status in (200, 206)
    page.get_by_role("link", name="Team", exact=True).last.click()
    page.get_by_role("link", name="‹ Week before").click()
    expect(row.get_by_role("link")).to_have_text(["11 of 12"])
    for size in ({"width": 390, "height": 844}, {"width": 1280, "height": 800}):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_reps_own_weeks_begin_with_charts(calls, served, app, library, chromium):
    some_weeks(calls, this_monday())
    app.state.parts.indexer.rescan()
    records = app.state.parts.store
    people.keep(records, PEOPLE)
    _, token = sessions.add(records, people.roster(records).person("Sam").id, device="a test", at=now())
    cookie = {"name": Keys(library.secret()).cookie_name, "value": token, "url": served.address}
    context = chromium.new_context(base_url=served.address, bypass_csp=True, viewport={"width": 390, "height": 844})
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto("/me")
    expect(page.get_by_role("img", name=re.compile("Price handled well, 8 weeks"))).to_be_visible()
    text = page.content()
    assert text.index('class="charts"') < text.index("The last four weeks beside the four before")
    page.locator(".of-weeks[data-measure='tag:objection.price']").get_by_text("Week by week").click()
    page.locator(".of-weeks[data-measure='tag:objection.price']").get_by_role("link", name="8 of 20").click()
    expect(page.locator("[data-did]")).to_have_count(20)
    page.go_back()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert Axe().run(page).response["violations"] == []
    context.close()
