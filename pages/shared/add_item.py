"""Add an item: describe something new, and see who would like it and what it is like. Nothing is trained."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import choose, loaded, nav
from pages.shared.cards import Card, grid
from pages.shared.chart import draw_chart
from pages.shared.compared import colour_of
from pages.shared.frame import look, plain, show_error
from pages.shared.known_form import known_form
from recsys_core.content.around import Around
from recsys_core.content.held import Held
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.figures.slices import Model, Slice, slice_chart
from recsys_core.models.base import Ability
from recsys_core.recommending import Shown
from recsys_core.runs.cards import RunCard
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import default_home, open_workspace
from recsys_core.types import Json

if TYPE_CHECKING:
    from recsys_core.new_item import Audience, Catalogue, Grouping, Places

PICTURE_TYPES = ["jpg", "jpeg", "png", "webp", "gif", "bmp"]
PEOPLE_SHOWN, FAVOURITES = 6, 3
MOST_ALIKE = 48  # as many as lists are long

Told = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Answer:
    """What the model says about a new item.

    Attributes:
        groups: of the people whom ``places`` are of.
        alike: items and their likeness, most alike first.
    """

    places: "Places"
    groups: "list[Grouping]"
    found: "list[Audience]"
    alike: Shown


def add_item(card: RunCard, run: LoadedRun, k: int) -> None:
    """The form on the left, the answer on the right."""
    if Ability.CONTENT not in run.model.abilities:
        _cannot(run)
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader("Something new", anchor=False)
        asked = _form(card.id, run)
    with right:
        if asked is None:
            _invitation(card, run)
            return
        told, picture = asked
        try:
            answer = _answer(default_home(), card.id, told, picture)
        except StudioError as error:
            show_error(error)
            return
        _who(card, run, answer)
    _like_what(run, answer, k)
    st.caption(plain(_caveat(card.about, run)))


def _cannot(run: LoadedRun) -> None:
    """The model cannot; which could."""
    from recsys_core.models import MODELS

    able = [model.info.title for model in MODELS if Ability.CONTENT in model.info.abilities]
    st.info(
        plain(
            f"{run.model.title} knows items by who met them, so it has nothing to say about one that nobody met. "
            f"Train a model that reads what items are about: {', '.join(able)}."
        )
    )
    st.page_link(nav.TRAIN.path, label="Train one", icon=":material/arrow_forward:")


def _form(identifier: str, run: LoadedRun) -> tuple[Told, bytes | None] | None:
    """What was told when the button was last pressed; None before that."""
    dataset, can = run.split.dataset, run.model.abilities
    kept = f"new-item-{identifier}"
    with st.form(f"{kept}-form", border=False):
        told: dict[str, Any] = {"title": st.text_input("Title", key=f"{kept}-title", max_chars=300)}
        if Ability.TEXT in can:
            told["text"] = st.text_area("What it is about", key=f"{kept}-text", height=140, max_chars=20_000)
        if Ability.ATTRIBUTES in can:
            known = sorted({genre for one in dataset.item_table["genres"] for genre in one})
            if known:
                told["genres"] = tuple(
                    st.multiselect(
                        "Genres or tags",
                        known,
                        key=f"{kept}-genres",
                        accept_new_options=True,
                        help="The model can only make something of those that it met in training.",
                    )
                )
            year = st.number_input("Year", 1, 9999, None, key=f"{kept}-year")
            told["year"] = None if year is None else int(year)
        picture = None
        if Ability.IMAGE in can:
            picture = st.file_uploader("Picture", PICTURE_TYPES, key=f"{kept}-picture", max_upload_size=20)
        more = _attributes(default_home(), identifier) if Ability.ATTRIBUTES in can else ()
        if more:
            with st.expander("More about it"):
                told |= known_form(dataset.item_table, more, kept)
        pressed = st.form_submit_button("Who would like this?", type="primary", width="stretch")
    st.caption(plain(_what_is_read(run)))
    if pressed:
        st.session_state[kept] = (tuple(told.items()), None if picture is None else picture.getvalue())
    asked: tuple[Told, bytes | None] | None = st.session_state.get(kept)
    return asked


def _what_is_read(run: LoadedRun) -> str:
    """What the model makes use of, and what it does not."""
    kinds = {Ability.TEXT: "title and text", Ability.IMAGE: "picture", Ability.ATTRIBUTES: "genres and attributes"}
    read = [word for ability, word in kinds.items() if ability in run.model.abilities]
    unread = [word for ability, word in kinds.items() if ability not in run.model.abilities]
    but = f", not {' or '.join(unread)}" if unread else ""
    return f"{run.model.title} as it was trained reads {', '.join(read) or 'nothing'}{but}."


def _invitation(card: RunCard, run: LoadedRun) -> None:
    with suppress(StudioError):  # encoders are opened while somebody writes, so that the first answer is quick too
        _answer(default_home(), card.id, (), None)
    with st.container(border=True):
        st.markdown("**Describe something that is not in the catalogue yet.**")
        st.caption(
            plain(
                f"{run.model.title} says where it would stand in everybody's list, who its people are and what it is "
                "like, in about a second and without learning anything new. " + _measured(card.about, run)
            )
        )


@st.cache_data(show_spinner=False, max_entries=32)
def _attributes(home: Path, run: str) -> tuple[str, ...]:
    """Columns about items that models read."""
    return Held.by(loaded.run(run).split.train).attributes


@st.cache_resource(show_spinner="Asking the model", max_entries=32)
def _answer(home: Path, identifier: str, told: Told, picture: bytes | None) -> Answer:
    from recsys_core.new_item import audiences, described, groups, most_alike, where_it_stands

    run, catalogue = loaded.run(identifier), _catalogue(home, identifier)
    item = described(run.split.dataset, dict(told), picture)
    places = where_it_stands(run.model, run.split, item, catalogue)
    people = groups(run.split, places.users)
    alike = most_alike(catalogue, run.model, run.split, item, MOST_ALIKE)
    return Answer(places, people, audiences(places, people), alike)


@st.cache_resource(show_spinner="Reading the catalogue", max_entries=4)
def _catalogue(home: Path, identifier: str) -> "Catalogue":
    from recsys_core.new_item import Catalogue

    run = loaded.run(identifier)
    return Catalogue.of(run.model, run.split.dataset, Around(open_workspace(home).content_cache))


def _who(card: RunCard, run: LoadedRun, answer: Answer) -> None:
    """Who would like it: figures, audiences, and the first of its people."""
    from recsys_core.new_item import TOP, finding, how_people_are_ranked, percent

    places = answer.places
    st.subheader("Who would like it", anchor=False)
    with st.container(horizontal=True, gap="medium"):
        share = float(places.in_top.mean())
        st.metric(
            f"Among their first {TOP}",
            counted(int(places.in_top.sum()), "person"),
            f"{percent(share)}; by chance {percent(places.by_chance)}",
            delta_color="off",
            delta_arrow="off",
            width="content",
            help="People in whose list it would be among the first ten, without the items they are known to have met.",
        )
        st.metric(
            "Stands above",
            f"{percent(float(np.median(places.above)))} of items",
            width="content",
            help="For the typical person, items they have met included: for half of the people it is a larger share.",
        )
    words = finding(answer.found)
    if not answer.groups:
        st.markdown(f"**{plain(words)}**")
    else:
        _audience_chart(card, run, answer, words)
    st.markdown("**Its first people**", help=how_people_are_ranked(places))
    for row in places.best(PEOPLE_SHOWN).tolist():
        _person(card.id, run, int(places.users[row]), float(places.places[row]), int(places.lengths[row]))


def _audience_chart(card: RunCard, run: LoadedRun, answer: Answer, words: str) -> None:
    """Where it stands for groups of people; at first for those that the finding names."""
    from recsys_core.new_item import LEANING, by_group, headline, how_people_are_ranked

    titles = [grouping.title for grouping in answer.groups]
    best, _ = headline(answer.found)
    st.markdown(f"**{plain(words)}**")
    key = f"new-item-cut-{card.id}"
    if st.session_state.get(key) not in titles:
        st.session_state[key] = titles[0] if best is None else best.cut
    chosen = st.selectbox("People by", titles, key=key, persist_state="session")
    grouping = answer.groups[titles.index(chosen)]
    slices = [
        Slice(name, size, () if one is None else ((100 * one.value, 100 * one.low, 100 * one.high),))  # type: ignore[operator]
        for name, size, one in zip(
            grouping.names, grouping.members.sum(axis=1).tolist(), by_group(answer.places, grouping), strict=True
        )
    ]
    if grouping.key == LEANING:  # genres have no order of their own
        slices = sorted((one for one in slices if one.points), key=lambda one: -one.points[0][0])
    whole = 50.0  # everybody, on average
    draw_chart(
        slice_chart(
            slices,
            [Model(run.model.title, colour_of(run.model.info.key), whole)],
            "suits them better than so many per cent of all people",
            look(),
        ),
        "audiences",
        pd.DataFrame(
            [
                {"people by": grouping.title, "group": one.name, "people": one.people}
                | dict(zip(("ahead_percent", "low", "high"), one.points[0] if one.points else (None,) * 3, strict=True))
                for one in slices
            ]
        ),
        title=words,
    )
    st.caption(
        f"Dots are means over people with 95 % intervals; the dotted line is everybody. {plain(grouping.meaning)} "
        f"{how_people_are_ranked(answer.places)}"
    )


def _person(identifier: str, run: LoadedRun, user: int, place: float, length: int) -> None:
    """A person, where it stands for them and what they like, with the way to their list."""
    dataset = run.split.dataset
    items, values = run.split.test.known.row(user)
    order = np.lexsort((-np.arange(len(items)), -values))[:FAVOURITES]
    likes = ", ".join(dataset.title(int(items[at])) for at in order)
    link = {
        choose.RUN: identifier,
        choose.PERSON: str(dataset.user_ids.values[user]),
        choose.VIEW: choose.VIEW_OF_PERSON,
    }
    with st.container(horizontal=True, vertical_alignment="center", key=f"ft-mover-{user}"):
        who = f"**{plain(dataset.person(user))}** · place {place:,.0f} of {length:,}"
        st.markdown(f"{who}  \n{plain(f'Liked {likes}' if dataset.scale else f'Met {likes}')}", width="stretch")
        st.page_link(nav.RECOMMENDATIONS.path, label="Their list", query_params=link)


def _like_what(run: LoadedRun, answer: Answer, k: int) -> None:
    """The items that it is most like."""
    st.subheader("What it is like", anchor=False)
    alike = answer.alike[:k]
    if not alike:
        st.caption("Nothing in the catalogue is like it: the model found nothing in its description that it knows.")
        return
    st.caption(
        "Of the half of the items that more people met, those whose description is most alike, by what the model reads "
        "and by what the words mean, the year left out; 1.00 is the same."
    )
    grid(
        run.split.dataset,
        [Card(item, place, note=f"likeness {near:.2f}") for place, (item, near) in enumerate(alike, start=1)],
    )


def _measured(about: Json, run: LoadedRun) -> str:
    """How well the model does for items that it never met, as its run was measured."""
    from recsys_core.warm_and_cold import Side, sentence

    apart = about.get("apart", {})  # absent from runs of older versions
    if Side.NEW_ITEMS in apart:
        return f"Measured on held-out events: {sentence(apart, Side.NEW_ITEMS)}"
    return (
        f"How well {run.model.title} does for items that it never met was not measured with this run: train it on a "
        "split of cold items to know."
    )


def _caveat(about: Json, run: LoadedRun) -> str:
    return (
        "An opinion of the model about people of this data set, from what they did and what is told about the item. "
        f"Nobody was asked, and places say nothing about how many would buy. {_measured(about, run)}"
    )
