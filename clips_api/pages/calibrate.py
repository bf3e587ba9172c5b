"""Calibrate: twenty tags in a row, right or wrong, and then how far to trust what was judged."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from clips_api import examples, findings
from clips_api.clips import Text
from clips_api.deps import Given, Parts
from clips_api.findings import Finding
from clips_api.render import page
from clips_api.spans import clip_id
from clips_api.store import judgements as store
from clips_api.store.judgements import Judgement, Tally
from pipeline.errors import NotFound
from pipeline.records import Recording, Transcript

router = APIRouter()
A_ROUND = 20
AROUND = 300  # code points of what stands before and after that are shown
LEAD_S = 1.5  # seconds of sound before a sentence
ANSWERS = {"1": True, "0": False}


@dataclass(frozen=True)
class Question:
    """One tag to judge: its sentence with what was said around it, and where to hear it."""

    recording: Recording
    finding: Finding
    before: str
    after: str
    reply: str
    clip: str | None
    seconds: float

    @property
    def name(self) -> str:
        """What its answer is called in the form."""
        return f"{self.recording.id} {self.finding.tag} {self.finding.sentence}"


@router.get("/playbook/calibrate")
def ask(
    request: Request, parts: Given, tag: Text = None, learnt: Annotated[int | None, Query()] = None
) -> HTMLResponse:
    """Twenty tags from as many calls and rules as there are; without `tag`, of the tags least judged."""
    return page(
        request,
        "calibrate.html",
        tag=tag or None,
        questions=deal(parts, tag or None) if learnt is None else [],
        result=None,
        learnt=learnt,
        new=examples.waiting(parts),
        judged=bool(_judged(parts, tag or None)),
    )


@router.post("/playbook/calibrate")
async def answer(request: Request, parts: Given) -> HTMLResponse:
    """Write down what has not been written down as it was answered, and show how it went."""
    form = await request.form(max_fields=A_ROUND + 2)
    given = {name: ANSWERS[value] for name, value in form.items() if isinstance(value, str) and value in ANSWERS}
    return await run_in_threadpool(_result, request, parts, str(form.get("tag", "")) or None, given)


@router.post("/playbook/calibrate/learn")
def learn(parts: Given) -> RedirectResponse:
    """Hand over what was answered as examples to learn from."""
    learnt = examples.learn(parts)
    return RedirectResponse(f"/playbook/calibrate?learnt={learnt.new}", 303)


def deal(parts: Parts, tag: str | None, seed: str | None = None) -> list[Question]:
    """The tags of a round. `seed` decides among equals; by default another one each time."""
    tallies = store.tally(parts.store, tag=tag)
    groups = {one.rule or "": one for one in tallies} if tag else store.by_tag(tallies)
    rows = parts.database.rows(
        "to_judge",
        tag=tag,
        groups=list(groups),
        counts=[one.judged for one in groups.values()],
        judged=[f"{one.recording_id} {one.tag} {one.sentence}" for one in _judged(parts, tag)],
        seed=seed or secrets.token_hex(4),
        limit=A_ROUND,
        **parts.finder.sight.values,
    )
    found = (_question(parts, row["recording_id"], row["tag"], row["sentence"]) for row in rows)
    return [one for one in found if one is not None]


def _judged(parts: Parts, tag: str | None) -> list[store.Judgement]:
    """What this person has said of tags."""
    return store.find(parts.store, kind="tag", tag=tag, by=parts.viewer.name)


def _question(parts: Parts, recording_id: str, tag: str, sentence: str) -> Question | None:
    """None where the call was analysed anew since the index looked at it."""
    try:
        call = findings.read(parts, recording_id)
    except NotFound:
        return None
    wanted = ("tag", tag, sentence)
    found = next((one for one in findings.findings(call) if (one.kind, one.tag, one.sentence) == wanted), None)
    if found is None or found.turn is None or call.transcript is None or call.recording is None:
        return None
    before, after, reply = _around(call.transcript, found.turn, found.quote)
    turn = call.transcript.turns[found.turn]
    clip, seconds = None, 0.0
    if found.start_s is not None and turn.end is not None:
        start = max(0.0, min(found.start_s, int(sentence) / 1000 if sentence.isdigit() else found.start_s) - LEAD_S)
        end = min(max(turn.end, found.end_s or 0.0), start + 30.0, call.recording.duration_s)
        clip, seconds = clip_id(recording_id, start, end, found.turn), end - start
    return Question(call.recording, found, before, after, reply, clip, seconds)


def _around(transcript: Transcript, number: int, quote: str) -> tuple[str, str, str]:
    """What was said before the sentence (by either), after it in the same turn, and then."""
    turns = transcript.turns
    own, _, after = turns[number].text.partition(quote)
    before = own.strip() or (turns[number - 1].text if number else "")
    reply = turns[number + 1].text if number + 1 < len(turns) else ""
    return _tail(before), _head(after.strip()), _head(reply)


def _head(text: str) -> str:
    return text if len(text) <= AROUND else text[:AROUND].rpartition(" ")[0] + " …"


def _tail(text: str) -> str:
    return text if len(text) <= AROUND else "… " + text[-AROUND:].partition(" ")[2]


def _result(request: Request, parts: Parts, tag: str | None, given: dict[str, bool]) -> HTMLResponse:
    said = [_said(parts, name, right=right) for name, right in given.items()]
    judged = [one for one in said if one is not None]
    return page(
        request,
        "calibrate.html",
        tag=tag,
        questions=[],
        result=judged,
        learnt=None,
        right=sum(one.right for one in judged),
        worst=worst(judged),
        wrong=[one for one in judged if not one.right],
        tags=[one for name, one in store.by_tag(store.tally(parts.store)).items() if name in {s.tag for s in judged}],
        new=examples.waiting(parts),
    )


def _said(parts: Parts, name: str, *, right: bool) -> Judgement | None:
    recording_id, _, rest = name.partition(" ")
    tag, _, sentence = rest.rpartition(" ")
    place = recording_id, "tag", tag, sentence
    known = findings.opinions(parts, [recording_id]).get(place)
    if known is not None and known.right is right:
        return known
    try:
        return findings.judge(parts, place, right=right)
    except NotFound:  # analysed anew meanwhile: nothing left to judge
        return None


def worst(judged: list[Judgement]) -> Tally | None:
    """The rule that was wrong most often; None where all was right."""
    rules: dict[tuple[str, str], list[bool]] = {}
    for one in judged:
        rules.setdefault((one.tag, store.rule_id(one.rule)), []).append(one.right)
    tallies = [Tally(tag, rule, len(answers), sum(answers)) for (tag, rule), answers in rules.items()]
    wrong = [one for one in tallies if one.right < one.judged]
    return max(wrong, key=lambda one: (one.judged - one.right, -one.share), default=None)
