"""Fine-tuning against training anew: MovieLens latest-small, of which the latest fifth comes as new data.

``python -m benchmarks.fine_tune [--model KEY ...] [--seeds 0 1 2] [--data FOLDER] [--validate [--set ...]]``

*Old*: the events of the first four fifths in time, with the people and items that they know. *New*: all events. Both
are split by time within each person, as anybody would who uploads first one file and then the other; what the old model
learned from never judges the new one. *Retrained*: from scratch on the new training events, settings as they come.
*Fine-tuned*: from the old model, with the settings that fine-tuning offers unasked. Both choose their best epoch on the
same validation events. Seconds are the processor's, so that what else the machine does counts little, and count all
until the model is ready, validation included. Asked of the means over seeds: NDCG@10 within 2 % of the retrained one's
in at most 30 % of its time. Models of ratings, which do not learn to rank, are asked for an RMSE within 2 % instead;
their NDCG@10 is printed too, but not asked for.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.common import Row, data_folder, parse, record
from recsys_core.data.dataset import Dataset, Ids
from recsys_core.data.importing import import_ratings
from recsys_core.data.interactions import Interactions
from recsys_core.evaluation import Report, evaluate, validator
from recsys_core.models import MODELS, Ability, Recommender, find_model
from recsys_core.models.warm_starts import fine_tuning_settings, warm_start
from recsys_core.runs.before_after import Changes, forgetting, never_seen, roles_elsewhere
from recsys_core.splitting import TEST, TRAIN, VALID, Split, SplitRecipe, split
from recsys_core.statistics.bootstrap import resampled_sums
from recsys_core.training.context import FitContext
from recsys_core.training.warm_start import Part, WarmStart

OLD_SHARE = 0.8  # of the events, by time
WORSE, FASTER = 0.02, 0.3


@dataclass(frozen=True)
class Trained:
    """A model and what it took.

    Attributes:
        seconds: of the processor, until it was ready, validation included.
        best: its figure on the validation events.
    """

    model: Recommender
    seconds: float
    best: float
    epochs: int


def load(folder: Path) -> tuple[Dataset, Dataset]:
    """The old and the new data."""
    new = import_ratings(folder / "ratings.csv", "latest-small", items=folder / "movies.csv").dataset
    times = new.interactions.times
    assert times is not None
    return only(new, np.flatnonzero(times <= np.quantile(times, OLD_SHARE))), new


def only(dataset: Dataset, rows: np.ndarray) -> Dataset:
    """These events, with the people and items that they know."""
    events = dataset.interactions.take(rows)
    users, user = np.unique(events.users, return_inverse=True)
    items, item = np.unique(events.items, return_inverse=True)
    return Dataset(
        f"{dataset.name}, earlier part",
        Interactions(user.astype(np.int32), item.astype(np.int32), events.values, events.times, len(users), len(items)),
        Ids(dataset.user_ids.values[users]),
        Ids(dataset.item_ids.values[items]),
        dataset.item_table.iloc[items].reset_index(drop=True),
        dataset.user_table.iloc[users].reset_index(drop=True),
        dataset.feedback,
        scale=dataset.scale,
    )


def train(model: Recommender, parts: Split, seed: int, begin: Callable[[], WarmStart] | None = None) -> Trained:
    """Fit with the best epoch chosen on the validation events; to begin from an earlier model is part of the time."""
    started = time.process_time()
    context = FitContext(seed=seed, validate=validator(parts, model), warm=begin() if begin else None)
    model.fit(parts.train, context)
    seconds = time.process_time() - started
    assert model.training is not None
    best = model.training.history[model.training.best_epoch - 1].validation
    assert best is not None
    return Trained(model, seconds, best.value, model.training.epochs)


@dataclass(frozen=True)
class Pair:
    """The old model, and both ways to the new one."""

    source: Trained
    retrained: Trained
    fine_tuned: Trained

    def on_validation(self) -> str:
        """The figures that settings are chosen by."""
        retrained, tuned = self.retrained, self.fine_tuned
        return (
            f"best on validation {retrained.best:.4f} / {tuned.best:.4f}, epochs {retrained.epochs} / {tuned.epochs}, "
            f"seconds {retrained.seconds:.1f} / {tuned.seconds:.1f} ({tuned.seconds / retrained.seconds:.0%})"
        )


def both_ways(key: str, seed: int, old: Split, new: Split, tried: dict[str, str]) -> Pair:
    """Train the old model, then both."""
    kind = find_model(key)
    source = train(kind(), old, seed)
    retrained = train(kind(), new, seed)
    assert source.model.training is not None
    weights = {name: one.tensor for name, one in source.model.training.learned.items()}
    model = kind(kind.Config.parse(fine_tuning_settings(source.model.config, source.epochs) | tried))
    rates = dict.fromkeys(Part, source.model.config.warm.rate)
    tuned = train(model, new, seed, lambda: warm_start(source.model, weights, old.train, new.train, rates))
    return Pair(source, retrained, tuned)


@dataclass(frozen=True)
class Judged:
    """A pair on the test events."""

    pair: Pair
    reports: tuple[Report, Report]
    forgotten: Changes


def judge(pair: Pair, old: Split, new: Split) -> Judged:
    """Both on the new test events, and what was forgotten of the old ones."""
    retrained, tuned = (evaluate(one.model, new.test, new.dataset) for one in (pair.retrained, pair.fine_tuned))
    return Judged(pair, (retrained, tuned), forgetting(pair.source.model, old, pair.fine_tuned.model, new))


def ratio(judged: list[Judged], metric: str) -> tuple[float, float, float]:
    """The figure of the fine-tuned over that of the retrained, means over seeds, with its interval over people."""
    sums = []
    for which in (0, 1):
        parts = [one.reports[which].per_user[metric] for one in judged]
        sums.append(np.mean([part.numerator for part in parts], axis=0))
    columns = np.stack(sums, axis=1)
    resampled = resampled_sums(columns, seed=0)
    low, high = np.quantile(resampled[:, 1] / resampled[:, 0], [0.025, 0.975])
    total = columns.sum(axis=0)
    return float(total[1] / total[0]), float(low), float(high)


def rows_of(judged: list[Judged]) -> tuple[list[Row], bool]:
    """The rows of a model, and whether it is as good and as fast as asked."""
    retrained, tuned = [one.pair.retrained for one in judged], [one.pair.fine_tuned for one in judged]
    title = retrained[0].model.title

    def both(metric: str) -> str:
        means = [np.mean([one.reports[which].metrics[metric].value for one in judged]) for which in (0, 1)]
        return f"{means[0]:.4f} / {means[1]:.4f}"

    rates = "rmse" in judged[0].reports[0].metrics
    share, low, high = ratio(judged, "ndcg@10")
    seconds = [float(np.mean([one.seconds for one in ones])) for ones in (retrained, tuned)]
    spent = seconds[1] / seconds[0]
    epochs = " / ".join(", ".join(str(one.epochs) for one in ones) for ones in (retrained, tuned))
    old = [one.forgotten.figures["ndcg@10"] for one in judged]
    before, after = np.mean([one.before for one in old]), np.mean([one.after for one in old])
    ranked = f"{both('ndcg@10')}: {share:.1%} [{low:.1%}, {high:.1%}]"
    timed = f"{seconds[0]:.1f} / {seconds[1]:.1f}: {spent:.0%}; epochs {epochs}"
    good = share >= 1 - WORSE
    rows = [
        (f"{title}: NDCG@10 retrained / fine-tuned", "" if rates else f"≥ {1 - WORSE:.0%}", ranked),
        (f"{title}: seconds", f"≤ {FASTER:.0%}", timed),
        (f"{title}: forgetting, NDCG@10 on the old test", "", f"{before:.4f} → {after:.4f} ({after - before:+.4f})"),
    ]
    if rates:
        means = [float(np.mean([one.reports[which].metrics["rmse"].value for one in judged])) for which in (0, 1)]
        good = means[1] <= (1 + WORSE) * means[0]
        measured = f"{both('rmse')}: {means[1] / means[0]:.1%}"
        rows.append((f"{title}: RMSE retrained / fine-tuned", f"≤ {1 + WORSE:.0%}", measured))
    return rows, good and spent <= FASTER


def main() -> None:
    keys = [model.info.key for model in MODELS if Ability.WARM_START in model.info.abilities]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", choices=keys, default=keys, metavar="KEY", help=", ".join(keys))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--data", type=Path, default=data_folder() / "ml-latest-small")
    parser.add_argument("--validate", action="store_true", help="print the figures that settings are chosen by")
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="FIELD=VALUE", help="other settings of the fine-tuning, with --validate"
    )
    options = parse(parser)
    old, new = (split(dataset, SplitRecipe()) for dataset in load(options.data))
    new, moved = never_seen(new, old)
    leaks = int(np.isin(roles_elsewhere(new, old)[new.roles == TEST], (TRAIN, VALID)).sum())
    rows: list[Row] = [
        ("held-out events taken back because the old model had met them", "", f"{moved:,}"),
        ("test events that the old model learned from or was chosen by", "0", f"{leaks:,}"),
    ]
    passed = leaks == 0
    for key in options.model:
        pairs = [both_ways(key, seed, old, new, options.set) for seed in options.seeds]
        if options.validate:
            print(key, *(pair.on_validation() for pair in pairs), sep="\n  ", flush=True)
            continue
        more, good = rows_of([judge(pair, old, new) for pair in pairs])
        print(*more, sep="\n", flush=True)
        rows, passed = rows + more, passed and good
    if not options.validate:
        record("fine_tune: the latest fifth of MovieLens latest-small as new data", rows)
        sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
