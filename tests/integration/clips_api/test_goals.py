"""Goals: true counts of the right calls in the right days, who sees whose, demos and deals that are entered."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from clips_api import goal_figures, goal_setting, goals, tallies
from clips_api.store import audit, openings, people, team_choices
from clips_api.store import tallies as tally_store
from clips_api.store.goals import Goal
from clips_api.store.people import Person
from clips_api.store.tallies import Kept
from clips_api.store.team_choices import TeamChoices
from clips_api.tallies import Faults, Told
from clips_api.viewer import HOUSE, Viewer
from pipeline.errors import BadInput, NotAllowed, NotFound
from tests.integration.clips_api.team import PEOPLE, team_of
from tests.integration.clips_api.test_changed import Calls

START, END = date(2026, 5, 4), date(2026, 5, 29)  # four working weeks, Monday to Friday
NOON = datetime(2026, 5, 18, 10, tzinfo=UTC)  # their third Monday
CAME = datetime(2026, 5, 1, tzinfo=UTC)
DANA, SAM, PRIYA, LEE, OMAR = PEOPLE


@pytest.fixture
def calls(library) -> Calls:
    return Calls(library)


@pytest.fixture
def parts(app, client):
    people.keep(app.state.parts.store, PEOPLE)
    return app.state.parts.asked_by(HOUSE)


def known(parts, person: Person) -> Person:
    return next(one for one in people.find(parts.store) if one.name == person.name)


def seen_by(parts, person: Person):
    roster = people.roster(parts.store)
    own = known(parts, person)
    return parts.asked_by(Viewer(own.role, own, roster))


def a_goal(parts, kind="step", name="agenda", target=60, *, person=None, team="North", days=(START, END)):
    whose = {"person_id": known(parts, person).id} if person is not None else {"team": team}
    return goal_setting.make(parts, Goal(kind, target, *days, by="Dana", made_at=CAME, name=name, **whose))


def name_reps(parts, team="North", *, on=True):
    team_choices.choose(parts.store, team, TeamChoices(names_reps=on))


def entered(parts, *lines, at=NOON) -> Kept:
    return tallies.enter(parts, [Told(*line) for line in lines], at)


def figure(parts, goal, at=NOON):
    one = goals.one(parts, goal.id, at)
    return (one.figure.done, one.figure.total)


def test_a_rate_counts_the_calls_of_its_days_and_plays_them(calls, app, client, parts):
    inside = [datetime(2026, 5, 4 + day, 9, tzinfo=UTC) for day in range(12)]
    made = [calls.add(at, agenda="done" if n < 5 else "missed", came=CAME) for n, at in enumerate(inside)]
    calls.add(inside[0], agenda="done", rep="Priya", came=CAME)
    for outside in (datetime(2026, 5, 3, 12, tzinfo=UTC), datetime(2026, 5, 30, 12, tzinfo=UTC)):
        calls.add(outside, agenda="done", came=CAME)
    calls.add(inside[1], agenda="done", rep="Omar Diaz", came=CAME)  # another team
    calls.add(inside[2], agenda="done", kind="voicemail", came=CAME)
    calls.add(inside[3], agenda="cannot_tell", came=CAME)
    app.state.parts.indexer.rescan()
    name_reps(parts)
    team, sam = a_goal(parts), a_goal(parts, person=SAM)
    assert figure(parts, sam) == (5, 12)
    assert figure(parts, team) == (6, 13)
    rows = goal_figures.moments(parts, goals.one(parts, sam.id, NOON), NOON, did=True, limit=50)
    assert [row["recording_id"] for row in rows] == [one.id for one in reversed(made[:5])]
    one = goals.one(parts, sam.id, NOON)
    assert (one.days.gone, one.days.left) == (10, 10)
    assert one.pace.state == "behind"  # 5 of 12 instead of 6 in 10: the rest would have to be at 78 in 100
    told = client.get(f"/api/v1/goals/{sam.id}").json()
    assert (told["who"], told["done"], told["total"], told["kind"]) == ("Sam Reed", 5, 12, "step")
    listed = client.get(f"/api/v1/goals/{sam.id}/counted", params={"did": "no", "limit": 200}).json()
    assert {row["recording_id"] for row in listed} == {one.id for one in made[5:]}
    page = client.get(f"/goals/{sam.id}/counted")
    assert page.text.count('data-did="yes"') == 5
    assert page.text.count('data-did="no"') == 7


def test_handled_well_and_conversations(calls, app, parts, client):
    for day in range(6):
        calls.add(datetime(2026, 5, 5 + day, 9, tzinfo=UTC), well=day < 4, came=CAME)
    app.state.parts.indexer.rescan()
    name_reps(parts)
    assert figure(parts, a_goal(parts, "tag", "objection.price", 50, person=SAM)) == (4, 6)
    number = a_goal(parts, "calls", "", 40, person=SAM)
    assert figure(parts, number) == (6, 0)
    assert client.get(f"/goals/{number.id}/counted").text.count('href="/calls/') == 6


def test_a_call_that_its_rep_has_not_seen_does_not_count_yet(calls, app, parts):
    at = NOON - timedelta(days=3)  # a Friday: one working day ago
    one, other = (calls.add(at + timedelta(minutes=n), agenda="done", came=at) for n in range(2))
    app.state.parts.indexer.rescan()
    goal = a_goal(parts)
    assert figure(parts, goal) == (0, 0)
    openings.add(parts.store, known(parts, SAM).id, one.id, NOON - timedelta(hours=1))
    assert figure(parts, goal) == (1, 1)
    assert figure(parts, goal, NOON + timedelta(days=4)) == (2, 2)
    assert one.id != other.id


def test_a_goals_days_are_those_of_its_reps_clock(calls, app, parts):
    tokyo = Person("Sam Reed", "sam@juniper.example", "North", ("Sam",), zone="Asia/Tokyo")
    people.keep(parts.store, [tokyo])
    for at in (datetime(2026, 5, 3, 14, 59, tzinfo=UTC), datetime(2026, 5, 3, 15, 0, tzinfo=UTC)):
        calls.add(at, agenda="done", came=CAME)
    app.state.parts.indexer.rescan()
    name_reps(parts)
    assert figure(parts, a_goal(parts, person=SAM)) == (1, 1)


def test_who_sees_whose(parts, signed_in_as):
    name_reps(parts)
    number = a_goal(parts, "deals", "", 12, person=SAM)
    team, souths = a_goal(parts, target=70), a_goal(parts, target=70, team="South")
    rate = a_goal(parts, target=80, person=PRIYA)
    name_reps(parts, on=False)

    def sees(person):
        return {one.goal.id: one.hidden for one in goals.find(seen_by(parts, person), NOON)}

    assert sees(SAM) == {number.id: False, team.id: False}
    assert sees(PRIYA) == {team.id: False, rate.id: False}
    assert sees(DANA) == {number.id: False, team.id: False, rate.id: True}  # set while figures named reps
    assert sees(OMAR) == sees(LEE) == {souths.id: False}
    hidden = goals.one(seen_by(parts, DANA), rate.id, NOON)
    assert (hidden.figure, hidden.pace, hidden.plays) == (None, None, False)
    browsers = team_of(signed_in_as)
    for who, status in ((browsers.priya, 200), (browsers.dana, 404), (browsers.sam, 404), (browsers.omar, 404)):
        assert who.get(f"/goals/{rate.id}/counted").status_code == status
        assert who.get(f"/api/v1/goals/{rate.id}/counted").status_code == status
    for who in (browsers.lee, browsers.omar):
        assert who.get(f"/goals/{number.id}").status_code == 404
        assert who.get(f"/api/v1/goals/{number.id}").status_code == 404
    told = browsers.dana.get(f"/api/v1/goals/{rate.id}").json()
    assert (told["done"], told["total"], told["pace"]) == (None, None, None)
    assert "shown to Priya Nair only" in browsers.dana.get(f"/goals/{rate.id}").text
    assert browsers.sam.get(f"/goals/{team.id}/counted").status_code == 404  # others' calls
    name_reps(parts)
    assert set(sees(SAM)) == {number.id, team.id, rate.id}
    assert not goals.one(seen_by(parts, SAM), rate.id, NOON).plays
    assert sees(DANA)[rate.id] is False


def test_who_may_set_what(parts, signed_in_as):
    dana, sam = seen_by(parts, DANA), seen_by(parts, SAM)
    with pytest.raises(NotAllowed, match="figures that name reps are off"):
        a_goal(dana, person=SAM)
    with pytest.raises(NotFound):
        a_goal(dana, "deals", "", 5, person=OMAR)
    with pytest.raises(NotFound):
        a_goal(dana, team="South")
    goal = a_goal(dana, "deals", "", 5, person=SAM)
    with pytest.raises(NotAllowed):
        goal_setting.put_away(sam, goals.one(sam, goal.id, NOON), NOON)
    browsers = team_of(signed_in_as)
    body = {"team": "North", "kind": "demos", "target": 5, "starts_on": "2026-05-04", "ends_on": "2026-05-29"}
    assert browsers.sam.post("/api/v1/goals", json=body).status_code == 403
    assert browsers.lee.patch(f"/api/v1/goals/{goal.id}", json={"target": 1}).status_code == 404
    assert browsers.dana.patch(f"/api/v1/goals/{goal.id}", json={"target": 7}).json()["target"] == 7
    assert browsers.lee.delete(f"/api/v1/goals/{goal.id}").status_code == 404
    assert browsers.dana.delete(f"/api/v1/goals/{goal.id}").status_code == 204
    assert browsers.dana.get(f"/goals/{goal.id}").status_code == 404
    told = [one.detail for one in audit.find(parts.store, audit.Asked(about=goal.about), limit=10)]
    assert told == [
        "put away, of Sam Reed",
        "Sam Reed: Deals, 7 from 2026-05-04 to 2026-05-29",
        "set for Sam Reed: Deals, 5 from 2026-05-04 to 2026-05-29",
    ]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"target": 101}, "from 1 to 100 percent"),
        ({"name": ""}, "choose a tag or a step"),
        ({"kind": "deals"}, "deals have no name"),
        ({"days": (END, START)}, "ends before it begins"),
        ({"days": (START, date(2029, 5, 4))}, "two years"),
    ],
)
def test_what_can_not_be_a_goal(parts, given, why):
    with pytest.raises(BadInput, match=why):
        a_goal(parts, **given)


def test_off_pace_names_those_that_are_behind(parts):
    late = a_goal(parts, "demos", "", 20, person=SAM)
    a_goal(parts, "demos", "", 20, person=PRIYA)
    a_goal(parts, "demos", "", 20, person=PRIYA, days=(date(2026, 4, 1), date(2026, 4, 30)))  # over
    a_goal(parts, "demos", "", 20, person=OMAR)  # of another team
    entered(parts, ("Priya", "2026-05-06", "demos", "12"))
    assert [one.goal.id for one in goals.off_pace(seen_by(parts, DANA), NOON)] == [late.id]


# demos and deals


def test_numbers_count_for_their_rep_and_team_within_the_days(parts):
    own, team = a_goal(parts, "deals", "", 10, person=SAM), a_goal(parts, "deals", "", 30)
    lines = [("Sam", "2026-05-04", "deals", "3"), ("sam@juniper.example", "2026-05-18", "deal", "2")]
    assert entered(parts, *lines) == Kept(added=2)
    entered(parts, ("Sam", "2026-05-05", "demos", "9"), ("Priya", "2026-05-05", "deals", "4"))
    entered(parts, ("Sam", "2026-05-03", "deals", "7"), ("Omar Diaz", "2026-05-05", "deals", "8"))
    assert (figure(parts, own), figure(parts, team)) == ((5, 0), (9, 0))


def test_the_same_numbers_twice_change_nothing(parts):
    lines = [("Sam", "2026-05-04", "deals", "3"), ("Priya", "2026-05-04", "deals", "1")]
    assert entered(parts, *lines) == Kept(added=2)
    before = tally_store.find(parts.store, [known(parts, SAM).id])
    assert entered(parts, *lines) == Kept(same=2)
    assert tally_store.find(parts.store, [known(parts, SAM).id]) == before
    assert entered(parts, ("Sam", "2026-05-04", "deals", "4"), lines[1]) == Kept(changed=1, same=1)
    assert entered(parts, ("Sam", "2026-05-04", "deals", "0")) == Kept(changed=1)
    assert tally_store.find(parts.store, [known(parts, SAM).id]) == []
    assert entered(parts, ("Sam", "2026-05-04", "deals", "0")) == Kept(same=1)


def test_every_line_at_fault_is_told_and_none_is_kept(parts):
    table = """\ufeffRep;Date;What;Count;Note
