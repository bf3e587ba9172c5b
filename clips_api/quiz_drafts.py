"""Drafts of quizzes: saved, checked, published; what a version asks, and what of it can't be asked any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from clips_api import audit, consents, excerpts, rights
from clips_api.clips import resolve
from clips_api.deps import Parts
from clips_api.excerpts import Excerpt
from clips_api.problems import NotNow
from clips_api.questions import Choosing, Kind, read, stored
from clips_api.store import quizzes as store
from clips_api.store.quizzes import Quiz, Version
from pipeline.errors import BadInput
from pipeline.library import now

MOST = 20  # questions of a quiz
TRIES = 2  # how often a quiz may be tried, unless said otherwise
MOST_TRIES = 10
PACE = 200  # words a minute that people read
THINKING = 8.0  # seconds for an answer that is chosen
WRITING = 60.0  # seconds for one that is written


def opened(parts: Parts, quiz: int) -> tuple[Quiz, Version]:
    """A quiz and what an editor shows of it. Raises NotFound, also for one with clips that this person may not see."""
    found, version = store.one(parts.store, quiz), store.latest(parts.store, quiz)
    for one in asked(version):
        if one.clip is not None and not one.clip.gone and not consents.may_show(parts, one.clip.clip_id):
            rights.call(parts, one.clip.recording_id)
    return found, version


def asked(version: Version) -> list[Kind]:
    """The questions of a version."""
    return read(version.questions)


def askable(parts: Parts, version: Version) -> list[Kind]:
    """Those that can be asked today: the call of the clip is there, and its rep agrees to its use."""
    return [
        one
        for one in asked(version)
        if one.clip is None or (not one.clip.gone and consents.may_show(parts, one.clip.clip_id))
    ]


def save(
    parts: Parts, quiz: int, wanted: Sequence[Kind], *, attempts: int | None = None, revision: int | None = None
) -> Version:
    """Write the draft. A clip that stands in it keeps its words, a new one gets those of today and its rep is asked.

    Raises NotFound, BadInput, Overtaken.
    """
    last = opened(parts, quiz)[1]
    if len(wanted) > MOST:
        raise BadInput(f"a quiz has {MOST} questions at most")
    if len({one.id for one in wanted}) < len(wanted):
        raise BadInput("two questions have the same id")
    known = {(one.clip.clip_id, one.clip.until): one.clip for one in asked(last) if one.clip is not None}
    made = [one.model_copy(update={"clip": one.clip and _clip(parts, known, one.clip)}) for one in wanted]
    return store.save(
        parts.store,
        quiz,
        questions=stored(made),
        attempts=last.attempts if attempts is None else attempts,
        revision=revision,
        by=parts.viewer.name,
        at=now(),
    )


def faults(parts: Parts, version: Version) -> dict[str, list[str]]:
    """What keeps each question from being asked, by its id; those without fault are left out."""
    found = {one.id: one.faults() + _consent(parts, one.clip) for one in asked(version)}
    return {name: why for name, why in found.items() if why}


def publish(parts: Parts, quiz: int, revision: int | None = None) -> Version:
    """Let the draft out. Raises NotFound, NotNow naming what is in the way, Overtaken."""
    last = opened(parts, quiz)[1]
    places = {one.id: place for place, one in enumerate(asked(last), 1)}
    if not places:
        raise NotNow("it asks nothing yet: add a question")
    wrong = [f"question {places[name]}: {' '.join(why)}" for name, why in faults(parts, last).items()]
    if wrong:
        raise NotNow("; ".join(wrong))
    out = store.publish(parts.store, quiz, revision=last.revision if revision is None else revision, at=now())
    if last.published_at is None:
        for clip in sorted({one.clip.clip_id for one in asked(out) if one.clip is not None}):
            audit.note(parts, "shared", f"clip/{clip}", f"quiz/{quiz}")
    return out


def minutes(questions: Sequence[Kind]) -> int:
    """How long answering takes, roughly."""
    return max(1, ceil(sum(_seconds(one) for one in questions) / 60))


def holding(parts: Parts, recording_id: str) -> list[Quiz]:
    """The quizzes that ask about a call, in any version, put away or not; by title."""
    found = {quiz.id: quiz for quiz, _ in _about(parts, recording_id)}
    return sorted(found.values(), key=lambda one: one.title.casefold())


def forget(parts: Parts, recording_id: str) -> None:
    """Take every word of a deleted call out of every version; its questions are not asked any more."""
    change = {
        version.id: stored([_forgotten(one, recording_id) for one in asked(version)])
        for _, version in _about(parts, recording_id)
    }
    store.rewrite(parts.store, change)


def _about(parts: Parts, recording_id: str) -> Iterator[tuple[Quiz, Version]]:
    """The versions that ask about a call."""
    every = {one.id: one for archived in (False, True) for one in store.find(parts.store, archived=archived)}
    for number, versions in store.history(parts.store, every).items():
        for version in versions:
            if any(one.clip is not None and one.clip.recording_id == recording_id for one in asked(version)):
                yield every[number], version


def _forgotten(one: Kind, recording_id: str) -> Kind:
    """A question without the words of a call: its clip's, and those that its options and its explanation quote."""
    if one.clip is None or one.clip.recording_id != recording_id:
        return one
    gone: dict[str, object] = {"clip": one.clip.forgotten(), "explanation": ""}
    if isinstance(one, Choosing):
        blank = [
            option.model_copy(update={"text": f"Answer {n}", "why": ""}) for n, option in enumerate(one.options, 1)
        ]
        gone["options"] = tuple(blank)
    return one.model_copy(update=gone)


def _clip(parts: Parts, known: dict[tuple[str, float | None], Excerpt], wanted: Excerpt) -> Excerpt:
    kept = known.get((wanted.clip_id, wanted.until))
    if kept is not None:
        return kept
    resolve(parts, wanted.clip_id)  # whoever may not see it can't ask about it
    made = excerpts.excerpt(parts, wanted.clip_id, wanted.until)
    consents.ask(parts, wanted.clip_id)
    return made


def _consent(parts: Parts, clip: Excerpt | None) -> list[str]:
    if clip is None:
        return []
    if clip.gone or parts.library.known(clip.recording_id) is None:
        return ["Its call was deleted: take the question out."]
    if consents.may_show(parts, clip.clip_id):
        return []
    asked_of = consents.state(parts, clip.clip_id)
    who = (asked_of and asked_of.rep) or "The rep"
    if asked_of is not None and asked_of.agreed is False:
        return [f"{who} does not want this clip to be used."]
    return [f"{who} has not yet agreed that this clip is used."]


def _seconds(one: Kind) -> float:
    shown = one.shown(list)
    words = len(" ".join([shown.text, *(choice.text for choice in shown.choices)]).split())
    clip = (one.clip.seconds + (one.clip.rest_seconds or 0.0)) if one.clip else 0.0
    return clip + words * 60 / PACE + (WRITING if one.way == "words" else THINKING)
