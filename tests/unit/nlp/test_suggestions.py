import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp import encoder
from nlp.analyse import analyse
from nlp.findings import Turn
from nlp.suggester.features import of_text
from nlp.suggester.known import Example, fingerprint, judged, ours
from nlp.suggester.model import Model, train
from nlp.suggester.opinion import Judged, packaged_replies
from nlp.suggester.train import sentences_of_replies
from nlp.suggestions import Suggester, packaged, sentences
from pipeline import analyse as pipeline_analyse
from pipeline import settings as conf
from pipeline.records import Transcript
from pipeline.records import Turn as HeardTurn
from tests.talk import SMALL_TALK, talk

AGREED = "We have the blue van round on a Thursday morning."
LINES = Path(__file__).with_name("objection_lines.jsonl")
MAKE_THEM = "sentences changed: run python -m nlp.suggester.train"
ALMOST = "we have the blue van round on a thursday morning"


@pytest.fixture(scope="module")
def suggester(playbook):
    return Suggester(playbook, packaged())


@pytest.fixture(scope="module")
def example(playbook, suggester):
    """A sentence of ours that no pattern reaches and that is suggested; the words of others serve as talk around it."""
    known = [one for one in ours() if one.tag]
    turns = [Turn("customer", one.text) for one in known]
    found = suggester.suggest(turns, analyse(turns, playbook).tags)
    return next(known[one.turn] for one in found if one.tag == known[one.turn].tag)


def test_a_sentence_that_no_pattern_reaches_is_suggested_with_its_reason(playbook, suggester, example):
    text = f"Right, okay. {example.text}"
    (found,) = suggester.suggest([Turn("rep", "Hello there."), Turn("customer", text, 10, 20)], ())
    assert found.tag == example.tag
    assert found.turn == 1
    assert text[found.start_char : found.end_char] == found.quote
    assert found.quote in example.text
    assert example.text in found.like
    assert 1 <= len(found.like) <= 3
    assert round(packaged().threshold, 2) <= found.likeness <= 1  # likeness is told in hundredths
    assert 10 < found.start < found.end <= 20


def test_the_rep_is_suggested_nothing_and_nobody_known_is(playbook, suggester, example):
    text = example.text
    assert not suggester.suggest([Turn("rep", text)], ())
    assert suggester.suggest([Turn("unknown", text)], ())


def test_what_sounds_a_little_like_an_objection_is_suggested_with_the_nearest_known_sentence(playbook, suggester):
    """By lines that nobody learnt from: of what the rules pass over, some is asked about, and most of that is right."""
    lines = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    turns = [Turn("customer", line["text"]) for line in lines]
    tags = analyse(turns, playbook).tags
    passed_over = set(range(len(turns))) - {tag.turn for tag in tags if tag.tag.startswith("objection.")}
    missed = {at for at in passed_over if lines[at]["tags"]}
    found = [one for one in suggester.suggest(turns, tags) if one.turn in passed_over]
    assert all(one.like for one in found)
    right = {one.turn for one in found if one.tag in lines[one.turn]["tags"]}
    assert len(right) > 0.18 * len(missed)
    assert len({one.turn for one in found} & missed) > 0.55 * len({one.turn for one in found})


def test_what_sounds_nothing_like_one_is_not_suggested_whatever_its_words(playbook, suggester, monkeypatch):
    text = "Where we are we pay for what we use, the same as anybody."
    turns = [Turn("customer", text)]
    for meant, suggested in ((0.0, False), (0.8, True)):
        likely = {encoder.ANY: meant, "objection.price": meant}
        monkeypatch.setattr(Judged, "likeness", lambda *_, likely=likely: likely)
        assert bool(suggester.suggest(turns, ())) == suggested


def test_an_exception_of_the_rule_stops_a_suggestion_as_it_stops_a_tag(playbook, suggester, monkeypatch):
    likely = {encoder.ANY: 0.6, "objection.price": 0.6}  # not enough for a tag
    monkeypatch.setattr(Judged, "likeness", lambda *_: likely)
    for text, suggested in (
        ("They sent us home with six hundred of them.", True),
        ("They did it for free in the end, all six hundred.", False),
    ):
        turns = [Turn("rep", "Go on."), Turn("customer", text)]
        found = analyse(turns, playbook, suggester=suggester)
        assert not found.tags
        assert bool(found.suggestions) == suggested
        assert found.suggestions == suggester.suggest(turns, found.tags)


