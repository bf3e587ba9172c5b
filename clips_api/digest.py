"""The weekly digest: on Monday morning a manager is told in counts what last week brought, if it brought anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from clips_api import goals, team, wins
from clips_api.deps import Parts
from clips_api.goals import Standing
from clips_api.index.rows import utc
from clips_api.quiet import Quiet
from clips_api.reaching import News, tell, way
from clips_api.store import digests, people
from clips_api.store.digests import Digest
from clips_api.store.people import Person
from clips_api.team import Measure
from clips_api.viewer import Viewer
from clips_api.wins import Shown
from pipeline.zones import begins

KIND = "digest"
FROM = time(8)  # on Mondays, on their own clock
LATE = 1  # days after Monday on which it still comes, where Exemplar did not run before
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class QuizWeek:
    """A quiz in a week: how often it was handed in, by how many, with how many of the points there are."""

    quiz_id: int
    title: str
    times: int
    people: int
    points: float
    possible: float


@dataclass(frozen=True)
class Week:
    """What a week brought, as one person sees it."""

    calls: int
    moments: int
    reps: int
    coach: tuple[Measure, ...]
    wins: tuple[Shown, ...]
    quizzes: tuple[QuizWeek, ...]
    goals: tuple[Standing, ...]  # that are behind

    @property
    def happened(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.calls or self.wins or self.quizzes)

    @property
    def handed_in(self) -> int:
        return sum(one.times for one in self.quizzes)


def figures(parts: Parts, person: Person, monday: date) -> Week:
    """What the seven days before a Monday brought, as this person sees them."""
    own = parts.asked_by(Viewer(person.role, person, people.roster(parts.store)))
    zone = Quiet.of(parts.settings, person).zone
    since, until = begins(monday - A_WEEK, zone), begins(monday, zone)
    came = own.database.rows("came_between", since=utc(since), until=utc(until), **own.finder.sight.values)[0]
    last = until - timedelta(hours=1)  # of the week that is told of
    return Week(
        **came,
        coach=tuple(one.measure for one in team.figures(own, team.Asked(), last).coach),
        wins=tuple(one for one in wins.seen(own, since=since, until=until) if one.agreed),
        quizzes=tuple(_quizzes(own, since, until)),
        goals=tuple(goals.off_pace(own, until)),
    )


def wanted(parts: Parts, at: datetime) -> list[tuple[Person, date]]:
    """Whom to tell of which week now: each once a week, in their own morning."""
    if not parts.database.complete():
        return []  # the index is being built: a week would look empty
    chosen = digests.choices(parts.store)
    found = []
    for person in people.find(parts.store):
        if wants(person, chosen.get(person.id)) and way(person) is not None:
            here = Quiet.of(parts.settings, person).here(at)
            monday = here.date() - timedelta(days=here.weekday())
            if here.weekday() <= LATE and (here.weekday() or here.time() >= FROM):
                found.append((person, monday))
    told = digests.told(parts.store, {monday for _, monday in found})
    return [(person, monday) for person, monday in found if (person.id, monday) not in told]


def write(parts: Parts, at: datetime) -> int:
    """Write every digest that is due, with its message; how many messages there were. Asked twice, nobody gets two."""
    written = 0
    for person, monday in wanted(parts, at):
        happened = figures(parts, person, monday).happened
        with parts.store.write() as connection:
            kept = digests.add(parts.store, connection, Digest(person.id, monday, at))
            if kept is not None and happened:
                news = News(KIND, kept.about, f"digest/{person.id}/{monday}", {"digest": kept.id})
                quiet = Quiet.of(parts.settings, person)
                written += tell(parts.store, connection, person, news, at, quiet=quiet)
    return written


def wants(person: Person, chosen: bool | None) -> bool:  # noqa: FBT001  what the records say
    """Whether somebody gets one: as they chose, else managers do."""
    if person.left or person.role == "rep":
        return False
    return chosen if chosen is not None else person.role == "manager"


def _quizzes(own: Parts, since: datetime, until: datetime) -> list[QuizWeek]:
    coached = {one.id for one in people.find(own.store) if own.viewer.coaches(one)}
    by_quiz: dict[int, list[digests.HandedIn]] = {}
    for one in digests.handed_in(own.store, since, until):
        if one.person_id in coached:
            by_quiz.setdefault(one.quiz_id, []).append(one)
    return [_week_of(some) for some in by_quiz.values()]


def _week_of(some: Sequence[digests.HandedIn]) -> QuizWeek:
    return QuizWeek(
        quiz_id=some[0].quiz_id,
        title=some[0].title,
        times=len(some),
        people=len({one.person_id for one in some}),
        points=sum(one.points for one in some),
        possible=sum(one.possible for one in some),
    )
