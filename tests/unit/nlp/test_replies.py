"""What reps say, on lines by two writers that nobody learnt from: handling and steps, by patterns and by likeness."""

import json
import shutil
from itertools import chain
from pathlib import Path

import pytest

from nlp.analyse import DEFAULT
from nlp.explain import explain
from nlp.findings import Turn
from nlp.playbook import load
from nlp.suggester import opinion
from nlp.suggester.known import replies
from nlp.tagger import hear, tag
from pipeline.phrases import add_phrase, pattern_of
from tests.unit.nlp.test_encoder import plainly

LINES = [json.loads(line) for line in Path(__file__).with_name("reply_lines.jsonl").read_text().splitlines()]


def heard(playbook, speaker="rep"):
    turns = [Turn(speaker, line["text"]) for line in LINES]
    found = [set() for _ in turns]
    for one in tag(turns, hear(turns, playbook), playbook):
        found[one.turn].add(one.tag)
    return found


@pytest.fixture(scope="module")
def found(playbook):
    return heard(playbook)


def test_nobody_has_taught_it_these_lines():
    known = {plainly(one.text) for one in replies()}
    assert not [line["text"] for line in LINES if plainly(line["text"]) in known]


def test_a_reply_that_is_none_of_them_is_said_to_be_nothing_else():
    said = {}
    for one in replies():
        said.setdefault(one.text, set()).add(one.tag is None)
    assert not [text for text, nothing in said.items() if len(nothing) > 1]


@pytest.mark.parametrize(
    ("writer", "family", "recall", "precision"),
    [
        (1, "handling.", 0.73, 0.77), (1, "step.", 0.79, 0.83), (2, "handling.", 0.80, 0.61), (2, "step.", 0.71, 0.79),
        (3, "step.", 0.55, 0.88),
    ],
)  # fmt: skip
def test_most_of_what_reps_do_is_heard_and_rightly(found, writer, family, recall, precision):
    """The first wrote single lines, the second whole calls, two in three of whose sentences are nothing; the third
    steps as oddly worded as could be.
    """
    own = [(line, names) for line, names in zip(LINES, found, strict=True) if line["writer"] == writer]
    wanted = [{name for name in line["tags"] if name.startswith(family)} for line, _ in own]
    given = [{name for name in names if name.startswith(family)} for _, names in own]
    right = sum(len(want & got) for want, got in zip(wanted, given, strict=True))
    assert right >= recall * sum(map(len, wanted))
    assert right >= precision * sum(map(len, given))


def test_without_likeness_patterns_hear_far_less(playbook, found):
    """So that the rules without patterns are worth their place."""
    right = sum(len(set(line["tags"]) & names) for line, names in zip(LINES, found, strict=True))
    by_sound = 0
    for line in LINES:
        by_sound += any(one.rule.startswith("sounds_like") for one in explain(line["text"], "rep", playbook).tags)
    assert by_sound > 0.15 * right


def test_what_is_twice_as_like_another_thing_is_that(playbook, found, monkeypatch):
    monkeypatch.setattr(opinion, "TWICE", 1_000)
    opinion.forget()
    anything = heard(playbook)
    opinion.forget()
    dropped = [
        name in line["tags"] for line, kept, names in zip(LINES, found, anything, strict=True) for name in names - kept
    ]
    lost = sum(dropped)
    assert len(dropped) >= 20
    assert lost <= 0.25 * len(dropped)


def test_customers_and_unknown_voices_are_not_taken_for_reps_by_likeness(playbook):
    """A customer's never; of a voice that is not known only patterns may say it."""
    assert not {name for name in chain.from_iterable(heard(playbook, "customer")) if name.startswith("handling.")}
    turns = [Turn("unknown", line["text"]) for line in LINES]
    tags = tag(turns, hear(turns, playbook), playbook)
    assert not [one for one in tags if one.rule.startswith("sounds_like")]


@pytest.mark.parametrize("name", sorted({name for line in LINES for name in line["tags"]}))
def test_a_phrase_that_a_team_adds_counts_whatever_the_classifier_says(playbook, tmp_path, name):
    """What the page writes, into the rule that it offers first; only an exception of the tag's own can stop it."""
    first = next(one for one in playbook.tags if one.id == name).rules[0]
    assert first.like == 0
    missed = [line["text"] for line in LINES if name in line["tags"] and name not in _tags(line["text"], playbook)][:3]
    folder = shutil.copytree(DEFAULT, tmp_path / "playbook")
    file = folder / "tags" / f"{name}.yml"
    for said in missed:
        file.write_text(add_phrase(file.read_text(), first.id, pattern_of(said)))
    made = load(folder)
    for said in missed:
        stopped = {one.tag for one in explain(said, "rep", made).stopped if one.by}
        assert name in _tags(said, made) | stopped, said


def _tags(said, playbook):
    return {one.tag for one in explain(said, "rep", playbook).tags}
