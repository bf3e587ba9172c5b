"""What every test may use. Tests that need data which is not in the repository skip, and say what they miss."""

from __future__ import annotations

import os
import shutil
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clips_api.store.database import Store
from pipeline import models, settings
from pipeline.library import Library
from pipeline.settings import Settings
from tests.browser import chromium
from tests.places import SHARED
from tests.system import running, snippet, truth

__all__ = ["chromium", "running", "snippet", "truth"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the long tests too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--soak"):
        for item in items:
            if "soak" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="a long run; `make soak` does it"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Why a test failed that passed, or failed otherwise, when it was run again."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.write_sep("_", f"run again: {report.nodeid}, {report.when}")
        terminalreporter.line(report.longreprtext)


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's EXEMPLAR_ and PREFECT_ variables must not reach the tests."""
    for name in list(os.environ):
        if name.startswith(("EXEMPLAR_", "PREFECT_")) and name not in ("EXEMPLAR_CHROMIUM", "EXEMPLAR_SHARED_DATA"):
            monkeypatch.delenv(name)


@pytest.fixture
def conf(tmp_path: Path) -> Settings:
    return settings.load(tmp_path / "data")


@pytest.fixture(scope="session")
def no_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records' file with its tables and nothing in them: making them takes longer than most tests."""
    file = tmp_path_factory.mktemp("records") / "records.sqlite"
    Store.at(file).close()
    return file


@pytest.fixture
def library(conf: Settings, no_records: Path) -> Library:
    made = Library(conf.data)
    made.prepare()
    shutil.copyfile(no_records, made.records)
    return made


@pytest.fixture
def shared() -> Path:
    """Real calls, formats and broken files, which are never part of the repository."""
    if not SHARED.is_dir():
        pytest.skip(f"the measurement data is not at {SHARED} (set EXEMPLAR_SHARED_DATA)")
    return SHARED


@pytest.fixture
def tiny_model() -> str:
    """The small speech model that tests use."""
    if not (models.store() / "tiny.en" / "model.bin").exists():
        pytest.skip("the speech model tiny.en could not be fetched at set-up; run `make dev` with a network")
    return "tiny.en"


def tone(path: Path, seconds: float = 0.5, *, hz: float = 440.0, channels: int = 1, rate: int = 8000) -> Path:
    """Write a WAV of pure tones, a different one a channel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(int(seconds * rate)) / rate
    lanes = [np.sin(2 * np.pi * hz * (lane + 1) * time) * 12000 for lane in range(channels)]
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.stack(lanes, axis=1).astype("<i2").tobytes())
    return path


@pytest.fixture
def make_tone(tmp_path: Path) -> Callable[..., Path]:
    return lambda name="tone.wav", **how: tone(tmp_path / name, **how)
