"""The Prefect server as a child of `exemplar up`: `python -m pipeline.flows.server`, settings by environment."""

from __future__ import annotations

import os

import uvicorn

from pipeline.parent import end_with_parent


def main() -> None:
    """Serve until the parent ends."""
    end_with_parent()
    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host=os.environ["PREFECT_SERVER_API_HOST"],
        port=int(os.environ["PREFECT_SERVER_API_PORT"]),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
