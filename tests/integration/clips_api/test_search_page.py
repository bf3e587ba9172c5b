"""The search page: filters with counts, what is said of a result, and the same search on the command line."""

from __future__ import annotations

import inspect
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from typer.testing import CliRunner

from clips_api.index.question import Question
from clips_api.index.relevance import HALF_LIFE, Worth
from clips_api.pages.filters import Filters, address, chosen
from clips_api.pages.results import marked
from clips_api.query import Query, Term
from clips_api.store import people
from clips_api.store.people import Person
from pipeline import files, searching
from pipeline.cli import app as command
from pipeline.errors import BadInput
from pipeline.searching import told
from tests.integration.clips_api.conftest import PRICE, Said, wait_for, write_call
from tests.places import ROOT

PHONE = {"width": 390, "height": 844}
BUSY = "/search?q=the&tag=objection.price&part=explore&min_score=2&missed=agenda&rep=Sam&speaker=customer&since=2026-11-01&max_length=300&reviewed=no&suggestions=1&sort=best"
SHIFTS = """() => new Promise(done => {
    new PerformanceObserver(list => done(list.getEntries().reduce((sum, one) => sum + (one.hadRecentInput ? 0 : one.value), 0)))
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(0), 300);
})"""


def text_of(answer):
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def found(client, address):
    """How many clips the page finds."""
    page = client.get(f"{address}{'&' if '?' in address else '?'}only=results").text
    return int(re.search(r"<b>([\d,]+)</b>", page).group(1).replace(",", ""))


def offered(client, asked, name):
    """The choices of one filter, as the page counts them."""
    parts = client.app.state.parts
    filters = Filters.of(asked, parts.finder.counts(asked), people.roster(parts.store))
    return getattr(filters, name)


PADDED = (Said("customer", "well " * 1000 + "too expensive", ("objection.price",)), Said("rep", "I see."), *PRICE)


def test_each_choice_leads_to_as_many_clips_as_it_says(calls, client, library):
    lately = datetime.now(UTC) - timedelta(days=2)
    made = write_call(library, PADDED, seed=9, rep="Sam", customer="Long Talks", started_at=lately)
    library.to_index.leave(made.id)
    wait_for(lambda: client.app.state.parts.finder.search(Question(q="well"), limit=1).total)
    names = ["tags", "other_tags", "reps", "speakers", "parts", "scores", "missed", "lengths", "reviewed"]
    for asked in (Question(), Question(rep="Sam"), Question(q="budgeted OR expensive", tag="objection.price")):
        for name in names:
            for one in offered(client, asked, name):
                if not one.chosen:
                    assert found(client, one.href) == one.clips, (asked, one)
    week = offered(client, Question(q="well"), "days")[0]
    assert (week.name, week.clips, found(client, f"{week.href}&q=well")) == ("7 days", 1, 1)


def test_filters_combine_and_each_can_be_taken_away(calls, client):
    page = client.get(BUSY).text
    assert '<details class="more-filters" open>' in page
    assert "7 set" in page
    shown = re.findall(r'aria-label="Remove: ([^"]+)"', page)
    assert shown == [
        "price", "agenda not heard", "score 2 or more", "Sam", "said by the customer", "since 1 Nov", "not reviewed",
        "explored", "under 5 min", "with suggestions",
    ]  # fmt: skip
    asked = Question(tag="objection.price", part=("explore", "confirm"), min_length=300.0, max_length=900.0, rep="Sam")
    assert [address_without for one in chosen(asked) if (address_without := one.href)] == [
        address(asked, tag=None),
        address(asked, rep=None),
        address(asked, part=("confirm",)),
        address(asked, part=("explore",)),
        address(asked, min_length=None, max_length=None),
    ]
    assert address(Question()) == "/search"


def test_a_phone_is_not_shown_folded_filters_before_the_results(calls, client):
    page = client.get(BUSY, headers={"User-Agent": "Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537.36"})
    assert '<details class="more-filters">' in page.text


def test_teams_are_offered_where_there_are_any(calls, client):
    assert 'name="team"' not in client.get("/search").text
    people.keep(client.app.state.parts.store, [Person("Sam", team="North"), Person("Priya", team="South")])
    north = [one for one in offered(client, Question(), "teams") if one.value == "North"]
    assert found(client, "/search?team=North") == north[0].clips
    page = client.get("/search?team=North&only=filters").text
    assert '<option value="Sam"' in page
    assert '<option value="Priya"' not in page


