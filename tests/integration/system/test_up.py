"""Starting, stopping, and what happens to those who try it twice."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.running import Running, exemplar, runs


def up(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "up", "--data", str(data), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_second_up_prints_the_address_and_ends_well(running: Running) -> None:
    second = up(running.library.root)
    assert second.returncode == 0
    assert f"{running.address}/?token={running.secret}" in second.stdout.replace("\n", "")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        failed = up(tmp_path / "data", "--port", str(port))
    assert failed.returncode != 0
    assert str(port) in failed.stderr
    assert "--port" in failed.stderr


def test_a_setting_that_makes_no_sense_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "exemplar.toml").write_text("rescan = -1\n")
    failed = up(data)
    assert failed.returncode != 0
    assert "rescan" in failed.stderr


def test_nothing_is_open_without_the_secret(running: Running) -> None:
    import httpx

    assert httpx.get(f"{running.address}/api/v1/clips").status_code == 401
    assert httpx.get(f"{running.address}/search").status_code == 401
    assert running.http.get("/api/v1/clips").status_code == 200
    assert running.http.get("/api/v1/clips").json()["total"] >= 0
    logs = "".join(log.read_text() for log in running.library.logs.glob("*.log"))
    assert running.secret not in logs


def test_the_scheduler_is_closed_to_strangers_too(running: Running) -> None:
    import httpx

    until = time.monotonic() + 30  # it may have been started again just now
    ports = []
    while not ports and time.monotonic() < until:
        with suppress(AssertionError, psutil.NoSuchProcess):
            server = running.child("pipeline.flows.server")
            ports = [conn.laddr for conn in server.net_connections("tcp") if conn.status == psutil.CONN_LISTEN]
    assert [address.ip for address in ports] == ["127.0.0.1"]
    answer = httpx.post(f"http://127.0.0.1:{ports[0].port}/api/flow_runs/filter", json={})
    assert answer.status_code in (401, 403)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_children_end_with_their_parent(tmp_path: Path, how: signal.Signals) -> None:
    with exemplar(tmp_path / "data") as running:
        family = running.everyone()[1:]
        assert len(family) >= 4, "scheduler, worker, its listening child, pages"
        took = running.stop(how)
        assert took < 10
        _, alive = psutil.wait_procs(family, timeout=10)
        assert [process for process in alive if runs(process)] == []
        assert running.library.running() is None or how == signal.SIGKILL
