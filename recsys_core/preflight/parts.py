"""What a model that tells of no progress takes to learn: from small parts of the data, by how its work grows."""

from dataclasses import replace

import numpy as np
from scipy.optimize import nnls

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.data.interactions import Interactions
from recsys_core.models import Recommender
from recsys_core.preflight.clock import now
from recsys_core.training.context import Cancelled, FitContext
from recsys_core.types import Int64

FEWEST = 256  # people, or items
LONG_ENOUGH = 0.25  # seconds of learning a part that tell how fast the machine is


def learn_parts(model: Recommender, train: Dataset, context: FitContext) -> tuple[float, float]:
    """Seconds that learning all the data would take, and seconds that were spent to find out.

    Ever more people are learned with few items, then ever more items with few people; the cost of each kind of work
    follows from all of these by least squares.

    Args:
        model: declares its work.
        train: the real training data.
        context: of the real training.
    """
    rng = np.random.default_rng(context.seed)
    people = rng.permutation(np.flatnonzero(train.interactions.user_counts()))
    items = np.argsort(-train.interactions.item_counts(), kind="stable")  # the popular ones hold most events
    watched: list[tuple[tuple[float, ...], float]] = []

    def learn(n_people: int, n_items: int) -> float:
        if context.cancel():
            raise Cancelled
        part = cut_out(train, people[:n_people], items[:n_items])
        started = now()
        type(model)(model.config).fit(part, context)
        watched.append((model.work(part), now() - started))
        return watched[-1][1]

    learn(FEWEST, FEWEST)  # compiles loops
    n_people, n_items = FEWEST, FEWEST
    while learn(n_people, FEWEST) < LONG_ENOUGH and n_people < len(people):
        n_people *= 2
    while learn(FEWEST, n_items) < LONG_ENOUGH and n_items < len(items):
        n_items *= 2
    (first, with_compiling), warm = watched[0], watched[1:]
    took = np.array([seconds for _, seconds in warm])
    costs, _ = nnls(np.array([work for work, _ in warm]) / took[:, None], np.ones(len(took)))  # relative errors
    compiling = max(0.0, with_compiling - float(np.array(first) @ costs))
    whole = float(np.array(model.work(train)) @ costs)
    return compiling + whole, sum(seconds for _, seconds in watched)


def cut_out(train: Dataset, people: Int64, items: Int64) -> Dataset:
    """The events between these people and these items, as a data set of their own."""
    events = train.interactions
    place_of_person, place_of_item = np.full(train.n_users, -1, np.int32), np.full(train.n_items, -1, np.int32)
    place_of_person[people], place_of_item[items] = np.arange(len(people)), np.arange(len(items))
    kept = (place_of_person[events.users] >= 0) & (place_of_item[events.items] >= 0)
    inside = Interactions(
        place_of_person[events.users[kept]],
        place_of_item[events.items[kept]],
        events.values[kept],
        None if events.times is None else events.times[kept],
        len(people),
        len(items),
    )
    return replace(
        train,
        interactions=inside,
        user_ids=Ids(train.user_ids.values[people]),
        item_ids=Ids(train.item_ids.values[items]),
        user_table=train.user_table.iloc[people].reset_index(drop=True),
        item_table=train.item_table.iloc[items].reset_index(drop=True),
    )
