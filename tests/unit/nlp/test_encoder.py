"""The sentence encoder: what it is made of, that a sentence is judged alone, and how it does on lines nobody learnt from."""

import hashlib
import json
import re
import shutil
from itertools import chain
from pathlib import Path

import pytest

from nlp import encoder
from nlp.analyse import DEFAULT
from nlp.explain import explain
from nlp.findings import Turn
from nlp.playbook import load
from nlp.sentence_encoder.passages import passages
from nlp.suggester.as_said import fillers
from nlp.suggester.known import ours, taught
from nlp.tagger import hear, tag
from nlp.yamlfile import PlaybookError
from pipeline.phrases import add_exception, add_phrase
from tests.places import ROOT

HOME = ROOT / "nlp" / "sentence_encoder"
LINES = [json.loads(line) for line in Path(__file__).with_name("objection_lines.jsonl").read_text().splitlines()]
SHORT = [line for line in LINES if line["writer"] == 10]  # of few words, as they are said within a call
LONGER = [line for line in LINES if line["writer"] != 10]
UNWORDED = "Honestly, we'd sooner muddle along with the wallchart and a box of pins."


def plainly(text):
    return " ".join(re.sub(r"[^a-z0-9 ]", "", text.lower()).split())


def objections(playbook, *texts, speaker="customer"):
    turns = [Turn(speaker, text) for text in texts]
    return [one for one in tag(turns, hear(turns, playbook), playbook) if one.tag.startswith("objection.")]


def test_the_files_are_those_that_the_readme_names():
    told = (HOME / "README.md").read_text()
    for name in ("first.onnx", "rest.onnx"):
        assert f"`{hashlib.sha256((HOME / name).read_bytes()).hexdigest()}`" in told
    assert f"{len((HOME / 'vocabulary.txt').read_text().splitlines()):,} word pieces" in told
    assert "Apache License" in (HOME / "LICENSE").read_text()


def test_it_knows_every_kind_of_objection_and_any(playbook):
    kinds = {rule.id for rule in playbook.tags if rule.id.startswith("objection.")}
    assert set(encoder.packaged().tags) == {encoder.ANY, *kinds}


def test_nobody_has_taught_it_the_lines_that_it_is_measured_by():
    known = {plainly(one.text) for one in chain(ours(), taught())}
    assert not [line["text"] for line in LINES if plainly(line["text"]) in known]


def test_whole_turns_are_learnt_as_they_are_judged():
    story = (
        "We get forty deliveries a week. My brother counts them, which is a story of its own, and he is always right."
    )
    (alone, *rest) = passages(f"{story} {{price:And that is more than he earns.}} How's your mother, by the way?")
    assert (alone.text, alone.tag) == ("And that is more than he earns.", "objection.price")
    assert [one.tag for one in rest] == [None, "objection.price"]
    assert rest[1].text == f"{alone.text} How's your mother, by the way"
    assert {one.tag for one in passages(story)} == {None}
    assert [one.tag for one in passages("{need+risk:Not for us, and it scares me.}")][:2] == [
        "objection.need",
        "objection.risk",
    ]


def test_what_holds_only_the_rim_of_an_objection_is_not_learnt():
    other = [f"{first}{second}ring" for first in "bdfghjklm" for second in "aeiou"]
    run_on = (
        f"{' '.join(other[:15])} {{timing:one two three four five six seven eight nine ten}} {' '.join(other[15:])}"
    )
    _, *parts = passages(run_on)
    assert parts
    assert not any("one two" in part.text or "nine ten" in part.text for part in parts)


def test_no_turn_is_one_that_it_is_measured_by():
    told = {
        plainly(re.sub(r"\{[a-z_+]+:([^}]*)\}", r"\1", line)) for line in (HOME / "turns.txt").read_text().splitlines()
    }
    lines = [json.loads(line) for line in Path(__file__).with_name("whole_calls.jsonl").read_text().splitlines()]
    measured = [line["text"] for line in LINES] + [turn["text"] for call in lines for turn in call["turns"]]
    assert not [text for text in measured if len(text.split()) > 5 and plainly(text) in told]
    assert len(told) > 2500


def test_no_sentence_is_said_to_be_an_objection_and_none():
    said = {}
    for one in chain(ours(), taught()):
        said.setdefault(one.text, set()).add(one.tag is None)
    assert not [text for text, found in said.items() if len(found) > 1]


TWINS = (
    ("I'd be laughed out of the room with that figure.", "They laughed at my old car in the car park."),
    (
        "Our servers live in the basement and they're not moving.",
        "Our servers are in the basement, next to the boiler.",
    ),
    ("My partner would have to be sold on it as well.", "My partner's sold on it, so where do we sign?"),
    ("We got stung by one of these outfits before.", "We got stung by wasps on the terrace, I'm afraid."),
    ("Ask me again once the merger dust has settled.", "Ask me again at three, I've a call at two."),
    ("I can't see my lads bothering with a tablet.", "My lads can't put the tablet down."),
)


def test_it_hears_how_a_thing_is_meant():
    likely = encoder.packaged().likeness
    apart = [
        likely(objecting).get(encoder.ANY, 0) > likely(harmless).get(encoder.ANY, 0) + 0.2
        for objecting, harmless in TWINS
    ]
    assert sum(apart) >= len(TWINS) - 1


