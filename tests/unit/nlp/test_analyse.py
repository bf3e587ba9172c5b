import dataclasses
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.analyse import analyse
from nlp.findings import Turn, Word


def call(*lines, seconds=4.0, gap=0.5, speakers=None):
    """Turns of ``seconds`` each; "R:" and "C:" name the side."""
    turns, at = [], 0.0
    for line in lines:
        side, text = line.split(": ", 1)
        turns.append(Turn(speakers or {"R": "rep", "C": "customer"}[side], text, at, at + seconds))
        at += seconds + gap
    return turns


GOOD = (
    "R: Hi Anna, it's Tom from Northgate. This call is recorded.",
    "R: The plan for today is your numbers first, then a short demo, then questions.",
    "C: Fine.",
    "R: How do you handle bookings at the moment?",
    "C: Two people with a notebook.",
    "R: And what happens when one of them is off sick?",
    "C: Chaos.",
    "C: But look, it's too expensive for us.",
    "R: That's a fair worry, it is a big jump. Too expensive compared with what?",
    "C: With the notebook.",
    "R: One of our customers saved four hundred a month. Does that settle the worry about price?",
    "C: Yes, that helps.",
    "R: So what I heard is two people, one notebook, and it has to pay for itself.",
    "C: Right.",
    "R: I'll send the quote tonight and call you on Thursday at ten.",
    "C: Good.",
    "R: Thanks for your time, bye.",
    "C: Bye.",
)


def steps(findings):
    return {s.step: s.result for s in findings.steps}


def test_a_good_call(playbook):
    found = analyse(call(*GOOD), playbook)
    assert found.type.value == "conversation"
    assert set(steps(found).values()) == {"done"}
    (moment,) = found.moments
    assert moment.tag == "objection.price"
    assert moment.score == 10
    assert moment.faults == ()
    assert moment.reaction == "positive"
    assert moment.turns[0] == 7
    assert moment.why.startswith("The rep named the concern")
    price = next(t for t in found.tags if t.tag == "objection.price")
    assert GOOD[7][3:][price.start_char : price.end_char] == price.quote
    assert price.rule.split(":")[0]


def test_a_side_that_is_not_known_keeps_its_objections_and_blames_nobody(playbook):
    found = analyse(call(*GOOD, speakers="unknown"), playbook)
    assert any(t.tag == "objection.price" and t.speaker == "unknown" for t in found.tags)
    assert {m.score for m in found.moments} == {None}
    assert not {"missed"} & set(steps(found).values())
    assert found.metrics.rep is None


def test_the_rep_makes_no_objection(playbook):
    found = analyse(call("R: It's too expensive for us, you said.", "C: Right.", "R: Bye."), playbook)
    assert not [t for t in found.tags if t.tag.startswith("objection")]


def test_a_recording_that_is_cut_cannot_tell_the_end(playbook):
    found = steps(analyse(call(*GOOD[:12]), playbook))
    assert found["next_step"] == found["recap"] == found["closing"] == "cannot_tell"
    assert found["greeting"] == "done"


def test_no_objection_leaves_acknowledging_out(playbook):
    lines = [line for line in GOOD if "expensive" not in line and "worry" not in line]
    assert steps(analyse(call(*lines), playbook))["objection_acknowledged"] == "not_applicable"


def test_an_announcement_counts_as_disclosure(playbook):
    turns = call(
        "C: This call may be recorded for quality.", *[line.replace(" This call is recorded.", "") for line in GOOD]
    )
    step = next(s for s in analyse(turns, playbook).steps if s.step == "recording_disclosure")
    assert (step.result, step.why) == ("done", "Announced by the system.")


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (
            (
                "C: I can't take your call right now, leave a message after the tone.",
                "R: Hi, it's Tom, I'll try Monday.",
            ),
            "voicemail",
        ),
        (("R: Support, how can I help?", "C: I forgot my password.", "R: What's your account number?"), "support"),
        (
            ("R: Can you put me through to the owner?", "C: What's it regarding?", "C: She doesn't take calls."),
            "gatekeeper",
        ),
    ],
)
def test_types(playbook, lines, kind):
    found = analyse(call(*lines), playbook)
    assert found.type.value == kind
    assert "“" in found.type.why
    assert set(steps(found).values()) == {"not_applicable"}


def test_a_type_set_by_a_person_wins(playbook):
    assert set(steps(analyse(call(*GOOD), playbook, type="internal")).values()) == {"not_applicable"}


