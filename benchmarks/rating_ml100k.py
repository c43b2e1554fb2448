"""Rating errors on the five official folds of MovieLens 100K, pooled over a fold's ratings, clipped to 1..5.

``python -m benchmarks.rating_ml100k [--data FOLDER] [--seed 0]``
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.common import Row, data_folder, numbered_dataset, pairs, record
from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.interactions import Interactions
from recsys_core.models.base import Recommender
from recsys_core.models.bias import Bias
from recsys_core.models.neumf import NeuMF
from recsys_core.training.context import FitContext, Validation
from recsys_core.types import Feedback

N_USERS, N_ITEMS = 943, 1682
FOLDS = ("u1", "u2", "u3", "u4", "u5")

# Chosen on a random tenth of u1.base; no test file took part. Each fold's training keeps a random tenth apart, by
# which the best epoch is found; the tenth is not learnt from afterwards.
SETTINGS = {"objective": "rating", "weight_decay": 0.2, "batch_size": 1024}
VALIDATION_SHARE = 0.1


def main() -> None:
    options = _options()
    rows: list[Row] = []
    passed = True
    for name, asked, fit in (("bias baseline", 0.950, fit_bias), ("NeuMF, objective 'rating'", 0.945, fit_neumf)):
        errors = []
        started = time.monotonic()
        for fold in FOLDS:
            train, test = (load(options.data / f"{fold}.{part}") for part in ("base", "test"))
            model = fit(numbered_dataset(fold, train, feedback=Feedback.EXPLICIT, scale=Scale(1, 5, 1)), options.seed)
            errors.append(rating_errors(model, test))
            rows.append((f"{name}, {fold}, RMSE / MAE", "", "{:.4f} / {:.4f}".format(*errors[-1])))
        seconds = (time.monotonic() - started) / len(FOLDS)
        rmse, mae = np.mean(errors, axis=0)
        rows.append((f"**{name}, mean of five, RMSE / MAE**", f"≤ {asked:.3f}", f"**{rmse:.4f}** / {mae:.4f}"))
        rows.append((f"{name}, seconds a fold", "", f"{seconds:.1f}"))
        passed &= bool(rmse <= asked)
    record("rating_ml100k: ratings of ML-100K, official folds", rows)
    sys.exit(0 if passed else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=data_folder() / "ml-100k")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def load(file: Path) -> Interactions:
    """One file of the folds: user, item, rating and time."""
    columns = np.loadtxt(file, dtype=np.int64)
    return pairs(columns[:, 0] - 1, columns[:, 1] - 1, columns[:, 2], N_USERS, N_ITEMS)


def fit_bias(train: Dataset, seed: int) -> Recommender:
    return Bias().fit(train)


def fit_neumf(train: Dataset, seed: int) -> Recommender:
    events = train.interactions
    apart = np.random.default_rng(seed).random(len(events)) < VALIDATION_SHARE
    held_out = events.take(apart)

    def validate(model: Recommender) -> Validation:
        return Validation("RMSE", rating_errors(model, held_out)[0], higher_is_better=False)

    model = NeuMF(NeuMF.Config(**SETTINGS))
    return model.fit(train.with_interactions(events.take(~apart)), FitContext(seed=seed, validate=validate))


def rating_errors(model: Recommender, test: Interactions) -> tuple[float, float]:
    """Root mean square and mean absolute error over all ratings."""
    errors = model.predict(test.users, test.items).astype(np.float64) - test.values
    return float(np.sqrt(np.mean(errors**2))), float(np.abs(errors).mean())


if __name__ == "__main__":
    main()
