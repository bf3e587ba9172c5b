"""Telling people: what leaves for a real mail server and a Slack that keeps to its limits, and what refusals mean."""

from __future__ import annotations

import logging
import smtplib
import socket
import ssl
import subprocess
import time

import pytest

from pipeline import notify
from pipeline.errors import NotDelivered, Undeliverable
from pipeline.message import Message, Part
from pipeline.notify.slack import BLOCKS, SECTION, blocks, shortened
from pipeline.settings import Mail, Settings, Slack
from tests.mailbox import mail_server
from tests.slack import TOKEN, slack_server

PARTS = (
    Part(text="“It’s <b>way</b> over\nwhat we budgeted & planned.”", quote=True),
    Part(text="Sam · Corbel Tiles", link="https://coach.example/calls/1#t=4.5", label="Listen"),
)


def message(address="dana@example.com", **changes):
    made = Message(
        number=1, message_id="abc123", channel="mail", address=address, subject="2 new clips: Price", parts=PARTS
    )
    return made.model_copy(update=changes)


def mail(box, **settings):
    values = {
        "host": "127.0.0.1",
        "port": box.port,
        "tls": "none",
        "from": "Exemplar <coach@example.com>",
        "timeout": 5,
    }
    return notify.enabled(Settings(mail=Mail(**values | settings)))["mail"]


def slack(server, **settings):
    return notify.enabled(Settings(slack=Slack(**{"token": TOKEN, "api": server.api} | settings)))["slack"]


def test_only_what_is_set_up_is_there():
    assert set(notify.enabled(Settings())) == {"log"}
    assert set(notify.enabled(Settings(slack=Slack(webhook="http://127.0.0.1/x")))) == {"log", "slack"}


def test_a_letter_has_words_for_every_reader_and_one_id_for_ever():
    with mail_server() as box:
        for _ in range(2):
            mail(box).send(message())
    first, second = box.letters
    assert first["Message-ID"] == second["Message-ID"] == "<abc123@example.com>"
    assert (first["To"], first["From"], first["Subject"]) == (
        "dana@example.com", "Exemplar <coach@example.com>", "2 new clips: Price"
    )  # fmt: skip
    assert box.envelopes[0].mail_from == "coach@example.com"
    plain, html = (first.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    assert "> “It’s <b>way</b> over\n> what we budgeted" in plain
    assert "https://coach.example/calls/1#t=4.5" in plain
    assert "&lt;b&gt;way&lt;/b&gt;" in html
    assert '<a href="https://coach.example/calls/1#t=4.5">Listen</a>' in html


def test_a_subject_cannot_smuggle_headers():
    with mail_server() as box:
        mail(box).send(message(subject="Price\r\nBcc: everybody@example.com"))
    assert box.letters[0]["Bcc"] is None
    assert box.letters[0]["Subject"] == "Price Bcc: everybody@example.com"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("550 no such mailbox", Undeliverable), ("450 mailbox full, later", NotDelivered)],
)
def test_a_refused_address_is_told_for_good_or_for_now(answer, kind):
    with mail_server() as box:
        box.say["dana@example.com"] = answer
        with pytest.raises(NotDelivered, match=answer[4:]) as caught:
            mail(box).send(message())
    assert type(caught.value) is kind


@pytest.mark.parametrize(("answer", "kind"), [("554 looks like spam", Undeliverable), ("451 busy", NotDelivered)])
def test_a_refused_letter_too(answer, kind):
    with mail_server() as box:
        box.after_data.append(answer)
        with pytest.raises(NotDelivered) as caught:
            mail(box).send(message())
        assert type(caught.value) is kind
        mail(box).send(message())
    assert len(box.letters) == 1


def test_an_accepted_letter_counts_even_if_the_server_hangs_up_rudely(monkeypatch):
    def quit_badly(self):
        raise smtplib.SMTPResponseException(421, b"closing")

    with mail_server() as box:
        monkeypatch.setattr(smtplib.SMTP, "quit", quit_badly)
        mail(box).send(message())
    assert len(box.letters) == 1


def test_signing_in(caplog):
    with mail_server(sign_in=True) as box:
        mail(box, user="exemplar", password="correct horse").send(message())
        with pytest.raises(NotDelivered) as caught:
            mail(box, user="exemplar", password="battery staple").send(message())
    assert not caught.value.permanent  # the address is not to blame
    assert "staple" not in f"{caught.value} {caplog.text}"
    assert len(box.letters) == 1


