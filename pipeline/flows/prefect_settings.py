"""Prefect's settings for one Exemplar: its own folder, its own port, no telemetry, nothing inherited."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from pipeline.library import Library

NOT_NEEDED = (
    "SCHEDULER",
    "LATE_RUNS",
    "FOREMAN",
    "TRIGGERS",
    "PAUSE_EXPIRATIONS",
    "CANCELLATION_CLEANUP",
    "REPOSSESSOR",
)


def environment(inherited: Mapping[str, str], library: Library, port: int) -> dict[str, str]:
    """The environment of every process that speaks to Prefect."""
    own = {key: value for key, value in inherited.items() if not key.startswith("PREFECT_")}
    login = "exemplar:" + sha256(f"prefect {library.secret()}".encode()).hexdigest()[:32]
    return own | {
        "PREFECT_HOME": str(library.prefect),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_AUTH_STRING": login,
        "PREFECT_SERVER_API_AUTH_STRING": login,
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
        **{f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false" for service in NOT_NEEDED},
    }
