"""Languages by their codes (``en``), as people call them (``English``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml


@cache
def names() -> Mapping[str, str]:
    """Name by code: the languages of languages.yml."""
    text = files("nlp").joinpath("languages.yml").read_text(encoding="utf-8")
    read: dict[str, str] = yaml.safe_load(text)
    return read


def name(code: str) -> str:
    """What a language is called; its code where nobody told us."""
    return names().get(code, code)
