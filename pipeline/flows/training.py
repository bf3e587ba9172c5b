"""The flows that remind and let practise: they ask the API to write what is due.

Whom it is about never is a parameter of them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from prefect import flow
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from pipeline.client import Client
from pipeline.errors import NotRunning

log = logging.getLogger("exemplar.worker")
REMINDERS = "/api/v1/reminders"
PRACTICES = "/api/v1/practices/due"
DIGESTS = "/api/v1/digests/due"
CHECK_INS = "/api/v1/checkins/due"
FLOWS = {"reminding": REMINDERS, "practice": PRACTICES, "digest": DIGESTS, "check-in": CHECK_INS}
LOOK_S = 20.0  # between two looks for somebody to write to


def run(connect: Callable[[], Client], stop: threading.Event, look_s: float = LOOK_S) -> None:
    """Look for somebody to write to until told to stop; where there is, it is one run that Prefect's record shows."""
    while not stop.wait(look_s):
        for name in FLOWS:
            _look(connect, name)


def written(api: Client, name: str, due: int) -> int:
    """One run; how many messages were written."""

    def write() -> int:
        return int(api.post(FLOWS[name], {})["written"])

    run_once = flow(name=name, flow_run_name=f"{due} due", persist_result=False)(write)
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return run_once()


def _look(connect: Callable[[], Client], name: str) -> None:
    try:
        api = connect()
        if due := int(api.get(FLOWS[name])["due"]):
            written(api, name, due)
    except NotRunning:
        return  # the API is starting, or starts again
    except Exception:
        log.exception("Nobody could be written to, %s; it is tried again in a moment", name)
