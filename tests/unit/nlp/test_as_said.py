"""Sentences as people say them: what is put before and behind, and that it means nothing."""

import random

import pytest

from nlp import encoder
from nlp.suggester.as_said import BARE, LED, TAILED, as_said, bare, fillers, led, tailed

SAID = "The dean signs for those"


@pytest.mark.parametrize(
    ("lead", "text", "whole"),
    [
        ("Right.", SAID, "Right. The dean signs for those"),
        ("Well,", SAID, "Well, the dean signs for those"),
        ("Well,", "I'd ask her", "Well, I'd ask her"),
        ("Well,", "HubSpot does it", "Well, HubSpot does it"),
        ("Um,", "", "Um, "),
    ],
)
def test_a_lead_goes_before(lead, text, whole):
    assert led(lead, text) == whole


@pytest.mark.parametrize(
    ("text", "tail", "whole"),
    [
        (SAID, "I'd say", "The dean signs for those, I'd say"),
        (SAID, "Okay?", "The dean signs for those. Okay?"),
        ("Who signs?", "Thanks.", "Who signs? Thanks."),
        ("Who signs?", "I think", "Who signs?"),
    ],
)
def test_a_tail_goes_behind(text, tail, whole):
    assert tailed(text, tail) == whole


def test_what_a_recogniser_leaves_of_it():
    assert bare("Well, it's £50 - isn't it?") == "well it's 50  isn't it"


def test_the_words_stay_and_come_in_their_order():
    chance = random.Random(3)
    heard = [as_said(SAID, chance) for _ in range(2000)]
    assert all(bare(SAID) in bare(one) for one in heard)
    plain = sum(one == SAID for one in heard) / len(heard)
    assert abs(plain - (1 - LED) * (1 - TAILED) * (1 - BARE)) < 0.05
    assert heard[:50] == [as_said(SAID, again) for again in [random.Random(3)] for _ in range(50)]


def test_fillers_alone_are_no_objection():
    every = {one for place in ("before", "behind") for one in fillers()[place]}
    assert len(every) > 80
    likely = encoder.packaged().likeness
    assert not [one for one in every if likely(one).get(encoder.ANY, 0) > 0.5]
