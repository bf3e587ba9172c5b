"""`python -m bench [PART]`: run one part or all, in three quarters of an hour at most."""

from __future__ import annotations

import sys

from bench import clips, hearing, intake, pages, quiz, rebuild, search, tagging, team

PARTS = {
    "intake": intake.run,
    "hearing": hearing.run,
    "tagging": tagging.run,
    "clips": clips.run,
    "search": search.run,
    "rebuild": rebuild.run,
    "pages": pages.run,
    "quiz": quiz.run,
    "team": team.run,
}


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"No part named {', '.join(unknown)}; there are: {', '.join(PARTS)}")
        return 2
    for name in wanted or PARTS:
        PARTS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
