"""What comes next: the last event of each person held out, by time, all items ranked, known items hidden.

``python -m benchmarks.next_item --model KEY [KEY ...] [--data-set ml-100k] [--seeds 0] [--validate [--set ...]]``

Equal times keep the order of the file, as in the comparison of other libraries, so that the figures stand beside
theirs. In ML-100K that order is random. In ML latest-small it is that of the films' numbers, which a model that reads
histories in order can learn: figures there flatter it. Settings are chosen on the last event but one.

With several seeds a model's figures are means over them. Each model is also compared with popularity, person by person:
the difference of their NDCG@10 with a 95 % bootstrap interval over people.
"""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.common import (
    Row,
    Settings,
    Target,
    figures_text,
    fit_and_tell,
    model_options,
    numbered_dataset,
    pairs,
    parse,
    print_losses,
    record_parity,
    run,
    set_up,
    validate_by,
)
from benchmarks.settings import NEXT_ITEM
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.evaluation import Report, evaluate
from recsys_core.models import Recommender
from recsys_core.models.popularity import Popularity
from recsys_core.splitting import Holdout
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.training.context import FitContext
from recsys_core.types import Feedback

FILES = {"ml-100k": ("u.data", "\t", 0), "ml-latest-small": ("ratings.csv", ",", 1)}  # separator, lines to skip
PROTOCOL = "{} by time, last event of each person, all items ranked"
METRICS = ("ndcg@10", "hit_rate@10")
NAMES = "NDCG@10 / HR@10"
RECTOOLS = "RecTools 0.19, same split, one run"

# By data set and model; only the first figure, NDCG@10, is asked for. Items that are equally popular are taken in some
# order there and in all orders here.
TARGETS = {
    ("ml-100k", "popularity"): Target((0.044,), (0.0449, 0.0859), RECTOOLS),
    ("ml-100k", "ease"): Target((0.072,), (0.0729, 0.1379), RECTOOLS),
    ("ml-100k", "sasrec"): Target((0.080,), (0.0822, 0.1538), RECTOOLS),
}
ABOVE_POPULARITY = ("sasrec", "gru4rec")


def main() -> None:
    parser = model_options(__doc__ or "", "")
    parser.add_argument("--data-set", choices=[*FILES, "both"], default="both")
    options = parse(parser)
    names = list(FILES) if options.data_set == "both" else [options.data_set]
    worlds = [World(options.data, name, options.seeds) for name in names]

    def measure(key: str, seed: int) -> tuple[list[Row], bool]:
        rows, good = zip(*(world.measure(key, seed) for world in worlds), strict=True)
        return sum(rows, []), all(good)

    def validate_all(key: str, seed: int) -> None:
        for name in names:
            validate(options.data, name, key, options.set, seed)

    run(options, "next_item: the last event of each person, all items ranked", measure, validate_all)


class World:
    """A data set, and what was measured on it so far."""

    def __init__(self, folder: Path, name: str, seeds: list[int]) -> None:
        self.name, self.seeds = name, seeds
        self.train, self.test = last_apart(load(folder, name))
        self._popular = evaluate(Popularity().fit(self.train), self.test, self.train, ks=(10,))
        self._reports: dict[str, list[Report]] = {}

    def measure(self, key: str, seed: int) -> tuple[list[Row], bool]:
        """The rows of a model and a seed; behind the last seed, what counts: the means and whether they are good."""
        model = set_up(key, NEXT_ITEM[self.name], {})
        started = time.monotonic()
        model.fit(self.train, FitContext(seed=seed, on_event=print_losses))
        seconds = time.monotonic() - started
        report = evaluate(model, self.test, self.train, ks=(10,))
        reports = self._reports.setdefault(key, [])
        reports.append(report)
        what = f"{self.name}, {model.title}"
        measured = figures_text(tuple(report.metrics[name].value for name in METRICS))
        rows: list[Row] = [(f"{what}, seed {seed}, {NAMES}; fit", "", f"{measured}; {seconds:.1f} s")]
        if len(reports) < len(self.seeds):
            return rows, True
        means, good = self._means(key, what)
        return rows + means, good

    def _means(self, key: str, what: str) -> tuple[list[Row], bool]:
        each = {name: mean_per_person([report.per_user[name] for report in self._reports[key]]) for name in METRICS}
        popular = self._popular.per_user[METRICS[0]]
        above = replace(each[METRICS[0]], numerator=each[METRICS[0]].numerator - popular.numerator)
        intervals = bootstrap(each | {"above": above}, seed=0)
        means = [Estimate(each[name].value(), *intervals[name]) for name in METRICS]
        target = TARGETS.get((self.name, key))
        good = target is None or means[0].value >= target.asked[0]
        if target is not None:
            printed, protocol = tuple(mean.value for mean in means), PROTOCOL.format(self.name)
            options = f"--data-set {self.name} --seeds {' '.join(map(str, self.seeds))}"
            record_parity(key, protocol, NAMES, target, printed, good, options)
        gain = Estimate(above.value(), *intervals["above"])
        is_above = key not in ABOVE_POPULARITY or (gain.low is not None and gain.low > 0)
        rows = [
            (
                f"**{what}, mean over people and seeds, {NAMES}**",
                "" if target is None else f"≥ {target.asked[0]:.4f}",
                f"**{means[0].value:.4f}** {_interval(means[0])} / {means[1].value:.4f} {_interval(means[1])}",
            ),
            (
                f"{what}, NDCG@10 above popularity's",
                "> 0" if key in ABOVE_POPULARITY else "",
                f"{gain.value:+.4f} {_interval(gain)}",
            ),
        ]
        return rows, good and is_above


def _interval(estimate: Estimate) -> str:
    return f"({estimate.low:.4f} to {estimate.high:.4f})"


def mean_per_person(parts: list[PerUser]) -> PerUser:
    """The mean of several figures of the same people, who all have the denominator 1."""
    return replace(parts[0], numerator=np.mean([part.numerator for part in parts], axis=0))


def load(folder: Path, name: str) -> Interactions:
    """All events of a data set with their times, people and items in the order of their numbers."""
    file, separator, header = FILES[name]
    columns = np.loadtxt(folder / name / file, delimiter=separator, skiprows=header)
    users, items = (np.unique(columns[:, column], return_inverse=True)[1] for column in (0, 1))
    events = pairs(users, items, np.ones(len(users)), int(users.max()) + 1, int(items.max()) + 1)
    return replace(events, times=columns[:, 3].astype(np.int64))


def last_apart(events: Interactions) -> tuple[Dataset, Holdout]:
    """Everything but each person's last event, and these to be found."""
    assert events.times is not None
    order = np.lexsort((events.times, events.users))  # equal times in file order
    is_last = np.append(np.diff(events.users[order]) > 0, True)
    known, held_out = events.take(np.sort(order[~is_last])), events.take(order[is_last])
    train = numbered_dataset("all but the last events", known, feedback=Feedback.IMPLICIT)
    return train, Holdout(Histories.from_interactions(known), held_out, held_out, None)


def validate(folder: Path, name: str, key: str, tried: Settings, seed: int) -> None:
    """Print the figures of each epoch, or of the end where there are no epochs, on the last training events."""
    train, holdout = last_apart(last_apart(load(folder, name))[0].interactions)

    def figures(model: Recommender) -> tuple[float, ...]:
        metrics = evaluate(model, holdout, train, ks=(10,)).metrics
        return tuple(metrics[name].value for name in METRICS)

    fit_and_tell(set_up(key, NEXT_ITEM[name], tried), train, seed, validate_by(figures, NAMES, decisive=0))


if __name__ == "__main__":
    main()
