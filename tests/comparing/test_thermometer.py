"""What is told of a person grows, and nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.comparing.thermometer import (
    KNOWN,
    MOST_PEOPLE,
    earliest,
    estimates,
    finding,
    newcomers,
    thermometer,
)
from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError, SplitError
from recsys_core.evaluation import evaluate
from recsys_core.models import MODELS, Ability, find_model
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.statistics.estimates import PerUser, as_it_is
from tests import worlds
from tests.runs.slow_model import Slow

FOLDS = SplitRecipe(key="user-folds")


def camps(key: str = "temporal", n: int = 80) -> Split:
    return split(worlds.two_camps(n, items_per_camp=16).dataset, SplitRecipe(key=key))


def test_the_earliest_events_are_kept():
    histories = Histories.of([([3, 1, 2], [1.0, 2.0, 3.0]), ([], []), ([4], [5.0])], 5)
    assert [row.tolist() for row in (earliest(histories, 2).items, earliest(histories, 2).lengths())] == [
        [3, 1, 4],
        [2, 0, 1],
    ]
    assert earliest(histories, 0).lengths().tolist() == [0, 0, 0]
    assert earliest(histories, 9).items.tolist() == histories.items.tolist()
    timed = replace(histories, times=np.arange(4))
    assert earliest(timed, 1).times.tolist() == [0, 3]


def test_in_two_camps_one_event_tells_all():
    parts = camps()
    people = newcomers(parts)
    assert people.known == (0, 1, 2, 3, 5, 10)
    assert (people.too_little, people.are_strangers) == (0, False)
    readings = thermometer(find_model("item_knn")().fit(parts.train), parts, people)["ndcg@10"]
    values = [point.value for point in estimates(readings)]
    assert values[1] > values[0] + 0.2  # of nobody known, anything may come; of a camp, its items
    assert values[-1] > 0.85  # measured: 0.887
    popularity = thermometer(find_model("popularity")().fit(parts.train), parts, people)["ndcg@10"]
    assert len({reading.value() for reading in popularity}) == 1
    assert finding(people.known, {"ItemKNN": readings}, popularity, "ratings").startswith(
        "Better than popularity beyond chance: ItemKNN from "
    )


def test_with_all_that_is_known_it_is_the_figure_of_the_run(monkeypatch):
    parts = camps("user-folds")
    monkeypatch.setattr("recsys_core.comparing.thermometer.KNOWN", (0, 1000))
    model = find_model("ease")().fit(parts.train)
    people = replace(newcomers(parts), known=(1000,))
    whole = evaluate(model, parts.test, parts.dataset)
    found = thermometer(model, parts, people)
    assert people.are_strangers
    for name, (figure,) in found.items():
        assert np.array_equal(figure.users, whole.per_user[name].users)
        assert np.array_equal(figure.numerator, whole.per_user[name].numerator)


def test_the_same_people_stand_behind_every_point():
    rng = np.random.default_rng(0)
    rows = [
        (user, int(item), 1.0, int(rng.integers(1000)))
        for user in range(60)
        for item in rng.permutation(30)[: (4 if user < 25 else 12)]
    ]
    parts = split(worlds.dataset(rows, 60, 30), SplitRecipe(key="leave-one-out"))
    people = newcomers(parts)
    assert people.known == (0, 1, 2, 3, 5, 10)
    assert (len(people.users), people.too_little) == (35, 25)
    readings = thermometer(find_model("popularity")().fit(parts.train), parts, people)["recall@5"]
    assert all(np.array_equal(reading.users, people.users) for reading in readings)


def test_a_sample_of_very_many_people_is_drawn_by_the_seed_of_the_split():
    parts = split(worlds.steady(900), SplitRecipe(key="leave-one-out"))
    people = newcomers(parts)
    assert len(people.users) == MOST_PEOPLE
    assert np.array_equal(people.users, newcomers(parts).users)
    assert people.known == KNOWN[:5]


def test_strangers_stand_for_new_people_where_there_are_some():
    parts = split(worlds.steady(200), FOLDS)
    people = newcomers(parts)
    assert people.are_strangers
    assert np.isin(people.users, parts.test.strangers).all()


@pytest.mark.parametrize("key", [model.info.key for model in MODELS if Ability.HISTORY in model.info.abilities])
def test_every_model_can_be_asked_about_nobody_at_all(key: str):
    parts = split(worlds.planted_ratings(np.random.default_rng(1), 30, 20).dataset, SplitRecipe(key="temporal"))
    kind = find_model(key)
    small = {"epochs": 1} if "epochs" in kind.Config.model_fields else {}
    model = kind(kind.Config(**small)).fit(parts.train)
    readings = thermometer(model, parts, newcomers(parts))
    assert all(np.isfinite(figure.numerator).all() for figures in readings.values() for figure in figures)


def test_what_cannot_be_told_of_new_people_and_too_few_people_are_refused():
    parts = camps()
    with pytest.raises(AbilityError, match="Slow only knows the people it met in training"):
        thermometer(Slow(), parts, newcomers(parts))
    few = split(worlds.golden(), SplitRecipe(key="leave-one-out"))
    with pytest.raises(SplitError, match="Only 3 of the people"):
        newcomers(few)


def test_of_many_models_none_is_called_better_by_chance(monkeypatch):
    """Ten models as good as popularity, in 40 samples of people: one by one, many would have a winner."""
    monkeypatch.setattr("recsys_core.statistics.permutation.PERMUTATIONS", 1_000)
    rng = np.random.default_rng(4)
    users, ones, told = np.arange(60), np.ones(60), 0
    for _ in range(40):
        flat, *models = ([PerUser(users, rng.random(60), ones, as_it_is)] for _ in range(11))
        words = finding((0,), {f"M{place}": model for place, model in enumerate(models)}, flat, "events")
        told += "no model is better" not in words or "worse" in words
    assert told <= 5  # two are expected at most


def test_the_finding_says_no_more_than_the_tests():
    rng = np.random.default_rng(3)
    users, ones = np.arange(300), np.ones(300)

    def curve(*means: float) -> list[PerUser]:
        return [PerUser(users, rng.normal(mean, 0.1, 300), ones, as_it_is) for mean in means]

    flat = curve(0.5, 0.5, 0.5)
    late, bad, odd = curve(0.3, 0.5, 0.7), curve(0.3, 0.3, 0.3), curve(0.7, 0.5, 0.7)
    known = (0, 1, 2)
    assert finding(known, {"Late": late, "Odd": odd}, flat, "events") == (
        "Better than popularity beyond chance: Late from 2 and Odd from 2 known events on; worse: Late up to 0."
    )
    assert finding(known, {"Bad": bad}, flat, "events") == (
        "With 2 known events or fewer, no model is better than popularity beyond chance; "
        "worse: Bad up to 2 known events."
    )
