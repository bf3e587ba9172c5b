"""Why a sentence is tagged, or not: what matched, and what kept a match from counting."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.findings import Speaker, Tag, Turn
from nlp.matching import NEAR, Hit
from nlp.rules import CompiledPlaybook
from nlp.tagger import Heard, hear, stops, tag


@dataclass(frozen=True, slots=True)
class Stopped:
    """A rule whose pattern matched ``words`` and that does not count: because of ``by_words``, which ``by`` matched.

    ``by`` is empty where the rule wants other words nearby and none of them stand there, or where the sentence is not
    ``meant`` so: it is not like known ones of the tag.
    """

    tag: str
    rule: str
    words: str
    by: str
    by_words: str
    meant: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """What a playbook makes of one turn."""

    tags: tuple[Tag, ...]
    stopped: tuple[Stopped, ...]


def explain(text: str, speaker: Speaker, playbook: CompiledPlaybook) -> Explained:
    """Read one turn by a playbook. A tag that was found elsewhere in the sentence is not among those stopped."""
    turns = [Turn(speaker, text)]
    heard = hear(turns, playbook)
    tags = tag(turns, heard, playbook)
    found = {one.tag for one in tags}
    stopped: dict[str, Stopped] = {}
    for hit in heard.hits:
        use = playbook.uses[hit.pattern]
        if use.tag is None or use.rule is None:
            continue
        rule = playbook.tags[use.tag]
        if rule.id in found or rule.id in stopped or (speaker != "unknown" and rule.speaker not in (speaker, "any")):
            continue
        by = next(
            (
                other
                for other in heard.hits
                if other.pattern in use.rule.unless
                and _beside(hit, other)
                and stops(other, hit, playbook.uses, heard.stream)
            ),
            None,
        )
        alone = bool(use.rule.near) and not any(
            other.pattern in use.rule.near and _beside(hit, other) for other in heard.hits
        )
        stopped[rule.id] = Stopped(
            rule.id,
            use.rule.id,
            _words(text, heard, hit),
            playbook.texts[by.pattern] if by else "",
            _words(text, heard, by) if by else "",
            meant=by is not None or alone,
        )
    return Explained(tags, tuple(stopped.values()))


def _beside(hit: Hit, other: Hit) -> bool:
    near = other.start - NEAR <= hit.end and hit.start <= other.end + NEAR
    return hit.sentence == other.sentence and near


def _words(text: str, heard: Heard, hit: Hit) -> str:
    return text[heard.stream.begins[hit.start] : heard.stream.ends[hit.end - 1]]
