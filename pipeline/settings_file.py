"""Writes exemplar.toml: single settings change, the rest of the file stays as somebody wrote it, comments too."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from pipeline import files
from pipeline.errors import BadSettings
from pipeline.settings import FILE, Settings, load


def change(folder: Path, values: Mapping[str, Any]) -> Settings:
    """Set settings of a data folder by name (`mask`, `mail.host`; None takes one out). They hold from the next start.

    The file is readable by its owner alone. Raises BadSettings, and changes nothing, where the result makes no sense.
    """
    file = folder / FILE
    try:
        document = tomlkit.parse(file.read_text(encoding="utf-8") if file.exists() else "")
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise BadSettings(f"{file}: {error}") from error
    for name, value in values.items():
        _set(document, name.split("."), value)
    written = tomlkit.dumps(document).encode()
    with TemporaryDirectory() as place:  # only we can look into it
        (Path(place) / FILE).write_bytes(written)
        found = load(Path(place))
    files.write(file, written, mode=0o600)
    return found.model_copy(update={"data": folder})


def fixed_by(name: str) -> str | None:
    """The variable of the environment that holds this setting whatever the file says; None where none does."""
    variable = f"EXEMPLAR_{name.upper().replace('.', '_')}"
    return variable if variable in os.environ else None


def _set(table: Any, path: list[str], value: Any) -> None:
    *outer, name = path
    for one in outer:
        if one not in table:
            if value is None:
                return
            table[one] = tomlkit.table()
        table = table[one]
        if not isinstance(table, Table):
            raise BadSettings(f"{one} is no table")
    if value is None:
        table.pop(name, None)
    elif table.get(name) != value:
        table[name] = value
