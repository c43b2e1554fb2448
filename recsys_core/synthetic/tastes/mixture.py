"""How people are spread in a space of few dimensions."""

import warnings
from dataclasses import dataclass

import numpy as np

from recsys_core.types import Float64

MOST_COMPONENTS = 8
LEAST_PEOPLE = 20  # of a component: a smaller one would tell of single people
MOST_PEOPLE = 20_000  # that are looked at
SOFTENED = 1e-2  # added to variances, where people differ by 1 in each direction


@dataclass(frozen=True)
class Mixture:
    """A mixture of K normal distributions in D dimensions.

    Attributes:
        shares: Float64[K]; means: Float64[K, D]; roots: Float64[K, D, D], lower triangles L with covariance L Lᵀ.
    """

    shares: Float64
    means: Float64
    roots: Float64

    def draw(self, rng: np.random.Generator, n: int) -> Float64:
        """Float64[n, D]."""
        which = rng.choice(len(self.shares), n, p=self.shares)
        noise = rng.standard_normal((n, self.means.shape[1]))
        points = self.means[which]
        for component, root in enumerate(self.roots):
            here = which == component
            points[here] += noise[here] @ root.T
        return points


def fit_mixture(points: Float64, seed: int) -> Mixture:
    """As many components as the Bayesian information criterion (Schwarz, Annals of Statistics 1978) asks for.

    Of those fits alone in which every component stands for ``LEAST_PEOPLE`` or more, but for a single one.

    Args:
        points: Float64[U, D].
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    rng = np.random.default_rng(seed)
    if len(points) > MOST_PEOPLE:
        points = points[rng.choice(len(points), MOST_PEOPLE, replace=False)]
    middle, width = points.mean(0), np.maximum(points.std(0), 1e-6)
    standard = (points - middle) / width
    best, least = None, np.inf
    for n in range(1, MOST_COMPONENTS + 1):
        if n > 1 and len(points) < n * LEAST_PEOPLE:
            break
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a rough fit is a fit
            fitted = GaussianMixture(n, reg_covar=SOFTENED, random_state=seed, max_iter=50).fit(standard)
        criterion = fitted.bic(standard)
        is_crowd = n == 1 or fitted.weights_.min() * len(points) >= LEAST_PEOPLE
        if is_crowd and criterion < least:
            best, least = fitted, criterion
    assert best is not None
    roots = np.linalg.cholesky(best.covariances_) * width[:, None]
    return Mixture(best.weights_ / best.weights_.sum(), best.means_ * width + middle, roots)
