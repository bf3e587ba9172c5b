"""Who is who: people's answers, names, the recorder's channels and the words, and what happens where they disagree."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline import answers, channels, cues, samples, speakers
from pipeline.library import now
from pipeline.person import called, same
from pipeline.records import Correction, Heard, Lane, Recording, Transcript, Voice, Word
from tests.places import SAMPLES

Line = tuple[str, str]  # who, and what they say

SUPPORT = [
    ("rep", "Thank you for calling Corbel Tiles, this is Dana, how can I help you today?"),
    ("customer", "Hi, I need to change my order, I ordered the wrong grout."),
    ("rep", "No problem, can I have your order number?"),
    ("customer", "It's four four one two."),
    ("rep", "Your order has been updated. Is there anything else I can help you with?"),
    ("customer", "No, that's all I needed, thank you."),
]
NEUTRAL = [("rep", "it rained on the bridge all week"), ("customer", "then the river rose and it stood in the hall")]


class Known(Recording):
    lanes: tuple[Lane, ...] = ()


def recording(
    lanes: int = 1, *, silent: Sequence[int] = (), names: Sequence[str | None] = (), **about: object
) -> Known:
    made = tuple(
        Lane(what=f"channel {n + 1}", silent=n in silent, name=names[n] if n < len(names) else None)
        for n in range(lanes)
    )
    return Known.model_validate(
        {
            "id": "0" * 16, "sha256": "0" * 64, "files": ["recording.wav"], "filename": "a.wav", "bytes": 1,
            "duration_s": 60, "channels": lanes, "sample_rate": 8000, "codec": "pcm", "arrived_at": now(),
            "lanes": made, **about,
        }
    )  # fmt: skip


def spoken(lines: Sequence[Line], order: Sequence[str] = ("rep", "customer")) -> list[tuple[Word, ...]]:
    """Each one's words, one after another, in this order of voices."""
    at, found = 0.0, {who: [] for who in order}
    for who, text in lines:
        for word in text.split():
            found[who].append(Word(start=round(at, 2), end=round(at + 0.25, 2), text=word, raw=word, probability=0.9))
            at += 0.3
        at += 0.6
    return [tuple(found[who]) for who in order]


def heard(
    lines: Sequence[Line], order: Sequence[str] = ("rep", "customer"), *, mono: bool = False, names: Sequence[str] = ()
) -> Heard:
    return Heard(
        voices=tuple(
            Voice(lane=0 if mono else number, words=words, name=names[number] if names else None)
            for number, words in enumerate(spoken(lines, order))
        )
    )


def sides(transcript: Transcript) -> list[str]:
    assert transcript.speakers
    return [voice.speaker for voice in transcript.speakers.voices]


def said(**what: object) -> Correction:
    return Correction(at=now(), by="manager", set=what)


# --- data: each entry of the channel map and each cue carries its examples ---------------------------------------


LAYOUTS = [(example, channel) for layout in channels.layouts() for example, channel in layout.examples.items()]


@pytest.mark.parametrize(("example", "channel"), LAYOUTS)
def test_every_recorder_is_laid_out_as_its_examples_say(example: str, channel: str) -> None:
    source, _, direction = example.rpartition(" ")
    place = channels.documented(source, None if direction == "-" else direction)
    assert (str(place.rep + 1) if place else "-") == channel


def test_every_recorder_names_where_its_maker_says_so() -> None:
    assert all(layout.doc.startswith("https://") and layout.why and layout.examples for layout in channels.layouts())


@pytest.fixture(scope="module")
def named_cues() -> cues.Cues:
    return cues.Cues({"rep": called("Anna Berg"), "customer": called("Mark Hill")})


@pytest.mark.parametrize("cue", cues.everything(), ids=lambda cue: cue.id)
def test_every_cue_hears_what_its_examples_say(cue: cues.Cue, named_cues: cues.Cues) -> None:
    assert cue.match
    assert cue.not_match
    assert sum(cue.by.values()) > 0
    for line in cue.match:
        assert cue.id in [one.cue.id for one in named_cues.heard([line])], line
    for line in cue.not_match:
        assert cue.id not in [one.cue.id for one in named_cues.heard([line])], line


