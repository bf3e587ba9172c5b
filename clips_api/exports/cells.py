"""Values as cells of a table that spreadsheets open: nothing in them is ever taken for a formula."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol

from clips_api.masking import hide

FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # where a spreadsheet begins to calculate; the last four are wide


class Writer(Protocol):
    """What csv.writer gives."""

    def writerow(self, row: Iterable[Any], /) -> Any: ...


def cell(value: Any, *, mask: bool = False) -> str:
    """One value: times in UTC, yes and no as true and false, lists as JSON, nothing as nothing.

    `mask`: with personal data hidden. A text that looks like a formula gets an apostrophe before it.
    """
    match value:
        case None:
            return ""
        case bool():
            text = "true" if value else "false"
        case datetime():
            zoned = value if value.tzinfo else value.replace(tzinfo=UTC)
            text = zoned.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            text = value.isoformat()
        case float() | int():
            text = repr(value)
        case str():
            text = safe(hide(value) if mask else value)
        case _:
            told = json.dumps(value, ensure_ascii=False, default=list)
            text = safe(hide(told) if mask else told)
    return text


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    plain = text.replace("\0", "")
    return f"'{plain}" if plain.lstrip(" \u00a0").startswith(FORMULA) else plain


def row(values: Sequence[Any], masked: Sequence[bool]) -> list[str]:
    """A row; `masked`: in which of its cells people wrote or said something."""
    return [cell(value, mask=mask) for value, mask in zip(values, masked, strict=True)]
