"""The draft of a note: the best part with its words, the first fault or the weightiest part not heard, else nothing."""

from __future__ import annotations

import pytest

from clips_api.drafting import BETTER, GOOD, INSTEAD, STEPS, of_moment, of_steps
from nlp.findings import CallType, Moment, Parts, Step
from nlp.score import FAULTS, PARTS
from pipeline.records import Analysis
from tests.places import ROOT


def moment(*faults: str, **parts: str) -> Moment:
    return Moment("objection.price", (0, 1), 0.0, 9.0, 4, Parts(**parts), faults, None, "why")


def analysis(*steps: Step) -> Analysis:
    return Analysis(playbook={"name": "x", "version": "1"}, type=CallType("conversation", "both"), steps=steps)


def test_there_is_a_sentence_for_every_part_and_fault() -> None:
    assert set(GOOD) == set(BETTER) == set(PARTS)
    assert set(INSTEAD) == set(FAULTS)


@pytest.mark.parametrize(
    ("given", "strength", "improvement", "missing"),
    [
        (moment(acknowledge="I see, the budget"), GOOD["acknowledge"] + ": “I see, the budget”.", BETTER["explore"], "explore"),
        (moment(acknowledge="a", explore="b?"), GOOD["explore"] + ": “b?”.", BETTER["confirm"], "confirm"),
        (moment(explore="b?", confirm="ok?"), GOOD["explore"] + ": “b?”.", BETTER["respond"], "respond"),
        (moment("monologue", explore="b?", confirm="ok?"), GOOD["explore"] + ": “b?”.", INSTEAD["monologue"], "respond"),
        (moment("monologue", "ignored"), "", INSTEAD["ignored"], "explore"),
        (moment(acknowledge="a", explore="b", respond="c", confirm="d"), GOOD["explore"] + ": “b”.", "", None),
    ],
)  # fmt: skip
def test_a_moment_gives_one_strength_and_one_thing_to_try(given, strength, improvement, missing) -> None:
    draft = of_moment(given)
    assert (draft.strength, draft.improvement, draft.missing) == (strength, improvement, missing)


def test_nothing_is_made_up() -> None:
    assert of_moment(moment()).strength == ""
    assert (of_steps(None).strength, of_steps(None).improvement, of_steps(None).why) == ("", "", "")
    assert of_steps(analysis(Step("recap", "cannot_tell", None, None, "unclear"))).improvement == ""


def test_a_call_gives_the_last_step_heard_and_the_first_that_was_not() -> None:
    draft = of_steps(
        analysis(
            Step("greeting", "done", 0, "Hi, it's Sam", "the name"),
            Step("agenda", "missed", None, None, "nothing"),
            Step("next_step", "done", 6, "Monday at ten", "a date"),
            Step("closing", "missed", None, None, "nothing"),
        )
    )
    assert draft.strength == "Next step: “Monday at ten”"
    assert draft.improvement == STEPS["agenda"]


def test_a_step_of_a_teams_own_playbook_is_named() -> None:
    assert of_steps(analysis(Step("own_step", "missed", None, None, ""))).improvement == "Not heard: own step."


def test_every_step_of_the_default_playbook_has_a_sentence() -> None:
    assert {path.stem for path in (ROOT / "nlp/playbooks/default/steps").glob("*.yml")} == set(STEPS)
