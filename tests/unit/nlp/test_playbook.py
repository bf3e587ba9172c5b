import shutil
from pathlib import Path

import pytest

from nlp.analyse import DEFAULT
from nlp.check import check
from nlp.playbook import load
from nlp.yamlfile import PlaybookError

TAG = """\
id: objection.price
title: Price
why: It comes up.
speaker: customer
rules:
  - id: dear
    say:
      - too dear
match:
  - It is too dear.
not_match:
  - It is fine.
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tags").mkdir()
    (tmp_path / "steps").mkdir()
    (tmp_path / "playbook.yml").write_text("name: ours\n")
    (tmp_path / "tags" / "price.yml").write_text(TAG)
    return tmp_path


def test_a_small_playbook_loads(folder):
    playbook = load(folder)
    assert playbook.name == "ours"
    assert [t.id for t in playbook.tags] == ["objection.price"]
    assert check(folder) == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("why:", "wyh:", 3, "unknown key"),
        ("speaker: customer", "speaker: nobody", 4, "rep, customer or any"),
        ("      - too dear", "      - too (dear", 8, "expected"),
        ("    say:\n      - too dear\n", "    say: too dear\n", 7, "list"),
        ("title: Price\n", "", 1, "lacks 'title'"),
        ("title: Price", "title: Price\ntitle: Cost", 3, "twice"),
        ("rules:\n", "unless_in: [nothing]\nrules:\n", 5, "no context"),
        ("why: It comes up.", "why: [", 4, "not readable"),
    ],
)
def test_errors_name_file_and_line(folder, old, new, line, words):
    (folder / "tags" / "price.yml").write_text(TAG.replace(old, new))
    with pytest.raises(PlaybookError, match=words) as error:
        load(folder)
    assert error.value.file.name == "price.yml"
    if old != "why: It comes up.":
        assert error.value.line == line
    assert check(folder)[0].message


def test_check_runs_the_examples(folder):
    (folder / "tags" / "price.yml").write_text(TAG.replace("It is fine", "It is too dear for us"))
    (problem,) = check(folder)
    assert problem.line == 12
    assert "should not be objection.price" in problem.message


def test_every_file_that_can_not_be_read_is_named(folder):
    (folder / "tags" / "price.yml").write_text(TAG.replace("why:", "wyh:"))
    (folder / "tags" / "timing.yml").write_text("id: [")
    (folder / "tags" / "zz.yml").write_text(TAG.replace("      - too dear", "      - too (dear"))
    assert [(Path(one.file).name, one.line) for one in check(folder)] == [
        ("price.yml", 3),
        ("timing.yml", 2),
        ("zz.yml", 8),
    ]


def test_the_same_id_twice_is_refused(folder):
    (folder / "tags" / "zz.yml").write_text(TAG)
    with pytest.raises(PlaybookError, match="already"):
        load(folder)


def test_a_folder_without_playbook_is_refused(tmp_path):
    with pytest.raises(PlaybookError, match="needs this file"):
        load(tmp_path)


def test_the_version_is_the_content(folder, tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy") / "other"
    shutil.copytree(folder, copy)
    assert load(copy).version == load(folder).version
    (copy / "tags" / "price.yml").write_text(TAG.replace("too dear", "too steep"))
    assert load(copy).version != load(folder).version


def test_near_and_unless(folder):
    text = TAG.replace("      - too dear\n", "      - too dear\n    near: [for us]\n    unless: [never]\n")
    text = text.replace("It is too dear.", "Too dear for us.").replace(
        "It is fine.", "It is never too dear for us.\n  - Too dear."
    )
    (folder / "tags" / "price.yml").write_text(text)
    assert check(folder) == ()


def test_the_default_is_its_own_name():
    assert load(DEFAULT).name == "default"


@pytest.mark.parametrize(
    ("text", "words"),
    [("[" * 100_000, "too deep"), ("a: \x07", "not readable"), (TAG + "x: " + "{a: " * 30 + "}" * 30, "too deep")],
)
def test_a_file_that_would_take_the_reader_down_is_refused(folder, text, words):
    (folder / "tags" / "price.yml").write_text(text)
    (problem,) = check(folder)
    assert words in problem.message


@pytest.mark.parametrize("number", ["nan", "1e400", "-3", "soon"])
def test_a_number_that_is_none_is_refused(folder, number):
    (folder / "steps" / "hello.yml").write_text(
        f"id: hello\ntitle: Hello\nwhy: It is polite.\norder: 1\nevidence: [objection.price]\nat_least: {number}\n"
        "said: {done: Done., missed: Missed., cannot_tell: Not known., not_applicable: No.}\n"
    )
    (problem,) = check(folder)
    assert "a number from 0 on" in problem.message
