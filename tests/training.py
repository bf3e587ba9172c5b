"""Lessons and quizzes that are published, and people to give them to."""

from __future__ import annotations

from datetime import datetime

from clips_api import lessons, questions
from clips_api.store import modules, people, quizzes
from clips_api.store.database import Store
from clips_api.store.people import Person
from pipeline.library import now

SAM = Person("Sam Ortega", "sam@example.com", "North", ("Sam",), zone="Europe/Berlin")
ANA = Person("Ana Lima", None, "North", slack="U0123456789", zone="Europe/Lisbon")
PRIYA = Person("Priya Nair", "priya@example.com", "South", ("Priya",))
DANA = Person("Dana Weiss", "dana@example.com", "North", role="manager")


def keep(store: Store, *given: Person) -> list[Person]:
    """Add people; they come back with their numbers, in the same order."""
    people.keep(store, given)
    known = {one.name: one for one in people.find(store)}
    return [known[one.name] for one in given]


def a_quiz(store: Store, title: str = "The price", asked: int = 2, at: datetime | None = None) -> int:
    """A quiz that is published, of so many questions; its number."""
    when = at or now()
    number = quizzes.make(store, title, attempts=2, by="Dana", at=when)
    made = []
    for place in range(asked):
        options = tuple(questions.Option(text=text) for text in ("Ask what they had in mind", "Give a discount"))
        made.append(questions.One(text=f"Question {place + 1}?", options=options, right=options[0].id))
    asks = questions.stored(made)
    quizzes.save(store, number, questions=asks, attempts=2, revision=None, by="Dana", at=when)
    quizzes.publish(store, number, revision=None, at=when)
    return number


def a_lesson(store: Store, title: str = "When the price comes up", quiz: int | None = None) -> int:
    """A lesson that is published, of one text; its number."""
    when = now()
    items = lessons.written([lessons.Written(id="a", title="First", text="Ask before you answer. " * 30)])
    number = modules.make(store, title, [], seconds=0, by="Dana", at=when)
    modules.save(store, number, items=items, quiz_id=quiz, seconds=36, revision=None, by="Dana", at=when)
    modules.publish(store, number, revision=None, at=when)
    return number
