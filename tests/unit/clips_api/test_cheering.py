"""No customer is named in a channel."""

from __future__ import annotations

import pytest

from clips_api.cheering import nameless


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Corbel Tiles said yes.", "the customer said yes."),
        ("CORBEL TILES, corbel  tiles", "the customer, corbel  tiles"),
        ("We at Corbel pay", "We at the customer pay"),
        ("Corbel Tiles, Corbel: yes", "the customer: yes"),
        ("corbelled tiles stay", "corbelled tiles stay"),
        ("Ivy & Sons <Ltd> called", "the customer called"),
        ("a+b (c) costs", "the customer costs"),
        ("Nothing to hide", "Nothing to hide"),
    ],
)
def test_names_are_hidden(text, told):
    assert nameless(text, ["Corbel Tiles", "Ivy & Sons <Ltd>", "a+b (c)", " "], ["Corbel"]) == told
