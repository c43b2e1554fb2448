"""Are generated people like real ones, worth having, and nobody's copies?

``python -m benchmarks.synthetic [--data-sets movielens latest-small] [--generators probabilistic vae gan]``
``[--seeds 0 1 2] [--parts likeness worth scarce privacy collapse speed catches]``

*movielens* is MovieLens 100K. A generator learns from the training events of the usual split and makes as many people
as it learned from.

*likeness*: KS distances of activity and of popularity, asked 0.10 of the probabilistic generator and 0.15 of the
others, 0.20 on latest-small; Spearman's correlation of the items' popularity, asked 0.8; near copies, asked 1 % of the
people. *worth*: NDCG@10 of EASE and Mult-VAE that learn from generated people alone, as a share of what they reach with
the real ones, whose training histories both are told; asked 80 % of the best generator, with popularity's share beside.
*scarce*: 5 % of the training events are there; whether adding people, or learning from them first, helps, with
intervals; asked is an answer, whichever. *privacy*: membership inference on halves of the people, each half attacked in
turn, pooled; asked an area of 0.60 and 3 % of the members at 1 % false alarms. *collapse*: the GAN with five seeds does
not collapse, and one that learns far too fast is caught. *speed*: a million events to a Parquet file in a minute, of
the probabilistic generator and of personas. *catches*: a generator that copies everybody, and one that copies a tenth
of them, are both caught, with the copies listed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from benchmarks.common import Row, data_folder, record
from recsys_core.data.dataset import Dataset
from recsys_core.data.importing import import_ratings
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models import find_model
from recsys_core.splitting import Split, default_recipe, split
from recsys_core.statistics.estimates import Estimate
from recsys_core.synthetic import find_generator
from recsys_core.synthetic.arms import ADDITIONS, POPULARITY, REAL, SYNTHETIC, Design, Scene, generated_people
from recsys_core.synthetic.attacks.halves import attack_half
from recsys_core.synthetic.attacks.membership import Membership
from recsys_core.synthetic.base import Batch, Generator, GeneratorInfo, Knobs, Population, Produces
from recsys_core.synthetic.judging.judgement import judge
from recsys_core.synthetic.making import write_events
from recsys_core.synthetic.probabilistic import Probabilistic
from recsys_core.synthetic.training_part import training_part
from recsys_core.synthetic.worth import Worth
from recsys_core.training.context import FitContext

KS_ASKED = {"probabilistic": 0.10, "vae": 0.15, "gan": 0.15}
KS_OF_FEW, RANKS_ASKED, KEPT_ASKED = 0.20, 0.8, 0.8
LEARNERS = ("ease", "mult_vae")
SCARCE, SCARCE_LEARNER = 0.05, "mult_vae"
HALVINGS = 2
EVENTS, A_MINUTE = 1_000_000, 60.0
GAN_SEEDS = range(5)

Found = tuple[list[Row], bool]


def movielens(folder: Path) -> Dataset:
    here = folder / "ml-100k"
    items = folder / "ml-100k-text" / "items_overview.csv"
    return import_ratings(here / "u.data", "MovieLens 100K", items=items, people=here / "u.user").dataset


def latest_small(folder: Path) -> Dataset:
    here = folder / "ml-latest-small"
    return import_ratings(here / "ratings.csv", "MovieLens latest-small", items=here / "movies.csv").dataset


DATA_SETS = {"movielens": movielens, "latest-small": latest_small}


@dataclass(frozen=True)
class Asked:
    """What is measured on which data."""

    folder: Path
    data_sets: tuple[str, ...]
    generators: tuple[str, ...]
    seeds: tuple[int, ...]


@cache
def parts_of(name: str, folder: Path) -> Split:
    dataset = DATA_SETS[name](folder)
    return split(dataset, default_recipe(dataset))


@cache
def fitted(key: str, name: str, folder: Path, seed: int) -> tuple[Generator, float]:
    """A generator that has learned from the training part, and the seconds that took."""
    started = time.monotonic()
    kind = find_generator(key)
    generator = kind().fit(training_part(parts_of(name, folder)), FitContext(seed=seed))
    return generator, time.monotonic() - started


def likeness(asked: Asked) -> Found:
    rows: list[Row] = []
    passed = True
    for name in asked.data_sets:
        parts = parts_of(name, asked.folder)
        real = training_part(parts)
        for key in asked.generators:
            for seed in asked.seeds:
                generator, seconds = fitted(key, name, asked.folder, seed)
                found = judge(real, generated_people(generator, real.n_users, seed, parts), seed)
                most = KS_OF_FEW if name == "latest-small" else KS_ASKED[key]
                what = f"{name}: {key}, seed {seed}"
                for aspect in found.quality.aspects:
                    limit = ""
                    if aspect.key in ("activity", "popularity"):
                        limit, good = f"<= {most:.2f}", aspect.value <= most
                    elif aspect.key == "item_ranks":
                        limit, good = f">= {RANKS_ASKED}", aspect.value >= RANKS_ASKED
                    else:
                        good = True
                    passed &= good
                    floor = "" if aspect.floor is None else f" (halves of the real people: {aspect.floor:.3f})"
                    rows.append((f"{what}: {aspect.title}, {aspect.measure}", limit, f"{aspect.value:.3f}{floor}"))
                copies = found.copies
                passed &= copies.is_good
                listed = (
                    f"{copies.share:.2%} of {copies.looked_at:,} (real people of each other: {copies.share_real:.2%})"
                )
                rows += [
                    (f"{what}: near copies", "<= 1 %", listed),
                    (f"{what}: score", "", f"{found.quality.score:.3f}, learned in {seconds:.0f} s"),
                ]
    return rows, passed


def worth(asked: Asked) -> Found:
    rows: list[Row] = []
    passed = True
    for name in asked.data_sets:
        for learner in LEARNERS:
            best = 0.0
            for key in asked.generators:
                found = measured(asked, name, key, learner, 1.0, (), (REAL, POPULARITY, SYNTHETIC))
                kept, popularity = found.kept(1.0, SYNTHETIC), found.kept(1.0, POPULARITY)
                assert kept is not None
                assert popularity is not None
                best = max(best, kept.value)
                real = found.curve()["value"][0]
                told = f"{in_percent(kept)} of NDCG@10 {real:.4f}; popularity {in_percent(popularity)}"
                rows.append((f"{name}: {learner} from people by {key} alone", "", told))
            passed &= best >= KEPT_ASKED
            rows.append((f"{name}: {learner}, best generator", f">= {KEPT_ASKED:.0%}", f"{best:.1%}"))
    return rows, passed


def measured(
    asked: Asked, name: str, key: str, learner: str, share: float, additions: Sequence[float], arms: Sequence[str]
) -> Worth:
    """Some arms at a share, with all seeds; all of the design's where none are named."""
    kind = find_model(learner)
    design = Design(find_generator(key)(), kind(), tuple(additions))
    chosen = tuple(arms) or design.arms
    points = []
    for seed in asked.seeds:
        scene = Scene(parts_of(name, asked.folder), design, share, seed, FitContext())
        for arm in chosen:
            points.append(scene.measure(arm))
            print(points[-1].about, f"{points[-1].per_user['ndcg@10'].value():.4f}", flush=True)
    return Worth(chosen, points)


