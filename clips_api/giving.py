"""Giving lessons and quizzes to people: an assignment each, its link, and the row that has it sent, all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import Connection

from clips_api import audit, links, telling
from clips_api.deps import Parts
from clips_api.outline import outline
from clips_api.quiet import Quiet
from clips_api.reaching import MEMBER, News, tell
from clips_api.store import assignments, outbox, people
from clips_api.store import links as link_store
from clips_api.store.assignments import Assignment
from clips_api.store.outbox import Entry
from clips_api.store.people import Person
from pipeline.errors import BadInput, NotFound


@dataclass(frozen=True)
class Gift:
    """What is given: a lesson (with its quiz, where it has one) or a quiz."""

    module_id: int | None = None
    quiz_id: int | None = None
    due_on: date | None = None
    message: str = ""
    note_id: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of it: assignments that were made, and who has the same already and isn't through with it."""

    given: tuple[Assignment, ...]
    had: tuple[Person, ...]


def give(parts: Parts, gift: Gift, receivers: Iterable[Person], at: datetime) -> Outcome:
    """Give something to people, all of them or none; each is told. Raises BadInput."""
    given: list[Assignment] = []
    had: list[Person] = []
    with parts.store.write() as connection:
        quiz_id = _published(connection, gift)
        for person in receivers:
            if assignments.has_open(connection, person.id, gift.module_id, gift.quiz_id):
                had.append(person)
                continue
            wanted = Assignment(
                person.id, parts.viewer.name, at, gift.module_id, quiz_id, by_id=parts.viewer.id,
                message=gift.message, due_on=gift.due_on, note_id=gift.note_id,
            )  # fmt: skip
            made = assignments.add(connection, wanted)
            links.issue(parts, connection, made, at)
            invite(parts, connection, made, person, at)
            given.append(made)
    return Outcome(tuple(given), tuple(had))


def invite(parts: Parts, connection: Connection, given: Assignment, person: Person, at: datetime) -> bool:
    """Have somebody told of what they were given; False where they were, or can't be."""
    news = News("assigned", given.about, f"assigned/{given.id}", {"assignment": given.id})
    return tell(parts.store, connection, person, news, at, quiet=Quiet.of(parts.settings, person))


def send_again(parts: Parts, given: Assignment, at: datetime, *, wait: bool) -> bool:
    """Send the newest link once more, to the address on file; False where that was done within ten minutes.

    Who asked for it themselves need not `wait` for the end of quiet hours.
    """
    with parts.store.write() as connection:
        person = assignments.whose(connection, given)
        quiet = Quiet.of(parts.settings, person)
        return tell(parts.store, connection, person, _link_news(given, at), at, wait=wait, quiet=quiet)


def announce(parts: Parts, channel: str, team: str, given: Assignment, at: datetime) -> None:
    """Tell a Slack channel that a team was given something: what everybody may see, and no link of anybody's."""
    held = outline(parts, given)
    due_on = given.due_on.isoformat() if given.due_on is not None else None
    payload = {"team": team, "kind": held.kind, "title": held.title, "due_on": due_on}
    row = Entry("announced", given.about, "slack", slack_channel(channel), payload, uuid4().hex, uuid4().hex, at, at)
    with parts.store.write() as connection:
        outbox.write(parts.store, connection, row)


def slack_channel(name: str) -> str:
    """A channel as people write it. Raises BadInput for anything else: a person's id would be no channel."""
    if telling.channel_of(name) != "slack" or MEMBER.fullmatch(name):
        raise BadInput(f"{name!r} is no Slack channel: write it like #north")
    return name


def receivers(parts: Parts, numbers: Iterable[int], team: str | None) -> list[Person]:
    """The people meant by their numbers, and by a team. Raises BadInput, NotFound for who isn't ours to give to."""
    everybody = {person.id: person for person in people.find(parts.store)}
    found: dict[int, Person] = {}
    for number in numbers:
        person = everybody.get(number)
        if person is None or not parts.viewer.coaches(person):
            raise NotFound(f"person {number}")
        if person.left_at is not None:
            raise BadInput(f"{person.name} has left")
        found[number] = person
    if team:
        same = people.roster(parts.store).same_team
        for person in everybody.values():
            ours = person.role == "rep" and person.left_at is None and parts.viewer.coaches(person)
            if ours and person.team and same(person.team, team):
                found[person.id] = person
    if not found:
        raise BadInput("choose at least one person" if not team else f"nobody in {team} can be given anything")
    return list(found.values())


def copied(parts: Parts, given: Assignment, base: str, at: datetime) -> tuple[str, datetime]:
    """An assignment's link, shown once more so that it can be sent by hand; until when it works."""
    with parts.store.write() as connection:
        link = links.current(parts, connection, given, at)
        link_store.copied(connection, link.id, at)
    audit.note(parts, "shared", given.about, "its link, copied to be sent by hand")
    return links.href(parts, f"/q/{links.token(parts, link)}", base), link.expires_at


def _link_news(given: Assignment, at: datetime) -> News:
    window = int(at.timestamp() // 600)  # ten minutes: asked for again within them, it is the same
    return News("link", given.about, f"link/{given.id}/{window}", {"assignment": given.id})


def _published(connection: Connection, gift: Gift) -> int | None:
    """The quiz that goes with it. Raises BadInput where what is given isn't published."""
    if (gift.module_id is None) == (gift.quiz_id is None):
        raise BadInput("choose a lesson or a quiz")
    what, number = ("lesson", gift.module_id) if gift.module_id is not None else ("quiz", gift.quiz_id)
    kind = "module" if what == "lesson" else what
    if not any((one, its) == (kind, number) for one, its, _ in assignments.givable(connection)):
        raise BadInput(f"this {what} is not published yet, or was put away")
    today = assignments.published(connection, gift.module_id, gift.quiz_id)
    return today["quiz_id"]
