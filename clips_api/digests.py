"""Digests over HTTP: who is to be told now, whether one wants to be; and their message."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from clips_api import digest, links
from clips_api.deps import Given, Parts
from clips_api.digest import Week
from clips_api.goals import Standing
from clips_api.leaning import leaning
from clips_api.problems import RESPONSES
from clips_api.render import counted, label
from clips_api.store import digests, people
from clips_api.store.judgements import Tally
from clips_api.store.outbox import Entry
from clips_api.team import Measure
from pipeline.errors import BadInput, ExemplarError
from pipeline.library import now
from pipeline.message import Part

router = APIRouter(prefix="/api/v1/digests", tags=["digest"], responses=RESPONSES)
SHOWN = 3  # of each sort


class Building(ExemplarError):
    """The index is being built, so nothing can be counted yet."""

    advice = "There is nothing to do: it is tried again in an hour."


class Due(BaseModel):
    """How many people should be told of their week now."""

    due: int


class Written(BaseModel):
    """How many messages were written."""

    written: int = Field(description="They wait in the outbox until they are sent.")


class Choice(BaseModel):
    """Whether you get a digest on Mondays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wanted: bool


@router.get("/due")
def due(parts: Given) -> Due:
    """How many people should be told of their week now."""
    return Due(due=len(digest.wanted(parts, now())))


@router.post("/due")
def write(parts: Given) -> Written:
    """Write these messages. Asked twice, nobody gets two; of a week in which nothing happened nobody is told."""
    return Written(written=digest.write(parts, now()))


@router.get("/mine")
def mine(parts: Given) -> Choice:
    """Whether you get one: managers do, until they turn it off."""
    return Choice(wanted=chosen(parts))


@router.put("/mine")
def choose(parts: Given, body: Choice) -> Choice:
    """Turn yours on or off."""
    keep(parts, wanted=body.wanted)
    return body


def chosen(parts: Parts) -> bool:
    """Whether whoever asks gets one."""
    person = parts.viewer.person
    return person is not None and digest.wants(person, digests.choices(parts.store).get(person.id))


def keep(parts: Parts, *, wanted: bool) -> None:
    """Turn one's own on or off. Raises BadInput for who is in no list of people."""
    if parts.viewer.id is None:
        raise BadInput("the start-up link belongs to nobody: add yourself to People, and sign in as yourself")
    digests.choose(parts.store, parts.viewer.id, wanted=wanted)


def words(parts: Parts, entry: Entry) -> tuple[str, list[Part]] | None:
    """A week in words; None where they want none any more, or there is nothing left to say."""
    found = digests.get(parts.store, entry.payload["digest"])
    person = people.get(parts.store, found.person_id) if found is not None else None
    if found is None or person is None or not digest.wants(person, digests.choices(parts.store).get(person.id)):
        return None
    if not parts.database.complete():
        raise Building
    week = digest.figures(parts, person, found.week)
    if not week.happened:
        return None
    quizzes = f"{counted(week.handed_in, 'quiz', 'quizzes')} handed in"
    counts = ((week.calls, counted(week.calls, "call")), (len(week.wins), counted(len(week.wins), "win")))
    some = [text for number, text in (*counts, (week.handed_in, quizzes)) if number]
    return f"Last week: {', '.join(some)}", list(_told(parts, week))


def _told(parts: Parts, week: Week) -> list[Part]:
    def line(text: str, path: str, name: str) -> Part:
        return Part(text=text, link=links.href(parts, path), label=name)

    came = f"{counted(week.calls, 'call')} came in from {counted(week.reps, 'rep')}"
    found = f"{came}, with {counted(week.moments, 'moment')}."
    said = [line(found if week.calls else "No calls came in.", "/calls", "See them")]
    if week.coach:
        rests = {measure: one.tally for one in leaning(parts) for measure in one.measures}
        next_ = "; ".join(_measured(one, rests.get((one.kind, one.name))) for one in week.coach[:SHOWN])
        said.append(line(f"To coach next, by the last four weeks: {next_}.", "/team", "See the moments"))
    if week.wins:
        said.append(line(f"{counted(len(week.wins), 'win')}:", "/wins", "Hear them"))
        said += [Part(text=f"{one.name}: {one.win.why}", quote=True) for one in week.wins[:SHOWN]]
    for one in week.quizzes[:SHOWN]:
        went = f"“{one.title}”: handed in {counted(one.times, 'time')} by {counted(one.people, 'person', 'people')}"
        points = f", {one.points:g} of {one.possible:g} points" if one.possible else ""
        said.append(line(f"{went}{points}.", f"/quizzes/{one.quiz_id}/results", "See the results"))
    if week.goals:
        behind = "; ".join(_behind(one) for one in week.goals[:SHOWN])
        more = f"; and {len(week.goals) - SHOWN} more" if len(week.goals) > SHOWN else ""
        said.append(line(f"Goals that are behind: {behind}{more}.", "/goals", "See them"))
    return [*said, line("You get this on Mondays. It can be turned off on your account.", "/account", "Your account")]


def _measured(one: Measure, doubt: Tally | None) -> str:
    done = f"{one.lately.done} of {one.lately.total}"
    lean = f" (don't lean on it: its tag was judged right {doubt.right} of {doubt.judged} times)" if doubt else ""
    return f"{label(one.name)} {'handled well' if one.kind == 'tag' else 'heard'} {done}{lean}"


def _behind(one: Standing) -> str:
    done, total = (one.figure.done, one.figure.total) if one.figure is not None else (0, 0)
    so_far = f"{done} of {total}, {one.goal.target} % wanted" if one.goal.rate else f"{done} of {one.goal.target}"
    return f"{one.who}, {one.title[:1].lower()}{one.title[1:]}: {so_far}"
