"""What the two models of a vote would show one guest, side by side."""

from collections.abc import Callable

import streamlit as st

from pages.shared import loaded
from pages.shared.answers import Answers, history_of, told_of
from pages.shared.cards import Card, grid
from pages.shared.frame import plain
from recsys_core.ranking import HIDDEN
from recsys_core.recommending import best, is_choice, scores_for_history
from recsys_core.runs.run_files import LoadedRun
from recsys_core.voting.ballot import SIDES, Choice, Poll

SHOWN = 5
LETTERS = ("A", "B")


def warm_up(runs: tuple[str, str]) -> None:
    """Read both models and let each answer once, so that no guest waits for it."""
    for identifier in runs:
        run = loaded.run(identifier)
        first = loaded.questions(identifier).next(())
        list_of(run, {} if first is None else {first: 5})


def list_of(run: LoadedRun, answers: Answers) -> list[int]:
    """The best items for somebody with these answers, without those that were asked about."""
    dataset = run.split.dataset
    scores = scores_for_history(run.model, run.split, history_of(answers, dataset))
    scores[[item for item, _ in told_of(answers)]] = HIDDEN
    return [item for item, _ in best(scores, dataset.item_ids.hash_order, SHOWN)]


def is_told(run: LoadedRun, answers: Answers) -> bool:
    """Whether these answers tell the model anything: one that ranks learns from what is liked alone."""
    dataset = run.split.dataset
    return any(is_choice(run.model, dataset, value) for _, value in history_of(answers, dataset))


def draw_lists(
    poll: Poll, sides: tuple[Choice, Choice], answers: Answers, below: Callable[[str, Choice], None]
) -> None:
    """Both lists, as A and B.

    Args:
        sides: which list is A, and which B.
        below: draws what stands under a list.
    """
    runs = [loaded.run(poll.runs[SIDES.index(side)]) for side in sides]
    lists = [list_of(run, answers) for run in runs]
    shared = len(set(lists[0]) & set(lists[1]))
    if shared:
        st.caption(f"{shared} of {SHOWN} stand in both lists.")
    with st.container(key="ft-ballot"):
        for column, letter, side, run, items in zip(st.columns(2), LETTERS, sides, runs, lists, strict=True):
            with column, st.container(border=True):
                name = f": {plain(poll.title(side))}" if poll.is_revealed else ""
                st.subheader(f"List {letter}{name}", anchor=False)
                grid(run.split.dataset, [Card(item, rank) for rank, item in enumerate(items, start=1)], compact=True)
                below(letter, side)
