"""Cards of runs as the store lists them, without their runs."""

from typing import Any

import numpy as np

from recsys_core.comparing.comparison import Comparison, compare
from recsys_core.comparing.contenders import contenders
from recsys_core.statistics.estimates import PerUser
from tests.statistics.people import mean_of


def card(
    model: str = "neumf", title: str = "", seed: int = 0, epochs: int | None = 5, **passport: Any
) -> dict[str, Any]:
    recipe = {"key": "random", "seed": 0, "test_share": 0.2, "threshold": None, "folds": 5, "fold": 1}
    recipe |= passport.pop("recipe", {})
    split = {"fingerprint": passport.pop("split", "f" * 64), "recipe": recipe, "train": 70, "valid": 10, "test": 20}
    return {
        "model": model,
        "title": title or model,
        "epochs": epochs,
        "ending": "",
        "passport": {
            "dataset": {"name": "films", "fingerprint": "d" * 64},
            "split": split,
            "candidates": "all items",
            "config": {"embedding_size": 8},
            "seed": seed,
            "stopping_metric": None,
            "device": "cpu",
            "versions": {"foretaste": "1"},
        }
        | passport,
    }


def compared(values: dict[str, list[Any]], metric: str = "ndcg@10", deterministic: tuple[str, ...] = ()) -> Comparison:
    """Model → a figure per person for each of its seeds."""
    abouts, figures = {}, {}
    for model, seeds in values.items():
        for seed, figure in enumerate(seeds):
            run = f"{model}-{seed}"
            abouts[run] = card(model, model.upper(), seed, None if model in deterministic else 5)
            figures[run] = figure if isinstance(figure, PerUser) else mean_of(np.asarray(figure))
    return compare(contenders(abouts), figures, metric)
