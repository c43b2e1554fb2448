"""Small runs that are served."""

from dataclasses import replace

import numpy as np

from recsys_core.data.dataset import Dataset, Scale, blank_item_table
from recsys_core.data.interactions import Interactions
from recsys_core.models import find_model
from recsys_core.runs.run_files import LoadedRun
from recsys_core.serve.served import Served
from recsys_core.splitting import SplitRecipe, split
from recsys_core.types import Feedback
from tests import worlds

N_USERS, N_ITEMS = 40, 60


def ratings() -> Dataset:
    """40 people who rated about a quarter of 60 items, 1 to 5; every third item is a Western."""
    rng = np.random.default_rng(3)
    users, items = np.nonzero(rng.random((N_USERS, N_ITEMS)) < 0.25)
    events = Interactions(
        users.astype(np.int32),
        items.astype(np.int32),
        rng.integers(1, 6, len(users)).astype(np.float32),
        np.arange(len(users), dtype=np.int64),
        N_USERS,
        N_ITEMS,
    )
    made = replace(worlds.dataset([], N_USERS, N_ITEMS, scale=Scale(1, 5, 1)), interactions=events, name="ratings")
    table = blank_item_table(N_ITEMS)
    table["title"] = [f"Film {item:02}" for item in range(N_ITEMS)]
    table["genres"] = [("Western",) if item % 3 == 0 else ("Drama",) for item in range(N_ITEMS)]
    return replace(made, item_table=table)


def served(key: str = "als", recipe: SplitRecipe | None = None, dataset: Dataset | None = None) -> Served:
    """A run of a model, trained here and now."""
    parts = split(dataset or ratings(), recipe or SplitRecipe())
    settings = {"embedding_size": 8, "epochs": 2} if key in ("als", "bpr", "mf") else {}
    kind = find_model(key)
    model = kind(kind.Config.parse(settings)).fit(parts.train)
    about = {"metrics": {}, "passport": {"versions": {}}}
    return Served(f"{key}-1", LoadedRun(about, model, parts))


def implicit() -> Dataset:
    """The same without ratings."""
    made = ratings()
    ones = replace(made.interactions, values=np.ones_like(made.interactions.values))
    return replace(made, interactions=ones, feedback=Feedback.IMPLICIT, scale=None)
