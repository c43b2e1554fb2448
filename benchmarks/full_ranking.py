"""Ranking all items: MovieLens 1M pairs, a random fifth of each person's items held out, known items hidden.

``python -m benchmarks.full_ranking --model KEY [KEY ...] [--seeds 0] [--validate [--set FIELD=VALUE ...]]``

The split is drawn as the comparison of other libraries draws it (seed 42), so that the figures stand beside theirs.
NDCG@10 divides by the DCG of min(10, held-out items) hits, Recall@10 by all held-out items; means over all people.

``--model blend``: its weights are learned on a random tenth of each person's training events, by members trained on
the rest; then the members learn from the whole training part, and the blend with these weights is measured
on the test part.
``--validate --set members=ease,als`` tries other members.
"""

import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import blends
from benchmarks.common import (
    Row,
    Settings,
    Target,
    figures_text,
    fit_and_tell,
    model_options,
    numbered_dataset,
    pairs,
    parse,
    print_losses,
    record_parity,
    run,
    set_up,
    validate_by,
)
from benchmarks.settings import FULL_RANKING, FULL_RANKING_BLEND
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.evaluation import evaluate
from recsys_core.models import Recommender
from recsys_core.models.blend import Blend
from recsys_core.splitting import Holdout
from recsys_core.training.context import FitContext
from recsys_core.types import Bool, Feedback

SPLIT_SEED, VALIDATION_SEED = 42, 43
PROTOCOL = "ML-1M pairs, random 80/20 per person, all items ranked"

TARGETS = {
    "popularity": Target((0.205,), (0.2064,), "the evaluator of the comparison, same split"),
    "ease": Target((0.435,), (0.4335,), "RecBole 1.2.1, same split"),
    "als": Target((0.405,), (0.4072,), "LensKit 2025.8, same split"),
    "item_knn": Target((0.365,), (0.3677,), "RecBole 1.2.1, same split"),
    "mult_vae": Target((0.385,), (0.3822,), "RecBole 1.2.1, same split"),
    "recvae": Target((0.4,), (0.3882,), "RecBole 1.2.1 after 24 epochs, same split"),
    "bpr": Target((0.252,), (0.252,), "implicit 0.7.3 at its defaults, same split"),
    "light_gcn": Target((0.205,), (0.205,), "RecBole 1.2.1 after one epoch, same split"),
    "blend": Target((0.443,), (), ""),
}


def main() -> None:
    options = parse(model_options(__doc__ or "", "ml-1m", composed=(Blend.info.key,)))
    train, test = load(options.data)
    run(
        options,
        "full_ranking: all items of ML-1M ranked",
        lambda key, seed: _measure(key, train, test, seed),
        lambda key, seed: validate(train, key, options.set, seed),
    )


def load(folder: Path) -> tuple[Dataset, Holdout]:
    """The training pairs, and the held-out ones."""
    frame = pd.read_parquet(folder / "ratings_user_movie_only.parquet")
    users = pd.factorize(frame["userID"].astype(int), sort=True)[0]
    items, ids = pd.factorize(frame["movieID"].astype(int), sort=True)
    events = pairs(users, items, np.ones(len(users)), int(users.max()) + 1, len(ids))
    return hold_out_a_fifth(events, SPLIT_SEED)


def hold_out_a_fifth(events: Interactions, seed: int, share: float = 0.2) -> tuple[Dataset, Holdout]:
    """A random share of each person's events apart, one at least."""
    order = np.lexsort((np.random.default_rng(seed).random(len(events)), events.users))
    events = events.take(order)
    counts = events.user_counts()
    place = np.arange(len(events)) - np.repeat(np.cumsum(counts) - counts, counts)
    apart: Bool = place < np.repeat(np.maximum(1, np.round(counts * share)), counts)
    known, held_out = events.take(~apart), events.take(apart)
    train = numbered_dataset("ML-1M pairs, training part", known, feedback=Feedback.IMPLICIT)
    return train, Holdout(Histories.from_interactions(known), held_out, held_out, None)


def figures(model: Recommender, train: Dataset, holdout: Holdout) -> tuple[float, float]:
    """NDCG@10 and Recall@10."""
    metrics = evaluate(model, holdout, train, ks=(10,)).metrics
    return metrics["ndcg@10"].value, metrics["recall@10"].value


def _measure(key: str, train: Dataset, test: Holdout, seed: int) -> tuple[list[Row], bool]:
    started = time.monotonic()
    if key == Blend.info.key:
        rest, holdout = hold_out_a_fifth(train.interactions, VALIDATION_SEED, share=0.1)
        _, blend = blends.judged(FULL_RANKING_BLEND, FULL_RANKING, rest, holdout, seed)
        model: Recommender = blends.retrained(blend, train, seed)
    else:
        model = set_up(key, FULL_RANKING, {}).fit(train, FitContext(seed=seed, on_event=print_losses))
    seconds = time.monotonic() - started
    measured, target = figures(model, train, test), TARGETS.get(key)
    good = target is None or measured[0] >= target.asked[0]
    if target is not None:
        record_parity(key, PROTOCOL, "NDCG@10", target, measured[:1], good)
    asked = "" if target is None else f"≥ {target.asked[0]:.3f}"
    return [
        (f"{model.title}, seed {seed}, NDCG@10 / Recall@10", asked, figures_text(measured)),
        (f"{model.title}, seed {seed}, fit", "", f"{seconds:.1f} s"),
    ], good


def validate(train: Dataset, key: str, tried: Settings, seed: int) -> None:
    """Print the figures of each epoch, or of the end where there are no epochs, on a tenth of the training events."""
    rest, holdout = hold_out_a_fifth(train.interactions, VALIDATION_SEED, share=0.1)
    if key == Blend.info.key:
        members = tried.get("members", ",".join(FULL_RANKING_BLEND)).split(",")
        blends.judged(members, FULL_RANKING, rest, holdout, seed)
        return

    judge = validate_by(lambda model: figures(model, rest, holdout), "NDCG@10 / Recall@10", decisive=0)
    fit_and_tell(set_up(key, FULL_RANKING, tried), rest, seed, judge)


if __name__ == "__main__":
    main()
