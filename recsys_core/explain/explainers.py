"""The ways to share a score out among its reasons. A new one is one class and one line of ``EXPLAINERS``."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.errors import AbilityError, ConfigError
from recsys_core.explain.explanation import Contributions, Explanation, Kind, Part, by_strength
from recsys_core.explain.game import Game, Grouped, Question, value_meaning
from recsys_core.explain.gradients import integrated_gradients
from recsys_core.explain.local_line import lime
from recsys_core.explain.players import PLAYERS, Cast, Players
from recsys_core.explain.shapley import MOST_EXACT, Sampler, exact
from recsys_core.explain.single_players import leave_one_out, one_alone
from recsys_core.models.base import Recommender
from recsys_core.types import Int64

MOST_PLAYERS = 100  # beyond, those that weigh least go as one
BUDGET = 2000  # coalitions that are asked about, unasked
BUDGETS = (200, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000)  # among which a time chooses
SECONDS = 2.0  # that a budget nobody chose may take
ASKED_A_PLAYER = 8  # coalitions at least: two orders with their reverses, twice
OTHERS = "others"  # the key of those that go as one
PROBE = 24  # coalitions that tell how fast a model answers
AT_ONCE = 500  # coalitions between two answers, so that nobody waits long for the next one, or to be let go
FIRST_SHARE = 8  # of a budget, one part in so many, for a first line


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
    refusal, why_not = "cannot-explain", "it asks what this model does not tell"

    def offers(self, model: Recommender, players: Players) -> bool:
        """Whether it can share this model's score out among such players."""
        return players.offers(model)

    @abstractmethod
    def steps(self, game: Game, budget: int, rng: np.random.Generator) -> Iterator[Contributions]:
        """Ever better answers, until about ``budget`` coalitions were asked about; the first one soon."""


