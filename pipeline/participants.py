"""Whose sound a file or a stream of its own holds, where its name tells (participants.yml); else nobody's."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

TITLE = re.compile(r"[^\W\d_a-z][^\W\d_]*[.'-]?\w*(?: [^\W\d_a-z][^\W\d_]*[.'-]?\w*){1,2}")
TOGETHER = re.compile(r"(?<=[^\W\d_A-Z])(?<!\bMc)(?<!Mc)(?<!Mac)(?=[A-Z])")  # AnnaSmith, but not McDonald


@cache
def known() -> dict[str, Any]:
    """The patterns, the words that no name has, and their examples."""
    found: dict[str, Any] = yaml.safe_load(files("pipeline").joinpath("participants.yml").read_text(encoding="utf-8"))
    return found


def from_file(name: str) -> str | None:
    """The participant whose own track a file with this name is."""
    for entry in known()["files"]:
        match = re.match(entry["pattern"], name)
        if match:
            person = TOGETHER.sub(" ", match["name"].replace("_", " "))
            return person if _may_be_a_name(person) else None
    return None


def from_title(title: str) -> str | None:
    """The participant after whom a stream is called."""
    title = title.strip()
    return title if TITLE.fullmatch(title) and _may_be_a_name(title) else None


def _may_be_a_name(words: str) -> bool:
    return not set(words.casefold().split()) & set(known()["not_names"])
