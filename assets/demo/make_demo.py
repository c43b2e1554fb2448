"""Make the Foretaste demo: invented films, people and ratings with planted causes.

    python assets/demo/make_demo.py [--out FOLDER] [--no-pictures]

Everything follows from one seed. Random draws use only `Generator.random`, so
that the CSV files come out the same on every machine.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.random import Generator

T = TypeVar("T")

HERE = Path(__file__).parent
SEED = 20240611
PEOPLE = 600
RATINGS = 30_000
LEAST_ACTIVITY, MOST_ACTIVITY = 15, 150
LEAST_VIEWS = 5
FIRST_DAY = datetime(2022, 1, 1, tzinfo=UTC)
DAYS = 730
FIRST_YEAR, LAST_YEAR = 1962, 2021
TASTE_SHARE, POPULARITY_SHARE = 0.82, 0.11
# How often the next film picked by taste stays with the theme of the last one.
STAY_SHARE = 0.2
# The share of a theme's films after which a person looks elsewhere.
THEME_LIMIT = 0.9


@dataclass(frozen=True)
class Film:
    """One film; `draw` and `quality` are hidden from the CSV files."""

    item_id: str
    title: str
    genres: tuple[str, ...]
    year: int
    synopsis: str
    theme: str
    draw: float
    quality: float


@dataclass(frozen=True)
class Person:
    """One person with the weights of their tastes at the start and at the end."""

    user_id: str
    name: str
    tastes: tuple[str, ...]
    early: tuple[float, ...]
    late: tuple[float, ...]
    activity: int


@dataclass(frozen=True)
class Rating:
    """One rating and the cause planted behind it."""

    user_id: str
    item_id: str
    rating: int
    timestamp: int
    cause: str


def pick(rng: Generator, weights: Sequence[float]) -> int:
    """Draw one index with probability proportional to its weight."""
    total = math.fsum(weights)
    point, passed = rng.random() * total, 0.0
    for index, weight in enumerate(weights):
        passed += weight
        if point < passed:
            return index
    return max(index for index, weight in enumerate(weights) if weight > 0)


def pick_many(rng: Generator, weights: Sequence[float], count: int) -> list[int]:
    """Draw `count` different indices, each draw proportional to the weights left."""
    left = list(weights)
    chosen = []
    for _ in range(count):
        index = pick(rng, left)
        chosen.append(index)
        left[index] = 0.0
    return chosen


def shuffled(rng: Generator, values: Iterable[T]) -> list[T]:
    """Return the values in random order."""
    pool = list(values)
    return [pool[i] for i in pick_many(rng, [1.0] * len(pool), len(pool))]


def bell(rng: Generator) -> float:
    """Draw a number with mean 0 and variance 1 (twelve uniform draws)."""
    return math.fsum(rng.random(12).tolist()) - 6.0


def make_films(rng: Generator, themes: dict[str, Any]) -> list[Film]:
    """Make the catalogue, with the films of all themes mixed."""
    rows = []
    for theme, words in themes.items():
        closings = shuffled(rng, words["closings"])
        ranks = shuffled(rng, range(len(words["films"])))
        for place, ((title, genres, premise), rank) in enumerate(zip(words["films"], ranks, strict=True)):
            synopsis = f"{premise} {closings[place % len(closings)]}"
            # Long tail within a theme: the first film draws about twenty times the last.
            draw = (rank + 1.0) ** -1.1
            rows.append((title, tuple(genres), synopsis, theme, draw))
    films = []
    for number, (title, genres, synopsis, theme, draw) in enumerate(shuffled(rng, rows), 1):
        age = int((LAST_YEAR - FIRST_YEAR + 1) * rng.random() ** 1.6)
        films.append(Film(f"f{number:03d}", title, genres, LAST_YEAR - age, synopsis, theme, draw, bell(rng)))
    return films


def share_out(total: int, weights: Sequence[float], least: int, most: int) -> list[int]:
    """Share a total by weight, every share between `least` and `most`, summing exactly."""

    def shares(scale: float) -> list[int]:
        return [min(most, least + int(scale * weight)) for weight in weights]

    low, high = 0.0, float(total)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(shares(middle)) <= total else (low, middle)
    result = shares(low)
    for index in range(total - sum(result)):
        result[index] += 1
    return result


def taste_weights(rng: Generator, count: int) -> tuple[float, ...]:
    """Draw weights for a person's tastes: uneven, but none above twice another."""
    return tuple(0.8 + 0.5 * rng.random() for _ in range(count))


