"""Text in, findings out: what a good coach would mark in a call."""

from nlp.analyse import analyse, load_default
from nlp.check import Problem, check
from nlp.findings import Findings, Turn, Word
from nlp.playbook import CompiledPlaybook, PlaybookError, load

__all__ = [
    "CompiledPlaybook",
    "Findings",
    "PlaybookError",
    "Problem",
    "Turn",
    "Word",
    "analyse",
    "check",
    "load",
    "load_default",
]
