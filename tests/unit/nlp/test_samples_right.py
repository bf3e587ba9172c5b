"""The sample calls, from their truth: right type, right objections, right steps, well handled above badly handled."""

import itertools
import json
from pathlib import Path

import pytest

from nlp.analyse import analyse
from nlp.findings import Turn, Word

TRUTH = sorted((Path(__file__).parents[3] / "sample_audio" / "truth").glob("*.json"))


def analysed(playbook, file):
    truth = json.loads(file.read_text(encoding="utf-8"))
    turns = [
        Turn(
            t["speaker"],
            t["text"],
            t["start"],
            t["end"],
            tuple(Word(w["start"], w["end"], w["text"]) for w in t.get("words", ())),
        )
        for t in truth["turns"]
    ]
    return truth, analyse(turns, playbook, duration=truth["duration_s"])


@pytest.mark.parametrize("file", TRUTH, ids=lambda f: f.stem)
def test_sample(playbook, file):
    truth, found = analysed(playbook, file)
    assert found.type.value == truth["type"]
    assert {s.step: s.result for s in found.steps} == truth["steps"]
    wanted = {(i, t) for i, turn in enumerate(truth["turns"]) for t in turn["tags"] if t.startswith("objection.")}
    given = {(t.turn, t.tag) for t in found.tags if t.tag.startswith("objection.")}
    assert given == wanted


def test_well_handled_scores_above_badly_handled(playbook):
    scores = {"good": [], "weak": [], "ignored": []}
    for file in TRUTH:
        truth, found = analysed(playbook, file)
        for handled in truth["handling"]:
            scored = [m.score for m in found.moments if handled["objection_turn"] in m.turns and m.score is not None]
            scores[handled["quality"]].extend(scored)
    pairs = list(itertools.product(scores["good"], scores["weak"] + scores["ignored"]))
    assert all(good > bad for good, bad in pairs)
