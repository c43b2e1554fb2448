"""What a story is about, and what each of its slides rests on: worked out once, and kept for whoever comes back."""

from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from pages.shared import cache, choose, loaded
from pages.shared.asked import Asked
from pages.shared.explain_change import K as LISTED
from pages.shared.explained import Answer, Wish, affordable, answers, methods_of, reasons_of
from pages.shared.present_brings import Brings, what_it_may_bring
from recsys_core.comparing.comparison import Comparison
from recsys_core.data.profiling.profile import Profile, profile
from recsys_core.errors import StoreError
from recsys_core.explain.counterfactual import Move, everything, lists_without, moves
from recsys_core.explain.explainers import OTHERS
from recsys_core.explain.explanation import Kind
from recsys_core.explain.person import ask
from recsys_core.recommending import Shown, recommend_to_user
from recsys_core.runs.cards import RunCard
from recsys_core.runs.comparison import compare_runs, missing_baselines
from recsys_core.runs.presenting import K, Typical, run_to_present, typical_person
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import default_home, open_workspace
from recsys_core.splitting.base import COLD_ITEM

NDCG, RMSE = "ndcg@10", "rmse"
SECONDS = 1.0  # that an explanation may take
MOST_TRIED = 100  # events of which one is crossed out


@dataclass(frozen=True)
class Story:
    """A run and a person.

    Attributes:
        card, run: the model.
        user: position of the person in the data set.
        shown: what they would be shown, best first.
        typical: who stands for all; None where nobody can be told from the others.
        is_another: the address asks for a run that is not here.
    """

    card: RunCard
    run: LoadedRun
    user: int
    shown: Shown
    typical: Typical | None
    is_another: bool

    @property
    def is_typical(self) -> bool:
        """Whether the person is the one who stands for all."""
        return self.typical is not None and self.typical.user == self.user

    @property
    def key(self) -> tuple[str, int]:
        return (self.card.id, self.user)

    @property
    def person(self) -> str:
        """How to call the person in a sentence. Text from outside."""
        dataset = self.run.split.dataset
        return str(dataset.user_table["name"].iat[self.user]) or f"person {dataset.user_ids.values[self.user]}"

    @property
    def held_out(self) -> set[int]:
        """What the list should contain."""
        relevant = self.run.split.test.relevant
        return set(relevant.items[relevant.users == self.user].tolist())


def tell() -> Story | None:
    """The story that the address asks for, the rest chosen; None where nothing was trained yet."""
    runs, wanted = cache.workspace().runs(), st.query_params.get(choose.RUN)
    card = next((run for run in runs if run.id == wanted), None) or run_to_present(runs)
    if card is None:
        return None
    run = loaded.run(card.id)
    typical = _typical(default_home(), card.id)
    user = run.split.dataset.user_ids.positions.get(st.query_params.get(choose.PERSON, ""))
    if user is None:
        user = 0 if typical is None else typical.user
    return Story(card, run, user, _shown(default_home(), card.id, user), typical, wanted not in (None, card.id))


@st.cache_data(show_spinner=False, max_entries=64)
def _typical(home: Path, run: str) -> Typical | None:
    split = loaded.run(run).split
    if split.recipe.key == COLD_ITEM:  # its lists are of new items alone, and no list that people see
        return None
    try:
        return typical_person(split, open_workspace(home).lists(run))
    except StoreError:  # older than such lists
        return None


@st.cache_data(show_spinner=False, max_entries=256)
def _shown(home: Path, run: str, user: int) -> Shown:
    opened = loaded.run(run)
    return recommend_to_user(opened.model, opened.split, user, K)


def profile_of(story: Story) -> Profile:
    """The data in figures, as the run has them."""
    return _profile(default_home(), story.card.id)


@st.cache_resource(show_spinner=False, max_entries=16)
def _profile(home: Path, run: str) -> Profile:
    return profile(loaded.run(run).split.dataset)


