"""Which lane of a recording is the rep's, as far as the recorder tells (channels.yml) or managers have answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

from nlp.yamlfile import Section, open_file
from pipeline.records import Direction, Recording

EITHER = "either"


@dataclass(frozen=True, slots=True)
class Layout:
    """How one recorder lays out two channels. `rep`: the rep's lane, from 0 on, by direction or `either`."""

    sources: frozenset[str]
    rep: Mapping[str, int]
    why: str
    doc: str
    examples: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Which lane is the rep's, in one sentence why, and whether that may be relied on."""

    rep: int
    why: str
    known: bool


@cache
def layouts() -> tuple[Layout, ...]:
    """All recorders that are known, the first match first. Raises PlaybookError, naming file and line."""
    with as_file(files("pipeline").joinpath("channels.yml")) as path:
        return tuple(_layout(entry) for entry in open_file(path).only("channels").sections("channels"))


def documented(source: str | None, direction: Direction | None) -> Place | None:
    """What a recorder's maker says of two channels."""
    name = (source or "").strip().casefold()
    for layout in layouts():
        if name in layout.sources:
            rep = layout.rep.get(direction or EITHER, layout.rep.get(EITHER))
            return None if rep is None else Place(rep, layout.why, known=True)
    return None


def key(recording: Recording) -> str:
    """Under which managers' answers are remembered: source, direction and number of lanes."""
    source = (recording.source or "").strip().casefold()
    return f"{source}|{recording.direction or ''}|{len(recording.lanes)}"


def rep_lane(recording: Recording, learnt: Mapping[str, int]) -> Place | None:
    """Which lane is the rep's: as managers answered (`learnt`), as documented, or else the first of two, for a guess.

    None for one lane, and for three or more that nobody has been asked about. An answer about recordings of no known
    source is a better guess, not more: they may come from anywhere.
    """
    lanes = len(recording.lanes)
    answer = learnt.get(key(recording))
    if answer is not None and 0 <= answer < lanes and lanes > 1:
        known = bool(recording.source)
        why = "Somebody said so for other recordings of " + (f"{recording.source}." if known else "no known source.")
        return Place(answer, why, known=known)
    if lanes != 2:
        return None
    told = documented(recording.source, recording.direction)
    return told or Place(0, "Most recorders put their own side first.", known=False)


def _layout(entry: Section) -> Layout:
    entry.only("source", "doc", "why", "rep", "examples")
    why, doc = entry.text("why"), entry.text("doc")
    sources = frozenset(text.value.casefold() for text in entry.texts("source"))
    channels = entry.section("rep")
    if channels is None:
        raise entry.error("an entry of channels lacks 'rep'")
    directions = channels.only("inbound", "outbound", EITHER).keys()
    rep: dict[str, int] = {}
    for direction in directions:
        channel = channels.number(direction)
        if channel not in (1, 2):
            raise channels.error("the rep is on channel 1 or 2", direction)
        rep[direction] = int(channel) - 1
    examples = entry.section("examples")
    names = examples.keys() if examples else ()
    told = {name: examples.text(name) for name in names} if examples else {}
    return Layout(sources, rep, why, doc, told)
