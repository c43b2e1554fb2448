"""The ways to explain a score by a person's history. A new one is one class and one line of ``EXPLAINERS``."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.errors import AbilityError, DataError
from recsys_core.explain.explanation import Contributions, Explanation, Kind, Part, by_strength
from recsys_core.explain.game import Game, HistoryGame, Question, value_meaning
from recsys_core.explain.local_line import lime
from recsys_core.explain.shapley import MOST_EXACT, Sampler, exact
from recsys_core.explain.single_players import leave_one_out, one_alone
from recsys_core.models.base import Ability, Recommender
from recsys_core.types import Int64

MOST_PLAYERS = 100  # beyond, the events that weigh least go as one
BUDGET = 2000  # coalitions that are asked about, unasked
LEAST_BUDGET, FULL_BUDGET = 200, 4000  # that a time may come to
ASKED_A_PLAYER = 8  # coalitions at least: two orders with their reverses, twice
PROBE = 24  # coalitions that tell how fast a model answers


@dataclass(frozen=True)
class About:
    """An explainer in words.

    Attributes:
        key: stable name for scripts.
        idea: one sentence.
        paper: authors, title, venue, year; empty where the idea is nobody's.
        additive: its parts add up to the score above the base.
        draws: it asks about coalitions drawn at random, so a budget and a seed matter.
    """

    key: str
    title: str
    idea: str
    paper: str
    additive: bool
    draws: bool


class Explainer(ABC):
    """A way to share a score out among the players of a game."""

    about: About

    def offers(self, model: Recommender) -> bool:
        """Whether it can explain this model."""
        return Ability.HISTORY in model.abilities

    @abstractmethod
    def steps(self, game: Game, budget: int, rng: np.random.Generator) -> Iterator[Contributions]:
        """Ever better answers, until about ``budget`` coalitions were asked about; the first one soon."""


class HistoryShap(Explainer):
    about = About(
        "shap-history",
        "SHAP",
        "Each event's mean gain over all orders in which the events could have come in.",
        "Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, NeurIPS 2017",
        additive=True,
        draws=True,
    )

    def steps(self, game: Game, budget: int, rng: np.random.Generator) -> Iterator[Contributions]:
        """By enumeration of few players; else from pairs of random orders, twice as many each time."""
        if game.n <= MOST_EXACT and 2**game.n <= max(budget, 2):
            yield exact(game)
            return
        sampler, pairs = Sampler(game, rng), 2
        left = budget
        while True:
            sampler.refine(pairs)
            yield sampler.found()
            left -= 2 * pairs * max(1, game.n - 1)
            pairs = min(2 * pairs, left // (2 * max(1, game.n - 1)))
            if pairs < 1:
                return


class LinearShap(Explainer):
    about = About(
        "shap-linear",
        "SHAP, closed form",
        "What each event says by itself: of a score that is a sum over the events, exactly their SHAP values.",
        "Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, NeurIPS 2017, Corollary 1",
        additive=True,
        draws=False,
    )

    def offers(self, model: Recommender) -> bool:
        return super().offers(model) and model.is_linear

    def steps(self, game: Game, budget: int, rng: np.random.Generator) -> Iterator[Contributions]:
        yield one_alone(game)


class HistoryLime(Explainer):
    about = About(
        "lime-history",
        "LIME",
        "The slopes of a straight line through the scores of histories that lack a few events.",
        "Ribeiro, Singh and Guestrin, Why Should I Trust You?: Explaining the Predictions of Any Classifier, KDD 2016",
        additive=False,
        draws=True,
    )

    def steps(self, game: Game, budget: int, rng: np.random.Generator) -> Iterator[Contributions]:
        yield lime(game, budget, rng)


class LeaveOneOut(Explainer):
    about = About(
        "leave-one-out",
        "Leave one out",
        "How far the score falls when an event is taken out of the history, all others staying.",
        "",
        additive=False,
        draws=False,
    )

    def steps(self, game: Game, budget: int, rng: np.random.Generator) -> Iterator[Contributions]:
        yield leave_one_out(game)


EXPLAINERS: tuple[Explainer, ...] = (HistoryShap(), LinearShap(), HistoryLime(), LeaveOneOut())


def find_explainer(key: str) -> Explainer:
    """The explainer with this key.

    Raises:
        DataError: names those there are.
    """
    for explainer in EXPLAINERS:
        if explainer.about.key == key:
            return explainer
    keys = ", ".join(explainer.about.key for explainer in EXPLAINERS)
    raise DataError(f"There is no explanation called {key!r}.", f"Choose one of: {keys}.", "unknown-explainer")


def explain(
    explainer: Explainer,
    model: Recommender,
    dataset: Dataset,
    question: Question,
    budget: int = BUDGET,
    seed: int = 0,
) -> Iterator[Explanation]:
    """Ever better explanations of a score by a history, the first one soon.

    Args:
        dataset: whose items they are, for titles.
        budget: coalitions that are asked about, about.
        seed: of what is drawn.

    Raises:
        AbilityError: the model, or the way to explain, cannot do this.
        DataError: nothing in the history can be a reason.
    """
    if Ability.HISTORY not in model.abilities:
        raise AbilityError(
            f"{model.title} only knows the people it met in training, so nobody can ask it what a part of a history "
            "is worth.",
            "Choose a model that can be told of a history.",
            "no-history",
        )
    if not explainer.offers(model):
        raise AbilityError(
            f"{explainer.about.title} cannot explain {model.title}, whose scores are no sums over the history.",
            "Choose another way to explain.",
            "not-linear",
        )
    if not len(question.events()):
        raise DataError(
            "Nothing is known of this person beside the item itself, so nothing in the history can be a reason.",
            "Choose somebody with a history; for others, popularity or what is known of the item decides.",
            "no-reasons",
        )
    started = time.perf_counter()
    game = HistoryGame(model, question, grouped(model, question, min(MOST_PLAYERS, max(2, budget // ASKED_A_PLAYER))))
    for found in explainer.steps(game, budget, np.random.default_rng(seed)):
        yield Explanation(
            explainer.about.key,
            value_meaning(model, question),
            tuple(_parts(dataset, question, game, found)),
            found,
            time.perf_counter() - started,
        )


def budget_for(model: Recommender, question: Question, seconds: float) -> int:
    """Coalitions that the model can be asked about in this time, as measured now on a few."""
    game = HistoryGame(model, question)
    kept = np.ones((PROBE, game.n), dtype=bool)
    started = time.perf_counter()
    game(kept)
    pace = PROBE / max(time.perf_counter() - started, 1e-6)
    return int(np.clip(seconds * pace, LEAST_BUDGET, FULL_BUDGET))


def grouped(model: Recommender, question: Question, most: int) -> Int64:
    """Int64[E], the player of each event: itself, or, of a long history, the last one for all that weigh least.

    What an event weighs is told by taking it out; the events that change the score least when they go, go together.

    Args:
        most: players.
    """
    n_events = len(question.events())
    if n_events <= most:
        return np.arange(n_events)
    strength = by_strength(leave_one_out(HistoryGame(model, question)).values)
    groups = np.full(n_events, most - 1, dtype=np.int64)
    groups[np.sort(strength[: most - 1])] = np.arange(most - 1)
    return groups


def _parts(dataset: Dataset, question: Question, game: HistoryGame, found: Contributions) -> Iterator[Part]:
    items = question.history.items[game.events]
    for player in by_strength(found.values):
        members = items[game.groups == player]
        title = dataset.title(int(members[0])) if len(members) == 1 else f"{len(members):,} others together"
        key = str(dataset.item_ids.values[members[0]]) if len(members) == 1 else "others"
        yield Part(Kind.HISTORY, key, title, float(found.values[player]), float(found.margins[player]))