# --- channels ------------------------------------------------------------------------------------------------------


def test_a_known_recorder_decides_where_the_words_do_not_speak() -> None:
    found = speakers.attribute(heard(NEUTRAL), recording(2, source="HubSpot", direction="inbound"))
    assert sides(found) == ["customer", "rep"]
    assert found.speakers
    assert (found.speakers.by, found.speakers.sure) == ("map", True)
    assert [turn.speaker for turn in found.turns] == ["customer", "rep"]
    assert [turn.voice for turn in found.turns] == [0, 1]


def test_a_known_recorder_that_the_words_contradict_is_flagged_and_not_guessed() -> None:
    found = speakers.attribute(heard(SUPPORT), recording(2, source="Twilio", direction="inbound", rep="Dana"))
    assert found.speakers
    assert not found.speakers.sure
    assert sides(found) == ["unknown", "unknown"]
    assert {turn.speaker for turn in found.turns} == {"unknown"}
    assert {turn.voice for turn in found.turns} == {0, 1}  # still told apart
    assert found.speakers.why.startswith("Channel 2 should be Dana, but the other voice ")


def test_an_unknown_recorder_yields_to_the_words() -> None:
    found = speakers.attribute(heard(SUPPORT, ("customer", "rep")), recording(2))
    assert sides(found) == ["customer", "rep"]
    assert found.speakers
    assert found.speakers.by == "words"


def test_an_unknown_recorder_and_neutral_words_leave_the_usual_order() -> None:
    found = speakers.attribute(heard(NEUTRAL), recording(2))
    assert sides(found) == ["rep", "customer"]
    assert found.speakers
    assert found.speakers.by == "map"
    assert found.speakers.why == (
        "Most recorders put their own side first. Nothing that is said speaks against channel 1 being the rep."
    )


def test_a_guess_that_the_words_doubt_is_asked_about() -> None:
    doubt = [("rep", "okay we have always had my trucks"), ("customer", "your call is the thing I understand")]
    found = speakers.attribute(heard(doubt), recording(2))
    assert found.speakers
    assert (found.speakers.sure, sides(found)) == (False, ["unknown", "unknown"])


def test_an_answer_is_remembered_for_its_source_and_beats_the_map() -> None:
    call = recording(2, source="Twilio", direction="inbound")
    found = speakers.attribute(heard(NEUTRAL), call, learnt={channels.key(call): 0})
    assert sides(found) == ["rep", "customer"]
    assert found.speakers
    assert found.speakers.why.startswith("Somebody said so for other recordings of Twilio.")


def test_an_answer_of_no_source_is_no_more_than_a_guess() -> None:
    call = recording(2)
    learnt = {channels.key(call): 1}
    assert sides(speakers.attribute(heard(NEUTRAL), call, learnt=learnt)) == ["customer", "rep"]
    assert sides(speakers.attribute(heard(SUPPORT), call, learnt=learnt)) == ["rep", "customer"]


def test_two_voices_on_one_lane_are_not_told_by_the_map() -> None:
    both = heard(NEUTRAL, mono=True)
    found = speakers.attribute(both, recording(2, silent=[1], source="HubSpot", direction="outbound"))
    assert found.speakers
    assert not found.speakers.sure


def test_one_sided_the_map_decides_only_where_it_is_known() -> None:
    alone = Heard(voices=(Voice(lane=1, words=spoken(NEUTRAL)[0]),))
    known = recording(2, silent=[0], source="Amazon Connect")
    assert sides(speakers.attribute(alone, known)) == ["rep"]
    assert sides(speakers.attribute(alone, recording(2, silent=[0]))) == ["unknown"]


# --- words and names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [("rep", "customer"), ("customer", "rep")])
def test_mono_voices_are_told_by_what_they_say(order: Sequence[str]) -> None:
    found = speakers.attribute(heard(SUPPORT, order, mono=True), recording())
    assert sides(found) == list(order)


def test_mono_voices_that_say_nothing_telling_stay_unknown() -> None:
    found = speakers.attribute(heard(NEUTRAL, mono=True), recording(rep="Dana"))
    assert found.speakers
    assert found.speakers.why == "What is said does not tell which voice is Dana."
    assert sides(found) == ["unknown", "unknown"]


