"""Explanations as the pages ask for them: one after the other ever better, and kept for whoever comes back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import streamlit as st

from pages.shared import loaded
from pages.shared.unfolding import Unfolding
from recsys_core.explain.explainers import EXPLAINERS, Explainer, budget_for, explain
from recsys_core.explain.explanation import Explanation
from recsys_core.explain.game import Question
from recsys_core.explain.person import StandIn, rank_and_rank_without, rank_for_anybody, stand_in
from recsys_core.explain.players import PLAYERS, Players
from recsys_core.explain.sentence import ordinal, sentence
from recsys_core.explain.trust import Trust, trust
from recsys_core.models.base import Recommender
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import default_home

KEPT = 128  # answers; each is small once it is complete


@dataclass(frozen=True)
class Wish:
    """What is asked, and how. Two with the same key have the same answer.

    Attributes:
        run: id. who: tells people, and histories of guests, apart.
    """

    run: str
    who: str
    question: Question
    method: str = ""
    budget: int = 0
    seed: int = 0

    @classmethod
    def of_person(cls, run: str, user: int, question: Question) -> Self:
        """Of somebody in the data set; how to explain is not chosen yet."""
        return cls(run, f"person {user}", question)

    @property
    def key(self) -> tuple[Any, ...]:
        asked = self.question
        hidden = asked.hidden.tobytes()  # a guest's dislikes are no history, but tell in which list the item stands
        return (self.run, self.who, hidden, asked.item, asked.rival, self.method, self.budget, self.seed)


@dataclass(frozen=True)
class Answer:
    """An explanation, and what it says in a sentence."""

    found: Explanation
    words: str


def reasons_of(model: Recommender) -> list[Players]:
    """Kinds of reasons that a model can be asked about."""
    return [players for players in PLAYERS if players.offers(model)]


def methods_of(model: Recommender, players: Players) -> list[Explainer]:
    """Ways to explain a model by such reasons; where one is exact at once, it comes first."""
    offered = [explainer for explainer in EXPLAINERS if explainer.offers(model, players)]
    return sorted(offered, key=lambda one: one.about.draws or not one.about.additive)


def affordable(run: LoadedRun, wish: Wish, players: Players, seconds: float) -> int:
    """The largest budget that takes about so long, as measured once."""
    return _affordable(
        default_home(), (wish.run, wish.who, wish.question.item, players.key, seconds), run, wish, players
    )


@st.cache_data(show_spinner=False, max_entries=KEPT)
def _affordable(home: Path, key: tuple[Any, ...], _run: LoadedRun, _wish: Wish, _players: Players) -> int:
    seconds = key[-1]
    game = _players.require(_run.model, _run.split.dataset, _wish.question).game
    return budget_for(game, seconds)


def answers(wish: Wish) -> Unfolding[Answer]:
    """Ever better answers."""
    return _answers(default_home(), wish.key, wish)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _answers(home: Path, key: tuple[Any, ...], _wish: Wish) -> Unfolding[Answer]:
    return Unfolding(lambda: _explain(_wish))


def _explain(wish: Wish) -> Iterator[Answer]:
    run = loaded.run(wish.run)
    dataset, question = run.split.dataset, wish.question
    rival = "" if question.rival is None else dataset.title(question.rival)
    anybody: int | None = None
    ranks: dict[tuple[str, ...], tuple[int | None, int | None]] = {}  # asked for anew when the strongest part changes
    for found in explain(wish.method, run.model, dataset, question, wish.budget, wish.seed):
        speaking = tuple(part.key for part in found.parts if part.value > 0)[:2]
        if speaking not in ranks:
            ranks[speaking] = rank_and_rank_without(run.model, dataset, question, found)
            anybody = rank_for_anybody(run.model, dataset, question, found)
        yield Answer(found, sentence(found, *ranks[speaking], rival, anybody))


def beside_own_list(run: LoadedRun, wish: Wish, user: int) -> str:
    """Where a model learned more about a person than the history says: how what is explained stands for their list.

    Empty where both say the same.
    """
    if user in run.split.test.strangers:
        return ""
    seen = _compared(default_home(), wish.run, user, wish.question.item, run, wish)
    if seen.common == seen.first and seen.rank == seen.told_rank:
        return ""
    return (
        f"What {run.model.title} shows this person also rests on what it learned about them beside it; what is "
        f"explained is what it says of anybody with this history. The two lists have {seen.common} of their first "
        f"{seen.first} items in common; this one is {ordinal(seen.rank)} in theirs and {ordinal(seen.told_rank)} by "
        "the history alone."
    )


@st.cache_data(show_spinner=False, max_entries=256)
def _compared(home: Path, run: str, user: int, item: int, _opened: LoadedRun, _wish: Wish) -> StandIn:
    return stand_in(_opened.model, _opened.split, user, _wish.question)


def trusted(wish: Wish, found: Explanation) -> Unfolding[Trust]:
    """How far the complete answer can be trusted, figure by figure."""
    return _trusted(default_home(), wish.key, wish, found)


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def _trusted(home: Path, key: tuple[Any, ...], _wish: Wish, _found: Explanation) -> Unfolding[Trust]:
    run = loaded.run(_wish.run)
    about = run.model, run.split.dataset, _wish.question
    return Unfolding(lambda: trust(*about, _wish.method, _found, _wish.budget, _wish.seed))