def comparison_of(story: Story) -> Comparison:
    """The model beside the plain ones of its split: by ratings where it predicts these, else by its lists."""
    metric = RMSE if RMSE in story.card.about["metrics"] else NDCG
    missing = missing_baselines(cache.workspace(), [story.card], metric)
    plain = [one.run.id for one in missing if one.run is not None]
    return _comparison(default_home(), (story.card.id, *plain), metric)


@st.cache_data(show_spinner="Resampling people", max_entries=64)
def _comparison(home: Path, runs: tuple[str, ...], metric: str) -> Comparison:
    workspace = open_workspace(home)
    return compare_runs(workspace, [workspace.find_run(run) for run in runs], metric)


def asked_of(story: Story) -> Asked:
    """Why is the first item of the list there?"""
    item = story.shown[0][0]
    return Asked(story.card, story.run, story.user, item, ask(story.run.split, story.user, item))


def answer_of(story: Story) -> tuple[Wish, Answer] | None:
    """The complete answer to that; None where the model cannot be asked.

    Raises:
        DataError: nothing is known of the person that could be a reason.
    """
    kinds = reasons_of(story.run.model)
    if not kinds or not story.shown:
        return None
    players = kinds[0]
    wish = Wish.of_person(story.card.id, story.user, asked_of(story).question)
    method = methods_of(story.run.model, players)[0].about.key
    wish = replace(wish, method=f"{method}-{players.key}", budget=affordable(story.run, wish, players, SECONDS))
    *_, last = answers(wish)
    return wish, last


@dataclass(frozen=True)
class Crossed:
    """A list before and after something was crossed out.

    Attributes:
        event: its place in the history. item: what it is. tried: how many events it was chosen from.
        before, found: the list, and what became of it.
    """

    event: int
    item: int
    tried: int
    before: list[int]
    found: list[Move]


def crossed_out(story: Story) -> Crossed | None:
    """The list without the one event, of those that weigh most for its first item, whose loss moves it most.

    None where the model cannot be asked.

    Raises:
        DataError: nothing is known of the person.
    """
    answered = answer_of(story)
    if answered is None:
        return None
    keys = [part.key for part in answered[1].found.parts if part.kind is Kind.HISTORY and part.key != OTHERS]
    positions = story.run.split.dataset.item_ids.positions
    return _crossed(default_home(), *story.key, tuple(positions[key] for key in keys[:MOST_TRIED]), story)


@st.cache_data(show_spinner=False, max_entries=128)
def _crossed(home: Path, run: str, user: int, items: tuple[int, ...], _story: Story) -> Crossed:
    question = asked_of(_story).question
    history = question.history.items.tolist()
    events = [history.index(item) for item in items]
    kept = everything(question).repeat(len(events) + 1, axis=0)
    kept[range(len(events)), events] = False  # the last row is the whole history
    order = _story.run.split.dataset.item_ids.hash_order
    *lists, before = lists_without(_story.run.model, question, kept, LISTED, order)
    outcomes = [moves(before, after) for after in lists]
    best = max(range(len(events)), key=lambda one: _moved(outcomes[one]))
    return Crossed(events[best], items[best], len(events), [int(one) for one in before if one >= 0], outcomes[best])


def _moved(found: list[Move]) -> tuple[int, int]:
    """How much a list changed: how many items left it, and by how many places the others moved."""
    stayed = [abs(move.before - move.after) for move in found if move.before and move.after]
    return sum(move.after is None for move in found), sum(stayed)


def brings_of(story: Story) -> Brings:
    """What the model may bring."""
    workspace = cache.workspace()
    others = (*(run.id for run in workspace.runs()), *(log.id for log in workspace.logs()))
    return _brings(default_home(), story.card.id, others, st.context.theme.type)


@st.cache_data(show_spinner=False, max_entries=64)
def _brings(home: Path, run: str, others: tuple[str, ...], look: str | None) -> Brings:
    """Kept until the lists of runs and logs change, in the colours of a look; a run itself never changes."""
    return what_it_may_bring(open_workspace(home).find_run(run))
