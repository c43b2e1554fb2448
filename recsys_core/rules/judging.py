"""What rules cost in the metrics of the test events, and what they buy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.errors import ConfigError
from recsys_core.metrics import METRICS, RankingMetric, ShownMetric, metric_label
from recsys_core.metrics.coverage import COVERAGE
from recsys_core.metrics.per_person import by_list, by_relevance, by_whole_list
from recsys_core.metrics.ranked_truth import RankedTruth, ranked_truth
from recsys_core.metrics.shown import Background
from recsys_core.ranking import HIDDEN
from recsys_core.rules import apply_rules
from recsys_core.rules.base import Rule
from recsys_core.rules.candidates import Candidates
from recsys_core.rules.diversify import Diversify
from recsys_core.rules.facts import Facts
from recsys_core.rules.measures import diversity, share_of
from recsys_core.rules.new_items import FEW, NewItems
from recsys_core.splitting import Split
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.statistics.paired import paired_difference
from recsys_core.types import Int32, Int64, Json

LABELS = {"diversity": "Diversity", "new": "New items", "coverage": "Coverage"}


@dataclass(frozen=True)
class Change:
    """A figure of the lists before and after, and the paired difference, after less before."""

    before: float
    after: float
    difference: Estimate


@dataclass(frozen=True)
class Outcome:
    """What rules did to the lists of a model.

    Attributes:
        rules: in their order.
        users: Int64[n], whose lists were judged.
        before, after: Int32[n, k], the lists; −1 where nothing was left to show.
        changes: "ndcg@10" and all other metrics of lists, "diversity", "new", "coverage" → what
            became of it.
    """

    rules: tuple[Rule, ...]
    users: Int64
    before: Int32
    after: Int32
    changes: dict[str, Change]

    @property
    def changed(self) -> float:
        """Share of the people who see another list."""
        return float((self.before != self.after).any(axis=1).mean())

    def as_json(self) -> Json:
        return {
            "rules": [rule.as_json() for rule in self.rules],
            "people": len(self.users),
            "changed": self.changed,
            "changes": {
                name: {"before": one.before, "after": one.after, "difference": vars(one.difference)}
                for name, one in self.changes.items()
            },
        }


def list_length(metric: str) -> int:
    """The k of a ranking metric such as "ndcg@10".

    Raises:
        ConfigError: it is no such metric.
    """
    key, _, k = metric.partition("@")
    keys = [one.about.key for one in METRICS if isinstance(one, RankingMetric)]
    if key in keys and k.isdecimal() and 1 <= int(k) <= 100:
        return int(k)
    raise ConfigError(
        f"Rules cannot be judged by {metric!r}.",
        f"Choose one of {', '.join(keys)}, with a list length from 1 to 100, such as ndcg@10.",
        "unknown-metric",
    )


def judge_rules(rules: Sequence[Rule], best: Candidates, split: Split, facts: Facts, k: int) -> Outcome:
    """What rules cost and buy, on the test events of a split.

    Both lists are judged as they are shown, so that only what the rules did can make a difference.

    Args:
        rules: in their order.
        best: the candidates of a model.
        split: which it learned.
        facts: of the same split.
        k: list length.

    Raises:
        ConfigError: a rule asks for what the data do not tell.
    """
    before, after = apply_rules([], best.items, facts, k), apply_rules(list(rules), best.items, facts, k)
    figures = [_figures(lists, rules, best.users, split, facts, k) for lists in (before, after)]
    changes = {
        name: Change(old.value(), figures[1][name].value(), paired_difference(figures[1][name], old))
        for name, old in figures[0].items()
        if name in figures[1]
    }
    covered, now = (COVERAGE.value(lists, len(split.test.listed)) for lists in (before, after))
    if covered is not None and now is not None:
        changes["coverage"] = Change(covered.value, now.value, Estimate(now.value - covered.value, None, None))
    return Outcome(tuple(rules), best.users, before, after, changes)


def _figures(
    lists: Int32, rules: Sequence[Rule], users: Int64, split: Split, facts: Facts, k: int
) -> dict[str, PerUser]:
    truth = _truth(lists, users, split.test.relevant)
    by = next(
        (rule.by for rule in rules if isinstance(rule, Diversify)),
        "genres" if split.dataset.item_genres.nnz else "people",
    )
    usual = NewItems() if facts.first_met is not None else NewItems(new=FEW)
    newness = next((rule for rule in rules if isinstance(rule, NewItems)), usual)
    background = Background(split.test, split.dataset)
    told = {
        "diversity": diversity(lists, split.dataset.item_genres if by == "genres" else facts.met_by),
        "new": share_of(lists, newness.is_new(facts)),
    }
    return (
        by_relevance([metric for metric in METRICS if isinstance(metric, RankingMetric)], truth, users, (k,))
        | by_list([metric for metric in METRICS if isinstance(metric, ShownMetric)], background, users, lists, (k,))
        | by_whole_list(told, users)
    )


def _truth(lists: Int32, users: Int64, relevant: Interactions) -> RankedTruth:
    """Where these users' relevant items stand, by their places alone; what is not shown shares one hidden column."""
    k = lists.shape[1]
    mine = relevant.take(np.isin(relevant.users, users))
    mine = mine.take(np.argsort(mine.users, kind="stable"))
    person = np.searchsorted(users, mine.users)
    is_place = lists[person] == mine.items[:, None]  # (T, k)
    column = np.where(is_place.any(axis=1), is_place.argmax(axis=1), k).astype(np.int32)
    scores = np.full((len(users), k + 1), HIDDEN, dtype=np.float32)
    scores[:, :k] = np.where(lists >= 0, np.arange(k, 0, -1, dtype=np.float32), HIDDEN)
    return ranked_truth(scores, person, column, k)


def label(name: str) -> str:
    """What to call a figure of :class:`Outcome`."""
    return LABELS.get(name) or metric_label(name)
