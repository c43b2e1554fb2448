"""Items and people whom no model met: MovieLens 100K with synopses and posters.

``python -m benchmarks.cold_start [--seeds 0 1 2] [--text words] [--pictures frozen] [--part items warm people]``

The data come through the import that everybody uses: ratings and people of ``ml-100k``, the item file and synopses of
``ml-100k-text``, the posters of ``ml-100k-posters``. Columns that tell popularity (``vote_count``, ``vote_average``)
are left out by the models' own finding of such columns, and that is checked here.

*Cold items*: the split of that name, 20 % of the items never seen in training, all of their events to be found, lists
drawn from all of these items. *Warm*: the temporal split, all items. *Cold people*: the split of that name, 5 events of
a person known. Best epochs are chosen on validation events of the same kind. Figures are NDCG@10 as means over training
seeds; intervals are over people, those of differences paired, and over seeds as well. "Random" is exact: the
expectation over all orders. "Genres" arms see nothing but genres; "attributes" means genres, year, language and length.
What is written about cold items, but none of their events, is known while words and main directions are counted, as in
a catalogue that is there before anybody met its items; attributes are learned from met items alone.
``--validate`` prints the best figures on validation events instead, and looks at no test event.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.common import Row, data_folder, peak_memory_mb, record
from recsys_core.comparing.ablation import Gain, gain
from recsys_core.content.attributes import Attributes
from recsys_core.data.dataset import Dataset
from recsys_core.data.importing import import_ratings
from recsys_core.data.side.pictures import PictureSource
from recsys_core.evaluation import evaluate, validator
from recsys_core.models import find_model
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import PerUser
from recsys_core.statistics.seeds import mean_over_seeds
from recsys_core.training.context import FitContext
from recsys_core.warm_and_cold import Side

METRIC = "ndcg@10"
LEAKING = {"vote_count", "vote_average"}
NOTHING: dict[str, Any] = {"text": "none", "pictures": "none", "attributes": False}
PARTS = ("items", "warm", "people")


@dataclass(frozen=True)
class Arm:
    """A model and what it reads.

    Attributes:
        model: its key.
        settings: those that differ from how it comes.
        genres_only: of the attributes it is shown genres alone.
    """

    model: str
    settings: dict[str, Any]
    genres_only: bool = False


@dataclass(frozen=True)
class Data:
    """The data set whole, and with nothing but titles, genres, synopses and posters; ``cache`` is for encoders."""

    whole: Dataset
    genres: Dataset
    cache: Path

    def parts(self, recipe: SplitRecipe, arm: Arm) -> Split:
        """The same events in the same roles, whatever is known of the items."""
        return split(self.genres if arm.genres_only else self.whole, recipe)


@contextmanager
def load(folder: Path) -> Iterator[Data]:
    """The data set, while its pictures are there."""
    with tempfile.TemporaryDirectory() as made:
        pictures, cache = Path(made) / "pictures", Path(made) / "cache"
        pictures.mkdir()
        dataset = import_ratings(
            folder / "ml-100k" / "u.data",
            "ml-100k",
            items=folder / "ml-100k-text" / "items_overview.csv",
            people=folder / "ml-100k" / "u.user",
            pictures=PictureSource.files(folder / "ml-100k-posters" / "posters", pictures),
        ).dataset
        usual = ["title", "genres", "year", "text", "image"]
        table = dataset.item_table[usual].assign(year=pd.array([pd.NA] * dataset.n_items, dtype="Int32"))
        yield Data(dataset, replace(dataset, item_table=table), cache)


def arms_of_cold_items(text: str, pictures: str) -> dict[str, Arm]:
    """What is measured on cold items."""
    read, seen, known = {"text": text}, {"pictures": pictures}, {"attributes": True}

    def content(**settings: Any) -> Arm:
        return Arm("content", NOTHING | settings)

    return {
        "popularity": Arm("popularity", {}),
        "TF-IDF": Arm("tfidf", {}),
        "content model: nothing": content(),
        "content model: genres": replace(content(**known), genres_only=True),
        "content model: text": content(**read),
        "content model: text + genres": replace(content(**read, **known), genres_only=True),
        "content model: pictures": content(**seen),
        "content model: text + attributes": content(**read, **known),
        "content model: all": content(**read, **seen, **known),
        "two-tower hybrid: all": Arm("two_tower", NOTHING | read | seen | known),
        "content NCF: all": Arm("content_ncf", NOTHING | read | seen | known),
    }


def arms_of_warm_items(text: str, pictures: str) -> dict[str, Arm]:
    """What is measured on the temporal split."""
    every = {"text": text, "pictures": pictures, "attributes": True}
    return {
        "two-tower hybrid: nothing": Arm("two_tower", NOTHING | {"people": False}),
        "two-tower hybrid: all": Arm("two_tower", every),
        "popularity": Arm("popularity", {}),
        "EASE": Arm("ease", {}),
    }


def arms_of_cold_people(text: str, pictures: str) -> dict[str, Arm]:
    """What is measured on people of whom little is known."""
    every = {"text": text, "pictures": pictures, "attributes": True}
    return {
        "popularity": Arm("popularity", {}),
        "TF-IDF": Arm("tfidf", {}),
        "EASE": Arm("ease", {}),
        "two-tower hybrid: without attributes of people": Arm("two_tower", every | {"people": False}),
        "two-tower hybrid: all": Arm("two_tower", every),
    }


def fit(arm: Arm, parts: Split, seed: int, cache: Path) -> Any:
    """The model of an arm, trained with its best epoch chosen on validation events."""
    kind = find_model(arm.model)
    model = kind(kind.Config.parse(arm.settings))
    return model.fit(parts.train, FitContext(seed=seed, validate=validator(parts, model), cache=cache))


def measure(
    arms: dict[str, Arm], recipe: SplitRecipe, data: Data, seeds: list[int], side: Side | None
) -> dict[str, list[PerUser]]:
    """Arm → figures of people, one for each seed; and "random", of the first arm's lists by chance."""
    found: dict[str, list[PerUser]] = {}
    for name, arm in arms.items():
        parts = data.parts(recipe, arm)
        for seed in seeds if find_model(arm.model).Config.model_fields.get("epochs") else seeds[:1]:
            report = evaluate(fit(arm, parts, seed, data.cache), parts.test, parts.dataset)
            apart = None if side is None else report.apart[side]
            found.setdefault(name, []).append((apart or report).per_user[METRIC])
            if apart is not None:
                found.setdefault("random", [apart.chance[METRIC]])
            print(f"{name}, seed {seed}: {found[name][-1].value():.4f}", flush=True)
    return found


