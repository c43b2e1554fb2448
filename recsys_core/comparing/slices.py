"""Ways to cut the judged people into slices: who they are, what they know, when they were here.

A new way is one function and one line of ``SLICINGS``.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from recsys_core.comparing.cutting import DATES, NUMBERS, PERCENTS, UNTIL, Cut, by_amount, by_attribute, by_value
from recsys_core.splitting import Split
from recsys_core.types import Feedback, Int64

FEWEST = 30  # people in a slice that anything is said about

# A way to cut these people, Int64[n], of a split so that slices have at least so many of them. It gives a cut for each
# thing that it can cut them by, and none where they do not differ.
Slicing = Callable[[Split, Int64, int], list[Cut]]


def cuts(split: Split, people: Int64, fewest: int = FEWEST) -> list[Cut]:
    """All cuts that tell people apart: those with at least two slices of ``fewest`` people.

    Args:
        split: what is known of them.
        people: Int64[n], who is cut.
        fewest: people in a slice.
    """
    found = [cut for slicing in SLICINGS for cut in slicing(split, people, fewest)]
    return [cut for cut in found if (cut.sizes >= fewest).sum() >= 2]


def _activity(split: Split, people: Int64, fewest: int) -> list[Cut]:
    """How much is known of them."""
    noun = "rating" if split.dataset.feedback is Feedback.EXPLICIT else "event"
    counts = split.test.known.lengths()[people].astype(np.float64)
    cut = by_amount("activity", "Activity", counts, fewest, NUMBERS, noun=noun)
    return [replace(cut, meaning=f"How many {noun}s of a person are known when the lists are made.")]


def _popularity(split: Split, people: Int64, fewest: int) -> list[Cut]:
    """How popular what they know is: the mean share of all people who have each of their items in training."""
    known, train = split.test.known.take(people), split.train.interactions
    popularity = 100 * train.item_counts() / max(1, int((train.user_counts() > 0).sum()))
    row = np.repeat(np.arange(len(known)), known.lengths())
    sums = np.bincount(row, popularity[known.items], minlength=len(known))
    share = np.full(len(known), np.nan)
    np.divide(sums, known.lengths(), out=share, where=known.lengths() > 0)
    cut = by_amount("popularity", "Popularity of taste", share, fewest, PERCENTS)
    meaning = "Of each item that a person knows, the share of all people who have it in training; the mean of that."
    return [replace(cut.ends_called("niche", "mainstream"), meaning=meaning)]


def _genre(split: Split, people: Int64, fewest: int) -> list[Cut]:
    """The genre that they met most; of several, the first by name."""
    genres = split.dataset.item_table["genres"]
    lengths = genres.map(len).to_numpy()
    names, column = np.unique(np.array([name for one in genres for name in one], dtype=object), return_inverse=True)
    if not len(names):
        return []
    rows = np.repeat(np.arange(len(genres)), lengths)
    of_items = csr_array((np.ones(len(rows)), (rows, column)), shape=(len(genres), len(names)))
    known = split.test.known.take(people)
    met = csr_array((np.ones(len(known.items)), known.items, known.indptr), shape=(len(known), len(genres))) @ of_items
    most = np.where(met.max(axis=1).toarray().ravel() > 0, names[met.argmax(axis=1)], "")
    cut = by_value("genre", "Main genre", most, fewest)
    return [replace(cut, meaning="The genre of most of the items that a person knows.")]


def _last_seen(split: Split, people: Int64, fewest: int) -> list[Cut]:
    """When they did the last thing that is known of them."""
    known = split.test.known.take(people)
    if known.times is None:
        return []
    last = np.full(len(known), np.nan)
    some = known.lengths() > 0
    last[some] = known.times[known.indptr[1:][some] - 1]
    cut = by_amount("last-seen", "Last seen", last, fewest, DATES, words=UNTIL)
    return [replace(cut, meaning="When the last thing happened that is known of a person, before what is held out.")]


def _met_before(split: Split, people: Int64, fewest: int) -> list[Cut]:
    """Whether models learned from them, or know them only by what they are told when a list is asked for."""
    strange = np.isin(people, split.test.strangers)
    cut = by_value("met", "Met in training", np.where(strange, "never met", "met").astype(object), fewest)
    return [
        replace(cut, meaning="Models know whom they never met only by what they are told when a list is asked for.")
    ]


def _attributes(split: Split, people: Int64, fewest: int) -> list[Cut]:
    """What the table of people says about them."""
    table = split.dataset.user_table
    return [by_attribute(name, table[name].iloc[people], fewest) for name in split.dataset.user_attributes]


SLICINGS: tuple[Slicing, ...] = (_activity, _popularity, _genre, _last_seen, _met_before, _attributes)
