"""Which Slack channel hears of a team's wins: chosen by whoever leads the team, or an admin."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clips_api import audit, giving, members, telling
from clips_api.deps import Parts
from clips_api.store import team_choices, wins
from clips_api.store.team_choices import TeamChoices
from pipeline.errors import BadInput
from pipeline.library import now


@dataclass(frozen=True)
class Heard:
    """A team, and the channel that hears of its wins; empty: none does."""

    team: str
    channel: str


def every(parts: Parts) -> list[Heard]:
    """The teams that this person leads, with their channels."""
    return [Heard(one, team_choices.of(parts.store, one).channel) for one in members.teams(parts)]


def choose(parts: Parts, name: str, channel: str) -> Heard:
    """Have a channel hear of a team's wins; an empty one ends it. Raises NotFound, BadInput."""
    whose = members.named(parts, name)
    if whose is None:
        raise BadInput("name a team")
    address = giving.slack_channel(channel.strip()) if channel.strip() else ""
    slack = parts.settings.slack
    if address and not address.startswith("#") and slack is not None and slack.webhook is not None:
        raise BadInput("Slack is set up with a webhook, which posts in its own channel only: name that, as #north")
    before: TeamChoices = team_choices.of(parts.store, whose)
    if before.channel != address:
        team_choices.choose(parts.store, whose, replace(before, channel=address))
        wins.move(parts.store, whose, now())
        audit.note(parts, "changed", "wins", f"{whose}: {address or 'no channel'} hears of wins")
    return Heard(whose, address)


def held(parts: Parts) -> str | None:
    """Why no channel can be told now, and what to do; None where it can."""
    return telling.held(parts.settings, "slack")