Sam;2026-05-04;demos;3;fine
Somebody;2026-05-04;demos;3;
Sam;04.05.2026;demos;3;
Sam;2026-05-04;calls;3;

Sam;2026-05-05;demos;-1;
Sam;2026-05-19;demos;1;tomorrow
"Sam";2026-05-04;"demo";4;again
"""
    with pytest.raises(Faults) as caught:
        tallies.enter(parts, tallies.read(table), NOON)
    assert [line.partition(":")[0] for line in caught.value.lines] == [f"line {n}" for n in (3, 4, 5, 7, 8, 9)]
    said = " ".join(caught.value.lines)
    for why in ("nobody of yours", "like 2026-11-20", "neither demos nor deals", "whole number", "still to come"):
        assert why in said
    assert "it stands there twice, first on line 2" in said
    assert tally_store.find(parts.store, [known(parts, SAM).id]) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("rep,day,number\nSam,2026-05-04,1\n", "kind is not among them"),
        ('rep,day,kind,number\n"Sam,2026-05-04,deals,1\n', "line"),
    ],
)
def test_what_is_no_table(text, why):
    with pytest.raises(BadInput, match=why):
        tallies.read(text)


def test_whose_numbers_one_may_enter(parts, signed_in_as):
    browsers = team_of(signed_in_as)
    line = {"rep": "Sam Reed", "day": "2026-05-04", "kind": "deals", "number": 2}
    for who, status in ((browsers.sam, 200), (browsers.dana, 200), (browsers.priya, 422), (browsers.lee, 422)):
        assert who.put("/api/v1/goals/numbers", json={"numbers": [line]}).status_code == status
    (told,) = browsers.dana.get("/api/v1/goals/numbers").json()["items"]
    assert (told["rep"], told["number"], told["by"]) == ("Sam Reed", 2, "Sam Reed")
    assert browsers.priya.get("/api/v1/goals/numbers").json()["total"] == 0


# the pages


def test_a_table_is_entered_on_the_page(parts, client):
    text = "rep,day,kind,number\nSam,2026-05-04,demos,3\nPriya,2026-05-04,deals,1\n"
    answer = client.post("/goals/numbers/table", files={"file": ("deals.csv", BytesIO(text.encode()), "text/csv")})
    assert answer.headers["location"] == "/goals/numbers?added=2"
    assert "2 numbers added." in client.get(answer.headers["location"]).text
    again = client.post("/goals/numbers/table", data={"table": text})
    assert "2 as they were." in client.get(again.headers["location"]).text
    wrong = client.post("/goals/numbers/table", data={"table": text + "Nobody,2026-05-04,deals,1\nSam,x,deals,1\n"})
    assert wrong.status_code == 422
    assert "line 4: &#39;Nobody&#39; is nobody of yours" in wrong.text
    assert "line 5" in wrong.text
    assert "Nobody,2026-05-04" in wrong.text  # what was pasted stands there still
    one = client.post("/goals/numbers", data={"rep": "Sam Reed", "day": "2026-05-05", "kind": "deals", "number": "x"})
    assert (one.status_code, "no whole number" in one.text) == (422, True)


def test_a_goal_is_set_looked_at_and_changed(app, page):
    people.keep(app.state.parts.store, PEOPLE)
    page.goto("/goals")
    page.get_by_role("link", name="Set a goal").first.click()
    page.get_by_label("For whom").select_option(label="North")
    page.get_by_label("What").select_option("step:next_step")
    page.get_by_label("How many").fill("170")
    page.get_by_role("button", name="Set it").click()
    page.get_by_text("Not set: the target is from 1 to 100 percent").wait_for()
    page.get_by_label("How many").fill("70 %")
    page.get_by_role("button", name="Set it").click()
    row = page.locator("[data-goal]")
    assert "North" in row.inner_text()
    row.get_by_role("link", name="heard").click()
    page.get_by_text("Too few to say: from ten on").wait_for()
    page.get_by_label("In 100").fill("75")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Changed.").wait_for()
    assert page.locator(".figures").inner_text().count("75%") == 1
    page.get_by_role("button", name="Put this goal away").click()
    page.get_by_text("No goal is set").wait_for()


def test_the_pages_show_a_sign_and_a_word_beside_the_colour(parts, client):
    today = datetime.now(UTC).date()
    period = (today - timedelta(days=60), today + timedelta(days=30))
    a_goal(parts, "demos", "", 100, person=SAM, days=period)
    shown = client.get("/goals").text
    assert re.search(r'<span class="chip pace red"><span class="sign" aria-hidden="true">!</span>behind</span>', shown)


def test_goals_leave_with_the_other_tables(parts, signed_in_as):
    a_goal(parts, "deals", "", 5, person=SAM)
    a_goal(parts, "deals", "", 5, team="South")
    entered(parts, ("Sam", "2026-05-04", "deals", "3"), ("Omar Diaz", "2026-05-04", "deals", "1"))
    rows = tables_of(team_of(signed_in_as).dana)
    assert [(row["name"], row["team"], row["kind"], row["target"]) for row in rows("goals")] == [
        ("Sam Reed", "", "deals", "5")
    ]
    assert [(row["name"], row["number"]) for row in rows("tallies")] == [("Sam Reed", "3")]


def tables_of(client):
    """What somebody is given of each table."""
    answer = client.get("/api/v1/exports/tables.zip")
    assert answer.status_code == 200, answer.text
    zipped = ZipFile(BytesIO(answer.content))
    return lambda name: list(csv.DictReader(StringIO(zipped.read(f"{name}.csv").decode("utf-8-sig"))))


def test_no_number_is_kept_of_a_person_who_is_unknown(parts):
    """A table whose last line is at fault leaves no row at all."""
    with pytest.raises(Faults):
        entered(parts, ("Sam", "2026-05-04", "deals", "3"), ("Nobody", "2026-05-04", "deals", "3"))
    with parts.store.read() as connection:
        assert connection.execute(select(tally_store.table)).all() == []