def validate(arms: dict[str, Arm], recipe: SplitRecipe, data: Data, seeds: list[int]) -> None:
    """Print the best figures on validation events."""
    for name, arm in arms.items():
        for seed in seeds:
            model = fit(arm, data.parts(recipe, arm), seed, data.cache)
            if model.training is not None:
                best = model.training.history[model.training.best_epoch - 1].validation
                print(
                    f"{name}, seed {seed}: {best.metric} {best.value:.4f} in epoch {model.training.best_epoch} of "
                    f"{model.training.epochs}, {model.training.seconds:.0f} s, "
                    f"{model.training.samples_per_second:,.0f} samples/s",
                    flush=True,
                )


def figures(found: dict[str, list[PerUser]], what: str) -> list[Row]:
    """A row for each arm, with its interval over people."""
    rows = []
    for name, seeds in found.items():
        mean = mean_over_seeds(seeds)
        low, high = bootstrap({METRIC: mean}, seed=0)[METRIC]
        interval = "" if low is None else f" [{low:.4f}, {high:.4f}]"
        many = f", {len(seeds)} seeds" if len(seeds) > 1 else ""
        rows.append((f"{what}, {name}: NDCG@10{many}", "", f"{mean.value():.4f}{interval}"))
    return rows


def difference(
    found: dict[str, list[PerUser]], mine: str, theirs: str, what: str, good: Callable[[Gain], bool] | None, asked: str
) -> tuple[Row, bool]:
    """By how much one arm is better than another, over the same people and the seeds that both have."""
    one = gain(found[mine], found[theirs], None)
    assert one is not None
    is_good = good is None or good(one)
    low, high = one.estimate.low, one.estimate.high
    row = (f"{what}, {mine} less {theirs}", asked, f"{one.estimate.value:+.4f} [{low:+.4f}, {high:+.4f}]")
    return row, is_good


