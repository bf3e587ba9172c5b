"""How likely it is that two counts differ so by chance: Fisher's exact test.

R. A. Fisher, Statistical Methods for Research Workers, 5th ed. (1934), section 21.02; two-sided: the
tables with the same sums that are no more likely than this one, added up.
"""

from __future__ import annotations

from math import exp, lgamma

SAME = 1e-7  # how much two likelihoods may differ and still be the same, relative


def chance(done: int, total: int, done_after: int, total_after: int) -> float:
    """Between 0 and 1: `done` of `total` and `done_after` of `total_after` if nothing had changed."""
    hits, both = done + done_after, total + total_after
    least, most = max(0, hits - total_after), min(hits, total)
    every = _ways(both, hits)
    likely = [exp(_ways(total, one) + _ways(total_after, hits - one) - every) for one in range(least, most + 1)]
    this = likely[done - least]
    return min(1.0, sum(one for one in likely if one <= this * (1 + SAME)))


def _ways(among: int, chosen: int) -> float:
    """The logarithm of the number of ways to choose so many."""
    return lgamma(among + 1) - lgamma(chosen + 1) - lgamma(among - chosen + 1)
