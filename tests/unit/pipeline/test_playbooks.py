"""Published playbooks, the draft, one-line edits, and reading calls again after another one was published."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from nlp.analyse import DEFAULT
from nlp.check import check
from nlp.explain import explain
from pipeline import compare, phrases
from pipeline.analyse import Analyser, analyse, load_playbook
from pipeline.cli import app
from pipeline.doctor import examine
from pipeline.drafts import Draft, FileChanged, digest
from pipeline.errors import BadInput, NotFound
from pipeline.flows import reanalyse
from pipeline.flows.queue import WorkQueue
from pipeline.flows.reanalyse import Rereading
from pipeline.library import Library, now
from pipeline.playbooks import BadPlaybook, Playbooks, copy
from pipeline.reconcile import Reconciler
from pipeline.records import Heard, Recording, Sighting, Transcript, Turn
from pipeline.settings import Settings

HEAD = "name: small\nlists:\n  money: [budget, cash]\n"
PRICE = """id: objection.price
title: Price
why: It matters.
speaker: customer
# a comment that stays
rules:
  - id: dear
    say:
      - too (expensive|dear)
match:
  - It is too expensive.
not_match:
  - It is cheap.
"""
STEP = """id: price_named
title: Price named
why: Somebody said it.
order: 1
evidence: [objection.price]
said: {done: Heard., missed: Not heard., cannot_tell: Can't tell., not_applicable: Doesn't apply.}
"""
TAG = "tags/objection.price.yml"


def small(folder: Path, price: str = PRICE) -> Path:
    (folder / "tags").mkdir(parents=True)
    (folder / "playbook.yml").write_text(HEAD)
    (folder / TAG).write_text(price)
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return small(tmp_path / "own")


@pytest.fixture
def playbooks(library: Library, own: Path) -> Playbooks:
    return Playbooks(library.playbooks, own)


def publish(playbooks: Playbooks, text: str, why: str = "because") -> str:
    Draft(playbooks).save(TAG, text)
    return playbooks.publish(playbooks.draft, by="Dana", why=why)


# which one is in force


def test_published_before_the_settings_folder_before_the_default(library: Library, own: Path) -> None:
    assert Playbooks(library.playbooks).in_force().source == "default"
    playbooks = Playbooks(library.playbooks, own)
    assert (playbooks.in_force().source, playbooks.in_force().folder) == ("settings", own)
    version = publish(playbooks, PRICE.replace("dear)", "dear|steep)"))
    found = Playbooks(library.playbooks, own).in_force()
    assert (found.source, found.playbook.version, found.trouble) == ("published", version, None)
    assert found.folder == library.playbooks / version


def test_what_is_published_is_kept_and_can_be_gone_back_to(playbooks: Playbooks) -> None:
    before = playbooks.in_force().playbook.version
    first = publish(playbooks, PRICE.replace("dear)", "dear|steep)"), "steep")
    second = publish(playbooks, PRICE.replace("dear)", "dear|steep|salty)"), "salty")
    assert not playbooks.draft.exists()
    assert [entry.version for entry in playbooks.log()] == [second, first, before]
    assert [entry.why for entry in playbooks.log()][:2] == ["salty", "steep"]
    assert playbooks.log()[0].by == "Dana"
    for version in (first, before):
        playbooks.back_to(version, by="Dana", why="back")
        assert playbooks.in_force().playbook.version == version
    assert (playbooks.root / second / TAG).stat().st_mode & 0o222 == 0
    with pytest.raises(NotFound):
        playbooks.back_to("../own", by="Dana", why="")


def test_publishing_what_does_not_hold_changes_nothing(playbooks: Playbooks) -> None:
    problems = Draft(playbooks).save(TAG, PRICE.replace("It is cheap.", "It is too dear."))
    assert [(problem.file, problem.line) for problem in problems] == [(TAG, 13)]
    with pytest.raises(BadPlaybook) as refused:
        playbooks.publish(playbooks.draft, by="Dana", why="")
    assert [(problem.file, problem.line) for problem in refused.value.problems] == [(TAG, 13)]
    assert playbooks.published is None
    assert playbooks.log() == []
    assert Draft(playbooks).exists()


@pytest.mark.parametrize("harm", ["gone", "broken", "no such version"])
def test_a_broken_published_playbook_leaves_the_one_before_it_in_force(playbooks: Playbooks, harm: str) -> None:
    first = publish(playbooks, PRICE.replace("dear)", "dear|steep)"))
    second = publish(playbooks, PRICE.replace("dear)", "dear|salty)"))
    tag = playbooks.root / second / TAG
    if harm == "gone":
        (playbooks.root / second / "playbook.yml").unlink()
    elif harm == "broken":
        tag.chmod(0o644)
        tag.write_text("id: [")
    else:
        (playbooks.root / "published").write_text("0123456789abcdef")
        second, first = "0123456789abcdef", second
    found = playbooks.in_force()
    assert found.playbook.version == first
    assert found.trouble
    assert second in found.trouble
    assert playbooks.published == second, "it says so until somebody publishes another"


def test_a_torn_line_of_the_log_is_no_line(playbooks: Playbooks) -> None:
    publish(playbooks, PRICE.replace("dear)", "dear|steep)"))
    with (playbooks.root / "log.jsonl").open("a") as out:
        out.write('{"at": "2026-')
    assert len(playbooks.log()) == 2


def test_a_settings_folder_that_is_broken_is_named(library: Library, own: Path) -> None:
    (own / TAG).write_text("id: x\nspeaker: dog\n")
    with pytest.raises(BadPlaybook, match="line 2"):
        Playbooks(library.playbooks, own).in_force()


# the draft


def test_a_draft_begins_with_the_first_change_and_ends_with_the_last_one_taken_back(playbooks: Playbooks) -> None:
    draft = Draft(playbooks)
    assert draft.texts() == {"playbook.yml": HEAD, TAG: PRICE}
    assert not draft.exists()
    draft.save("steps/price_named.yml", STEP)
    draft.save(TAG, PRICE.replace("Price", "Money"))
    assert {(one.path, one.kind) for one in draft.changes()} == {
        (TAG, "changed"),
        ("steps/price_named.yml", "new"),
    }
    assert "-title: Price" in draft.changes()[1].lines
    assert "+title: Money" in draft.changes()[1].lines
    with pytest.raises(BadPlaybook, match="no tag"):
        draft.save(TAG, None)  # the step needs it
    draft.restore("steps/price_named.yml")
    draft.restore(TAG)
    assert not draft.exists()
    assert playbooks.in_force().playbook.tags[0].title == "Price"


def test_what_can_not_be_read_is_refused_and_the_draft_stays_as_it_was(playbooks: Playbooks) -> None:
    draft = Draft(playbooks)
    draft.save(TAG, PRICE.replace("Price", "Money"))
    kept = draft.text(TAG)
    with pytest.raises(BadPlaybook) as refused:
        draft.save(TAG, PRICE.replace("too (expensive", "too ((expensive"))
    assert (refused.value.problems[0].file, refused.value.problems[0].line) == (TAG, 9)
    assert str(playbooks.root) not in str(refused.value), "a person needs no path of the machine"
    with pytest.raises(FileChanged):
        draft.save(TAG, PRICE, seen=digest(PRICE))
    assert draft.text(TAG) == kept


@pytest.mark.parametrize(
    "path", ["../x.yml", "tags/../../x.yml", "/etc/x.yml", "tags/.x.yml", "tags/x.txt", "log.jsonl"]
)
def test_no_other_files_can_be_written(playbooks: Playbooks, path: str) -> None:
    with pytest.raises(NotFound):
        Draft(playbooks).save(path, "name: x\n")


def test_a_newer_default_keeps_what_the_team_changed(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = small(tmp_path / "older"), small(tmp_path / "newer")
    (newer / "playbook.yml").write_text(HEAD.replace("cash", "cash, funds"))
    (newer / TAG).write_text(PRICE.replace("It matters.", "It matters more."))
    (newer / "steps").mkdir()
    (newer / "steps" / "price_named.yml").write_text(STEP)
    monkeypatch.setattr("pipeline.playbooks.DEFAULT", older)
    playbooks = Playbooks(library.playbooks)
    mine = PRICE.replace("dear)", "dear|steep)")
    version = publish(playbooks, mine)
    assert not playbooks.newer_default()
    monkeypatch.setattr("pipeline.playbooks.DEFAULT", newer)
    monkeypatch.setattr("pipeline.drafts.DEFAULT", newer)
    assert playbooks.newer_default()
    assert playbooks.in_force().playbook.version == version, "the team's own stays"
    publish(playbooks, PRICE.replace("dear)", "dear|much)"))
    playbooks.back_to(version, by="Dana", why="no")
    assert playbooks.newer_default(), "nobody took it yet"
    draft = Draft(playbooks)
    unpublished = mine.replace("steep", "steep|salty")
    draft.save(TAG, unpublished)
    draft.take_default()
    assert draft.text(TAG) == unpublished
    assert "funds" in draft.text("playbook.yml")
    assert draft.text("steps/price_named.yml") == STEP
    playbooks.publish(draft.folder, by="Dana", why="the newer one")
    assert not playbooks.newer_default()
    publish(playbooks, unpublished.replace("salty", "bitter"))
    assert not playbooks.newer_default()


def test_a_newer_default_that_does_not_go_with_the_teams_own_is_refused(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = small(tmp_path / "older"), small(tmp_path / "newer")
    (newer / "playbook.yml").write_text(HEAD.replace("cash", "cash]\n  funds: [funds"))
    (newer / TAG).write_text(PRICE.replace("dear)", "dear|@funds)"))
    monkeypatch.setattr("pipeline.playbooks.DEFAULT", older)
    playbooks = Playbooks(library.playbooks)
    draft = Draft(playbooks)
    draft.save("playbook.yml", HEAD.replace("cash", "cash, dosh"))
    playbooks.publish(draft.folder, by="Dana", why="dosh")
    monkeypatch.setattr("pipeline.playbooks.DEFAULT", newer)
    monkeypatch.setattr("pipeline.drafts.DEFAULT", newer)
    with pytest.raises(BadPlaybook, match="funds"):
        draft.take_default()
    assert not draft.exists()


# one-line edits


@pytest.mark.parametrize("file", sorted((DEFAULT / "tags").glob("*.yml")), ids=lambda file: file.stem)
def test_a_phrase_is_added_and_nothing_else_changes(file: Path) -> None:
    text = file.read_text()
    before = yaml.safe_load(text)
    for pattern, sentence in (("~cost [us] .. (a|b)", "It costs: “us” a # b"), ("'s: x", "- no, 'tis"), ("yes", "12")):
        for number, rule in enumerate(before["rules"]):
            if "say" not in rule:
                continue
            made = phrases.add_phrase(text, rule["id"], pattern, sentence)
            after = yaml.safe_load(made)
            after_say = [str(entry) for entry in after["rules"][number].pop("say")]
            assert after_say == [*(str(entry) for entry in rule["say"]), pattern]
            assert str(after["match"].pop()) == sentence
            assert after["match"] == before["match"]
        made = yaml.safe_load(phrases.add_exception(text, pattern, sentence))
        assert made["unless"][:-1] == before.get("unless", [])
        for old, new in zip(before["rules"], made["rules"], strict=True):
            assert "say" in old or len(new["unless"]) == len(old.get("unless", [])) + 1
        assert str(made["not_match"][-1]) == sentence


def test_lists_on_one_line_and_files_without_an_end_are_edited_too() -> None:
    made = phrases.add_phrase("rules:\n  - id: a\n    say: [x y, 'z']\nmatch: []", "a", "b, c", "so: it")
    assert yaml.safe_load(made) == {"rules": [{"id": "a", "say": ["x y", "z", "b, c"]}], "match": ["so: it"]}
    made = phrases.add_phrase("rules:\n- id: a\n  say:\n  - x", "a", "y")
    assert yaml.safe_load(made) == {"rules": [{"id": "a", "say": ["x", "y"]}]}
    made = phrases.add_phrase(PRICE, "dear", "salty", "It is salty.")
    assert made == PRICE.replace("dear)\n", "dear)\n      - salty\n").replace("ive.\n", "ive.\n  - It is salty.\n")
    with pytest.raises(BadInput, match="no rule"):
        phrases.add_phrase(PRICE, "other", "x")
    with pytest.raises(BadInput, match="YAML"):
        phrases.add_phrase("a: [", "other", "x")


def test_a_new_tag_holds_by_itself(own: Path) -> None:
    sentence = "Two weeks is too long: to wait, for a delivery!"
    text = phrases.new_tag(
        id="objection.delivery",
        title="Delivery: late",
        why="Yes",
        speaker="customer",
        pattern=phrases.pattern_of(sentence),
        match=sentence,
        not_match="How long does it take?",
    )
    (own / "tags" / "objection.delivery.yml").write_text(text)
    assert check(own) == ()


# why, and what would change


def test_what_stops_a_tag_is_told() -> None:
    playbook = load_playbook(None)
    clear = explain("That is way too expensive for us.", "customer", playbook)
    assert [tag.tag for tag in clear.tags] == ["objection.price"]
    assert clear.stopped == ()
    stopped = explain("We thought it was too expensive.", "customer", playbook)
    assert stopped.tags == ()
    assert [(one.tag, one.words, bool(one.by)) for one in stopped.stopped] == [
        ("objection.price", "too expensive", True)
    ]
    assert explain("That is way too expensive for us.", "rep", playbook).tags == ()


def call(library: Library, number: int, *said: str) -> str:
    """A call that was heard, as documents; the customer speaks second."""
    room = library.incoming_folder()
    name = f"{number:016x}"
    (room / "recording.wav").write_bytes(b"sound")
    made = library.arrive(room, name)
    made.sight(Sighting(path=f"{number}.wav", at=now(), bytes=5, mtime_ns=1))
    turns = tuple(
        Turn(speaker=("rep", "customer")[at % 2], text=text, start=5.0 * at, end=5.0 * at + 4)
        for at, text in enumerate(said)
    )
    made.keep(
        Recording(
            id=name, sha256=name * 4, files=("recording.wav",), filename=f"{number}.wav", bytes=5, duration_s=60.0,
            channels=2, sample_rate=8000, codec="pcm", container="wav", arrived_at=now(), rep="Sam",
        )
    )  # fmt: skip
    made.keep(Heard(recording_id=name, language="en", voices=()))
    made.keep(Transcript(recording_id=name, language="en", turns=turns))
    return name


def test_gained_and_lost_clips_and_changed_steps_are_told(library: Library, tmp_path: Path) -> None:
    old = small(tmp_path / "old")
    new = small(tmp_path / "new", PRICE.replace("(expensive|dear)", "(expensive|steep)").replace("dear", "steep"))
    for folder in (old, new):
        (folder / "steps").mkdir()
        (folder / "steps" / "price_named.yml").write_text(STEP)
    one = call(library, 1, "Hello there, how are things?", "It is too dear, ring 0151 496 0123.", "I see.", "Bye.")
    call(library, 2, "Hello there, how are things?", "It is too expensive.", "I see.", "Bye.")
    two = call(library, 3, "Hello there, how are things?", "It is far too steep.", "I see.", "Bye.")
    for name in (one, two):  # the step needs a conversation: what a person says it is
        folder = library.call(name)
        recording = folder.recording()
        assert recording is not None
        folder.keep(recording.model_copy(update={"type": "conversation"}))
    told: list[tuple[int, int]] = []
    found = compare.compare(library, load_playbook(old), load_playbook(new), lambda *how: told.append(how))
    assert (found.calls, found.affected, len(told)) == (3, 2, 3)
    (tag,) = found.tags
    assert (tag.tag, tag.gained, tag.lost) == ("objection.price", 1, 1)
    lost, gained = tag.lost_examples[0], tag.gained_examples[0]
    assert (lost.recording_id, gained.recording_id) == (one, two)
    assert gained.quote[slice(*gained.marks[0])] == "too steep"
    assert (gained.start, gained.rep) == (5.0, "Sam")
    assert {(one.step, one.calls) for one in found.verdicts if one.step} == {("price_named", 1)}
    assert library.call(one).analysis() is None, "nothing is written"


# reading again


def rereading(library: Library, playbooks: Playbooks) -> tuple[Rereading, Reconciler]:
    def by() -> Analyser:
        return Analyser(playbooks.in_force().playbook, None)

    def take_up() -> str:
        analyser = by()
        reconciler.use(analyser)
        return analyser.playbook.version

    reconciler = Reconciler(library, Settings(data=library.root), None, by(), lambda *_: None)  # type: ignore[arg-type]
    return Rereading(library, playbooks, reconciler, WorkQueue(), take_up), reconciler


def versions(library: Library) -> set[str | None]:
    found = [made.analysis() for made in library.calls()]
    return {one.made_from["playbook"] if one else None for one in found}


def waited(until: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not until():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)


@pytest.fixture
def plain_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a Prefect server: a flow is its function."""
    monkeypatch.setattr(reanalyse, "flow", lambda **_: lambda run: run)


