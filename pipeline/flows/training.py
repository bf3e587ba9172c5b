"""The flow that reminds: it asks the API to write what is due. Whom it is about never is a parameter of it."""

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
LOOK_S = 20.0  # between two looks for somebody to remind


def run(connect: Callable[[], Client], stop: threading.Event, look_s: float = LOOK_S) -> None:
    """Look for somebody to remind until told to stop; where there is, it is one run that Prefect's record shows."""
    while not stop.wait(look_s):
        try:
            api = connect()
            if due := int(api.get(REMINDERS)["due"]):
                remind(api, due)
        except NotRunning:
            continue  # the API is starting, or starts again
        except Exception:
            log.exception("Nobody could be reminded; it is tried again in a moment")


def remind(api: Client, due: int) -> int:
    """One run; how many messages were written."""

    def write() -> int:
        return int(api.post(REMINDERS, {})["written"])

    run_once = flow(name="reminding", flow_run_name=f"{due} due", persist_result=False)(write)
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return run_once()
