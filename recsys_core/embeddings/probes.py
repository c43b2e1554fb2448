"""What the directions of a space mean, and what can be read off a vector."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.embeddings.projection import pca
from recsys_core.embeddings.space import Space
from recsys_core.types import Bool, Float32, Float64, Int64

FOLDS = 5
MOST_PROBED = 4000  # points
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


@dataclass(frozen=True)
class Probe:
    """How well one thing can be read off vectors.

    Attributes:
        name: of the thing.
        value: AUC of a label, R² of a number.
        is_label: chance is 0.5, else 0.
        points: of how many it is known.
    """

    name: str
    value: float
    is_label: bool
    points: int


def probes(space: Space, dataset: Dataset, counts: Int64, seed: int = 0) -> list[Probe]:
    """What can be read off the vectors of items: year, popularity, numbers among the attributes, and genres.

    What is known of too few items is left out. Of many items a sample is drawn.

    Args:
        counts: Int64[I], events that the model may know.
    """
    if len(space) > MOST_PROBED:
        drawn = np.random.default_rng(seed).choice(len(space), MOST_PROBED, replace=False)
        space = space.take(np.sort(drawn))
    table = dataset.item_table.iloc[space.rows]
    numbers = {
        "Popularity (log)": np.log1p(counts[space.rows].astype(np.float64)),
        "Year": table["year"].to_numpy(np.float64, na_value=np.nan),
    }
    for name in dataset.item_attributes:
        if pd.api.types.is_numeric_dtype(table[name]):
            numbers[name] = table[name].to_numpy(np.float64, na_value=np.nan)
    found = []
    for name, values in numbers.items():
        share = predicts_number(space.vectors, values, seed)
        if share is not None:
            found.append(Probe(name, share, False, int(np.isfinite(values).sum())))
    known = table["genres"].map(len).to_numpy() > 0
    vectors, genres = space.vectors[known], table["genres"][known]
    for genre in sorted({genre for row in genres for genre in row}):
        label = genres.map(lambda row, genre=genre: genre in row).to_numpy(np.bool_)
        area = predicts_label(vectors, label, seed)
        if area is not None:
            found.append(Probe(genre, area, True, len(label)))
    return found
