"""`exemplar doctor`: what is there, what is not, and what to do about it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from pipeline import models
from pipeline.client import is_running
from pipeline.errors import ExemplarError, NoModel
from pipeline.library import Library
from pipeline.playbooks import BadPlaybook, Playbooks
from pipeline.settings import FILE, Mail, Settings
from pipeline.supervise import PORT, free_port

TESTED = ("faster-whisper", "ctranslate2", "spacy", "duckdb", "prefect", "fastapi", "av")
ROOM_GB = 2.0
ANSWERS_S = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    good: bool
    what: str
    found: str
    advice: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check, the most basic first."""
    yield Finding(sys.version_info >= (3, 11), "Python", sys.version.split()[0], "Exemplar needs Python 3.11 or newer.")
    for package in TESTED:
        yield _package(package)
    yield _model(settings)
    yield _device(settings)
    yield _playbook(settings)
    yield from _folders(settings)
    yield _port(settings)
    yield _address(settings)
    if settings.mail is not None:
        yield _mail(settings.mail)
    yield from _secrets(settings)
    yield from _backup(settings)


def _package(package: str) -> Finding:
    try:
        return Finding(True, package, version(package))
    except PackageNotFoundError:
        return Finding(False, package, "not installed", "Run `make setup` again.")


def _model(settings: Settings) -> Finding:
    try:
        where, note = models.find(settings.model)
    except ExemplarError as error:
        return Finding(False, "speech model", str(error), error.advice)
    if where == settings.model and not Path(where).is_dir():
        return Finding(True, "speech model", f"{where}, fetched from its hub at first use (needs the internet once)")
    return Finding(note is None, "speech model", where, f"{note} {NoModel.advice}")


def _device(settings: Settings) -> Finding:
    from pipeline import device

    choice = device.choose(settings.device, settings.compute_type)
    threads = f", {settings.threads or os.cpu_count()} threads" if choice.device == "cpu" else ""
    found = f"{choice.device}{threads}, {choice.compute_type} ({choice.why})"
    return Finding(
        choice.trouble is None, "device", f"{found}: {choice.trouble}" if choice.trouble else found, choice.advice
    )


def _playbook(settings: Settings) -> Finding:
    mend = "Mend the file and line named, then `exemplar playbook check`."
    try:
        found = Playbooks(Library(settings.data).playbooks, settings.playbook).in_force()
    except BadPlaybook as error:
        return Finding(False, "playbook", str(error), mend)
    told = f"{found.playbook.name} {found.playbook.version[:12]} ({found.source})"
    if found.trouble:
        return Finding(False, "playbook", f"{found.trouble} {told} serves", "Publish a good one, or go back to one.")
    return Finding(True, "playbook", told)


def _folders(settings: Settings) -> Iterator[Finding]:
    library = Library(settings.data)
    parent = next(path for path in (library.root, *library.root.parents) if path.exists())
    writable = os.access(parent, os.W_OK)
    yield Finding(writable, "data folder", str(library.root), f"Let this user write to {parent}, or use --data.")
    free = shutil.disk_usage(parent).free / 1e9
    yield Finding(free > ROOM_GB, "free disk", f"{free:.1f} GB", "Free some space: recordings are kept as they came.")
    if library.root.exists():
        inbox = library.inbox
        good = inbox.is_dir() and os.access(inbox, os.R_OK | os.W_OK)
        yield Finding(good, "inbox", str(inbox), "Let this user read and write it: files are taken out after copying.")


def _port(settings: Settings) -> Finding:
    library = Library(settings.data)
    if is_running(library):
        return Finding(True, "running", (library.running() or {}).get("address", "yes"))
    try:
        port = free_port(settings.host, settings.port)
    except ExemplarError as error:
        return Finding(False, "port", str(error), error.advice)
    note = "" if port == (settings.port or PORT) else f" ({PORT} is taken)"
    return Finding(True, "port", f"{port} is free{note}")


def _address(settings: Settings) -> Finding:
    if not settings.public_url:
        return Finding(True, "public address", "none: links work on this machine only, so nothing is sent")
    split = urlsplit(settings.public_url)
    good = split.scheme in ("http", "https") and bool(split.hostname)
    return Finding(good, "public address", settings.public_url, "Write it as https://coach.example.com.")


def _mail(mail: Mail) -> Finding:
    where = f"{mail.host}:{mail.port}"
    try:
        socket.create_connection((mail.host, mail.port), timeout=min(mail.timeout, ANSWERS_S)).close()
    except OSError as error:
        advice = "Check host and port under [mail]; until it answers, messages wait and are tried again."
        return Finding(False, "mail server", f"{where}: {error.strerror or error}", advice)
    return Finding(True, "mail server", f"{where} answers")


def _backup(settings: Settings) -> Iterator[Finding]:
    """When everything was last backed up by us; other ways to do it are as good."""
    library = Library(settings.data)
    if library.root.exists():
        last = library.backed_up()
        none = "none yet: `exemplar backup FILE` makes one, also while Exemplar runs"
        yield Finding(True, "last backup", f"{last['at'][:16].replace('T', ' ')} UTC, {last['to']}" if last else none)


def _secrets(settings: Settings) -> Iterator[Finding]:
    """Who may read what signs in elsewhere."""
    file = settings.data / FILE
    if file.exists() and {"password", "token", "webhook"} & set(
        re.findall(r"^\s*(\w+)\s*=", file.read_text(), re.MULTILINE)
    ):
        open_to = stat.S_IMODE(file.stat().st_mode) & 0o077
        found = "others on this machine can read its secrets" if open_to else "readable by its owner only"
        yield Finding(not open_to, "settings file", f"{file}: {found}", f"Run `chmod 600 {file}`.")
