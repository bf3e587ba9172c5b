"""One call's folder: the recording's bytes and the documents made from them (docs/data.md draws the tree).

A folder in quarantine has the same shape plus reason.json, so that setting aside and trying again are one rename each.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pipeline import files
from pipeline.errors import NotFound
from pipeline.parts import Parts
from pipeline.records import Analysis, Correction, Document, Heard, Likeness, Reason, Recording, Sighting, Transcript

D = TypeVar("D", bound=Document)
DOCUMENTS = ("recording.json", "heard.json", "transcript.json", "analysis.json")


class CallFolder:
    """One recording and everything made from it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name[:16]

    def __repr__(self) -> str:
        return f"CallFolder({self.path})"

    def exists(self) -> bool:
        return self.path.is_dir()

    def lock(self, *, wait: bool = False) -> AbstractContextManager[None]:
        """Held by whoever works on this call; free at once when that process dies."""
        return files.lock(self.path, wait=wait)

    # what came in

    @property
    def sounds(self) -> tuple[Path, ...]:
        """The recording's bytes as they came: one file, or one for each participant in the order of their numbers."""
        found = [path for path in self.path.glob("recording.*") if path.suffix != ".json"]
        if not found:
            raise NotFound(f"recording of call {self.id}")
        return tuple(sorted(found, key=lambda path: (len(path.stem), path.stem)))

    @property
    def sound(self) -> Path:
        """The recording's bytes as they came; of one file for each participant, the first."""
        return self.sounds[0]

    def parts(self) -> Parts | None:
        """What the call consists of, where it came as one file for each participant."""
        return self._read("parts.json", Parts)

    @property
    def name(self) -> str:
        """What people know it as: the name of its file, or of the folder of its files."""
        parts, sightings = self.parts(), self.sightings()
        path = parts.path if parts else sightings[0].path if sightings else self.id
        return PurePosixPath(path).name

    @property
    def listening(self) -> Path:
        """What a browser plays: the recording itself, or the copy made where browsers can't play its format."""
        return next(self.path.glob("listen.*"), None) or self.sound

    @property
    def peaks(self) -> Path:
        """The waveform: {"per_second", "channels": [[0..100, ...], ...]}; absent until the call was heard."""
        return self.path / "peaks.json"

    def sightings(self) -> list[Sighting]:
        """Every name under which these bytes arrived, the first one first."""
        found = [Sighting.from_json(path.read_bytes()) for path in (self.path / "sightings").glob("*.json")]
        return sorted(found, key=lambda sighting: (sighting.at, sighting.path))

    def sight(self, sighting: Sighting) -> None:
        folder = self.path / "sightings"
        folder.mkdir(exist_ok=True)
        key = sha256(f"{sighting.path}\0{sighting.mtime_ns}".encode()).hexdigest()[:16]
        files.write(folder / f"{key}.json", sighting.to_json())

    def corrections(self) -> list[Correction]:
        """What people put right, in the order they did."""
        numbered = sorted((self.path / "corrections").glob("[0-9]*.json"), key=lambda path: int(path.stem))
        return [Correction.from_json(path.read_bytes()) for path in numbered]

    def correct(self, correction: Correction) -> None:
        folder = self.path / "corrections"
        folder.mkdir(exist_ok=True)
        number = max((int(path.stem) for path in folder.glob("[0-9]*.json")), default=0) + 1
        while True:  # two people may correct at the same moment: neither loses
            try:
                files.create(folder / f"{number}.json", correction.to_json())
            except FileExistsError:
                number += 1
            else:
                return

    def beside(self, suffix: str) -> bytes | None:
        """What lay beside the recording under its name and this ending (".vtt"), as it came; None if nothing did.

        Of several the one that came last.
        """
        found = self.path.glob(f"companion*{suffix}")
        latest = max(found, key=lambda path: (path.stat().st_mtime_ns, len(path.name)), default=None)
        return latest.read_bytes() if latest else None

    # what was made

    def recording(self) -> Recording | None:
        return self._read("recording.json", Recording)

    def heard(self) -> Heard | None:
        return self._read("heard.json", Heard)

    def transcript(self) -> Transcript | None:
        return self._read("transcript.json", Transcript)

    def analysis(self) -> Analysis | None:
        return self._read("analysis.json", Analysis)

    def likeness(self) -> Likeness | None:
        return self._read("likeness.json", Likeness)

    def reason(self) -> Reason | None:
        return self._read("reason.json", Reason)

    def keep(self, document: Recording | Heard | Transcript | Analysis | Likeness | Reason | Parts) -> None:
        """Put a finished document in place of the old one."""
        files.write(self.path / f"{type(document).__name__.lower()}.json", document.to_json())

    def digest(self, name: str) -> str | None:
        """The SHA-256 of one document as it stands, None where there is none."""
        try:
            return files.digest(self.path / name)
        except FileNotFoundError:
            return None

    def stamp(self) -> str:
        """Changes whenever a document, a correction or a sighting does; cheap enough to ask of every call at start."""
        marks = []
        for name in (*DOCUMENTS, "reason.json", "sightings", "corrections"):
            try:
                stat = (self.path / name).stat()
            except FileNotFoundError:
                marks.append("0")
            else:
                marks.append(f"{stat.st_mtime_ns:x}.{stat.st_ino:x}")
        return "-".join(marks)

    def published(self) -> str:
        """The mark under which the index was last told of this call (see reconcile)."""
        try:
            return (self.path / "published").read_text()
        except FileNotFoundError:
            return "never"

    def publish(self, mark: str) -> None:
        files.write(self.path / "published", mark.encode(), durable=False)

    @property
    def failures(self) -> int:
        """How often hearing this recording has failed since it came in or was retried."""
        try:
            return int((self.path / "failures").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def failed(self, times: int) -> None:
        files.write(self.path / "failures", str(times).encode())

    def wants_hearing(self) -> bool:
        """A person asked for a new transcript; the old one serves until then."""
        return (self.path / "hear-again").exists()

    def hear_again(self, *, wanted: bool = True) -> None:
        mark = self.path / "hear-again"
        if wanted:
            files.write(mark, b"")
        else:
            mark.unlink(missing_ok=True)

    def _read(self, name: str, kind: type[D]) -> D | None:
        try:
            return kind.from_json((self.path / name).read_bytes())
        except FileNotFoundError:
            return None
