"""By which figure models are tuned against each other."""

from collections.abc import Sequence

from recsys_core.errors import ConfigError
from recsys_core.evaluation import early_stopping_metrics
from recsys_core.models import find_model


def common_metrics(models: Sequence[str]) -> list[str]:
    """The figures that all these models can be tuned by; the first is taken unasked.

    Raises:
        ConfigError: there is no such model.
    """
    choices = [early_stopping_metrics(find_model(key)()) for key in models]
    return [name for name in choices[0] if all(name in others for others in choices)]


def common_metric(models: Sequence[str], metric: str | None = None) -> str:
    """The figure asked for, or one that all these models have: RMSE where all predict ratings, else NDCG@10.

    Raises:
        ConfigError: there is no such model, or one of them has no such figure.
    """
    shared = common_metrics(models)
    if metric is not None and metric not in shared:
        raise ConfigError(
            f"These models cannot be tuned by {metric!r}.", f"Choose one of: {', '.join(shared)}.", "unknown-metric"
        )
    return metric or shared[0]
