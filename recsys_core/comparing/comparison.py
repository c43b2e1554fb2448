"""Contenders by one metric: their figures, and every pair of them over the same people."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from recsys_core.comparing.contenders import Contender
from recsys_core.errors import ConfigError
from recsys_core.metrics import about
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.effect import contributions, detectable, effect
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, Estimate, PerUser
from recsys_core.statistics.paired import over_shared_people, paired_differences
from recsys_core.statistics.permutation import holm, paired_tests
from recsys_core.statistics.seeds import mean_over_seeds, seed_margin

LEVEL, POWER = 0.05, 0.8


@dataclass(frozen=True)
class Judged:
    """A contender's figure.

    Attributes:
        contender: whose.
        estimate: its mean over seeds, with the 95 % interval over people.
        by_seed: its figure with each seed.
    """

    contender: Contender
    estimate: Estimate
    by_seed: tuple[float, ...]

    @property
    def seed_spread(self) -> float | None:
        """Standard deviation over seeds; None for one seed."""
        return float(np.std(self.by_seed, ddof=1)) if len(self.by_seed) > 1 else None


@dataclass(frozen=True)
class Pair:
    """Two contenders over the same people; the first has the better figure.

    Attributes:
        first, second: their places in the comparison.
        difference: of the first figure and the second one, with its 95 % interval.
        gain: the same as by how much the first is better: positive whatever the metric.
        p, p_holm: of the paired permutation test, and after Holm over all pairs of the comparison.
        effect: the gain in standard deviations over people.
        better, worse: shares of people who have it better with the first, or worse.
        detectable: the smallest difference that these people show with a probability of 80 %, at a level of 5 %.
        seed_margin: half of the 95 % interval of the gain over other seeds; 0 where no seeds were varied.
    """

    first: int
    second: int
    difference: Estimate
    gain: Estimate
    p: float
    p_holm: float
    effect: float
    better: float
    worse: float
    detectable: float
    seed_margin: float

    @property
    def holds_over_people(self) -> bool:
        """Whether chance in who was asked does not explain it: by the corrected test and by the interval."""
        return self.p_holm < LEVEL and self.gain.low is not None and self.gain.low > 0

    @property
    def margin(self) -> float:
        """By how much the gain may turn out smaller with other people and other seeds together.

        The two are independent, so their margins add up as variances do (Zou and Donner, Statistics in Medicine 27,
        2008). To ask only whether the gain is larger than either alone would call twice as many false leads.
        """
        assert self.gain.low is not None
        return math.hypot(self.gain.value - self.gain.low, self.seed_margin)

    @property
    def is_settled(self) -> bool:
        """Whether it holds over people, and over people and seeds together, as far as seeds were varied."""
        return self.holds_over_people and self.gain.value > self.margin


@dataclass(frozen=True)
class Comparison:
    """What was found.

    Attributes:
        metric: such as "ndcg@10".
        people: whom all contenders were judged by; 0 where the metric belongs to all lists together.
        judged: best first.
        pairs: of all of them, the best one's first; none where the metric does not belong to people, or for fewer than
            ten of them.
        planning: the smallest difference that so many people show where two models agree on them by half: before
            anything is compared. None where the metric does not belong to people, or there are fewer than ten.
    """

    metric: str
    people: int
    judged: tuple[Judged, ...]
    pairs: tuple[Pair, ...]
    planning: float | None

    @cached_property
    def _by_places(self) -> dict[tuple[int, int], Pair]:
        return {(pair.first, pair.second): pair for pair in self.pairs}

    def pair(self, first: int, second: int) -> Pair | None:
        """The pair of a better and a worse contender."""
        return self._by_places.get((first, second))

    def beats(self, one: int, other: int) -> bool:
        """Whether one contender is certainly better than another."""
        pair = self.pair(one, other)
        return pair is not None and pair.is_settled


def compare(chosen: Sequence[Contender], figures: Mapping[str, PerUser], metric: str, seed: int = 0) -> Comparison:
    """Contenders judged on the same held-out events, by a metric that belongs to people.

    What a person has is first averaged over seeds, then everything is told over people. The interval of a figure and
    those of differences come from the same resamples.

    Args:
        chosen: whom to compare.
        figures: run id → the metric taken apart per person, of each run of the contenders.
        metric: its name.
        seed: of resampling and permuting.

    Raises:
        ConfigError: nobody was judged by all of them.
    """
    runs = [run for one in chosen for run in one.runs]
    shared = dict(zip(runs, over_shared_people([figures[run] for run in runs]), strict=True))
    people = len(shared[runs[0]].users)
    if not people:
        raise ConfigError(
            "There is nobody whom all these models were judged by.", "Compare fewer of them.", "nobody-shared"
        )
    by_seed = {one.id: [shared[run] for run in one.runs] for one in chosen}
    means = {identifier: mean_over_seeds(parts) for identifier, parts in by_seed.items()}
    sign = 1 if about(metric).higher_is_better else -1
    ranked = sorted(chosen, key=lambda one: sign * means[one.id].value(), reverse=True)
    intervals = bootstrap(means, seed)
    judged = tuple(
        Judged(
            contender,
            Estimate(means[contender.id].value(), *intervals[contender.id]),
            tuple(part.value() for part in by_seed[contender.id]),
        )
        for contender in ranked
    )
    parts = [means[one.id] for one in ranked]
    # Two figures that correlate by 0.5 differ with the standard deviation that each of them has.
    spreads = [contributions(part).std(ddof=1) for part in parts] if people >= FEWEST_FOR_INTERVAL else []
    planning = detectable(float(np.median(spreads)), people, LEVEL, POWER) if spreads else None
    return Comparison(metric, people, judged, _pairs(judged, parts, sign, seed), planning)


def without_people(chosen: Sequence[Contender], values: Mapping[str, float], metric: str) -> Comparison:
    """Contenders by a metric of all lists together, such as coverage: there are no people to resample.

    Args:
        chosen: whom to compare.
        values: run id → its figure, of each run of the contenders.
        metric: its name.
    """
    judged = []
    for one in chosen:
        by_seed = tuple(values[run] for run in one.runs)
        judged.append(Judged(one, Estimate(float(np.mean(by_seed)), None, None), by_seed))
    judged.sort(key=lambda one: one.estimate.value, reverse=about(metric).higher_is_better)
    return Comparison(metric, 0, tuple(judged), (), None)


def _pairs(judged: Sequence[Judged], parts: Sequence[PerUser], sign: int, seed: int) -> tuple[Pair, ...]:
    people = len(parts[0].users)
    places = list(combinations(range(len(parts)), 2))
    if people < FEWEST_FOR_INTERVAL or not places:
        return ()
    p_values = paired_tests(parts, places, seed)
    found = []
    for (first, second), difference, p, corrected in zip(
        places, paired_differences(parts, places, seed), p_values, holm(p_values), strict=True
    ):
        between = effect(parts[first], parts[second])
        better, worse = (between.higher, between.lower)[::sign]
        found.append(
            Pair(
                first,
                second,
                difference=difference,
                gain=_turned(difference, sign),
                p=float(p),
                p_holm=float(corrected),
                effect=sign * between.size,
                better=better,
                worse=worse,
                detectable=detectable(between.spread, people, LEVEL, POWER),
                seed_margin=seed_margin(judged[first].by_seed, judged[second].by_seed),
            )
        )
    return tuple(found)


def _turned(difference: Estimate, sign: int) -> Estimate:
    """A difference as a gain."""
    assert difference.low is not None
    assert difference.high is not None
    low, high = sorted((sign * difference.low, sign * difference.high))
    return Estimate(sign * difference.value, low, high)
