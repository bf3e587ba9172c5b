"""Questions made from a moment of a call, for a manager to choose from and edit.

The best kind stops the clip before the reply. The strong answer is then what the rep said; the weaker ones are written
sentences from weak_replies.yml, never anybody's voice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import takewhile

from clips_api import clips, documents, excerpts
from clips_api.answers import Clip
from clips_api.asking import Option
from clips_api.clipping import AIR
from clips_api.deps import Parts
from clips_api.excerpts import SHORTEST, Excerpt
from clips_api.index.rows import Documents
from clips_api.problems import NotNow
from clips_api.questions import Kind, One, Order, Own, Reply, Several, Spot
from clips_api.render import label
from clips_api.spans import Span, clip_id, turns_within
from clips_api.weak_replies import concerns, weaker
from nlp.findings import Moment
from nlp.score import EXEMPLARY
from pipeline.records import Analysis, Transcript, Turn

WORDS = 48  # of the strong one, so that its length doesn't tell
CONCERNS = 3  # wrong answers to which concern it is
OPENING = 90.0  # seconds in which a call's first steps belong
FIRST_STEPS = ("greeting", "recording_disclosure", "agenda", "discovery")
PARTS = {
    "acknowledge": "Names the concern",
    "explore": "Asks back",
    "respond": "Gives evidence",
    "confirm": "Checks that it is settled",
}
_SENTENCE = re.compile(r"(?<=[.?!…])\s+")


@dataclass(frozen=True)
class Source:
    """A moment, or any other clip, with what questions are made from. Its words are masked."""

    clip: Clip
    moment: Moment | None
    tags: tuple[str, ...]  # of the moment first, then of others that begin where it does
    reply: str  # of the rep, empty where there is none
    whole: Excerpt
    stopped: Excerpt | None  # the same, kept back from the reply on

    @property
    def heard(self) -> dict[str, str]:
        """The parts of a good reply that were heard, with their words."""
        parts = self.moment.parts if self.moment else None
        return {name: words for name in PARTS if (words := getattr(parts, name, None))}

    @property
    def strong(self) -> bool:
        """Whether its reply is worth copying."""
        return self.moment is not None and (self.moment.exemplar or (self.moment.score or 0) >= EXEMPLARY)


def proposals(parts: Parts, wanted: str) -> list[Kind]:
    """Questions about a clip, the best first. Raises NotFound, BadInput, NotNow."""
    source, found = _source(parts, wanted)
    made: list[Kind | None] = [
        _reply(source),
        _spot(source),
        _several(source),
        _order(source),
        _concern(source, concerns(parts)),
        _own(source),
        *_opening(parts, found),
    ]
    return [one for one in made if one is not None]


def _source(parts: Parts, wanted: str) -> tuple[Source, Documents]:
    clip = clips.resolve(parts, wanted)
    found = documents.read(parts.library.call(clip.recording_id), mask=True)
    if found.transcript is None:
        raise NotNow("what is said in it is not known yet")
    moment = next((one for one in _moments(found.analysis) if _named(found, one) == clip.id), None)
    numbers = sorted(moment.turns) if moment else [n for n, _ in turns_within(found.transcript, Span.parse(clip.id))]
    asked, replied = _halves(found.transcript, numbers)
    whole = excerpts.excerpt(parts, clip.id)
    stopped = None
    if asked and replied and (until := _until(asked, replied[0], whole)) is not None:
        stopped = excerpts.excerpt(parts, clip.id, until)
    return Source(clip, moment, _tags(found, moment), " ".join(turn.text for turn in replied), whole, stopped), found


def _tags(found: Documents, moment: Moment | None) -> tuple[str, ...]:
    if moment is None:
        return ()
    others = [
        one.tag for one in _moments(found.analysis) if min(one.turns, default=-1) == min(moment.turns, default=-2)
    ]
    return tuple(dict.fromkeys([moment.tag, *others]))


def _moments(analysis: Analysis | None) -> Sequence[Moment]:
    return analysis.moments if analysis else ()


def _named(found: Documents, moment: Moment) -> str:
    return clip_id(found.id, moment.start, moment.end, min(moment.turns, default=0))


def _halves(transcript: Transcript, numbers: Sequence[int]) -> tuple[list[Turn], list[Turn]]:
    """The turns of whoever speaks first, and those of the rep's reply to them."""
    turns = [transcript.turns[number] for number in numbers]
    asked = list(takewhile(lambda turn: turn.speaker == turns[0].speaker, turns))
    rest = turns[len(asked) :]
    if not asked or asked[0].speaker == "rep":
        return [], []
    return asked, list(takewhile(lambda turn: turn.speaker == "rep", rest))


def _until(asked: Sequence[Turn], reply: Turn, whole: Excerpt) -> float | None:
    """Where a clip stops so that the objection is heard and nothing of the reply; None where it can't."""
    if reply.start is None or any(turn.end is None for turn in asked):
        return None
    begins = min([reply.start, *(word.start for word in reply.words)])
    ends = max(turn.end for turn in asked if turn.end is not None)
    until = round(min(ends + AIR, begins), 3)
    return until if whole.start + 2 * SHORTEST <= until <= whole.end - SHORTEST else None


