"""Whose list is looked at."""

import numpy as np

from pages.shared import choose
from recsys_core.runs.run_files import LoadedRun

PEOPLE_OFFERED = 500


def choose_person(run: LoadedRun) -> int:
    """Somebody with held-out items; any other id may be typed."""
    dataset, test = run.split.dataset, run.split.test
    choose.forget_unless_of(choose.PERSON, dataset.fingerprint)  # ids of one data set mean nothing in another
    known = test.known.lengths()
    judged = test.warm_users if len(test.warm_users) else np.arange(dataset.n_users)
    offered = judged[np.argsort(-known[judged], kind="stable")][:PEOPLE_OFFERED]
    ids = [str(dataset.user_ids.values[user]) for user in offered]

    def name(identifier: str) -> str:
        user = dataset.user_ids.positions.get(identifier)
        return identifier if user is None else f"{dataset.person(user)} · {known[user]:,} known"

    return dataset.user_ids.find(choose.choose("Person", choose.PERSON, ids, name, accept_new=True), "person")
