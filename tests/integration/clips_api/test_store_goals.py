"""Goals, tallies, check-ins and what is chosen for a team in the records, on either database; two who come at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from clips_api.store import checkins, goals, people, tallies, targets, team_choices
from clips_api.store.checkins import CheckIn
from clips_api.store.goals import Goal
from clips_api.store.people import Person
from clips_api.store.tallies import Kept, Tally
from clips_api.store.targets import Target
from clips_api.store.team_choices import TeamChoices
from pipeline.errors import NotFound

AT = datetime(2026, 11, 6, 8, tzinfo=UTC)
WEEK = date(2026, 11, 2)
WAITS = timedelta(days=7)


@pytest.fixture
def sam(store):
    people.keep(store, [Person("Sam", "sam@example.com", "North")])
    return people.find(store)[0].id


def asked(store, person, week=WEEK, team="North"):
    seed = f"{person}{week}{team}"
    with store.write() as connection:
        return checkins.add(store, connection, CheckIn(person, team, week, AT, seed, f"hash of {seed}", AT + WAITS))


def test_goals(store, sam):
    own = goals.add(store, Goal("deals", 12, WEEK, WEEK + WAITS, "Dana", AT, person_id=sam))
    team = goals.add(store, Goal("step", 70, WEEK, WEEK + 2 * WAITS, "Dana", AT, team="North", name="agenda"))
    assert goals.one(store, own.id) == own
    assert goals.find(store) == [own, team]
    assert goals.find(store, since=WEEK + 2 * WAITS) == [team]
    assert goals.change(store, own.id, target=15).target == 15
    goals.change(store, own.id, put_away_at=AT)
    for gone in (lambda: goals.one(store, own.id), lambda: goals.change(store, own.id, target=1)):
        with pytest.raises(NotFound):
            gone()
    assert goals.find(store) == [team]


def test_a_tally_takes_the_place_of_the_one_before(store, sam):
    first, other = (Tally(sam, WEEK, "deals", number, "Dana", AT) for number in (2, 3))
    day_after = Tally(sam, WEEK + timedelta(days=1), "demos", 1, "Dana", AT)
    assert tallies.keep(store, [first, day_after]) == Kept(added=2)
    assert tallies.keep(store, [first, day_after]) == Kept(same=2)
    assert tallies.keep(store, [other]) == Kept(changed=1)
    assert [(one.day, one.number) for one in tallies.find(store, [sam])] == [(day_after.day, 1), (WEEK, 3)]
    assert [one.number for one in tallies.find(store, [sam], kind="deals", since=WEEK, until=WEEK)] == [3]
    assert tallies.find(store, [sam], since=WEEK + WAITS) == []


def test_two_who_enter_the_same_at_once(store, sam):
    with ThreadPoolExecutor(8) as pool:
        one = Tally(sam, WEEK, "deals", 2, "Dana", AT)
        list(pool.map(lambda _: tallies.keep(store, [one]), range(16)))
    assert [one.number for one in tallies.find(store, [sam])] == [2]


def test_two_who_ask_at_once(store, sam):
    with ThreadPoolExecutor(8) as pool:
        made = [one for one in pool.map(lambda _: asked(store, sam), range(16)) if one is not None]
    assert len(made) == 1
    assert checkins.asked(store, [sam], WEEK) == made


def test_many_who_aim_and_choose_for_a_team_at_once(store):
    shares = range(1, 33)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda share: targets.put(store, "North", Target("step", "agenda", share, "Dana", AT)), shares))
        list(pool.map(lambda nth: team_choices.choose(store, "North", TeamChoices(channel=f"#{nth}")), shares))
    (kept,) = targets.of(store, "North")
    assert kept.share in shares
    assert list(team_choices.every(store)) == ["north"]


def test_a_line_until_it_ends(store, sam):
    one = asked(store, sam)
    assert checkins.of_token(store, one.token_hash) == one
    assert checkins.answer(store, one.id, "Fine.", AT + WAITS - timedelta(seconds=1))
    assert not checkins.answer(store, one.id, "Too late.", AT + WAITS)
    assert checkins.get(store, one.id).text == "Fine."


def test_the_weeks_of_a_team(store, sam):
    for week in range(10):
        asked(store, sam, WEEK + week * timedelta(days=7), "north" if week % 2 else "North")
    weeks = [one.week for one in checkins.of_team(store, "NORTH")]
    assert weeks == [WEEK + week * timedelta(days=7) for week in range(9, 1, -1)]
    assert [one.week for one in checkins.of_team(store, "North", weeks[-1])] == [WEEK + timedelta(days=7), WEEK]
    assert checkins.of_team(store, "South") == []


def test_which_teams_are_asked(store):
    checkins.ask(store, "North", asks=True)
    checkins.ask(store, " south  EAST", asks=True)
    checkins.ask(store, "north", asks=False)
    assert checkins.asking(store) == {"south east"}
