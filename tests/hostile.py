"""Files that mean harm, made by hand."""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path

import numpy as np

RATES = {8_000: 4, 16_000: 5, 44_100: 9, 48_000: 10}  # as a FLAC frame's header has them


def wav(sound: bytes, *, channels: int = 1, rate: int = 8_000, claims: int | None = None) -> bytes:
    """A 16-bit WAV file whose header claims so many bytes of sound."""
    size = len(sound) if claims is None else claims
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2 & 0xFFFFFFFF, channels * 2 & 0xFFFF, 16)
    return (
        struct.pack("<4sI4s4sI16s4sI", b"RIFF", min(size + 36, 0xFFFFFFFF), b"WAVE", b"fmt ", 16, form, b"data", size)
        + sound
    )


def silent_flac(path: Path, hours: float, *, rate: int = 48_000, claims_s: float | None = None) -> Path:
    """Silence in frames of 4,096 stereo samples, 17 bytes each: a day is 17 MB."""
    frames = int(hours * 3600 * rate) // 4096
    samples = int(claims_s * rate) if claims_s else frames * 4096
    about = struct.pack(">HH6x", 4096, 4096) + (rate << 44 | 1 << 41 | 15 << 36 | samples).to_bytes(8) + bytes(16)
    with path.open("wb") as out:
        out.write(b"fLaC\x80" + len(about).to_bytes(3) + about)
        first = 0
        for width, end, mark in ((1, 1 << 7, 0), (2, 1 << 11, 0xC0), (3, 1 << 16, 0xE0), (4, 1 << 21, 0xF0)):
            number = np.arange(first, min(end, frames))
            first = end
            row = [np.full(len(number), byte) for byte in (0xFF, 0xF8, 0xC0 | RATES[rate], 0x18)]
            row.append(number >> 6 * (width - 1) | mark)
            row += [number >> 6 * left & 0x3F | 0x80 for left in range(width - 2, -1, -1)]
            row.append(_checksum(row, 0x07, 8))
            row += [np.zeros_like(number)] * 6
            check = _checksum(row, 0x8005, 16)
            out.write(np.stack([*row, check >> 8, check & 0xFF], axis=1).astype(np.uint8).tobytes())
    return path


def _checksum(row: list[np.ndarray], polynomial: int, bits: int) -> np.ndarray:
    check = np.zeros_like(row[0])
    for byte in row:
        check ^= byte << bits - 8
        for _ in range(8):
            check = (check << 1 ^ np.where(check >> bits - 1 & 1, polynomial, 0)) & (1 << bits) - 1
    return check


def crowd(streams: int) -> bytes:
    """A Matroska file with so many streams of sound."""

    def element(name: str, content: bytes) -> bytes:
        return bytes.fromhex(name) + (1 << 56 | len(content)).to_bytes(8) + content

    def track(number: int) -> bytes:
        sound = element("b5", struct.pack(">d", 8000.0)) + element("9f", b"\1") + element("6264", b"\x10")
        about = element("d7", number.to_bytes(4)) + element("73c5", number.to_bytes(4)) + element("83", b"\2")
        return element("ae", about + element("86", b"A_PCM/INT/LIT") + element("e1", sound))

    head = element("1a45dfa3", element("4282", b"matroska") + element("4287", b"\4") + element("4285", b"\2"))
    block = element("a3", b"\x81\0\0\x80" + bytes(1600))
    tracks = element("1654ae6b", b"".join(map(track, range(1, streams + 1))))
    about = element("1549a966", element("2ad7b1", (1_000_000).to_bytes(4)))
    return head + element("18538067", about + tracks + element("1f43b675", element("e7", b"\0") + block * 5))


def mutant(content: bytes, name: str, number: int) -> bytes:
    """The file with some of its bytes changed, the same for the same name and number. Headers suffer most."""
    chance = random.Random(zlib.crc32(name.encode()) + number)
    changed = bytearray(content)

    def somewhere() -> int:
        return chance.randrange(min(len(changed), chance.choice((64, 1024, 8192, len(changed)))))

    for _ in range(chance.choice((1, 3, 10, 100))):
        at = somewhere()
        match chance.randrange(6):
            case 0 | 1:
                changed[at] ^= 1 << chance.randrange(8)
            case 2:
                changed[at : at + 4] = chance.choice(
                    (b"\0" * 4, b"\xff" * 4, b"\x7f" + b"\xff" * 3, b"\xff" * 3 + b"\x7f")
                )
            case 3:
                changed[at : at + chance.randrange(1, 64)] = chance.randbytes(chance.randrange(1, 64))
            case 4:
                changed[at:at] = changed[somewhere() :][: chance.randrange(1, 4096)]
            case _:
                del changed[at : at + chance.choice((1, 2, 64, 4096))]
        if len(changed) < 16:
            break
    return bytes(changed[: somewhere() + 1] if chance.random() < 0.1 else changed)
