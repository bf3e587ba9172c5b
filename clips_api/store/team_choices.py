"""What is chosen for a team: whether its figures name reps, and which channel hears of its wins."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select

from clips_api.store.database import Store
from clips_api.store.followup_tables import team_choices as table
from clips_api.store.people import folded


@dataclass(frozen=True)
class TeamChoices:
    """A team that chose nothing names no rep and tells no channel."""

    names_reps: bool = False
    channel: str = ""  # a Slack channel's id


def of(store: Store, team: str) -> TeamChoices:
    """What a team has chosen."""
    with store.read() as connection:
        row = connection.execute(
            select(table.c.names_reps, table.c.channel).where(table.c.folded == folded(team))
        ).one_or_none()
    return TeamChoices(*row) if row is not None else TeamChoices()


def every(store: Store) -> dict[str, TeamChoices]:
    """What teams have chosen, by their folded names."""
    with store.read() as connection:
        rows = connection.execute(select(table.c.folded, table.c.names_reps, table.c.channel)).all()
    return {row.folded: TeamChoices(row.names_reps, row.channel) for row in rows}


def choose(store: Store, team: str, choices: TeamChoices) -> None:
    """Keep it in the place of what was chosen before."""
    with store.write() as connection:
        connection.execute(store.upsert(table, {"folded": folded(team)} | asdict(choices), ["folded"]))
