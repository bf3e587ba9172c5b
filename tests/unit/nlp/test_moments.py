"""Moments: what a reply holds, what went wrong in it, and the sum that comes of it."""

import dataclasses

import pytest

from nlp import score
from nlp.analyse import analyse
from nlp.findings import Parts, Turn
from tests.talk import SMALL_TALK, talk


def call(*lines, seconds=5.0, gap=0.5):
    """Turns, with small talk after them, so that all can be judged."""
    return talk(*lines, *SMALL_TALK, seconds=seconds, gap=gap)


def moments(playbook, *lines):
    turns = lines[0] if isinstance(lines[0], list) else call(*lines)
    return analyse(turns, playbook, duration=turns[-1].end + 30).moments


PRICE = "C: It's too expensive for us."
WELL = (
    PRICE,
    "R: It's a big jump for a small practice. Compared with what, if I may ask?",
    "C: With the notebook.",
    "R: One of our customers saved four hundred a month in the first quarter. Does that settle the price for you?",
    "C: Yes, that helps.",
)


def test_each_part_carries_the_sentence_in_which_it_was_heard(playbook):
    (moment,) = moments(playbook, *WELL)
    assert moment.parts == Parts(
        acknowledge="It's a big jump for a small practice.",
        explore="Compared with what, if I may ask?",
        respond="One of our customers saved four hundred a month in the first quarter.",
        confirm="Does that settle the price for you?",
    )
    assert moment.exemplar
    assert moment.reaction == "positive"


def test_the_score_is_the_sum_of_its_points_and_the_reason_tells_each(playbook):
    for lines in (WELL, (PRICE, "R: I can do twenty percent off."), (PRICE, "R: Compared with what?", "C: Ours.")):
        (moment,) = moments(playbook, *lines)
        assert moment.score == max(0, min(score.MOST, sum(p.points for p in moment.points)))
        assert all(p.why in moment.why for p in moment.points)
        absent = moment.why.partition("not heard: ")[2].partition(";")[0]
        for name, (_, wanted) in score.PARTS.items():
            heard = any(p.name == name for p in moment.points)
            assert heard is (getattr(moment.parts, name) is not None)
            assert not (heard and wanted in absent)
            assert heard or wanted in absent or moment.why.startswith("No part")


def test_asking_and_checking_weigh_more_than_naming():
    weight = {name: point.points for name, (point, _) in score.PARTS.items()}
    assert min(weight["explore"], weight["confirm"]) > weight["respond"] > weight["acknowledge"] > 0


@pytest.mark.parametrize("reply", ["I understand.", "I understand, but our people are lovely.", "Sure, sure.", "Okay."])
def test_a_bare_i_understand_earns_nothing(playbook, reply):
    (moment,) = moments(playbook, PRICE, f"R: {reply}")
    assert moment.parts.acknowledge is None
    assert moment.score == 0


def test_a_concern_that_comes_back_is_no_exemplar(playbook):
    first, _ = moments(playbook, *WELL, "R: So here is the yard.", "C: Well, I still say it's too expensive.", "R: Hm.")
    assert [p.name for p in first.points][-1] == "returned"
    assert not first.exemplar


def test_a_negative_reaction_is_no_exemplar(playbook):
    (moment,) = moments(playbook, *WELL[:-1], "C: No, that doesn't answer my question.")
    assert moment.reaction == "negative"
    assert moment.score >= score.EXEMPLARY
    assert not moment.exemplar


def test_conceding_is_no_fault_and_changing_the_subject_is(playbook):
    (conceded,) = moments(playbook, PRICE, "R: Then we're not the right fit for you.")
    (changed,) = moments(playbook, PRICE, "R: And then there are the tiles.")
    assert conceded.faults == ()
    assert changed.faults == ("ignored",)


def test_a_discount_after_a_question_is_no_fault(playbook):
    (asked,) = moments(
        playbook, PRICE, "R: Compared with what?", "C: The old one.", "R: I could do ten percent off then."
    )
    (at_once,) = moments(playbook, PRICE, "R: I could do ten percent off then.")
    assert "discounted_at_once" not in asked.faults
    assert "discounted_at_once" in at_once.faults


