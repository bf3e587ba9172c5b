"""Personal data in turns. Not looked for yet: nothing is claimed, and nothing is masked."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.findings import PersonalData, Turn


def spans(turns: Sequence[Turn]) -> tuple[PersonalData, ...]:
    """Spans of personal data, in order."""
    del turns
    return ()
