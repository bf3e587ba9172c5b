"""What comes in as one: a file or a meeting of several, with the notes and transcripts that lie beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline import meeting
from pipeline.look import Look
from pipeline.meeting import Meeting
from pipeline.sidecar import wanted_by


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is ready, or the first of a meeting's, and the sidecar or other companions that came with it."""

    look: Look
    companions: tuple[Look, ...] = ()
    meeting: Meeting | None = None

    @property
    def looks(self) -> tuple[Look, ...]:
        return self.meeting.looks if self.meeting else (self.look,)


def together(recordings: Sequence[Look], offers: Mapping[str, Sequence[Look]]) -> Iterator[Arrival]:
    """What arrives as one: a file or a meeting, with its companions, the closest named last."""
    alone = {look.name: look for look in recordings}
    for found in meeting.gather(recordings):
        for look in found.looks:
            del alone[look.name]
        own = [look for file in found.files for name in wanted_by(file.name) for look in offers.get(name, ())]
        notes = [look for look in own if look.name.lower().endswith(".json")]
        names = whole(found.path, (look.name for look in found.mixed))
        everybodys = [look for name in names for look in offers.get(name, ())]
        yield Arrival(found.files[0], tuple(dict.fromkeys((*notes, *everybodys))), found)
    for look in alone.values():
        own = [companion for name in wanted_by(look.name) for companion in offers.get(name, ())]
        yield Arrival(look, tuple(dict.fromkeys(own)))


def whole(path: str, mixed: Iterable[str]) -> tuple[str, ...]:
    """The names of what belongs to a whole meeting: its own, and those of the files in which everybody is."""
    return tuple(dict.fromkeys((*(name for one in mixed for name in wanted_by(one)), path)))
