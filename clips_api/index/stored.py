"""What the index keeps of one call's clips, or of one clip."""

from __future__ import annotations

from clips_api.index.database import Database, Row
from clips_api.index.sheets import Sheets


def of_call(database: Database, recording_id: str) -> list[Row]:
    """All rows of a call's clips, in the order of its turns."""
    words = database.edition.words
    sheets = Sheets(words.schema, words.searcher())
    numbers = [row["number"] for row in database.rows("numbers_of_call", recording_id=recording_id)]
    return [row for number in numbers for row in sheets.rows(number)]


def clip(database: Database, clip_id: str) -> Row | None:
    """The row that stands for a span."""
    rows = [row for row in of_call(database, clip_id.partition("-")[0]) if row["id"] == clip_id]
    standing = [row for row in rows if row["lead"] or row["lead_suggested"]]
    return max(standing, key=lambda row: bool(row["lead"]), default=None)
