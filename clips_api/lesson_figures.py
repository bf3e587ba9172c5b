"""How lessons went: who has one, how far they are, what they answered, what was contested. Of those one coaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clips_api import modules, results
from clips_api.deps import Parts
from clips_api.lessons import Heard, read
from clips_api.questions import Kind
from clips_api.store import contests
from clips_api.store import modules as store
from clips_api.store.modules import Module
from pipeline.errors import NotFound


@dataclass(frozen=True)
class Asked:
    """One question: answered fully at the first try by so many; findings of its clip's call that were contested."""

    question: Kind
    asked: int
    right: int
    contested: int


@dataclass(frozen=True)
class Figures:
    """One lesson. `read`: its end was reached; `finished`: its quiz too. `contested`: findings that its clips show."""

    module: Module
    given: int
    started: int
    read: int
    finished: int
    quiz: int | None
    questions: tuple[Asked, ...]
    contested: int

    @property
    def asked(self) -> int:
        return sum(one.asked for one in self.questions)

    @property
    def right(self) -> int:
        return sum(one.right for one in self.questions)


def figures(parts: Parts, module: int) -> Figures:
    """One lesson's. Raises NotFound."""
    return _figures(parts, store.one(parts.store, module))


def all_figures(parts: Parts) -> list[Figures]:
    """Of every lesson that is in use and published, the newest first."""
    found = store.find(parts.store, archived=False)
    return [_figures(parts, one) for one in found if store.published(parts.store, one.id) is not None]


def _figures(parts: Parts, module: Module) -> Figures:
    version = store.published(parts.store, module.id)
    given = modules.coached(parts, [module.id])
    quiz = version.quiz_id if version is not None else None
    clips = [item for item in read(version.items) if isinstance(item, Heard)] if version is not None else []
    return Figures(
        module=module,
        given=len({one.person_id for one in given}),
        started=len({one.person_id for one in given if one.started_at is not None}),
        read=len({one.person_id for one in given if (one.learned_at or one.finished_at) is not None}),
        finished=len({one.person_id for one in given if one.finished_at is not None}),
        quiz=quiz,
        questions=tuple(_questions(parts, quiz)) if quiz is not None else (),
        contested=_contested(parts, [(one.recording_id, one.start_s, one.end_s) for one in clips]),
    )


def _questions(parts: Parts, quiz: int) -> Iterable[Asked]:
    try:
        found = results.results(parts, quiz).questions
    except NotFound:
        return
    for one in found:
        clip = one.question.clip
        span = [(clip.recording_id, clip.start, clip.end)] if clip is not None else []
        yield Asked(one.question, one.asked, one.right, _contested(parts, span))


def _contested(parts: Parts, spans: Sequence[tuple[str, float | None, float | None]]) -> int:
    """How many findings within some clips were contested; without a time, anywhere in the call."""
    found = contests.find(parts.store, calls={recording for recording, _, _ in spans}) if spans else []
    return sum(
        any(
            one.recording_id == recording
            and (start is None or end is None or (one.start_s is not None and start <= one.start_s < end))
            for recording, start, end in spans
        )
        for one in found
    )
