"""The flow of a recording: read, hear, analyse, publish. Taking in is a task by itself, so that files are safe at once.

The functions are thin on purpose: every stage is tested without Prefect (reconcile.py, inbox.py). Parameters are plain
JSON; what the tasks work with is bound once, where the worker is put together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from pipeline.errors import ExemplarError
from pipeline.folder import CallFolder
from pipeline.inbox import Arrival, Inbox
from pipeline.library import Library
from pipeline.reconcile import STAGES, Reconciler, Stage

RETRY_AFTER_S = [2.0, 10.0]


@dataclass(frozen=True, slots=True)
class Flows:
    """What the worker calls."""

    take_in: Callable[[Arrival], tuple[CallFolder, bool]]
    process: Callable[[str, str], None]


def build(library: Library, inbox: Inbox, reconciler: Reconciler) -> Flows:
    """Bind the flows to one data folder."""
    arrivals: dict[str, Arrival] = {}

    @task(name="take in", task_run_name="take in {path}", cache_policy=NO_CACHE, persist_result=False)
    def take_in(path: str) -> tuple[str, bool]:
        call, new = inbox.take(arrivals[path])
        return call.id, new

    def stage_task(stage: Stage) -> Callable[[str], None]:
        @task(
            name=stage,
            retries=len(RETRY_AFTER_S),
            retry_delay_seconds=RETRY_AFTER_S,
            retry_condition_fn=_worth_retrying,
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        def run(recording_id: str) -> None:
            call = library.call(recording_id)
            reconciler.run(stage, call)

        return run

    stages = {stage: stage_task(stage) for stage in STAGES}

    @flow(name="recording", flow_run_name="{name}", persist_result=False, validate_parameters=False)
    def recording(recording_id: str, name: str) -> None:  # noqa: ARG001  the name is the run's name
        for stage in reconciler.wants(library.call(recording_id)):
            stages[stage](recording_id)

    def take(arrival: Arrival) -> tuple[CallFolder, bool]:
        path = arrival.look.name
        arrivals[path] = arrival
        try:
            recording_id, new = take_in(path)
        finally:
            del arrivals[path]
        return library.known(recording_id) or library.call(recording_id), new

    def process(recording_id: str, name: str) -> None:
        # A heartbeat thread makes every flow end up to a second late; dead runs are found at start instead (upkeep.py).
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            recording(recording_id, name)

    return Flows(take, process)


def _worth_retrying(_task: Any, _run: Any, state: Any) -> bool:
    try:
        state.result()
    except ExemplarError as error:
        return not error.permanent
    except Exception:  # noqa: BLE001  anything unforeseen is worth another try
        return True
    return False
