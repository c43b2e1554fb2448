"""Maps: points of a space of many dimensions in two or three."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from recsys_core.types import Float32

NEIGHBOURS = 15  # that UMAP keeps together
PERPLEXITY = 30.0  # of t-SNE
FIRST_DIRECTIONS = 50  # that the other two start from


@dataclass(frozen=True)
class Projection:
    """A way to draw a map.

    Attributes:
        key: stable name.
        is_quick: it takes no time, so it is shown at once.
        draw: Float32[n, 2 or 3] of Float32[n, d] vectors, a number of dimensions and a seed.
        most: points that it can take on.
    """

    key: str
    title: str
    idea: str
    paper: str
    is_quick: bool
    most: int
    draw: Callable[[Float32, int, int], Float32]


def pca(vectors: Float32, dimensions: int, seed: int = 0) -> Float32:
    """Float32[n, dimensions], along the directions in which the points differ most; zeros where there are no more.

    The sign of a direction is chosen so that its largest coordinate is positive, so that maps do not flip.
    """
    centred = vectors - vectors.mean(axis=0)
    values, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    chosen = directions[:, np.argsort(-values)[:dimensions]]
    chosen *= np.where(chosen[np.abs(chosen).argmax(axis=0), np.arange(chosen.shape[1])] < 0, -1, 1)
    result = np.zeros((len(vectors), dimensions), dtype=np.float32)
    result[:, : chosen.shape[1]] = centred @ chosen
    return result


def tsne(vectors: Float32, dimensions: int, seed: int = 0) -> Float32:
    """Float32[n, dimensions], where near points stay near; far ones mean little."""
    from sklearn.manifold import TSNE

    n = len(vectors)
    if n < 4 or _is_one_point(vectors):
        return pca(vectors, dimensions)
    start = pca(vectors, dimensions)
    start *= np.float32(1e-4) / max(np.float32(start[:, 0].std()), np.float32(1e-12))
    perplexity = min(PERPLEXITY, (n - 1) / 6)
    # As scikit-learn's "auto", but for its floor of 50, at which few points fly apart in three dimensions.
    rate = max(n / 48, 10.0)
    model = TSNE(dimensions, perplexity=perplexity, init=start, learning_rate=rate, random_state=seed, n_jobs=1)
    return model.fit_transform(pca(vectors, min(FIRST_DIRECTIONS, vectors.shape[1]))).astype(np.float32)


def umap(vectors: Float32, dimensions: int, seed: int = 0) -> Float32:
    """Float32[n, dimensions], where near points stay near and groups keep their places better than in t-SNE."""
    with warnings.catch_warnings():  # it misses a library that only another way to draw needs
        warnings.simplefilter("ignore", ImportWarning)
        from umap import UMAP

    n = len(vectors)
    if n < 8 or _is_one_point(vectors):
        return pca(vectors, dimensions)
    start = pca(vectors, dimensions)
    start *= np.float32(10) / max(np.float32(np.abs(start).max()), np.float32(1e-12))
    model = UMAP(min(NEIGHBOURS, n - 1), dimensions, metric="euclidean", init=start, random_state=seed, n_jobs=1)
    return np.asarray(model.fit_transform(pca(vectors, min(FIRST_DIRECTIONS, vectors.shape[1]))), dtype=np.float32)


def _is_one_point(vectors: Float32) -> bool:
    return not np.ptp(vectors, axis=0).any()


PROJECTIONS = (
    Projection(
        "pca",
        "PCA",
        "A shadow: true to large distances, blind to what the third direction tells.",
        "Pearson, On Lines and Planes of Closest Fit to Systems of Points in Space, 1901",
        True,
        1_000_000,
        pca,
    ),
    Projection(
        "umap",
        "UMAP",
        "Keeps neighbours together; distances between groups mean little.",
        "McInnes, Healy and Melville, UMAP: Uniform Manifold Approximation and Projection, 2018",
        False,
        100_000,
        umap,
    ),
    Projection(
        "tsne",
        "t-SNE",
        "Keeps neighbours together; sizes of groups and distances between them mean nothing.",
        "Van der Maaten and Hinton, Visualizing Data using t-SNE, JMLR 2008",
        False,
        20_000,
        tsne,
    ),
)
