"""Evidence as measurements would leave it, with figures that a test chooses."""

from collections.abc import Callable, Sequence

import numpy as np

from recsys_core.statistics.estimates import PerUser, as_it_is
from recsys_core.transfer.evidence import Evidence, Point
from recsys_core.transfer.measuring import ARMS, FIGURES, K, Measured
from recsys_core.types import Float64, Int32, Int64

EVENTS = 4000  # of the whole target


def evidence(
    figure: Callable[[str, float], float | Float64],
    shares: Sequence[float] = (0.0, 0.1, 1.0),
    seeds: int = 2,
    users: Int64 | None = None,
    lists: Callable[[str], Int32] | None = None,
    curve: Callable[[str], tuple[tuple[float, float], ...]] = lambda arm: (),
) -> Evidence:
    """Points of all arms.

    Args:
        figure: of each person, by arm and share; all metrics are the same but for a little noise.
        lists: by arm.
        curve: of the training, by arm.
    """
    users = np.arange(60) if users is None else users
    points = []
    for share in shares:
        for seed in range(seeds):
            for arm in ARMS:
                noise = np.random.default_rng([seed, len(arm)]).normal(0, 0.01, len(users))
                values = np.broadcast_to(figure(arm, share), len(users)) + noise
                about = Measured(
                    arm,
                    share,
                    seed,
                    round(share * EVENTS),
                    f"{arm} plain",
                    {f"{arm} plain": float(np.mean(values)), f"{arm} other": None},
                    1.0,
                    len(curve(arm)),
                    curve(arm),
                )
                per_user = {
                    f"{one.about.key}@{K}": PerUser(users, values, np.ones(len(users)), as_it_is) for one in FIGURES
                }
                points.append(Point(about, per_user, None if lists is None else lists(arm)))
    return Evidence(points)


def until_there_are_enough(arm: str, share: float) -> float:
    """Transfer leads with few events, and is behind training from scratch with all of them."""
    levels = {"transfer": 0.3, "scratch": 0.05 + 0.4 * share, "popularity": 0.1, "ease": 0.05 + 0.3 * share}
    return levels[arm]
