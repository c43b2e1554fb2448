"""How well models serve people whom they never met, against learning anew with what is known of those people.

``python -m benchmarks.fold_in [--model KEY ...] [--seeds 0] [--data FOLDER]``

A fifth of ML-100K's people are held out with all their events. The earlier four fifths of these are told of them, the
rest is to be found. *Fold-in*: the model learns from everybody else and is told the histories when it is asked.
*Retrained*: it learns from the told events as well. Settings are as they come; the best epoch is chosen by other
people, whom neither met. Lists are compared with those of a second retraining, with another seed.
"""

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.common import Row, data_folder, numbered_dataset, pairs, record
from recsys_core.data.dataset import Dataset, Scale
from recsys_core.evaluation import predicted_ratings, rank, validator
from recsys_core.metrics import NDCG
from recsys_core.models import MODELS, Ability, Recommender, find_model
from recsys_core.splitting import KNOWN, TEST, TRAIN, Holdout, Split, SplitRecipe, split
from recsys_core.training.context import FitContext
from recsys_core.types import Feedback, Int32

K = 10
RETRAINING_SEED = 1000  # added to a seed for the second retraining


@dataclass(frozen=True)
class Answer:
    """What a model told of the held-out people.

    Attributes:
        ndcg: at 10.
        lists: Int32[n, 10].
        rmse: None where it does not predict ratings.
    """

    ndcg: float
    lists: Int32
    rmse: float | None

    def overlap(self, other: "Answer") -> float:
        """Share of each list that stands in the other's as well, mean over people."""
        return float(np.mean([len(np.intersect1d(*both)) / K for both in zip(self.lists, other.lists, strict=True)]))


def load(file: Path) -> Dataset:
    """ML-100K with its times."""
    users, items, ratings, times = np.loadtxt(file, dtype=np.int64).T
    events = replace(pairs(users - 1, items - 1, ratings, int(users.max()), int(items.max())), times=times.copy())
    return numbered_dataset("ML-100K", events, feedback=Feedback.EXPLICIT, scale=Scale(1, 5, 1))


def ask(model: Recommender, parts: Split, holdout: Holdout) -> Answer:
    """Lists and figures; ``holdout.strangers`` are scored by their histories, all others as people it met."""
    truth, lists = rank(model, holdout, holdout.warm_users, K, parts.dataset.item_ids.hash_order)
    rmse = None
    if Ability.RATING in model.abilities:
        errors = predicted_ratings(model, holdout, holdout.targets) - holdout.targets.values
        rmse = float(np.sqrt(np.mean(np.square(errors, dtype=np.float64))))
    return Answer(float(NDCG.per_user(truth, K).mean()), lists, rmse)


def with_the_told(parts: Split) -> Dataset:
    """The training events and those that are told of the people who judge."""
    events = parts.dataset.interactions
    judges = np.unique(parts.events(TEST).users)
    told = (parts.roles == KNOWN) & np.isin(events.users, judges)
    return parts.dataset.with_interactions(events.take(told | (parts.roles == TRAIN)))


def measure(key: str, parts: Split, seed: int) -> list[Row]:
    """A model's row."""

    def learned(train: Dataset, seed: int) -> Recommender:
        model = find_model(key)()
        return model.fit(train, FitContext(seed=seed, validate=validator(parts, model)))

    def seconds_of_asking() -> float:
        histories = parts.test.known.take(parts.test.warm_users)
        started = time.perf_counter()
        stranger.score_histories(histories)
        return time.perf_counter() - started

    met = replace(parts.test, strangers=np.empty(0, dtype=np.int64))
    stranger = learned(parts.train, seed)
    folded = ask(stranger, parts, parts.test)
    again, other = (ask(learned(with_the_told(parts), s), parts, met) for s in (seed, seed + RETRAINING_SEED))
    gap = folded.ndcg - again.ndcg
    text = f"{folded.ndcg:.4f} / {again.ndcg:.4f} ({gap:+.4f})"
    if folded.rmse is not None and again.rmse is not None:
        text += f"; RMSE {folded.rmse:.4f} / {again.rmse:.4f} ({folded.rmse - again.rmse:+.4f})"
    text += f"; lists share {folded.overlap(again):.0%}, two retrainings {other.overlap(again):.0%}"
    text += f"; fold-in of {len(met.warm_users)} people {seconds_of_asking():.2f} s"
    return [(f"{stranger.title}, seed {seed}: NDCG@10 of fold-in / retrained (gap)", "", text)]


def main() -> None:
    keys = [model.info.key for model in MODELS if Ability.HISTORY in model.info.abilities]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", choices=keys, default=keys, metavar="KEY", help=", ".join(keys))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--data", type=Path, default=data_folder() / "ml-100k")
    options = parser.parse_args()
    parts = split(load(options.data / "u.data"), SplitRecipe(key="user-folds", folds=5))
    rows: list[Row] = []
    for key in options.model:
        for seed in options.seeds:
            rows += measure(key, parts, seed)
            print(rows[-1], flush=True)
    record("fold_in: people never met, ML-100K", rows)


if __name__ == "__main__":
    main()
