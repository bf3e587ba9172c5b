"""Every table of people's records: importing this makes them all known."""

from __future__ import annotations

from clips_api.store import access_tables, coaching_tables, followup_tables, lesson_tables
from clips_api.store.schema import metadata

__all__ = ["access_tables", "coaching_tables", "followup_tables", "lesson_tables", "metadata"]