def test_empty_fields_of_the_form_ask_for_nothing(calls, client):
    names = "q tag rep team speaker since until min_score missed source reviewed min_length max_length"
    everything = client.get("/search?" + "&".join(f"{name}=" for name in names.split()))
    assert everything.status_code == 200
    assert "Filters that are set" not in everything.text


def test_why_a_clip_is_there_is_told_in_sums(calls, client):
    page = text_of(client.get("/search?q=budgeted"))
    [clip] = client.get("/api/v1/clips?q=budgeted").json()["items"]
    rank = clip["rank"]
    assert (
        f"{rank['total']:.2f} = words {rank['words']:.2f} × handled {rank['handled']:.2f} × recent {rank['recent']:.2f}"
        in page
    )
    assert "an objection with its answer, score 8 of 10" in page
    assert "The newest stand first." in text_of(client.get("/search?q=budgeted&sort=newest"))


def test_words_that_nobody_said_are_told_with_what_is_shown_instead(calls, client):
    page = client.get("/search?q=expansive")
    assert "Nobody said “expansive”; showing “expensive”." in text_of(page)
    assert '<mark class="near" title="near-miss of expansive">expensive</mark>' in page.text
    client.put(
        "/api/v1/vocabulary", json={"names": [{"name": "Harbourline", "kind": "product", "heard_as": ["budgeted"]}]}
    )
    page = client.get("/search?q=harbourline")
    assert "“harbourline” is sometimes heard as “budgeted”; that is shown too." in text_of(page)
    assert '<mark class="near" title="harbourline, as it is heard">budgeted</mark>' in page.text


def test_marks_are_escaped():
    query = Query(((Term(("b",), "phrase", "near", "<i>"),),))
    shown = marked('<a> & b "c"', [(1, 2)], [(6, 7)], query)
    assert shown.startswith("&lt;<mark>a</mark>&gt; &amp; <mark ")
    assert "<i>" not in shown


def test_a_phrase_that_goes_on_in_the_next_turn_says_so(calls, client):
    assert "… continues in the reply" in text_of(client.get('/search?q="for this year that\'s fair"'))
    assert "… continues in the next turn" in text_of(client.get('/search?q="for which shops about twelve"'))
    assert "continues" not in text_of(client.get('/search?q="way over what we budgeted"'))


def test_a_query_that_can_t_be_taken_as_it_is_gets_a_sentence(calls, client):
    for query, sentence in (
        ("&& ||", "“&& ||” holds no word to look for."),
        ("\U0001f600", "holds no word to look for"),
        ("a " * 300, "only the first 40 words within 400 characters were used"),
        ('"too exp', "The quote is not closed"),
        ("-expensive", "Only words to leave out were given"),
        ('"expensively pricey"', "Quotes find exactly these words"),
        ("pricey zebra", "With OR between them, one is enough"),
        ("zzqwx", "A star finds every word that begins so"),
        ("'; DROP TABLE clips; --", ""),
        ("[a-z]+(.*)\\", ""),
        ("\u202emirror", ""),
    ):
        answer = client.get("/search", params={"q": query, "only": "results"})
        assert answer.status_code == 200
        assert sentence in text_of(answer), query


def test_keys_open_share_keep_and_the_focus_stays_where_it_was(calls, page):
    page.goto("/search?q=expensive")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    panel = page.locator(".clip .share")
    expect(panel.get_by_role("button", name="Make a link")).to_be_visible()
    expect(panel.locator("select")).to_be_focused()
    page.locator(".clip .before, .clip blockquote").first.click()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.locator(".clip")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("c")
    expect(page.get_by_role("dialog", name="Keep this clip")).to_be_visible()
    page.keyboard.press("Escape")

    play = page.locator(".clip .play")
    play.click()
    expect(play).to_have_class(re.compile("playing"))
    page.keyboard.press("Space")  # the focus is on its link
    expect(play).not_to_have_class(re.compile("playing"))

    page.goto("/search")
    page.get_by_text("More filters").click()
    page.get_by_role("checkbox", name="explored").check()
    expect(page).to_have_url(re.compile("part=explore"))
    expect(page.locator(".more-filters .n").first).to_have_text("1 set")
    expect(page.get_by_role("checkbox", name="explored")).to_be_focused()
    expect(page.locator(".more-filters")).to_have_attribute("open", "")
    page.locator("#q").fill("budgeted")
    expect(page).to_have_url(re.compile(r"q=budgeted&part=explore"))
    page.get_by_role("link", name="Remove: explored").click()
    expect(page).to_have_url(re.compile(r"/search\?q=budgeted$"))
    expect(page.get_by_role("checkbox", name="explored")).not_to_be_checked()
    page.go_back()
    expect(page.get_by_role("checkbox", name="explored")).to_be_checked()
    expect(page.locator("#found")).to_have_text("1 clip")


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_nothing_moves_while_the_page_loads_and_axe_finds_nothing(calls, served, chromium, phone):
    context = chromium.new_context(
        base_url=served.address, viewport=PHONE if phone else {"width": 1280, "height": 800}, is_mobile=phone
    )
    page = context.new_page()
    page.goto(f"/status?token={served.secret}")
    for where in ("/search", "/search?q=expansive", BUSY, "/search?q=zzqwx"):
        page.goto(where)
        assert page.evaluate(SHIFTS) == 0, where
        for summary in page.locator(".clip .why > summary").all()[:1]:
            summary.click()
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == [], where
    context.close()