class Shap(Explainer):
    about = About(
        "shap",
        "SHAP",
        "Each part's mean gain over all orders in which the parts could have come in.",
        "Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, NeurIPS 2017",
        additive=True,
        draws=True,
    )

    def steps(self, game: Game, budget: int, rng: np.random.Generator) -> Iterator[Contributions]:
        """By enumeration of few players; else from pairs of random orders, twice as many each time up to a point."""
        if game.n <= MOST_EXACT and 2**game.n <= max(budget, 2):
            yield exact(game)
            return
        sampler, pairs, a_pair = Sampler(game, rng), 2, 2 * max(1, game.n - 1)
        left = budget
        while True:
            sampler.refine(pairs)
            yield sampler.found()
            left -= pairs * a_pair
            pairs = min(2 * pairs, max(2, AT_ONCE // a_pair), left // a_pair)
            if pairs < 1:
                return


class LinearShap(Explainer):
    about = About(
        "linear",
        "SHAP, closed form",
        "What each event says by itself: of a score that is a sum over the history, exactly the SHAP values.",
        "Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, NeurIPS 2017, Corollary 1",
        additive=True,
        draws=False,
    )

    refusal, why_not = "not-linear", "its scores are no sums over it"

    def offers(self, model: Recommender, players: Players) -> bool:
        return super().offers(model, players) and model.is_linear and players.key is Kind.HISTORY

    def steps(self, game: Game, budget: int, rng: np.random.Generator) -> Iterator[Contributions]:
        yield one_alone(game)


class Lime(Explainer):
    about = About(
        "lime",
        "LIME",
        "The slopes of a straight line through the scores where a few parts are left out.",
        "Ribeiro, Singh and Guestrin, Why Should I Trust You?: Explaining the Predictions of Any Classifier, KDD 2016",
        additive=False,
        draws=True,
    )

    def steps(self, game: Game, budget: int, rng: np.random.Generator) -> Iterator[Contributions]:
        """From a part of the budget, then from all of it."""
        yield lime(game, max(2, budget // FIRST_SHARE), rng)
        yield lime(game, budget, rng)


class IntegratedGradients(Explainer):
    about = About(
        "gradients",
        "Integrated gradients",
        "How fast the score grows with each event, added up while all events come in together, little by little.",
        "Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017",
        additive=True,
        draws=False,
    )

    refusal, why_not = "no-slopes", "it has no gradient by it"

    def offers(self, model: Recommender, players: Players) -> bool:
        return super().offers(model, players) and model.has_slopes and players.key is Kind.HISTORY

    def steps(self, game: Game, budget: int, rng: np.random.Generator) -> Iterator[Contributions]:
        yield integrated_gradients(game)


class LeaveOneOut(Explainer):
    about = About(
        "leave-one-out",
        "Leave one out",
        "How far the score falls when a part is taken out, all others staying.",
        "",
        additive=False,
        draws=False,
    )

    def steps(self, game: Game, budget: int, rng: np.random.Generator) -> Iterator[Contributions]:
        yield leave_one_out(game)


EXPLAINERS: tuple[Explainer, ...] = (Shap(), LinearShap(), IntegratedGradients(), Lime(), LeaveOneOut())


def find_explainer(key: str) -> tuple[Explainer, Players]:
    """The way to explain, and the reasons, of a method such as "shap-history".

    Raises:
        ConfigError: names those there are.
    """
    for explainer in EXPLAINERS:
        for players in PLAYERS:
            if f"{explainer.about.key}-{players.key}" == key:
                return explainer, players
    ways = ", ".join(explainer.about.key for explainer in EXPLAINERS)
    kinds = ", ".join(players.key for players in PLAYERS)
    raise ConfigError(
        f"There is no explanation called {key!r}.",
        f"Choose one of {ways}, and behind a hyphen one of {kinds}, such as shap-history.",
        "unknown-explainer",
    )


@dataclass(frozen=True)
class Play:
    """A method, and the game that it is to share out.

    Attributes:
        groups: Int64[n], the group of each player of the cast; groups are the players of the game.
    """

    explainer: Explainer
    players: Players
    cast: Cast
    groups: Int64

    @property
    def game(self) -> Grouped:
        return Grouped(self.cast.game, self.groups)


def play(method: str, model: Recommender, dataset: Dataset, question: Question, budget: int = BUDGET) -> Play:
    """The game behind an explanation. All methods of the same reasons and budget play the same one.

    Raises:
        ConfigError: there is no such method.
        AbilityError: the model, or the way to explain, cannot do this.
        DataError: there is nothing that could be a reason.
    """
    explainer, players = find_explainer(method)
    cast = players.require(model, dataset, question)
    if not explainer.offers(model, players):
        raise AbilityError(
            f"{explainer.about.title} cannot explain {model.title} by {players.title}: {explainer.why_not}.",
            "Choose another way to explain.",
            explainer.refusal,
        )
    groups = grouped(cast.game, min(MOST_PLAYERS, max(2, budget // ASKED_A_PLAYER)))
    return Play(explainer, players, cast, groups)


def explain(
    method: str, model: Recommender, dataset: Dataset, question: Question, budget: int = BUDGET, seed: int = 0
) -> Iterator[Explanation]:
    """Ever better explanations of a score, the first one soon.

    Args:
        method: such as "shap-history"; see :func:`find_explainer`.
        dataset: whose items they are.
        budget: coalitions that are asked about, about.
        seed: of what is drawn.

    Raises:
        ConfigError: there is no such method.
        AbilityError: the model, or the way to explain, cannot do this.
        DataError: there is nothing that could be a reason.
    """
    started = time.perf_counter()
    about = play(method, model, dataset, question, budget)
    for found in about.explainer.steps(about.game, budget, np.random.default_rng(seed)):
        yield Explanation(
            method,
            value_meaning(model, question),
            tuple(_parts(about, found)),
            found,
            time.perf_counter() - started,
        )


def budget_for(game: Game, seconds: float = SECONDS) -> int:
    """The largest of ``BUDGETS`` that takes no longer than this, as measured now on a few coalitions; else the least.

    So few numbers to choose from that a machine nearly always asks the same of the same model.
    """
    kept = np.ones((PROBE, game.n), dtype=bool)
    game(kept[:1])  # the first answer prepares what all others use
    started = time.perf_counter()
    game(kept)
    possible = seconds * PROBE / max(time.perf_counter() - started, 1e-9)
    return max((budget for budget in BUDGETS if budget <= possible), default=BUDGETS[0])


def grouped(game: Game, most: int) -> Int64:
    """Int64[n], the group of each player: itself, or, of many, the last one for all that weigh least.

    What a player weighs is told by taking it out; those that change the score least when they go, go together.

    Args:
        most: groups.
    """
    if game.n <= most:
        return np.arange(game.n)
    strength = by_strength(leave_one_out(game).values)
    groups = np.full(game.n, most - 1, dtype=np.int64)
    groups[np.sort(strength[: most - 1])] = np.arange(most - 1)
    return groups


def _parts(about: Play, found: Contributions) -> Iterator[Part]:
    cast, groups = about.cast, about.groups
    for group in by_strength(found.values):
        members = np.flatnonzero(groups == group)
        alone = len(members) == 1
        title = cast.titles[members[0]] if alone else f"{len(members):,} others together"
        key = cast.keys[members[0]] if alone else OTHERS
        yield Part(about.players.key, key, title, float(found.values[group]), float(found.margins[group]))
