"""Countries and time zones, as people write them and as they are kept."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from pipeline.errors import BadInput

USUAL = {"uk": "GB", "great britain": "GB", "england": "GB", "usa": "US", "u.s.": "US", "america": "US"}
_TABLES = files("tzdata").joinpath("zoneinfo")


@cache
def countries() -> dict[str, str]:
    """Each country's two letters (ISO 3166) and its English name, in order of the names."""
    rows = (line.split("\t") for line in _lines("iso3166.tab"))
    return dict(sorted(((code, name) for code, name in rows), key=lambda row: row[1].casefold()))


@cache
def zones() -> tuple[str, ...]:
    """The time zones where people live, as Europe/Berlin."""
    return tuple(sorted({zone for found in _zones_of().values() for zone in found} | {"UTC"}))


def zones_in(country_: str) -> tuple[str, ...]:
    """The time zones of a country, the one where most people live first."""
    return _zones_of().get(country_, ())


def country(text: str) -> str:
    """The two letters of a country that is written as letters or by its English name. Raises BadInput."""
    told = " ".join(text.split()).casefold()
    named = {name.casefold(): code for code, name in countries().items()} | USUAL
    found = told.upper() if told.upper() in countries() else named.get(told)
    if found is None:
        raise BadInput(f"{text!r} is no country: write its two letters, as DE or US")
    return found


def zone(text: str) -> str:
    """A time zone as the world's table of them writes it. Raises BadInput."""
    told = "_".join(text.split()).casefold()
    found = _every_zone().get(told)
    if found is None:
        raise BadInput(f"{text!r} is no time zone: write it as Europe/Berlin or America/New_York")
    return found


@cache
def _every_zone() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() if not name.startswith(("posix", "right"))}


@cache
def _zones_of() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines("zone.tab"):
        code, _, name = line.split("\t")[:3]
        found[code] = (*found.get(code, ()), name)
    return found


def _lines(name: str) -> list[str]:
    text = _TABLES.joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
