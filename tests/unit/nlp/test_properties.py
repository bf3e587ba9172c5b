"""What must hold of any call: it can be analysed, in bounded time, always with the same result, and quotes are quotes."""

import dataclasses
import json
import os
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.analyse import analyse
from nlp.findings import Turn, Word
from tests.places import ROOT, SAMPLES

SENTENCES = tuple(
    turn["text"]
    for file in sorted((SAMPLES / "truth").glob("*.json"))
    for turn in json.loads(file.read_text(encoding="utf-8"))["turns"]
)
LONG = 30_000  # words of one turn, in one sentence
SLOWER = 4  # times as long a word, at most, as in ordinary turns

marks = st.text(alphabet=".,;:!?…—–-'’\"()[]{}<>|*^$~@#%&/\\ \t\n\u2028\u00a0\u200b", max_size=12)
odd = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
broken = st.sampled_from(["", " ", "\n", "İstanbul’da", "ﬁne", "e\u0301", "🙂👩‍👩‍👧", "１２３", "a\u202eb", "¶ ¶.", "x" * 5000, "\ud800"])  # fmt: skip
text = st.lists(st.one_of(st.sampled_from(SENTENCES), marks, odd, broken), max_size=6).map("".join)
seconds = st.none() | st.floats(-10, 1e5)
speakers = st.sampled_from(["rep", "customer", "unknown"])
turns = st.lists(st.builds(Turn, speakers, text, seconds, seconds), max_size=6)


def heard(speaker, said, start):
    """A turn with words, as a recogniser gives it."""
    words = tuple(Word(start + i, start + i + 0.5, w) for i, w in enumerate(said.split()))
    if not words:
        return Turn(speaker, "", start, start)
    return Turn(speaker, " ".join(w.text for w in words), words[0].start, words[-1].end, words)


heard_turns = st.lists(st.builds(heard, speakers, text, st.floats(0, 1e4)), max_size=6)


def document(found):
    return json.dumps(dataclasses.asdict(found), ensure_ascii=True)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(turns, heard_turns))
def test_anything_can_be_analysed(playbook, turns):
    found = analyse(turns, playbook)
    for span in (*found.tags, *found.pii):
        said = turns[span.turn].text
        assert 0 <= span.start_char < span.end_char <= len(said)
        if turns[span.turn].words:
            word_times = {(w.start, w.end) for w in turns[span.turn].words}
            assert span.start in {start for start, _ in word_times}
            assert span.end in {end for _, end in word_times}
    for tag in found.tags:
        assert tag.quote == turns[tag.turn].text[tag.start_char : tag.end_char]
        assert tag.speaker == turns[tag.turn].speaker
    for moment in found.moments:
        assert list(moment.turns) == sorted(set(moment.turns))
        assert moment.score is None or 0 <= moment.score <= 10
    assert document(found) == document(analyse(turns, playbook))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SENTENCES), text, text)
def test_a_tag_does_not_depend_on_other_turns(playbook, said, before, after):
    def tags(*texts):
        found = analyse([Turn("customer", t) for t in texts], playbook).tags
        return [(t.tag, t.rule, t.start_char, t.end_char) for t in found if t.turn == texts.index(said)]

    assert tags(said) == tags(before, said, after) or said in (before, after)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SENTENCES), st.sampled_from([str.upper, str.lower, lambda s: s.replace(" ", "  "), lambda s: s.replace("'", "’")]))  # fmt: skip
def test_case_spaces_and_the_kind_of_apostrophe_do_not_matter(playbook, said, written):
    def tags(one):
        return [(t.tag, t.rule) for t in analyse([Turn("customer", one)], playbook).tags]

    assert sorted(tags(said)) == sorted(tags(written(said)))


SCRIPT = """
import dataclasses, json, sys
from nlp.analyse import analyse, load_default
from nlp.findings import Turn
turns = [Turn(speaker, text, start, end) for speaker, text, start, end in json.load(sys.stdin)]
sys.stdout.write(json.dumps(dataclasses.asdict(analyse(turns, load_default())), indent=1))
"""


def test_the_same_analysis_in_every_process():
    at, rows = 0.0, []
    for number, said in enumerate(SENTENCES):
        rows.append((("rep", "customer")[number % 2], said, at, at + 4))
        at += 4.5
    written = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            input=json.dumps(rows).encode(),
            capture_output=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "4711")
    }
    assert len(written) == 1
    assert len(json.loads(written.pop())["tags"]) > 50


def spent(playbook, turns):
    """Processor seconds a word: the lesser of two."""
    least = float("inf")
    for _ in range(2):
        began = time.process_time()
        analyse(turns, playbook)
        least = min(least, time.process_time() - began)
    return least / sum(len(t.text.split()) for t in turns)


@pytest.mark.parametrize("timed", [False, True], ids=["text", "words"])
def test_one_endless_sentence_costs_little_more_a_word_than_ordinary_turns(playbook, timed):
    """A ratio, not a clock: the same words, once in turns as they were said, once as one turn without a full stop."""
    ordinary = [Turn("customer", said) for said in SENTENCES] * (LONG // sum(len(s.split()) for s in SENTENCES) + 1)
    endless = "".join(c if c.isalnum() or c == "'" else " " for c in " ".join(t.text for t in ordinary))
    endless = " ".join(endless.split()[:LONG])
    turn = heard("customer", endless, 0.0) if timed else Turn("customer", endless)
    analyse(ordinary, playbook)  # what is needed once
    analyse([turn], playbook)
    assert spent(playbook, [turn]) < SLOWER * spent(playbook, ordinary)
    found = analyse([turn], playbook)
    assert all(t.quote == endless[t.start_char : t.end_char] for t in found.tags)
