"""Sets Exemplar up in .venv: `python requirements/install.py runtime` (or dev). Standard library only.

Everything comes from the locks beside this file, by hash. A second run with nothing changed does nothing. Speech models
stand in a lock of their own (models.txt): one that can't be had is explained and does not stop the set-up.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MODELS = {"runtime": ["base"], "dev": ["base", "tiny.en"]}
TELLS = re.compile(r"(?:Collecting|Processing|Requirement already satisfied:|Obtaining) (?:\S*/)?([^\s=<>;(]+)")
NO_VENV = """
This Python can't make virtual environments, because the system leaves part of it out. One command mends that:

    {command}

Then run the same make command again."""


def main(kind: str) -> int:
    """Set up `runtime` or `dev`. Returns the exit status."""
    lock = HERE / f"{kind}.txt"
    mark = VENV / f".exemplar-{kind}"
    wanted = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if not (mark.exists() and mark.read_text() == wanted and PYTHON.exists()):
        began = time.monotonic()
        print("Setting Exemplar up; this happens once and takes a few minutes.", flush=True)
        if not usable(PYTHON) and not make_environment():
            return 1
        if not install(
            ["--require-hashes", "-r", str(lock)],
            total=pinned(lock),
        ):
            return 1
        if not install(["--no-deps", "--no-build-isolation", "-e", str(ROOT)], total=1):
            return 1
        mark.write_text(wanted)
        print(f"Packages are in place after {time.monotonic() - began:.0f} s.", flush=True)
    return subprocess.run(
        [PYTHON, "-m", "pipeline.models", str(HERE / "models.txt"), *MODELS[kind]], cwd=ROOT, check=False
    ).returncode


def pinned(lock: Path) -> int:
    """How many packages a lock pins for every machine; those for some machines only are left out."""
    return len(re.findall(r"^[\w.-]+==[^;\n]*$", lock.read_text(), re.MULTILINE))


def usable(python: Path) -> bool:
    """Whether this environment's Python and its pip work (a moved checkout's don't)."""
    if not python.exists():
        return False
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def make_environment() -> bool:
    """Make .venv by whichever way this system has; else print the one command that helps."""
    if VENV.exists():
        shutil.rmtree(VENV)
    print("Making a virtual environment in .venv ...", flush=True)
    ways = [
        [[sys.executable, "-m", "venv", str(VENV)]],
        [[sys.executable, "-m", "virtualenv", "-q", str(VENV)]],
        [
            [sys.executable, "-m", "venv", "--without-pip", str(VENV)],
            [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "-q", "pip"],
        ],
        [["uv", "venv", "-q", "--seed", "--python", sys.executable, str(VENV)]],
    ]
    for way in ways:
        try:
            for command in way:
                subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            shutil.rmtree(VENV, ignore_errors=True)
            continue
        if usable(PYTHON):
            return True
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    sudo = "" if os.geteuid() == 0 else "sudo "
    debian = f"{sudo}apt-get install -y python{version}-venv || {sudo}apt-get install -y python3-venv"
    print(
        NO_VENV.format(command=debian if shutil.which("apt-get") else "install the package python3-venv or virtualenv")
    )
    return False


def install(arguments: list[str], *, total: int) -> bool:
    """Run pip, telling how far it is in one line."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off", *arguments]
    shown = sys.stdout.isatty()
    said: list[str] = []
    seen = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT) as pip:
        for line in pip.stdout or ():
            said.append(line.rstrip())
            match = TELLS.match(line)
            if match:
                seen += 1
                if shown:
                    print(f"\r  {min(seen, total):3} of about {total}: {match[1]:<40.40}", end="", flush=True)
                elif seen % 25 == 0:
                    print(f"  {seen} of about {total} packages", flush=True)
            elif line.startswith("Installing collected"):
                print(f"{chr(13) if shown else ''}  unpacking {seen} packages ...{' ' * 40}", flush=True)
    if shown:
        print("\r" + " " * 70 + "\r", end="")
    if pip.returncode:
        print("\n".join(said[-15:]))
        print("\nInstalling failed; the lines above say why. The same make command goes on where it stopped.")
    return pip.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
