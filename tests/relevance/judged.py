"""How well search ranks what managers look for: 60 queries over made and sample calls, judged by what is meant.

Judged clips are pooled, as in Voorhees and Harman, "TREC: Experiment and Evaluation in Information Retrieval" (2005):
what no search by words or tags could give counts neither way. So this measures order and matching, not synonyms.

nDCG@10 as Järvelin and Kekäläinen ("Cumulated gain-based evaluation of IR techniques", 2002) with the gain 2^grade - 1
and the discount log2(1 + rank) of Burges et al. ("Learning to rank using gradient descent", 2005).
"""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from math import log2
from pathlib import Path
from typing import Any

import yaml

from clips_api.cursors import Cursors
from clips_api.index import writer
from clips_api.index.clips import clips_of
from clips_api.index.database import Database
from clips_api.index.question import Question
from clips_api.index.rows import Documents, rows_of
from clips_api.index.search import Finder
from clips_api.index.wordindex import COMMON, stems
from clips_api.query import Query
from clips_api.spans import clip_id
from clips_api.words import folded
from nlp.findings import CallType, Moment, Parts, Tag
from pipeline.records import Analysis, Recording, Transcript, Turn

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "sample_audio"
SEED = 5
CALLS = 44
SHOWN = 10  # clips that are looked at
WELL = 7  # the score from which a moment is worth copying
BEGAN, DAYS = datetime(2024, 11, 4, 9, tzinfo=UTC), 725
REPS = ("Anna", "Sam", "Priya", "Omar", "Lucy")
SCORES = {"good": 9, "weak": 4, "ignored": 1}  # of the sample calls' handling
MISHEARD = {("fieldstone",): (("field", "stone"), ("feel", "stone"))}
STEPS = {  # what an exchange that is no objection is tagged with, by its first label
    "next-step": "step.next_step",
    "recap": "step.recap",
    "recording": "step.recording_disclosure",
    "agenda": "step.agenda",
    "discovery": "step.discovery",
    "buying": "signal.buying",
    "reaction": "reaction.positive",
}
LABELS = {tag: label for label, tag in STEPS.items()}


@dataclass(frozen=True)
class Said:
    """A turn, and what it is about."""

    speaker: str
    text: str
    about: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Exchange:
    """A few turns that belong together; a moment where there is a score."""

    tag: str | None
    score: int | None
    turns: tuple[Said, ...]


@dataclass(frozen=True)
class Judged:
    """A clip that can be found: what it is about, and what filters go by."""

    id: str
    labels: frozenset[str]
    text: str
    tags: tuple[str, ...]
    score: float | None
    rep: str
    at: datetime

    def passes(self, asked: dict[str, Any]) -> bool:
        """Whether it fits the filters of a query."""
        return (
            asked.get("tag") in (None, *self.tags)
            and asked.get("rep") in (None, self.rep)
            and (self.score or 0) >= asked.get("min_score", 0)
            and self.at.date().isoformat() >= asked.get("since", "")
        )

    def pooled(self, typed: str) -> bool:
        """Whether some search could give it: one of the words in any form, or the tag that they name."""
        terms = Query.parse(typed).heard_as(MISHEARD).terms
        asked = {word for term in terms for word in term.words} - COMMON
        words = folded(self.text).split()
        if not typed or any(word.startswith(tuple(asked)) for word in words if asked):
            return True
        asked_stems = set(stems(sorted(asked)))
        named = (set(stems(tag.partition(".")[2].replace("_", " "))) for tag in self.tags)
        return not asked_stems.isdisjoint(stems(words)) or any(name <= asked_stems for name in named)

    def grade(self, query: dict[str, Any]) -> int:
        """How much a manager who typed this wants it: 0 to 3."""
        if not self.passes(query.get("asked", {})) or not self.pooled(query.get("meant", query["q"])):
            return 0
        mentions = query.get("mentions")
        says = bool(mentions and re.search(rf"\b({mentions})", self.text, re.IGNORECASE))
        if query.get("exact") and not says:
            return 0
        for grade in (3, 2, 1):
            if any(self.labels.issuperset(wanted.split("+")) for wanted in query["grades"][grade]):
                return grade
        return int(says)


