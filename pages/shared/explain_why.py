"""Why this: one sentence, the parts of the score, and how far to trust them."""

from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared import choose, nav
from pages.shared.asked import Asked
from pages.shared.cards import Card, grid
from pages.shared.explain_parts import draw, draw_picture, follow, head, marked_words, table
from pages.shared.explained import Wish, affordable, answers, beside_own_list, methods_of, reasons_of, trusted
from pages.shared.frame import plain, show_error
from pages.shared.synthetic_mark import name_of_data
from pages.shared.trust_view import WAITING, draw_curves, readings_html
from recsys_core.errors import DataError, StudioError
from recsys_core.explain.explainers import BUDGETS, SECONDS, Explainer
from recsys_core.explain.explanation import Explanation, Kind
from recsys_core.explain.nearest import Nearest, nearest_of_history
from recsys_core.explain.person import ask
from recsys_core.explain.players import Players
from recsys_core.explain.readings import verdict
from recsys_core.recommending import best, scores_for_user
from recsys_core.runs.store import default_home

LISTED = 50  # places in which the next item is looked for
SCORE = "Its score"


def why(asked: Asked) -> None:
    """The section."""
    kinds = reasons_of(asked.run.model)
    if kinds:
        try:
            _explained(asked, kinds)
        except DataError as error:  # this item, or this person, has no such reasons
            st.info(plain(str(error)))
        except StudioError as error:
            show_error(error)
    else:
        _cannot(asked)
    _nearest(asked)


def _cannot(asked: Asked) -> None:
    title = plain(asked.run.model.title)
    st.info(
        f"{title} only knows the people it met in training: it cannot be asked what it would say without a part of a "
        "history, so its scores cannot be shared out. Choose another model above, or train one that can."
    )
    st.page_link(nav.TRAIN.path, label="Train one", icon=":material/arrow_forward:")


def _explained(asked: Asked, kinds: list[Players]) -> None:
    top = st.empty()
    own_list = beside_own_list(asked.run, Wish.of_person(asked.card.id, asked.user, asked.question), asked.user)
    if own_list:
        st.caption(plain(own_list))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="ft-why-how"):
        players = _choose_reasons(kinds)
        explainer = _choose_method(asked, players)
        rival = _choose_value(asked)
        question = asked.question if rival is None else ask(asked.run.split, asked.user, asked.item, rival)
        wish = _choose_effort(asked, Wish.of_person(asked.card.id, asked.user, question), explainer, players)
    about = explainer.about
    st.caption(plain(about.idea), help=plain(about.paper) if about.paper else None)
    source = f"{asked.run.model.title} · {name_of_data(asked.card)} · {about.title} · seed {wish.seed}"
    doubt = st.empty()
    left, right = st.columns([5, 3], gap="large")
    with left, st.container(key="ft-why-parts"):
        parts = st.empty()
        below = st.container()
    with right:
        beside = st.empty()

    beside.html(WAITING)
    rank = _rank(asked)
    answer = follow(answers(wish), top, parts, lambda one: head(asked.run, wish, one, rank), "why")
    with parts.container():
        draw(answer, "why", source)
    with below:
        _closer(asked, wish, answer.found, source)
    _trust(wish, answer.found, beside, doubt, source)


def _choose_reasons(kinds: list[Players]) -> Players:
    titles = {_capital(players.title): players for players in kinds}
    if len(titles) == 1:
        return kinds[0]
    return titles[choose.switch("Reasons", "reasons", list(titles))]


def _choose_method(asked: Asked, players: Players) -> Explainer:
    methods = {explainer.about.title: explainer for explainer in methods_of(asked.run.model, players)}
    return methods[choose.switch("Method", "method", list(methods))]


def _choose_value(asked: Asked) -> int | None:
    """The item whose score is to be beaten; None where the score itself is explained."""
    rival = _next(asked)
    if rival is None:
        return None
    lead = plain(f"Its lead over {asked.run.split.dataset.title(rival)}")
    chosen = choose.switch("Explained", "value", [SCORE, lead])
    return None if chosen == SCORE else rival


def _rank(asked: Asked) -> int | None:
    """Where the item stands among the first of the person's list."""
    items = _list(default_home(), asked.card.id, asked.user, asked)
    return items.index(asked.item) + 1 if asked.item in items else None


