"""Who may hear what: whether this person hears personal data in the sound of a call."""

from __future__ import annotations

import logging

from clips_api.findings import BY
from pipeline.settings import Settings

log = logging.getLogger(__name__)


def may_hear(settings: Settings, what: str, *, asked: bool) -> bool:
    """Whether the sound of `what` is given as it was said; else it is muted where its text is masked.

    `asked`: the person asked for it (`unmasked=1`), which is written to the log. Links for people without an account
    never come here: they are always muted.
    """
    if not settings.mask:
        return True
    if asked:
        log.info("%s hears %s unmasked", BY, what)
    return asked