def test_what_is_too_doubtful_to_be_shown_is_asked_about_unless_it_answers_the_rep(playbook, suggester):
    said = "Half of the team never opens anything we put on their phones."
    for before, asked in (("This is the yard.", True), ("What does it cost you today?", False)):
        turns = talk(f"R: {before}", f"C: {said}", "R: And this is the shop.", *SMALL_TALK, seconds=5.0)
        found = analyse(turns, playbook, suggester=suggester)
        assert [tag.turn for tag in found.tags if tag.tag.startswith("objection.")] == [1]
        assert not found.moments
        assert [one.turn for one in found.suggestions if one.turn == 1] == [1] * asked


def test_what_is_tagged_already_is_not_suggested(playbook, suggester, example):
    turns = [Turn("customer", example.text)]
    (found,) = suggester.suggest(turns, ())
    (tag, *_) = analyse([Turn("customer", "It's too expensive for us.")], playbook).tags
    same_sentence = dataclasses.replace(tag, start_char=0, end_char=len(example.text))
    elsewhere = dataclasses.replace(tag, tag=found.tag, start_char=len(example.text), end_char=len(example.text) + 1)
    assert not suggester.suggest(turns, [same_sentence])
    assert not suggester.suggest(turns, [elsewhere])


@pytest.mark.parametrize("text", ["No.", "Too right", "Yes please, thank you", "", "¶ ¶ ¶ ¶ ¶", "ok " * 200])
def test_too_little_or_nothing_is_not_suggested(suggester, text):
    assert not suggester.suggest([Turn("customer", text)], ())


def test_a_tag_that_the_playbook_lacks_is_not_suggested(playbook, suggester, example):
    fewer = dataclasses.replace(playbook, tags=tuple(t for t in playbook.tags if t.id != example.tag))
    found = Suggester(fewer, packaged()).suggest([Turn("customer", example.text)], ())
    assert example.tag not in {one.tag for one in found}


def test_what_the_team_judged_counts_at_once(playbook, suggester):
    turns = [Turn("customer", ALMOST)]
    assert not suggester.suggest(turns, ())
    agreed = Suggester(playbook, packaged(), [Example(AGREED, "objection.competitor", judged=True)])
    (found,) = agreed.suggest(turns, ())
    assert (found.tag, found.like[0]) == ("objection.competitor", AGREED)
    assert found.likeness > 0.75


def test_what_the_team_rejected_is_not_suggested_again(playbook, suggester, example):
    rejected = [Example(example.text, example.tag, right=False, judged=True)]
    found = Suggester(playbook, packaged(), rejected).suggest([Turn("customer", example.text)], ())
    assert example.tag not in {one.tag for one in found}


def test_learning_again_takes_the_teams_word(playbook):
    tag = "objection.competitor"
    ends = ("you see", "mind", "so there", "as it happens")
    known = sentences(
        playbook, [Example(f"Northgate are just down the road, {end}.", tag, judged=True) for end in ends]
    )
    again = train(known, made_from=fingerprint(known))
    before, after = (
        model.likeness([of_text("Northgate are down the road, you see.")])[0, model.tags.index(tag)]
        for model in (packaged(), again)
    )
    assert after > before + 0.2


def test_the_weights_in_the_package_were_made_from_its_sentences(playbook):
    assert packaged().made_from == fingerprint(sentences(playbook)), MAKE_THEM
    assert packaged_replies().made_from == fingerprint(sentences_of_replies(playbook)), MAKE_THEM


def test_the_weights_in_the_package_are_what_the_sentences_give(playbook):
    known = sentences(playbook)
    again = train(known, made_from=fingerprint(known), threshold=packaged().threshold)
    assert again.columns == packaged().columns
    assert again.tags == packaged().tags
    np.testing.assert_allclose(again.weights, packaged().weights, atol=1e-2)
    np.testing.assert_allclose(again.bias, packaged().bias, atol=1e-2)
    assert again.to_bytes() == train(known[::-1], made_from=again.made_from, threshold=again.threshold).to_bytes()
    assert Model.from_bytes(again.to_bytes()).to_bytes() == again.to_bytes()


def test_our_sentences_are_many_and_each_is_there_once():
    by_tag: dict[str | None, list[str]] = {}
    for example in ours():
        by_tag.setdefault(example.tag, []).append(example.text)
    assert len(by_tag) == 9
    assert len(by_tag.pop(None)) >= 500
    assert min(map(len, by_tag.values())) >= 100
    texts = [example.text for example in ours()]
    assert len(texts) == len(set(texts)) >= 1200


def test_our_sentences_are_our_own(shared: Path):
    def plain(text):
        return " ".join("".join(c for c in text.lower() if c.isalnum() or c == " ").split())

    lines = [json.loads(line)["text"] for file in (shared / "text").glob("*lines.jsonl") for line in file.open()]
    long = {plain(line) for line in lines if len(line.split()) > 5}
    assert lines
    assert not long & {plain(example.text) for example in ours()}


