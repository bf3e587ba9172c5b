"""Keeps Prefect's records true and small: runs of dead workers are marked Crashed, old runs are removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Crashed

KEEP_DAYS = 14
UNFINISHED = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]


def bury_dead(client: SyncPrefectClient) -> int:
    """Mark every unfinished run Crashed. Only for a worker that has just started: it alone runs flows here."""
    unfinished = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=UNFINISHED)))
    buried = 0
    while runs := client.read_flow_runs(flow_run_filter=unfinished, sort=FlowRunSort.START_TIME_ASC, limit=200):
        for run in runs:
            client.set_flow_run_state(run.id, Crashed(message="The worker ended before the run did."), force=True)
        buried += len(runs)
    return buried


def prune(client: SyncPrefectClient, keep_days: int = KEEP_DAYS) -> int:
    """Remove runs that started longer ago than this; documents are the record, runs are only the log."""
    before = datetime.now(UTC) - timedelta(days=keep_days)
    old = FlowRunFilter(start_time=FlowRunFilterStartTime(before_=before))
    removed = 0
    while runs := client.read_flow_runs(flow_run_filter=old, sort=FlowRunSort.START_TIME_ASC, limit=200):
        for run in runs:
            client.delete_flow_run(run.id)
        removed += len(runs)
    return removed
