"""Links to lessons and quizzes: made, opened, and what a page behind one is given.

A token is made from the assignment, its link's version and the server's key; its hash alone is kept, so it is made
again whenever it is sent. Opening a link changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Annotated, Literal

from fastapi import Depends, Request
from sqlalchemy import Connection

from clips_api.deps import Given, Parts
from clips_api.entrance import entered
from clips_api.keyring import Keys, is_token
from clips_api.store import assignments
from clips_api.store import links as store
from clips_api.store.assignments import Assignment
from clips_api.store.links import Link
from clips_api.store.people import Person
from pipeline.errors import ExemplarError, NotFound
from pipeline.library import now

State = Literal["unknown", "expired", "revoked", "superseded", "finished"]
STATUS: dict[State, int] = {"unknown": 404, "expired": 410, "revoked": 410, "superseded": 410, "finished": 410}
GRACE = timedelta(days=1)  # for which who has just finished can look at the answers


class Dead(ExemplarError):
    """This link does not work any more."""

    advice = "Press “Send me a new link”: it goes to the address that we have."

    def __init__(self, state: State) -> None:
        super().__init__()  # why is nobody's business: every dead link looks the same
        self.state = state


@dataclass(frozen=True)
class Ticket:
    """The way in to one assignment: whose it is, and the prefix of its pages (/q/<token> or /assignments/7)."""

    assignment: Assignment
    person: Person
    path: str
    looks_back: bool = False  # it was sent after the end, to look at what was done

    @property
    def signed_in(self) -> bool:
        """Whether they came by signing in rather than by a link."""
        return not self.path.startswith("/q/")


def ticket(parts: Parts, token: str, at: datetime | None = None, *, review: bool = False) -> Ticket:
    """What a link opens. With `review` also what is finished, for looking at the answers. Raises Dead."""
    when = at or now()
    if not is_token(token):
        raise Dead("unknown")
    with parts.store.read() as connection:
        link = store.of_token(connection, token)
        given = assignments.one(connection, link.assignment_id) if link is not None else None
        if link is None or given is None:
            raise Dead("unknown")
        person = assignments.whose(connection, given)
        state = _state(connection, link, given, person, when, review=review)
    if state is not None:
        raise Dead(state)
    back = given.finished_at is not None and link.made_at >= given.finished_at
    return Ticket(given, person, f"/q/{token}", looks_back=back)


def belongs_to(parts: Parts, token: str) -> Assignment | None:
    """The assignment that a link is for or ever was; None where it never was one."""
    if not is_token(token):
        return None
    with parts.store.read() as connection:
        link = store.of_token(connection, token)
        return assignments.one(connection, link.assignment_id) if link is not None else None


def own(parts: Parts, number: int, *, review: bool = False) -> Ticket:
    """The same for somebody who is signed in, of their own assignments. Raises NotFound, Dead."""
    given = assignments.get(parts.store, number)
    person = parts.viewer.person
    if given is None or person is None or given.person_id != person.id:
        raise NotFound(f"assignment {number}")
    if given.revoked_at is not None:
        raise Dead("revoked")
    if given.finished_at is not None and not review:
        raise Dead("finished")
    return Ticket(given, person, f"/assignments/{number}", looks_back=given.finished_at is not None)


def _asked(request: Request, parts: Parts, *, review: bool) -> Ticket:
    return entered(
        request, partial(ticket, parts, review=review), partial(own, parts, review=review), number="assignment"
    )


def ticketed(request: Request, parts: Given) -> Ticket:
    """The ticket of a route under /q/{token} or /assignments/{assignment}. Raises Dead, NotFound."""
    return _asked(request, parts, review=False)


def reviewed(request: Request, parts: Given) -> Ticket:
    """The same for pages that show what was done: they are open for a while after the end."""
    return _asked(request, parts, review=True)


Ticketed = Annotated[Ticket, Depends(ticketed)]
Reviewed = Annotated[Ticket, Depends(reviewed)]


def token(parts: Parts, link: Link) -> str:
    """The token of a link, made anew."""
    return _token(parts, link.assignment_id, link.version)


def issue(parts: Parts, connection: Connection, given: Assignment, at: datetime) -> Link:
    """A new version of an assignment's link; the older ones end."""
    last = store.newest(connection, given.id)
    version = last.version + 1 if last is not None else 1
    until = at + timedelta(days=parts.settings.link_days)
    if given.due_on is not None:
        until = max(until, datetime.combine(given.due_on, time(), at.tzinfo) + timedelta(days=14))
    return store.add(connection, Link(given.id, version, store.hashed(_token(parts, given.id, version)), at, until))


def current(parts: Parts, connection: Connection, given: Assignment, at: datetime) -> Link:
    """The newest link where it works, else a new one."""
    last = store.newest(connection, given.id)
    if last is not None and last.works(at) and last.token_hash == store.hashed(token(parts, last)):
        finished = given.finished_at is not None and last.made_at < given.finished_at
        if not finished:
            return last
    return issue(parts, connection, given, at)


def address(parts: Parts, given: Assignment, at: datetime, base: str | None = None) -> str:
    """The whole address of an assignment's newest link, under the public address or another one."""
    with parts.store.write() as connection:
        link = current(parts, connection, given, at)
    return href(parts, f"/q/{token(parts, link)}", base)


def href(parts: Parts, path: str, base: str | None = None) -> str:
    """The whole address of one of our pages."""
    return f"{(parts.settings.public_url or base or '').rstrip('/')}{path}"


def _token(parts: Parts, number: int, version: int) -> str:
    return Keys(parts.library.secret()).token("links", f"{number}.{version}")


def _state(
    connection: Connection, link: Link, given: Assignment, person: Person, at: datetime, *, review: bool
) -> State | None:
    """Why a link opens nothing; None where it does."""
    if given.revoked_at is not None or person.left_at is not None or link.revoked_at is not None:
        return "revoked"
    last = store.newest(connection, given.id)
    if last is not None and last.version > link.version:
        return "superseded"
    if not link.works(at):
        return "expired"
    if given.finished_at is not None:
        looking = review and (link.made_at >= given.finished_at or at < given.finished_at + GRACE)
        return None if looking else "finished"
    return None