def test_calls_are_read_again_once_another_playbook_is_published(
    library: Library, playbooks: Playbooks, plain_runs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reanalyse, "LOOK_S", 0.05)
    monkeypatch.setattr(reanalyse, "NOTE_S", 0.0)
    monkeypatch.setattr(Reconciler, "_read_wanted", lambda *_: False)
    monkeypatch.setattr(Reconciler, "_speakers_wanted", lambda *_: False)
    noted = []
    monkeypatch.setattr(playbooks, "note_reading", lambda *how: noted.append(how))
    names = [call(library, number, "Hello.", "It is too dear, too steep.", "Bye.") for number in range(1, 8)]
    work, reconciler = rereading(library, playbooks)
    stop = threading.Event()
    thread = threading.Thread(target=work.run, args=(stop,))
    thread.start()
    try:
        old = playbooks.in_force().playbook.version
        waited(lambda: versions(library) == {old} and noted and noted[-1][1] == noted[-1][2])
        assert sorted(library.to_index.take()) == sorted(names)
        new = publish(playbooks, PRICE.replace("dear)", "dear|steep)"))
        waited(lambda: versions(library) == {new})
        playbooks.back_to(old, by="Dana", why="")
        waited(lambda: versions(library) == {old})
        (library.call(names[0]).path / "analysis.json").unlink()
        library.examples.write_text("[]")  # what people judged changed: looked at again
        waited(lambda: versions(library) == {old})
    finally:
        stop.set()
        thread.join()
    assert (old, 0, 7) in noted
    assert (new, 3, 7) in noted
    assert all(not reconciler.wants(made) for made in library.calls())


