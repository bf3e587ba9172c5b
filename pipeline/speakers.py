"""From what was heard to who said what: a pure function of what was heard, what is known, and what people put right.

docs/speakers.md says in words how it is decided. Voices are numbered as `Heard.voices` has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline import answers, channels, samples, turns
from pipeline.cues import Cues, unnamed
from pipeline.person import called, same
from pipeline.records import Correction, Heard, Recording, Speaker, Speakers, Transcript, Voice, VoiceIs, Word
from pipeline.sides import SURE, Evidence
from pipeline.spelling import unify
from pipeline.vocabulary import Vocabulary

ENGINE = "speakers/1"
STRONG = 4.0  # log-odds of words that contradict what is known of a recorder: then a person is asked
LEAN = 1.0  # log-odds of words that speak against a mere guess: then a person is asked
MAIN = 0.1  # a voice with a smaller share of the words may stay open without the call being asked about
OTHER: dict[Speaker, Speaker] = {"rep": "customer", "customer": "rep", "unknown": "unknown"}
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Each voice's side, whether that is sure, and why; a voice that is not named is unknown."""

    sides: Mapping[int, Speaker]
    sure: bool
    by: Literal["person", "names", "map", "words", "nobody"]
    why: str


def attribute(
    heard: Heard,
    recording: Recording,
    corrections: Sequence[Correction] = (),
    *,
    learnt: Mapping[str, int] | None = None,
    vocabulary: Vocabulary | None = None,
    made_from: dict[str, str] | None = None,
) -> Transcript:
    """Who said what. `learnt` holds managers' answers by `channels.key`: which lane was the rep's."""
    spoken = [(vocabulary or Vocabulary()).repair(unify(voice.words)) for voice in heard.voices]
    call = Call(heard.voices, spoken, recording, answers.of_voices(corrections))
    verdict = call.decide(learnt or {})
    sides = [verdict.sides.get(number, "unknown") for number in range(len(spoken))]
    stretches = answers.of_stretches(corrections, heard.voices)

    def put_right(voice: int, word: Word) -> Speaker | None:
        said = next((stretch.speaker for stretch in stretches if stretch.holds(voice, word)), None)
        return None if said == sides[voice] else said

    mixed = {number for number, voice in enumerate(heard.voices) if not voice.sure}
    voices = [
        VoiceIs(
            voice=number,
            speaker=sides[number],
            name=call.name(number),
            start=sample.start,
            end=sample.end,
            quote=sample.quote,
        )
        for number, sample in samples.pick(spoken)
        if number not in mixed
    ]
    return Transcript(
        recording_id=heard.recording_id or recording.id,
        made_from=made_from or {},
        language=heard.language,
        model=heard.model,
        speakers=Speakers(sure=verdict.sure, by=verdict.by, why=verdict.why, voices=tuple(voices)),
        turns=turns.merge(list(zip(sides, spoken, strict=True)), mixed=mixed, put_right=put_right),
        dropped=heard.dropped,
    )


