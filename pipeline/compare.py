"""What another playbook would change: every stored transcript read by both. Changes nothing.

`python -m pipeline.compare DATA OLD NEW` is the child of the web service that does it, at low priority; it prints JSON
lines: {"done", "total"} now and then, at last {"found"}.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel, Field

from nlp import pii
from nlp.findings import PersonalData, Tag, Turn
from nlp.rules import CompiledPlaybook
from nlp.suggester.opinion import Judged
from pipeline import analyse
from pipeline.folder import CallFolder
from pipeline.library import Library
from pipeline.parent import end_with_parent
from pipeline.records import Analysis, Recording, Transcript

EXAMPLES = 60  # of each tag, gained and lost: whoever looks sees some of them, by the calls that are theirs to see
OF_A_CALL = 2
AROUND = 140  # code points of a turn shown on either side of what matched
EVERY_S = 0.3
IDLE = 15  # how far this process stands back behind others


class Example(BaseModel):
    """One clip that comes or goes. Seconds from the start of the call; marks are [start, end) in code points."""

    recording_id: str
    rep: str | None
    customer: str | None
    started_at: str | None
    start: float | None
    end: float | None
    speaker: str
    quote: str
    marks: list[tuple[int, int]]
    rule: str


class TagChange(BaseModel):
    """What becomes of one tag."""

    tag: str
    gained: int = 0
    lost: int = 0
    gained_examples: list[Example] = []
    lost_examples: list[Example] = []


class Verdict(BaseModel):
    """Calls of which a step, or with step null the type of call, is judged differently."""

    step: str | None
    before: str
    after: str
    calls: int = 0
    examples: list[str] = Field([], description="Ids of some of these calls.")


class Found(BaseModel):
    """What would change over all history."""

    old: str = Field(description="The version that was compared,")
    new: str = Field(description="and with which.")
    calls: int = Field(0, description="Calls that were read.")
    affected: int = Field(0, description="Calls of which anything changes.")
    tags: list[TagChange] = []
    verdicts: list[Verdict] = []


class Comparison:
    """Adds up what changes, call by call."""

    def __init__(self, old: CompiledPlaybook, new: CompiledPlaybook) -> None:
        self._old, self._new = old, new
        self._tags: dict[str, TagChange] = {}
        self._verdicts: dict[tuple[str | None, str, str], Verdict] = {}
        self._calls = self._affected = 0

    def add(self, call: CallFolder) -> None:
        """Read one call by both playbooks; one that was not heard yet counts for nothing."""
        recording, transcript = call.recording(), call.transcript()
        if recording is None or transcript is None:
            return
        stored = call.analysis()
        same = stored is not None and (
            stored.made_from.get("playbook") == self._old.version
            and stored.made_from.get("transcript") == call.digest("transcript.json")
            and stored.made_from.get("type") == (recording.type or "")
            and stored.made_from.get("engine") == analyse.engine()
        )
        judged = analyse.recall(call)
        before = stored if stored is not None and same else _read(transcript, recording, self._old, judged)
        after = _read(transcript, recording, self._new, judged)
        self._calls += 1
        changed = [self._compare_tags(recording, transcript, before, after), self._compare_steps(call, before, after)]
        self._affected += any(changed)

    @property
    def found(self) -> Found:
        """What changes, tags with the most changes first."""
        tags = sorted(self._tags.values(), key=lambda one: (-one.gained - one.lost, one.tag))
        verdicts = sorted(self._verdicts.values(), key=lambda one: (one.step or "", -one.calls, one.after))
        return Found(
            old=self._old.version,
            new=self._new.version,
            calls=self._calls,
            affected=self._affected,
            tags=tags,
            verdicts=verdicts,
        )

    def _compare_tags(self, recording: Recording, transcript: Transcript, before: Analysis, after: Analysis) -> bool:
        old = {(tag.turn, tag.tag): tag for tag in before.shown_tags}
        new = {(tag.turn, tag.tag): tag for tag in after.shown_tags}
        if old.keys() == new.keys():
            return False
        # Looked for anew: an analysis holds none where the call's language isn't covered.
        hidden = pii.spans([Turn(turn.speaker, turn.text) for turn in transcript.turns])
        for key in sorted(new.keys() - old.keys()):
            change = self._tags.setdefault(key[1], TagChange(tag=key[1]))
            change.gained += 1
            _keep(change.gained_examples, _example(new[key], recording, transcript, hidden))
        for key in sorted(old.keys() - new.keys()):
            change = self._tags.setdefault(key[1], TagChange(tag=key[1]))
            change.lost += 1
            _keep(change.lost_examples, _example(old[key], recording, transcript, hidden))
        return True

    def _compare_steps(self, call: CallFolder, before: Analysis, after: Analysis) -> bool:
        old: dict[str | None, str] = {step.step: step.result for step in before.steps} | {None: before.type.value}
        new: dict[str | None, str] = {step.step: step.result for step in after.steps} | {None: after.type.value}
        for step in old.keys() | new.keys():
            was, becomes = old.get(step, "absent"), new.get(step, "absent")
            if was == becomes:
                continue
            verdict = self._verdicts.setdefault((step, was, becomes), Verdict(step=step, before=was, after=becomes))
            verdict.calls += 1
            if len(verdict.examples) < EXAMPLES:
                verdict.examples.append(call.id)
        return old != new


def compare(
    library: Library, old: CompiledPlaybook, new: CompiledPlaybook, report: Callable[[int, int], None]
) -> Found:
    """Compare over all calls, the newest first."""
    comparison = Comparison(old, new)
    calls = [
        (f"{recording.started_at or recording.arrived_at}", call)
        for call in library.calls()
        if (recording := call.recording())
    ]
    calls.sort(key=lambda one: one[0], reverse=True)
    for done, (_, call) in enumerate(calls):
        report(done, len(calls))
        comparison.add(call)
    return comparison.found


def _read(transcript: Transcript, recording: Recording, playbook: CompiledPlaybook, judged: Judged) -> Analysis:
    return analyse.analyse(transcript, playbook, duration_s=recording.duration_s, type=recording.type, judged=judged)


def _keep(examples: list[Example], one: Example) -> None:
    of_call = sum(kept.recording_id == one.recording_id for kept in examples)
    if len(examples) < EXAMPLES and of_call < OF_A_CALL:
        examples.append(one)


def _example(tag: Tag, recording: Recording, transcript: Transcript, hidden: Sequence[PersonalData]) -> Example:
    turn = transcript.turns[tag.turn]
    text = turn.text
    for span in hidden:  # as pages show it: what names or numbers a person is masked
        if span.turn == tag.turn:
            text = text[: span.start_char] + "•" * (span.end_char - span.start_char) + text[span.end_char :]
    begin, end = max(0, tag.start_char - AROUND), min(len(text), tag.end_char + AROUND)
    lead = "… " if begin else ""
    return Example(
        recording_id=recording.id,
        rep=recording.rep,
        customer=recording.customer,
        started_at=recording.started_at.isoformat() if recording.started_at else None,
        start=turn.start,
        end=turn.end,
        speaker=turn.speaker,
        quote=lead + text[begin:end] + (" …" if end < len(text) else ""),
        marks=[(tag.start_char - begin + len(lead), tag.end_char - begin + len(lead))],
        rule=tag.rule,
    )


def main() -> None:
    """Compare, and say on standard output how far it is and what was found."""
    end_with_parent()
    os.nice(IDLE)
    data, old, new = map(Path, sys.argv[1:4])
    told = 0.0

    def report(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= EVERY_S:
            told = time.monotonic()
            print(json.dumps({"done": done, "total": total}), flush=True)

    found = compare(Library(data), analyse.load_playbook(old), analyse.load_playbook(new), report)
    print(json.dumps({"found": found.model_dump(mode="json")}), flush=True)


if __name__ == "__main__":
    main()
