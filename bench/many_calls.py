"""A great many calls, always the same: real sentences of ours, with words of a Zipf-like vocabulary among them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate

from clips_api.index.rows import Documents
from nlp.findings import CallType, Moment, Parts, Step, Tag
from pipeline.folder import CallFolder
from pipeline.library import Library
from pipeline.records import Analysis, Recording, Transcript, Turn
from tests.places import ROOT

TURNS = 10  # of a call; each becomes a clip, or two of them a moment
REPS = 200
VOCABULARY = 50_000
STRANGE = 0.15  # of the words are of that vocabulary
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
OBJECTIONS = TAGGED = 0.1  # of the turns
TAGS = ("price", "timing", "authority", "need", "competitor", "risk", "status_quo", "technical")
OTHERS = ("handling.explore", "handling.respond", "step.agenda", "step.next_step", "signal.buying")
STEPS = ("greeting", "agenda", "discovery", "next_step", "recap", "closing")


@cache
def sentences() -> list[str]:
    """The sentences that the suggestions are trained on."""
    found = []
    for file in sorted((ROOT / "nlp" / "suggester" / "sentences").glob("*.txt")):
        found += [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip() and line[0] != "#"]
    return found


@cache
def _weights() -> list[float]:
    return list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))


def word(rank: int) -> str:
    """The word of a rank in the vocabulary: syllables, so that it stems and folds like one."""
    out = ""
    for _ in range(4):
        rank, part = divmod(rank, 60)
        out += "bdfgklmnprst"[part % 12] + "aeiou"[part // 12]
    return out


def text(chance: random.Random) -> str:
    """One turn's words."""
    said = " ".join(chance.choices(sentences(), k=chance.choice((1, 1, 2, 3)))).split(" ")
    strange = sum(chance.random() < STRANGE for _ in said)
    for rank in chance.choices(range(VOCABULARY), cum_weights=_weights(), k=strange):
        said[chance.randrange(len(said))] = word(rank)
    return " ".join(said)


def call(number: int) -> Documents:
    """The documents of one call, unwritten."""
    chance = random.Random(number)
    name = f"{number:016x}"
    sides = ("rep", "customer")
    turns = tuple(
        Turn.model_construct(
            speaker=sides[at % 2], start=8.0 * at, end=8.0 * at + 7.5, text=text(chance), words=(), flags=()
        )
        for at in range(TURNS)
    )
    tags, moments = [], []
    for at in range(1, TURNS - 1, 2):
        if chance.random() < OBJECTIONS:
            tag = f"objection.{chance.choice(TAGS)}"
            tags.append(_tag(tag, turns, at))
            parts = Parts(*(turns[at + 1].text[:20] if chance.random() < 0.4 else None for _ in range(4)))
            heard = sum(words is not None for words in (parts.acknowledge, parts.explore, parts.respond, parts.confirm))
            moments.append(
                Moment(tag, (at, at + 1), turns[at].start, turns[at + 1].end, 2 * heard, parts, (), None, "made up")
            )
    tags += [_tag(chance.choice(OTHERS), turns, at) for at in range(0, TURNS, 2) if chance.random() < TAGGED]
    steps = (Step(step, "missed" if chance.random() < 0.3 else "done", None, None, "") for step in STEPS)
    recording = _recording().model_copy(
        update={
            "id": name,
            "filename": f"{name}.wav",
            "duration_s": chance.choice((80.0, 400.0, 1000.0, 2400.0)),
            "rep": f"Rep {number % REPS}",
            "customer": f"Customer {number % 5000}",
            "started_at": BEGAN + timedelta(minutes=10 * number % (60 * 24 * 1000)),
            "source": chance.choice(("zoom", "teams", "phone", "twilio")),
        }
    )
    transcript = Transcript.model_construct(recording_id=name, made_from={}, language="en", model="", turns=turns)
    analysis = Analysis.model_construct(
        recording_id=name,
        made_from={},
        playbook={},
        type=CallType("conversation", ""),
        tags=tuple(tags),
        moments=tuple(moments),
        steps=tuple(steps),
        pii=(),
        metrics={},
        suggestions=(),
    )
    return Documents(name, name, recording, transcript, analysis)


def _tag(tag: str, turns: tuple[Turn, ...], at: int) -> Tag:
    turn = turns[at]
    return Tag(tag, "made: up", at, 0, 5, turn.text[:5], turn.speaker, turn.start, turn.end)


@cache
def _recording() -> Recording:
    return Recording(
        id="0" * 16,
        sha256="0" * 64,
        files=(),
        filename="call.wav",
        bytes=1,
        duration_s=80.0,
        channels=2,
        sample_rate=8000,
        codec="pcm_s16le",
        arrived_at=BEGAN,
    )


def calls(first: int, many: int) -> Iterator[Documents]:
    """`many` calls from one number on."""
    return (call(number) for number in range(first, first + many))


def keep(library: Library, documents: Documents) -> None:
    """Write one call's folder as the worker would; its sound is empty."""
    room = CallFolder(library.incoming_folder())
    (room.path / "recording.wav").touch()
    call = library.arrive(room.path, documents.id)
    for document in (documents.transcript, documents.recording, documents.analysis):
        if document is not None:
            call.keep(document)
