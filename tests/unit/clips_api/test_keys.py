"""The keys of the pages: one table, acted on by the scripts, listed by the overlay, shown in the docs."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from pydantic import ValidationError

from clips_api.keys import Group, Key, groups, keys_at
from tests.places import ROOT

CALL = "/calls/0123456789abcdef"
STATIC = ROOT / "clips_api" / "static"


def test_the_docs_list_the_keys_of_the_call_page() -> None:
    page = (ROOT / "docs" / "call.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| {' or '.join(f'`{shown}`' for shown in key.shown)} | {key.does} |"
        for group in groups()
        if group.at.fullmatch(CALL) and not group.at.fullmatch("/")
        for key in group.keys
    ]


def test_a_page_lists_its_own_keys_before_those_of_every_page() -> None:
    titles = [group.title for group in keys_at(CALL)]
    assert titles[0] == "Listening"
    assert titles[-1] == "Everywhere"
    assert "Listening" not in [group.title for group in keys_at("/search")]
    assert [group.title for group in keys_at("/nothing")] == ["Everywhere"]


@pytest.mark.parametrize("path", [CALL, "/search", "/playbook/calibrate", "/library/1"])
def test_a_key_means_one_thing_on_a_page(path: str) -> None:
    acts = {(name, key.act) for group in keys_at(path) for key in group.keys if key.act for name in key.keys}
    assert [name for name, count in Counter(name for name, _ in acts).items() if count > 1] == []


def test_what_a_key_does_is_done_by_a_script() -> None:
    scripts = "\n".join(path.read_text() for path in STATIC.glob("*.js"))
    call = (STATIC / "call.js").read_text()
    for group in groups():
        for key in group.keys:
            if key.act:
                told = call if group.title in ("Listening", "Making a clip") else scripts
                assert re.search(rf"\b{key.act}\b *[(:,}}]", told), key.act


def test_keys_read_as_people_say_them() -> None:
    assert Key(keys=("Shift+ArrowLeft", "Space", "<"), does="x").shown == ("shift ←", "space", "<")
    with pytest.raises(ValidationError):
        Group.model_validate({"title": "x", "at": "(", "keys": []})
    with pytest.raises(ValidationError):
        Key.model_validate({"keys": ["a"], "does": "x", "acts": "y"})
