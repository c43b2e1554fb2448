"""Whether the intervals of off-policy estimates hold the true click-through rate, where it is known.

``python -m benchmarks.off_policy [--repetitions 1000]``

Logs are drawn from made-up worlds (``benchmarks/bandits.py``) until so many lie within the line: an effective sample of
at least 10 % of the impressions, and at least 50 clicks. Asked for: the 95 % interval of the estimator that is told
elsewhere (SNIPS) holds the truth in 93 to 97 % of them, in every world, and no more than 2 % are refused. Beside it
stand doubly robust and IPS, and a normal interval of the same SNIPS, which does not hold. Worlds beyond the line are
measured too, and asked for nothing: pages give such estimates with a caution; how many are refused is told with them.
"""

import argparse
import sys
from collections import Counter

import numpy as np

from benchmarks.bandits import BEYOND, WITHIN, Bandit
from benchmarks.common import Row, record
from recsys_core.engagement.policy.doubly_robust import DOUBLY_ROBUST
from recsys_core.engagement.policy.estimating import estimate_policy
from recsys_core.engagement.policy.ips import IPS
from recsys_core.engagement.policy.overlap import TESTED_CLICKS, TESTED_SHARE, Overlap
from recsys_core.engagement.policy.snips import SNIPS
from recsys_core.engagement.policy.weighing import Weighed

COVERED = (0.93, 0.97)
SHOWN = (SNIPS, DOUBLY_ROBUST, IPS)
NORMAL = "normal interval"
MOST_DRAWN = 5  # times as many logs as are to count


def measure(bandit: Bandit, repetitions: int, within: bool) -> Counter[str]:
    """How many logs counted, how many were refused, and how many intervals held the truth, or lay above or below it."""
    counts: Counter[str] = Counter()
    for seed in range(MOST_DRAWN * repetitions):
        log = bandit.draw(np.random.default_rng([bandit.seed, seed]))
        overlap = Overlap.of(log)
        if within and (overlap.share < TESTED_SHARE or overlap.clicks < TESTED_CLICKS):
            continue
        value = estimate_policy(log)
        counts["logs"] += 1
        if value.refusal:
            counts["refused"] += 1
        for estimator in SHOWN:
            found = value.estimates.get(estimator.key)
            if found is not None and found.low is not None and found.high is not None:
                counts[estimator.key] += found.low <= bandit.truth <= found.high
                counts[f"{estimator.key} too high"] += found.low > bandit.truth
        counts[NORMAL] += not value.refusal and _normal_holds(log, bandit.truth)
        if counts["logs"] == repetitions:
            break
    return counts


def _normal_holds(log: Weighed, truth: float) -> bool:
    """Of the plainest interval: estimate ± 1.96 standard errors by linearisation, over units."""
    value = float(log.weights @ log.clicks / log.weights.sum())
    sums = np.bincount(log.units, log.weights * (log.clicks - value))
    return bool(abs(value - truth) <= 1.96 * np.sqrt((sums**2).sum()) / log.weights.sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=1_000)
    repetitions = parser.parse_args().repetitions
    rows: list[Row] = []
    passed = True
    for bandit in (*WITHIN, *BEYOND):
        within = bandit not in BEYOND
        counts = measure(bandit, repetitions, within)
        given = counts["logs"] - counts["refused"]
        covered = counts[SNIPS.key] / max(given, 1)
        good = not within or (COVERED[0] <= covered <= COVERED[1] and counts["refused"] <= 0.02 * counts["logs"])
        passed &= good
        parts = [f"{one.short} {counts[one.key] / max(given, 1):.1%}" for one in SHOWN]
        above = counts[f"{SNIPS.key} too high"] / max(given, 1)
        rows.append(
            (
                f"{bandit.name} (sample {bandit.share:.0%})",
                f"{COVERED[0]:.0%} to {COVERED[1]:.0%}" if within else "",
                f"{', '.join(parts)}; {NORMAL} {counts[NORMAL] / max(given, 1):.1%}; above the truth {above:.1%}; "
                f"refused {counts['refused']} of {counts['logs']:,}",
            )
        )
        print(*rows[-1], sep=" | ", flush=True)
    record(f"Off-policy intervals, {repetitions:,} logs a world", rows)
    sys.exit(not passed)


if __name__ == "__main__":
    main()
