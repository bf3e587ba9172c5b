"""Changing exemplar.toml from a page: what somebody wrote there stays, and what makes no sense is never written."""

from __future__ import annotations

import pytest

from pipeline.errors import BadSettings
from pipeline.settings import load
from pipeline.settings_file import change, fixed_by

WRITTEN = """\
# Ours. Ask Dana before you change the model.
model = "tiny.en"   # small machine

[mail]
host = "mx"  # the relay
from = "Exemplar <coach@example.com>"
"""


def test_comments_and_order_stay(tmp_path):
    file = tmp_path / "exemplar.toml"
    file.write_text(WRITTEN)
    change(tmp_path, {"public_url": "https://coach.example.com", "mail.port": 465, "keep": ["a", "b c"]})
    text = file.read_text()
    for line in WRITTEN.splitlines():
        assert line in text
    assert text.index("public_url") < text.index("[mail]"), "a setting after a table would be the table's"
    found = load(tmp_path)
    assert (found.public_url, found.keep, found.model) == ("https://coach.example.com", ["a", "b c"], "tiny.en")
    assert found.mail is not None
    assert (found.mail.host, found.mail.port) == ("mx", 465)
    assert file.stat().st_mode & 0o777 == 0o600, "it may hold a password"


def test_taken_out_and_put_back(tmp_path):
    change(tmp_path, {"mask": False, "mail.host": "mx", "mail.from": "a@b.cc", "slack.token": "xoxb-1"})
    assert load(tmp_path).mask is False
    change(tmp_path, {"mask": None, "mail": None, "slack.webhook": None, "timezone": None})
    found = load(tmp_path)
    assert (found.mask, found.mail) == (True, None)
    assert found.slack is not None
    before = (tmp_path / "exemplar.toml").read_text()
    change(tmp_path, {"mask": None})
    assert (tmp_path / "exemplar.toml").read_text() == before


@pytest.mark.parametrize(
    "values",
    [
        {"mail.host": "mx"},
        {"mask": "perhaps"},
        {"trusted_proxies": ["my proxy"]},
        {"nothing_like_it": 1},
        {"model.x": 1},
    ],
)
def test_what_makes_no_sense_is_not_written(values, tmp_path):
    (tmp_path / "exemplar.toml").write_text('model = "tiny.en"\n')
    with pytest.raises(BadSettings):
        change(tmp_path, values)
    assert (tmp_path / "exemplar.toml").read_text() == 'model = "tiny.en"\n'


def test_a_file_that_cannot_be_read_is_left_alone(tmp_path):
    (tmp_path / "exemplar.toml").write_text("model = \n")
    with pytest.raises(BadSettings, match=r"exemplar\.toml"):
        change(tmp_path, {"mask": False})
    assert (tmp_path / "exemplar.toml").read_text() == "model = \n"


def test_what_the_environment_holds_is_told(monkeypatch):
    monkeypatch.setenv("EXEMPLAR_MAIL_PASSWORD", "correct horse")
    assert fixed_by("mail.password") == "EXEMPLAR_MAIL_PASSWORD"
    assert fixed_by("mask") is None
