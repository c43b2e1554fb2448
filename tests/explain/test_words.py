"""What people read, and which question is asked."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.interactions import Histories
from recsys_core.errors import DataError
from recsys_core.explain.explainers import OTHERS, explain
from recsys_core.explain.explanation import Contributions, Explanation, Kind, Part
from recsys_core.explain.game import Question
from recsys_core.explain.nearest import nearest_of_history
from recsys_core.explain.person import ask, rank_and_rank_without, rank_for_anybody, stand_in, told
from recsys_core.explain.sentence import sentence
from recsys_core.models import find_model
from recsys_core.recommending import scores_for_user
from recsys_core.splitting import SplitRecipe, split
from recsys_core.types import Feedback
from tests import worlds
from tests.by_genre import ByGenre, two_tastes


def explanation(*parts: tuple[str, float]) -> Explanation:
    values = np.array([value for _, value in parts])
    found = Contributions(0.0, float(values.sum()), values, np.zeros(len(parts)), 1, True, True)
    return Explanation("shap-history", "", tuple(Part(Kind.HISTORY, key, key, value) for key, value in parts), found, 0)


def test_the_sentence_names_what_carries_the_score():
    found = explanation(("Alien", 3.0), ("Titanic", -2.5), ("Blade Runner", 2.0), ("Cube", 0.1))
    assert sentence(found) == "Recommended mostly because of Alien and Blade Runner."
    assert sentence(found, 2, 9).endswith("; without Alien it would fall from 2nd to 9th.")
    assert sentence(found, 1, 1).endswith("; without Alien it would still be 1st.")
    assert sentence(found, 13, 11).endswith("; without Alien it would rise from 13th to 11th.")
    assert sentence(found, 1, 1022).endswith("to 1,022nd.")


def test_at_most_three_reasons_are_named_and_none_where_there_is_none():
    found = explanation(("A", 3.0), ("B", 3.0), ("C", 3.0), ("D", 3.0))
    assert sentence(found) == "Recommended mostly because of A, B and C."
    assert "Nothing in the history" in sentence(explanation(("A", -1.0)))


def test_a_person_is_asked_about_with_what_the_model_was_told():
    parts = split(worlds.two_camps(30, Feedback.IMPLICIT).dataset, SplitRecipe())
    ease = find_model("ease")().fit(parts.train)
    history = told(parts, 3)
    assert ease.score_histories(history) == pytest.approx(ease.score(np.array([3], dtype=np.int32)), abs=1e-6)
    scores = ease.score(np.array([3], dtype=np.int32))[0]
    known = parts.test.known.row(3)[0]
    scores[known] = -np.inf
    order = np.argsort(-scores, kind="stable")
    question = ask(parts, 3, int(order[0]))
    *_, found = explain("linear-history", ease, parts.dataset, question)
    before, after = rank_and_rank_without(ease, parts.dataset, question, found)
    assert before == 1
    assert after >= 1


def test_what_is_known_is_not_asked_about():
    parts = split(worlds.two_camps(30, Feedback.IMPLICIT).dataset, SplitRecipe())
    known = int(parts.test.known.row(3)[0][0])
    with pytest.raises(DataError, match="known to this person already"):
        ask(parts, 3, known)
    with pytest.raises(DataError, match="no lead over itself"):
        ask(parts, 3, known, known)


def test_what_carries_little_is_not_called_the_reason():
    many = explanation(*((f"film {number}", 3.0 - number / 100) for number in range(12)))
    words = "Recommended because of many things together, most of all film 0, film 1 and film 2."
    assert sentence(many) == words
    others = Part(Kind.HISTORY, OTHERS, "40 others together", 5.0)
    assert sentence(replace(many, parts=(others, *many.parts))) == words
    only = replace(explanation(("A", 1.0)), parts=(others,))
    assert sentence(only) == "Recommended because of many small things together; none stands out."


def test_the_sentence_says_where_an_item_really_stands():
    found = explanation(("A", 3.0), ("B", -1.0))
    assert sentence(found, 512, 600).startswith("Not recommended, it stands 512th; what speaks for it most: A")
    assert sentence(found, 2, 3, "Cube").startswith("Ahead of Cube mostly because of A")
    against = explanation(("A", 1.0), ("B", -3.0))
    assert sentence(against) == "The history as a whole speaks against it; what speaks for it most: A."
    assert sentence(explanation(("A", 0.0))).startswith("Nothing in the history makes a difference")


def test_what_anybody_would_see_is_not_put_down_to_the_history_alone():
    found = explanation(("A", 3.0), ("B", -1.0))
    assert sentence(found, 1, 4, anybody=2).endswith("Somebody with no history would be shown it too, 2nd.")
    for ranks, anybody, rival in (((1, 4), 40, ""), ((40, 44), 2, ""), ((1, 4), None, ""), ((1, 4), 2, "Cube")):
        assert "no history" not in sentence(found, *ranks, rival, anybody)


def test_a_title_without_end_leaves_room_for_the_sentence():
    words = sentence(explanation(("A" * 2_000, 3.0), ("B", 2.0)), 1, 2, rival="C" * 2_000)
    assert words.startswith("Ahead of CCC")
    assert "…; without AAA" in words or "… and B; without AAA" in words
    assert len(words) < 300


def test_the_rank_for_anybody_is_that_of_somebody_without_a_history():
    parts = split(worlds.two_camps(30, Feedback.IMPLICIT).dataset, SplitRecipe())
    model = find_model("mult_vae")(find_model("mult_vae").Config(epochs=2)).fit(parts.train)
    item = int(np.setdiff1d(np.arange(parts.dataset.n_items), parts.test.known.row(3)[0])[-1])
    question = ask(parts, 3, item)
    *_, found = explain("leave-one-out-history", model, parts.dataset, question)
    scores = model.score_histories(Histories.of([([], [])], parts.dataset.n_items))[0].copy()
    scores[question.hidden] = scores[question.history.items] = -np.inf
    assert rank_for_anybody(model, parts.dataset, question, found) == (scores > scores[item]).sum() + 1
    of_words = replace(found, parts=tuple(replace(part, kind=Kind.WORD) for part in found.parts))
    assert rank_for_anybody(model, parts.dataset, question, of_words) is None
    sums = find_model("ease")().fit(parts.train)
    assert rank_for_anybody(sums, parts.dataset, question, found) is None


def test_words_and_places_of_a_picture_are_named_as_such():
    def of(kind: Kind, *titles: str) -> Explanation:
        found = explanation(*((title, 1.0) for title in titles))
        return replace(found, parts=tuple(replace(part, kind=kind) for part in found.parts))

    assert sentence(of(Kind.WORD, "alien")) == "Recommended mostly because of “alien”."
    picture = of(Kind.REGION, "top left, region 1", "middle, region 8")
    assert "because of the top left and the middle of its picture" in sentence(picture)
    assert "without the top left of its picture it would fall" in sentence(picture, 1, 2)
    many = of(Kind.WORD, *(f"word {number}" for number in range(12)))
    assert "because of many words together, most of all “word 0”" in sentence(many)
    attributes = of(Kind.ATTRIBUTE, "a")
    negative = replace(attributes, parts=(replace(attributes.parts[0], value=-1.0),))
    assert (
        sentence(negative)
        == "Nothing in its attributes speaks for this item: it stands where it does in spite of them."
    )


def test_without_its_strongest_word_an_item_stands_elsewhere():
    dataset = two_tastes(40)
    model = ByGenre().fit(dataset)
    asked = Question(Histories.of([([0, 2, 4], [1.0] * 3)], dataset.n_items), 6)
    *_, found = explain("shap-attribute", model, dataset, asked)
    before, after = rank_and_rank_without(model, dataset, asked, found)
    scores = model.score_histories(asked.history)[0]
    scores[[0, 2, 4]] = -np.inf
    assert before == (scores > scores[6]).sum() + 1
    assert after == (np.delete(scores, 6) > scores[6] - 3).sum() + 1 > before


def test_the_nearest_of_the_history_are_named_with_and_without_vectors():
    world = two_tastes(40)
    rated = replace(
        world.interactions, values=np.tile(np.float32([1, 4, 2]), len(world.interactions))[: len(world.interactions)]
    )
    parts = split(replace(world, interactions=rated), SplitRecipe(key="random"))
    asked = Question(Histories.of([([0, 1, 2, 3], [1.0] * 4)], parts.dataset.n_items), 4)
    by_vectors = nearest_of_history(ByGenre().fit(parts.train), parts, asked)
    assert by_vectors.by_vectors
    assert [item for item, _ in by_vectors.items] == [0, 2]
    assert by_vectors.items[0][1] == pytest.approx(1)
    together = nearest_of_history(find_model("ease")().fit(parts.train), parts, asked, n=2)
    assert not together.by_vectors
    assert {item for item, _ in together.items} == {0, 2}
    met = parts.train.interactions.matrix().toarray() > 0
    first, likeness = together.items[0]
    expected = (met[:, first] & met[:, 4]).sum() / np.sqrt(met[:, first].sum() * met[:, 4].sum())
    assert likeness == pytest.approx(expected)


def test_a_list_from_a_learned_vector_is_compared_with_the_one_by_history():
    parts = split(worlds.two_camps(30, Feedback.IMPLICIT).dataset, SplitRecipe())
    ease = find_model("ease")().fit(parts.train)
    item = int(np.argsort(-scores_for_user(ease, parts, 3), kind="stable")[0])
    seen = stand_in(ease, parts, 3, ask(parts, 3, item))
    left = parts.dataset.n_items - len(parts.test.known.row(3)[0])
    assert (seen.rank, seen.told_rank, seen.common, seen.first) == (1, 1, min(10, left), min(10, left))


def test_of_few_items_left_as_many_are_compared():
    parts = split(worlds.golden(), SplitRecipe())
    ease = find_model("ease")().fit(parts.train)
    known = parts.test.known.row(0)[0]
    item = next(item for item in range(parts.dataset.n_items) if item not in known)
    seen = stand_in(ease, parts, 0, ask(parts, 0, item))
    assert seen.common == seen.first == parts.dataset.n_items - len(known)
