"""The plain models that each other one is measured against."""

from recsys_core.metrics import METRICS, RatingMetric

# The simplest first; a model worth its training beats them.
RANKING: tuple[str, ...] = ("popularity", "ease")
RATING: tuple[str, ...] = ("bias", "biased_mf")


def baselines_of(metric: str) -> tuple[str, ...]:
    """Keys of the plain models for a figure such as "ndcg@10" or "rmse"."""
    of_ratings = {one.about.key for one in METRICS if isinstance(one, RatingMetric)}
    return RATING if metric.partition("@")[0] in of_ratings else RANKING


def plainer_than(model: str, metric: str) -> tuple[str, ...]:
    """Keys of those that a model is measured against: none for the simplest of all."""
    keys = baselines_of(metric)
    return keys[: keys.index(model)] if model in keys else keys