def test_the_old_analysis_serves_until_its_turn_and_the_newest_call_comes_first(
    library: Library, playbooks: Playbooks, plain_runs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reconciler, "_read_wanted", lambda *_: False)
    monkeypatch.setattr(Reconciler, "_speakers_wanted", lambda *_: False)
    names = [call(library, number, "Hello.", "It is too dear.") for number in (1, 2, 3)]
    work, reconciler = rereading(library, playbooks)
    order: list[str] = []
    run = reconciler.run
    monkeypatch.setattr(reconciler, "run", lambda stage, one: (order.append(one.id), run(stage, one)))
    pending = work._look(threading.Event())
    work._read(pending, "v", lambda: len(order) >= 4)
    assert order[::2] == names[:0:-1], "the newest first, and no further than it is told"
    note = playbooks.reading()
    assert note is not None
    assert (note.done, note.total) == (0, 3)
    assert library.call(names[0]).analysis() is None


# commands


def test_the_commands_publish_check_and_export(tmp_path: Path, own: Path) -> None:
    data = ["--data", str(tmp_path / "data")]
    run = CliRunner().invoke
    copy(own, tmp_path / "mine")
    (tmp_path / "mine" / TAG).write_text(PRICE.replace("It is cheap.", "It is too dear."))
    refused = run(app, ["playbook", "publish", str(tmp_path / "mine"), *data])
    assert refused.exit_code == 1
    assert f"{TAG}:13" in refused.output
    (tmp_path / "mine" / TAG).write_text(PRICE.replace("dear)", "dear|steep)"))
    done = run(app, ["playbook", "publish", str(tmp_path / "mine"), "--why", "steep", *data])
    assert done.exit_code == 0, done.output
    assert Playbooks(tmp_path / "data" / "playbooks").log()[0].why == "steep"
    checked = run(app, ["playbook", "check", *data])
    assert checked.output.startswith("small ")
    assert run(app, ["playbook", "export", str(tmp_path / "out"), *data]).exit_code == 0
    assert (tmp_path / "out" / TAG).read_text() == (tmp_path / "mine" / TAG).read_text()
    assert run(app, ["playbook", "export", str(tmp_path / "out"), *data]).exit_code != 0
    finding = next(one for one in examine(Settings(data=tmp_path / "data")) if one.what == "playbook")
    assert (finding.good, "published" in finding.found) == (True, True)
    (tmp_path / "data" / "playbooks" / "published").write_text("nonsense")
    finding = next(one for one in examine(Settings(data=tmp_path / "data")) if one.what == "playbook")
    assert not finding.good


def test_an_analysis_tells_by_which_playbook_it_was_made(own: Path) -> None:
    playbook = load_playbook(own)
    made = analyse(Transcript(turns=(Turn(speaker="customer", text="It is too dear."),)), playbook)
    assert made.playbook["version"] == playbook.version
