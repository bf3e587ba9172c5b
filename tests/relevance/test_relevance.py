"""What managers want to hear comes first."""

from __future__ import annotations

from statistics import mean

from tests.relevance.judged import figures, queries, searchable

ENOUGH = 0.85
WORST = 12


def test_what_a_manager_wants_to_hear_comes_first():
    with searchable() as (finder, clips):
        judged = [[clip.grade(query) for clip in clips] for query in queries()]
        found = figures(finder, clips)
    assert len(found) == len(queries()) >= 60
    assert all(max(grades) >= 2 for grades in judged), "each query has something worth finding"
    worst = sorted(found.items(), key=lambda one: one[1])[:WORST]
    print(f"\nnDCG@10 {mean(found.values()):.3f} over {len(found)} queries and {len(clips)} clips; the worst:")
    print("\n".join(f"{figure:.3f}  {typed}" for typed, figure in worst))
    assert mean(found.values()) >= ENOUGH
