"""How long a lesson takes, what its counter says, what an item is read from, and what the form's buttons do."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from starlette.datastructures import FormData

from clips_api import lessons
from clips_api.lessons import Heard, Line, Written
from clips_api.pages.module_form import ModuleForm
from pipeline.errors import BadInput


def clip(seconds: float | None, note: str = "", said: str = "one two", key: str = "1") -> Heard:
    start, end = (None, None) if seconds is None else (10.0, 10.0 + seconds)
    lines = (Line(speaker="rep", text=said),)
    return Heard(id=key, clip_id="c", recording_id="r", start_s=start, end_s=end, said=lines, note=note)


def text(words: int, key: str = "2") -> Written:
    return Written(id=key, text=" ".join(["word"] * words))


@pytest.mark.parametrize(
    ("items", "seconds"),
    [
        ((), 0),
        ((text(200),), 60),
        ((text(1),), 1),  # 0.3 s: begun seconds count
        ((text(10), text(10, "3")), 6),  # and only once for the whole
        ((clip(27.25),), 28),
        ((clip(27.25, note="one two three four five six seven eight nine ten"),), 31),
        ((clip(None, said=" ".join(["word"] * 100)),), 30),  # without sound it is read
        ((clip(240.0), text(200)), 300),
        ((clip(240.5), text(200)), 301),
    ],
)
def test_a_lesson_takes_as_long_as_its_clips_and_the_reading_of_its_texts(items, seconds):
    assert lessons.seconds(items) == seconds


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0:00 of 5:00"),
        (300, "5:00 of 5:00"),
        (301, "5:01 of 5:00, 0:01 too long"),
        (421, "7:01 of 5:00, 2:01 too long"),
    ],
)
def test_the_counter_says_by_how_much_it_is_too_long(seconds, words):
    assert lessons.counted(seconds) == words


def test_items_are_read_back_as_they_were_written():
    items = (clip(3.5, "Listen for the pause."), Written(id="a1", title="Why", text="One.\nTwo."))
    assert lessons.read(lessons.written(items)) == items


def test_text_keeps_its_lines_and_nothing_that_a_database_refuses():
    assert Written(id="1", text=" one  two \r\n\r\n three\0").text == "one two\n\nthree"
    assert Written(id="1", title=" a \n b ").title == "a b"
    with pytest.raises(ValidationError):
        Written(id="1", text="\ud800")
    with pytest.raises(ValidationError):
        Written(id="../etc")


def form(*items, do="save", **more):
    fields = [("title", " A  title "), ("revision", "3"), ("quiz", ""), ("do", do)]
    for key, clip_id, heading, words in items:
        fields += [("key", key), ("clip", clip_id), ("heading", heading), ("words", words)]
    return ModuleForm.read(FormData([one for one in fields if one[0] not in more] + list(more.items())))


THREE = (("1", "", "A", "first"), ("2", "0123456789abcdef-0-1000", "", "hear it"), ("3", "", "C", "third"))


@pytest.mark.parametrize(
    ("do", "order"),
    [
        ("save", ["1", "2", "3"]),
        ("up:3", ["1", "3", "2"]),
        ("up:1", ["1", "2", "3"]),
        ("down:1", ["2", "1", "3"]),
        ("down:3", ["1", "2", "3"]),
        ("out:2", ["1", "3"]),
        ("out:9", ["1", "2", "3"]),
        ("text", ["1", "2", "3", "4"]),
        ("publish", ["1", "2", "3"]),
    ],
)
def test_a_button_does_what_it_says_to_the_items(do, order):
    assert [one.id for one in form(*THREE, do=do).done()] == order


def test_the_form_is_read_whole():
    read = form(*THREE, quiz="7")
    assert (read.title, read.revision, read.quiz_id) == ("A title", 3, 7)
    assert [one.kind for one in read.items] == ["text", "clip", "text"]
    assert read.items[1].note == "hear it"
    with pytest.raises(BadInput):
        form(*THREE, revision="")
    with pytest.raises(BadInput, match="third"):
        form(("1", "", "", "third" * 1000))
