"""The playbook over HTTP and as pages: read it, try a sentence, change it, see what that does, publish, go back."""

from __future__ import annotations

import re
import time

import pytest
import yaml
from playwright.sync_api import expect

from clips_api.playbook_shown import PreviewShown
from clips_api.preview import Preview
from clips_api.store import judgements
from pipeline import analyse, phrases
from pipeline.compare import Example, Found, TagChange, Verdict
from pipeline.drafts import Draft
from pipeline.library import now
from pipeline.playbooks import Playbooks
from tests.integration.clips_api.conftest import Said, wait_for, write_call

HEAD = "name: small\n"
PRICE = """id: objection.price
title: Price
why: It matters.
speaker: customer
rules:
  - id: dear
    say:
      - too (expensive|dear)
    unless: [not worried]
match:
  - It is too expensive.
not_match:
  - It is cheap.
"""
OPENING = """id: step.greeting
title: Greeting
why: A name helps.
speaker: rep
rules:
  - id: hello
    say: [this is]
match:
  - Hello, this is Sam.
not_match:
  - Hello.
"""
STEP = """id: greeting
title: Greeting
why: A name helps.
order: 1
evidence: [step.greeting]
said: {done: Heard., missed: Not heard., cannot_tell: Can't tell., not_applicable: Doesn't apply.}
"""
TAG = "tags/objection.price.yml"
URL = "/api/v1/playbook"
SCRIPTS = (
    (Said("rep", "Hello, this is Sam."), Said("customer", "It is far too dear."), Said("rep", "I see.")),
    (Said("rep", "Hello there."), Said("customer", "The lorries come too late for us."), Said("rep", "Right.")),
)


@pytest.fixture
def settings(settings, tmp_path):
    own = tmp_path / "own"
    for name, text in (
        ("playbook.yml", HEAD),
        (TAG, PRICE),
        ("tags/step.greeting.yml", OPENING),
        ("steps/greeting.yml", STEP),
    ):
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text(text)
    return settings.model_copy(update={"playbook": own})


@pytest.fixture
def spoken_calls(library, settings):
    """Two calls, read by the playbook in force as the worker would."""
    playbook = analyse.load_playbook(settings.playbook)
    made = [write_call(library, script, seed=number) for number, script in enumerate(SCRIPTS, 1)]
    for call in made:
        recording, transcript = call.folder.recording(), call.folder.transcript()
        found = analyse.analyse(transcript, playbook, duration_s=recording.duration_s, type="conversation")
        call.folder.keep(found.model_copy(update={"recording_id": call.id}))
    return made


def compared(client, seconds=60):
    until = time.monotonic() + seconds
    while (told := client.get(f"{URL}/preview").json())["state"] == "running":
        assert time.monotonic() < until, "the preview did not end"
        time.sleep(0.1)
    return told


def test_what_is_in_force_with_its_figures(spoken_calls, client, app):
    for number in range(10):
        judgements.judge(
            app.state.parts.store,
            judgements.Judgement(
                recording_id=f"{number:016x}", kind="tag", tag="objection.price", sentence="1", rule="dear: too",
                speaker="customer", quote="too dear", start_s=1.0, end_s=2.0, turn=1, playbook="v", right=number < 7,
                by="dana", at=now(),
            ),
        )  # fmt: skip
    told = client.get(URL).json()
    assert (told["name"], told["source"], told["draft"], told["trouble"]) == ("small", "settings", False, None)
    price = told["tags"][0]
    assert (price["times"], price["calls"], price["judged"], price["right"]) == (1, 1, 10, 7)
    assert [(one["id"], one["times"], one["say"]) for one in price["rules"]] == [("dear", 1, ["too (expensive|dear)"])]
    assert (told["steps"][0]["missed"], told["steps"][0]["conversations"]) == (1, 2)
    assert "right 70% of the time (7 of 10)" in client.get("/playbook").text
    page = client.get("/playbook/tags/objection.price").text
    assert "wrong too often" in page
    assert "It is far too dear." in page
    assert f"/api/v1/clips/{spoken_calls[0].id}-" in page
    assert "not heard in 1 of 2 conversations" in client.get("/playbook/steps/greeting").text
    assert client.get("/playbook/tags/objection.nothing").status_code == 404


