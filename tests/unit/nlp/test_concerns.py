"""Concerns: an objection in its surroundings. What only answers a question about the customer is none."""

import pytest

from nlp.analyse import analyse
from nlp.findings import Turn
from tests.talk import SMALL_TALK, talk

PORTAL = "Upload to the bank portal, in three batches because the portal chokes above two hundred and fifty."
HAPPY = "Honestly, we're pretty happy with what we've got here."


def found(playbook, *lines):
    """Kinds of the moments, and those of the tags."""
    turns = talk(*lines, *SMALL_TALK, seconds=5.0, gap=0.5)
    analysis = analyse(turns, playbook, duration=turns[-1].end + 30)
    tags = [tag.tag for tag in analysis.tags if tag.tag.startswith("objection.")]
    return [moment.tag for moment in analysis.moments], tags


@pytest.mark.parametrize("said", [PORTAL, HAPPY])
def test_an_answer_to_a_question_about_them_is_none(playbook, said):
    for question in ("What does it cost you today?", "and what does it cost you today when they come in late"):
        moments, tags = found(playbook, f"R: {question}", f"C: {said}")
        assert not moments
        assert tags  # what a line is tagged as does not depend on other lines


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("R: How does that sound?", id="asked for an opinion"),
        pytest.param("R: What's stopping you?", id="asked what is in the way"),
        pytest.param("R: Would that work for you?", id="asked to agree"),
        pytest.param("R: That is the yard.", id="asked nothing"),
        pytest.param("R: What does it cost you today? Right, this is the yard.", id="asked before"),
        pytest.param("U: What does it cost you today?", id="asked by who knows whom"),
        pytest.param("C: What does it cost you today?", id="asked by a customer"),
    ],
)
def test_anything_else_that_goes_before_leaves_it_one(playbook, before):
    assert found(playbook, before, f"C: {HAPPY}")[0] == ["objection.status_quo"]


def test_an_answer_that_is_surely_an_objection_is_one(playbook):
    surely = "Our boss decides that sort of thing, and she is not one for new toys."
    assert found(playbook, "R: What does it cost you today?", f"C: {surely}")[0] == ["objection.authority"]


def test_what_a_pattern_names_outright_is_one(playbook):
    assert found(playbook, "R: And who uses it today?", "C: I have to ask my boss.")[0] == ["objection.authority"]


def test_a_few_words_must_be_fairly_sure(playbook):
    for said, sure in (("It's a lot of money.", True), ("That's a long contract.", False)):
        moments, tags = found(playbook, "R: That is the yard.", f"C: {said}")
        assert tags
        assert bool(moments) is sure


@pytest.mark.parametrize(
    "said", ["That's a long contract.", "Half of the team never opens anything we put on their phones."]
)
def test_what_is_doubtful_is_one_where_the_rep_meets_it(playbook, said):
    """A few words that a pattern found, and what its sound alone found."""
    passed_over, tags = found(playbook, f"C: {said}", "R: This is the yard.")
    assert tags
    assert passed_over == []
    assert len(found(playbook, f"C: {said}", "R: What worries you most about that?")[0]) == 1


def test_an_answer_goes_on_with_the_concern_that_was_asked_about(playbook):
    lines = (f"C: {HAPPY}", "R: What makes you say that?", f"C: {HAPPY}")
    assert found(playbook, *lines)[0] == ["objection.status_quo"]


def test_without_any_concern_there_is_nothing_to_acknowledge(playbook):
    turns = [
        Turn("rep", "What does it cost you today?", 0.0, 5.0),
        Turn("customer", PORTAL, 5.0, 10.0),
        Turn("rep", "So that is the shop, and this is the yard.", 10.0, 15.0),
        Turn("customer", "I see the yard, and the shop as well.", 15.0, 20.0),
    ]
    steps = {step.step: step.result for step in analyse(turns, playbook, type="conversation").steps}
    assert steps["objection_acknowledged"] == "not_applicable"
