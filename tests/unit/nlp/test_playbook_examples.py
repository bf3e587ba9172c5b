"""Every sentence that a default tag or step carries as an example is a test."""

import pytest

from nlp.analyse import DEFAULT, load_default
from nlp.check import check
from nlp.findings import Turn
from nlp.tagger import hear, tag

FEWEST = 8


def _every():
    playbook = load_default()
    for rule in playbook.tags:
        side = "customer" if rule.speaker == "customer" else "rep"
        yield from (
            pytest.param(frozenset([rule.id]), side, t.value, True, id=f"{rule.id}:{t.line}") for t in rule.match
        )
        yield from (
            pytest.param(frozenset([rule.id]), side, t.value, False, id=f"{rule.id}:{t.line}") for t in rule.not_match
        )
    for step in playbook.steps:
        names = step.evidence or frozenset([f"handling.{step.part}"])
        yield from (pytest.param(names, "rep", t.value, True, id=f"step {step.id}:{t.line}") for t in step.match)
        yield from (pytest.param(names, "rep", t.value, False, id=f"step {step.id}:{t.line}") for t in step.not_match)


@pytest.mark.parametrize(("names", "side", "sentence", "expected"), list(_every()))
def test_example(playbook, names, side, sentence, expected):
    turns = [Turn(side, sentence)]
    found = {t.tag for t in tag(turns, hear(turns, playbook), playbook)}
    assert bool(found & names) is expected


def test_every_tag_and_step_has_enough_examples(playbook):
    for rule in (*playbook.tags, *playbook.steps):
        assert len(rule.match) >= FEWEST, rule.id
        assert len(rule.not_match) >= FEWEST, rule.id


def test_the_contract_names_are_all_there(playbook):
    kinds = ["price", "timing", "authority", "need", "competitor", "risk", "status_quo", "technical"]
    wanted = {f"objection.{k}" for k in kinds}
    wanted |= {f"handling.{k}" for k in ("acknowledge", "explore", "respond", "confirm")}
    wanted |= {"reaction.positive", "reaction.negative", "signal.buying"}
    wanted |= {
        f"step.{s}"
        for s in ["greeting", "recording_disclosure", "agenda", "discovery", "next_step", "recap", "closing"]
    }
    assert {t.id for t in playbook.tags} == wanted
    assert [s.id for s in playbook.steps] == (
        [
            "greeting",
            "recording_disclosure",
            "agenda",
            "discovery",
            "objection_acknowledged",
            "next_step",
            "recap",
            "closing",
        ]
    )


def test_check_finds_no_problem():
    assert check(DEFAULT) == ()
