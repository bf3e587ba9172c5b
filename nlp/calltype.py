"""The type of a call, decided from what is said: the playbook's types in order, the first that is heard; else a
conversation.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlp.findings import CallType, Turn
from nlp.rules import CompiledPlaybook, TypeRule
from nlp.tagger import Heard


def decide(turns: Sequence[Turn], heard: Heard, playbook: CompiledPlaybook) -> CallType:
    """The type with its reason; the reason quotes what was heard."""
    for rule in playbook.types:
        quotes = _quotes(rule, turns, heard)
        if len(quotes) >= rule.needs:
            first = min(quotes.values())
            return CallType(rule.id, f"{rule.why}: “{turns[first[0]].text[first[1] : first[2]]}”.")
    return CallType("conversation", "A conversation: nothing heard points to another type of call.")


def _quotes(rule: TypeRule, turns: Sequence[Turn], heard: Heard) -> dict[int, tuple[int, int, int]]:
    """For each pattern heard, the turn and code points where it was first heard."""
    out: dict[int, tuple[int, int, int]] = {}
    for hit in heard.hits:
        if hit.pattern not in rule.say or hit.pattern in out:
            continue
        turn = heard.stream.sentences[hit.sentence].turn
        if turns[turn].speaker not in (rule.speaker, "unknown") and rule.speaker != "any":
            continue
        early = rule.first_turns is None or turn < rule.first_turns
        late = rule.last_turns is None or turn >= len(turns) - rule.last_turns
        if early and late:
            out[hit.pattern] = (turn, heard.stream.begins[hit.start], heard.stream.ends[hit.end - 1])
    return out
