"""A transcript that lies beside a recording (NAME.vtt, as Zoom and Teams export it), read as if it had been heard."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import pairwise

from webvtt import WebVTT
from webvtt.errors import MalformedCaptionError, MalformedFileError
from webvtt.models import Caption

from pipeline.errors import BadInput
from pipeline.records import Heard, Voice, Word

MODEL = "supplied"
LATE_S = 10.0  # a transcript that goes on for longer than this after the recording is another call's
_TAG = re.compile(r"<[^>]*>")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?(?:\s+([^>]*))?>")
_PREFIX = re.compile(r"([^:\n]{1,60}):\s+(?=\S)")  # "Anna Smith: Hello"

Piece = tuple[str | None, str]  # who, where the file says so, and what they say


def read(data: bytes, duration_s: float | None = None) -> Heard:
    """What a transcript says: a voice for each name, in the order they first speak; words share their passage's time.

    Without names it is one voice that may be several people. `duration_s` is the recording's. Raises BadInput with
    a half sentence on what is wrong with the file; then the recording is better heard.
    """
    captions = _captions(data)
    if duration_s is not None and max(_end(caption) for caption in captions) > duration_s + LATE_S:
        raise BadInput("it goes on after the recording has ended")
    voices: dict[str, tuple[str | None, list[Word]]] = {}
    for caption, pieces in zip(captions, _who([_pieces(caption) for caption in captions]), strict=True):
        for name, word in _timed(caption, pieces):
            voices.setdefault((name or "").casefold(), (name, []))[1].append(word)
    if not voices:
        raise BadInput("it holds no words")
    return Heard(
        model=MODEL,
        voices=tuple(
            Voice(name=name, sure=name is not None, words=tuple(sorted(words, key=lambda word: word.start)))
            for name, words in voices.values()
        ),
    )


def _captions(data: bytes) -> Sequence[Caption]:
    try:
        text = data.decode("utf-8-sig")
        captions: Sequence[Caption] = WebVTT.from_string(text).captions
    except UnicodeDecodeError:
        raise BadInput("it is not UTF-8 text") from None
    except (MalformedFileError, MalformedCaptionError):
        raise BadInput("it is not a WebVTT file") from None
    lost = sum("-->" in line for line in text.splitlines()) - len(captions)
    lost += sum(_end(caption) < _start(caption) for caption in captions)
    if lost > 0:
        raise BadInput(f"{lost} of its passages can't be read")
    if not captions:
        raise BadInput("it holds no words")
    return sorted(captions, key=_start)


def _start(caption: Caption) -> float:
    return float(caption.start_time.in_milliseconds()) / 1000


def _end(caption: Caption) -> float:
    return float(caption.end_time.in_milliseconds()) / 1000


def _pieces(caption: Caption) -> list[Piece]:
    """A passage cut at its voice tags; without any it is one piece of nobody's."""
    raw = caption.raw_text
    tags = list(_VOICE.finditer(raw))
    ends = [*tags, None]
    pieces: list[Piece] = [(None, raw[: tags[0].start() if tags else len(raw)])]
    for tag, after in pairwise(ends):
        assert tag is not None
        pieces.append((_plain(tag[1] or "") or None, raw[tag.end() : after.start() if after else len(raw)]))
    return [(name, _plain(text)) for name, text in pieces if _plain(text)]


def _plain(text: str) -> str:
    return " ".join(unescape(_TAG.sub("", text)).split())


def _who(passages: Sequence[Sequence[Piece]]) -> Iterator[list[Piece]]:
    """The same passages with the names that stand before what is said; one without a name goes on with the last.

    Only where most passages begin with a name, or else "Note: ..." would be somebody.
    """
    untagged = [text for pieces in passages for name, text in pieces if name is None]
    prefixes = [match[1] for match in map(_PREFIX.match, untagged) if match]
    times = Counter(prefix.casefold() for prefix in prefixes)
    names = {prefix.casefold() for prefix in prefixes if times[prefix.casefold()] > 1 or _capital(prefix)}
    named = 2 * sum(times[name] for name in names) > len(untagged)
    last: str | None = None
    for pieces in passages:
        found: list[Piece] = []
        for tag, text in pieces:
            match = _PREFIX.match(text)
            if tag:
                last = tag
                found.append((tag, text))
            elif named and match and match[1].casefold() in names:
                last = match[1].strip()
                found.append((last, text[match.end() :]))
            else:
                found.append((last, text))
        yield found


def _capital(name: str) -> bool:
    return all(not word[0].islower() for word in name.split())


def _timed(caption: Caption, pieces: Sequence[Piece]) -> Iterator[tuple[str | None, Word]]:
    """Each word with its name, the passage's time shared out by characters."""
    words = [(name, word) for name, text in pieces for word in text.split()]
    start, total = _start(caption), sum(len(word) + 1 for _, word in words)
    span, before = _end(caption) - start, 0
    for name, word in words:
        begins = start + span * before / total
        before += len(word) + 1
        yield name, Word(start=round(begins, 3), end=round(start + span * before / total, 3), text=word, raw=word)
