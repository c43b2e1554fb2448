"""How much of a score was other people's future, and whether the order of the models rests on it."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy.stats import kendalltau

from recsys_core.blending.verdict import Gain, in_a_row
from recsys_core.comparing.comparison import LEVEL
from recsys_core.comparing.leak_arms import ENOUGH_JUDGED, Arms, future_share
from recsys_core.metrics import about, metric_label
from recsys_core.splitting import TEST, TRAIN, VALID
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.effect import detectable, effect
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.statistics.paired import over_shared_people, paired_differences
from recsys_core.statistics.permutation import holm, paired_tests


class LeakTest(BaseModel):
    """What models were judged on, with and without other people's future.

    Attributes:
        people: who judged.
        events: how many both ways learn from, validation included.
        share: of all events, 0..1.
        cut, until: unix seconds between which the events to find lie.
        future: the share of what is learned that is later than the event to find, with the future; 0..1.
        between: the share of it that lies after the cut and is no later than the event to find: no leak, and withheld
            without the future all the same. Large only where few people come after the cut.
    """

    model_config = ConfigDict(frozen=True)

    people: int
    events: int
    share: float
    cut: int
    until: int
    future: float
    between: float

    @classmethod
    def of(cls, both: Arms) -> "LeakTest":
        split = both.with_future
        learned = len(split.events(TRAIN, VALID))
        future, trained = future_share(split), split.events(TRAIN).times
        assert future is not None  # there are times
        assert trained is not None
        return cls(
            people=len(split.events(TEST)),
            events=learned,
            share=learned / len(split.roles),
            cut=both.cut,
            until=both.until,
            future=future,
            between=float((trained >= both.cut).mean()) - future,
        )


class ModelLeak(BaseModel):
    """A model's figure both ways.

    Attributes:
        run, title: which model.
        with_future, without_future: its figures.
        leak: what the future adds, positive where it makes the model look better.
        p: of the paired permutation test, after Holm over all models that were measured.
        detectable: the smallest leak that so many people show with a probability of 80 %, with so many models.
    """

    model_config = ConfigDict(frozen=True)

    run: str
    title: str
    with_future: Estimate
    without_future: Estimate
    leak: Gain
    p: float
    detectable: float

    @property
    def is_certain(self) -> bool:
        """Whether chance in who was judged does not explain the leak."""
        return self.leak.is_certain and self.p < LEVEL

    @property
    def is_harmed(self) -> bool:
        """Whether the model is worse with the future, beyond that chance."""
        return self.leak.high < 0 and self.p < LEVEL


class Flip(BaseModel):
    """Two runs whose order turns round beyond chance: the first is ahead with the future, the second without it.

    Both leads hold by the interval and by the test after Holm over all pairs.
    """

    model_config = ConfigDict(frozen=True)

    ahead_with: str
    ahead_without: str


class Leakage(BaseModel):
    """What the future does to some models.

    Attributes:
        metric: such as "ndcg@10".
        test: what they were judged on.
        models: best first by the figure with the future.
        tau: Kendall's rank correlation of the two orders, −1..1; None for fewer than two models, and for ties alone.
        flips: pairs whose difference is beyond chance both ways, in opposite directions.
        left_out: title of a model → why it was not measured.
    """

    model_config = ConfigDict(frozen=True)

    metric: str
    test: LeakTest
    models: tuple[ModelLeak, ...]
    tau: float | None
    flips: tuple[Flip, ...]
    left_out: dict[str, str] = {}

    @property
    def sentence(self) -> str:
        """What it comes to; no more than the intervals allow."""
        few = (
            f"Only {self.test.people} people could be judged, too few to see any but a large leak. "
            if self.test.people < ENOUGH_JUDGED
            else ""
        )
        if not self.models:
            return self._about_those_left_out().strip() or f"No model has {metric_label(self.metric)}."
        return f"{few}{self._about_leaks()}{self._about_harm()}{self._about_order()}{self._about_those_left_out()}"

    def _about_those_left_out(self) -> str:
        return "".join(f" {title} was not measured: {reason}" for title, reason in self.left_out.items())

    def _about_leaks(self) -> str:
        label = metric_label(self.metric)
        leaking = sorted((model for model in self.models if model.is_certain), key=lambda model: -model.leak.value)
        if not leaking:
            unseen = max(model.detectable for model in self.models)
            return (
                f"No model's {label} is better beyond chance for having seen other people's future; a leak of less "
                f"than about {unseen:.3f} may well not show."
            )
        most = leaking[0]
        words = (
            f"{most.title} owes {most.leak.value:.3f} [{most.leak.low:.3f}, {most.leak.high:.3f}] {label} to other "
            f"people's future ({most.with_future.value:.3f} with it, {most.without_future.value:.3f} without)"
        )
        rest = [f"{model.title} {model.leak.value:.3f}" for model in leaking[1:]]
        return f"{words}; {in_a_row(rest)}." if rest else f"{words}."

    def _about_harm(self) -> str:
        harmed = [model.title for model in self.models if model.is_harmed]
        verb = "does" if len(harmed) == 1 else "do"
        return f" {in_a_row(harmed)} {verb} better without the future." if harmed else ""

    def _about_order(self) -> str:
        if len(self.models) < 2:
            return ""
        titles = {model.run: model.title for model in self.models}
        turned = [f"{titles[flip.ahead_with]} and {titles[flip.ahead_without]}" for flip in self.flips]
        if turned:
            return f" The order flips: of {'; '.join(turned)}, the first leads with the future and the second without."
        return " No two models change places beyond chance."


Figures = Mapping[str, tuple[PerUser, PerUser]]


def leakage(
    metric: str, test: LeakTest, figures: Figures, titles: Mapping[str, str], left_out: Mapping[str, str] | None = None
) -> Leakage:
    """What the future does to models that were measured both ways.

    Args:
        metric: the figure.
        test: what they were judged on.
        figures: run → the figure with and without the future, over the same people; ten or more.
        titles: run → what to call it.
        left_out: title of a model → why it was not measured.
    """
    sign = 1 if about(metric).higher_is_better else -1
    paired = {run: over_shared_people(both) for run, both in figures.items()}
    tests = holm(np.array([paired_tests(both, [(0, 1)])[0] for both in paired.values()]))
    models = [
        _model_leak(run, titles[run], both, sign, float(p), LEVEL / len(figures))
        for (run, both), p in zip(paired.items(), tests, strict=True)
    ]
    models.sort(key=lambda model: sign * model.with_future.value, reverse=True)
    tau = (
        float(
            kendalltau(
                [model.with_future.value for model in models], [model.without_future.value for model in models]
            ).statistic
        )
        if len(models) > 1
        else float("nan")
    )
    with_future, without_future = (_leads({run: both[way] for run, both in figures.items()}, sign) for way in (0, 1))
    flips = [Flip(ahead_with=one, ahead_without=other) for one, other in with_future if (other, one) in without_future]
    return Leakage(
        metric=metric,
        test=test,
        models=tuple(models),
        tau=None if tau != tau else tau,
        flips=tuple(flips),
        left_out=dict(left_out or {}),
    )


def _model_leak(run: str, title: str, both: Sequence[PerUser], sign: int, p: float, level: float) -> ModelLeak:
    """Of a model's figures with and without the future, over the same people; the level is that of a single test."""
    with_future, without_future = both
    intervals = bootstrap({"with": with_future, "without": without_future}, seed=0)
    leak = Gain.over(with_future, without_future, sign)
    assert leak is not None  # there are enough people
    return ModelLeak(
        run=run,
        title=title,
        with_future=Estimate(with_future.value(), *intervals["with"]),
        without_future=Estimate(without_future.value(), *intervals["without"]),
        leak=leak,
        p=p,
        detectable=detectable(effect(with_future, without_future).spread, len(with_future.users), level),
    )


def _leads(figures: Mapping[str, PerUser], sign: int) -> list[tuple[str, str]]:
    """Pairs of runs of which the first is ahead of the second beyond chance."""
    runs, parts = list(figures), over_shared_people(list(figures.values())) if figures else []
    pairs = list(combinations(range(len(runs)), 2))
    if not pairs:
        return []
    found = []
    for (one, other), difference, p in zip(
        pairs, paired_differences(parts, pairs), holm(paired_tests(parts, pairs)), strict=True
    ):
        low, high = difference.low, difference.high
        if low is not None and high is not None and not low <= 0 <= high and p < LEVEL:
            ahead = one if sign * difference.value > 0 else other
            found.append((runs[ahead], runs[one + other - ahead]))
    return found