def scarce(asked: Asked) -> Found:
    rows: list[Row] = []
    for name in asked.data_sets:
        for key in asked.generators:
            found = measured(asked, name, key, SCARCE_LEARNER, SCARCE, ADDITIONS, ())
            what = f"{name}: {SCARCE:.0%}, {found.events(SCARCE):,} events, {key}"
            for _, row in found.curve().iterrows():
                lead = found.lead(SCARCE, row["arm"], REAL)
                over = "" if lead is None or row["arm"] == REAL else f", over the real ones alone {in_words(lead)}"
                rows.append((f"{what}: {row['arm']}", "", f"NDCG@10 {row['value']:.4f}{over}"))
            rows.append((f"{what}: verdict", "an answer", found.verdict()))
    return rows, True


def privacy(asked: Asked) -> Found:
    rows: list[Row] = []
    passed = True
    for name in asked.data_sets:
        for key in asked.generators:
            found = pooled(parts_of(name, asked.folder), find_generator(key))
            rows += rows_of(f"{name}: {key}", found)
            passed &= found.is_good
    return rows, passed


def pooled(parts: Split, generator: Callable[[], Generator]) -> Membership:
    """Attacks on either half of the people, halved twice."""
    return Membership.pool(
        [attack_half(parts, generator(), halving, half, FitContext()) for halving in range(HALVINGS) for half in (0, 1)]
    )


def rows_of(what: str, found: Membership, asked: bool = True) -> list[Row]:
    worst = found.worst
    return [
        (f"{what}: membership, area of {worst.key}", "<= 0.60" if asked else "caught", in_brackets(worst.area, ".3f")),
        (f"{what}: members found at 1 % false alarms", "<= 3 %" if asked else "", in_brackets(worst.found, ".1%")),
    ]


def collapse(asked: Asked) -> Found:
    rows: list[Row] = []
    passed = True
    kind = find_generator("gan")
    for name in asked.data_sets:
        for seed in GAN_SEEDS:
            generator, seconds = fitted("gan", name, asked.folder, seed)
            collapsed = _has_collapsed(generator)
            passed &= not collapsed
            told = f"{'collapsed' if collapsed else 'stable'}, {seconds:.0f} s. {generator.findings[-1].message}"
            rows.append((f"{name}: GAN, seed {seed}", "stable", told))
        try:
            broken = kind(kind.Config.parse({"learning_rate": 1.0, "epochs": 4})).fit(
                training_part(parts_of(name, asked.folder))
            )
            caught, told = _has_collapsed(broken), broken.findings[-1].message
        except ModelError as error:
            caught, told = error.code == "loss-exploded", error.message
        passed &= caught
        rows.append((f"{name}: GAN with a learning rate of 1", "caught", f"{'caught' if caught else 'missed'}. {told}"))
    return rows, passed


