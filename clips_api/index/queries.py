"""Named SQL: `-- name: …` blocks in sql/*.sql, read once a process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)
_PARAMETER = re.compile(r"\$([a-z_]+)")


@dataclass(frozen=True)
class Statement:
    """One named statement and the parameters it takes."""

    name: str
    sql: str
    parameters: frozenset[str]

    def bind(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values this statement takes; one that is not given is NULL, one it doesn't know is an error."""
        unknown = values.keys() - self.parameters
        if unknown:
            raise KeyError(f"{self.name} takes no {', '.join(sorted(unknown))}")
        return dict.fromkeys(self.parameters) | values


@cache
def statements() -> dict[str, Statement]:
    """Every named statement."""
    found: dict[str, Statement] = {}
    for file in sorted(files(__package__).joinpath("sql").iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".sql"):
            continue
        _, *blocks = _NAME.split(file.read_text("utf-8"))
        for name, sql in zip(blocks[::2], blocks[1::2], strict=True):
            if name in found:
                raise ValueError(f"two statements are named {name}")
            plain = re.sub(r"--.*", "", sql)
            found[name] = Statement(name, sql.strip(), frozenset(_PARAMETER.findall(plain)))
    return found


def schema() -> str:
    """The statements that make an empty index."""
    return files(__package__).joinpath("schema.sql").read_text("utf-8")
