"""A call in a language that the playbook doesn't cover is transcribed and says that it was not analysed."""

from __future__ import annotations

from pathlib import Path

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES

from nlp import languages
from nlp.playbook import load
from nlp.yamlfile import PlaybookError
from pipeline.analyse import analyse, load_playbook
from pipeline.records import Transcript, Turn

TOO_DEAR = (Turn(speaker="customer", start=0.0, end=2.0, text="That is too expensive for us."),)


def test_every_language_the_model_can_tell_has_a_name() -> None:
    assert set(languages.names()) == set(_LANGUAGE_CODES)
    assert languages.names()["no"] == "Norwegian"  # YAML would read a bare no as false
    assert languages.name("xx") == "xx"


def test_another_language_is_not_analysed() -> None:
    analysis = analyse(Transcript(recording_id="a", language="de", turns=TOO_DEAR), load_playbook(None))
    assert analysis.type.value == "not_analysed"
    assert analysis.type.why == "This call is in German; the playbook covers English."
    assert (analysis.tags, analysis.moments, analysis.steps, analysis.metrics) == ((), (), (), {})
    assert analysis.playbook["version"] == load_playbook(None).version


@pytest.mark.parametrize("language", ["en", None])
def test_a_language_that_is_covered_or_not_known_is_analysed(language: str | None) -> None:
    analysis = analyse(Transcript(language=language, turns=TOO_DEAR), load_playbook(None))
    assert [tag.tag for tag in analysis.tags] == ["objection.price"]


def test_a_playbook_says_which_languages_it_covers(tmp_path: Path) -> None:
    file = tmp_path / "playbook.yml"
    file.write_text("name: ours\n")
    silent = load(tmp_path)
    assert silent.languages == ("en",)
    file.write_text("name: ours\nlanguages: [de, no, de]\n")
    told = load(tmp_path)
    assert told.languages == ("de", "no")
    assert told.version != silent.version
    why = analyse(Transcript(language="en", turns=TOO_DEAR), told).type.why
    assert why == "This call is in English; the playbook covers German and Norwegian."


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("name: ours\nlanguages:\n  - de\n  - english\n", 4, "no language has the code 'english'"),
        ("name: ours\nlanguages: []\n", 2, "names none"),
        ("name: ours\nlanguages: de\n", 2, "list"),
    ],
)
def test_a_wrong_language_names_file_and_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    (tmp_path / "playbook.yml").write_text(text)
    with pytest.raises(PlaybookError, match=words) as error:
        load(tmp_path)
    assert (error.value.file.name, error.value.line) == ("playbook.yml", line)
