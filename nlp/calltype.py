"""The type of a call, decided from what is said: the playbook's types in order, the first that is heard; else a
conversation.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlp.findings import CallType, Turn
from nlp.matching import Hit
from nlp.rules import CompiledPlaybook, TypeRule
from nlp.tagger import Heard


def decide(turns: Sequence[Turn], heard: Heard, playbook: CompiledPlaybook) -> CallType:
    """The type with its reason; the reason quotes what was heard first, and for weak signs also the second."""
    for rule in playbook.types:
        found = _signs(rule, turns, heard)
        against = {hit.pattern for hit in heard.hits if hit.pattern in rule.against}
        if len(found) >= rule.needs + len(against):
            quotes = [_quote(turns, heard, hit) for hit in found.values()]
            shown = " and ".join(f"“{quote}”" for quote in dict.fromkeys(quotes[: min(rule.needs, 2)]))
            return CallType(rule.id, f"{rule.why}: {shown}.")
    return CallType("conversation", "A conversation: nothing heard points to another type of call.")


def _signs(rule: TypeRule, turns: Sequence[Turn], heard: Heard) -> dict[int, Hit]:
    """For each pattern heard, where it was first heard."""
    out: dict[int, Hit] = {}
    for hit in heard.hits:
        if hit.pattern not in rule.say or hit.pattern in out:
            continue
        turn = heard.stream.sentences[hit.sentence].turn
        if turns[turn].speaker not in (rule.speaker, "unknown") and rule.speaker != "any":
            continue
        early = rule.first_turns is None or turn < rule.first_turns
        late = rule.last_turns is None or turn >= len(turns) - rule.last_turns
        if early and late:
            out[hit.pattern] = hit
    return out


def _quote(turns: Sequence[Turn], heard: Heard, hit: Hit) -> str:
    turn = turns[heard.stream.sentences[hit.sentence].turn]
    return turn.text[heard.stream.begins[hit.start] : heard.stream.ends[hit.end - 1]]
