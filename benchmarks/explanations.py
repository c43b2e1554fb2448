"""Whether explanations by a person's history can be trusted, method by method and model by model.

``python -m benchmarks.explanations [--part planted faithfulness intervals sanity speed] [--model KEY ...]``
``[--method KEY ...] [--people 200]``

*planted*: on the generated demo, where the theme that a person chose an item for is known, how often the strongest part
is an item of that theme, beside how often an item of the history is (chance), over held-out items whose theme makes up
at most a quarter of the history; and the rank correlation of SHAP and LIME with true single removals there.
*faithfulness*: on MovieLens 100K, the item that a model would show first is explained; the deletion gain is the area
by which the score falls faster than in random order, in parts of the range of its values. Stability is the rank
correlation over five seeds. *intervals*: drawn SHAP values against enumeration, for histories of at most twelve items.
*sanity*: rank correlation with the explanations of the same model after its weights, or the people's items before
training, were shuffled, whole and beyond what the popularity of the events explains. *speed*: seconds of one question
about a history of 100 items on a catalogue of the size of MovieLens 1M, at the budget as it comes, with all cores that
torch was given.
"""

import argparse
import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from benchmarks.common import Row, data_folder, numbered_dataset, pairs, record
from benchmarks.fold_in import load
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.data.samples import DEMO_FOLDER, load_demo
from recsys_core.evaluation import validator
from recsys_core.explain.counterfactual import lists_without
from recsys_core.explain.explainers import BUDGET, budget_for, explain
from recsys_core.explain.faithfulness import curves
from recsys_core.explain.game import HistoryGame, Question
from recsys_core.explain.likeness import rank_correlation, stability
from recsys_core.explain.shapley import Sampler, exact
from recsys_core.models import Recommender, find_model
from recsys_core.ranking import HIDDEN
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import PerUser, as_it_is
from recsys_core.training.context import FitContext
from recsys_core.types import Feedback, Float64, Int32, Int64

METHODS = ("shap-history", "lime-history", "leave-one-out-history")
MODELS_EXPLAINED = ("ease", "mult_vae", "neumf")
CASES, MOST_SHARE, LONGEST = 200, 0.25, 100
SEEDS, STABLE_SHARE = 5, 10  # one person in so many is explained by several seeds
FEW, INTERVAL_CASES = 12, 50
SANE_PEOPLE = 50
TIMES = 5  # questions that are timed
TIMED: tuple[tuple[str, dict[str, object], float], ...] = (  # model, settings, seconds that SHAP may take
    ("ease", {}, 2),
    ("mult_vae", {}, 2),
    ("neumf", {"tower": (64, 32, 16)}, 2),
    ("neumf", {"tower": (128, 64)}, 5),
)


def trained(key: str, parts: Split, seed: int = 0) -> Recommender:
    """As a run of the app would learn, with the settings as they come."""
    model = find_model(key)()
    return model.fit(parts.train, FitContext(seed=seed, validate=validator(parts, model)))


def contributions(method: str, model: Recommender, dataset: Dataset, asked: Question, seed: int = 0) -> Float64:
    """Float64[n], of the last of ever better answers."""
    *_, found = explain(method, model, dataset, asked, BUDGET, seed)
    return found.contributions.values


def first_shown(model: Recommender, history: Histories) -> Question:
    """Why the item that this person would be shown first?"""
    scores = model.score_histories(history)[0]
    scores[history.items] = HIDDEN
    return Question(history, int(scores.argmax()))


def mean(values: list[float]) -> str:
    """With its 95 % interval over people."""
    array = np.array(values)
    low, high = bootstrap({"x": PerUser(np.arange(len(array)), array, np.ones(len(array)), as_it_is)}, 0)["x"]
    return f"{array.mean():.3f} [{low:.3f}, {high:.3f}]"


