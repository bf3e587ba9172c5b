"""A small sales team, each of them signed in: Dana leads Sam and Priya, Lee leads Omar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi.testclient import TestClient

from clips_api.spans import clip_id
from clips_api.store.people import Person
from tests.integration.clips_api.conftest import Made

PEOPLE = (
    Person("Dana Hill", "dana@juniper.example", "North", role="manager"),
    Person("Sam Reed", "sam@juniper.example", "North", ("Sam",)),
    Person("Priya Nair", "priya@juniper.example", "North", ("Priya",)),
    Person("Lee Moss", "lee@juniper.example", "South", role="manager"),
    Person("Omar Diaz", "omar@juniper.example", "South"),
)


@dataclass(frozen=True)
class Team:
    """A browser for each of them."""

    dana: TestClient
    sam: TestClient
    priya: TestClient
    lee: TestClient
    omar: TestClient


def team_of(signed_in_as: Callable[[Person], TestClient]) -> Team:
    """Sign all of them in."""
    return Team(*(signed_in_as(one) for one in PEOPLE))


def moment(call: Made, number: int = 0) -> str:
    """The clip of one of a call's moments."""
    one = call.folder.analysis().moments[number]
    return clip_id(call.id, one.start, one.end, one.turns[0])
