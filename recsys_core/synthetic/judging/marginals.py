"""What generated people do, one thing at a time: how much, which items, what they think of them, and when."""

import numpy as np
from scipy.stats import spearmanr

from recsys_core.data.interactions import Histories
from recsys_core.synthetic.judging.aspects import Aspect, Chart, Curve
from recsys_core.synthetic.judging.distances import Numbers, kolmogorov_smirnov, shares, survival, total_variation
from recsys_core.synthetic.judging.pair import Pair
from recsys_core.types import Feedback, Int64

KS, TV = "Kolmogorov–Smirnov distance", "total variation"
MOST_LEVELS, MOST_POINTS = 101, 300
HOUR, DAY = 3600, 86_400
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
THURSDAY = 3  # 1970 began on one
# A pause that ends a session. Times between events fall into two heaps, within a visit and between visits, and an hour
# parts them on many sites, a film recommender among them (Halfaker et al., User Session Identification Based on Strong
# Regularities in Inter-activity Time, WWW 2015).
PAUSE = HOUR


def activity(pair: Pair, _: np.random.Generator) -> Aspect:
    """Events of a person."""
    real, synthetic = (side.lengths() for side in pair.sides)
    words = f"A typical generated person has {np.median(synthetic):,.0f} events, a real one {np.median(real):,.0f}."
    return _by_ks("activity", "Activity", real, synthetic, words, "events of a person", "share of people")


def popularity(pair: Pair, rng: np.random.Generator) -> Aspect:
    """Which share of people met an item, over all items. As many people of both are counted, since an item's share of
    few people is as coarse as they are few."""
    even = pair.even(rng)
    counts = [np.bincount(side.items, minlength=len(pair.catalogue)) for side in even.sides]
    real, synthetic = (_of_catalogue(each, pair, place) for place, each in enumerate(counts))
    n = len(even.real)
    words = (
        f"The best known item was met by {synthetic.max() / n:.0%} of generated people, "
        f"that of real ones by {real.max() / n:.0%}."
    )
    return _by_ks("popularity", "Popularity", real / n, synthetic / n, words, "share of people", "share of items")


def item_ranks(pair: Pair, rng: np.random.Generator) -> Aspect | None:
    """Which items are popular, over those that stand in both catalogues, from as many people of both."""
    even = pair.even(rng)
    real, synthetic = (np.bincount(side.items, minlength=len(pair.catalogue)) for side in even.sides)
    rank = rank_correlation(*(counts[pair.catalogue.shared] for counts in (real, synthetic)))
    if rank is None:
        return None
    shared, n = pair.catalogue.shared, len(even.real)
    best = shared[np.argsort(-real[shared], kind="stable")[:MOST_POINTS]]
    return Aspect(
        "item_ranks",
        "Which items are popular",
        "Spearman correlation",
        rank,
        max(0.0, rank),
        f"Item by item, the ranks of popularity correlate by {rank:.2f}.",
        Chart(
            "points",
            "share of real people",
            "share of generated people",
            Curve([], (real[best] / n).tolist()),
            Curve([], (synthetic[best] / n).tolist()),
            [],
        ),
    )


def rank_correlation(one: Int64, other: Int64) -> float | None:
    """Spearman's; None where a side does not vary or there are fewer than three pairs."""
    if len(one) < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(spearmanr(one, other).statistic)


def ratings(pair: Pair, _: np.random.Generator) -> Aspect | None:
    """The values on the scale, or the weights of implicit events where they differ."""
    real, synthetic = (side.values for side in pair.sides)
    if pair.feedback is None or (pair.feedback is Feedback.IMPLICIT and np.ptp(np.concatenate([real, synthetic])) == 0):
        return None
    noun = "rating" if pair.feedback is Feedback.EXPLICIT else "weight"
    words = f"The mean {noun} is {synthetic.mean():.2f}, that of real people {real.mean():.2f}."
    levels = np.unique(np.concatenate([real, synthetic]))
    if len(levels) > MOST_LEVELS:
        return _by_ks("ratings", f"{noun.capitalize()}s", real, synthetic, words, noun, "share of events")
    counts = [np.bincount(np.searchsorted(levels, side), minlength=len(levels)) for side in (real, synthetic)]
    names = [f"{float(str(level)):g}" for level in levels]
    return _by_tv("ratings", f"{noun.capitalize()}s", counts, names, words, noun)


def hours(pair: Pair, _: np.random.Generator) -> Aspect | None:
    """The hour of the day (UTC)."""
    if pair.real.times is None or pair.synthetic.times is None:
        return None
    counts = [np.bincount(times % DAY // HOUR, minlength=24) for times in (pair.real.times, pair.synthetic.times)]
    real, synthetic = (int(each.argmax()) for each in counts)
    words = f"Generated people are busiest from {synthetic}:00 (UTC), real ones from {real}:00."
    return _by_tv("hours", "Hour of the day", counts, [str(hour) for hour in range(24)], words, "hour (UTC)")


def weekdays(pair: Pair, _: np.random.Generator) -> Aspect | None:
    """The day of the week (UTC)."""
    if pair.real.times is None or pair.synthetic.times is None:
        return None
    counts = [
        np.bincount((times // DAY + THURSDAY) % 7, minlength=7) for times in (pair.real.times, pair.synthetic.times)
    ]
    real, synthetic = (float(shares(each)[5:].sum()) for each in counts)
    words = f"{synthetic:.0%} of generated events are on weekends, {real:.0%} of real ones."
    return _by_tv("weekdays", "Day of the week", counts, list(DAYS), words, "day (UTC)")


def sessions(pair: Pair, _: np.random.Generator) -> Aspect | None:
    """Events in a session: what a person does without a pause of more than an hour."""
    if not (pair.real.has_order and pair.synthetic.has_order):
        return None
    real, synthetic = (_session_lengths(side) for side in pair.sides)
    words = f"A generated session has {synthetic.mean():.1f} events on average, a real one {real.mean():.1f}."
    return _by_ks("sessions", "Session length", real, synthetic, words, "events of a session", "share of sessions")


def _session_lengths(side: Histories) -> Int64:
    assert side.times is not None
    begins = np.ones(len(side.items), dtype=bool)
    begins[1:] = np.diff(side.times) > PAUSE
    begins[side.indptr[:-1][side.lengths() > 0]] = True
    return np.diff(np.append(np.flatnonzero(begins), len(begins)))


def _of_catalogue(counts: Int64, pair: Pair, place: int) -> Int64:
    """Events of the items of the real catalogue (0), or of the generated one (1)."""
    if place == 0:
        return counts[: pair.n_items[0]]
    return np.concatenate([counts[pair.catalogue.shared], counts[len(counts) - pair.n_new :]])


def _by_ks(key: str, title: str, real: Numbers, synthetic: Numbers, words: str, across: str, up: str) -> Aspect:
    distance = kolmogorov_smirnov(real, synthetic)
    one, other = (Curve(*survival(side)) for side in (real, synthetic))
    return Aspect(key, title, KS, distance, 1 - distance, words, Chart("survival", across, up, one, other, []))


def _by_tv(key: str, title: str, counts: list[Int64], names: list[str], words: str, across: str) -> Aspect:
    real, synthetic = (shares(each) for each in counts)
    distance = total_variation(real, synthetic)
    chart = Chart("bars", across, "share of events", Curve([], real.tolist()), Curve([], synthetic.tolist()), names)
    return Aspect(key, title, TV, distance, 1 - distance, words, chart)
