"""Whole calls by seven writers whom nothing has learnt from: types, objections, steps and how moments are ranked."""

import itertools
import json
from collections import Counter
from pathlib import Path

import pytest

from nlp.analyse import analyse
from nlp.findings import Turn
from nlp.suggester.known import calls, moments

CALLS = [json.loads(line) for line in Path(__file__).with_name("whole_calls.jsonl").read_text().splitlines()]
OTHERS = ("voicemail", "gatekeeper", "support", "internal")  # every other call is a conversation
WORDS_PER_SECOND = 2.5


def timed(call):
    """Its turns, with times made up."""
    at, turns = 0.5, []
    for turn in call["turns"]:
        end = at + max(0.6, len(turn["text"].split()) / WORDS_PER_SECOND)
        turns.append(Turn(turn["speaker"], turn["text"], at, end))
        at = end + 0.4
    return turns


@pytest.fixture(scope="module")
def read(playbook):
    return [(call, analyse(timed(call), playbook)) for call in CALLS]


def test_the_type_of_each(read):
    wrong = [c["id"] for c, found in read if found.type.value != (c["type"] if c["type"] in OTHERS else "conversation")]
    assert len(wrong) <= 2, wrong


def test_objections(read):
    counts = Counter()
    for call, found in read:
        for number, turn in enumerate(call["turns"]):
            wanted, given = (
                {name for name in names if name.startswith("objection.")}
                for names in (turn["tags"], [tag.tag for tag in found.tags if tag.turn == number])
            )
            counts["there"] += bool(wanted)
            counts["found"] += bool(wanted and given)
            counts["right"] += bool(wanted & given)
            counts["none"] += turn["speaker"] == "customer" and not wanted
            counts["false"] += bool(given and not wanted)
    assert counts["found"] >= 0.67 * counts["there"]
    assert counts["right"] >= 0.54 * counts["there"]
    assert counts["false"] <= 0.09 * counts["none"]


def test_objections_in_moments(read):
    """Of those that people are shown, most are ones, and few are lost that a tag had found."""
    tagged, shown, wrong = 0, 0, 0
    for call, found in read:
        there = {
            number for number, turn in enumerate(call["turns"]) if any("objection." in tag for tag in turn["tags"])
        }
        heard = {tag.turn for tag in found.tags if tag.tag.startswith("objection.")}
        begun = {moment.turns[0] for moment in found.moments}
        tagged += len(there & heard)
        shown += len({turn for moment in found.moments for turn in moment.turns} & there & heard)
        wrong += len(begun - there)
    assert shown >= 0.88 * tagged
    assert wrong <= 0.3 * (wrong + tagged)


def test_steps_and_whom_they_blame(read):
    verdicts = [
        (wanted, next(step.result for step in found.steps if step.step == name))
        for call, found in read
        for name, wanted in call["steps"].items()
    ]
    assert sum(wanted == given for wanted, given in verdicts) >= 0.9 * len(verdicts)
    assert sum(wanted != "missed" == given for wanted, given in verdicts) <= len(verdicts) / 50


def test_what_was_handled_well_scores_above_what_was_not(read):
    scores = {True: [], False: []}
    for call, found in read:
        for told in call["handling"]:
            of_it = [m.score for m in found.moments if told["objection_turn"] in m.turns and m.score is not None]
            scores[told["quality"] == "good"] += [max(of_it)] if of_it else []
    pairs = list(itertools.product(scores[True], scores[False]))
    assert sum((good > weak) + 0.5 * (good == weak) for good, weak in pairs) >= 0.92 * len(pairs)


def test_nobody_has_taught_it_these_calls():
    known = {turn.text for told in (*calls(), *moments()) for turn in told.turns if len(turn.text.split()) > 8}
    assert not [turn["text"] for call in CALLS for turn in call["turns"] if turn["text"] in known]
