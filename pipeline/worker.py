"""The worker process: `python -m pipeline.worker --data DIR`, started by `exemplar up`.

Starting the listening child comes first and the heavy imports after it, so that both go on side by side.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
from pathlib import Path

from pipeline import settings
from pipeline.ear import Ear
from pipeline.parent import end_with_parent


def main() -> None:
    """Run until the parent ends or SIGTERM comes."""
    end_with_parent()
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    conf = settings.load(parser.parse_args().data)
    ear = Ear(conf)
    ear.start()

    from pipeline.flows.watch import Worker

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    worker = Worker(conf, ear)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: worker.stop.set())
    worker.run()
    os._exit(0)  # Prefect's own threads would keep a normal exit waiting


if __name__ == "__main__":
    main()