def _reply(source: Source) -> Kind | None:
    said = _short(source.reply)
    if source.stopped is None or not source.strong or not said:
        return None
    why = "What the rep said." + (f" It {_list(_verbs(source))}." if source.heard else "")
    strong = Option(text=said, why=why)
    return Reply(
        text="What would you say?",
        options=(strong, *weaker(source.tags[0], source.clip.id)),
        right=strong.id,
        explanation="Listen to how it went on.",
        clip=source.stopped,
    )


def _concern(source: Source, tags: Sequence[str]) -> Kind | None:
    clip = source.clip
    if not source.tags or source.tags[0] not in tags:
        return None
    other = [tag for tag in tags if tag not in source.tags]
    other.sort(key=lambda tag: sha256(f"{clip.id}/{tag}".encode()).digest())
    options = [Option(text=label(tag).capitalize()) for tag in (source.tags[0], *other[:CONCERNS])]
    return One(
        text="Which concern does the customer raise?",
        options=tuple(options),
        right=options[0].id,
        clip=source.stopped or source.whole,
    )


def _several(source: Source) -> Kind | None:
    if not 0 < len(source.heard) < len(PARTS):
        return None
    options = _parts(source, PARTS)
    right = tuple(one.id for one, name in zip(options, PARTS, strict=True) if name in source.heard)
    return Several(
        text="What do you hear in the rep's reply?",
        options=options,
        right=right,
        explanation=_why(source),
        clip=source.whole,
    )


def _spot(source: Source) -> Kind | None:
    missing = next((name for name in ("explore", "confirm", "acknowledge", "respond") if name not in source.heard), "")
    if not missing or len(source.heard) < 2:
        return None
    names = [name for name in PARTS if name in source.heard or name == missing]
    options = _parts(source, names)
    return Spot(
        text="Which part of a good reply is not heard here?",
        options=options,
        right=options[names.index(missing)].id,
        explanation=_why(source),
        clip=source.whole,
    )


def _order(source: Source) -> Kind | None:
    said = {words: source.reply.find(words) for words in source.heard.values()}
    places = [place for place in said.values() if place >= 0]
    if len(set(places)) < 3 or len(places) < len(source.heard):
        return None
    return Order(
        text="What comes next? Put what the rep says in order.",
        options=tuple(Option(text=_short(words)) for words in sorted(said, key=lambda words: said[words])),
        explanation=_why(source),
        clip=source.stopped or source.whole,
    )


def _own(source: Source) -> Kind | None:
    if source.clip.speaker == "rep":
        return None
    return Own(
        text="What would you say now?",
        look_for=tuple(PARTS.values()),
        explanation="Listen to how it went on." if source.stopped else "",
        clip=source.stopped or source.whole,
    )


def _opening(parts: Parts, found: Documents) -> Iterator[Kind]:
    """The missed step of a call's opening, where one is missed and others are heard."""
    steps = {step.step: step for step in (found.analysis.steps if found.analysis else ()) if step.step in FIRST_STEPS}
    turns = found.transcript.turns if found.transcript else ()
    missed = [name for name, step in steps.items() if step.result == "missed"]
    early = {number for number, turn in enumerate(turns) if turn.end is not None and turn.end <= OPENING}
    done = [name for name, step in steps.items() if step.result == "done" and step.turn in early]
    ends = [turn.end for turn in turns if turn.end is not None and turn.end <= OPENING]
    if len(missed) != 1 or len(done) < 2:
        return
    options = tuple(Option(text=label(name).capitalize()) for name in [*missed, *done])
    yield Spot(
        text="Which step is not heard in the opening of this call?",
        options=options,
        right=options[0].id,
        explanation=steps[missed[0]].why,
        clip=excerpts.excerpt(parts, f"{found.id}-0-{round(max(ends) * 1000)}"),
    )


def _parts(source: Source, names: Sequence[str] | dict[str, str]) -> tuple[Option, ...]:
    quotes = source.heard
    return tuple(
        Option(text=PARTS[name], why=f"“{_short(quotes[name])}”" if name in quotes else "Not heard.") for name in names
    )


def _why(source: Source) -> str:
    return source.moment.why if source.moment else ""


def _verbs(source: Source) -> list[str]:
    return [PARTS[name][0].lower() + PARTS[name][1:] for name in source.heard]


def _list(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def _short(text: str) -> str:
    """Whole sentences from its start, as many as stay short; of one long sentence its beginning."""
    kept: list[str] = []
    for sentence in _SENTENCE.split(" ".join(text.split())):
        if kept and len(" ".join([*kept, sentence]).split()) > WORDS:
            break
        kept.append(sentence)
    words = " ".join(kept).split()
    return " ".join(words) if len(words) <= 2 * WORDS else " ".join(words[:WORDS]) + " …"
