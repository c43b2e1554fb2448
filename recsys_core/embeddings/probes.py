"""What the directions of a space mean, and what can be read off a vector."""

from dataclasses import dataclass

import numpy as np

from recsys_core.embeddings.projection import pca
from recsys_core.types import Bool, Float32, Float64, Int64

FOLDS = 5
PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0)


@dataclass(frozen=True)
class Direction:
    """A direction in which points differ.

    Attributes:
        share: of the whole variance.
        low, high: Int64, the points at its ends, the outermost first.
    """

    share: float
    low: Int64
    high: Int64


def directions(vectors: Float32, n: int = 5, ends: int = 8) -> list[Direction]:
    """The directions in which points differ most, strongest first."""
    n = min(n, vectors.shape[1], max(0, len(vectors) - 1))
    places = pca(vectors, n)
    whole = float(vectors.var(axis=0).sum())
    found = []
    for place in places.T:
        order = np.argsort(place, kind="stable")
        share = float(place.var()) / whole if whole > 0 else 0.0
        found.append(Direction(share, order[:ends], order[::-1][:ends]))
    return found


def predicts_number(vectors: Float32, numbers: Float64, seed: int = 0) -> float | None:
    """How much of the variance of a number (a year, the log of a popularity) vectors tell: R², cross-validated.

    Each point is predicted by a ridge regression that did not see it. 0: no more than the mean tells; None where fewer
    than 20 numbers are known, or all are the same.

    Args:
        numbers: Float64[n], NaN where unknown.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict

    known = np.isfinite(numbers)
    if known.sum() < 20 or np.ptp(numbers[known]) == 0:
        return None
    folds = KFold(FOLDS, shuffle=True, random_state=seed)
    found = cross_val_predict(RidgeCV(PENALTIES), vectors[known], numbers[known], cv=folds)
    errors = ((numbers[known] - found) ** 2).sum()
    return float(1 - errors / ((numbers[known] - numbers[known].mean()) ** 2).sum())


def predicts_label(vectors: Float32, label: Bool, seed: int = 0) -> float | None:
    """How well vectors tell who has a label, such as a genre: AUC, cross-validated; 0.5 is chance.

    None where fewer than ten have it, or lack it.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    if min(label.sum(), (~label).sum()) < 10:
        return None
    scaled = vectors / max(float(vectors.std()), 1e-12)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    model = LogisticRegression(C=0.1, max_iter=500, class_weight="balanced")
    found = cross_val_predict(model, scaled, label, cv=folds, method="decision_function")
    return float(roc_auc_score(label, found))
