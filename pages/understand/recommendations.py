"""Recommendations: what a person sees, what I would see, and who would see something new."""

import numpy as np
import streamlit as st

from pages.shared import cache, choose, loaded, nav
from pages.shared.add_item import add_item
from pages.shared.cards import Card, grid, grid_that_asks, predicted
from pages.shared.choose_person import choose_person
from pages.shared.explained import Wish
from pages.shared.export_lists import export_lists
from pages.shared.frame import plain
from pages.shared.try_yourself import try_yourself
from pages.shared.why_dialog import why_dialog
from recsys_core.explain.person import ask
from recsys_core.models.base import Ability
from recsys_core.ranking import HIDDEN
from recsys_core.recommending import Shown, best, scores_for_user
from recsys_core.runs.cards import RunCard
from recsys_core.runs.run_files import LoadedRun
from recsys_core.splitting.base import COLD_ITEM
from recsys_core.types import Float32

HISTORY_SHOWN = 8


def history(run: LoadedRun, user: int) -> None:
    """What the person is known to have met, best rated and latest first."""
    dataset = run.split.dataset
    items, values = run.split.test.known.row(user)
    if not len(items):
        st.caption("Nothing is known of this person.")
        return
    order = np.lexsort((-np.arange(len(items)), -values))
    explicit = dataset.scale is not None
    cards = [Card(int(items[at]), note=f"★ {values[at]:g}" if explicit else "") for at in order]
    grid(dataset, cards[:HISTORY_SHOWN], compact=True)
    if len(cards) > HISTORY_SHOWN:
        with st.expander(f"All {len(cards):,}"):
            st.dataframe(
                {
                    "Title": [dataset.title(card.item) for card in cards],
                    **({"Rating": [float(values[at]) for at in order]} if explicit else {}),
                },
                hide_index=True,
            )


def cards_of(run: LoadedRun, scores: Float32, found: Shown, hits: set[int]) -> list[Card]:
    """Cards whose bar runs from the median item of this person (empty) to the best (full)."""
    if not found:
        return []
    possible = scores[scores != HIDDEN]
    middle, top = float(np.median(possible)), float(possible.max())
    rating = Ability.RATING in run.model.abilities
    return [
        Card(
            item,
            rank,
            bar=(score - middle) / (top - middle) if top > middle else 1.0,
            bar_hint=f"{run.model.score_meaning}: {score:.4g}",
            note=predicted(run, score) if rating else "",
            hit=item in hits,
        )
        for rank, (item, score) in enumerate(found, start=1)
    ]


def lists(card: RunCard, run: LoadedRun, user: int, k: int) -> None:
    """History beside recommendations, hits marked; why an item is one of them is a press away."""
    dataset = run.split.dataset
    scores = scores_for_user(run.model, run.split, user)
    found = best(scores, dataset.item_ids.hash_order, k)
    relevant = run.split.test.relevant
    held_out = {int(item) for item in relevant.items[relevant.users == user]}
    left, right = st.columns([1, 3], gap="large")
    with left:
        st.subheader("What they liked" if dataset.scale else "What they met", anchor=False)
        history(run, user)
    with right:
        st.subheader(f"What {plain(run.model.title)} would show", anchor=False)
        if not found:
            st.info("This person knows every item already, so there is nothing to show.")
        hits = sum(item in held_out for item, _ in found)
        if held_out and found:
            st.caption(
                f"{hits} of these {len(found)} {'is' if hits == 1 else 'are'} among the {len(held_out)} "
                f"{'item' if len(held_out) == 1 else 'items'} that were held out: things this person really chose "
                f"and the model never saw. {_beside_all(run)}Bars run from this person's median item to the best."
            )
        elif found:
            st.caption("Nothing of this person was held out. Bars run from this person's median item to the best.")
        wondered = grid_that_asks(dataset, cards_of(run, scores, found, held_out), "list")
    if wondered is not None:
        person = str(dataset.user_ids.values[user])
        why_dialog(run, Wish.of_person(card.id, user, ask(run.split, user, wondered)), person)


def _beside_all(run: LoadedRun) -> str:
    """How this list differs from those that the figures are of; empty where it does not."""
    if run.split.recipe.key != COLD_ITEM:
        return ""
    return "Figures of this split are of lists of held-out items alone; here they stand beside all others. "


choose.header(nav.RECOMMENDATIONS)
runs = cache.workspace().runs()
if not runs:
    choose.empty("No model has been trained yet.", "Train one", nav.TRAIN)
else:
    choose.say_what_is_gone(runs)
    trained_first = sorted(runs, key=lambda card: card.model == "popularity")
    which, who, length = st.columns([3, 2, 1])
    with which:
        card = choose.choose_run(trained_first)
        chosen = loaded.run(card.id)
    with length:
        k = st.selectbox("Show", (6, 12, 24, 48), 1, lambda count: f"Top {count}", key="k", persist_state="session")
    views = (choose.VIEW_OF_PERSON, "Try it yourself", "Add an item")
    with who:
        person_place = st.container()
    view = choose.switch("View", choose.VIEW, views)
    if view == views[0]:
        with person_place:
            person = choose_person(chosen)
        lists(card, chosen, person, k)
        st.space("small")
        export_lists(card.id, chosen, k)
        st.page_link(
            nav.PRESENT.path,
            label="Present this, in large type",
            icon=":material/slideshow:",
            query_params={choose.RUN: card.id, choose.PERSON: str(chosen.split.dataset.user_ids.values[person])},
        )
    elif view == views[1]:
        try_yourself(card, chosen, k)
    else:
        add_item(card, chosen, k)