def make_people(rng: Generator, themes: list[str], first_names: list[str]) -> list[Person]:
    """Make people with different names, 4 to 6 tastes each and heavy-tailed activity."""
    fashion = [0.6 + 0.8 * rng.random() for _ in themes]
    letters = "ABCDEFGHIJKLMNOPRSTVWYZ"
    pairs = len(first_names) * len(letters)
    names = [
        f"{first_names[i // len(letters)]} {letters[i % len(letters)]}." for i in pick_many(rng, [1.0] * pairs, PEOPLE)
    ]
    pull = sorted((math.exp(1.0 * bell(rng)) for _ in range(PEOPLE)), reverse=True)
    activity = share_out(RATINGS, pull, LEAST_ACTIVITY, MOST_ACTIVITY)
    people = []
    for number, (name, count) in enumerate(zip(names, shuffled(rng, activity), strict=True), 1):
        # Busy people need more themes to choose from.
        least = 4 if count < 45 else 5 if count < 75 else 6
        tastes = pick_many(rng, fashion, least + int((7 - least) * rng.random()))
        people.append(
            Person(
                f"p{number:03d}",
                name,
                tuple(themes[i] for i in tastes),
                taste_weights(rng, len(tastes)),
                taste_weights(rng, len(tastes)),
                count,
            )
        )
    return people


def watching_times(rng: Generator, count: int) -> list[int]:
    """Draw rising times in evening and weekend sessions within one stretch of the two years."""
    sessions: list[int] = []
    while sum(sessions) < count:
        sessions.append(min(1 + pick(rng, [0.55, 0.3, 0.15]), count - sum(sessions)))
    length = min(DAYS, int(len(sessions) * (2.5 + 9 * rng.random())) + 30)
    start = int((DAYS - length + 1) * rng.random())
    days = [FIRST_DAY + timedelta(days=start + i) for i in range(length)]
    chosen = pick_many(rng, [2.5 if day.weekday() >= 5 else 1.0 for day in days], len(sessions))
    times = []
    for size, index in zip(sessions, sorted(chosen), strict=True):
        weekend = days[index].weekday() >= 5
        earliest, latest = (14.0, 19.5) if weekend else (17.5, 20.0)
        if size == 1:
            latest = 22.5
        moment = days[index] + timedelta(hours=earliest + (latest - earliest) * rng.random())
        for _ in range(size):
            times.append(int(moment.timestamp()))
            moment += timedelta(minutes=90 + 40 * rng.random())
    # A late session on the last evening must not run into the next year.
    end = int((FIRST_DAY + timedelta(days=DAYS)).timestamp())
    return [min(time, end - count + place) for place, time in enumerate(times)]


def stars(rng: Generator, middle: float, low: int, high: int) -> int:
    """Draw a whole rating around a middle, within bounds."""
    return min(high, max(low, round(middle + 0.6 * bell(rng))))