def test_who_picks_up_at_a_customers_is_not_taken_for_the_rep() -> None:
    cold = [
        ("customer", "Pellow Windows, Den speaking, how can I help?"),
        ("rep", "Hi Den, I'm calling from Westline, could I speak to whoever looks after the phones?"),
        ("customer", "What's this about?"),
    ]
    assert sides(speakers.attribute(heard(cold, mono=True), recording(direction="outbound"))) == ["rep", "customer"]
    assert sides(speakers.attribute(heard(cold, mono=True), recording())) == ["rep", "customer"]


@pytest.mark.parametrize(
    ("rep", "customer", "names", "expected"),
    [
        ("Anna Smith", None, ("Anna Smith", "Mark Hill"), ["rep", "customer"]),
        ("AnnaS", None, ("Mark Hill", "anna smith"), ["customer", "rep"]),
        (None, "Mark", ("Anna", "Mark Hill"), ["rep", "customer"]),
        ("Anna", "Anna Berg", ("Anna", "Mark"), ["unknown", "unknown"]),  # both could be meant
        ("Zoe", None, ("Anna", "Mark"), ["unknown", "unknown"]),
    ],
)
def test_names_of_participants(rep: str | None, customer: str | None, names: list[str], expected: list[str]) -> None:
    found = speakers.attribute(heard(NEUTRAL, mono=True, names=names), recording(rep=rep, customer=customer))
    assert sides(found) == expected
    assert found.speakers
    assert [voice.name for voice in found.speakers.voices] == list(names)


def test_why_keeps_the_capitals_of_names() -> None:
    found = speakers.attribute(heard(SUPPORT, mono=True, names=["Dana McCoy", "Jo"]), recording())
    assert found.speakers
    assert found.speakers.why.startswith("The voice named Dana McCoy asks whether there is anything else")


def test_a_track_of_ones_own_names_its_voice() -> None:
    call = recording(2, names=["Mark Hill", "Anna"], rep="Anna")
    assert sides(speakers.attribute(heard(NEUTRAL), call)) == ["customer", "rep"]


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("AnnaB", "Anna", True),
        ("Anna B.", "anna berg", True),
        ("Anna Berg (Juniper)", "Anna Berg", True),
        ("Anna Berg", "Anna Boe", False),
        ("Anna", "Annabel", False),
        ("A. Berg", "A.", False),
        ("", "", False),
        (None, "Anna", False),
    ],
)
def test_names_are_compared_with_care(one: str | None, other: str | None, equal: bool) -> None:
    assert same(one, other) is same(other, one) is equal


def test_a_third_voice_does_not_unsettle_the_other_two() -> None:
    three = [*SUPPORT, ("third", "the kettle is on")]
    found = speakers.attribute(heard(three, ("rep", "customer", "third"), mono=True), recording())
    assert found.speakers
    assert found.speakers.sure
    assert sides(found) == ["rep", "customer", "unknown"]


def test_a_transfer_brings_another_rep() -> None:
    second = "You're through to Ravi at Corbel Tiles, how can I help? Can I have your order number? Let me check that."
    three = [*SUPPORT, ("third", second), ("third", "I have booked it. Is there anything else I can help with?")]
    found = speakers.attribute(heard(three, ("rep", "customer", "third"), mono=True), recording(direction="inbound"))
    assert sides(found) == ["rep", "customer", "rep"]


def test_a_voice_that_may_be_several_people_is_nobodys() -> None:
    mixed = tuple(Word(start=n, end=n + 0.3, text=w) for n, w in enumerate(["how", "can", "I", "help", "you", "today"]))
    told = heard(SUPPORT, mono=True).voices
    found = speakers.attribute(Heard(voices=(*told, Voice(lane=0, sure=False, words=mixed))), recording())
    assert sides(found) == ["rep", "customer"]
    assert {turn.speaker for turn in found.turns if turn.voice == 2} == {"unknown"}


def test_a_call_without_a_word_has_no_sides() -> None:
    found = speakers.attribute(Heard(voices=()), recording())
    assert found.turns == ()
    assert found.speakers
    assert not found.speakers.sure


