"""Whose explanations stand for everybody's: people drawn at random, each asked about the first item of the own list."""

import time

import numpy as np

from recsys_core.explain.explainers import ASKED_A_PLAYER, EXPLAINERS, MOST_PLAYERS, PROBE, Explainer
from recsys_core.explain.explanation import Kind
from recsys_core.explain.game import Game, Question
from recsys_core.explain.person import ask
from recsys_core.explain.players import PLAYERS, Players
from recsys_core.models.base import Recommender
from recsys_core.recommending import recommend_to_user
from recsys_core.splitting import Split
from recsys_core.types import Int64

BUDGETS = (2000, 400, 64)  # coalitions for each person
ALL_APART = MOST_PLAYERS * ASKED_A_PLAYER  # the budget from which as many parts as can be are told apart
WORTH_WAITING = 1.0  # seconds for each person


def sample_people(split: Split, n: int, seed: int) -> Int64:
    """Int64[≤ n], people of whom something is known, in random order; so the first ones are a sample as well."""
    known = np.flatnonzero(split.test.known.lengths())
    judged = known[np.isin(known, split.test.warm_users)]
    return np.random.default_rng(seed).permutation(judged if len(judged) else known)[:n]


def question_about_first(model: Recommender, split: Split, user: int) -> Question | None:
    """Why the first item of the person's list? None where nothing is left to recommend."""
    found = recommend_to_user(model, split, user, 1)
    return ask(split, user, found[0][0]) if found else None


def kinds_offered(model: Recommender) -> list[Players]:
    """The reasons that the model rests on and that mean the same for different people."""
    return [players for players in PLAYERS if players.key in (Kind.HISTORY, Kind.ATTRIBUTE) and players.offers(model)]


def methods_offered(model: Recommender, players: Players) -> list[Explainer]:
    """The ways to explain the model by these reasons."""
    return [explainer for explainer in EXPLAINERS if explainer.offers(model, players)]


def sample_budget(game: Game, times: int = 1) -> int:
    """Coalitions for each person: fewer of a model that answers so slowly that nobody would wait for a sample.

    One of three numbers, so that one machine nearly always asks the same of the same model.

    Args:
        times: how often so many will be asked about.
    """
    kept = np.ones((PROBE, game.n), dtype=bool)
    game(kept[:1])  # the first answer prepares what all others use
    started = time.perf_counter()
    game(kept)
    pace = (time.perf_counter() - started) / PROBE
    return next((budget for budget in BUDGETS if times * budget * pace <= WORTH_WAITING), BUDGETS[-1])
