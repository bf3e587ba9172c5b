"""The type of a call, decided from what is said: the first of the playbook's types whose signs are heard; else the one
for calls in which nobody answers the rep; else the one that it is most like, of those that calls have been learnt for;
else a conversation.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlp.findings import CallType, Turn
from nlp.matching import Hit
from nlp.rules import CompiledPlaybook, TypeRule
from nlp.suggester.features import of_call
from nlp.suggester.opinion import packaged_calls
from nlp.tagger import Heard
from nlp.words import Stream

LEAST_WORDS = 40  # different ones; fewer are like calls of every type
LEAST_MESSAGE = 15  # words that a rep leaves
QUOTED = 2  # sentences
LONGEST_QUOTE = 20  # words
_CONVERSATION = CallType("conversation", "A conversation: nothing heard points to another type of call.")


def decide(turns: Sequence[Turn], heard: Heard, playbook: CompiledPlaybook) -> CallType:
    """The type with its reason; the reason quotes what was heard first, and for weak signs also the second."""
    return (
        _by_signs(turns, heard, playbook)
        or _by_silence(turns, heard.stream, playbook)
        or _by_sound(turns, heard.stream, playbook)
        or _CONVERSATION
    )


def _by_signs(turns: Sequence[Turn], heard: Heard, playbook: CompiledPlaybook) -> CallType | None:
    """The first type of which enough patterns are found."""
    for rule in playbook.types:
        found = _signs(rule, turns, heard)
        against = {hit.pattern for hit in heard.hits if hit.pattern in rule.against}
        if len(found) >= rule.needs + len(against):
            quotes = [_quote(turns, heard.stream, hit.sentence, hit.start, hit.end) for hit in found.values()]
            return _named(rule.id, rule.why, quotes[: min(rule.needs, 2)])
    return None


def _by_silence(turns: Sequence[Turn], words: Stream, playbook: CompiledPlaybook) -> CallType | None:
    """The type for calls in which the rep says a few sentences, and nobody anything from then on."""
    sides = [turns[place.turn].speaker for place in words.sentences]
    begun = sides.index("rep") if "rep" in sides else len(sides)
    said = words.sentences[begun:]
    if not said or set(sides[begun:]) != {"rep"} or said[-1].end - said[0].start < LEAST_MESSAGE:
        return None
    for rule in playbook.types:
        if said[-1].end - said[0].start <= rule.unanswered:
            quote = _quote(turns, words, begun, said[0].start, min(said[0].end, said[0].start + LONGEST_QUOTE))
            return _named(rule.id, f"{rule.why}, as only the rep is heard from then on", [quote])
    return None


def _by_sound(turns: Sequence[Turn], words: Stream, playbook: CompiledPlaybook) -> CallType | None:
    """The type that the call is most like, if it is like enough; the reason quotes what speaks for it most."""
    rules = [rule for rule in playbook.types if rule.like and rule.id in packaged_calls().tags]
    if not rules or len(set(words.words)) < LEAST_WORDS:
        return None
    model, said = packaged_calls(), list(of_call(words, [turn.speaker for turn in turns]))
    likely = dict(zip(model.tags, model.likeness([frozenset().union(*said)])[0], strict=True))
    rule = max(rules, key=lambda one: likely[one.id] / one.like)
    if likely[rule.id] < rule.like:
        return None
    telling = sorted(range(len(said)), key=lambda number: -model.pull(said[number], rule.id))[:QUOTED]
    places = [(number, words.sentences[number]) for number in sorted(telling)]
    quotes = [
        _quote(turns, words, number, place.start, min(place.end, place.start + LONGEST_QUOTE))
        for number, place in places
    ]
    return _named(rule.id, f"{rule.why}, as it sounds", quotes)


def _named(name: str, why: str, quotes: Sequence[str]) -> CallType:
    shown = " and ".join(f"“{quote}”" for quote in dict.fromkeys(quotes))
    return CallType(name, f"{why}: {shown}.")


def _signs(rule: TypeRule, turns: Sequence[Turn], heard: Heard) -> dict[int, Hit]:
    """For each pattern heard, where it was first heard; the same words count once."""
    out: dict[int, Hit] = {}
    for hit in heard.hits:
        if hit.pattern not in rule.say or hit.pattern in out or any(_touch(hit, one) for one in out.values()):
            continue
        turn = heard.stream.sentences[hit.sentence].turn
        if turns[turn].speaker not in (rule.speaker, "unknown") and rule.speaker != "any":
            continue
        early = rule.first_turns is None or turn < rule.first_turns
        late = rule.last_turns is None or turn >= len(turns) - rule.last_turns
        if early and late:
            out[hit.pattern] = hit
    return out


def _touch(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _quote(turns: Sequence[Turn], words: Stream, sentence: int, start: int, end: int) -> str:
    return turns[words.sentences[sentence].turn].text[words.begins[start] : words.ends[end - 1]]
