"""A team's names: repaired where they were misheard, expected by the recogniser, refused where they contradict."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadInput
from pipeline.records import Heard, Voice, Word
from pipeline.vocabulary import Name, Vocabulary, affected, load, to_yaml

NAMES = Vocabulary(
    (
        Name("HubSpot", "competitor", ("hub spot", "hubs pot")),
        Name("Juniper Lane", "company", ("juniper lame", "june upper lane")),
        Name("Priya", "person", ("prayer",)),
        Name("Yahoo!", "competitor"),
        Name("McDonald's", "company", ("mac donalds",)),
        Name("on-prem"),
        Name("Spot"),
        Name("Hub Spot Pro", "product", ("hub spot probe",)),
    )
)


def words(text: str, probability: float | None = 0.8) -> list[Word]:
    return [
        Word(start=n / 2, end=n / 2 + 0.4, text=word, raw=word, probability=probability)
        for n, word in enumerate(text.split())
    ]


def read(text: str) -> str:
    return " ".join(word.text for word in NAMES.repair(words(text)))


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("we use hub spot today", "we use HubSpot today"),
        ("Hub Spot's, price.", "HubSpot's, price."),
        ("hubspot’s price", "HubSpot’s price"),
        ("(hub-spot)", "(HubSpot)"),
        ("hub -spot, on -prem", "HubSpot, on-prem"),  # as recognisers cut a hyphened word
        ("from juniper lame.", "from Juniper Lane."),
        ("june upper lane?", "Juniper Lane?"),
        ("june upper lane's roof", "Juniper Lane's roof"),
        ("the hub. Spot on", "the hub. Spot on"),  # never across punctuation
        ("github spotted", "github spotted"),  # never inside other words
        ("hub spot probe", "Hub Spot Pro"),  # the longest first
        ("hub spot pro", "Hub Spot Pro"),
        ("spot the dog", "Spot the dog"),
        ("Yahoo! and yahoo too", "Yahoo! and Yahoo! too"),
        ("mac donalds or mcdonald's or McDonald's'", "McDonald's or McDonald's or McDonald's'"),
        ("on prem, On-Prem", "on-prem, on-prem"),
        ("nothing here", "nothing here"),
        ("- , hub spot", "- , HubSpot"),
    ],
)
def test_known_mishearings_are_put_right(heard: str, expected: str) -> None:
    assert read(heard) == expected


def test_what_was_heard_stays_and_times_are_merged() -> None:
    use, name, now = NAMES.repair(words("use hub spot now"))
    assert (name.text, name.raw, name.start, name.end, name.probability) == ("HubSpot", "hub spot", 0.5, 1.4, 0.8)
    assert (use, now) == (words("use")[0], words("use hub spot now")[3])


def test_a_name_of_more_words_shares_the_time_of_what_was_heard() -> None:
    first, second = NAMES.repair(words("june upper lane"))
    assert (first.text, first.raw, first.start) == ("Juniper", "june upper lane", 0.0)
    assert (second.text, second.raw, second.end) == ("Lane", "", 1.4)
    assert first.end == second.start
    assert [word.raw for word in NAMES.repair(words("juniper lame"))] == ["juniper", "lame"]


def test_a_word_that_stands_right_is_not_touched() -> None:
    right = words("HubSpot and Juniper Lane's Priya.")
    assert NAMES.repair(right) == tuple(right)
    assert Vocabulary().repair(right) == tuple(right)


SPELLING = st.lists(st.sampled_from(["hub", "spot", "a", "b's", "c-d", "Lane", "E.", "f"]), min_size=1, max_size=3).map(
    " ".join
)
ENTRIES = st.lists(st.tuples(SPELLING, st.lists(SPELLING, max_size=2)), max_size=4)


@given(
    ENTRIES,
    st.lists(st.sampled_from(["hub", "-spot", "Spot", "a", "A,", "b", "b's", "c", "d", "c-d", "lane", "E", "f?"])),
)
def test_repairing_twice_changes_nothing(entries: list[tuple[str, list[str]]], heard: list[str]) -> None:
    try:
        names = Vocabulary(tuple(Name(name, "term", tuple(heard_as)) for name, heard_as in entries))
    except BadInput:
        return
    once = names.repair(words(" ".join(heard)))
    assert names.repair(once) == once
    assert [word.start for word in once] == sorted(word.start for word in once)
    assert " ".join(word.raw for word in once if word.raw) == " ".join(heard)


def test_hotwords_begin_with_who_is_on_the_call_and_what_is_misheard() -> None:
    assert NAMES.hotwords(["Zoe", None]) == (
        "Zoe, Hub Spot Pro, HubSpot, Priya, Juniper Lane, McDonald's, Yahoo!, on-prem, Spot"
    )
    assert Vocabulary().hotwords() is None


def test_hotwords_keep_within_their_tokens() -> None:
    many = Vocabulary(tuple(Name(f"Name{n:03}", "product") for n in range(200)))
    chosen = (many.hotwords() or "").split(", ")
    assert 20 < len(chosen) < 60
    assert chosen[0] == "Name000"
    assert many.hotwords(tokens=2) is None


def test_which_calls_a_change_affects() -> None:
    heard = Heard(voices=(Voice(words=tuple(words("we use hub spot"))), Voice(words=tuple(words("prayer")))))
    assert affected(heard, Vocabulary(), NAMES)
    assert not affected(heard, NAMES, NAMES)
    assert not affected(heard, Vocabulary(), Vocabulary((Name("Kestrel"),)))


# --- the file --------------------------------------------------------------------------------------------------


FILE = """\
names:
  - name: HubSpot
    kind: competitor
    heard_as: [hub spot]
  - name: Juniper Lane
