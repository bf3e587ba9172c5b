"""The folder of words: what could not be written leaves no trace, and a folder that went away is an error like others."""

import shutil
from dataclasses import replace

import pytest

from clips_api.index.wordindex import Entry, WordIndex

SPAN = Entry(
    id="a-1", call="a", kind="moment", quote="a bit steep", reply="compared to what", speaker="customer",
    reply_speaker="rep", lines=("a bit steep", "compared to what"), tags=("objection.price",), perhaps=(), parts=(),
    missed=(), rep="Nora", source=None, reviewed=False, score=0.5, at=None, start_s=3.0, length_s=60.0, rows=({"id": "a-1", "quote": "a bit steep", "context": ""},),
)  # fmt: skip


@pytest.fixture
def words(tmp_path):
    return WordIndex.begun(tmp_path / "words")


def count(words):
    words.show()
    return words.searcher().num_docs


def test_what_could_not_be_written_leaves_no_trace(words):
    words.replace(["a"], [(0, [SPAN])])
    assert count(words) == 1
    broken = replace(SPAN, id="b-1", call="b", quote=None)
    with pytest.raises(AttributeError):
        words.replace(["a", "b"], [(1, [replace(SPAN, id="b-0", call="b"), broken])])
    assert count(words) == 1
    words.replace(["b"], [(1, [replace(SPAN, id="b-0", call="b")])])
    assert count(words) == 2


def test_a_folder_that_went_away_is_told_as_an_error_again_and_again(words):
    words.replace(["a"], [(0, [SPAN])])
    shutil.rmtree(words.folder)
    for _ in range(3):
        with pytest.raises(ValueError):
            words.replace(["a"], [(0, [SPAN])])