def test_a_sentence_is_tried_by_both(client):
    def tried(text, speaker="customer"):
        return client.post(f"{URL}/try", json={"text": text, "speaker": speaker}).json()

    assert [one["words"] for one in tried("Well, it is too dear.")["in_force"]["matched"]] == ["too dear"]
    assert tried("Well, it is too dear.")["draft"] is None
    assert tried("Well, it is too dear.", "rep")["in_force"] == {"matched": [], "stopped": []}
    (stopped,) = tried("I am not worried that it is too dear.")["in_force"]["stopped"]
    assert (stopped["title"], stopped["by"], stopped["by_words"]) == ("Price", "not worried", "not worried")
    client.put(f"{URL}/draft/files/{TAG}", json={"text": PRICE.replace("dear)", "dear|steep)")})
    both = tried("That is too steep.")
    assert both["in_force"]["matched"] == []
    assert [one["tag"] for one in both["draft"]["matched"]] == ["objection.price"]
    assert client.post(f"{URL}/try", json={"text": ""}).status_code == 422


def test_files_are_saved_to_the_draft_once_they_hold(client, library):
    read = client.get(f"{URL}/files/{TAG}").json()
    assert read["text"] == PRICE
    broken = client.put(f"{URL}/draft/files/{TAG}", json={"text": PRICE.replace("rules", "ruels")})
    assert broken.status_code == 422
    assert "line 5" in broken.json()["detail"]
    assert client.get(f"{URL}/draft").json()["exists"] is False
    text = PRICE.replace("cheap", "too dear")
    saved = client.put(f"{URL}/draft/files/{TAG}", json={"text": text, "seen": read["digest"]})
    assert [(one["file"], one["line"]) for one in saved.json()["problems"]] == [(TAG, 13)]
    late = client.put(f"{URL}/draft/files/{TAG}", json={"text": PRICE, "seen": read["digest"]})
    assert late.status_code == 409
    draft = client.get(f"{URL}/draft").json()
    assert [(one["path"], one["kind"]) for one in draft["changes"]] == [(TAG, "changed")]
    refused = client.post(f"{URL}/publish", json={"by": "Dana", "why": "x"})
    assert refused.status_code == 422
    assert client.delete(f"{URL}/draft/changes/{TAG}").json() == {"problems": []}
    assert client.get(f"{URL}/draft").json()["exists"] is False
    assert client.delete(f"{URL}/draft/files/steps/greeting.yml").status_code == 200
    assert client.delete(f"{URL}/draft/files/tags/none.yml").status_code == 404
    assert client.put(f"{URL}/draft/files/..%2Fx.yml", json={"text": "a"}).status_code == 404
    assert client.delete(f"{URL}/draft").status_code == 204
    assert client.post(f"{URL}/publish", json={}).status_code == 409
    assert client.post(f"{URL}/preview").status_code == 409


def test_preview_publish_and_back(spoken_calls, client, library, settings):
    assert client.get(f"{URL}/preview").json() is None
    client.put(f"{URL}/draft/files/{TAG}", json={"text": PRICE.replace("too (expensive|dear)", "too (expensive|late)")})
    assert client.post(f"{URL}/preview").status_code == 202
    told = compared(client)
    assert (told["state"], told["current"], told["found"]["calls"]) == ("done", True, 2)
    (tag,) = told["found"]["tags"]
    assert (tag["gained"], tag["lost"]) == (1, 1)
    assert tag["gained_examples"][0]["recording_id"] == spoken_calls[1].id
    assert "come too late" in tag["gained_examples"][0]["quote"]
    page = client.get("/playbook/changes").text
    assert "<b>2 calls</b> of 2 would change" in page
    old = client.get(URL).json()["version"]
    new = client.post(f"{URL}/publish", json={"by": "Dana", "why": "lorries"}).json()["version"]
    shown = client.get(URL).json()
    assert (shown["version"], shown["source"], shown["draft"]) == (new, "published", False)
    assert next((one["version"], one["why"]) for one in shown["history"]) == (new, "lorries")
    assert client.post(f"{URL}/back", json={"version": old}).json() == {"version": old}
    assert Playbooks(library.playbooks, settings.playbook).in_force().playbook.version == old
    assert client.post(f"{URL}/back", json={"version": "nothing"}).status_code == 404


