"""A call's findings as its page shows them: with what this person says of each, and how far its tag can be trusted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from clips_api.findings import Finding, Place, findings
from clips_api.index.rows import Documents
from clips_api.store.judgements import Judgement
from nlp.findings import Moment


@dataclass(frozen=True)
class Seen:
    """A finding, and whether this person finds it right; None where they have not said."""

    finding: Finding
    right: bool | None
    judgement: int | None

    @property
    def shown(self) -> bool:
        """Whether the transcript marks it: a suggestion that was rejected is gone."""
        return self.finding.kind != "suggestion" or self.right is not False


@dataclass(frozen=True)
class All:
    """Everything on one page: by turn for the transcript, by kind for the lists beside it."""

    by_turn: Mapping[int, list[Seen]]
    tags: list[Seen]
    suggestions: list[Seen]
    steps: Mapping[str, Seen]

    def of_moment(self, moment: Moment) -> Seen | None:
        """The tag that a moment is named by."""
        inside = (one for turn in moment.turns for one in self.by_turn.get(turn, ()))
        return next((one for one in inside if one.finding.kind == "tag" and one.finding.tag == moment.tag), None)


def seen(call: Documents, said: Mapping[Place, Judgement]) -> All:
    """All findings of a call."""
    by_turn: defaultdict[int, list[Seen]] = defaultdict(list)
    by_kind: defaultdict[str, list[Seen]] = defaultdict(list)
    for one in findings(call):
        judgement = said.get((call.id, one.kind, one.tag, one.sentence))
        if judgement and one.kind == "step" and judgement.rule != one.rule:
            judgement = None  # it was about another verdict
        shown = Seen(one, judgement.right if judgement else None, judgement.id if judgement else None)
        by_kind[one.kind].append(shown)
        if one.turn is not None:
            by_turn[one.turn].append(shown)
    steps = {one.finding.tag: one for one in by_kind["step"]}
    return All(by_turn, by_kind["tag"], by_kind["suggestion"], steps)
