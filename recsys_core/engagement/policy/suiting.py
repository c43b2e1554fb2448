"""Which impressions may judge a model: those of people whom it knows, later than all that it was told of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Ids
from recsys_core.data.findings import counted
from recsys_core.data.impressions.log import Impressions
from recsys_core.engagement.policy.logged import rows_with_propensities
from recsys_core.errors import DataError
from recsys_core.splitting import Split
from recsys_core.types import Bool, Int64


@dataclass(frozen=True)
class Suiting:
    """Impressions that may judge the models of a split.

    Attributes:
        rows: Bool[N], of the log.
        users: Int64[N], the person of the data set; -1 of nobody.
        columns: Int64[I], the item of the data set that each logged item is; -1 of none.
        new: Bool[N], whether what was shown was new to the person: lists of models leave known items out.
        begins: people whose impressions begin after a click of theirs, because what is known of them ends with one.
    """

    rows: Bool
    users: Int64
    columns: Int64
    new: Bool
    begins: int


def suiting(log: Impressions, split: Split, same_for_all: bool) -> Suiting:
    """The impressions of a log that may judge models which learned from this split.

    Impressions before a person's last known event are left out: clicks among them are what the model learned from, and
    it would be judged on what it was told. Where all known events come before all held-out ones, impressions begin for
    everybody with the last known event of all. A log without people can judge lists that are the same for all.

    Args:
        same_for_all: whether the model shows everybody the same.

    Raises:
        DataError: none may, in words.
    """
    usable = rows_with_propensities(log)
    columns = positions_in(log.item_ids, split.dataset.item_ids)
    nobody = np.full(len(log), -1, dtype=np.int64)
    if log.users is None:
        if not same_for_all:
            raise DataError(
                f"The log {log.name} names no people, so lists that are made for each person cannot be judged by it.",
                "Choose a model that shows everybody the same, such as popularity, or a log with people.",
                "no-people",
            )
        return Suiting(usable, nobody, columns, usable, 0)
    known = split.test.known
    if log.times is None or known.times is None:
        raise DataError(
            f"Without times in the log {log.name} and in the ratings, it cannot be told which impressions came after "
            "what the model learned from.",
            "Use a log and ratings that have times.",
            "no-times",
        )
    users = positions_in(log.user_ids, split.dataset.user_ids)[log.users]
    last = np.full(len(known), np.iinfo(np.int64).max)
    has_events = known.lengths() > 0
    last[has_events] = known.times[known.indptr[1:][has_events] - 1]
    to_find = split.test.targets.times
    one_moment = (
        to_find is not None and len(to_find) > 0 and len(known.times) > 0 and known.times.max() <= to_find.min()
    )
    if one_moment:
        last[has_events] = known.times.max()
    rows = usable & (users >= 0) & (log.times > last[users])
    if not rows.any():
        raise DataError(
            f"None of {counted(len(log), 'impression')} of the log {log.name} is of a person whom the model knows and "
            "later than what it was told of that person.",
            "Use a log that goes on after the ratings, or a split that holds out the last events.",
            "nothing-later",
        )
    pairs = np.repeat(np.arange(len(known)), known.lengths()) * known.n_items + known.items
    shown = users * known.n_items + columns[log.items]
    new = rows & ~(np.isin(shown, pairs) & (columns[log.items] >= 0))
    return Suiting(rows, users, columns, new, 0 if one_moment else len(np.unique(users[rows])))


def positions_in(these: Ids, those: Ids) -> Int64:
    """Int64[n], where each id stands among others; -1 where it does not."""
    return np.asarray(pd.Index(those.values, dtype=object).get_indexer(pd.Index(these.values, dtype=object)))