def test_examples_are_of_calls_that_one_may_see(spoken_calls):
    def example(call):
        return Example(
            recording_id=call.id, rep=None, customer=None, started_at=None, start=None, end=None,
            speaker="customer", quote="too late", marks=[], rule="late",
        )  # fmt: skip

    both = [example(call) for call in spoken_calls]
    tag = TagChange(tag="objection.price", gained=2, lost=2, gained_examples=both, lost_examples=both)
    verdict = Verdict(step=None, before="a", after="b", calls=2, examples=[call.id for call in spoken_calls])
    found = Found(old="1", new="2", calls=2, affected=2, tags=[tag], verdicts=[verdict])
    shown = PreviewShown.of(Preview("1", "2", "done", 2, 2, found), ("1", "2"), lambda ids: ids - {spoken_calls[0].id})
    (told,) = shown.found.tags
    assert (told.gained, told.lost) == (2, 2)
    assert [one.recording_id for one in (*told.gained_examples, *told.lost_examples)] == [spoken_calls[1].id] * 2
    assert shown.found.verdicts[0].examples == [spoken_calls[1].id]


def test_what_was_changed_since_somebody_looked_is_not_published(client):
    client.put(f"{URL}/draft/files/{TAG}", json={"text": PRICE.replace("dear)", "dear|steep)")})
    looked_at = client.get(f"{URL}/draft").json()["version"]
    assert f'value="{looked_at}"' in client.get("/playbook/changes").text
    client.put(f"{URL}/draft/files/{TAG}", json={"text": PRICE.replace("dear)", "dear|salty)")})
    assert client.post(f"{URL}/publish", json={"version": looked_at}).status_code == 409
    refused = client.post("/playbook/publish", data={"by": "Dana", "why": "x", "version": looked_at})
    assert refused.status_code == 422
    assert "changed this meanwhile" in refused.text
    assert client.get(URL).json()["source"] != "published"


def test_a_phrase_added_meanwhile_is_not_lost(client, app, monkeypatch):
    add = phrases.add_phrase

    def slowly(*given):
        monkeypatch.setattr(phrases, "add_phrase", add)
        Draft(app.state.parts.playbooks).save(TAG, PRICE.replace("dear)", "dear|steep)"))
        return add(*given)

    monkeypatch.setattr(phrases, "add_phrase", slowly)
    name = TAG.removeprefix("tags/").removesuffix(".yml")
    rule = yaml.safe_load(PRICE)["rules"][0]["id"]
    typed = {"sentence": "It costs the earth", "pattern": "the earth", "rule": rule, "counts": "yes"}
    assert client.post(f"/playbook/tags/{name}/phrase", data=typed).status_code == 422
    assert "dear|steep" in Draft(app.state.parts.playbooks).text(TAG)


def test_a_preview_is_cancelled_and_an_edit_puts_it_out_of_date(spoken_calls, client, app):
    client.put(f"{URL}/draft/files/{TAG}", json={"text": PRICE.replace("dear)", "dear|steep)")})
    client.post(f"{URL}/preview")
    child = app.state.parts.previewer._child
    assert client.delete(f"{URL}/preview").status_code == 204
    assert client.get(f"{URL}/preview").json()["state"] == "cancelled"
    assert child.poll() is not None
    client.post(f"{URL}/preview")
    assert compared(client)["current"] is True
    client.put(f"{URL}/draft/files/{TAG}", json={"text": PRICE.replace("dear)", "dear|salty)")})
    assert client.get(f"{URL}/preview").json()["current"] is False
    assert "Look again before you publish" in client.get("/playbook/changes").text


def test_re_reading_shows_here_and_on_the_status_page(client, app):
    assert client.get(URL).json()["reading"] is None
    app.state.parts.playbooks.note_reading("v", 312, 1204)
    assert client.get(URL).json()["reading"] == {"done": 312, "total": 1204}
    for path in ("/playbook", "/status"):
        assert "Re-reading 312 of 1,204 calls" in client.get(path).text
    assert client.get("/status?part=live").headers["X-Busy"] == "1"
    app.state.parts.playbooks.note_reading("v", 1204, 1204)
    assert client.get(URL).json()["reading"] is None


