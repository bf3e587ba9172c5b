"""A new start from a page: the same address and sign-in, other settings; a file at fault stops nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from pipeline import models
from tests.running import exemplar


def test_settings_hold_after_a_new_start(tmp_path: Path) -> None:
    if not (models.store() / "tiny.en" / "model.bin").exists():
        pytest.skip("the speech model tiny.en could not be fetched at set-up; run `make dev` with a network")
    with exemplar(tmp_path / "data") as running:
        http = running.http
        named = {"Host": "coach.example.com"}
        assert http.get("/setup", headers=named).status_code == 421
        before = running.child("clips_api").pid
        http.post("/setup/address", data={"public_url": "https://coach.example.com", "host": "127.0.0.1"})
        assert "The public address holds from the next start" in http.get("/setup").text
        assert http.post("/setup/restart").status_code == 303

        def there() -> bool:
            with suppress(httpx.TransportError):
                return http.get("/setup", headers=named).status_code == 200
            return False

        running.wait(there, 90, "the pages, under their new name,")
        running.wait(
            lambda: running.printed.count(f"Ready: {running.address}/?token=") == 2, 90, "the second readiness"
        )
        assert running.child("clips_api").pid != before
        assert running.process.poll() is None
        assert "from the next start" not in http.get("/setup").text

        again = running.child("clips_api").pid
        (running.library.root / "exemplar.toml").write_text("rescan = -1\n")
        running.library.ask_restart()
        running.wait(lambda: "goes on with the settings it has" in running.printed, 30, "what is wrong with the file")
        assert running.child("clips_api").pid == again
