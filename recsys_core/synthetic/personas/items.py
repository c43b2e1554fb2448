"""The catalogue of a domain: items with titles, genres, attributes, and how popular they are."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Ids
from recsys_core.synthetic.personas.domains import Amount, Domain
from recsys_core.types import Float32, Float64, Int32

HEAD = 5.0  # so many ranks at the top are about alike popular
STYLES = 4  # directions in which items of one genre differ
ATTEMPTS = 3  # at a title that nobody has, before one is numbered
SMALL_WORDS = {"a", "and", "for", "of", "the", "without"}


@dataclass(frozen=True)
class Catalogue:
    """I items with G genres.

    Attributes:
        ids, table: as those of a data set.
        genres: Float32[I, G], shares of an item's genres that sum to 1. main: Int32[I], its first genre.
        manner: Float32[I, STYLES + 1], what else people like or dislike: styles, which items of one maker share in
            part, and the price (logarithm, standardised).
        popularity: Float64[I], mean 1; what decides how often an item is shown, and in part how often it is clicked.
        quality: Float32[I], standard normal, a little higher for popular items; what decides ratings.
    """

    ids: Ids
    table: pd.DataFrame
    genres: Float32
    main: Int32
    manner: Float32
    popularity: Float64
    quality: Float32

    def __len__(self) -> int:
        return len(self.ids)


def make_catalogue(domain: Domain, n_items: int, skew: float, last_year: int, rng: np.random.Generator) -> Catalogue:
    """Invent items.

    Popularity is (5 + rank)^-skew: a power of the rank with a bent head (Zipf's law as Mandelbrot 1953 has it). Which
    item has which rank does not depend on what it is, but that newer ones are likelier to be popular.

    Args:
        skew: exponent; 0 makes all items alike popular.
    """
    first, rows = _genres(domain, n_items, rng)
    makers = _skewed(len(domain.makers), n_items, rng)
    age = rng.exponential(0.3, n_items) % 1.0
    years = np.round(last_year - age * (last_year - domain.first_year)).astype(int)
    level = np.array([genre.price for genre in domain.genres])[first]
    prices = _amounts(domain.price, level, rng)
    styles = 0.6 * rng.standard_normal((len(domain.makers), STYLES))[makers]
    styles += 0.8 * rng.standard_normal((n_items, STYLES))
    fame = rng.standard_normal(n_items) - 1.5 * age
    popularity = (HEAD + _ranks(-fame)) ** -skew
    quality = 0.3 * _standardised(fame) + np.sqrt(1 - 0.3**2) * rng.standard_normal(n_items)
    traits = np.array(domain.traits, dtype=object)[_skewed(len(domain.traits), n_items, rng)]
    names = np.array(domain.makers, dtype=object)[makers]
    titles, texts = _words(domain, first, names, traits, rng)
    table = pd.DataFrame(
        {
            "title": pd.Series(titles, dtype=object),
            "genres": pd.Series(_genre_names(domain, first, rows), dtype=object),
            "year": pd.array(years, dtype="Int64"),
            "text": pd.Series(texts, dtype=object),
            "image": pd.Series([""] * n_items, dtype=object),
            domain.price.name: prices,
            domain.size.name: _amounts(domain.size, np.ones(n_items), rng),
            domain.maker: pd.Series(names, dtype=object),
            domain.trait: pd.Series(traits, dtype=object),
        }
    )
    return Catalogue(
        Ids.of([f"{domain.item}-{number}" for number in range(1, n_items + 1)]),
        table,
        (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32),
        first,
        np.column_stack([styles, _standardised(np.log(prices))]).astype(np.float32),
        popularity / popularity.mean(),
        quality.astype(np.float32),
    )


def _genres(domain: Domain, n_items: int, rng: np.random.Generator) -> tuple[Int32, Float64]:
    """The first genre of each item, and Float64[I, G] with 1 for each of its genres and 2 for the first."""
    n_genres = len(domain.genres)
    share = rng.dirichlet(np.full(n_genres, 4.0))
    keys = rng.gumbel(size=(n_items, n_genres)) + np.log(share)  # the greatest keys are drawn without replacement
    order = np.argsort(-keys, axis=1)
    each = 1 + rng.choice(len(domain.genres_each), n_items, p=domain.genres_each)
    rows = np.zeros((n_items, n_genres))
    for place in range(len(domain.genres_each)):
        has = each > place
        rows[has, order[has, place]] = 2.0 if place == 0 else 1.0
    return order[:, 0].astype(np.int32), rows


def _genre_names(domain: Domain, first: Int32, rows: Float64) -> list[tuple[str, ...]]:
    names = [genre.name for genre in domain.genres]
    others = [[] for _ in range(len(first))]  # type: list[list[str]]
    rows = rows.copy()
    rows[np.arange(len(first)), first] = 0.0
    for item, genre in zip(*np.nonzero(rows), strict=True):
        others[item].append(names[genre])
    return [(names[genre], *rest) for genre, rest in zip(first, others, strict=True)]


def _words(
    domain: Domain, first: Int32, makers: np.ndarray, traits: np.ndarray, rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Titles, each once, and texts."""
    adjectives = [[*genre.adjectives.split(), *domain.adjectives.split()] for genre in domain.genres]
    nouns = [genre.nouns.split() for genre in domain.genres]
    tones = domain.tones.split()
    seen: dict[str, int] = {}
    titles, texts = [], []
    for genre, maker, trait in zip(first.tolist(), makers, traits, strict=True):
        for _ in range(ATTEMPTS):
            picks = iter(rng.random(3).tolist())
            noun, other = _two(nouns[genre], picks)
            adjective = _one(adjectives[genre], picks)
            title = _one(domain.titles, picks).format(adj=adjective, noun=noun, other=other, maker=maker)
            title = _as_title(title.replace("_", " "))
            if title not in seen:
                break
        seen[title] = seen.get(title, 0) + 1
        titles.append(title if seen[title] == 1 else f"{title} {seen[title]}")
        picks = iter(rng.random(3).tolist())
        text = _one(domain.texts, picks).format(
            tone=_one(tones, picks), about=_one(domain.genres[genre].about, picks), maker=maker, trait=trait
        )
        texts.append(text[0].upper() + text[1:])
    return titles, texts


def _one(choices: tuple[str, ...] | list[str], picks: Iterator[float]) -> str:
    return choices[int(next(picks) * len(choices))]


def _two(choices: list[str], picks: Iterator[float]) -> tuple[str, str]:
    """Two different ones by one draw."""
    pair = int(next(picks) * len(choices) * (len(choices) - 1))
    one, other = divmod(pair, len(choices) - 1)
    return choices[one], choices[other + (other >= one)]


def _as_title(text: str) -> str:
    words = [
        word if word in SMALL_WORDS and place else word[0].upper() + word[1:]
        for place, word in enumerate(text.split(" "))
    ]
    return " ".join(words)


def _amounts(amount: Amount, level: Float64, rng: np.random.Generator) -> Float64:
    values = level * amount.median * np.exp(amount.spread * rng.standard_normal(len(level)))
    return np.maximum(np.round(np.round(values / amount.step) * amount.step, 2), amount.low)


def _skewed(n: int, size: int, rng: np.random.Generator) -> Int32:
    """Numbers below n, of which 0 is the commonest."""
    weights = 1.0 / np.arange(1, n + 1)
    return rng.choice(n, size, p=weights / weights.sum()).astype(np.int32)


def _ranks(values: Float64) -> Float64:
    """0 for the least."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks


def _standardised(values: Float64) -> Float64:
    return (values - values.mean()) / max(float(values.std()), 1e-9)