# --- people ------------------------------------------------------------------------------------------------------------


def test_a_person_beats_everything_and_can_change_their_mind() -> None:
    call = recording(2, source="HubSpot", direction="outbound")
    swapped = said(speakers={"0": "customer", "1": "rep"})
    found = speakers.attribute(heard(SUPPORT), call, [swapped])
    assert sides(found) == ["customer", "rep"]
    assert found.speakers
    assert found.speakers.by == "person"
    back = said(speakers={"0": "rep", "1": "customer"})
    assert sides(speakers.attribute(heard(SUPPORT), call, [swapped, back])) == ["rep", "customer"]


def test_a_person_who_names_one_of_two_has_named_both() -> None:
    assert sides(speakers.attribute(heard(NEUTRAL, mono=True), recording(), [said(speakers={"1": "rep"})])) == [
        "customer",
        "rep",
    ]


def test_nonsense_in_a_correction_is_passed_over() -> None:
    wrong = [said(speakers={"a": "rep", "0": "boss", "9": "rep"}), said(speakers=["rep"]), said(turns={"x": "rep"})]
    assert sides(speakers.attribute(heard(SUPPORT, mono=True), recording(), wrong)) == ["rep", "customer"]


def test_one_turn_can_be_given_to_the_other_side() -> None:
    plain = speakers.attribute(heard(SUPPORT, mono=True), recording())
    turn = plain.turns[2]
    right = said(turns={f"{turn.start:.2f}-{turn.end:.2f}": "customer"})
    found = speakers.attribute(heard(SUPPORT, mono=True), recording(), [right])
    assert [t.text for t in found.turns] == [t.text for t in plain.turns]
    assert (found.turns[2].speaker, found.turns[2].flags, found.turns[2].voice) == ("customer", ("reassigned",), 0)
    assert [t.speaker for t in found.turns if t.flags] == ["customer"]


def test_part_of_a_turn_becomes_one_of_its_own_and_answers_add_up() -> None:
    line = heard([("rep", "one two three four five six"), ("customer", "yes")], mono=True)
    sure = said(speakers={"0": "rep", "1": "customer"})
    first, second = said(turns={"0.60-1.15": "customer"}), said(turns={"0.90-1.45": "unknown"})
    found = speakers.attribute(line, recording(), [sure, first, second])
    assert [(t.speaker, t.text) for t in found.turns[:4]] == [
        ("rep", "one two"), ("customer", "three"), ("unknown", "four five"), ("rep", "six"),
    ]  # fmt: skip
    undone = speakers.attribute(line, recording(), [sure, first, second, said(turns={"0.00-2.00": "rep"})])
    assert [(t.speaker, t.text, t.flags) for t in undone.turns[:1]] == [("rep", "one two three four five six", ())]


def test_what_another_channel_says_meanwhile_is_left_alone() -> None:
    rep = tuple(Word(start=n * 0.3, end=n * 0.3 + 0.25, text=f"r{n}") for n in range(20))
    nod = (Word(start=2.0, end=2.3, text="mhm"),)
    both = Heard(voices=(Voice(lane=0, words=rep), Voice(lane=1, words=nod)))
    sure = said(speakers={"0": "rep", "1": "customer"})
    whole = speakers.attribute(both, recording(2), [sure, said(turns={"0.00-5.95": "unknown"})])
    assert [(t.voice, t.speaker) for t in whole.turns] == [(0, "unknown"), (1, "customer")]
    only = speakers.attribute(both, recording(2), [sure, said(turns={"2.00-2.30": "unknown"})])
    assert [(t.voice, t.speaker) for t in only.turns] == [(0, "rep"), (1, "unknown")]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["0.00-3.00", "1.00-2.00", "2.50-9.00", "0.4-0.5"]),
            st.sampled_from(["rep", "customer", "unknown"]),
        ),
        max_size=5,
    )
)
def test_corrections_never_lose_a_word(asked: list[tuple[str, str]]) -> None:
    made = speakers.attribute(heard(NEUTRAL), recording(2), [said(turns={span: side}) for span, side in asked])
    assert Counter(w for t in made.turns for w in t.text.split()) == Counter(w for _, t in NEUTRAL for w in t.split())


