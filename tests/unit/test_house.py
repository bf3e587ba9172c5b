"""The house rules: docs tell what is there, locks name no host, imports go one way, the code is in form."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline.cli import app
from pipeline.settings import Settings
from tests.places import ROOT

BIN = Path(sys.executable).parent


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def test_every_setting_is_documented_with_its_default() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    for name, field in Settings.model_fields.items():
        assert f"| `{name}` |" in page, name
        assert str(field.description) in page, name


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert len(names) >= 6
    for name in [*names, "playbook check"]:
        assert f"exemplar {name}" in readme, name


def test_what_the_readme_links_to_is_there() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            if "://" in link:
                continue
            name, _, place = link.partition("#")
            there = page.parent / name if name else page
            assert there.exists(), f"{page.name}: {link}"
            if place:
                headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
                assert place in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}, link


def test_the_map_names_files_that_exist() -> None:
    for name in re.findall(
        r"`((?:pipeline|nlp|clips_api)/[\w/]+\.(?:py|yml))`", (ROOT / "CONTRIBUTING.md").read_text()
    ):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt", "models.txt", "peers.txt"])
def test_a_lock_pins_by_hash_and_names_no_host(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    assert "://" not in text
    assert "index" not in re.sub(r"[\w-]*index[\w-]*==", "", text)
    for package in re.split(r"\n(?=\S)", text.strip()):
        assert "==" in package, package
        assert "--hash=sha256:" in package, package


def test_the_locks_hold_what_the_project_asks_for() -> None:
    asked = re.findall(r'^    "([\w-]+)[><=]', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    locked = (ROOT / "requirements" / "dev.txt").read_text()
    assert len(asked) > 20
    for name in asked:
        assert re.search(rf"^{name.replace('_', '-')}==", locked, re.MULTILINE), name


def test_nothing_tracked_names_a_registry_or_this_machine() -> None:
    hosts = re.compile("pyp" + r"i\.org|pythonh" + r"osted|npmj" + r"s\.|deb" + r"ian\.org|/wo" + r"rk/|/ro" + "ot/")
    for path in tracked():
        if path.suffix in (".py", ".md", ".yml", ".toml", ".txt", ".html", ".js", ".css", ".sql", ".json", ""):
            found = hosts.search(path.read_text(errors="replace"))
            assert not found, f"{path.relative_to(ROOT)}: {found and found[0]}"


def test_imports_go_one_way() -> None:
    run = subprocess.run([BIN / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_ruff_is_content() -> None:
    for arguments in (["check", "."], ["format", "--check", "."]):
        run = subprocess.run([BIN / "ruff", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout


def test_types_hold() -> None:
    run = subprocess.run([BIN / "mypy"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_modules_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix == ".py" and "tests" not in path.parts and (lines := len(path.read_text().splitlines())) > 300
    }
    assert not long


def test_the_wheel_carries_playbooks_sql_templates_and_names(tmp_path: Path) -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(tmp_path),
            str(ROOT),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    names = set(zipfile.ZipFile(next(tmp_path.glob("exemplar-*.whl"))).namelist())
    for folder, endings in (
        ("nlp", (".yml", ".npz", ".txt", ".onnx", "LICENSE")),
        ("clips_api", (".sql", ".html", ".css", ".js", "familiar.txt")),
        ("pipeline", (".yml", ".onnx", "LICENSE")),
    ):
        for path in (ROOT / folder).rglob("*"):
            if (path.suffix in (*endings, ".py") or path.name in endings) and "__pycache__" not in path.parts:
                assert path.relative_to(ROOT).as_posix() in names