def is_above(one: Gain) -> bool:
    return one.estimate.low is not None and one.estimate.low > 0


def is_not_below(one: Gain) -> bool:
    return one.estimate.high is not None and one.estimate.high >= 0


def differences(
    found: dict[str, list[PerUser]], what: str, wanted: list[tuple[str, str, Callable[[Gain], bool] | None, str]]
) -> tuple[list[Row], bool]:
    """The differences of arms that there are, and whether all are as asked."""
    told = [difference(found, mine, theirs, what, good, asked) for mine, theirs, good, asked in wanted]
    return [row for row, _ in told], all(good for _, good in told)


def check_leaks(data: Data) -> tuple[Row, bool]:
    """That no feature comes from a column that tells popularity."""
    names = Attributes.of_items(split(data.whole, SplitRecipe(key="cold-item")).train).encoder.names
    leaks = [name for name in names if any(column in str(name) for column in LEAKING)]
    known = LEAKING & set(data.whole.item_table)
    row = ("features from vote_count and vote_average, which the item file holds", "0", f"{len(leaks)}")
    return row, not leaks and known == LEAKING


def main() -> None:
    description, _, _ = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="of trainings")
    parser.add_argument("--data", type=Path, default=data_folder())
    parser.add_argument("--text", default="words", help="who reads texts (default: %(default)s)")
    parser.add_argument("--pictures", default="frozen", help="who looks at pictures (default: %(default)s)")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--validate", action="store_true", help="print the figures that settings are chosen by")
    options = parser.parse_args()
    sides: dict[str, tuple[Callable[[str, str], dict[str, Arm]], SplitRecipe, Side | None, str]] = {
        "items": (arms_of_cold_items, SplitRecipe(key="cold-item", test_share=0.2), Side.NEW_ITEMS, "cold items"),
        "warm": (arms_of_warm_items, SplitRecipe(key="temporal"), None, "warm"),
        "people": (arms_of_cold_people, SplitRecipe(key="cold-user"), Side.FEW_EVENTS, "cold people"),
    }
    with load(options.data) as data:
        rows, passed = [], True
        if not options.validate:
            row, passed = check_leaks(data)
            rows.append(row)
        for part in options.part:
            arms_of, recipe, side, what = sides[part]
            arms = arms_of(options.text, options.pictures)
            if options.validate:
                validate(arms, recipe, data, options.seeds)
                continue
            found = measure(arms, recipe, data, options.seeds, side)
            rows += figures(found, what)
            more, good = differences(found, what, asked_of(part, found))
            rows, passed = rows + more, passed and good
        if not options.validate:
            title = f"cold_start: MovieLens 100K, texts by {options.text}, pictures by {options.pictures}"
            record(title, [*rows, ("peak memory", "", f"{peak_memory_mb():.0f} MB")])
    sys.exit(0 if passed else 1)


def asked_of(part: str, found: dict[str, list[PerUser]]) -> list[tuple[str, str, Callable[[Gain], bool] | None, str]]:
    """Which arm is set against which, and what is asked of the difference."""
    above, not_below, printed = (is_above, "above 0"), (is_not_below, "not below 0"), (None, "")
    if part == "warm":
        return [("two-tower hybrid: all", "two-tower hybrid: nothing", *not_below)]
    if part == "people":
        full = "two-tower hybrid: all"
        without = "two-tower hybrid: without attributes of people"
        return [(full, other, *printed) for other in ("random", "popularity", "TF-IDF", "EASE", without)]
    content = "content model: {}".format
    reading = [name for name in found if name.startswith(("content", "two-tower")) and not name.endswith("nothing")]
    return [
        *((name, "random", *above) for name in reading if name != content("pictures")),
        (content("pictures"), "random", *printed),
        (content("text"), content("nothing"), *above),
        (content("text + genres"), content("genres"), *printed),
        (content("pictures"), content("nothing"), *printed),
        (content("all"), content("text + attributes"), *printed),
        (content("all"), "TF-IDF", *printed),
        ("two-tower hybrid: all", content("all"), *printed),
    ]


if __name__ == "__main__":
    main()
