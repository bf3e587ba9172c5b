"""Numbers with letters that prove themselves: IBAN, national ids, postcodes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files

import yaml
from stdnum import iban

from nlp.pii.reading import Item
from nlp.pii.talk import Span

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_SHORTEST = 15  # characters of an IBAN
_POSTCODES = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-BD-HJLNP-UW-Z]{2}|[A-CEGHJ-NPR-TV-Y]\d[A-Z]\d[A-Z]\d")  # UK, Canada


@dataclass(frozen=True)
class Identity:
    """A kind of national id that needs no name before it: its shape, how it is written, its check digits."""

    shape: re.Pattern[str]
    written: re.Pattern[str] | None
    check: Callable[[str], bool]


@cache
def identities() -> tuple[Identity, ...]:
    """What stands in national_ids.yml."""
    read = yaml.safe_load(files("nlp.pii").joinpath("national_ids.yml").read_text(encoding="utf-8"))
    return tuple(
        Identity(
            re.compile(rf"(?<!\d)(?:{one['shape']})(?!\d)"),
            re.compile(one["written"]) if "written" in one else None,
            import_module(f"stdnum.{one['check']}").is_valid if "check" in one else bool,
        )
        for one in read
    )


def code(items: Sequence[Item], kinds: Sequence[str]) -> Span | None:
    """The first such number, if any, given what it may be called. It begins and ends where items do."""
    line = _Line(items)
    if line.text.isdigit():
        return None
    found = [*_ibans(line)]
    if not found and "other" not in kinds[:1]:
        found = [("national_id", *span) for one in identities() for span in line.find(one.shape, one.check)]
    if not found and (not kinds or "postcode" in kinds or kinds[0] not in ("other", "national_id", "bank")):
        found = [("address", *span) for span in line.find(_POSTCODES, bool)]
    return next(iter(found), None)


class _Line:
    """Items as one text, and where its parts stand in the call."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.text = ""
        self.starts: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        for item in items:
            self.starts[len(self.text)] = item.start
            self.text += item.text
            self.ends[len(self.text)] = item.end

    def find(self, shape: re.Pattern[str], check: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
        for found in shape.finditer(self.text):
            if found.start() in self.starts and found.end() in self.ends and check(found.group()):
                yield self.starts[found.start()], self.ends[found.end()]


def _ibans(line: _Line) -> Iterator[Span]:
    for first, start in line.starts.items():
        found = _IBAN.match(line.text, first)
        for last, end in reversed(line.ends.items()) if found else ():
            if found and _SHORTEST <= last - first <= len(found.group()) and iban.is_valid(line.text[first:last]):
                yield "bank", start, end
                return