def test_starttls_is_insisted_on_and_checked(tmp_path, monkeypatch):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run([*made, *names], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed: no certificate to test with")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with mail_server(context, sign_in=True) as box:
        safe = mail(box, tls="starttls", user="exemplar", password="correct horse")
        with pytest.raises(NotDelivered, match="certificate"):
            safe.send(message())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        safe.send(message())
    assert box.secured == [True]
    assert box.signed_in == ["exemplar"]


def test_no_starttls_no_letter_and_no_password():
    with mail_server(sign_in=True) as box, pytest.raises(NotDelivered, match="STARTTLS"):
        mail(box, tls="starttls", user="exemplar", password="correct horse").send(message())
    assert box.signed_in == []


def test_a_server_that_is_away_is_not_the_addresses_fault():
    with socket.create_server(("127.0.0.1", 0)) as lent:
        port = lent.getsockname()[1]
    box = type("Away", (), {"port": port})
    with pytest.raises(NotDelivered) as caught:
        mail(box).send(message())
    assert not caught.value.permanent


# Slack


def test_slack_is_told_in_blocks_and_calls_nobody():
    with slack_server() as server:
        slack(server).send(message("#deals", subject="<!channel> & more"))
    (post,) = server.posts
    assert post["channel"] == "#deals"
    texts = [block["text"]["text"] for block in post["blocks"]]
    assert texts[0] == "*&lt;!channel&gt; &amp; more*"
    assert texts[1].startswith(">“It’s &lt;b&gt;way&lt;/b&gt; over what we budgeted &amp; planned.”")
    assert texts[2] == "Sam · Corbel Tiles <https://coach.example/calls/1#t=4.5|Listen>"


def test_slacks_limits_are_kept_on_our_side():
    long = tuple(
        Part(text="&" * 5000 + "end", quote=bool(number % 2), link="https://x.example/" + "y" * 300)
        for number in range(80)
    )
    made = blocks(message(parts=long, subject="s" * 4000))
    assert len(made) == BLOCKS
    assert all(len(block["text"]["text"]) <= SECTION for block in made)
    assert made[-1]["text"]["text"] == "… and 32 more paragraphs"
    with slack_server() as server:
        slack(server).send(message("U0123456789", parts=long, subject="s" * 4000))
    assert server.refused == []


@pytest.mark.parametrize("room", [10, 11, 12, 13, 14])
def test_a_cut_never_splits_what_was_escaped(room):
    cut = shortened("ab&cd<ef>" * 3, room)
    assert len(cut) <= room
    assert cut.endswith("…")
    assert cut.count("&") == cut.count(";")


def test_one_message_a_second_a_channel():
    with slack_server() as server:
        app = slack(server)
        began = time.monotonic()
        for channel in ("#deals", "#deals", "#wins"):
            app.send(message(channel))
        assert 0.95 < time.monotonic() - began < 1.9  # only the second had to wait
    assert server.refused == []
    assert [post["channel"] for post in server.posts] == ["#deals", "#deals", "#wins"]


def test_a_pause_that_slack_asks_for_holds_for_everybody():
    clock = [100.0]
    with slack_server() as server:
        server.pauses.append(7)
        from pipeline.notify.slack import Slack as Channel

        app = Channel(Slack(token=TOKEN, api=server.api), clock=lambda: clock[0], wait=lambda _: None)
        with pytest.raises(NotDelivered) as caught:
            app.send(message("#deals"))
        assert caught.value.retry_after_s == 7
        clock[0] += 3
        with pytest.raises(NotDelivered) as caught:
            app.send(message("#wins"))
        assert caught.value.retry_after_s == 4
        assert server.refused == ["ratelimited"]  # the second was not even asked
        clock[0] += 4
        app.send(message("#wins"))
    assert len(server.posts) == 1


@pytest.mark.parametrize(
    ("error", "permanent"),
    [("channel_not_found", True), ("is_archived", True), ("not_in_channel", False), ("internal_error", False)],
)
def test_what_slack_refuses(error, permanent):
    with slack_server() as server:
        server.errors["#deals"] = error
        with pytest.raises(NotDelivered, match=error) as caught:
            slack(server).send(message("#deals"))
    assert caught.value.permanent is permanent


def test_a_wrong_token_is_told_without_it(caplog):
    refused = pytest.raises(NotDelivered, match="invalid_auth")
    with slack_server() as server, caplog.at_level(logging.DEBUG), refused as caught:
        slack(server, token="xoxb-wrong-secret").send(message("#deals"))
    assert "wrong-secret" not in f"{caught.value} {caplog.text}"


def test_a_webhook_speaks_to_its_channel_and_to_nobody_else():
    with slack_server() as server:
        app = slack(server, token=None, webhook=server.hook)
        app.send(message("#deals"))
        with pytest.raises(Undeliverable):
            app.send(message("U0123456789"))
        server.pauses.append(3)
        with pytest.raises(NotDelivered) as caught:
            app.send(message("#deals"))
    assert caught.value.retry_after_s == 3
    assert len(server.posts) == 1


def test_the_log_holds_no_words_and_no_links(caplog):
    with caplog.at_level(logging.INFO):
        notify.enabled(Settings())["log"].send(message("log"))
    assert "2 new clips: Price" in caplog.text
    assert "coach.example" not in caplog.text
    assert "budgeted" not in caplog.text
