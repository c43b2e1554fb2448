"""Rows that repeat the column names, as files do that were put together from several."""

import numpy as np

from recsys_core.data.checking.sieve import Sieve
from recsys_core.data.findings import counted
from recsys_core.data.recipe import Recipe


def leave_out_headers(sieve: Sieve, recipe: Recipe) -> None:
    """Leave out rows whose user and item are the names of their columns."""
    repeated = np.ones(len(sieve.table), dtype=bool)
    for name in (recipe.user, recipe.item):
        assert name is not None
        column = sieve.table.column(name)
        same = (column.texts.str.strip() == name.strip()).to_numpy(dtype=bool)
        if not same.any():
            return
        repeated &= column.spread(same)
    places = ", ".join(sieve.table.place(row) for row in np.flatnonzero(repeated)[:5].tolist())
    sieve.leave_out(
        repeated,
        "repeats the header",
        "header-in-data",
        lambda n: (
            f"{counted(n, 'row')} in the middle {'repeats' if n == 1 else 'repeat'} the header ({places}): the "
            f"file was put together from several. {'It was' if n == 1 else 'They were'} left out."
        ),
    )
