"""Behind a proxy: whose word is taken on who asks, which host names are known, and the recipes as they are written."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from pipeline.library import Library
from pipeline.settings import Settings
from tests.places import ROOT

DEPLOY = ROOT / "deploy"
NAME = "coach.example.com"
FROM = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_for(condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < until, f"{what} did not come up"
        time.sleep(0.05)


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False


class Pages:
    """The pages as `exemplar up` starts them."""

    def __init__(self, data: Path, toml: str) -> None:
        self.library = Library(data)
        self.library.prepare()
        (data / "exemplar.toml").write_text(toml)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = data / "log.txt"
        arguments = [sys.executable, "-m", "clips_api", "--data", str(data), "--port", str(self.port)]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=out, stderr=out)

    def asked_by(self, path: str) -> str:
        """Whom the access log names as the last who asked for an address."""
        found: list[str] = []

        def there() -> bool:
            found[:] = re.findall(rf"(\S+?):\d+ - \"GET {re.escape(path)} ", self.log.read_text())
            return bool(found)

        wait_for(there, path)
        return found[-1]


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Callable[[str], Pages]]:
    running: list[Pages] = []

    def start(toml: str) -> Pages:
        made = Pages(tmp_path / f"data{len(running)}", toml)
        running.append(made)
        wait_for(lambda: answers(made.address), "the pages")
        return made

    yield start
    for one in running:
        one.process.kill()
        one.process.wait()


def test_only_a_trusted_proxy_is_believed(pages: Callable[[str], Pages]) -> None:
    for toml, believed in (
        ("", "127.0.0.1"),
        ('trusted_proxies = ["10.0.0.0/8"]\n', "127.0.0.1"),
        ('trusted_proxies = ["127.0.0.0/8"]\n', "203.0.113.7"),
    ):
        running = pages(toml)
        httpx.get(f"{running.address}/status", headers=FROM, timeout=60)
        assert running.asked_by("/status") == believed, toml


def test_only_names_that_are_ours_are_answered(pages: Callable[[str], Pages]) -> None:
    running = pages(f'public_url = "https://{NAME}"\nhosts = ["Coach.Internal"]\n')
    for name, status in ((NAME, 401), ("coach.internal:8377", 401), ("evil.example.com", 421)):
        assert httpx.get(f"{running.address}/search", headers={"Host": name}, timeout=60).status_code == status, name


# the recipes


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    key, chain = tmp_path / "key.pem", tmp_path / "chain.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", chain, "-days", "2"]
    subprocess.run(
        [*made, "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"], check=True, capture_output=True
    )
    return key, chain


def test_nginx_as_the_recipe_has_it(
    pages: Callable[[str], Pages], certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        pytest.skip("no nginx here: apt-get install nginx")
    running = pages(f'public_url = "https://{NAME}"\ntrusted_proxies = ["127.0.0.1", "::1"]\n')
    recipe, port = (DEPLOY / "nginx.conf").read_text(), free_port()
    for old, new in (
        ("127.0.0.1:8377", f"127.0.0.1:{running.port}"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("/var/log/nginx/", f"{tmp_path}/"),
        (f"/etc/letsencrypt/live/{NAME}/privkey.pem", str(certificate[0])),
        (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", str(certificate[1])),
    ):
        assert old in recipe
        recipe = recipe.replace(old, new)
    places = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    conf = tmp_path / "whole.conf"
    conf.write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;\nevents {{}}\nhttp {{ {places}\n{recipe}\n}}\n"
    )
    with subprocess.Popen([nginx, "-p", str(tmp_path), "-c", str(conf)]) as proxy:
        try:
            base = f"https://127.0.0.1:{port}"
            where = {"headers": {"Host": NAME}, "extensions": {"sni_hostname": NAME}}
            transport = httpx.HTTPTransport(verify=False, local_address="127.0.0.2")
            with httpx.Client(transport=transport, base_url=base, timeout=60) as browser:

                def up() -> bool:
                    try:
                        return browser.get("/healthz", **where).status_code == 200
                    except httpx.TransportError:
                        return False

                wait_for(up, "nginx")
                signed_in = browser.get(f"/status?token={running.library.secret()}", **where)
                assert signed_in.status_code == 303
                cookie = signed_in.headers["set-cookie"]
                assert "Secure" in cookie
                headers = {"Host": NAME, "Cookie": cookie.partition(";")[0]}
                assert browser.get("/status", headers=headers, extensions=where["extensions"]).status_code == 200
                assert running.asked_by("/status") == "127.0.0.2"
                here = headers | {"Origin": f"https://{NAME}"}
                assert browser.post("/setup/later", headers=here).status_code == 303
                assert (
                    browser.post("/setup/later", headers=headers | {"Origin": "https://evil.example.com"}).status_code
                    == 403
                )
                assert browser.get("/q/a-token-that-opens", **where).status_code in (404, 410)
        finally:
            proxy.terminate()
    logged = (tmp_path / "exemplar.log").read_text()
    assert '"GET /q/*"' in logged
    assert "a-token" not in logged
    assert running.library.secret() not in logged


def test_caddy_as_the_recipe_has_it() -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("no caddy here: apt-get install caddy")
    checked = [caddy, "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    assert subprocess.run(checked, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_the_settings_in_a_recipe_are_settings(name: str) -> None:
    given = re.findall(r"^#   (\w+) = ", (DEPLOY / name).read_text(), re.MULTILINE)
    assert given == ["public_url", "trusted_proxies"]
    assert set(given) <= Settings.model_fields.keys()


def test_the_unit_starts_and_stops_as_exemplar_does(tmp_path: Path) -> None:
    unit = (DEPLOY / "exemplar.service").read_text()
    program = next(line for line in unit.splitlines() if line.startswith("ExecStart=")).partition("=")[2].split()
    asked = [sys.executable, "-m", "pipeline.cli", *program[1:2], "--help"]
    shown = subprocess.run(
        asked, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "200"}
    ).stdout
    assert all(option in shown for option in program[2:] if option.startswith("--"))
    assert "KillSignal=SIGINT" in unit
    if shutil.which("systemd-analyze"):
        here = tmp_path / "exemplar.service"
        here.write_text(unit.replace("/opt/exemplar/.venv/bin/exemplar", sys.executable).replace("User=exemplar\n", ""))
        checked = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, check=False)
        assert "exemplar.service:" not in checked.stderr
