import dataclasses
import re

import pytest

from nlp.findings import Metrics, SideMetrics, Turn
from nlp.metrics import figures, measure
from nlp.words import stream
from tests.places import ROOT

DOCS = ROOT / "docs" / "metrics.md"


def measured(*turns, duration=None):
    return measure(turns, stream([t.text for t in turns]), duration)


def lines(*texts, speaker="rep"):
    return measured(*[Turn(speaker, text) for text in texts])


CALL = (
    Turn("rep", "So, um, how do you book rooms today?", 0, 4),
    Turn("customer", "With, you know, paper.", 5, 7),
    Turn("rep", "Right.", 7, 7.5),
    Turn("customer", "And it works most of the time, I mean, mostly", 7.5, 12),
    Turn("rep", "Would it help to see it?", 11, 13),
)


def test_a_call():
    found = measured(*CALL, duration=15)
    assert (found.duration_s, found.words, found.switches_per_minute) == (15, 29, 16)
    rep, customer = found.rep, found.customer
    assert (rep.talk_share, customer.talk_share) == (0.5, 0.5)
    assert (rep.words_per_minute, customer.words_per_minute) == (round(15 / 6.5 * 60, 3), round(14 / 6.5 * 60, 3))
    assert (rep.longest_monologue_s, customer.longest_monologue_s) == (4, 7)  # "Right." ends nobody's monologue
    assert (rep.patience_s, customer.patience_s) == (0, 0.5)
    assert (rep.questions, rep.open_questions, rep.closed_questions) == (2, 1, 1)
    assert (rep.interruptions, customer.interruptions) == (1, 0)
    assert (rep.fillers, customer.fillers) == (1, 2)
    assert customer.fillers_per_100_words == round(200 / 14, 3)
    assert found.reasons == {}


def test_a_nod_is_no_interruption_and_neither_is_a_natural_change_of_turns():
    long = Turn("customer", "it goes on and on and on", 0, 10)
    for reply, count in [("Sure, right.", 0), ("Sure, but let me show you", 1)]:
        assert measured(long, Turn("rep", reply, 5, 7)).rep.interruptions == count
    assert measured(long, Turn("rep", "Sure, but let me show you", 9.7, 12)).rep.interruptions == 0


@pytest.mark.parametrize(
    "text",
    [
        "What do you use today?",
        "so how many seats would that be",
        "Tell me more about the team.",
        "Why not",
        "For the team, which one fits?",
    ],
)
def test_open_questions(text):
    assert lines(text).rep.open_questions == 1


@pytest.mark.parametrize(
    "text",
    [
        "Does that make sense?",
        "do you use anything like it",
        "Don't you think so",
        "How are you today?",
        "You use ours, right?",
        "Is that what you want?",
    ],
)
def test_closed_questions(text):
    found = lines(text).rep
    assert (found.questions, found.closed_questions) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "What we do is simple.",
        "Have a nice day.",
        "Do not worry about it.",
        "Which is fine.",
        "When we met, it rained.",
        "How",
        "Will do.",
    ],
)
def test_no_questions(text):
    assert lines(text).rep.questions == 0


def nothing(found, path=""):
    """Where a figure is None."""
    for field in dataclasses.fields(found):
        value = getattr(found, field.name)
        if isinstance(value, SideMetrics):
            yield from nothing(value, f"{field.name}.")
        elif value is None:
            yield path + field.name


@pytest.mark.parametrize(
    ("turns", "path", "why"),
    [
        ((), "rep", "No words"),
        ((), "duration_s", "no times"),
        ((dataclasses.replace(CALL[0], speaker="unknown"), *CALL[1:]), "rep", "not known who said what"),
        ((dataclasses.replace(CALL[0], speaker="unknown"), *CALL[1:]), "switches_per_minute", "not known who said what"),
        ((Turn("rep", "hello there"), *CALL), "rep.talk_share", "no times"),
        (CALL[:1], "rep.patience_s", "never speaks right after"),
        (CALL[:1], "customer.words_per_minute", "less than a second"),
        (CALL[:1], "customer.fillers_per_100_words", "says nothing"),
        ((Turn("rep", "hello", 2, 2), Turn("customer", "hi", 2, 2)), "rep.talk_share", "measurable time"),
    ],
)  # fmt: skip
def test_every_figure_that_is_not_there_says_why(turns, path, why):
    found = measured(*turns)
    assert set(nothing(found)) == set(found.reasons)
    assert all(reason.endswith(".") for reason in found.reasons.values())
    assert why in found.reasons[path]


def test_every_figure_is_described_and_documented():
    page = DOCS.read_text(encoding="utf-8")
    fields = {("call", f.name) for f in dataclasses.fields(Metrics)} - {
        ("call", n) for n in ("rep", "customer", "reasons")
    }
    fields |= {("side", f.name) for f in dataclasses.fields(SideMetrics)}
    assert set(figures()) == fields
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    assert sorted(rows) == sorted((f.id, f.title, f.unit, f.formula, f.source) for f in figures().values())
