"""Sheets: what is shown of clips comes back as it was put in."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files

import pytest

from clips_api.index.database import SCHEMA
from clips_api.index.sheets import SPANS, Sheet, numbered, packed
from clips_api.spans import clip_id

SAID_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).replace(tzinfo=None)


def row(turn, quote, **more):
    call = "0123456789abcdef"
    start, end = more.get("start_s", turn * 4.0), more.get("end_s", turn * 4.0 + 3.5)
    plain = {
        "id": clip_id(call, start, end, turn), "recording_id": call, "kind": "turn", "lead": True,
        "lead_suggested": True, "tag": None, "tags": [], "start_s": start, "end_s": end, "turn": turn, "quote": quote,
        "context": None, "reply": None, "score": None, "rep": "Zoë", "said_at": SAID_AT,
    }  # fmt: skip
    return plain | more


CALLS = {
    "a short one": [[row(0, "Hello.")]],
    "what was said before is another's words": [[row(0, "Hello.")], [row(1, "It's dear.", context="Hello.")]],
    "and where it is nobody's": [[row(3, "Why?", context="Ünter uns")], [row(5, "So.", context="Why?")]],
    "the same words by all": [[row(at, "Yes.", context="Yes." if at else None)] for at in range(SPANS)],
    "several rows of a span": [
        [
            row(0, "Dear.", tag="objection.price", kind="tag"),
            row(0, "Dear.", tag="signal.need", kind="tag", lead=False),
        ],
        [row(1, "I see.", reply="Well.", score=4.5)],
    ],
    "no times": [[row(0, "Hm.", start_s=None, end_s=None, said_at=None)]],
}


@pytest.mark.parametrize("name", CALLS)
def test_rows_come_back(name):
    spans = CALLS[name]
    sheet = Sheet(packed(spans))
    assert len(sheet) == len(spans)
    assert [sheet.rows(place) for place in range(len(spans))] == spans


def test_a_long_call_takes_several_sheets():
    spans = list(range(2 * SPANS + 3))
    sheets = list(numbered(7, spans))
    assert [number for number, _ in sheets] == [7, 8, 9]
    assert [span for _, some in sheets for span in some] == spans
    assert list(numbered(7, [])) == []


def test_sheets_of_an_index_can_still_be_read():
    """They are unpacked with familiar.txt as it was: change that, raise SCHEMA, and put both in here."""
    familiar = files("clips_api.index").joinpath("familiar.txt").read_bytes()
    assert (SCHEMA, sha256(familiar).hexdigest()[:16]) == (6, "cfa26607eba3e45f")