def planted(models: list[str], people: int) -> Iterator[Row]:
    """How often the strongest part is a true cause."""
    dataset = load_demo().dataset
    with (DEMO_FOLDER / "items.csv").open(encoding="utf-8") as file:
        of_item = {row["item_id"]: row["theme"] for row in csv.DictReader(file)}
    with (DEMO_FOLDER / "causes.csv").open(encoding="utf-8") as file:
        causes = {(row["user_id"], row["item_id"]): row["cause"] for row in csv.DictReader(file)}
    themes = np.array([of_item[identifier] for identifier in dataset.item_ids.values])
    parts = split(dataset, SplitRecipe(key="random"))
    histories, targets = Histories.from_interactions(parts.train.interactions), parts.test.targets
    cases: list[tuple[Question, float]] = []
    for event in np.random.default_rng(0).permutation(len(targets)):
        user, item = int(targets.users[event]), int(targets.items[event])
        history = histories.take(np.array([user]))
        share = float((themes[history.items] == themes[item]).mean()) if len(history.items) else 0.0
        cause = causes[dataset.user_ids.values[user], dataset.item_ids.values[item]]
        if cause == themes[item] and 0 < share <= MOST_SHARE and len(history.items) <= LONGEST:
            cases.append((Question(history, item), share))
        if len(cases) == CASES:
            break
    cases = cases[:people]
    yield (f"planted: {len(cases)} cases, chance", "<= 25 %", f"{np.mean([share for _, share in cases]):.1%}")
    for key in models:
        model = trained(key, parts)
        found = {method: [contributions(method, model, dataset, asked) for asked, _ in cases] for method in METHODS}
        for method, values in found.items():
            hits = [
                themes[asked.history.items[one.argmax()]] == themes[asked.item]
                for (asked, _), one in zip(cases, values, strict=True)
            ]
            asks = ">= 90 % (SHAP)" if method == "shap-history" else ""
            yield (f"planted: {key}, {method}: strongest part is a true cause", asks, f"{np.mean(hits):.1%}")
        for method in METHODS[:2]:
            alike = [
                rank_correlation(one, removed, LONGEST)
                for one, removed in zip(found[method], found["leave-one-out-history"], strict=True)
            ]
            asks = ">= 0.7 (LIME)" if method == "lime-history" else ""
            yield (f"planted: {key}, {method}: rank correlation with removals", asks, f"{np.mean(alike):.2f}")


def movielens() -> Split:
    """MovieLens 100K, the default split."""
    return split(load(data_folder() / "ml-100k" / "u.data"), SplitRecipe())


def asked_of(model: Recommender, parts: Split, n: int, longest: int = LONGEST) -> list[Question]:
    """Questions of ``n`` people whose history is no longer than that; of longer ones, its latest part."""
    histories = Histories.from_interactions(parts.train.interactions)
    users = np.random.default_rng(0).permutation(np.flatnonzero(histories.lengths() >= 2))[:n]
    questions = []
    for user in users:
        items, values = histories.row(int(user))
        row = Histories.of([(items[-longest:].tolist(), values[-longest:].tolist())], histories.n_items)
        questions.append(first_shown(model, row))
    return questions


