"""Kinds of people, and people of these kinds: tastes, habits, profiles."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys_core.synthetic.personas.items import STYLES
from recsys_core.types import Float32, Float64, Int32

AGES = ("under 18", "18-24", "25-34", "35-44", "45-54", "55-64", "65 and over")
AGE_SHARES = (0.05, 0.2, 0.27, 0.2, 0.13, 0.09, 0.06)
REGIONS = ("Northmark", "Eastvale", "Port Lyra", "Highmoor", "Sunreach", "The Isles")
REGION_SHARES = (0.34, 0.22, 0.17, 0.12, 0.09, 0.06)
OFFSETS = {"one": (0, 0, 0, 0, 0, 0), "a continent": (0, 1, 0, 1, 2, -1), "the world": (0, 8, -5, 5, 2, -8)}
ACTIVITY = 0.9  # standard deviation of the logarithm of how active people of one kind are
OLD_MEMBERS = 0.4  # share of those who were there before the log begins
MEMBERSHIP, LONGEST = 400, 3000  # days for which they were, on average and at most
MOST_A_DAY = 12  # sessions
BUYING = 0.25  # standard deviation of how much the price counts


@dataclass(frozen=True)
class Kind:
    """What people of one kind have in common.

    Attributes:
        concentration: of the Dirichlet distribution of tastes, per genre: low, few genres; high, all alike.
        is_devoted: one or two genres have most of the taste.
        conformity: how strongly they prefer what is popular; thrift: how much the price counts.
        sessions: how many times as often they come as others; lists: how many they look at in a session, on average.
        late: they join in the last third of the log. stay: share of the log for which they stay, on average.
        hour: how many hours later in the day they come. youth: positive, they are younger than others.
    """

    name: str
    concentration: float
    is_devoted: bool = False
    conformity: float = 0.3
    thrift: float = 0.0
    sessions: float = 1.0
    lists: float = 2.0
    late: bool = False
    stay: float = 1.0
    hour: float = 0.0
    youth: float = 0.0


KINDS = (
    Kind("newcomer", 0.4, conformity=0.6, sessions=0.6, lists=1.5, late=True, stay=0.15),
    Kind("fan", 0.3, is_devoted=True, sessions=1.2, lists=2.0, stay=1.2),
    Kind("explorer", 5.0, conformity=0.05, lists=3.0, hour=-1.0, youth=-0.2),
    Kind("bargain hunter", 0.4, thrift=1.5, sessions=0.8, hour=-2.0, youth=-0.4),
    Kind("binger", 0.3, sessions=0.2, lists=14.0, stay=0.7, hour=2.0, youth=0.7),
)


@dataclass(frozen=True)
class Crowd:
    """n people over G genres. Days are counted from the first of the log.

    Attributes:
        kinds: Int32[n], positions in ``KINDS``.
        tastes, later: Float32[n, G], share of each genre at the beginning of the log and in what tastes wander to.
        manner: Float32[n, STYLES + 1], how much they like each style, and higher prices.
        conformity: Float32[n], exponent of popularity in what they click.
        lenience: Float32[n], how many points more they give than others.
        first, last: Int32[n], the days between which they come. since: Int32[n], how many days before the log they
            joined; 0 for those who join on their first day.
        sessions: Int32[n], how often they come. lists: Float64[n], how many lists a session has on average.
        hour: Float64[n], how many hours later than others. offset: Float64[n], hours that their clock is before UTC.
        profiles: their ages and regions.
    """

    kinds: Int32
    tastes: Float32
    later: Float32
    manner: Float32
    conformity: Float32
    lenience: Float32
    first: Int32
    last: Int32
    since: Int32
    sessions: Int32
    lists: Float64
    hour: Float64
    offset: Float64
    profiles: pd.DataFrame

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def favourites(self) -> Int32:
        """Int32[n], the genre that each likes best on the first day."""
        return np.argmax(self.tastes, axis=1).astype(np.int32)


@dataclass(frozen=True)
class Ways:
    """What crowds are drawn by.

    Attributes:
        shares: Float64[len(KINDS)], sum 1.
        n_genres: G. flat: share of each taste that is even over all genres.
        days: of the log. per_week: sessions in an active week. zones: key of ``OFFSETS``.
        leanings: Float64[len(AGES), G], how many times as much as others an age likes each genre.
    """

    shares: Float64
    n_genres: int
    flat: float
    days: int
    per_week: float
    zones: str
    leanings: Float64


def draw_leanings(n_genres: int, rng: np.random.Generator) -> Float64:
    """Float64[len(AGES), G]: some genres are liked the more the older people are, others the less."""
    slopes = 0.5 * rng.standard_normal(n_genres)
    return np.exp(np.linspace(-1, 1, len(AGES))[:, None] * slopes)


def draw_crowd(ways: Ways, n: int, rng: np.random.Generator) -> Crowd:
    """n people."""
    kinds = rng.choice(len(KINDS), n, p=ways.shares).astype(np.int32)
    ages = _ages(kinds, rng)
    regions = rng.choice(len(REGIONS), n, p=REGION_SHARES)
    first, last, since = _stays(kinds, ways.days, rng)
    active = np.exp(ACTIVITY * rng.standard_normal(n) - ACTIVITY**2 / 2)
    a_day = np.minimum(ways.per_week / 7 * active * _each("sessions", kinds), MOST_A_DAY)
    sessions = np.maximum(rng.poisson(a_day * (last - first + 1)), 1)
    manner = np.empty((n, STYLES + 1), dtype=np.float32)
    manner[:, :STYLES] = 0.35 * rng.standard_normal((n, STYLES))
    manner[:, STYLES] = BUYING * rng.standard_normal(n) - _each("thrift", kinds)
    return Crowd(
        kinds=kinds,
        tastes=_tastes(kinds, ages, ways, rng),
        later=_tastes(kinds, ages, ways, rng),
        manner=manner,
        conformity=np.maximum(_each("conformity", kinds) + 0.1 * rng.standard_normal(n), 0).astype(np.float32),
        lenience=(0.4 * rng.standard_normal(n)).astype(np.float32),
        first=first,
        last=last,
        since=since,
        sessions=sessions.astype(np.int32),
        lists=_each("lists", kinds) * np.exp(0.3 * rng.standard_normal(n)),
        hour=_each("hour", kinds) + 1.2 * rng.standard_normal(n),
        offset=np.array(OFFSETS[ways.zones], dtype=np.float64)[regions],
        profiles=pd.DataFrame(
            {
                "name": pd.Series([""] * n, dtype=object),
                "kind": pd.Series(np.array([kind.name for kind in KINDS], dtype=object)[kinds], dtype=object),
                "age_group": pd.Series(np.array(AGES, dtype=object)[ages], dtype=object),
                "region": pd.Series(np.array(REGIONS, dtype=object)[regions], dtype=object),
            }
        ),
    )


def _each(name: str, kinds: Int32) -> Float64:
    """What each person's kind has for a number."""
    return np.array([getattr(kind, name) for kind in KINDS], dtype=np.float64)[kinds]


