"""What a generator may learn from."""

from dataclasses import replace

import numpy as np

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.splitting import Split


def training_part(parts: Split) -> Dataset:
    """The training events, and the people who have some: of the others not even a profile is learned."""
    return with_events(parts.train)


def with_events(dataset: Dataset) -> Dataset:
    """The same data set without the people who have no events; all items stay."""
    events = dataset.interactions
    people = np.flatnonzero(events.user_counts())
    places = np.zeros(dataset.n_users, dtype=np.int32)
    places[people] = np.arange(len(people), dtype=np.int32)
    return replace(
        dataset,
        interactions=replace(events, users=places[events.users], n_users=len(people)),
        user_ids=Ids(dataset.user_ids.values[people]),
        user_table=dataset.user_table.iloc[people].reset_index(drop=True),
    )