def watch(rng: Generator, person: Person, films: list[Film]) -> list[Rating]:
    """Play one person's history: at each time a cause, then a film not yet seen, then stars."""
    by_theme = {t: [i for i, film in enumerate(films) if film.theme == t] for t in person.tastes}
    limits = {t: int(THEME_LIMIT * len(members)) for t, members in by_theme.items()}
    elsewhere = [0.0 if film.theme in by_theme else 1.0 for film in films]
    left = [film.draw for film in films]
    seen = dict.fromkeys(person.tastes, 0)
    rows: list[Rating] = []
    last = ""
    for place, time in enumerate(watching_times(rng, person.activity)):
        done = place / person.activity
        weights = [
            (early + (late - early) * done) * (seen[theme] < limits[theme])
            for theme, early, late in zip(person.tastes, person.early, person.late, strict=True)
        ]
        kind = rng.random()
        if kind < TASTE_SHARE and any(weights):
            stay = last != "" and seen[last] < limits[last] and rng.random() < STAY_SHARE
            last = cause = last if stay else person.tastes[pick(rng, weights)]
            seen[cause] += 1
            members = by_theme[cause]
            index = members[pick(rng, [left[i] for i in members])]
            rating = stars(rng, 4.35 + 0.3 * films[index].quality, 3, 5)
        elif kind < TASTE_SHARE + POPULARITY_SHARE:
            cause = "popularity"
            index = pick(rng, [draw**1.5 * out for draw, out in zip(left, elsewhere, strict=True)])
            rating = stars(rng, 3.1 + 0.3 * films[index].quality, 2, 4)
        else:
            cause = "chance"
            index = pick(rng, [out * (draw > 0) for draw, out in zip(left, elsewhere, strict=True)])
            rating = stars(rng, 2.0 + 0.3 * films[index].quality, 1, 3)
        left[index] = 0.0
        rows.append(Rating(person.user_id, films[index].item_id, rating, time, cause))
    return rows


def make_ratings(rng: Generator, people: list[Person], films: list[Film]) -> list[Rating]:
    """Play everybody's history and sort it by time."""
    rows = [row for person in people for row in watch(rng, person, films)]
    views = {film.item_id: 0 for film in films}
    for row in rows:
        views[row.item_id] += 1
    rarest = min(views, key=views.__getitem__)
    if views[rarest] < LEAST_VIEWS:
        raise ValueError(f"{rarest} has {views[rarest]} ratings; at least {LEAST_VIEWS} are needed")
    return sorted(rows, key=lambda row: (row.timestamp, row.user_id, row.item_id))


def write_csv(path: Path, header: str, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows under a header, with the same line ends on every system."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def make_demo(out: Path, pictures: bool = True) -> None:
    """Make the whole demo in a folder."""
    rng = np.random.default_rng(SEED)
    words = json.loads((HERE / "vocabulary.json").read_text(encoding="utf-8"))
    films = make_films(rng, words["themes"])
    people = make_people(rng, list(words["themes"]), words["first_names"])
    ratings = make_ratings(rng, people, films)
    out.mkdir(parents=True, exist_ok=True)
    write_csv(
        out / "items.csv",
        "item_id,title,genres,year,synopsis,image,theme",
        (
            (f.item_id, f.title, "|".join(f.genres), f.year, f.synopsis, f"pictures/{f.item_id}.webp", f.theme)
            for f in films
        ),
    )
    write_csv(
        out / "people.csv",
        "user_id,name,tastes",
        ((p.user_id, p.name, "|".join(p.tastes)) for p in people),
    )
    write_csv(
        out / "ratings.csv",
        "user_id,item_id,rating,timestamp",
        ((r.user_id, r.item_id, r.rating, r.timestamp) for r in ratings),
    )
    write_csv(
        out / "causes.csv",
        "user_id,item_id,cause",
        ((r.user_id, r.item_id, r.cause) for r in ratings),
    )
    if pictures:
        from posters import draw_posters

        draw_posters(films, out / "pictures", SEED)


def main() -> None:
    """Read the command line and make the demo."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="output folder")
    parser.add_argument("--no-pictures", action="store_true", help="make the CSV files only")
    options = parser.parse_args()
    make_demo(options.out, pictures=not options.no_pictures)


if __name__ == "__main__":
    main()