def _next(asked: Asked) -> int | None:
    """The item below it in the person's list, or the first one if it is not among the first."""
    items = _list(default_home(), asked.card.id, asked.user, asked)
    place = items.index(asked.item) + 1 if asked.item in items else 0
    return items[place] if place < len(items) and items[place] != asked.item else None


@st.cache_data(show_spinner=False, max_entries=64)
def _list(home: Path, run: str, user: int, _asked: Asked) -> list[int]:
    scores = scores_for_user(_asked.run.model, _asked.run.split, user)
    return [item for item, _ in best(scores, _asked.run.split.dataset.item_ids.hash_order, LISTED)]


def _choose_effort(asked: Asked, wish: Wish, explainer: Explainer, players: Players) -> Wish:
    """How many questions are put to the model, and the seed of what is drawn."""
    method = f"{explainer.about.key}-{players.key}"
    budget = affordable(asked.run, wish, players, SECONDS)
    if not explainer.about.draws:
        return replace(wish, method=method, budget=budget)
    with st.popover("More", icon=":material/tune:"):
        key = f"why-budget-{wish.run}-{players.key}"
        st.session_state.setdefault(key, budget)
        chosen = st.select_slider(
            "Questions put to the model",
            BUDGETS,
            format_func=lambda number: f"{number:,}",
            key=key,
            help=f"More make it surer, and take longer. About {SECONDS:g} seconds are enough for {budget:,}.",
        )
        seed = st.number_input("Seed of what is drawn", 0, 9_999, 0, key="why-seed")
    return replace(wish, method=method, budget=int(chosen), seed=int(seed))


def _closer(asked: Asked, wish: Wish, found: Explanation, source: str) -> None:
    """What the chart rests on, the words or the picture themselves, and the numbers."""
    numbers = found.contributions
    kind = found.parts[0].kind
    drawn = "" if numbers.exact else " Lines at the ends of bars are 95 % intervals." if numbers.additive else ""
    st.caption(
        plain(
            f"Explained: {found.meaning}; {numbers.score:.4g}, and {numbers.base:.4g} when nothing of this is known. "
            f"{numbers.evaluations:,} questions in {found.seconds:.1f} s."
        )
        + drawn
    )
    if kind is Kind.WORD:
        st.html(marked_words(asked.run, asked.item, found))
    if kind is Kind.REGION:
        draw_picture(asked.run, wish, found, source)
    with st.expander(f"Numbers ({len(found.parts):,})"):
        st.dataframe(
            table(found),
            hide_index=True,
            column_config={
                "part": "Part",
                "id": "Id",
                "contributes": st.column_config.NumberColumn("Contributes", format="%+.4g"),
                "margin": st.column_config.NumberColumn("± (95 %)", format="%.2g"),
            },
        )


def _trust(wish: Wish, found: Explanation, beside: Any, doubt: Any, source: str) -> None:
    """Figure by figure; what is no better than chance is greyed."""
    last = None
    for last in trusted(wish, found):
        beside.html(readings_html(found, last))
    assert last is not None
    words, good = verdict(last)
    if not good:
        doubt.html(
            f'<p class="ft-doubtful">{escape(words)}</p>'
            "<style>.st-key-ft-why-parts { filter: grayscale(1); opacity: 0.55; }</style>"
        )
    draw_curves(found, last, source)


def _nearest(asked: Asked) -> None:
    """The items of the history that are most like it."""
    dataset = asked.run.split.dataset
    near = _near(default_home(), asked.card.id, asked.user, asked.item, asked)
    if not near.items:
        return
    st.subheader("Most like it, of what they met", anchor=False)
    how = "by the angle between the model's vectors" if near.by_vectors else "by how many people met both"
    st.caption(f"Likeness {how}, 1.00 at most. It says what is near, not what made the score.")
    grid(dataset, [Card(item, note=f"likeness {value:.2f}") for item, value in near.items])


@st.cache_data(show_spinner=False, max_entries=256)
def _near(home: Path, run: str, user: int, item: int, _asked: Asked) -> Nearest:
    return nearest_of_history(_asked.run.model, _asked.run.split, _asked.question)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
