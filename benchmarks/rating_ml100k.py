"""Rating errors on the five official folds of MovieLens 100K, pooled over a fold's ratings, clipped to 1..5.

``python -m benchmarks.rating_ml100k --model KEY [KEY ...] [--seeds 0] [--attributes] [--validate [--set ...]]``

A model that learns in epochs learns from the whole fold for as many epochs as ``benchmarks.settings`` names. Where it
names none, a random tenth of each fold's training is kept apart, by which the best epoch is found; the tenth is not
learnt from afterwards. With ``--attributes`` models are told what ``u.item`` and ``u.user`` say: genres and dates of
the films; age, gender, occupation and zip code of the people.

``--model blend``: its weights are learned on a random tenth of a fold's training ratings, by members trained on
the rest; then the members learn from the whole training part, and the blend with these weights is measured
on the fold's test ratings.
``--validate --set members=svdpp,bias`` tries other members.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import blends
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
    record_parity,
    run,
    set_up,
)
from benchmarks.settings import RATING_ML100K, RATING_ML100K_BLEND
from recsys_core.data.dataset import Dataset, Ids, Scale
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.data.reading.any_table import read_table
from recsys_core.data.side.item_table import describe_items
from recsys_core.data.side.people_table import describe_people
from recsys_core.models import Recommender
from recsys_core.models.blend import Blend
from recsys_core.splitting import Holdout
from recsys_core.training.context import FitContext, Validation
from recsys_core.types import Feedback

N_USERS, N_ITEMS = 943, 1682
FOLDS = ("u1", "u2", "u3", "u4", "u5")
VALIDATION_SHARE = 0.1
PROTOCOL = "ML-100K, folds u1 to u5, clipped to 1..5"
SURPRISE = "Surprise's README, ML-100K, five random folds"
CORNAC = "Cornac 3.0.1, MF with 50 factors, same folds"

TARGETS = {
    "bias": Target((0.946,), (0.944,), SURPRISE),
    "item_knn": Target((0.9204,), (0.9204,), "Surprise 1.1.4, KNNBaseline between items, same folds"),
    "biased_mf": Target((0.915,), (0.9106,), CORNAC),
    "svdpp": Target((0.915,), (0.919,), SURPRISE),
    "neumf": Target((0.945,), (), ""),
    "item_autorec": Target((0.908, 0.717), (0.9106,), CORNAC),
    "user_autorec": Target((0.915,), (0.9106,), CORNAC),
    "blend": Target((0.902,), (), ""),
}
WITH_ATTRIBUTES = {
    "biased_mf": Target((0.912,), (0.9106,), CORNAC),
    "item_autorec": Target((0.908, 0.717), (0.9106,), CORNAC),
    "user_autorec": Target((0.912,), (0.9106,), CORNAC),
    "deepfm": Target((0.908, 0.717), (0.9106,), CORNAC),
    "blend": Target((0.902,), (), ""),
}


def main() -> None:
    parser = model_options(__doc__ or "", "ml-100k", composed=(Blend.info.key,))
    parser.add_argument("--attributes", action="store_true", help="tell the models about films and people")
    options = parse(parser)
    run(
        options,
        "rating_ml100k: ratings of ML-100K, official folds",
        lambda key, seed: _measure(key, options.data, seed, options.attributes),
        lambda key, seed: validate(options.data, key, options.set, seed, options.attributes),
    )


def _measure(key: str, folder: Path, seed: int, attributes: bool) -> tuple[list[Row], bool]:
    rows: list[Row] = []
    errors = []
    about = ", with attributes" if attributes else ""
    started = time.monotonic()
    for fold in FOLDS:
        train, test = (load(folder / f"{fold}.{part}") for part in ("base", "test"))
        model = fit(key, _dataset(folder, fold, train, attributes), {}, seed)
        errors.append(rating_errors(model, test))
        rows.append((f"{model.title}{about}, seed {seed}, {fold}, RMSE / MAE", "", figures_text(errors[-1])))
    seconds = (time.monotonic() - started) / len(FOLDS)
    rmse, mae = np.mean(errors, axis=0)
    target = (WITH_ATTRIBUTES if attributes else TARGETS).get(key)
    asked = () if target is None else target.asked  # of the RMSE, or of both
    good = all(figure <= bound for figure, bound in zip((rmse, mae), asked, strict=False))
    if target is not None:
        options = "--attributes" if attributes else ""
        record_parity(key, PROTOCOL + about, "RMSE, mean of five", target, (float(rmse),), good, options)
    bounds = " / ".join(f"≤ {bound:.3f}" for bound in asked)
    title = Blend.info.title if key == Blend.info.key else model.title  # the members of a blend may differ by fold
    mean = f"**{title}{about}, seed {seed}, mean of five, RMSE / MAE**"
    rows.append((mean, bounds, f"**{rmse:.4f}** / {mae:.4f}"))
    rows.append((f"{title}{about}, seconds a fold", "", f"{seconds:.1f}"))
    return rows, good


def load(file: Path) -> Interactions:
    """One file of the folds: user, item, rating and time."""
    columns = np.loadtxt(file, dtype=np.int64)
    return pairs(columns[:, 0] - 1, columns[:, 1] - 1, columns[:, 2], N_USERS, N_ITEMS)


def _dataset(folder: Path, name: str, events: Interactions, attributes: bool) -> Dataset:
    dataset = numbered_dataset(name, events, feedback=Feedback.EXPLICIT, scale=Scale(1, 5, 1))
    if not attributes:
        return dataset
    item_ids, user_ids = (Ids.of([str(position + 1) for position in range(n)]) for n in (N_ITEMS, N_USERS))
    items = describe_items(read_table(folder / "u.item"), item_ids)
    people = describe_people(read_table(folder / "u.user"), user_ids)
    return replace(dataset, item_ids=item_ids, user_ids=user_ids, item_table=items.table, user_table=people.table)


def fit(key: str, train: Dataset, tried: Settings, seed: int) -> Recommender:
    """A model that learned from a fold."""
    if key == Blend.info.key:
        return blends.retrained(_blend(train, RATING_ML100K_BLEND, seed), train, seed)
    model = set_up(key, RATING_ML100K, tried)
    if "epochs" not in model.Config.model_fields or "epochs" in RATING_ML100K.get(key, {}):
        return model.fit(train, FitContext(seed=seed))
    events = train.interactions
    apart = np.random.default_rng(seed).random(len(events)) < VALIDATION_SHARE
    held_out = events.take(apart)

    def judge(model: Recommender) -> Validation:
        return Validation("RMSE", rating_errors(model, held_out)[0], higher_is_better=False)

    return model.fit(train.with_interactions(events.take(~apart)), FitContext(seed=seed, validate=judge))


def _blend(train: Dataset, keys: Sequence[str], seed: int) -> Blend:
    events = train.interactions
    apart = np.random.default_rng(seed).random(len(events)) < VALIDATION_SHARE
    rest, held_out = train.with_interactions(events.take(~apart)), events.take(apart)
    holdout = Holdout(Histories.from_interactions(rest.interactions), held_out, held_out, scale=train.scale)
    return blends.judged(keys, RATING_ML100K, rest, holdout, seed)[1]


def validate(folder: Path, key: str, tried: Settings, seed: int, attributes: bool) -> None:
    """Print the error of each epoch, or of the end, on a random tenth of the training part of u1."""
    events = load(folder / "u1.base")
    if key == Blend.info.key:
        members = tried.get("members", ",".join(RATING_ML100K_BLEND)).split(",")
        _blend(_dataset(folder, "u1", events, attributes), members, seed)
        return
    apart = np.random.default_rng(99).random(len(events)) < VALIDATION_SHARE
    held_out = events.take(apart)

    def judge(model: Recommender) -> Validation:
        rmse, mae = rating_errors(model, held_out)
        print(f"RMSE {rmse:.4f}  MAE {mae:.4f}", flush=True)
        return Validation("RMSE", rmse, higher_is_better=False)

    fit_and_tell(
        set_up(key, RATING_ML100K, tried), _dataset(folder, "u1", events.take(~apart), attributes), seed, judge
    )


def rating_errors(model: Recommender, test: Interactions) -> tuple[float, float]:
    """Root mean square and mean absolute error over all ratings."""
    errors = model.predict(test.users, test.items).astype(np.float64) - test.values
    return float(np.sqrt(np.mean(errors**2))), float(np.abs(errors).mean())


if __name__ == "__main__":
    main()
