"""Steps: windows, order, conditions, and when a miss can't be told."""

import dataclasses
import shutil

import pytest

from nlp.analyse import DEFAULT, analyse
from nlp.findings import Word
from nlp.playbook import load
from nlp.yamlfile import PlaybookError
from tests.talk import talk

TALK = "The yard is round the back of the shop, next to the old mill."


def call(*lines):
    return talk(*lines, seconds=6.0)


def step(playbook, name, turns, **more):
    return next(s for s in analyse(turns, playbook, **more).steps if s.step == name)


def with_step(tmp_path, file, **keys):
    """The default playbook with keys of one step changed."""
    folder = tmp_path / "playbook"
    shutil.copytree(DEFAULT, folder)
    path = folder / "steps" / file
    text = "\n".join(line for line in path.read_text(encoding="utf-8").split("\n") if line.split(":")[0] not in keys)
    path.write_text(text + "".join(f"{key}: {value}\n" for key, value in keys.items()), encoding="utf-8")
    return load(folder)


HELLO = "R: Hi Ruth, it's Colin from Marlow Parts."
BYE = "R: Thanks for your time, bye."


def test_a_greeting_after_its_window_is_missed_and_shown(playbook):
    late = [f"{'RC'[i % 2]}: {TALK}" for i in range(10)]
    found = step(playbook, "greeting", call(*late, HELLO, BYE))
    assert (found.result, found.turn) == ("missed", 10)
    assert "Marlow" in found.quote
    assert step(playbook, "greeting", call(HELLO, *late, BYE)).result == "done"


def test_a_miss_shows_what_was_nearly_enough(playbook):
    found = step(playbook, "next_step", call(HELLO, f"C: {TALK}", "R: I'll send something over.", "C: Okay.", BYE))
    assert (found.result, found.turn, found.quote) == ("missed", 2, "I'll send something over.")


def test_a_miss_of_acknowledging_shows_the_reply(playbook):
    lines = (HELLO, "C: It's too expensive for us.", "R: And then there are the tiles.", *[f"C: {TALK}"] * 4, BYE)
    found = step(playbook, "objection_acknowledged", call(*lines))
    assert (found.result, found.turn) == ("missed", 2)


def test_questions_count_before_the_pitch(playbook):
    asked = ("R: How do you handle returns today?", "C: By hand.", "R: Where do the mistakes come from?", "C: Paper.")
    pitch = ("R: So what we do is sort them for you.", "C: Okay.")
    assert step(playbook, "discovery", call(HELLO, *asked, *pitch, BYE)).result == "done"
    found = step(playbook, "discovery", call(HELLO, *pitch, *asked, BYE))
    assert (found.result, found.turn) == ("missed", 3)


def test_a_recording_that_is_cut_blames_nobody_for_the_end(playbook):
    cut = call(HELLO, *[f"C: {TALK}"] * 6)
    assert {step(playbook, s, cut).result for s in ("next_step", "recap", "closing")} == {"cannot_tell"}
    assert step(playbook, "discovery", cut).result == "missed"


def test_a_short_recording_may_be_cut_too(playbook):
    turns = call(HELLO, "C: We run forty vans out of the old mill.", "R: What does planning look like today and")
    assert step(playbook, "next_step", turns).result == "cannot_tell"


@pytest.mark.parametrize(
    ("end", "result"),
    [
        ("C: Sounds good.", "missed"),
        ("R: I'll ring off now", "missed"),
        ("C: We have forty vans and", "cannot_tell"),
        ("C: We have forty vans...", "cannot_tell"),
        ("R: Well let me see what I can", "cannot_tell"),
        ("C: Forty, I think, or", "cannot_tell"),
        (f"C: {TALK}", "cannot_tell"),
    ],
)
def test_a_call_that_ends_in_few_words_is_not_cut(playbook, end, result):
    turns = call(HELLO, *[f"C: {TALK}"] * 6, "R: Lovely to hear.", end)
    assert step(playbook, "next_step", turns).result == result


def test_a_call_that_ends_with_an_answer_is_cut(playbook):
    for said, result in (("How many vans do you run?", "cannot_tell"), ("You run forty vans.", "missed")):
        turns = call(HELLO, *[f"C: {TALK}"] * 6, f"R: {said}", "C: Forty of them.")
        assert step(playbook, "next_step", turns).result == result


def test_a_recap_at_the_beginning_is_none(playbook):
    recap, talk = "R: So to recap, you have forty vans and two depots.", [f"C: {TALK}"] * 8
    assert step(playbook, "recap", call(HELLO, recap, *talk, BYE)).result == "missed"
    assert step(playbook, "recap", call(HELLO, *talk, recap, BYE)).result == "done"