def _ages(kinds: Int32, rng: np.random.Generator) -> Int32:
    """Positions in ``AGES``; a kind's youth tilts the shares of all people."""
    places = np.linspace(-1, 1, len(AGES))
    youth = np.array([kind.youth for kind in KINDS])
    shares = np.array(AGE_SHARES) * np.exp(-2 * youth[:, None] * places)
    steps = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    steps[:, -1] = 1.0
    return (rng.random(len(kinds))[:, None] >= steps[kinds]).sum(axis=1).astype(np.int32)


def _stays(kinds: Int32, days: int, rng: np.random.Generator) -> tuple[Int32, Int32, Int32]:
    """From which day to which people come, and how long before the log they joined.

    Some were there before the log begins. The others join all along, and newcomers in the last third; how long they
    stay is exponential.
    """
    n = len(kinds)
    late = _each("late", kinds) > 0
    is_new = late | (rng.random(n) >= OLD_MEMBERS)
    when = rng.random(n)
    first = np.where(is_new, np.where(late, 2 / 3 + when / 3, when) * days, 0).astype(np.int32)
    stay = rng.exponential(np.maximum(_each("stay", kinds) * days, 7))
    last = np.minimum(first + stay, days - 1).astype(np.int32)
    since = np.where(is_new, 0, 1 + np.minimum(rng.exponential(MEMBERSHIP, n), LONGEST))
    return np.minimum(first, last), last, since.astype(np.int32)


def _tastes(kinds: Int32, ages: Int32, ways: Ways, rng: np.random.Generator) -> Float32:
    """Float32[n, G], rows that sum to 1: Dirichlet about what people of an age like, with favourites of the devoted."""
    n, n_genres = len(kinds), ways.n_genres
    centre = ways.leanings[ages]
    centre = centre / centre.mean(axis=1, keepdims=True)
    draws = rng.gamma(_each("concentration", kinds)[:, None] * centre) + 1e-9
    draws /= draws.sum(axis=1, keepdims=True)
    order = np.argsort(-(rng.gumbel(size=(n, n_genres)) + np.log(centre)), axis=1)
    two = rng.random(n) < 0.5
    chosen = np.zeros((n, n_genres))
    rows = np.arange(n)
    chosen[rows, order[:, 0]] = np.where(two, 0.6, 1.0)
    chosen[rows, order[:, 1]] += np.where(two, 0.4, 0.0)
    has = (_each("is_devoted", kinds) > 0)[:, None]
    tastes = np.where(has, 0.9 * chosen + 0.1 * draws, draws)
    return ((1 - ways.flat) * tastes + ways.flat / n_genres).astype(np.float32)
