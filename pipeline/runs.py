"""Words that follow each other without a pause."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.records import Word


def runs(words: Sequence[Word], pause_s: float) -> list[range]:
    """The numbers of the words of each run, in order; a silence longer than `pause_s` seconds ends one."""
    ends = [at for at in range(1, len(words)) if words[at].start - words[at - 1].end > pause_s]
    return [range(first, last) for first, last in zip([0, *ends], [*ends, len(words)], strict=True) if first < last]
