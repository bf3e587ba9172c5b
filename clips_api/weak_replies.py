"""Weaker replies to offer beside a strong one, and the usual kinds of objections: the sentences of weak_replies.yml."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import yaml

from clips_api.asking import Option
from clips_api.deps import Parts

WEAKER = 3  # replies that are offered


@cache
def weak_replies() -> dict[str, dict[str, Any]]:
    """The sentences of weak_replies.yml by their fault."""
    text = files("clips_api").joinpath("weak_replies.yml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return found


def concerns(parts: Parts) -> list[str]:
    """The kinds of objections: those heard in calls, and the usual ones."""
    usual = {name for fault in weak_replies().values() for name in fault if name.startswith("objection.")}
    return sorted(
        usual | {row["tag"] for row in parts.database.rows("tag_counts") if row["tag"].startswith("objection.")}
    )


def weaker(tag: str | None, seed: str) -> list[Option]:
    """Weaker replies to an objection, each with another fault; which of them follows from `seed`."""

    def place(text: str) -> bytes:
        return sha256(f"{seed}/{text}".encode()).digest()

    chosen = sorted(weak_replies(), key=place)[:WEAKER]
    faults = [weak_replies()[fault] for fault in chosen]
    return [Option(text=min(one.get(tag or "") or one["any"], key=place), why=one["why"]) for one in faults]
