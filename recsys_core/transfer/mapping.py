"""From where people stand in one space to where they stand in another."""

from collections.abc import Mapping

import numpy as np

from recsys_core.training.warm_start import Learned, Weights
from recsys_core.types import Float32, Int64

TRUSTED_AFTER = 5.0  # events, at which a person's own rows count as much as the translated ones
PULLS = np.logspace(-2, 4, 13)


def mapped_people(vectors: Float32, rows: Mapping[str, Learned], people: Int64, counts: Int64) -> Weights:
    """Rows of people by a linear map from another space (EMCDR; Man, Shen, Jin and Cheng, IJCAI 2017).

    The map is learned by ridge regression from those who have events here, each counting as many times as they have
    events, with the pull that leaves least error on each person in turn. The more events a person has, the more of that
    person's own row is kept.

    Args:
        vectors: Float32[n, d], of the people in the other space.
        rows: what was learned here about people, by name: tensors that begin with a row for each of U.
        people: Int64[n], which of U they are.
        counts: Int64[U], their events here.
    """
    import torch
    from sklearn.linear_model import RidgeCV

    weights = counts[people].astype(np.float64)
    known = weights > 0
    kept = (weights / (weights + TRUSTED_AFTER))[:, None]
    found: Weights = {}
    for name, one in rows.items():
        own = one.tensor.detach().cpu().numpy()[people].reshape(len(people), -1)
        if known.sum() < 2:  # nothing to learn a map from
            found[name] = one.tensor.detach()[torch.from_numpy(people)].clone()
            continue
        regression = RidgeCV(PULLS).fit(vectors[known], own[known], sample_weight=weights[known])
        mapped = regression.predict(vectors).reshape(own.shape)
        mixed = (kept * own + (1 - kept) * mapped).astype(np.float32)
        found[name] = torch.from_numpy(mixed.reshape(len(people), *one.tensor.shape[1:]))
    return found
