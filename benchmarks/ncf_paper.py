"""The evaluation of the NCF paper: MovieLens 1M, each person's last item among 99 items never met.

``python -m benchmarks.ncf_paper --model KEY [KEY ...] [--seeds 0 1 2] [--validate [--set FIELD=VALUE ...]]``

Per person, the candidates are the set of the held-out item and the 99 items of the official file. For 156 people the
file repeats the held-out item among the 99: they have 99 candidates. Ties count as the mean over tied orders.
"""

import time
from pathlib import Path

import numpy as np
import torch

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
from benchmarks.settings import NCF_PAPER
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.evaluation import evaluate
from recsys_core.models import Recommender
from recsys_core.models.popularity import Popularity
from recsys_core.splitting import Holdout
from recsys_core.training.context import FitContext
from recsys_core.types import Feedback, Int32

N_USERS, N_ITEMS = 6040, 3706
POPULARITY = (0.453, 0.254)  # HR@10 and NDCG@10 that popularity must print, else this evaluator is wrong
PROTOCOL = "ML-1M, leave-one-out, 99 sampled negatives (NCF paper's files)"
DACREMA = "Ferrari Dacrema et al., TOIS 2021, additional material, table 55"

TARGETS = {
    "popularity": Target((0.451, 0.252), (0.4533, 0.2542), DACREMA),
    "item_knn": Target((0.665, 0.395), (0.6694, 0.3979), DACREMA),
    "ease": Target((0.715, 0.446), (0.7192, 0.4494), DACREMA),
    "als": Target((0.711, 0.438), (0.7109, 0.4382), DACREMA),
    "mf": Target((0.725, 0.448), (0.7294, 0.4523), "Rendle et al., NCF vs. MF Revisited, RecSys 2020, mean of 8 runs"),
    "neumf": Target((0.695, 0.415), (0.7093, 0.4349), DACREMA),
    "gmf": Target((0.695, 0.42), (0.708, 0.429), "README of guoyang9/NCF, 32 factors"),
    "mlp": Target((0.68, 0.41), (0.691, 0.416), "README of guoyang9/NCF, 32 factors, 3 layers"),
}


def main() -> None:
    options = parse(model_options(__doc__ or "", "ncf-ml-1m"))
    train, test = load(options.data)
    run(
        options,
        "ncf_paper: the NCF paper's evaluation (ML-1M, 99 negatives)",
        lambda key, seed: _measure(key, train, test, seed),
        lambda key, seed: validate(train, key, options.set, seed),
        _check_evaluator(train, test),
    )


def load(folder: Path) -> tuple[Dataset, Holdout]:
    """The training pairs, and the official test items with their candidates."""
    known = np.loadtxt(folder / "ml-1m.train.pairs.tsv.gz", dtype=np.int64)
    targets = np.loadtxt(folder / "ml-1m.test.rating", dtype=np.int64)
    negatives = np.loadtxt(folder / "ml-1m.test.negative", dtype=np.int64, usecols=range(1, 100))
    train = _events(known[:, 0], known[:, 1])
    held_out = _events(targets[:, 0], targets[:, 1])
    return _dataset(train), _holdout(train, held_out, negatives[np.argsort(held_out.users)])


def _events(users: np.ndarray, items: np.ndarray) -> Interactions:
    return pairs(users, items, np.ones(len(users)), N_USERS, N_ITEMS)


def _dataset(events: Interactions) -> Dataset:
    return numbered_dataset("ML-1M, training pairs of the NCF paper", events, feedback=Feedback.IMPLICIT)


def _holdout(known: Interactions, held_out: Interactions, negatives: np.ndarray) -> Holdout:
    """One held-out item for each user; negatives (U, 99) in the order of the users."""
    positives = held_out.items[np.argsort(held_out.users)]
    candidates: Int32 = np.column_stack([positives, negatives]).astype(np.int32)
    return Holdout(Histories.from_interactions(known), held_out, held_out, candidates)


def figures(model: Recommender, train: Dataset, holdout: Holdout) -> tuple[float, float]:
    """HR@10 and NDCG@10, means over all people."""
    metrics = evaluate(model, holdout, train, ks=(10,)).metrics
    return metrics["hit_rate@10"].value, metrics["ndcg@10"].value


def _check_evaluator(train: Dataset, test: Holdout) -> tuple[list[Row], bool]:
    measured = figures(Popularity().fit(train), train, test)
    right = all(abs(one - asked) <= 0.002 for one, asked in zip(measured, POPULARITY, strict=True))
    asked = " / ".join(f"{figure:.3f} ± 0.002" for figure in POPULARITY)
    return [("the evaluator: popularity, HR@10 / NDCG@10", asked, figures_text(measured))], right


def _measure(key: str, train: Dataset, test: Holdout, seed: int) -> tuple[list[Row], bool]:
    model = set_up(key, NCF_PAPER, {})
    started = time.monotonic()
    model.fit(train, FitContext(seed=seed, on_event=print_losses))
    seconds = time.monotonic() - started
    measured, target = figures(model, train, test), TARGETS.get(key)
    good = target is None or all(one >= asked for one, asked in zip(measured, target.asked, strict=True))
    if target is not None:
        record_parity(key, PROTOCOL, "HR@10 / NDCG@10", target, measured, good)
    name = f"{model.title}, seed {seed}"
    asked = "" if target is None else " / ".join(f"≥ {figure:.3f}" for figure in target.asked)
    rows = [(f"{name}, HR@10 / NDCG@10", asked, figures_text(measured))]
    if model.training is None:
        return [*rows, (f"{name}, fit", "", f"{seconds:.1f} s")], good
    speed = f"{model.training.samples_per_second:,.0f} samples/s with {torch.get_num_threads()} threads"
    return [*rows, (f"{name}, fit", "", f"{seconds:.1f} s, {model.training.epochs} epochs, {speed}")], good


def hold_out_one(train: Dataset) -> tuple[Dataset, Holdout]:
    """Validation: one random training event of each person among 99 random items that the person does not know."""
    rng = np.random.default_rng(7)
    events = train.interactions
    order = np.lexsort((rng.random(len(events)), events.users))
    held_out = np.zeros(len(events), dtype=bool)
    held_out[order[np.concatenate([[0], np.cumsum(events.user_counts())[:-1]])]] = True
    unknown = rng.random((N_USERS, N_ITEMS))
    unknown[events.users, events.items] = 2
    negatives = np.argpartition(unknown, 99, axis=1)[:, :99]
    holdout = _holdout(events.take(~held_out), events.take(held_out), negatives)
    return _dataset(events.take(~held_out)), holdout


def validate(train: Dataset, key: str, tried: Settings, seed: int) -> None:
    """Print the figures of each epoch, or of the end where there are no epochs, on validation events."""
    rest, holdout = hold_out_one(train)

    judge = validate_by(lambda model: figures(model, rest, holdout), "HR@10 / NDCG@10", decisive=1)
    fit_and_tell(set_up(key, NCF_PAPER, tried), rest, seed, judge)


if __name__ == "__main__":
    main()
