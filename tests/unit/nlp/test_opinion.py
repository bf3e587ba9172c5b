"""The second opinion: patterns count where a sentence is meant that way, for customers and for reps."""

import pytest

from nlp import encoder
from nlp.analyse import analyse
from nlp.findings import Turn
from nlp.suggester.features import of_text
from nlp.suggester.known import replies
from nlp.suggester.opinion import Judged, packaged, packaged_replies


def tags(playbook, speaker, text):
    return {tag.tag: tag.rule for tag in analyse([Turn(speaker, text)], playbook).tags}


@pytest.mark.parametrize(
    "text", ["The price is on the website.", "We spend about two grand a month on diesel.", "I'm very well, thanks."]
)
def test_a_subject_alone_is_no_objection(playbook, text):
    assert not [tag for tag in tags(playbook, "customer", text) if tag.startswith("objection.")]


def test_what_counts_by_likeness_alone_tells_the_known_sentence_where_one_is_near(playbook):
    alike = [
        rule
        for text in (one.text for one in replies() if one.tag == "handling.explore")
        for tag, rule in tags(playbook, "rep", text).items()
        if tag == "handling.explore" and rule.startswith("sounds_like")
    ]
    told = [rule for rule in alike if rule.startswith("sounds_like: like “")]
    assert len(told) >= 0.8 * len(alike) > 0
    assert {rule for rule in alike if rule not in told} <= {"sounds_like: the sentence as a whole"}


def test_what_stops_one_find_does_not_stop_another_far_from_it(playbook):
    said = "For the record, I agree with you and just so you know, this call is recorded"
    assert "step.recording_disclosure" in tags(playbook, "rep", said)


def test_an_exception_far_from_a_part_of_a_very_long_sentence_does_not_matter(playbook, monkeypatch):
    likely = {encoder.ANY: 1.0, "objection.price": 1.0}
    price = "there is no way that i hand over that much cash to anybody for a thing like this one"
    monkeypatch.setattr(Judged, "likeness", lambda _, text: likely if "much cash" in text else {})
    said = " ".join(["we had the vans out in the yard this morning before the rain came"] * 2 + [price])
    bye = "we have the vans out in the yard again tomorrow i suppose so then speak to you later"
    for text in (said, f"{said} {bye}"):
        assert "objection.price" in tags(playbook, "customer", text)


def test_how_a_sentence_is_meant_is_seen():
    said, asked = of_text("The price isn't too high for them."), of_text("Was the price too high?")
    assert {"denied: ", "theirs: ", "theirs: <money>"} <= said
    assert {"past: ", "asked: "} <= asked
    assert not {"asked: ", "past: "} & said


def test_each_classifier_knows_its_own_tags():
    assert all(tag.startswith("objection.") for tag in packaged().tags)
    assert {tag.partition(".")[0] for tag in packaged_replies().tags} == {"handling", "step"}
