"""Where a run stands among the plain models that were judged on the same split."""

from dataclasses import dataclass

import numpy as np

from recsys_core.comparing.baselines import plainer_than
from recsys_core.metrics import about, metric_label
from recsys_core.models import find_model
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.splitting import SplitRecipe
from recsys_core.statistics.estimates import Estimate
from recsys_core.statistics.paired import paired_difference

SAME = 0.0005  # smaller figures and differences are read as 0


@dataclass(frozen=True)
class Against:
    """A run beside a plain one.

    Attributes:
        run: the plain one.
        value: its figure, over the people whom both were judged on.
        difference: of the figure of interest and this one, over the same people.
        higher_is_better: of the figure.
    """

    run: RunCard
    value: float
    difference: Estimate
    higher_is_better: bool

    @property
    def is_certain(self) -> bool | None:
        """Whether the whole 95 % interval lies on one side of zero; None for too few people to tell."""
        low, high = self.difference.low, self.difference.high
        return None if low is None or high is None else low > 0 or high < 0

    @property
    def is_better(self) -> bool:
        return (self.difference.value > 0) == self.higher_is_better

    @property
    def words(self) -> str:
        """How far apart they are: "2.1× Popularity"."""
        name, difference = self.run.title, self.difference.value
        if abs(difference) < SAME:
            return f"the same as {name}"
        mine = self.value + difference
        if self.value < SAME:
            return f"above {name}"
        if not self.higher_is_better:
            return f"{_share(difference / self.value)} {'lower' if difference < 0 else 'higher'} than {name}"
        if mine >= 1.5 * self.value:
            return f"{mine / self.value:.1f}× {name}"
        return f"{_share(difference / self.value)} {'above' if difference > 0 else 'below'} {name}"

    @property
    def certainty(self) -> str:
        """What chance may have to do with it."""
        low, high = self.difference.low, self.difference.high
        if low is None or high is None:
            return "too few people to tell chance from skill"
        interval = f"95 % interval of the difference {low:+.3f} to {high:+.3f}".replace("-", "−")
        return interval if self.is_certain else f"within chance: {interval}"


@dataclass(frozen=True)
class Standing:
    """Where a run stands.

    Attributes:
        metric: "ndcg@10", or "rmse" where the model predicts ratings.
        value: of the run.
        against: plain models of the same split, the simplest first.
        missing: keys of those that were not trained on it, and can be.
    """

    metric: str
    value: float
    against: tuple[Against, ...]
    missing: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """All of it: "NDCG@10 0.231: 2.1× Popularity (0.110), ..."."""
        parts = [f"{one.words} ({one.value:.3f}), {one.certainty}" for one in self.against]
        return f"{metric_label(self.metric)} {self.value:.3f}: {'; '.join(parts)}."


def standing(workspace: Workspace, run: RunCard) -> Standing | None:
    """How a finished run compares with the plain models on its split, of several runs of one with the best.

    None for the simplest models themselves.

    Raises:
        StoreError: the figures of a run cannot be read.
    """
    metrics = run.about["metrics"]
    metric = "rmse" if "rmse" in metrics else "ndcg@10"
    keys = plainer_than(run.model, metric)
    if not keys:
        return None
    higher_is_better = about(metric).higher_is_better
    mine = workspace.per_user(run.id)[metric]
    found: dict[str, RunCard] = {}
    for other in workspace.runs():
        if (
            other.model in keys
            and other.split_fingerprint == run.split_fingerprint
            and metric in other.about["metrics"]
        ):
            best = found.get(other.model)
            if best is None or (_figure(other, metric) > _figure(best, metric)) == higher_is_better:
                found[other.model] = other
    against = []
    for key in keys:
        theirs = workspace.per_user(found[key].id)[metric] if key in found else None
        if theirs is not None and len(np.intersect1d(mine.users, theirs.users)):
            difference = paired_difference(mine, theirs)
            against.append(Against(found[key], theirs.among(mine.users).value(), difference, higher_is_better))
    missing = (
        () if run.moved else tuple(key for key in keys if key not in found)
    )  # no recipe leads to a split of its own
    return Standing(metric, _figure(run, metric), tuple(against), missing)


def plain_spec(run: RunCard, key: str) -> TrainSpec:
    """The training of a plain model on the split of a run, with its settings as they come."""
    passport = run.about["passport"]
    return TrainSpec(
        dataset=run.dataset,
        model=key,
        settings=find_model(key).Config().model_dump(mode="json"),
        split=SplitRecipe.model_validate(passport["split"]["recipe"]),
        seed=passport["split"]["recipe"]["seed"],
    )


def _figure(run: RunCard, metric: str) -> float:
    return float(run.about["metrics"][metric]["value"])


def _share(part: float) -> str:
    """A share of a figure, as people say it."""
    percent = 100 * abs(part)
    return f"{percent:.0f} %" if percent >= 9.5 else f"{percent:.1f} %"