def test_most_harmless_sentences_are_let_go_early_and_hardly_an_objection():
    likely = encoder.packaged().likeness
    early = {bool(line["tags"]): [] for line in LINES}
    for line in LINES:
        early[bool(line["tags"])].append(not likely(line["text"]))
    assert sum(early[True]) < 0.03 * len(early[True])
    assert sum(early[False]) > 0.3 * len(early[False])  # these lines sound like objections on purpose


def test_a_sentence_is_judged_alone(playbook):
    texts = [line["text"] for line in LINES[:60]]
    together = {one.turn: (one.tag, one.rule) for one in objections(playbook, *texts)}
    for number, text in enumerate(texts):
        alone = {one.turn: (one.tag, one.rule) for one in objections(playbook, text)}
        assert alone.get(0) == together.get(number)


def test_what_no_pattern_reaches_is_tagged_with_the_nearest_known_sentence(playbook):
    found = [
        one for line in LINES for one in objections(playbook, line["text"]) if one.rule.startswith("sounds_like: ")
    ]
    assert len(found) > 50
    assert sum("like “" in one.rule for one in found) > 0.8 * len(found)


def test_only_what_customers_say_is_listened_to(playbook):
    texts = [line["text"] for line in LINES if line["tags"]][:100]
    assert objections(playbook, *texts)
    assert not objections(playbook, *texts, speaker="rep")


def test_a_turn_without_full_stops_is_judged_part_by_part(playbook):
    chat = "it has been a busy week here and the new lad started on monday so we are getting him trained up now " * 3
    said = "and we just can't justify spending that kind of money on it to be honest with you"
    (found,) = objections(playbook, f"{chat} {said} {chat}")
    assert found.tag == "objection.price"
    assert not objections(playbook, f"{chat} {chat}")


def test_a_rule_wants_patterns_or_likeness(tmp_path):
    folder = shutil.copytree(DEFAULT, tmp_path / "playbook")
    file = folder / "tags" / "objection.price.yml"
    file.write_text(re.sub(r"(?<=- id: sounds_like\n)    like: .*\n", "", file.read_text()))
    with pytest.raises(PlaybookError, match="needs patterns under 'say', or 'like'"):
        load(folder)


def test_a_phrase_that_a_team_adds_counts_whatever_the_encoder_says(tmp_path):
    said = "the parrot would have to learn Dutch"
    folder = shutil.copytree(DEFAULT, tmp_path / "playbook")
    file = folder / "tags" / "objection.price.yml"
    first = load(folder).tags[[rule.id for rule in load(folder).tags].index("objection.price")].rules[0].id
    file.write_text(add_phrase(file.read_text(), first, said))
    (found,) = objections(load(folder), f"Well, {said}.")
    assert found.tag == "objection.price"


def test_an_exception_that_a_team_adds_holds_for_what_only_sounds_like_it(playbook, tmp_path):
    (found,) = objections(playbook, UNWORDED)
    assert found.rule.startswith("sounds_like: like “")
    folder = shutil.copytree(DEFAULT, tmp_path / "playbook")
    file = folder / "tags" / f"{found.tag}.yml"
    file.write_text(add_exception(file.read_text(), "muddle along with the wallchart"))
    assert not objections(load(folder), UNWORDED)


def test_whoever_tries_a_sentence_is_told_that_it_is_not_meant_so(playbook):
    harmless = [line["text"] for line in LINES if not line["tags"]]
    stopped = [one for text in harmless[:120] for one in explain(text, "customer", playbook).stopped]
    assert [one for one in stopped if not one.meant and one.tag.startswith("objection.") and not one.by]
    assert all(one.meant for one in stopped if one.by)


def figures(playbook, lines, said=lambda text: text):
    """Of lines nobody learnt from, as they are said: shares found, found with the right kind, and falsely found."""
    want = right = found = clean = false = 0
    for line in lines:
        given = {one.tag for one in objections(playbook, said(line["text"]))}
        if line["tags"]:
            want += 1
            found += bool(given)
            right += bool(given & set(line["tags"]))
        else:
            clean += 1
            false += bool(given)
    return found / want, right / want, false / clean


def test_lines_by_writers_that_nobody_learnt_from(playbook):
    """A floor well below the figures of the benchmark, for the day that somebody teaches it anew."""
    found, right, false = figures(playbook, LONGER)
    assert found >= 0.82
    assert right >= 0.77
    assert false <= 0.05


def test_short_lines_that_say_little_by_themselves(playbook):
    found, right, false = figures(playbook, SHORT)
    assert found >= 0.65
    assert right >= 0.60
    assert false <= 0.14


@pytest.mark.parametrize(
    "lead", ["Right, okay. ", "Okay, thanks for explaining that. ", "Yeah, I mean, the way I see it: "]
)
def test_what_is_said_before_it_changes_little(playbook, lead):
    assert lead.strip() not in fillers()["before"]  # it has not learnt this one
    found, _, false = figures(playbook, LONGER, lambda text: lead + text)
    assert found >= 0.81
    assert false <= 0.06
