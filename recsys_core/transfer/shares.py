"""A target of which only a part is there yet."""

from dataclasses import replace

import numpy as np

from recsys_core.splitting import HIDDEN, TRAIN, VALID, Split

SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0)


def at_share(parts: Split, share: float, seed: int) -> Split:
    """The split as it would be if only this share of its training and validation events were there.

    The others are learned by nobody and told to nobody, but stay out of the lists, so that the test asks the same at
    every share. With one seed, what is there at a smaller share is there at a larger one too.

    Args:
        share: 0 to 1.
    """
    drawn = np.random.default_rng(seed).random(len(parts.roles))
    absent = np.isin(parts.roles, (TRAIN, VALID)) & (drawn >= share)
    return replace(parts, roles=np.where(absent, HIDDEN, parts.roles).astype(np.int8))