class Call:
    """What there is to decide on: the voices, their words, what is known of the call, and what people said."""

    def __init__(
        self,
        voices: Sequence[Voice],
        spoken: Sequence[Sequence[Word]],
        recording: Recording,
        said: Mapping[int, Speaker],
    ) -> None:
        self._voices = voices
        self._recording = recording
        self._said = said
        speaking = [number for number, voice in enumerate(voices) if voice.sure and spoken[number]]
        self._order = sorted(speaking, key=lambda number: (-len(spoken[number]), number))
        words = sum(len(spoken[number]) for number in speaking)
        self._main = [number for number in self._order[:2] if len(spoken[number]) >= MAIN * words]
        self._spoken = spoken

    def decide(self, learnt: Mapping[str, int]) -> Verdict:
        """Whose each voice is: people's answers, then names, then the recorder's channels against the words."""
        if not self._order:
            return Verdict({}, sure=False, by="nobody", why="No voice was heard that could be told from others.")
        answered = {voice: self._said[voice] for voice in self._order if voice in self._said}
        if answered and self._settled(answered):
            return Verdict(answered | self._by_words(answered), sure=True, by="person", why="Somebody said who is who.")
        named = self._named(answered)
        given = answered | named
        if named and self._settled(given):
            why = "The recording names its speakers."
            return Verdict(given | self._by_words(given), sure=True, by="names", why=why)
        place = None if given else self._place(learnt)
        return self._by_map(place) if place else self._from_words(given)

    def name(self, voice: int) -> str | None:
        """How a voice is called, where the recording, or its track, says so."""
        lane, lanes = self._voices[voice].lane, self._recording.lanes
        track = lanes[lane].name if lane is not None and lane < len(lanes) else None
        return self._voices[voice].name or track

    # each kind of evidence

    def _named(self, answered: Mapping[int, Speaker]) -> dict[int, Speaker]:
        """The voices whose name is the rep's or the customer's; of two, one name tells both."""
        found: dict[int, Speaker] = {}
        for voice in self._order:
            name = self.name(voice)
            rep, customer = same(name, self._recording.rep), same(name, self._recording.customer)
            if voice not in answered and rep != customer:
                found[voice] = "rep" if rep else "customer"
        return found

    def _settled(self, given: Mapping[int, Speaker]) -> bool:
        """Whether what is given decides the main voices: all of them, or one of two."""
        if len(self._order) == 2 and len(given) == 1:
            return next(iter(given.values())) != "unknown"
        return all(voice in given for voice in self._main)

    def _place(self, learnt: Mapping[str, int]) -> channels.Place | None:
        """How the recorder lays out its lanes, where the voices lie on lanes of their own."""
        lanes = [self._voices[voice].lane for voice in self._order]
        place = channels.rep_lane(self._recording, learnt)
        if place is None or None in lanes:
            return None
        apart = len(set(lanes)) > 1 or (len(lanes) == 1 and place.known)
        return place if apart else None

    def _odds(self, given: Mapping[int, Speaker]) -> tuple[Evidence, dict[int, float]]:
        rep, customer = self._recording.rep, self._recording.customer
        names = {"rep": called(rep, customer), "customer": called(customer, rep)}
        texts = turns.merge([("unknown", words) for words in self._spoken], mixed=())
        said = (Cues(names) if any(names.values()) else unnamed()).heard([turn.text for turn in texts])
        evidence = Evidence.of(
            {voice: [one for one in said if texts[one.turn].voice == voice] for voice in self._order}
        )
        return evidence, evidence.odds(self._order, given, self._recording.direction)

    # verdicts

    def _by_words(self, given: Mapping[int, Speaker]) -> dict[int, Speaker]:
        """The voices that nothing else decided, where the words do."""
        if all(voice in given for voice in self._order):
            return {}
        _, odds = self._odds(given)
        return {voice: _side(odd) for voice, odd in odds.items() if abs(odd) >= SURE}

    def _from_words(self, given: Mapping[int, Speaker]) -> Verdict:
        evidence, odds = self._odds(given)
        sides: dict[int, Speaker] = {voice: _side(odd) for voice, odd in odds.items() if abs(odd) >= SURE}
        if not all(voice in sides or voice in given for voice in self._main):
            why = f"What is said does not tell which voice is {self._rep}."
            return Verdict(given, sure=False, by="nobody", why=why)
        return Verdict(dict(given) | sides, sure=True, by="words", why=self._telling(evidence, sides))

    def _by_map(self, place: channels.Place) -> Verdict:
        sides: dict[int, Speaker] = {
            voice: "rep" if self._voices[voice].lane == place.rep else "customer" for voice in self._order
        }
        evidence, odds = self._odds({})
        against = max((-odds[voice] if sides[voice] == "rep" else odds[voice]) for voice in self._main)
        if place.known and against < STRONG:
            return Verdict(sides, sure=True, by="map", why=f"{place.why} So {self._at(place.rep)} is {self._rep}.")
        if not place.known:
            words = self._from_words({})
            if words.sure or against >= LEAN:
                return words
            why = f"{place.why} Nothing that is said speaks against {self._at(place.rep)} being {self._rep}."
            return Verdict(sides, sure=True, by="map", why=why)
        why = f"{_first(self._at(place.rep))} should be {self._rep}: {place.why} But what is said speaks against it."
        told = evidence.telling({voice: OTHER[side] for voice, side in sides.items()})
        if told:
            voice, one = told
            whose = "it" if self._voices[voice].lane == place.rep else "the other voice"
            why = f'{_first(self._at(place.rep))} should be {self._rep}, but {whose} {one.cue.means}: "{one.quote}".'
        return Verdict({}, sure=False, by="nobody", why=why)

    # words for people

    @property
    def _rep(self) -> str:
        return self._recording.rep or "the rep"

    def _telling(self, evidence: Evidence, sides: Mapping[int, Speaker]) -> str:
        told = evidence.telling(sides)
        if told is None:
            return f"What is said tells which voice is {self._rep}."
        voice, one = told
        who = self._rep if sides[voice] == "rep" else self._recording.customer or "the customer"
        return f'{_first(self._called(voice))} {one.cue.means} ("{one.quote}"), so it is {who}.'

    def _called(self, voice: int) -> str:
        name, lane = self.name(voice), self._voices[voice].lane
        if name:
            return f"the voice named {name}"
        if lane is not None and len({self._voices[other].lane for other in self._order}) > 1:
            return f"the voice on {self._at(lane)}"
        return f"the {ORDINALS[voice]} voice" if voice < len(ORDINALS) else "one voice"

    def _at(self, lane: int) -> str:
        lanes = self._recording.lanes
        return lanes[lane].what if lane < len(lanes) else f"channel {lane + 1}"


def _side(odds: float) -> Speaker:
    return "rep" if odds > 0 else "customer"


def _first(text: str) -> str:
    """As a sentence begins; names keep their capitals."""
    return text[:1].upper() + text[1:]