def test_a_nod_talks_over_nobody_and_ends_no_monologue(playbook):
    turns = call(PRICE, "R: Mm-hm.", "R: And then there are the tiles.", "C: Okay.", "R: And the chairs.")
    nod = [turns[0], dataclasses.replace(turns[1], start=3.0, end=3.5), *turns[2:]]
    assert "talked_over" not in moments(playbook, nod)[0].faults
    over = [turns[0], dataclasses.replace(turns[2], start=3.0), *turns[3:]]
    assert "talked_over" in moments(playbook, over)[0].faults
    apart = [dataclasses.replace(t, start=i * 40.0, end=i * 40.0 + 39) for i, t in enumerate(turns)]
    apart = [apart[0], *apart[2:5]]
    shifted = [dataclasses.replace(t, start=i * 40.0, end=i * 40.0 + 39) for i, t in enumerate(apart)]
    assert "monologue" in moments(playbook, [*shifted, Turn("customer", "Right then.", 200, 210)])[0].faults


def test_the_reply_ends_at_the_next_topic(playbook):
    (moment,) = moments(
        playbook,
        PRICE,
        "R: Compared with what?",
        "C: The old one.",
        "R: I'll send you the contract on Monday.",
        "C: Fine.",
        "R: Does that settle it?",
    )
    assert moment.turns == (0, 1, 2)
    assert moment.parts.confirm is None


def test_who_spoke_must_be_known(playbook):
    (moment,) = moments(playbook, PRICE, "U: Compared with what?", "U: The old one.")
    assert moment.score is not None  # the rep speaks later on
    turns = [dataclasses.replace(t, speaker="unknown") if t.speaker == "rep" else t for t in call(*WELL)]
    moment = moments(playbook, turns)[0]
    assert moment.score is None
    assert moment.points == ()
    assert "not known" in moment.why


def test_a_long_sentence_without_stops_is_quoted_around_what_was_heard(playbook):
    around = "and then the one in the yard with the two green doors goes off to the left of the shed "
    (moment,) = moments(playbook, PRICE, f"R: {around * 4} compared with what you know {around * 4}".replace(".", ""))
    quote = moment.parts.explore or moment.parts.respond
    if quote is not None:
        assert len(quote.split()) <= 50


def test_a_nod_before_the_next_concern_is_no_reply_to_blame(playbook):
    lines = (
        PRICE,
        "R: Mm-hm.",
        "C: And my boss would have to approve it anyway.",
        "R: So it's the price and your boss. What number would work for the two of you?",
    )
    first, second = moments(playbook, *lines)
    assert (first.score, first.faults) == (None, ())
    assert "another concern" in first.why
    assert second.parts.explore
    (only, _) = moments(playbook, PRICE, "R: Let me show you the yard first.", *lines[2:])
    assert only.score is not None


AGAIN = "C: We pay Acme half of that, so it's too expensive."
EVIDENCE = "R: Fenwick, a customer like you, saved thirty percent in a year."


def test_a_concern_that_answers_the_reps_question_goes_on(playbook):
    (moment,) = moments(playbook, PRICE, "R: Compared to what?", AGAIN, EVIDENCE)
    assert moment.parts.explore == "Compared to what?"
    assert moment.parts.respond
    assert moment.turns[:4] == (0, 1, 2, 3)
    assert "came back" not in moment.why


def test_a_concern_that_comes_back_after_an_answer_is_another_moment(playbook):
    first, second = moments(playbook, PRICE, "R: Compared to what?", "C: Acme.", EVIDENCE, AGAIN, EVIDENCE)
    assert "came back" in first.why
    assert second.parts.explore is None
    first, second = moments(playbook, PRICE, "R: Compared to what?", "C: Acme.", "R: I see, thanks for that.", AGAIN)
    assert first.parts.explore


def test_what_the_rep_asks_within_a_moment_names_no_concern(playbook):
    """Only what the rep takes up of the customer's words does."""
    (moment,) = moments(
        playbook, PRICE, "R: Compared to what, which invoices?", AGAIN, "R: Those invoices. What did they say?"
    )
    assert moment.parts.explore
    assert moment.parts.acknowledge is None
