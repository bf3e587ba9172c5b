"""The flow that sends what waits in the outbox. What is sent never is a parameter of it: links are keys."""

from __future__ import annotations

import logging
import threading

from prefect import flow
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from pipeline.errors import NotRunning
from pipeline.sending import Sending

log = logging.getLogger("exemplar.worker")
LOOK_S = 2.0  # between two looks for something to send


def run(sending: Sending, stop: threading.Event) -> None:
    """Look for something to send until told to stop; where there is, send it as one run that Prefect's record shows."""
    while not stop.wait(LOOK_S):
        try:
            if due := sending.due():
                send(sending, due)
        except NotRunning:
            continue  # the API is starting, or starts again
        except Exception:
            log.exception("What waits could not be sent; it is tried again in a moment")


def send(sending: Sending, due: int) -> int:
    """One run; how many messages it tried."""
    run_once = flow(name="sending", flow_run_name=f"{due} due", persist_result=False, validate_parameters=False)(
        sending.send_due
    )
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return run_once()
