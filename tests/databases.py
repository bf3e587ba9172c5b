"""The databases that records are tested on: SQLite, and a PostgreSQL of our own where one is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from glob import glob
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import text

from clips_api.store.database import Store


def _program(name: str) -> str | None:
    return next(iter(sorted(glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None) or shutil.which(name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of our own, reached through a socket in its folder."""
    if find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed: pip install 'exemplar[postgresql]'")
    initdb, server = _program("initdb"), _program("pg_ctl")
    if not initdb or not server:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    home = tmp_path_factory.mktemp("postgres")
    wrap: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL doesn't run as root, and there is no user postgres")
        home = Path("/tmp") / f"exemplar-postgres-{os.getpid()}"  # the other folders are root's alone
        home.mkdir()
        os.chown(home, user.pw_uid, user.pw_gid)
        wrap = ["runuser", "-u", "postgres", "--"]
    options = f"-k {home} -c listen_addresses= -c fsync=off"
    try:
        subprocess.run(
            [*wrap, initdb, "-D", home / "db", "-U", "tests", "-A", "trust"], check=True, capture_output=True
        )
        start = [*wrap, server, "-D", home / "db", "-w", "-l", home / "log", "-o", options, "start"]
        subprocess.run(start, check=True, capture_output=True)
        yield f"postgresql://tests@/postgres?host={home}"
        subprocess.run([*wrap, server, "-D", home / "db", "-m", "immediate", "stop"], check=False, capture_output=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    made = Store.at(tmp_path / "records.sqlite", url)
    yield made
    if url:
        with made.write() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    made.close()
