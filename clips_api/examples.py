"""Examples to learn from: what people agreed to and rejected, handed to the worker when a manager says so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clips_api.deps import Parts
from clips_api.store import judgements as store
from clips_api.store.judgements import Judgement
from pipeline import files

Sentence = tuple[str, str, str]  # text, speaker, tag
OBJECTION = "objection."


@dataclass(frozen=True)
class Learnt:
    """How many examples were handed over, and how many of them differ from those handed over before."""

    examples: int
    new: int


def learn(parts: Parts) -> Learnt:
    """Hand over all examples and have the worker look at every call again; nothing happens where none is new."""
    wanted = _gather(parts)
    new = _differing(wanted, _known(parts))
    if new:
        _hand_over(parts, wanted)
        for call in parts.library.calls():
            parts.library.to_work.leave(call.id)
    return Learnt(len(wanted), new)


def waiting(parts: Parts) -> int:
    """How many answers have not been learnt from yet."""
    return _differing(_gather(parts), _known(parts))


def forget(parts: Parts, judged: Iterable[Judgement]) -> None:
    """Take back the sentences of these judgements, unless the same was said and judged in a call that stays."""
    known, gone = _known(parts), {_sentence(one) for one in judged} - _gather(parts).keys()
    left = {place: right for place, right in known.items() if place not in gone}
    if left != known:
        _hand_over(parts, left)


def _hand_over(parts: Parts, wanted: Mapping[Sentence, bool]) -> None:
    names = ("text", "speaker", "tag")
    items = [dict(zip(names, place, strict=True)) | {"right": right} for place, right in sorted(wanted.items())]
    data = json.dumps({"items": items}, ensure_ascii=False, indent=1).encode() + b"\n"
    files.write(parts.library.examples, data, mode=0o600)


def _sentence(judged: Judgement) -> Sentence:
    return judged.quote, judged.speaker, judged.tag


def _gather(parts: Parts) -> dict[Sentence, bool]:
    """Every answered suggestion and judged objection tag; of sentences that are alike the last word counts."""
    found: dict[Sentence, bool] = {}
    for one in sorted(store.latest(store.find(parts.store)).values(), key=lambda one: (one.at, one.id or 0)):
        if one.quote and (one.kind == "suggestion" or (one.kind == "tag" and one.tag.startswith(OBJECTION))):
            found[_sentence(one)] = one.right
    return found


def _known(parts: Parts) -> dict[Sentence, bool]:
    """The examples handed over last; none where the file is damaged: it is written anew from the records."""
    try:
        items = json.loads(parts.library.examples.read_bytes())["items"]
        return {(item["text"], item["speaker"], item["tag"]): item["right"] for item in items}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}


def _differing(some: dict[Sentence, bool], others: dict[Sentence, bool]) -> int:
    return sum(some.get(place) is not others.get(place) for place in some.keys() | others.keys())
