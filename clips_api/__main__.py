"""`python -m clips_api --data DIR --host H --port N`: serve the API and the pages until told to stop."""

from __future__ import annotations

import argparse
import logging
import os
import stat
import sys
from pathlib import Path

import uvicorn

from clips_api.app import create_app
from clips_api.problems import tokenless
from pipeline import settings
from pipeline.parent import end_with_parent

GRACE = 3  # seconds that open streams have to finish


class WithoutSecrets(logging.Filter):
    """Leaves out of the access log what opens something or names somebody: queries, and the tokens of links."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and len(record.args) > 2:
            path = tokenless(str(record.args[2]).partition("?")[0])
            record.args = (*record.args[:2], path, *record.args[3:])
        return True


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m clips_api", description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds everything")
    parser.add_argument("--host", help="the address to listen on")
    parser.add_argument("--port", type=int, help="the port to listen on")
    given = parser.parse_args()
    found = settings.load(given.data, host=given.host, port=given.port)
    if _has_parent():
        end_with_parent()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn.access").addFilter(WithoutSecrets())
    uvicorn.run(
        create_app(found),
        host=found.host,
        port=found.port if found.port is not None else 8377,
        log_config=None,
        timeout_graceful_shutdown=GRACE,
        server_header=False,
        proxy_headers=bool(found.trusted_proxies),
        forwarded_allow_ips=found.trusted_proxies or None,
    )


def _has_parent() -> bool:
    """Whether standard input is a pipe that somebody holds; a terminal or /dev/null is nobody's."""
    mode = os.fstat(sys.stdin.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


if __name__ == "__main__":
    main()