def queries() -> list[dict[str, Any]]:
    """Every query with its grades."""
    found: list[dict[str, Any]] = yaml.safe_load((HERE / "queries.yml").read_text("utf-8"))
    return found


@cache
def exchanges() -> list[Exchange]:
    """Those of the file."""
    lines = [line for line in (HERE / "exchanges.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    return [_exchange(block.splitlines()) for block in "\n".join(lines).strip().split("\n\n")]


def _exchange(lines: Sequence[str]) -> Exchange:
    head = re.fullmatch(r"(?:(\w+) (\d+)|-): (.+)", lines[0])
    assert head, lines[0]
    about = head[3].split()
    turns = [_turn(line) for line in lines[1:]]
    turns[0] = Said(turns[0].speaker, turns[0].text, turns[0].about | set(about))
    if head[1]:
        return Exchange(f"objection.{head[1]}", int(head[2]), tuple(turns))
    return Exchange(STEPS.get(about[0]), None, tuple(turns))


def _turn(line: str) -> Said:
    found = re.fullmatch(r"([cr]) (.*?)(?: \{(.+)\})?", line)
    assert found, line
    return Said({"c": "customer", "r": "rep"}[found[1]], found[2], frozenset((found[3] or "").split()))


@dataclass(frozen=True)
class Call:
    """A call: its documents, and what each turn is about."""

    documents: Documents
    about: tuple[frozenset[str], ...]

    def clips(self) -> Iterator[Judged]:
        """Each clip that the index lists."""
        recording, transcript = self.documents.recording, self.documents.transcript
        assert recording
        assert transcript
        assert recording.rep
        assert recording.started_at
        spans: dict[str, list[Any]] = {}
        for clip in clips_of(transcript, self.documents.analysis):
            spans.setdefault(clip_id(recording.id, clip.start_s, clip.end_s, clip.turn), []).append(clip)
        for name, same in spans.items():
            score = max((clip.score for clip in same if clip.kind == "moment"), default=None)
            handled = set() if score is None else {"moment", "well" if score >= WELL else "weak"}
            about = frozenset().union(*(self.about[turn] for clip in same for turn in clip.turns))
            text = " ".join(f"{clip.quote} {clip.reply or ''}" for clip in same)
            tags = tuple(clip.tag for clip in same if clip.tag)
            yield Judged(name, about | handled, text, tags, score, recording.rep, recording.started_at)


def made() -> Iterator[Call]:
    """Calls put together from the exchanges, each of which stands in one."""
    chance = random.Random(SEED)
    left = exchanges().copy()
    chance.shuffle(left)
    for number in range(CALLS):
        rep = REPS[number % len(REPS)]
        some = left[number::CALLS]
        hello = Said("rep", f"Good morning, this is {rep} from Juniper Lane. Have you got a minute?")
        bye = Said("rep", "Thank you for your time. Goodbye.")
        day = BEGAN + timedelta(days=chance.randrange(DAYS), minutes=15 * chance.randrange(32))
        parts = [Exchange("step.greeting", None, (hello,)), *some, Exchange("step.closing", None, (bye,))]
        yield _call(f"{number:016x}", rep, day, parts)


def samples() -> Iterator[Call]:
    """The sample calls from their truth."""
    about = yaml.safe_load((HERE / "samples.yml").read_text("utf-8"))
    for number, file in enumerate(sorted((SAMPLES / "truth").glob("*.json")), 0xA00):
        truth = json.loads(file.read_text("utf-8"))
        script = yaml.safe_load((SAMPLES / "scripts" / f"{file.stem}.yml").read_text("utf-8"))
        scores = {one["objection_turn"]: SCORES[one["quality"]] for one in truth.get("handling", ())}
        parts = []
        for at, turn in enumerate(truth["turns"]):
            labels = about.get(file.stem, {}).get(at, "").split()
            known = [LABELS[tag] for tag in turn["tags"] if tag in LABELS]
            said = Said(turn["speaker"], turn["text"], frozenset([*labels, *known]))
            if parts and parts[-1].score is not None and len(parts[-1].turns) == 1:
                parts[-1] = Exchange(parts[-1].tag, parts[-1].score, (*parts[-1].turns, said))
            else:
                parts.append(Exchange(next(iter(turn["tags"]), None), scores.get(at), (said,)))
        yield _call(f"{number:016x}", truth["rep"], datetime.fromisoformat(script["started_at"]), parts)


def _call(name: str, rep: str, day: datetime, parts: Sequence[Exchange]) -> Call:
    turns: list[Turn] = []
    tags, moments = [], []
    for part in parts:
        first = len(turns)
        for said in part.turns:
            start = turns[-1].end + 0.5 if turns and turns[-1].end else 1.0
            end = round(start + 0.35 * len(said.text.split()), 2)
            turns.append(Turn(speaker=said.speaker, start=round(start, 2), end=end, text=said.text))
        whole = turns[first]
        if part.tag:
            place = (0, len(whole.text), whole.text, whole.speaker, whole.start, whole.end)
            tags.append(Tag(part.tag, f"{part.tag}: as written", first, *place))
        if part.tag and part.score is not None:
            inside = tuple(range(first, len(turns)))
            heard = Parts(explore=turns[-1].text if part.score >= WELL else None)
            span = (inside, whole.start, turns[-1].end, part.score, heard)
            moments.append(Moment(part.tag, *span, (), None, "as written"))
    transcript = Transcript(recording_id=name, language="en", turns=tuple(turns))
    recording = Recording(
        id=name, sha256=name * 4, files=("recording.wav",), filename=f"{name}.wav", bytes=1, rep=rep, started_at=day,
        duration_s=turns[-1].end or 0.0, channels=2, sample_rate=8000, codec="pcm_s16le", arrived_at=day,
    )  # fmt: skip
    analysis = Analysis(
        recording_id=name,
        playbook={"name": "default", "version": "1"},
        type=CallType("conversation", "both speak"),
        tags=tuple(tags),
        moments=tuple(moments),
    )
    documents = Documents(name, "1", recording, transcript, analysis)
    return Call(documents, tuple(said.about for part in parts for said in part.turns))


@contextmanager
def searchable() -> Iterator[tuple[Finder, list[Judged]]]:
    """A finder over a real index of all these calls, and every clip in it."""
    calls = [*made(), *samples()]
    with tempfile.TemporaryDirectory(prefix="exemplar-relevance-") as folder:
        database = Database(Path(folder))
        try:
            writer.replace(database, [call.documents.id for call in calls], [rows_of(call.documents) for call in calls])
            database.finish()
            yield Finder(database, Cursors(b"any"), lambda: MISHEARD), [clip for call in calls for clip in call.clips()]
        finally:
            database.close()


def ndcg(grades: Sequence[int], best: Sequence[int]) -> float:
    """Of the grades in the order shown, against those of everything that could be shown: 0 to 1."""

    def gained(some: Sequence[int]) -> float:
        return sum((2**grade - 1) / log2(2 + place) for place, grade in enumerate(some[:SHOWN]))

    return gained(grades) / gained(sorted(best, reverse=True))


def figures(finder: Finder, clips: Sequence[Judged]) -> dict[str, float]:
    """nDCG@10 of each query, by what was typed and chosen."""
    found = {}
    for query in queries():
        asked = query.get("asked", {})
        grades = {clip.id: clip.grade(query) for clip in clips}
        page = finder.search(Question(q=query["q"], **asked), limit=SHOWN)
        typed = " ".join([query["q"], *(f"{name}:{value}" for name, value in asked.items())])
        found[typed] = ndcg([grades[row["id"]] for row in page.rows], list(grades.values()))
    return found


def relevance() -> float:
    """The mean over all queries."""
    with searchable() as (finder, clips):
        found = figures(finder, clips)
    return sum(found.values()) / len(found)
