"""Why somebody is shown an item, within a time."""

import time

from recsys_core.errors import AbilityError, DataError
from recsys_core.explain.explainers import EXPLAINERS, explain
from recsys_core.explain.explanation import Explanation, Kind
from recsys_core.explain.game import Question
from recsys_core.explain.person import ask, rank_and_rank_without, rank_for_anybody
from recsys_core.explain.players import PLAYERS
from recsys_core.explain.sentence import sentence
from recsys_core.models.base import Recommender
from recsys_core.serve.people import Person, Way
from recsys_core.serve.served import Served

SECONDS = 2.0  # after which nothing is refined any more


def methods(model: Recommender) -> list[str]:
    """The ways in which a history can be asked for reasons with this model."""
    (players,) = (one for one in PLAYERS if one.key is Kind.HISTORY)
    return [f"{one.about.key}-{players.key}" for one in EXPLAINERS if one.offers(model, players)]


def reasons(run: Served, person: Person, item: int, method: str, budget: int) -> tuple[Explanation, str]:
    """An explanation by the history, as good as the time allows, and the same as a sentence.

    Raises:
        AbilityError: the model cannot be explained in this way.
        DataError: the person has met the item, or nothing is known that could be a reason.
    """
    possible = methods(run.model)
    if method not in possible:
        raise AbilityError(
            f"{run.model.title} is not explained by {method!r} here.",
            f"Choose one of: {', '.join(possible)}." if possible else "Choose a model that reads histories.",
            "cannot-explain",
        )
    question = _question(run, person, item)
    deadline = time.monotonic() + SECONDS
    for better in explain(method, run.model, run.dataset, question, budget):
        found = better
        if time.monotonic() > deadline:
            break
    ranks = rank_and_rank_without(run.model, run.dataset, question, found)
    return found, sentence(found, *ranks, anybody=rank_for_anybody(run.model, run.dataset, question, found))


def _question(run: Served, person: Person, item: int) -> Question:
    if person.way is Way.POPULARITY:
        raise DataError(
            "Nothing is known of this person that could be a reason: the list is that of everybody.",
            "Give a history of things that the person liked.",
            "no-reasons",
        )
    if item in person.met:
        raise DataError(
            f"{run.titles[item]!r} is known to this person already, so no model would recommend it.",
            "Ask about an item that the person has not met.",
            "known-item",
        )
    if person.told is None:
        assert person.user is not None
        return ask(run.split, person.user, item)
    return Question(person.told, item, hidden=person.met)