@pytest.fixture
def search(served, library, settings):
    """`exemplar search` against what is served."""

    def run(*given):
        return CliRunner().invoke(command, ["search", *given, "--data", str(settings.data)])

    with files.lock(library.run_lock):
        library.announce({"address": served.address})
        yield run


def test_the_command_line_finds_the_same_and_says_why(calls, served, search):
    printed = search("expansive", "--limit", "1").stdout
    with served.client() as api:
        answer = api.get("/api/v1/clips?q=expansive&limit=1").json()
    clip = answer["items"][0]
    assert clip["quote"] in printed
    assert f"ranks {clip['rank']['total']:.2f} = words {clip['rank']['words']:.2f} x handled" in printed
    assert f"{served.address}/calls/{clip['recording_id']}#t=" in printed
    assert "1 found" in printed
    assert json.loads(search("expansive", "--limit", "1", "--json").stdout)["items"][0]["id"] == clip["id"]


def test_every_filter_of_the_command_line_is_the_api_s(calls, served, search):
    for given, asked in (
        ("--tag objection.price --sort newest", "tag=objection.price&sort=newest"),
        ("--part acknowledge --part explore", "part=acknowledge&part=explore"),
        ("--min-score 3 --speaker customer", "min_score=3&speaker=customer"),
        ("--missed agenda --rep Sam", "missed=agenda&rep=Sam"),
        ("--since 2026-11-15 --until 2026-11-20", "since=2026-11-15&until=2026-11-20"),
        ("--min-length 0.1 --max-length 0.4", "min_length=6&max_length=24"),
        ("--reviewed", "reviewed=yes"),
        ("--not-reviewed --limit 2", "reviewed=no&limit=2"),
        ("--team Nowhere", "team=Nowhere"),
        ("--source Zoom --suggestions", "source=Zoom&suggestions=1"),
    ):
        with served.client() as api:
            answer = api.get(f"/api/v1/clips?{asked}").json()
        same = json.loads(search(*given.split(), "--json").stdout)
        assert [one["id"] for one in same["items"]] == [one["id"] for one in answer["items"]], given
        assert same["total"] == answer["total"]


def test_matched_words_are_bold_and_near_misses_underlined():
    clip = {
        "recording_id": "0" * 16, "start": 83.4, "started_at": None, "rep": None, "customer": None, "tags": [],
        "quote": "too expensive", "reply": None, "score": None, "rank": None,
        "marks": {"quote": [[0, 3]], "reply": [], "near_quote": [[4, 13]], "near_reply": []},
    }  # fmt: skip
    about, quote, link = told(clip, "http://here")
    assert (about.plain, link.plain) == ("rep unknown  1:23", "  http://here/calls/0000000000000000#t=83")
    assert {(quote.plain[span.start : span.end], span.style) for span in quote.spans} == {
        ("too", "bold"),
        ("expensive", "underline"),
    }


def test_what_the_api_refuses_the_command_line_tells(calls, search):
    refused = search("x", "--since", "yesterday")
    assert isinstance(refused.exception, BadInput)
    assert "no date" in str(refused.exception)


def test_the_docs_name_every_option_and_their_example_adds_up():
    page = (ROOT / "docs" / "search.md").read_text()
    options = {name for one in inspect.signature(searching.search).parameters if (name := one.replace("_", "-"))}
    for name in options - {"phrase", "data", "as-json"}:
        assert f"--{name}" in page, name
    year = datetime(2026, 11, 22)  # noqa: DTZ001  the index counts in UTC
    rank = Worth.of("moment", 8, year - HALF_LIFE / 2).told(0, year, worded=False)
    total = 4.2 * rank.handled * rank.recent
    assert f"4.2 × {rank.handled:.2f} × {rank.recent:.2f} = {total:.1f}" in " ".join(page.split())
