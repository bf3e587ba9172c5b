"""What the inbox remembers of all that came in: names, parts of meetings, and sources that stay where they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pipeline import meeting, naming
from pipeline.look import Look
from pipeline.parts import Parts
from pipeline.records import Sighting
from pipeline.sidecar import bare, stem


class Memory:
    """Lives as long as the process; the library's sightings bring it back."""

    def __init__(self) -> None:
        self._staying: set[tuple[str, int, int]] = set()  # (name, size, mtime) of sources that are left in place
        self._names: defaultdict[str, dict[str, str]] = defaultdict(dict)  # see `sighted`
        self._parts: dict[str, str] = {}  # SHA-256 of a meeting's file -> recording id
        self._meetings: dict[tuple[str, str], str] = {}  # (folder, number, empty for what has none) -> recording id

    def sighted(self, recording_id: str, sighting: Sighting) -> None:
        """Remember a name. Of recordings with the same one the latest counts, but each that adds to it counts too."""
        path = sighting.path
        self._names[path][""] = self._names[stem(path)][""] = recording_id
        if bare(path) != stem(path):
            self._names[bare(path)][path] = recording_id
        if sighting.kept:
            self._staying.add((path, sighting.bytes, sighting.mtime_ns))

    def consists(self, recording_id: str, parts: Parts | None) -> None:
        """Remember what a meeting consists of."""
        if parts is None:
            return
        self._names[parts.path][""] = recording_id
        self._parts |= {part.sha256: recording_id for part in (*parts.files, *parts.mixed)}
        self._meetings[parts.folder, parts.number] = recording_id
        if parts.sole and naming.of_recorder(parts.folder):  # a folder with a plain name is used again next week
            self._meetings[parts.folder, ""] = recording_id

    def keep(self, look: Look) -> None:
        """This source stays where it is."""
        self._staying.add((look.name, look.size, look.mtime_ns))

    def stays(self, look: Look) -> bool:
        return (look.name, look.size, look.mtime_ns) in self._staying

    def called(self, names: Iterable[str]) -> tuple[str, ...]:
        """The ids of the recordings that came under any of these names."""
        found = [one for name in names if name in self._names for one in self._names[name].values()]
        return tuple(dict.fromkeys(found))

    def part(self, digest: str) -> str | None:
        """The id of the meeting that has a file with this SHA-256."""
        return self._parts.get(digest)

    def meeting(self, name: str) -> str | None:
        """The id of the meeting whose mixed file has this name: the conversation is there already."""
        place = meeting.place(name)
        if place is None or place.role == "file":
            return None
        return self._meetings.get((place.folder, place.digits))
