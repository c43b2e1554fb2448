"""What goes together in the histories of generated people, and how varied they are."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds

from recsys_core.data.interactions import Histories
from recsys_core.synthetic.judging.aspects import Aspect, Chart, Curve
from recsys_core.synthetic.judging.distances import correlation, kolmogorov_smirnov, survival
from recsys_core.synthetic.judging.marginals import KS, MOST_POINTS
from recsys_core.synthetic.judging.pair import Pair, met
from recsys_core.types import Bool, Float32, Float64

POPULAR = 100  # items whose pairs are looked at; of rarer ones chance alone decides who met both
FEWEST_GENRES = 3  # of two, three pairs correlate anyway
RARE_GENRE = 0.005  # a smaller share of the events says nothing
VALUES = 20  # singular values
MOST_PEOPLE = 4000  # at random, where a figure asks for more work than counting
DIGITS = 6  # so that no difference at all is 0


def co_occurrence(pair: Pair, rng: np.random.Generator) -> Aspect | None:
    """How much more often two popular items are met by one person than if nobody had a taste (their lift).

    Over all pairs of the items of both catalogues that most people met on the side where fewer did, at most 100.
    Lifts are compared as logarithms of (people + 1) / (expected people + 1).
    """
    even = pair.even(rng)
    sides = [met(side)[:, pair.catalogue.shared] for side in even.sides]
    least = np.minimum(*(side.sum(axis=0) for side in sides))
    best = np.argsort(-least, kind="stable")[:POPULAR]
    best = best[least[best] > 0]
    above = np.triu_indices(len(best), 1)
    real, synthetic = (_log_lifts(side[:, best].toarray())[above] for side in sides)
    value = correlation(real, synthetic)
    if value is None:
        return None
    words = f"Which popular items go together correlates by {value:.2f} with real people, over {len(real):,} pairs."
    return _correlated("co_occurrence", "Items that go together", value, words, real, synthetic, "lift", rng)


def _log_lifts(matrix: Float32) -> Float64:
    """Float64[n, n], of n items from Float32[people, n] of ones and zeros."""
    together = (matrix.T @ matrix).astype(np.float64)
    alone = np.diag(together)
    return np.log((together + 1) / (np.outer(alone, alone) / len(matrix) + 1))


def genre_pairs(pair: Pair, rng: np.random.Generator) -> Aspect | None:
    """How much more often two events of one person have these two genres than two events of anybody, as logarithms.

    A genre with itself is a pair too: it tells how far people keep to one.
    """
    genres = pair.catalogue.genres
    if not genres.shape[1]:
        return None
    shares = [_genre_shares(side, genres) for side in pair.sides]
    if not all(len(each) for each in shares):
        return None
    common = np.flatnonzero(np.minimum(*(each.mean(axis=0) for each in shares)) >= RARE_GENRE)
    if len(common) < FEWEST_GENRES:
        return None
    above = np.triu_indices(len(common))
    real, synthetic = (_genre_lifts(each[:, common])[above] for each in shares)
    value = correlation(real, synthetic)
    if value is None:
        return None
    words = f"Which genres go together correlates by {value:.2f} with real people, over {len(real):,} pairs."
    return _correlated("genre_pairs", "Genres that go together", value, words, real, synthetic, "lift", rng)


def _genre_shares(side: Histories, genres: csr_array) -> Float64:
    """Float64[people, G], the shares of genres in what each person met; without people of whose items none is known."""
    counts = (met(side) @ genres).toarray()
    totals = counts.sum(axis=1, keepdims=True)
    return (counts / np.maximum(totals, 1))[totals[:, 0] > 0]


def _genre_lifts(shares: Float64) -> Float64:
    alone = shares.mean(axis=0)
    return np.log((shares.T @ shares / len(shares) + 1e-6) / (np.outer(alone, alone) + 1e-6))


def spectrum(pair: Pair, rng: np.random.Generator) -> Aspect | None:
    """The leading singular values of the matrix of who met what, as shares of its length (its Frobenius norm).

    They say how much of what people do follows a few tastes. The first one follows popularity, which has a figure of
    its own, so the distance is that of the others. As many people of both, at most 4,000.
    """
    even = pair.even(rng, MOST_PEOPLE)
    k = min(VALUES, *(min(each) - 1 for each in _shapes(even)))
    if k < 2:
        return None
    real, synthetic = (_leading(side, k) for side in even.sides)
    distance = float(np.abs(real - synthetic)[1:].sum() / real[1:].sum())
    ranks = np.arange(1.0, k + 1).tolist()
    words = (
        f"The {k - 1} strongest tastes carry {(synthetic[1:] ** 2).sum():.0%} of what generated people do, "
        f"and {(real[1:] ** 2).sum():.0%} of what real ones do."
    )
    chart = Chart(
        "lines",
        "singular value",
        "share of the length",
        Curve(ranks, real.tolist()),
        Curve(ranks, synthetic.tolist()),
        [],
    )
    return Aspect("spectrum", "Spectrum", "relative distance", distance, max(0.0, 1 - distance), words, chart)


def _shapes(pair: Pair) -> list[tuple[int, int]]:
    """People, and items that any of them met."""
    return [(len(side), len(np.unique(side.items))) for side in pair.sides]


def _leading(side: Histories, k: int) -> Float64:
    """Float64[k], descending."""
    matrix = met(side).astype(np.float64)
    start = np.ones(min(matrix.shape))  # so that the same people always have the same values
    found = svds(matrix, k, v0=start, return_singular_vectors=False)
    return np.sort(found)[::-1] / np.sqrt(matrix.nnz)


def diversity(pair: Pair, rng: np.random.Generator) -> Aspect | None:
    """How unlike each other the items of a person are: 1 − the mean cosine of pairs, by genres; by words where no
    genres are known. At most 4,000 people of each."""
    facts = pair.catalogue.genres if pair.catalogue.genres.shape[1] else pair.catalogue.words
    if not facts.shape[1]:
        return None
    lengths = np.sqrt(facts.multiply(facts).sum(axis=1))
    rows = facts.copy()
    rows.data = rows.data / np.repeat(lengths, np.diff(rows.indptr))
    even = pair.even(rng, MOST_PEOPLE)
    real, synthetic = (_unlike(side, rows, lengths > 0) for side in even.sides)
    if not len(real) or not len(synthetic):
        return None
    distance = kolmogorov_smirnov(real, synthetic)
    words = (
        f"Two items of a generated person differ by {synthetic.mean():.2f} on average, "
        f"of a real one by {real.mean():.2f}."
    )
    one, other = (Curve(*survival(side)) for side in (real, synthetic))
    chart = Chart("survival", "mean difference of two items", "share of people", one, other, [])
    return Aspect("diversity", "Diversity", KS, distance, 1 - distance, words, chart)


def _unlike(side: Histories, rows: csr_array, is_known: Bool) -> Float64:
    """Float64[people with at least two known items]."""
    matrix = met(side)
    n = matrix @ is_known.astype(np.float64)
    total = matrix @ rows
    alike = total.multiply(total).sum(axis=1) - n
    enough = n >= 2
    return np.round(1 - alike[enough] / (n * (n - 1))[enough], DIGITS)


def coverage(pair: Pair, rng: np.random.Generator) -> Aspect:
    """Which share of its catalogue anybody met, of as many people of both."""
    even = pair.even(rng)
    real, synthetic = (len(np.unique(side.items)) / n for side, n in zip(even.sides, pair.n_items, strict=True))
    words = f"{len(even.real):,} generated people met {synthetic:.0%} of all items, as many real ones {real:.0%}."
    chart = Chart("bars", "", "share of the catalogue", Curve([], [real]), Curve([], [synthetic]), ["met by anybody"])
    score = min(real, synthetic) / max(real, synthetic)
    return Aspect("coverage", "Coverage", "difference of shares", abs(synthetic - real), score, words, chart)


def _correlated(
    key: str,
    title: str,
    value: float,
    words: str,
    real: Float64,
    synthetic: Float64,
    what: str,
    rng: np.random.Generator,
) -> Aspect:
    shown = np.arange(len(real))
    if len(shown) > MOST_POINTS:
        shown = np.sort(rng.choice(len(shown), MOST_POINTS, replace=False))
    chart = Chart(
        "points",
        f"log {what}, real people",
        f"log {what}, generated people",
        Curve([], real[shown].tolist()),
        Curve([], synthetic[shown].tolist()),
        [],
    )
    return Aspect(key, title, "correlation", value, max(0.0, value), words, chart)
