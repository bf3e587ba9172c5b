"""Personal data hidden in what is shown and indexed; the documents on disk keep it.

Each letter and digit of it becomes one mark, signs and spaces stay: offsets, words and their times remain right. The
spans are looked for anew in the transcript at hand, because an analysis may be older, missing, or of a call in a
language that the playbook doesn't cover.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from nlp import findings, pii
from nlp.findings import PersonalData, Tag
from pipeline.records import Analysis, Transcript, Turn, Word

MARK = "•"
KINDS = {
    "card": "card number",
    "bank": "bank account",
    "national_id": "personal number",
    "phone": "phone number",
    "email": "e-mail address",
    "address": "address",
    "birth_date": "date of birth",
}
QUOTING = frozenset(
    ["quote", "why", "acknowledge", "explore", "respond", "confirm", "text"]
)  # fields that hold words of a call
_QUOTED = re.compile(r"(?<=“)[^”]+(?=”)")


def masked(transcript: Transcript, analysis: Analysis | None) -> tuple[Transcript, Analysis | None]:
    """A transcript and its analysis with personal data hidden; `analysis.pii` says what was."""
    found = personal(transcript)
    by_turn: dict[int, list[PersonalData]] = {}
    for one in found:
        by_turn.setdefault(one.turn, []).append(one)
    turns = tuple(
        _turn(turn, by_turn[number]) if number in by_turn else turn for number, turn in enumerate(transcript.turns)
    )
    quotes = _Quotes(transcript.turns, turns, by_turn)
    hidden = transcript.model_copy(
        update={
            "turns": turns,
            "dropped": tuple(one.model_copy(update={"text": hide(one.text)}) for one in transcript.dropped),
            "speakers": transcript.speakers
            and transcript.speakers.model_copy(
                update={
                    "voices": tuple(
                        voice.model_copy(update={"quote": hide(quotes.masked(voice.quote))})
                        for voice in transcript.speakers.voices
                    )
                }
            ),
        }
    )
    if analysis is None:
        return hidden, None
    if not by_turn:
        return hidden, analysis.model_copy(update={"pii": ()})
    told = {name: quotes.within(getattr(analysis, name)) for name in type(analysis).model_fields}
    return hidden, analysis.model_copy(update=told | {"pii": found})


def personal(transcript: Transcript) -> tuple[PersonalData, ...]:
    """The personal data in a transcript's turns."""
    return pii.spans(
        [findings.Turn(turn.speaker, turn.text, turn.start, turn.end, _words(turn)) for turn in transcript.turns]
    )


def hide(text: str) -> str:
    """One piece of text by itself, its personal data hidden."""
    found = pii.spans([findings.Turn("unknown", text)])
    return _hidden(text, found) if found else text


class _Quotes:
    """Words of a call quoted elsewhere, and how they read once it is masked."""

    def __init__(
        self, plain: Sequence[Turn], turns: Sequence[Turn], by_turn: Mapping[int, Sequence[PersonalData]]
    ) -> None:
        self.plain, self.turns = plain, turns
        self.pairs = [(plain[number].text, turns[number].text) for number in by_turn]
        spans = {
            (plain[one.turn].text[one.start_char : one.end_char], one) for some in by_turn.values() for one in some
        }
        self.secrets = sorted({secret for secret, _ in spans if len(secret) > 3}, key=len, reverse=True)

    def masked(self, text: str) -> str:
        """A quote: as it stands in the masked turn, where all its places there are hidden in part."""
        shown = set()
        for plain, hidden in self.pairs:
            shown |= {hidden[m.start() : m.end()] for m in re.finditer(rf"(?<!\w){re.escape(text)}(?!\w)", plain)}
        if shown and text not in shown:
            return min(shown, key=lambda one: -one.count(MARK))
        for secret in self.secrets:
            text = text.replace(secret, _veil(secret))
        return hide(text)

    def within(self, value: Any, name: str = "") -> Any:
        """Any part of an analysis, its quotes masked."""
        if isinstance(value, str):
            if name not in QUOTING:
                return value
            return _QUOTED.sub(lambda m: self.masked(m[0]), self.masked(value))
        if isinstance(value, Tag):
            return replace(value, quote=self._said(value))
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value, **{one.name: self.within(getattr(value, one.name), one.name) for one in fields(value)}
            )
        if isinstance(value, tuple | list):
            return type(value)(self.within(one, name) for one in value)
        return value

    def _said(self, tag: Tag) -> str:
        span = slice(tag.start_char, tag.end_char)
        if tag.turn < len(self.turns) and self.plain[tag.turn].text[span] == tag.quote:
            return self.turns[tag.turn].text[span]
        return self.masked(tag.quote)


def _words(turn: Turn) -> tuple[findings.Word, ...]:
    return tuple(findings.Word(word.start, word.end, word.text) for word in turn.words)


def _turn(turn: Turn, found: Sequence[PersonalData]) -> Turn:
    text = _hidden(turn.text, found)
    if not turn.words:
        return turn.model_copy(update={"text": text})
    joined = " ".join(word.text for word in turn.words)
    shown = text if joined == turn.text else hide(joined)
    words, at = [], 0
    for word in turn.words:
        words.append(_word(word, shown[at : at + len(word.text)]))
        at += len(word.text) + 1
    return turn.model_copy(update={"text": text, "words": tuple(words)})


def _word(word: Word, text: str) -> Word:
    return word if text == word.text else word.model_copy(update={"text": text, "raw": word.raw and _veil(word.raw)})


def _hidden(text: str, found: Sequence[PersonalData]) -> str:
    for one in found:
        text = text[: one.start_char] + _veil(text[one.start_char : one.end_char]) + text[one.end_char :]
    return text


def _veil(text: str) -> str:
    return "".join(MARK if c.isalnum() or unicodedata.category(c)[0] == "M" else c for c in text)
