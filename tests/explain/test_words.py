"""What people read, and which question is asked."""

import numpy as np
import pytest

from recsys_core.errors import DataError
from recsys_core.explain.explainers import explain
from recsys_core.explain.explanation import Contributions, Explanation, Kind, Part
from recsys_core.explain.person import ask, rank_and_rank_without, told
from recsys_core.explain.sentence import sentence
from recsys_core.models import find_model
from recsys_core.splitting import SplitRecipe, split
from recsys_core.types import Feedback
from tests import worlds


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