def test_faults(playbook):
    turns = call(
        "C: It's too expensive for us.", "R: I can do twenty percent off if you like.", "C: Hm.", "R: The next tab is maps.", "C: Okay.",
        "R: Bye.", seconds=10,
    )  # fmt: skip
    (moment,) = analyse(turns, playbook).moments
    assert "discounted_at_once" in moment.faults
    over = [turns[0], dataclasses.replace(turns[1], start=5.0, end=90.0), *turns[2:]]
    (moment,) = analyse(over, playbook, duration=200).moments
    assert {"talked_over", "monologue", "discounted_at_once"} <= set(moment.faults)
    assert moment.score == 0


def test_the_last_seconds_are_not_judged(playbook):
    (moment,) = analyse(call("R: Hello.", "C: It's too expensive for us.", "R: Bye."), playbook).moments
    assert moment.score is None
    assert moment.why.startswith("Not judged")


def test_neighbouring_turns_with_one_concern_are_one_moment(playbook):
    turns = call(
        "C: It's too expensive for us.",
        "R: Mm-hm.",
        "C: We don't have the budget.",
        "R: Compared with what?",
        *["C: Well."] * 5,
    )
    (moment,) = analyse(turns, playbook).moments
    assert moment.turns[:3] == (0, 1, 2)


def test_times_come_from_words(playbook):
    words = tuple(Word(i, i + 0.5, w) for i, w in enumerate(["I", "said", "it", "is", "too", "expensive"]))
    (tag,) = [
        t
        for t in analyse([Turn("customer", "I said it is too expensive", 0, 6, words)], playbook).tags
        if "price" in t.tag
    ]
    assert tag.end == 5.5
    assert tag.start == 2  # "it is too expensive"


def test_times_without_words_are_in_proportion_and_without_turn_times_none(playbook):
    text = "Well, it is too expensive"
    (tag,) = [t for t in analyse([Turn("customer", text, 10, 20)], playbook).tags if "price" in t.tag]
    assert 10 < tag.start < tag.end <= 20
    (tag,) = [t for t in analyse([Turn("customer", text)], playbook).tags if "price" in t.tag]
    assert tag.start is tag.end is None


def test_offsets_are_code_points(playbook):
    text = "🙂🙂 ça… it's too expensive 🙂"
    (tag,) = [t for t in analyse([Turn("customer", text)], playbook).tags if "price" in t.tag]
    assert text[tag.start_char : tag.end_char] == tag.quote
    assert "expensive" in tag.quote


def test_metrics(playbook):
    turns = [Turn("rep", "What do you use today", 0, 2), Turn("customer", "Paper and pens mostly", 3, 9)]
    metrics = analyse(turns, playbook, duration=10).metrics
    assert metrics.rep.talk_share == 0.25
    assert metrics.customer.patience_s == 1.0
    assert metrics.rep.open_questions == 1
    assert metrics.customer.questions == 0
    assert metrics.switches_per_minute == 6.0


def test_no_turns(playbook):
    found = analyse([], playbook)
    assert found.tags == found.moments == ()
    assert set(steps(found).values()) == {"cannot_tell"}


turns_of_anything = st.lists(
    st.builds(
        Turn,
        st.sampled_from(["rep", "customer", "unknown"]),
        st.one_of(st.text(max_size=200), st.sampled_from([line[3:] for line in GOOD]), st.just("¶ ¶. ¶?")),
        st.none() | st.floats(0, 1e4),
        st.none() | st.floats(0, 1e4),
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns_of_anything)
def test_anything_can_be_analysed_and_twice_is_the_same(playbook, turns):
    found = analyse(turns, playbook)
    for tag in found.tags:
        text = turns[tag.turn].text
        assert 0 <= tag.start_char < tag.end_char <= len(text)
        assert text[tag.start_char : tag.end_char] == tag.quote
    for moment in found.moments:
        assert list(moment.turns) == sorted(moment.turns)
        assert moment.score is None or 0 <= moment.score <= 10
    first, second = (json.dumps(dataclasses.asdict(f)) for f in (found, analyse(turns, playbook)))
    assert first == second


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([line[3:] for line in GOOD]), st.sampled_from([line[3:] for line in GOOD]))
def test_a_tag_does_not_depend_on_its_neighbours(playbook, first, second):
    def tags(*texts):
        found = analyse([Turn("rep", t) for t in texts], playbook).tags
        return [(t.tag, t.quote) for t in found if t.turn == len(texts) - 1]

    assert tags(second) == tags(first, second)


def test_a_turn_of_thirty_thousand_words(playbook):
    text = "so we talked about the colour of the new chairs " * 3000 + "it is too expensive for us"
    found = analyse([Turn("customer", text)], playbook)
    assert any(t.tag == "objection.price" for t in found.tags)
