"""Does a model that learned elsewhere help, and from how many events on no more?

``python -m benchmarks.transfer [--pair movielens movielens-reads amazon amazon-back anime shuffled]``
``[--shares 0 0.05 ...] [--seeds 0 1 2]``

*movielens*: MovieLens 100K to latest-small, whose films are found by title and year; *movielens-reads*: with a model
that reads genres and titles, which learns much from little by itself. *amazon*: books to movies, which
share people; *amazon-back* the other way. *anime*: MovieLens 100K to anime, which share words and genres. *shuffled*:
as anime, but titles and genres of the target dealt out anew, so that nothing can be known. At each share of the
target's training and validation events: transfer, the same kind of model from scratch, popularity, and EASE, each but
popularity with as many attempts, of which the validation events choose; NDCG@10 over the people of the whole test, all
items but those met in the whole training. Leads are over the best other arm by its mean on the test. Intervals are over
people, and over seeds, which draw the events and start the training. Asked: at 5 % and at 10 % of the data the lead is
certain on two of *movielens*, *amazon*, *anime*; at 0 % anime is better than a random order; *shuffled* gains nothing,
or is warned of. *speed*: fine-tuning MovieLens 100K's model on all of latest-small reaches the validation figure that
training from scratch ends at, in at most half of its seconds.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.common import Row, data_folder, record
from recsys_core.data.dataset import Dataset
from recsys_core.data.importing import import_ratings
from recsys_core.evaluation import validator
from recsys_core.models import Recommender, find_model
from recsys_core.splitting import Split, default_recipe, split
from recsys_core.statistics.estimates import Estimate
from recsys_core.statistics.paired import paired_difference
from recsys_core.training.context import EpochEnded, Event, FitContext
from recsys_core.transfer.adapting import Source, adapt, plans_to_try
from recsys_core.transfer.evidence import Evidence, Point
from recsys_core.transfer.matching import match
from recsys_core.transfer.measuring import ARMS, JUDGED_BY, TRANSFER, attempts, figures, ignorant, measure
from recsys_core.transfer.plan import Plan, Way
from recsys_core.transfer.shares import SHARES

ASKED_AT = (0.05, 0.1)
HALF = 0.5
DEALT = ("title", "genres", "year", "text")  # what is known of items, in *shuffled*


@dataclass(frozen=True)
class Pair:
    """A source with the model that is trained on it, and a target.

    Attributes:
        asked: whether its leads at 5 % and 10 % count.
    """

    source: Callable[[Path], Dataset]
    target: Callable[[Path], Dataset]
    model: str
    settings: dict[str, str]
    asked: bool = True


def ml_100k(folder: Path) -> Dataset:
    items = folder / "ml-100k-text" / "items_overview.csv"
    return import_ratings(folder / "ml-100k" / "u.data", "MovieLens 100K", items=items).dataset


def latest_small(folder: Path) -> Dataset:
    here = folder / "ml-latest-small"
    return import_ratings(here / "ratings.csv", "MovieLens latest-small", items=here / "movies.csv").dataset


def amazon(what: str, folder: Path) -> Dataset:
    return import_ratings(folder / "amazon-books-movies" / f"Amazon-{what}-Dense.inter", f"Amazon {what}").dataset


def anime(folder: Path) -> Dataset:
    here = folder / "anime"
    return import_ratings(here / "anime_ratings.dat", "Anime", items=here / "anime_info.dat").dataset


def shuffled(folder: Path) -> Dataset:
    """Anime whose items have what is known about another one."""
    made = anime(folder)
    table, order = made.item_table.copy(), np.random.default_rng(0).permutation(made.n_items)
    for name in (*DEALT, *made.item_attributes):
        table[name] = table[name].to_numpy()[order] if name == "genres" else table[name].array[order]
    return replace(made, item_table=table)


READS = {"text": "static"}
PAIRS = {
    "movielens": Pair(ml_100k, latest_small, "mult_vae", {}),
    "movielens-reads": Pair(ml_100k, latest_small, "two_tower", READS, asked=False),
    "amazon": Pair(partial(amazon, "Books"), partial(amazon, "Movies"), "mult_vae", {}),
    "amazon-back": Pair(partial(amazon, "Movies"), partial(amazon, "Books"), "mult_vae", {}, asked=False),
    "anime": Pair(ml_100k, anime, "content", READS),
    "shuffled": Pair(ml_100k, shuffled, "content", READS, asked=False),
}


def learn_source(pair: Pair, folder: Path) -> Source:
    data = pair.source(folder)
    parts = split(data, default_recipe(data))
    kind = find_model(pair.model)
    model = kind(kind.Config.parse(pair.settings))
    return Source.of(model.fit(parts.train, FitContext(validate=validator(parts, model))), parts.train)


def measure_pair(
    name: str, folder: Path, shares: Sequence[float], seeds: Sequence[int]
) -> tuple[list[Row], list[bool]]:
    """Rows of a pair, and for each share that is asked about whether the lead is certain."""
    pair, started = PAIRS[name], time.monotonic()
    source, target = learn_source(pair, folder), pair.target(folder)
    found = match(source.data, target)
    full = split(target, default_recipe(target))
    plans, elsewhere = plans_to_try(source, found, target), np.flatnonzero(found.people >= 0)
    print(f"{name}: {found.n_people:,} people and {found.n_items:,} items are in both", flush=True)
    rows: list[Row] = [(f"{name}: people, items in both", "", f"{found.n_people:,}, {found.n_items:,}")]
    points = []
    for share in shares:
        for seed in seeds:
            for arm in ARMS:
                tries = attempts(arm, source, found, plans)
                points.append(Point(*measure(arm, tries, full, share, seed, FitContext(), elsewhere)))
                print(f"{name} {share:.0%} {seed} {points[-1].about}", flush=True)
        rows += rows_of(name, Evidence(points), share)
    evidence = Evidence(points)
    if 0.0 in shares:
        rows.append(over_chance(name, evidence, full))
    worth, harm = evidence.break_even(), ", ".join(f"{share:.0%}" for share in evidence.harms())
    rows += [
        (f"{name}: worth it below", "", "-" if worth is None else f"{worth:,} events"),
        (f"{name}: harm", "", harm or "none"),
        (f"{name}: verdict", "", evidence.verdict()),
        (f"{name}: all of it", "", f"{time.monotonic() - started:.0f} s"),
    ]
    good = [share in evidence.helps() for share in ASKED_AT if share in shares] if pair.asked else []
    return rows, good


def rows_of(name: str, evidence: Evidence, share: float) -> list[Row]:
    """The arms at a share, and the lead of the transfer."""
    curve = evidence.curve()
    here = curve[curve["share"] == share].set_index("arm")
    arms = ", ".join(f"{ARMS[str(arm)].lower()} {row['value']:.4f}" for arm, row in here.iterrows())
    rival = evidence.rival(share)
    lead = evidence.lead(share, rival)
    assert lead is not None
    asked = "interval above 0" if share in ASKED_AT and PAIRS[name].asked else ""
    what = f"{name}: {share:.0%}, {evidence.events(share):,} events"
    return [(what, "", arms), (f"{what}: lead over {ARMS[rival].lower()}", asked, in_words(lead))]


def speed(folder: Path, model: str) -> tuple[list[Row], bool]:
    """Fine-tuning on all of latest-small, until it is as good as training from scratch becomes."""
    source, target = learn_source(Pair(ml_100k, latest_small, model, {}), folder), latest_small(folder)
    full = split(target, default_recipe(target))
    plan = Plan(way=Way.FULL, calibrated=False)
    found = match(source.data, target)
    scratch = _epochs(lambda context: type(source.model)(source.model.config).fit(full.train, context), full, source)
    tuned = _epochs(lambda context: adapt(source, found, plan, full, context), full, source)
    best, until = max((value, -seconds) for seconds, value in scratch)
    reached = next((seconds for seconds, value in tuned if value >= best), None)
    words = "never" if reached is None else f"{reached:.1f} s"
    asked = f"<= half of {-until:.1f} s"
    return [(f"speed: {model}, until NDCG@10 {best:.4f} on validation", asked, words)], bool(
        reached is not None and reached <= HALF * -until
    )


def _epochs(fit: Callable[[FitContext], Recommender], parts: Split, source: Source) -> list[tuple[float, float]]:
    """Seconds since the start and the figure on the validation events, after each epoch."""
    started, epochs = time.monotonic(), []

    def note(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.validation is not None:
            epochs.append((time.monotonic() - started, event.validation.value))

    fit(FitContext(validate=validator(parts, source.model), on_event=note))
    return epochs


def over_chance(name: str, evidence: Evidence, full: Split) -> Row:
    """How much better the transfer is than a random order before any event of the target."""
    mine = next(iter(evidence.of(TRANSFER, 0.0).values())).per_user[JUDGED_BY]
    chance = figures(ignorant(full), full, full, np.empty(0, dtype=np.int64))[0][JUDGED_BY]
    lead = paired_difference(mine, chance)
    return (f"{name}: before any event, less a random order", "interval above 0", in_words(lead))


def in_words(lead: Estimate) -> str:
    return f"{lead.value:+.4f} [{lead.low:+.4f}, {lead.high:+.4f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pair", nargs="*", choices=PAIRS, default=list(PAIRS))
    parser.add_argument("--shares", nargs="+", type=float, default=list(SHARES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--speed", nargs="*", default=["mult_vae"], metavar="MODEL", help="models that are timed")
    parser.add_argument("--data", type=Path, default=data_folder())
    options = parser.parse_args()
    rows: list[Row] = []
    passed = 0
    asked = [name for name in options.pair if PAIRS[name].asked]
    for name in options.pair:
        more, good = measure_pair(name, options.data, options.shares, options.seeds)
        rows += more
        passed += bool(good) and all(good)
    faster = [speed(options.data, model) for model in options.speed]
    rows += [row for more, _ in faster for row in more]
    record("Transfer", rows)
    sys.exit(0 if passed >= min(2, len(asked)) and (not faster or any(good for _, good in faster)) else 1)


if __name__ == "__main__":
    main()
