"""Our models in the harness by which other libraries are measured: its data, its evaluator, its way of reporting.

``python -m benchmarks.peer_adapter --task T2 --model KEY --out FOLDER [--epochs N] [--time-limit SECONDS]
[--peers FOLDER] [--set FIELD=VALUE ...] [--stop-at NDCG]``

The tasks: T1, ratings of ML-100K's five folds; T2, the NCF paper's evaluation; T3, all items of ML-1M ranked. Settings
are those chosen for the benchmark of the same data; ``--set`` asks for others, such as a network of the peer's size.
From the harness itself: ``run_all.py --task T2 --peer product --model KEY --cmd "env -C REPOSITORY .venv/bin/python -m
benchmarks.peer_adapter"``.
"""

import argparse
import importlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks import rating_ml100k
from benchmarks.common import Settings, data_folder, numbered_dataset, pairs, set_up
from benchmarks.settings import FULL_RANKING, NCF_PAPER, RATING_ML100K, Chosen
from benchmarks.timing import compile_loops
from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.interactions import Histories
from recsys_core.models import Recommender
from recsys_core.ranking import masked_scores, top_k
from recsys_core.training.context import EpochEnded, Event, FitContext
from recsys_core.types import Feedback, Float32, Int32

LIST_LENGTH = 20
PEOPLE_AT_ONCE = 1000

Columns = dict[str, np.ndarray]