def _has_collapsed(generator: Generator) -> bool:
    return any(finding.code == "collapsed" for finding in generator.findings)


def speed(asked: Asked) -> Found:
    rows: list[Row] = []
    passed = True
    probabilistic, seconds = fitted("probabilistic", "movielens", asked.folder, 0)
    rows.append(("speed: probabilistic, learning from MovieLens 100K", "", f"{seconds:.0f} s"))
    for key, generator in (("probabilistic", probabilistic), ("personas", find_generator("personas")().fit(None))):
        one = generator.population(Knobs(people=1000), 0).expected_events / 1000
        knobs = Knobs(people=int(np.ceil(1.05 * EVENTS / one)))
        with tempfile.TemporaryDirectory() as folder:
            started = time.monotonic()
            events = write_events(generator.population(knobs, 0), Path(folder) / "events.parquet")
            seconds = time.monotonic() - started
        passed &= events >= EVENTS and seconds < A_MINUTE
        rows.append((f"speed: {key}, {events:,} events to Parquet", f"< {A_MINUTE:.0f} s", f"{seconds:.1f} s"))
    return rows, passed


def catches(asked: Asked) -> Found:
    rows: list[Row] = []
    passed = True
    for name in asked.data_sets:
        parts = parts_of(name, asked.folder)
        real = training_part(parts)
        for share in (1.0, 0.1):
            what = f"{name}: {share:.0%} copied"
            found = judge(real, generated_people(Copying(share).fit(real), real.n_users, 0, parts), 0).copies
            copied = {f"synthetic-{1 + place}" for place in range(round(share * real.n_users))}
            right = len([one for one in found.found if one.synthetic in copied])
            members = pooled(parts, partial(Copying, share))
            passed &= not found.is_good and not members.is_good
            told = f"{found.share:.1%} of {found.looked_at:,}; {right:,} of {len(found.found):,} listed are right"
            rows += [(f"{what}: copies", "caught, listed", told), *rows_of(what, members, asked=False)]
    return rows, passed


class Copying(Generator):
    """Hands on a share of the people whom it learned from, the first ones; the others are by the probabilistic one."""

    info = GeneratorInfo("copying", "Copying", "Hands people on.", "Nobody.", frozenset({Produces.HISTORIES}))
    Config = Probabilistic.Config

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def fit(self, real: Dataset | None, context: FitContext | None = None) -> "Copying":
        assert real is not None
        self._real = real
        self._other = Probabilistic().fit(real, context) if self.share < 1 else None
        return self

    def population(self, knobs: Knobs, seed: int) -> Population:
        copied = round(self.share * knobs.people)
        rest = None if self._other is None else self._other.population(Knobs(people=knobs.people - copied), seed)
        return _SomeCopied(self._real, copied, rest)


class _SomeCopied(Population):
    def __init__(self, real: Dataset, copied: int, rest: Population | None) -> None:
        self.item_ids, self.item_table = real.item_ids, real.item_table
        self.feedback, self.scale = real.feedback, real.scale
        self.expected_events = len(real.interactions)
        self._real, self._copied, self._rest = real, copied, rest

    def batches(self) -> Iterator[Batch]:
        people = np.arange(self._copied) % self._real.n_users
        rows = Histories.from_interactions(self._real.interactions).take(people)
        table = self._real.user_table.iloc[people].reset_index(drop=True)
        yield Batch(table, rows.people().astype(np.int32), rows.items, rows.values, rows.times)
        for batch in () if self._rest is None else self._rest.batches():
            users = (batch.users + self._copied).astype(np.int32)
            yield Batch(batch.people, users, batch.items, batch.values, batch.times)


def in_percent(found: Estimate) -> str:
    return in_brackets(found, ".1%")


def in_brackets(found: Estimate, form: str) -> str:
    interval = "" if found.low is None else f" [{found.low:{form}}, {found.high:{form}}]"
    return f"{found.value:{form}}{interval}"


def in_words(lead: Estimate) -> str:
    return f"{lead.value:+.4f} [{lead.low:+.4f}, {lead.high:+.4f}]"


PARTS: dict[str, Callable[[Asked], Found]] = {
    "likeness": likeness,
    "worth": worth,
    "scarce": scarce,
    "privacy": privacy,
    "collapse": collapse,
    "speed": speed,
    "catches": catches,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-sets", nargs="+", choices=DATA_SETS, default=list(DATA_SETS))
    parser.add_argument("--generators", nargs="+", choices=KS_ASKED, default=list(KS_ASKED))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--data", type=Path, default=data_folder())
    options = parser.parse_args()
    asked = Asked(options.data, tuple(options.data_sets), tuple(options.generators), tuple(options.seeds))
    rows: list[Row] = []
    passed = True
    for name in options.parts:
        started = time.monotonic()
        more, good = PARTS[name](asked)
        rows += [*more, (f"{name}: all of it", "", f"{time.monotonic() - started:.0f} s")]
        passed &= good
    record("Synthetic data", rows)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