def test_a_broken_published_playbook_says_so(client, library):
    (library.playbooks / "published").write_text("0123456789abcdef")
    for path in ("/playbook", "/status"):
        assert "0123456789abcdef" in client.get(path).text
    assert client.get(URL).json()["source"] == "settings"


def test_a_draft_that_this_exemplar_can_not_read_blocks_nothing_and_is_mended_file_by_file(client, library):
    """As an older one wrote it: two files with a field that is known no more."""
    files = {TAG: PRICE, "tags/step.greeting.yml": OPENING}
    client.put(f"{URL}/draft/files/{TAG}", json={"text": PRICE.replace("dear)", "dear|steep)")})
    for path, text in files.items():
        (library.playbooks / "draft" / path).write_text(f"{text}colour: red\n")
    for path in ("/playbook", "/playbook/tags/objection.price", "/playbook/steps/greeting", "/playbook/new"):
        assert client.get(path).status_code == 200, path
    changes = client.get("/playbook/changes").text
    assert "to be mended before this can be published" in changes
    assert TAG in changes
    assert client.get(f"/playbook/edit/{TAG}").status_code == 200
    draft = client.get(f"{URL}/draft").json()
    assert (draft["exists"], draft["version"]) == (True, None)
    assert draft["problems"][0]["file"] in files
    tried = client.post(f"{URL}/try", json={"text": "It is too dear.", "speaker": "customer"}).json()
    assert [one["tag"] for one in tried["in_force"]["matched"]] == ["objection.price"]
    assert tried["draft"] is None
    for refused in (client.post(f"{URL}/preview"), client.post(f"{URL}/publish", json={"by": "Dana", "why": "x"})):
        assert refused.status_code == 422
        assert "colour" in refused.json()["detail"]
    assert "colour" in client.post("/playbook/preview", data={"act": "start"}).text
    still = client.put(f"{URL}/draft/files/{TAG}", json={"text": f"{PRICE}colour: blue\n"})
    assert still.status_code == 422
    mended = PRICE.replace("dear)", "dear|steep)")
    for path, text in (files | {TAG: mended}).items():
        assert client.put(f"{URL}/draft/files/{path}", json={"text": text}).status_code == 200, path
    draft = client.get(f"{URL}/draft").json()
    assert ([one["path"] for one in draft["changes"]], draft["problems"]) == ([TAG], [])
    assert client.post(f"{URL}/publish", json={"by": "Dana", "why": "x"}).status_code == 200


def test_a_stranger_changes_nothing(stranger, client, library):
    assert stranger.put(f"{URL}/draft/files/{TAG}", json={"text": PRICE}).status_code == 401
    name = next(cookie for cookie in client.get(f"/playbook?token={library.secret()}").cookies.jar)
    foreign = stranger.post(
        "/playbook/publish", data={"by": "x"}, headers={"Cookie": f"{name.name}={name.value}", "Origin": "http://evil"}
    )
    assert foreign.status_code == 403