# --- what to play ----------------------------------------------------------------------------------------------------------


def test_a_sample_is_long_enough_and_of_one_voice() -> None:
    found = speakers.attribute(heard(SUPPORT), recording(2))
    assert found.speakers
    for voice in found.speakers.voices:
        assert 1 < voice.end - voice.start <= samples.LONGEST_S
        others = [t for t in found.turns if t.voice != voice.voice and t.start is not None and t.end is not None]
        assert not any(t.start < voice.end and t.end > voice.start for t in others)  # type: ignore[operator]
        assert voice.quote in next(t.text for t in found.turns if t.voice == voice.voice and voice.quote in t.text)


def test_a_sample_avoids_talk_over_talk() -> None:
    loud = [Word(start=n * 0.3, end=n * 0.3 + 0.29, text=f"a{n}") for n in range(60)]
    other = [Word(start=n * 0.3, end=n * 0.3 + 0.29, text=f"b{n}") for n in range(40)]
    (_, first), (_, second) = samples.pick([loud, other])
    assert first.start >= 12.0
    assert samples.SHORTEST_S <= first.end - first.start <= samples.LONGEST_S
    assert second.quote  # all of it is spoken over, and still something can be played


@given(st.permutations([{"0": "rep"}, {"0": "customer"}, {"1": "rep"}]))
def test_the_latest_answer_for_each_voice_stands(asked: list[dict[str, str]]) -> None:
    found = answers.of_voices([said(speakers=one) for one in asked])
    assert found[0] == [one["0"] for one in asked if "0" in one][-1]
    assert found[1] == "rep"


# --- whole calls -----------------------------------------------------------------------------------------------------------


def scripts() -> list[tuple[str, list[Line], str | None]]:
    found = []
    for path in sorted((SAMPLES / "scripts").glob("*.yml")):
        script = yaml.safe_load(path.read_text(encoding="utf-8"))
        found.append((path.stem, [(t["speaker"], t["text"]) for t in script["turns"]], script.get("direction")))
    return found


def whole_calls(shared: Path) -> list[tuple[str, list[Line], str | None]]:
    found = scripts()
    for path in sorted((shared / "calls" / "harper_valley").glob("*.json")):
        segments = sorted(json.loads(path.read_text(encoding="utf-8"))["segments"], key=lambda s: s["start"])
        lines = [("rep" if s["role"] == "agent" else "customer", s["text"]) for s in segments if "[" not in s["text"]]
        found.append((path.stem, lines, "inbound"))
    for line in (shared / "text" / "calls.jsonl").read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        direction = "inbound" if call["type"] == "support" else "outbound"
        found.append((call["id"], [(t["speaker"], t["text"]) for t in call["turns"]], direction))
    return found


def judged(calls: list[tuple[str, list[Line], str | None]], *, astray: float = 0.0, told: bool = True) -> Counter[str]:
    """How often both voices of a mono call come out right, open or wrong; `astray`: share of turns given away."""
    found: Counter[str] = Counter()
    for name, lines, direction in calls:
        dice = random.Random(name)
        other = {"rep": "customer", "customer": "rep"}
        given = [(other[who] if dice.random() < astray else who, text) for who, text in lines]
        order = dice.sample(["rep", "customer"], 2)
        got = sides(
            speakers.attribute(heard(given, order, mono=True), recording(direction=direction if told else None))
        )
        found["right" if got == order else "open" if "unknown" in got else "wrong"] += 1
    return found


@pytest.mark.parametrize("told", [True, False], ids=["direction known", "direction not known"])
def test_sample_calls_are_told_by_their_words(told: bool) -> None:
    found = judged(scripts(), told=told)
    assert found["wrong"] == 0
    assert found["right"] >= 13


@pytest.mark.parametrize("astray", [0.0, 0.05, 0.1])
def test_real_calls_are_told_or_left_open_but_not_turned_round(shared: Path, astray: float) -> None:
    found = judged(whole_calls(shared), astray=astray)
    assert found["wrong"] == 0
    assert found["open"] <= (2 if astray == 0 else 4)