def test_judged_sentences_are_read_and_what_a_rep_said_is_left_out():
    items = [
        {"text": "a", "speaker": "customer", "tag": "objection.price", "right": True},
        {"text": "b", "speaker": "rep", "tag": "objection.price", "right": True},
        {"text": "c", "speaker": "unknown", "tag": "step.agenda", "right": False},
    ]
    assert judged(json.dumps({"items": items}).encode()) == (Example("a", "objection.price", judged=True),)
    for broken in (b"", b"[]", b'{"items": [1]}', b'{"items": [{"tag": "objection.price"}]}', b"\xff"):
        with pytest.raises(ValueError):
            judged(broken)


def transcript(*texts):
    return Transcript(language="en", turns=tuple(HeardTurn(speaker="customer", text=text) for text in texts))


def write(path, *items):
    path.write_text(json.dumps({"items": [
        {"text": text, "speaker": "customer", "tag": tag, "right": right} for text, tag, right in items
    ]}))  # fmt: skip


def test_an_analysis_knows_the_encoder_that_it_was_made_by(playbook, suggester):
    for one in (None, suggester):
        made_from = pipeline_analyse.Analyser(playbook, one).made_from()
        assert encoder.packaged().version in made_from["engine"]
        assert packaged_replies().made_from in made_from["engine"]


def test_nothing_but_the_suggestions_changes(playbook, suggester, example):
    text = example.text
    talk = transcript("It's too expensive for us.", text, "Bye now.")
    on = pipeline_analyse.Analyser(playbook, suggester).analyse(talk)
    off = pipeline_analyse.Analyser(playbook, None).analyse(talk)
    assert on.suggestions
    assert not off.suggestions
    assert on.model_copy(update={"suggestions": ()}) == off
    assert on.to_json() == pipeline_analyse.Analyser(playbook, suggester).analyse(talk).to_json()


def test_an_analysis_says_which_suggester_it_is_from(playbook, tmp_path):
    def mark():
        learnt = pipeline_analyse.learnt(playbook, examples=tmp_path / "examples.json", cache=tmp_path / "suggester")
        return pipeline_analyse.Analyser(playbook, learnt).made_from()["suggester"]

    before = mark()
    assert before == mark()
    assert pipeline_analyse.Analyser(playbook, None).made_from()["suggester"] == "off"
    write(tmp_path / "examples.json", (AGREED, "objection.competitor", True))
    after = mark()
    assert after != before
    write(tmp_path / "examples.json", (AGREED, "objection.competitor", False))
    assert mark() not in {before, after}
    (tmp_path / "examples.json").unlink()
    assert mark() == before


def test_what_was_learnt_is_kept_and_only_todays(playbook, tmp_path, caplog):
    examples, cache = tmp_path / "examples.json", tmp_path / "suggester"
    write(examples, (AGREED, "objection.competitor", True))
    first = pipeline_analyse.learnt(playbook, examples=examples, cache=cache)
    (folder,) = cache.iterdir()
    inode = (folder / "weights.npz").stat().st_ino
    assert pipeline_analyse.learnt(playbook, examples=examples, cache=cache).version == first.version
    assert (folder / "weights.npz").stat().st_ino == inode
    (folder / "weights.npz").write_bytes(b"torn")
    (found,) = pipeline_analyse.learnt(playbook, examples=examples, cache=cache).suggest([Turn("customer", ALMOST)], ())
    assert found.tag == "objection.competitor"
    assert "damaged" in caplog.text
    examples.write_text("torn")
    pipeline_analyse.learnt(playbook, examples=examples, cache=cache)
    assert "can't be read" in caplog.text


def test_one_setting_turns_them_off(monkeypatch, tmp_path):
    assert conf.load(tmp_path).suggestions
    monkeypatch.setenv("EXEMPLAR_SUGGESTIONS", "false")
    assert not conf.load(tmp_path).suggestions


turns_of_anything = st.lists(
    st.builds(
        Turn,
        st.sampled_from(["rep", "customer", "unknown"]),
        st.one_of(st.text(max_size=200), st.sampled_from([example.text for example in ours()]), st.just("¶ ¶. ¶?")),
        st.none() | st.floats(0, 1e4),
        st.none() | st.floats(0, 1e4),
    ),
    max_size=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns_of_anything)
def test_anything_can_be_asked_and_twice_is_the_same(suggester, turns):
    found = suggester.suggest(turns, ())
    assert found == suggester.suggest(turns, ())
    for one in found:
        assert turns[one.turn].text[one.start_char : one.end_char] == one.quote
        assert turns[one.turn].speaker != "rep"
        assert one.like
