"""Explanations: why an item, what would change that, and whether the explanation can be trusted."""

from collections.abc import Callable

import streamlit as st

from pages.shared import cache, choose, loaded, nav
from pages.shared.asked import Asked
from pages.shared.choose_person import choose_person
from pages.shared.explain_change import change
from pages.shared.explain_overview import overview
from pages.shared.explain_trust import trust
from pages.shared.explain_why import why
from pages.shared.frame import errors_as_sentences
from recsys_core.errors import DataError
from recsys_core.explain.person import ask
from recsys_core.recommending import best, scores_for_user
from recsys_core.runs.cards import RunCard
from recsys_core.runs.run_files import LoadedRun

OFFERED = 50  # of a person's list

# What is told about one recommendation, and about a model. A new section is a function and a line here.
OF_ONE: dict[str, Callable[[Asked], None]] = {"Why this?": why, "What would change it?": change}
OF_MODEL: dict[str, Callable[[RunCard, LoadedRun], None]] = {"Over many people": overview, "Can it be trusted?": trust}


def choose_item(run: LoadedRun, user: int) -> int:
    """One of the person's list; any other id may be typed."""
    dataset = run.split.dataset
    found = best(scores_for_user(run.model, run.split, user), dataset.item_ids.hash_order, OFFERED)
    if not found:
        raise DataError(
            f"{dataset.person(user)} knows every item already, so there is nothing to recommend and to explain.",
            "Choose another person.",
            "knows-all",
        )
    ids = [str(dataset.item_ids.values[item]) for item, _ in found]
    choose.forget_unless_of(choose.ITEM, f"{dataset.fingerprint} {user}")

    def name(identifier: str) -> str:
        item = dataset.item_ids.positions.get(identifier)
        rank = f"{ids.index(identifier) + 1} · " if identifier in ids else ""
        return identifier if item is None else f"{rank}{dataset.title(item)}"

    return dataset.item_ids.find(choose.choose("Item", choose.ITEM, ids, name, accept_new=True), "item")


choose.header(nav.EXPLANATIONS)
runs = cache.workspace().runs()
if not runs:
    choose.empty("No model has been trained yet.", "Train one", nav.TRAIN)
else:
    choose.say_what_is_gone(runs)
    section = choose.switch("Section", "explained", [*OF_ONE, *OF_MODEL])
    which, who, what = st.columns([5, 4, 5])
    with which:
        card = choose.choose_run(sorted(runs, key=lambda card: card.model == "popularity"))
        chosen = loaded.run(card.id)
    if section in OF_MODEL:
        with errors_as_sentences():
            OF_MODEL[section](card, chosen)
    else:
        with who:
            person = choose_person(chosen)
        with what:
            item = choose_item(chosen, person)
        with errors_as_sentences():
            OF_ONE[section](Asked(card, chosen, person, item, ask(chosen.split, person, item)))
