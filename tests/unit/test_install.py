"""Set-up falls back where the system leaves venv out, and prints the one command that helps where nothing works."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.places import ROOT


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("install", ROOT / "requirements" / "install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / "venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / "venv" / "bin" / "python")
    return module


def only(*allowed: str) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """A system on which a command works if it holds one of these words."""
    real = subprocess.run

    def run(command: list[str], **how: object) -> subprocess.CompletedProcess[bytes]:
        line = " ".join(map(str, command))
        creates = "venv" in line.split() or "virtualenv" in line or "--seed" in line or "--python" in line
        if creates and not any(word in line for word in allowed):
            raise subprocess.CalledProcessError(1, command)
        return real(command, **how)  # type: ignore[call-overload]

    return run


def test_a_system_without_ensurepip_still_gets_an_environment(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install.subprocess, "run", only("--without-pip", "--python"))
    made: list[list[str]] = []
    real = install.subprocess.run

    def offline(command: list[str], **how: object) -> object:
        made.append([str(part) for part in command])
        if "--python" in command:  # fetching pip needs a registry: lend it this environment's
            return subprocess.CompletedProcess(command, 0)
        return real(command, **how)

    monkeypatch.setattr(install.subprocess, "run", offline)
    monkeypatch.setattr(install, "usable", lambda python: python.exists())
    assert install.make_environment()
    assert install.PYTHON.exists()
    assert any("--without-pip" in command for command in made)


def test_where_nothing_works_the_one_command_is_printed(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install.subprocess, "run", only())
    monkeypatch.setattr(install.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    assert not install.make_environment()
    said = capsys.readouterr().out
    assert "apt-get install -y python3" in said
    assert not install.VENV.exists()


def test_a_second_run_with_nothing_changed_installs_nothing(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr(
        install, "make_environment", lambda: (install.PYTHON.parent.mkdir(parents=True), install.PYTHON.touch())
    )
    monkeypatch.setattr(install, "usable", lambda _: install.PYTHON.exists())
    monkeypatch.setattr(install, "install", lambda arguments, total: called.append(arguments) or True)
    done = subprocess.CompletedProcess([], 0)
    monkeypatch.setattr(install.subprocess, "run", lambda *_, **__: done)
    assert install.main("runtime") == 0
    assert len(called) == 2
    assert install.main("runtime") == 0
    assert len(called) == 2


def test_no_python_that_fits_is_said_in_one_line(tmp_path: Path) -> None:
    run = subprocess.run(["make", "PYTHON=", "setup"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "Exemplar needs Python 3.11" in run.stdout
