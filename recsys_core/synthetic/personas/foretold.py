"""How many events there will be, before anybody has done anything."""

import numpy as np

from recsys_core.synthetic.personas.clicks import ClickModel
from recsys_core.synthetic.personas.kinds import Crowd
from recsys_core.synthetic.personas.showing import Policy
from recsys_core.types import Float64, Int32

DRAWS = 500_000  # pairs of person and item that are looked at


def foretold(crowd: Crowd, policy: Policy, clicks: ClickModel, rng: np.random.Generator) -> Float64:
    """Float64[n], how many different items each of n people is expected to click.

    An item that a list leads to a click on with the probability q is clicked in n lists with 1 - (1 - q)^n. The sum
    over items is estimated from some, drawn by how often they are shown (Horvitz and Thompson 1952).
    """
    shown = policy.propensities.mean(axis=0, dtype=np.float64)
    shown /= shown.sum()
    each = max(DRAWS // len(crowd), 1)
    items: Int32 = rng.choice(len(shown), (len(crowd), each), p=shown).astype(np.int32)
    users = np.repeat(np.arange(len(crowd), dtype=np.int32), each)
    drawn = items.ravel()
    stay = crowd.last - crowd.first + 1
    days = (crowd.first[users] + stay[users] * rng.random(len(users))).astype(np.int32)
    looked = policy.propensities[crowd.favourites[users], drawn] * clicks.examination.sum()
    rate = looked * clicks.attraction(crowd, users, drawn, days)
    lists = (crowd.sessions * crowd.lists)[users]
    met = -np.expm1(lists * np.log1p(-np.minimum(rate, 1 - 1e-9)))
    return (met / shown[drawn]).reshape(len(crowd), each).mean(axis=1)
