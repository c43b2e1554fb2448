"""Kinds of people differ as they should, and days, seasons and drift are to be seen."""

import numpy as np
import pandas as pd
import pytest

from recsys_core.synthetic.personas.clicks import season_table
from recsys_core.synthetic.personas.domains import DOMAINS
from recsys_core.synthetic.personas.kinds import KINDS, Crowd
from tests.synthetic.lived import Lived, lived

FAMILY = [genre.name for genre in DOMAINS["films"].genres].index("Family")  # its peak is in December


@pytest.fixture(scope="module")
def world() -> Lived:
    return lived(people=800, items=400)


def events_of(world: Lived, kind: str) -> np.ndarray:
    return np.flatnonzero((world.kinds == kind)[world.dataset.interactions.users])


def median_days(world: Lived, kind: str) -> float:
    log = world.log
    days = pd.DataFrame({"user": log.users, "day": world.days(log.times)}).drop_duplicates().groupby("user").size()
    return float(np.median(days.to_numpy()[world.kinds == kind]))


def test_bingers_come_on_few_days_and_do_much_on_them(world):
    log = world.log
    a_day = pd.DataFrame({"user": log.users, "day": world.days(log.times)}).groupby(["user", "day"]).size()
    kinds = world.kinds[a_day.index.get_level_values("user")]
    mean = a_day.groupby(kinds).mean()
    assert mean["binger"] > 3 * mean.drop("binger").max()
    assert median_days(world, "binger") < 0.5 * median_days(world, "fan")


def test_newcomers_join_late_and_do_little(world):
    table = world.dataset.user_table
    late = np.datetime64("2024-08-30")
    assert (table["joined"][world.kinds == "newcomer"] >= late).all()
    assert (table["joined"][world.kinds != "newcomer"] < late).mean() > 0.6
    counts = world.dataset.interactions.user_counts()
    assert np.median(counts[world.kinds == "newcomer"]) < 0.5 * np.median(counts[world.kinds != "newcomer"])


def test_fans_keep_to_one_genre_or_two_and_explorers_to_none(world):
    def concentration(kind):
        of = events_of(world, kind)
        table = pd.crosstab(world.dataset.interactions.users[of], world.main_genres[of]).to_numpy()
        table = np.sort(table[table.sum(axis=1) >= 20], axis=1)
        return (table[:, -2:].sum(axis=1) / table.sum(axis=1)).mean()

    assert concentration("fan") > concentration("explorer") + 0.2


def test_bargain_hunters_pay_less(world):
    prices = world.dataset.item_table["price"].to_numpy()[world.dataset.interactions.items]
    means = pd.Series(prices).groupby(world.kinds[world.dataset.interactions.users]).mean()
    assert means["bargain hunter"] < 0.9 * means.drop("bargain hunter").min()


def test_activity_has_a_long_tail(world):
    counts = world.dataset.interactions.user_counts()
    assert np.quantile(counts, 0.95) > 3 * np.median(counts)
    crowd = world.population.crowd(0)[0]
    stay = crowd.last - crowd.first + 1
    often = (crowd.sessions / stay)[(stay > 100) & (crowd.kinds == 1)]
    assert np.quantile(often, 0.95) > 2.5 * np.median(often)  # of one kind alone


def test_who_joins_comes_on_that_day(world):
    crowd = world.population.crowd(0)[0]
    joined = world.dataset.user_table["joined"].to_numpy()[: len(crowd)].astype(np.int64)
    off = world.days(joined) - crowd.first
    new = crowd.since == 0
    assert np.abs(off[new]).max() <= 1  # clocks differ
    assert (joined[~new] < np.datetime64("2024-01-01", "s").astype(int)).all()


def test_popularity_has_a_long_tail(world):
    counts = np.sort(world.dataset.interactions.item_counts())[::-1]
    assert counts[:40].sum() > 0.25 * counts.sum()
    assert counts[0] > 5 * np.median(counts)