class Harness:
    """The scripts in a folder of peers: its README says what they expect of an adapter."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "common.py").exists():
            sys.exit(f"There is no harness in {folder}: name its folder by --peers or FORETASTE_PEERS.")
        sys.path.insert(0, str(folder))
        self.folder = folder
        self.common: Any = importlib.import_module("common")

    def load(self, name: str) -> Columns:
        """The columns of a task."""
        if not (Path(self.common.DATA) / f"{name}.npz").exists():
            sys.exit(f"{self.common.DATA} does not hold the data of the harness: run its make_data.py first.")
        columns: Columns = self.common.load(name)
        return columns

    def ndcg(self, task: str, **answers: np.ndarray) -> float:
        """NDCG@10 of what a task asks for, by the evaluator of the harness."""
        return float(importlib.import_module("evaluate").TASKS[task](answers)["NDCG@10"])


def peers_folder() -> Path:
    """Where the harness lies: ``FORETASTE_PEERS``, else beside the development data."""
    return Path(os.environ.get("FORETASTE_PEERS", data_folder().parent / "peers"))


@dataclass
class Adapter:
    """One run of one model.

    Attributes:
        run: the harness's report of it.
        tried: settings instead of the chosen ones.
        stop_at: in T2 and T3, end after the first epoch whose NDCG@10 reaches this.
    """

    harness: Harness
    run: Any
    tried: Settings
    stop_at: float

    def measure(self) -> None:
        """What the harness asks of the task, saved where it wants it."""
        tasks = {"T1": self._predict_ratings, "T2": self._score_candidates, "T3": self._recommend}
        if self.run.task not in tasks:
            sys.exit(f"There is no adapter for the task {self.run.task!r}, only for {', '.join(tasks)}.")
        tasks[self.run.task]()

    def _predict_ratings(self) -> None:
        predictions: Columns = {}
        folds = [(fold, self.harness.load(f"t1_{fold}")) for fold in rating_ml100k.FOLDS]
        self._ready(RATING_ML100K)
        for fold, columns in folds:
            train = _dataset(columns, values=columns["train_r"], feedback=Feedback.EXPLICIT, scale=Scale(1, 5, 1))
            with self.run.timer("fit_s"):
                model = rating_ml100k.fit(self.run.model, train, self.tried, seed=0)
            with self.run.timer("predict_s"):
                predictions[f"pred_{fold}"] = model.predict(columns["test_u"], columns["test_i"])
        for name in ("fit_s", "predict_s"):
            self.run.meta[name] = round(self.run.meta[name] / len(folds), 3)
        self.run.save(**predictions)

    def _score_candidates(self) -> None:
        columns = self.harness.load("t2")
        candidates = self.harness.common.loo_candidates(columns).astype(np.int32)

        def ndcg(model: Recommender) -> float:
            return self.harness.ndcg("T2", scores=_scores_of(model, candidates))

        model = self._fit(columns, NCF_PAPER, ndcg)
        with self.run.timer("eval_s"):
            scores = _scores_of(model, candidates)
        self.run.save(scores=scores)

    def _recommend(self) -> None:
        columns = self.harness.load("t3")
        train = _dataset(columns, feedback=Feedback.IMPLICIT)
        order, known = train.item_ids.hash_order, Histories.from_interactions(train.interactions)

        def lists(model: Recommender) -> Int32:
            chunks = masked_scores(model.score, np.arange(train.n_users), known)
            return np.concatenate([top_k(scores, LIST_LENGTH, order)[0] for _, scores in chunks])

        def ndcg(model: Recommender) -> float:
            return self.harness.ndcg("T3", topk=lists(model))

        model = self._fit(columns, FULL_RANKING, ndcg if np.isfinite(self.stop_at) else None)
        with self.run.timer("recommend_s"):
            topk = lists(model)
        self.run.save(topk=topk)

    def _ready(self, chosen: Chosen) -> Recommender:
        model = set_up(self.run.model, chosen, self.tried)
        self.run.meta["compile_s"] = round(compile_loops(model), 3)
        self.run.ready(**self.harness.common.versions("torch", "numpy", "numba"))
        self.run.meta.update(threads=torch.get_num_threads(), config=model.config.model_dump(mode="json"))
        return model

    def _fit(self, columns: Columns, chosen: Chosen, ndcg: Callable[[Recommender], float] | None) -> Recommender:
        """Learn, and note seconds of learning; where ``ndcg`` is given, also what it says after each epoch."""
        model = self._ready(chosen)
        train = _dataset(columns, feedback=Feedback.IMPLICIT)
        curve: list[tuple[int, float, float]] = []  # epochs, seconds of learning, NDCG@10
        seconds_beside = 0.0

        def look(event: Event) -> None:
            nonlocal seconds_beside
            if not isinstance(event, EpochEnded):
                return
            self.run.epoch_s.append(event.seconds)
            if ndcg is not None:
                started = time.perf_counter()
                reached = ndcg(model)
                seconds_beside += time.perf_counter() - started
                curve.append((event.epoch, round(sum(self.run.epoch_s), 3), round(reached, 5)))
                print(curve[-1], flush=True)

        def over() -> bool:
            late = sum(self.run.epoch_s) > self.run.args.time_limit
            return bool(curve and curve[-1][2] >= self.stop_at) or late

        started = time.perf_counter()
        model.fit(train, FitContext(on_event=look, cancel=over))
        seconds = time.perf_counter() - started
        self.run.meta.update(fit_s=round(seconds - seconds_beside, 3), fit_and_look_s=round(seconds, 3))
        self.run.meta["curve_epoch_s_ndcg10"] = curve
        if model.training is not None:
            samples = model.training.history[-1].samples
            self.run.meta["interactions_per_s"] = round(len(train.interactions) / median(self.run.epoch_s))
            self.run.meta["interactions_and_negatives_per_s"] = round(samples / median(self.run.epoch_s))
        return model


def _dataset(columns: Columns, values: np.ndarray | None = None, **about: object) -> Dataset:
    users, items = columns["train_u"], columns["train_i"]
    values = np.ones(len(users)) if values is None else values
    events = pairs(users, items, values, int(columns["n_users"]), int(columns["n_items"]))
    return numbered_dataset("a task of the harness", events, **about)


def _scores_of(model: Recommender, candidates: Int32) -> Float32:
    """Float32[U, C] of each user's candidates Int32[U, C]."""
    users = np.arange(len(candidates), dtype=np.int32)
    scores: Float32 = np.concatenate(
        [
            np.take_along_axis(
                model.score(users[start : start + PEOPLE_AT_ONCE]), candidates[start : start + PEOPLE_AT_ONCE], 1
            )
            for start in range(0, len(users), PEOPLE_AT_ONCE)
        ]
    )
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    parser.add_argument("--peers", type=Path, default=peers_folder())
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--stop-at", type=float, default=np.inf)
    options, for_the_harness = parser.parse_known_args()
    sys.argv[1:] = for_the_harness  # which reads --task, --model, --out, --epochs and --time-limit
    harness = Harness(options.peers)
    run = harness.common.Run()
    tried: Settings = dict(text.split("=", 1) for text in options.set)
    if run.args.epochs:
        tried["epochs"] = run.args.epochs
    Adapter(harness, run, tried, options.stop_at).measure()


if __name__ == "__main__":
    main()
