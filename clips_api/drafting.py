"""The draft of a note, from what was heard in a moment or a call: one strength, one thing to improve, one clip to copy.

A strength is the part of the reply that counts most (:mod:`nlp.score`), with its words; the improvement is the first
fault, else the part that counts most of those not heard. Nothing is made up: where nothing was found, nothing stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clips_api import consents, documents, rights
from clips_api.answers import Clip
from clips_api.clips import resolve, shown
from clips_api.deps import Parts
from clips_api.index.question import Question
from clips_api.index.rows import Documents
from clips_api.render import label
from clips_api.spans import clip_id as id_of
from nlp.findings import Moment, Step
from nlp.score import EXEMPLARY, FAULTS, PARTS
from pipeline.records import Analysis

LOOKED_AT = 20  # of the best clips with what was not heard
OFFERED = 3
GOOD = {
    "acknowledge": "You named their concern before you answered",
    "explore": "You asked back before you answered",
    "respond": "You answered with something they can check",
    "confirm": "You checked that it was settled",
}
BETTER = {
    "acknowledge": "Name their concern in your own words first, so that they know it was heard.",
    "explore": "Ask an open question before you answer: what is behind it, and since when?",
    "respond": "Answer with one piece of evidence of the same kind: a figure for price, a customer like them for risk.",
    "confirm": "Ask at the end whether that settles it, and wait for the answer.",
}
INSTEAD = {
    "talked_over": "Let them finish, and wait a beat before you reply.",
    "ignored": "Take up the concern that they named before you go on.",
    "discounted_at_once": "Ask what is behind it before you offer a discount.",
    "monologue": "Keep the reply under 45 seconds, then ask a question.",
}
STEPS = {
    "greeting": "Say who you are, use their name, and ask whether it is still a good time.",
    "recording_disclosure": "Say early that the call is recorded, and wait for their yes.",
    "agenda": "Say at the start what the call is for, and ask what they want from it.",
    "discovery": "Ask three open questions before you show anything, one of them about an answer you just got.",
    "objection_acknowledged": "Name the concern before you answer it.",
    "next_step": "End with who does what by when, best with a date that they agree to.",
    "recap": "Say back what you heard, in their words, and ask whether it is right.",
    "closing": "Ask whether anything is open, thank them, and say goodbye.",
}


@dataclass(frozen=True)
class Draft:
    """What a note may say. `missing` names the part that the exemplars have, the best one first.

    `why` tells what the draft is made from.
    """

    strength: str = ""
    improvement: str = ""
    missing: str | None = None
    exemplars: tuple[Clip, ...] = ()
    why: str = ""

    @property
    def exemplar(self) -> Clip | None:
        """The clip to copy."""
        return next(iter(self.exemplars), None)


def of_clip(parts: Parts, clip_id: str) -> Draft:
    """A draft about a clip: from the moment that it is, or that it lies in. Raises NotFound."""
    clip = resolve(parts, clip_id)
    found = documents.read(rights.call(parts, clip.recording_id), mask=parts.settings.mask)
    moment = moment_of(found, clip)
    if moment is None:
        return Draft(why="No objection was found in these words, so nothing is drafted.")
    draft = of_moment(moment)
    return replace(draft, exemplars=exemplars(parts, clip, moment.tag, draft.missing))


def of_call(parts: Parts, recording_id: str) -> Draft:
    """A draft about a whole call, from its steps. Raises NotFound."""
    analysis = documents.read(rights.call(parts, recording_id), mask=parts.settings.mask).analysis
    return of_steps(analysis)


def of_moment(moment: Moment) -> Draft:
    """What a moment's parts and faults give."""
    heard = {name: words for name in PARTS if (words := getattr(moment.parts, name))}
    best = max(heard, key=_weight, default=None)
    absent = max((name for name in PARTS if name not in heard), key=_weight, default=None)
    fault = next((name for name in FAULTS if name in moment.faults), None)
    improvement = INSTEAD[fault] if fault else BETTER[absent] if absent else ""
    strength = f"{GOOD[best]}: “{heard[best]}”." if best else ""
    return Draft(strength, improvement, absent, why=moment.why)


def of_steps(analysis: Analysis | None) -> Draft:
    """What a call's steps give: the last that was heard with its words, the first that was not."""
    steps: Sequence[Step] = analysis.steps if analysis is not None else ()
    done = next((one for one in reversed(steps) if one.result == "done" and one.quote), None)
    missed = next((one for one in steps if one.result == "missed"), None)
    strength = f"{label(done.step).capitalize()}: “{done.quote}”" if done else ""
    improvement = STEPS.get(missed.step, f"Not heard: {label(missed.step)}.") if missed else ""
    return Draft(strength, improvement, why="From the steps that were heard and not heard." if steps else "")


def moment_of(call: Documents, clip: Clip) -> Moment | None:
    """The moment that a clip is, else the one of which most lies in it."""
    moments = call.analysis.moments if call.analysis is not None else ()
    for one in moments:
        if id_of(call.id, one.start, one.end, one.turns[0]) == clip.id and clip.tag in (None, one.tag):
            return one
    shared = [(_shared(one, clip), one) for one in moments]
    most, best = max(shared, key=lambda pair: pair[0], default=(0.0, None))
    return best if most > 0 else None


def exemplars(parts: Parts, clip: Clip, tag: str, missing: str | None) -> tuple[Clip, ...]:
    """The best clips of this tag that have what was not heard; those that the rep may hear today come first."""
    asked = Question(tag=tag, part=(missing,) if missing else (), min_score=EXEMPLARY, sort="best")
    found = shown(parts, parts.finder.search(asked, limit=LOOKED_AT).rows)
    others = [one for one in found if one.recording_id != clip.recording_id and one.kind == "moment"]
    return tuple(sorted(others, key=lambda one: not playable(parts, one, clip.rep))[:OFFERED])


def playable(parts: Parts, clip: Clip, rep: str | None) -> bool:
    """Whether a rep may hear this clip: it is their own, or whoever's it is has agreed."""
    whose, who = parts.viewer.roster.person(clip.rep), parts.viewer.roster.person(rep)
    return (who is not None and whose == who) or consents.may_show(parts, clip.id)


def _weight(part: str) -> int:
    return PARTS[part][0].points


def _shared(moment: Moment, clip: Clip) -> float:
    """Seconds that a moment and a clip have in common."""
    if None in (moment.start, moment.end, clip.start, clip.end):
        return 0.0
    return min(moment.end or 0.0, clip.end or 0.0) - max(moment.start or 0.0, clip.start or 0.0)