"""


def test_a_file_is_read_and_written_back(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.yml"
    assert load(path) == Vocabulary()
    path.write_text(FILE, encoding="utf-8")
    assert load(path).names == (Name("HubSpot", "competitor", ("hub spot",)), Name("Juniper Lane", "term"))


@given(ENTRIES, st.sampled_from(["product", "person", "term"]))
def test_what_is_saved_is_what_is_loaded(entries: list[tuple[str, list[str]]], kind: str) -> None:
    try:
        names = Vocabulary(tuple(Name(name, kind, tuple(heard_as)) for name, heard_as in entries))  # type: ignore[arg-type]
    except BadInput:
        return
    text = to_yaml(names)
    path = Path("vocabulary.yml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "exists", lambda _: True)
        patch.setattr(Path, "read_bytes", lambda _: text.encode())
        patch.setattr(Path, "read_text", lambda _, encoding: text)
        again = load(path)
    assert again == names
    assert again.version == names.version


def test_the_version_is_that_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.yml"
    path.write_text(FILE, encoding="utf-8")
    before = load(path).version
    path.write_text("# ours\n" + FILE.replace("kind: competitor", "kind: 'competitor'"), encoding="utf-8")
    assert load(path).version == before
    path.write_text(FILE.replace("hub spot", "hubs pot"), encoding="utf-8")
    assert load(path).version != before


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("names:\n- name: A\n  heard: [b]\n", 3, "unknown key 'heard'"),
        ("names:\n- kind: term\n", 2, "lacks 'name'"),
        ("names:\n- name: Acme\n- name: acme\n", 3, "'acme' stands twice"),
        (
            "names:\n- name: Acme\n  heard_as: [ack me]\n- name: Ackme\n  heard_as: [Ack-me]\n",
            4,
            "can't stand for both",
        ),
        ("names:\n- name: Acme\n- name: Beta\n  heard_as: [acme]\n", 3, "can't stand for both"),
        ("names:\n- name: Acme\n  kind: firm\n", 3, "kind 'firm'"),
        ("names:\n- name: '...'\n", 2, "a spelling of 1 to 80 characters"),
        ("names: [\n", 2, "not readable as YAML"),
        ("- name: Acme\n", 1, "should be a list of keys"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = tmp_path / "vocabulary.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load(path)
    assert f"vocabulary.yml:{line}: " in caught.value.detail
    assert problem in caught.value.detail