def test_people_come_back(world):
    others = world.kinds != "newcomer"
    log = world.log
    days = pd.DataFrame({"user": log.users, "day": world.days(log.times)}).drop_duplicates().groupby("user")["day"]
    assert (days.size()[others] >= 3).mean() > 0.7
    gaps = days.diff().dropna()
    assert gaps.max() > 5 * gaps.median()  # bursts, and long times between them


def test_evenings_and_week_ends_are_busier():
    world = lived(people=400, settings=(("time_zones", "one"),))
    starts = world.log.times[world.log.positions == 1]
    hours = np.bincount(starts % 86_400 // 3600, minlength=24)
    assert hours[18:23].mean() > 4 * hours[2:6].mean()
    assert (hours > 0).all()
    days = np.bincount((starts // 86_400 + 3) % 7, minlength=7)
    assert days[5:].mean() > 1.1 * days[1:4].mean()  # 1.17: bursts that begin on a week-end go on into Monday


def test_clocks_of_regions_differ_where_they_are_to():
    def mean_hour(zones):
        world = lived(people=400, settings=(("time_zones", zones),))
        starts = world.log.positions == 1
        angle = 2 * np.pi * (world.log.times[starts] % 86_400) / 86_400
        east = (world.dataset.user_table["region"] == "Eastvale").to_numpy()[world.log.users[starts]]
        both = [np.angle(np.exp(1j * angle[part]).mean()) * 24 / (2 * np.pi) for part in (east, ~east)]
        return abs((both[0] - both[1] + 12) % 24 - 12)

    assert mean_hour("one") < 1
    assert mean_hour("the world") > 4


def share_in_december(season: float) -> tuple[float, float]:
    """Share of the events that are about Family films, in December and in the other months."""
    world = lived(people=500, settings=(("season", season), ("drift", 0.0)))
    december = world.days(world.dataset.interactions.times) >= 335
    family = world.main_genres == FAMILY
    return family[december].mean(), family[~december].mean()


def test_seasons_come_back_every_year_where_they_are_on():
    december, other = share_in_december(2.0)
    assert december > 1.8 * other
    december, other = share_in_december(0.0)
    assert december < 1.4 * other
    table = season_table(DOMAINS["films"], 800, 1.0)
    assert table[:365] == pytest.approx(table[365:730])
    assert table[:365].mean(axis=0) == pytest.approx(1, abs=1e-5)
    assert np.argmax(table[:365, FAMILY]) in range(334, 365)
    assert season_table(DOMAINS["films"], 800, 0.0) is None


def early_and_late(drift: float) -> tuple[float, float]:
    """Share of the fans' events in the genre that they like best at first, in the first and the last quarter."""
    fans = tuple((name, 0.0) for name in ("newcomers", "explorers", "bargain_hunters", "bingers"))
    settings = (*fans, ("season", 0.0), ("personal", 0.0), ("drift", drift))
    world = lived(people=400, items=1000, settings=settings)
    crowd, _ = world.population.crowd(0)
    events = world.dataset.interactions
    known = events.users < len(crowd)
    best = crowd.favourites[events.users[known]] == world.main_genres[known]
    day = world.days(events.times[known])
    return best[day < 91].mean(), best[day >= 274].mean()


def test_tastes_wander_where_they_are_to():
    early, late = early_and_late(1.0)
    assert late < 0.6 * early
    early, late = early_and_late(0.0)
    assert late > 0.85 * early


def test_the_young_and_the_old_like_other_genres():
    world = lived(people=800, items=400)
    crowd: Crowd = world.population.crowd(0)[0]
    young = crowd.profiles["age_group"].isin(["under 18", "18-24"]).to_numpy()
    old = crowd.profiles["age_group"].isin(["55-64", "65 and over"]).to_numpy()
    explorers = crowd.kinds == [kind.name for kind in KINDS].index("explorer")
    gap = crowd.tastes[young & explorers].mean(axis=0) / crowd.tastes[old & explorers].mean(axis=0)
    assert gap.max() / gap.min() > 2
