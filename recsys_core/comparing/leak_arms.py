"""Two ways to learn for the same test: from anybody's future, as leave-one-out does, and from the past alone.

Leave-one-out learns from what other people did after the event that is to be found; a cut in time does not. Whoever
compares the two as they come compares other people, other events to find, other histories and other amounts of data as
well. Here all of that is held equal, and the moment at which others acted is the one thing that differs:

- the same people are judged, those whose last event comes soonest after the cut, and their last event is to be found;
- models never learn from these people, they are told of them by all their earlier events;
- both learn from as many other people, with histories of the same lengths: before the cut, or from any time.

Ji, Sun, Zhang and Li, A Critical Study on Data Leakage in Recommender System Offline Evaluation, TOIS 41(3), 2023.
"""

from dataclasses import dataclass

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import counted
from recsys_core.data.interactions import Interactions
from recsys_core.errors import SplitError
from recsys_core.splitting import KNOWN, TEST, TRAIN, UNUSED, VALID, Roles, Split, SplitRecipe
from recsys_core.splitting.holding_out import last_of_each_user, latest_first
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL
from recsys_core.types import Bool, Int64

MOST_JUDGED = 500  # more would stretch over a longer time after the cut
ENOUGH_JUDGED = 200  # with fewer, few differences are beyond chance
FEWEST_TO_VALIDATE_FROM = 3  # learned events of a person; of fewer, none is held out for validation


@dataclass(frozen=True)
class Arms:
    """Both ways.

    Attributes:
        with_future, without_future: the same test, the same amount to learn from.
        cut: unix seconds; nothing from then on is learned without the future.
        until: unix seconds, the last of the events to find.
    """

    with_future: Split
    without_future: Split
    cut: int
    until: int


def arms(dataset: Dataset, recipe: SplitRecipe) -> Arms:
    """Both ways to learn from a data set.

    The cut lies in the middle of the events, or as far before it as it takes for 200 people to be judged. At most half
    of those who are active after it are judged: the others are the future.

    Args:
        dataset: with times.
        recipe: of the runs that are looked at; its threshold and its seed hold here too.

    Raises:
        SplitError: there are no times, or too few people to judge.
    """
    events = dataset.interactions
    if not events.has_order or events.times is None:
        raise SplitError(
            f"The data set {dataset.name!r} has no times, so nobody can tell what was the future.",
            "Import the file again with its column of times.",
            "no-times",
        )
    rng = np.random.default_rng(recipe.seed)
    targets = _last_events(dataset, recipe, rng)
    cut = _cut(events.times, events.times[targets])
    after = targets[events.times[targets] >= cut]
    judged = after[: min(MOST_JUDGED, len(after) // 2)]
    others = ~np.isin(events.users, events.users[judged])
    past = others & (events.times < cut)
    if len(judged) < FEWEST_FOR_INTERVAL or not past.any():
        raise SplitError(
            f"The last events of only {counted(len(judged), 'person')} can be judged with a past to learn from: too "
            "few to say anything about leaks.",
            "Bring people with at least two events, at different times.",
            "too-few-to-judge",
        )
    roles = np.where(others, UNUSED, KNOWN).astype(np.int8)
    roles[judged] = TEST
    return Arms(
        Split(dataset, _learning(events, roles, _mirrored(events, past, others, rng), rng), recipe),
        Split(dataset, _learning(events, roles, past, rng), recipe),
        cut=int(cut),
        until=int(events.times[judged].max()),
    )


def _last_events(dataset: Dataset, recipe: SplitRecipe, rng: np.random.Generator) -> Int64:
    """Positions of the last event of each person with earlier ones, where it is worth finding; in order of time."""
    events = dataset.interactions
    order, places = latest_first(events, rng)
    last = order[places == 0]
    good = events.user_counts()[events.users[last]] >= 2
    if recipe.threshold is not None:
        good &= events.values[last] >= recipe.threshold
    last = last[good]
    assert events.times is not None
    return last[np.argsort(events.times[last], kind="stable")]


def _cut(times: Int64, ends: Int64) -> np.int64:
    """The middle of the events, or the latest moment before it that enough people outlast; ``ends`` ascend."""
    middle = np.sort(times)[len(times) // 2]
    wanted = min(2 * ENOUGH_JUDGED, 2 * len(ends) // 3)
    return np.int64(min(middle, ends[len(ends) - wanted])) if wanted else middle


def _mirrored(events: Interactions, past: Bool, others: Bool, rng: np.random.Generator) -> Int64:
    """Positions of histories of the same lengths as those in ``past``, from any time in the life of any other people.

    The longest one is drawn first, from the people who have as many events; each person is drawn once at most. That
    always succeeds, since nobody has fewer events in all than in the past.
    """
    assert events.times is not None
    lengths = np.bincount(events.users[past], minlength=events.n_users)
    lengths = -np.sort(-lengths[lengths > 0])
    rows = np.flatnonzero(others)
    rows = rows[np.lexsort((events.times[rows], events.users[rows]))]
    totals = np.bincount(events.users[rows], minlength=events.n_users)
    starts = np.concatenate([[0], np.cumsum(totals)])[:-1]
    people = np.argsort(-totals, kind="stable")
    long_enough = np.searchsorted(-totals[people], -lengths, side="right")
    waiting: list[int] = []
    drawn = np.empty(len(lengths), dtype=np.int64)
    for place, before, until in zip(
        range(len(lengths)), np.concatenate([[0], long_enough[:-1]]), long_enough, strict=True
    ):
        waiting.extend(people[before:until])
        pick = int(rng.integers(len(waiting)))
        waiting[pick], waiting[-1] = waiting[-1], waiting[pick]
        drawn[place] = waiting.pop()
    first = starts[drawn] + rng.integers(totals[drawn] - lengths + 1)
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return rows[np.repeat(first, lengths) + within]


def _learning(events: Interactions, roles: Roles, learned: Int64 | Bool, rng: np.random.Generator) -> Roles:
    """The roles, with these events to learn from; the last one of each person's validates."""
    roles = roles.copy()
    rows = np.arange(len(events))[learned]
    mine = events.take(rows)
    order, places = latest_first(mine, rng)
    counts = mine.user_counts()
    validating = (counts >= FEWEST_TO_VALIDATE_FROM).astype(np.int64)
    roles[rows] = last_of_each_user(mine, order, places, np.zeros_like(counts), validating)
    assert np.isin(roles[rows], (TRAIN, VALID)).all()
    return roles


def future_share(split: Split) -> float | None:
    """The share of the training events that are later than an event to find, 0..1, as a mean over these events.

    None where nobody can tell: there are no times, or nothing to learn from or to find.
    """
    train, test = split.events(TRAIN), split.events(TEST)
    if not split.dataset.interactions.has_order or train.times is None or test.times is None:
        return None
    if not len(train) or not len(test):
        return None
    later = len(train) - np.searchsorted(np.sort(train.times), test.times, side="right")
    return float(later.mean() / len(train))