def faithfulness(models: list[str], people: int, methods: tuple[str, ...] = METHODS) -> Iterator[Row]:
    """Deletion gain, stability and seconds."""
    parts = movielens()
    for key in models:
        model = trained(key, parts)
        questions = asked_of(model, parts, people)
        for method in methods:
            started = time.perf_counter()
            found = [contributions(method, model, parts.dataset, asked) for asked in questions]
            seconds = (time.perf_counter() - started) / len(questions)
            gains = [
                curves(HistoryGame(model, asked), values, np.random.default_rng(0)).deletion_gain
                for asked, values in zip(questions, found, strict=True)
            ]
            what = f"faithfulness: {key}, {method}, {len(questions)} people"
            yield (f"{what}: deletion gain", "interval above 0", mean(gains))
            stable = [
                stability([contributions(method, model, parts.dataset, asked, seed) for seed in range(SEEDS)])
                for asked in questions[: max(5, people // STABLE_SHARE)]
            ]
            yield (f"{what}: stability, seconds", "", f"{np.mean(stable):.2f}, {seconds:.2f} s")


def intervals(models: list[str], people: int) -> Iterator[Row]:
    """Coverage of drawn intervals, and their width."""
    parts = movielens()
    for key in models:
        model = trained(key, parts)
        inside: list[bool] = []
        widths: list[float] = []
        for asked in asked_of(model, parts, min(people, INTERVAL_CASES), FEW):
            game = HistoryGame(model, asked)
            true = exact(game)
            sampler = Sampler(game, np.random.default_rng(asked.item))
            sampler.refine(BUDGET // (2 * FEW))
            drawn = sampler.found()
            rounding = 1e-6 * max(1.0, abs(true.score - true.base))  # scores are float32
            inside += (np.abs(drawn.values - true.values) <= drawn.margins + rounding).tolist()
            widths += (drawn.margins / max(abs(true.score - true.base), 1e-12)).tolist()
        yield (f"intervals: {key}: cover enumeration", ">= 90 %", f"{np.mean(inside):.1%} of {len(inside)} parts")
        yield (f"intervals: {key}: median half-width", "<= 10 % of |score - base|", f"{np.median(widths):.1%}")


def sanity(models: list[str], people: int) -> Iterator[Row]:
    """Explanations of models that know nothing must be others.

    Where people's items are dealt out anew, how popular an item is stays true, and a model that learned that alone is
    partly right. So they are dealt out evenly as well, which leaves nothing, and likeness beyond popularity is told.
    """
    parts = movielens()
    events = parts.train.interactions
    rng = np.random.default_rng(1)
    popularity = np.bincount(events.items, minlength=events.n_items)

    def learned(key: str, items: Int32) -> Recommender:
        return find_model(key)().fit(parts.train.with_interactions(replace(events, items=items)), FitContext(seed=0))

    for key in models:
        model = trained(key, parts)
        questions = asked_of(model, parts, min(people, SANE_PEOPLE))
        found = [contributions(METHODS[0], model, parts.dataset, asked) for asked in questions]
        evenly = rng.integers(0, events.n_items, len(events)).astype(np.int32)
        cases = {
            "labels drawn evenly": (learned(key, evenly), "<= 0.3"),
            "labels shuffled, so that popularity stays": (learned(key, rng.permutation(events.items)), "<= 0.3"),
            "weights shuffled": (_weights_shuffled(model, parts), "<= 0.3"),
        }
        for what, (other, asks) in cases.items():
            theirs = [contributions(METHODS[0], other, parts.dataset, asked) for asked in questions]
            alike = [rank_correlation(mine, one, LONGEST) for mine, one in zip(found, theirs, strict=True)]
            beyond = [
                _beyond(mine, one, popularity[asked.history.items[asked.events()]])
                for mine, one, asked in zip(found, theirs, questions, strict=True)
            ]
            measured = f"{np.mean(alike):.2f}; beyond popularity {np.mean(beyond):.2f}"
            yield (f"sanity: {key}, {what}: rank correlation", asks, measured)
        by_popularity = [
            rank_correlation(mine, popularity[asked.history.items[asked.events()]].astype(np.float64), LONGEST)
            for mine, asked in zip(found, questions, strict=True)
        ]
        yield (f"sanity: {key}: rank correlation with the events' popularity", "", f"{np.mean(by_popularity):.2f}")


def _beyond(one: Float64, other: Float64, known: Int64) -> float:
    """Partial rank correlation: of what is left when the ranks of something known are taken out of both."""
    ranks = np.array([rankdata(values) for values in (one, other, known)])
    first, second, given = ranks - ranks.mean(1, keepdims=True)
    size = max(float(given @ given), 1e-12)
    first, second = first - given * (first @ given) / size, second - given * (second @ given) / size
    return float(first @ second / max(np.sqrt((first @ first) * (second @ second)), 1e-12))


def _weights_shuffled(model: Recommender, parts: Split) -> Recommender:
    """The same model, each array of learned numbers in a random order."""
    rng = np.random.default_rng(2)
    other = type(model)(model.config)
    other.n_users, other.n_items = model.n_users, model.n_items
    arrays = {
        name: rng.permutation(array.ravel()).reshape(array.shape) if array.dtype == np.float32 else array
        for name, array in model.arrays().items()
    }
    other.restore(arrays)
    return other


def ml_1m() -> Dataset:
    """Who met what in MovieLens 1M."""
    table = pd.read_parquet(data_folder() / "ml-1m" / "ratings_user_movie_only.parquet")
    users, items = (np.unique(column, return_inverse=True)[1] for column in table.iloc[:, :2].to_numpy().T)
    events = pairs(users, items, np.ones(len(users)), int(users.max()) + 1, int(items.max()) + 1)
    return numbered_dataset("ML-1M", events, feedback=Feedback.IMPLICIT)


def speed(models: list[str], people: int) -> Iterator[Row]:
    """Seconds of one question. Trainings are short, which changes nothing about them."""
    dataset = ml_1m()
    histories = Histories.from_interactions(dataset.interactions)
    users = np.random.default_rng(0).permutation(np.flatnonzero(histories.lengths() >= LONGEST))[: TIMES + 1]
    rows = [histories.row(int(user)) for user in users]
    told = [Histories.of([(items[:LONGEST].tolist(), [1.0] * LONGEST)], dataset.n_items) for items, _ in rows]
    for key, settings, limit in TIMED:
        if key in models:
            kind = find_model(key)
            short = {"epochs": 2} if "epochs" in kind.Config.model_fields else {}
            model = kind(kind.Config.parse(short | settings)).fit(dataset, FitContext(seed=0))
            about = ", ".join(f"{name} {value}" for name, value in settings.items())
            asked = [first_shown(model, history) for history in told]
            yield from timed(f"speed: {key} {about}".strip(), model, dataset, asked, limit)


def timed(name: str, model: Recommender, dataset: Dataset, asked: list[Question], limit: float) -> Iterator[Row]:
    """Seconds of the middle one of these questions, without the first; of the processor too, should others use it."""
    kept = np.ones((1, LONGEST), dtype=bool)
    kept[0, 0] = False
    widths: list[float] = []
    budget = budget_for(HistoryGame(model, asked[0]))

    def shap(question: Question) -> None:
        *_, found = explain("shap-history", model, dataset, question, budget)
        parts = found.contributions
        widths.append(float(np.median(parts.margins)) / abs(parts.score - parts.base))

    def seconds(what: Callable[[Question], object]) -> str:
        taken = []
        for question in asked:
            started = time.perf_counter(), time.process_time()
            what(question)
            taken.append((time.perf_counter() - started[0], time.process_time() - started[1]))
        wall, processor = np.median(taken[1:], axis=0)
        return f"{wall:.2f} s, {processor:.2f} s of processor"

    yield (
        f"{name}: SHAP of 100 events, {budget:,} coalitions as the page asks unasked",
        f"<= {limit:g} s",
        seconds(shap),
    )
    yield (f"{name}: median half-width then", "", f"{np.median(widths):.1%} of |score - base|")
    lime = seconds(lambda question: [*explain("lime-history", model, dataset, question, budget)])
    yield (f"{name}: LIME", "<= 2 s", lime)
    struck = seconds(lambda question: lists_without(model, question, kept, 10, dataset.item_ids.hash_order))
    yield (f"{name}: a list without one event", "<= 0.3 s", struck)


PARTS: dict[str, Callable[..., Iterator[Row]]] = {
    "planted": planted,
    "faithfulness": faithfulness,
    "intervals": intervals,
    "sanity": sanity,
    "speed": speed,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--model", nargs="+", default=list(MODELS_EXPLAINED))
    parser.add_argument("--method", nargs="+", choices=METHODS, default=list(METHODS), help="of faithfulness")
    parser.add_argument("--people", type=int, default=200)
    options = parser.parse_args()
    rows: list[Row] = []
    for part in options.part:
        narrower = {"methods": tuple(options.method)} if part == "faithfulness" else {}
        for row in PARTS[part](options.model, options.people, **narrower):
            print(*row, sep=" | ", flush=True)
            rows.append(row)
    record(f"Explanations by history: {', '.join(options.part)}", rows)


if __name__ == "__main__":
    main()