def test_a_day_named_at_the_beginning_is_no_next_step(playbook):
    day, talk = "R: I'll send you the invite for Tuesday at ten.", [f"C: {TALK}"] * 8
    assert step(playbook, "next_step", call(HELLO, day, *talk, BYE)).result == "missed"
    assert step(playbook, "next_step", call(HELLO, *talk, day, BYE)).result == "done"


def test_what_somebody_unknown_said_was_perhaps_the_rep(playbook):
    talk = [f"{'RC'[i % 2]}: {TALK}" for i in range(24)]
    invite = "U: So I will send you the invite for Tuesday at ten."
    found = step(playbook, "next_step", call(HELLO, *talk, invite, BYE))
    assert (found.result, found.turn) == ("cannot_tell", 25)
    assert "not known who said" in found.why
    assert step(playbook, "next_step", call(HELLO, *talk, BYE)).result == "missed"


def test_a_pattern_that_stands_in_two_contexts_is_heard_as_both(tmp_path):
    folder = tmp_path / "playbook"
    shutil.copytree(DEFAULT, folder)
    both = "\n  wrap_up:\n    - so long for now\n  goodbye:\n    - so long for now"
    for name, old, new in (
        ("playbook.yml", "\n  goodbye:", both),
        ("steps/recap.yml", "\nwhy:", "\nbefore: [wrap_up]\nwhy:"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    playbook = load(folder)
    recap = "R: So to recap, you have forty vans and two depots."
    late = call(HELLO, "R: Okay, so long for now.", recap, "C: Right.")
    assert step(playbook, "recap", late).result == "missed"
    assert step(playbook, "next_step", late).result == "missed"  # not cut: it was a goodbye
    assert step(playbook, "recap", call(HELLO, recap, "C: Right.", "R: Okay, so long for now.")).result == "done"


def test_doubtful_speakers_matter_only_where_the_step_belongs(playbook):
    lines = [f"{'RC'[i % 2]}: {TALK}" for i in range(12)]
    early = call("U: Hello there, good to hear from the two of you again.", *lines, BYE)
    assert step(playbook, "greeting", early).result == "cannot_tell"
    assert step(playbook, "closing", early).result == "done"
    late = call(*lines, f"U: {TALK}", BYE)
    assert step(playbook, "greeting", late).result == "missed"


@pytest.mark.parametrize("by", ["flag", "probability"])
def test_where_the_recogniser_was_not_sure_a_miss_cannot_be_told(playbook, by):
    turns = call(f"R: {TALK}", f"C: {TALK}", BYE)
    words = tuple(Word(0.1 * i, 0.1 * i + 0.1, w, 0.2) for i, w in enumerate(TALK.split()))
    unsure = {"flag": {"flags": ("unsure",)}, "probability": {"words": words}}[by]
    assert step(playbook, "greeting", turns).result == "missed"
    found = step(playbook, "greeting", [dataclasses.replace(turns[0], **unsure), *turns[1:]])
    assert (found.result, found.why) == ("cannot_tell", "Can't tell: too little was heard clearly.")


def test_an_announcement_by_the_system_counts(playbook):
    found = step(playbook, "recording_disclosure", call("C: This call may be recorded for training.", HELLO, BYE))
    assert (found.result, found.turn, found.why) == ("done", 0, "Announced by the system.")


def test_windows_as_shares_and_before_and_after(tmp_path, playbook):
    ask = "R: How do you handle returns today?"
    lines = call(HELLO, ask, *[f"C: {TALK}"] * 6, ask, BYE)
    one = {"at_least": 1, "before": "[]"}
    for keys, wanted in (
        ({"first_share": 0.3}, 1),
        ({"last_share": 0.3}, 8),
        ({"after": "[step.greeting]"}, 1),
        ({"last_s": 20}, 8),
    ):
        compiled = with_step(tmp_path, "discovery.yml", **one, **keys)
        assert step(compiled, "discovery", lines).turn == wanted
        shutil.rmtree(tmp_path / "playbook")
    compiled = with_step(tmp_path, "discovery.yml", at_least=1, before="[step.greeting]")
    assert step(compiled, "discovery", lines).result == "missed"


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"first_share": 3}, "share"),
        ({"before": "[step.nothing]"}, "step.nothing"),
        ({"instead": "nobody"}, "nobody"),
        ({"evidence": "[announcement]"}, "no tag 'announcement'"),
    ],
)
def test_a_step_that_names_nothing_is_refused(tmp_path, keys, problem):
    with pytest.raises(PlaybookError, match=problem):
        with_step(tmp_path, "greeting.yml", **keys)


def test_no_objection_no_acknowledging(playbook):
    assert step(playbook, "objection_acknowledged", call(HELLO, BYE)).result == "not_applicable"
