"""Parts of a good reply, weighed over whole moments; measured by a writer from whom nothing was learnt."""

import shutil
from pathlib import Path

import pytest

from nlp.analyse import DEFAULT
from nlp.findings import Turn
from nlp.parts import PARTS, parts, weights
from nlp.playbook import load
from nlp.suggester.known import answered, moments, replies
from nlp.suggester.train import as_reply, build_parts

UNSEEN = answered(Path(__file__).with_name("moments.txt").read_text(encoding="utf-8"))
LEAST = {"acknowledge": 0.79, "explore": 0.87, "respond": 0.88, "confirm": 0.86}  # of 110 moments, right


def heard(playbook, *lines):
    turns = [Turn({"R": "rep", "C": "customer"}[line[0]], line[3:]) for line in lines]
    return parts(as_reply(turns, playbook), playbook)


@pytest.fixture(scope="module")
def judged(playbook):
    return [(one.parts, parts(as_reply(one.turns, playbook), playbook)) for one in UNSEEN]


@pytest.mark.parametrize("name", PARTS)
def test_of_moments_nobody_taught_it(judged, name):
    right = [(name in wanted) == (getattr(found, name) is not None) for wanted, found in judged]
    assert sum(right) >= LEAST[name] * len(UNSEEN), f"{name}: {sum(right)} of {len(UNSEEN)}"


def test_nobody_has_taught_it_the_moments_that_it_is_measured_by():
    known = {turn.text for one in moments() for turn in one.turns} | {one.text for one in replies()}
    told = {turn.text for one in UNSEEN for turn in one.turns if len(turn.text.split()) > 8}
    assert len(told) > 100
    assert not told & known


def test_the_weights_in_the_package_were_made_from_its_moments(playbook):
    again = build_parts(playbook)
    for name, one in weights().items():
        assert [*again[name].sounds, *again[name][1:]] == pytest.approx([*one.sounds, *one[1:]], abs=0.02)


def test_the_same_words_take_up_one_concern_and_not_another(playbook):
    reply = "R: So it's the renewal date that is in the way here, with your contract running to June."
    assert heard(playbook, "C: Our contract runs to June, so the renewal date is the trouble.", reply).acknowledge
    assert not heard(playbook, "C: I doubt it.", "R: The yard is round the back, next to the old mill.").acknowledge


def test_what_follows_a_but_takes_nothing_up(playbook):
    concern = Turn("customer", "The migration of our invoices sounds risky.")
    for said, taken_up in (
        ("Sure, but migrating invoices is what we do.", 0),
        ("Migrating invoices worries people.", 2),
    ):
        assert len(as_reply([concern, Turn("rep", said)], playbook).taken_up()) == taken_up


def test_a_part_is_quoted_with_the_sentence_that_sounds_most_like_it(playbook):
    found = heard(
        playbook,
        "C: It's too expensive for a practice of our size.",
        "R: Right. I was in Leeds on Monday. One of our customers of your size saved four hundred a month with it.",
    )
    assert found.respond == "One of our customers of your size saved four hundred a month with it."


@pytest.mark.parametrize(
    ("likeness", "like", "counts"),
    [
        pytest.param(True, 0, True, id="asks no second opinion"),
        pytest.param(True, 0.01, False, id="is weighed"),
        pytest.param(False, 0.01, True, id="its tag knows no likeness"),
    ],
)
def test_what_a_teams_own_pattern_counts(tmp_path, likeness, like, counts):
    folder = tmp_path / "playbook"
    shutil.copytree(DEFAULT, folder)
    sounds = "  - id: sounds_like\n    like: 0.26\n" if likeness else ""
    (folder / "tags" / "handling.confirm.yml").write_text(
        "id: handling.confirm\ntitle: Confirmed\nwhy: Ours.\nspeaker: rep\nrules:\n"
        f"  - id: ours\n    like: {like}\n    say: [the lantern is green]\n{sounds}",
        encoding="utf-8",
    )
    found = heard(load(folder), "C: I doubt that it pays.", "R: The lantern is green now.")
    assert (found.confirm == "The lantern is green now.") is counts
