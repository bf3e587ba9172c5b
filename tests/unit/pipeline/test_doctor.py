"""What `exemplar doctor` says of being reached: the public address, the mail server, who may read secrets."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from pipeline import settings
from pipeline.doctor import Finding, examine
from tests.mailbox import mail_server


def found(data: Path, what: str) -> Finding | None:
    return next((one for one in examine(settings.load(data)) if one.what == what), None)


def write(data: Path, text: str, mode: int = 0o600) -> Path:
    file = data / "exemplar.toml"
    file.write_text(text)
    file.chmod(mode)
    return data


@pytest.mark.parametrize(
    ("text", "good", "told"),
    [
        ("", True, "nothing is sent"),
        ('public_url = "https://coach.example.com"\n', True, "https://coach.example.com"),
        ('public_url = "coach.example.com"\n', False, "coach.example.com"),
    ],
)
def test_the_public_address(tmp_path, text, good, told):
    finding = found(write(tmp_path, text), "public address")
    assert finding is not None
    assert (finding.good, told in finding.found) == (good, True)


def test_a_mail_server_that_answers_and_one_that_does_not(tmp_path):
    assert found(tmp_path, "mail server") is None
    with mail_server() as box:
        write(tmp_path, f'[mail]\nhost = "127.0.0.1"\nport = {box.port}\nfrom = "coach@example.com"\n')
        finding = found(tmp_path, "mail server")
        assert finding is not None
        assert finding.good
    with socket.socket() as held:  # bound, but nobody listens
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        write(tmp_path, f'[mail]\nhost = "127.0.0.1"\nport = {port}\nfrom = "coach@example.com"\n')
        finding = found(tmp_path, "mail server")
    assert finding is not None
    assert not finding.good
    assert str(port) in finding.found


@pytest.mark.parametrize(
    ("text", "mode", "good"),
    [
        ('[slack]\ntoken = "xoxb-1"\n', 0o600, True),
        ('[slack]\ntoken = "xoxb-1"\n', 0o644, False),
        ('# password = "none"\nmask = true\n', 0o644, None),
    ],
)
def test_who_may_read_secrets(tmp_path, text, mode, good):
    finding = found(write(tmp_path, text, mode), "settings file")
    assert (finding.good if finding else None) is good
    assert finding is None or "xoxb" not in f"{finding}"
