"""What was found in calls, as tables: the calls, their tags, moments and steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from clips_api.exports.sheet import Sheet
from clips_api.index.rows import Documents
from clips_api.spans import clip_id

CALLS = Sheet(
    "calls",
    "A row a call, whatever became of it",
    ("recording_id", "started_at", "arrived_at", "rep", "customer", "direction", "source", "consent", "type",
     "duration_s", "channels", "state", "turns", "moments", "unclear", "filename"),
    frozenset({"customer", "filename"}),
)  # fmt: skip
TAGS = Sheet(
    "tags",
    "Each tag, with the words it matched and its rule",
    ("recording_id", "clip_id", "tag", "rule", "speaker", "turn", "start_s", "end_s", "quote"),
)
MOMENTS = Sheet(
    "moments",
    "Each objection with how it was handled: the words of each part that was heard",
    ("recording_id", "clip_id", "tag", "start_s", "end_s", "score", "acknowledge", "explore", "respond", "confirm",
     "faults", "reaction", "exemplar", "why"),
)  # fmt: skip
STEPS = Sheet(
    "steps",
    "Each step of each call: done, missed, cannot_tell or not_applicable",
    ("recording_id", "step", "result", "turn", "quote", "why"),
)
FOUND = (CALLS, TAGS, MOMENTS, STEPS)  # their words come from documents in which personal data is hidden already

Row = Sequence[Any]


def call(row: dict[str, Any]) -> Row:
    """One call, as the index has it."""
    return [row[column] for column in CALLS.columns]


def tags(documents: Documents) -> Iterator[Row]:
    """The tags of one call."""
    for one in documents.analysis.shown_tags if documents.analysis else ():
        clip = clip_id(documents.id, one.start, one.end, one.turn)
        yield documents.id, clip, one.tag, one.rule, one.speaker, one.turn, one.start, one.end, one.quote


def moments(documents: Documents) -> Iterator[Row]:
    """The moments of one call."""
    for one in documents.analysis.moments if documents.analysis else ():
        clip = clip_id(documents.id, one.start, one.end, one.turns[0])
        parts = one.parts.acknowledge, one.parts.explore, one.parts.respond, one.parts.confirm
        yield (documents.id, clip, one.tag, one.start, one.end, one.score, *parts, ", ".join(one.faults),
               one.reaction, one.exemplar, one.why)  # fmt: skip


def steps(documents: Documents) -> Iterator[Row]:
    """The steps of one call."""
    for one in documents.analysis.steps if documents.analysis else ():
        yield documents.id, one.step, one.result, one.turn, one.quote, one.why
