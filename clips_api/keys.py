"""The keys of each page, from `keys.yml`: one table that the pages act on, the help overlay lists and the docs show."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

SIGNS = {
    "ArrowLeft": "←",
    "ArrowRight": "→",
    "ArrowUp": "↑",
    "ArrowDown": "↓",
    "Space": "space",
    "Escape": "esc",
    "Enter": "enter",
    "Shift": "shift",
}


class Key(BaseModel):
    """What happens on any of some keys. `act` is what the page's script calls it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keys: tuple[str, ...]
    does: str
    act: str | None = None

    @property
    def shown(self) -> tuple[str, ...]:
        """The keys as people read them: shift ←."""
        return tuple(" ".join(SIGNS.get(part, part) for part in key.split("+")) for key in self.keys)


class Group(BaseModel):
    """Keys that belong together, on the pages whose whole address matches `at`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    at: re.Pattern[str]
    keys: tuple[Key, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Every group, in the order in which they are listed."""
    found = yaml.safe_load(files("clips_api").joinpath("keys.yml").read_text(encoding="utf-8"))
    return tuple(Group.model_validate(one) for one in found)


def keys_at(path: str) -> list[Group]:
    """The keys of the page at an address; its own first."""
    return sorted((one for one in groups() if one.at.fullmatch(path)), key=lambda one: bool(one.at.fullmatch("/")))