def test_the_pages_without_scripts(client):
    added = client.post(
        "/playbook/tags/objection.price/phrase",
        data={"counts": "yes", "sentence": "That is way over budget.", "pattern": "over .. budget", "rule": "dear"},
    )
    assert added.headers["location"] == "/playbook/tags/objection.price?added=yes"
    bad = client.post(
        "/playbook/tags/objection.price/phrase",
        data={"counts": "yes", "sentence": "Something else.", "pattern": "over (budget", "rule": "dear"},
    )
    assert bad.status_code == 422
    assert 'value="over (budget"' in bad.text, "what was typed is still there"
    misses = client.post(
        "/playbook/tags/objection.price/phrase",
        data={"counts": "yes", "sentence": "Something else.", "pattern": "nothing like it", "rule": "dear"},
    )
    assert "should be objection.price, and is not: Something else." in misses.text
    new = {
        "id": "objection.delivery", "title": "Delivery", "why": "Late lorries.", "speaker": "customer",
        "match": "The lorries come too late.", "pattern": "", "not_match": "When do they come?",
    }  # fmt: skip
    assert 'name="not_match" value=""' in client.get("/playbook/new").text
    assert client.post("/playbook/new", data=new).headers["location"] == "/playbook/tags/objection.delivery?added=new"
    assert "already" in client.post("/playbook/new", data=new).text
    assert client.post("/playbook/new", data=new | {"id": "../x"}).status_code == 422
    text = PRICE.replace("speaker: customer", "speaker: client").replace("\n", "\r\n")
    edited = client.post(f"/playbook/edit/{TAG}", data={"text": text, "seen": ""})
    assert edited.status_code == 422
    assert 'data-line="4"' in edited.text
    assert "speaker: client" in edited.text
    assert client.post("/playbook/remove", data={"path": "tags/objection.delivery.yml"}).status_code == 303
    assert client.post("/playbook/remove", data={"path": "tags/step.greeting.yml"}).status_code == 422
    assert client.post("/playbook/drop").headers["location"] == "/playbook"
    assert "Nothing is waiting" in client.get("/playbook/changes").text


def test_a_manager_adds_a_phrase_sees_what_it_does_and_publishes(spoken_calls, page, library):
    page.goto("/playbook")
    page.get_by_label("Try a sentence").fill("The lorries are too late")
    expect(page.get_by_text("Nothing in the playbook matches that")).to_be_visible()
    page.get_by_label("Try a sentence").fill("It is too dear")
    expect(page.locator("#tried mark")).to_have_text("too dear")
    page.get_by_role("link", name="Price", exact=True).last.click()
    page.get_by_label("This does not").check()
    expect(page.get_by_label("Kind of phrase")).to_be_hidden()
    page.get_by_label("This counts as Price").check()
    page.get_by_label("As it was said").fill("The lorries come too late for us.")
    page.get_by_label("The words that matter").fill("too late")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="See what it changes in your calls").click()
    page.get_by_role("button", name="See what changes in your calls").click()
    expect(page.get_by_text("1 call of 2 would change.")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("+1 gained")).to_be_visible()
    play = page.locator("#preview .play").first
    length = play.locator(".time").inner_text()
    play.click()
    expect(play).to_have_class(re.compile("playing"))
    page.get_by_label("Your name").fill("Dana")
    page.get_by_label("Why").fill("lorries")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("published by Dana")).to_be_visible()
    assert length
    version = Playbooks(library.playbooks).published
    page.get_by_role("link", name="Changes and versions").click()
    page.get_by_role("button", name="Go back to it").click()
    expect(page.get_by_text("Back to an earlier version")).to_be_visible()
    assert Playbooks(library.playbooks).published != version


def test_a_mistake_in_the_editor_is_shown_beside_its_line_and_nothing_is_lost(page, app):
    page.goto(f"/playbook/edit/{TAG}")
    text = page.get_by_label(TAG)
    text.fill(PRICE.replace("too (expensive|dear)", "too (expensive|dear"))
    page.get_by_role("button", name="Check and save").click()
    expect(page.get_by_text("Not saved")).to_be_visible()
    expect(page.locator(".gutter .fault")).to_have_text("8")
    page.get_by_role("button", name="line 8").click()
    assert "(expensive|dear" in page.evaluate(
        "() => getSelection().toString() || document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)"
    )
    text.fill(PRICE.replace("dear)", "dear|steep)"))
    page.get_by_role("button", name="Check and save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    wait_for(app.state.parts.playbooks.draft.exists)


def test_progress_moves_by_itself(page, app):
    app.state.parts.playbooks.note_reading("v", 1, 9)
    page.goto("/playbook")
    expect(page.get_by_text("Re-reading 1 of 9 calls")).to_be_visible()
    app.state.parts.playbooks.note_reading("v", 5, 9)
    expect(page.get_by_text("Re-reading 5 of 9 calls")).to_be_visible()
    app.state.parts.playbooks.note_reading("v", 9, 9)
    expect(page.get_by_text("Re-reading")).to_be_hidden()
