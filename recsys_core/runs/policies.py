"""Finished runs, and other logs, as policies over the impressions of a log."""

from dataclasses import dataclass

import numpy as np

from recsys_core.data.findings import counted
from recsys_core.data.impressions.log import Impressions, match
from recsys_core.engagement.policy.estimating import PolicyValue, click_rate, estimate_policy
from recsys_core.engagement.policy.logged import Logged, logged, rows_with_propensities
from recsys_core.engagement.policy.places import SPREAD, Places
from recsys_core.engagement.policy.suiting import positions_in, suiting
from recsys_core.engagement.policy.target import Table, mean_propensities
from recsys_core.engagement.policy.weighing import weigh
from recsys_core.errors import DataError
from recsys_core.runs.cards import RunCard
from recsys_core.runs.dataset_files import read_dataset
from recsys_core.runs.kin import PLAIN
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import Workspace
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Json

SEED = 0  # of the folds of the model of clicks
LEAST_MATCHED = 0.5  # of the impressions of a log that belongs to a data set; without people, of its items as well


@dataclass(frozen=True)
class Judged:
    """What a log says about other lists.

    Attributes:
        value: the estimates, or why there are none.
        shown: the click-through rate of the lists that the log is from, over the same impressions.
        truth: of another log: the rate that was measured there.
        notes: what else is to be known, in sentences.
    """

    value: PolicyValue
    shown: Estimate
    truth: Estimate | None
    notes: tuple[str, ...]

    @property
    def lift(self) -> float | None:
        """How many times the rate of the lists that were shown; None where refused, or where nothing was clicked."""
        return self.value.ctr.value / self.shown.value if self.value.ctr and self.shown.value else None

    def as_json(self) -> Json:
        return self.value.as_json() | {
            "shown": vars(self.shown),
            "lift": self.lift,
            "truth": None if self.truth is None else vars(self.truth),
            "notes": list(self.notes),
        }


def judge_run(run: LoadedRun, log: Impressions, spread: float = SPREAD) -> Judged:
    """What the lists of a run would have been clicked.

    Args:
        spread: how far down its lists a slot reaches, as a share of the items; see :mod:`...policy.places`.

    Raises:
        DataError: the log cannot judge it at all: no propensities, people, times, or nothing later.
        ModelError: a score is not a number.
    """
    same_for_all = run.about["model"] in PLAIN
    found = suiting(log, run.split, same_for_all)
    rows = logged(log, found.rows, found.new)
    if not rows.new.any():
        raise DataError(
            f"All {counted(len(rows), 'impression')} of the log {log.name} that could judge the model are of items "
            "that people knew already, and lists leave those out.",
            "Use a log that goes on after the ratings.",
            "nothing-new",
        )
    people, contexts = np.unique(found.users[found.rows], return_inverse=True)
    policy = Places(
        run.model,
        run.split.test,
        np.maximum(people, 0).astype(np.int32),  # nobody in particular sees what the first person would
        found.columns,
        log.item_ids.hash_order,
        contexts,
        spread,
        hides=log.users is not None,
    )
    value = estimate_policy(weigh(rows, policy, np.random.default_rng(SEED)))
    return Judged(value, click_rate(rows), None, tuple(_notes(log, rows, found.begins)))


def judge_log(other: Impressions, log: Impressions) -> Judged:
    """What the lists of another log would have been clicked, beside what was clicked there.

    Raises:
        DataError: a log has no propensities, or they have no items or positions in common.
    """
    target, rows = logged(other, rows_with_propensities(other)), logged(log, rows_with_propensities(log))
    columns, places = positions_in(other.item_ids, log.item_ids), _positions(log, other)
    if (columns < 0).any() or places is None:
        raise DataError(
            f"The log {other.name} shows items or positions that the log {log.name} does not have.",
            "Choose two logs of the same catalogue.",
            "other-items",
        )
    table = np.zeros((rows.n_positions, rows.n_items))
    table[np.ix_(places, columns)] = mean_propensities(target)
    value = estimate_policy(weigh(rows, Table(rows.positions, table), np.random.default_rng(SEED)))
    told = (
        f"A log tells the probabilities of what it showed alone: those of {other.name} are taken to be the mean "
        "propensity of each item at each position, which is a flatter policy than the real one."
    )
    return Judged(value, click_rate(rows), click_rate(target), (told,) if np.ptp(target.propensities) else ())


def runs_judged_by(workspace: Workspace, log: Impressions) -> list[RunCard]:
    """The finished runs that a log can judge: at least half of its impressions are about their data, by ids.

    A log without people judges only models that show everybody the same, and must show half of their items: that an id
    such as 17 is in both says little alone.
    """
    if log.propensities is None:
        return []
    offered = [run for run in workspace.runs() if log.users is not None or run.model in PLAIN]
    suits: dict[str, bool] = {}
    for run in offered:
        fingerprint = run.about["passport"]["dataset"]["fingerprint"]
        if fingerprint not in suits:
            dataset = read_dataset(workspace.root / "runs" / run.id / "dataset", None)
            found = match(log, dataset)
            suits[fingerprint] = found.impressions >= LEAST_MATCHED * len(log) and (
                log.users is not None or found.items.matched >= LEAST_MATCHED * dataset.n_items
            )
    return [run for run in offered if suits[run.about["passport"]["dataset"]["fingerprint"]]]


def _positions(log: Impressions, other: Impressions) -> np.ndarray | None:
    """Int64[K], which position of a log each of another one's is; None where one is missing."""
    if log.positions is None or other.positions is None:
        return np.zeros(1, dtype=np.int64) if log.positions is other.positions else None
    mine = np.unique(log.positions[rows_with_propensities(log)])
    theirs = np.unique(other.positions[rows_with_propensities(other)])
    return np.searchsorted(mine, theirs) if np.isin(theirs, mine).all() else None


def _notes(log: Impressions, rows: Logged, begins: int) -> list[str]:
    if log.users is None:
        return []
    told = [
        f"Judged on {counted(len(rows), 'impression')} of {len(log):,}: those that came after all that the models were "
        "told of the person. Items that a person already knows are not on lists of models."
    ]
    clicks = float(rows.clicks[rows.new].sum())
    if clicks and begins:
        told.append(
            "The impressions of each person begin after a click, so all rates are up to "
            f"{begins / (clicks + begins):.0%} lower than over the whole log: compare them with each other. A split by "
            "one cut in time has no such gap. The models also learned from what other people did later."
        )
    return told
