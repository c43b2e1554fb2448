"""Data: bring ratings in, and see what they look like."""

import streamlit as st

from pages.shared import cache, choose, draft, first_start, nav
from pages.shared.browse import browse
from pages.shared.findings_view import balance, findings_list, from_card
from pages.shared.frame import plain, scroll_to_top, show_error
from pages.shared.impressions_view import impressions_section
from pages.shared.manage_dataset import manage, size
from pages.shared.profile_view import profile_view
from pages.shared.review import IMPORTED, review
from pages.shared.synthetic_chosen import JUDGE, MADE, STEP
from pages.shared.synthetic_mark import made_of
from pages.shared.ways_in import fetch_draft, ways_in
from recsys_core.data.recipe import UNDECIDED, Recipe
from recsys_core.data.sources import Source, Upload, parse_source
from recsys_core.errors import StudioError
from recsys_core.runs.store import DatasetCard

ADDING = "adding"  # "" for anything, or the id of the data set whose recipe is to be used


def adding() -> None:
    """The ways in, for somebody who has data sets already."""
    recipe = UNDECIDED
    cards = {card.id: card for card in cache.workspace().datasets()}
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader("Add a data set", anchor=False, width="content")
        st.button("Back", icon=":material/arrow_back:", on_click=lambda: st.session_state.pop(ADDING))
    earlier = cards.get(st.session_state[ADDING])
    if earlier is not None:
        try:
            recipe = Recipe.parse(earlier.about["recipe"])
            st.markdown(f":material/receipt_long: The file will be read by the recipe of **{plain(earlier.name)}**.")
        except StudioError as error:
            show_error(error)
    ways_in(recipe)


def begin(earlier: str = "") -> None:
    st.session_state[ADDING] = earlier
    forget_address()


def forget_address() -> None:
    """A data set in the address is asked for, whatever else is going on."""
    st.query_params.pop(choose.DATASET, None)


def chooser(cards: list[DatasetCard]) -> DatasetCard:
    """Which data set, where it is from, and the way to another."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    below = st.container()
    with left:
        chosen = choose.choose_dataset(below=below)
    assert chosen is not None  # there is at least one
    right.button("Add a data set", icon=":material/add:", on_click=begin, width="stretch")
    made = made_of(chosen)
    is_generated = made is not None and not made.is_augmented  # the badge says from where
    parts = [] if is_generated else [chosen.origin.removesuffix(".") or "Imported from a file"]
    parts += [f"{'Imported' if made is None else 'Made'} {choose.moment(chosen.created)}"]
    parts += [f"Licence: {chosen.licence}"] if chosen.licence else []
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(plain(" · ".join(parts)), width="content")
        if is_generated:
            st.page_link(
                nav.SYNTHETIC.path,
                label="See how good it is",
                icon=":material/science:",
                query_params={MADE: chosen.id, STEP: JUDGE},
                width="content",
            )
        st.page_link(
            nav.TRAIN.path,
            label="Train a model on it",
            icon=":material/arrow_forward:",
            query_params={choose.DATASET: chosen.id},
            width="content",
        )
    if len(cards) > 1:
        all_of_them(cards)
    return chosen


def all_of_them(cards: list[DatasetCard]) -> None:
    called = choose.dataset_names(cards)
    with st.expander(f"All {len(cards)} data sets", key="all-data-sets"):
        st.dataframe(
            [
                {
                    "Name": called[card.id],
                    "People": card.about["users"],
                    "Items": card.about["items"],
                    "Events": card.about["interactions"],
                    "Origin": card.origin,
                    "Licence": card.licence,
                    "Imported": choose.moment(card.created),
                    "Size": size(card.size),
                }
                for card in cards
            ],
            hide_index=True,
            alt="All data sets with their origin, licence and date",
        )


def what_was_found(card: DatasetCard) -> None:
    """What the import found, and the balance of its rows."""
    found = from_card(card.about)
    lost = any(finding.level == "warning" for finding in found)
    is_imported = "rows" in card.about
    title = "What the import found" if is_imported else "What the generator found"
    with st.expander(title, expanded=lost, key=f"found-{card.id}"):
        if is_imported:
            st.caption(balance(card.about))
        if found:
            findings_list(found, card.id)
        else:
            st.markdown("Nothing to remark.")


def next_file(card: DatasetCard) -> None:
    """What was decided about this file serves for the next one."""
    if not card.about.get("recipe"):
        return
    with st.container(horizontal=True):
        st.button(
            "Import next month's file with this recipe",
            icon=":material/receipt_long:",
            on_click=begin,
            args=(card.id,),
            key=f"next-{card.id}",
            help="The same columns, meaning and remedies, for another file of this kind.",
        )
        source = source_of(card)
        if source is not None and st.button(
            "Fetch again", icon=":material/refresh:", key=f"fetch-{card.id}", help=plain(source.describe())
        ):
            try:
                fetch_draft(source, Recipe.parse(card.about["recipe"]), card.name)
            except StudioError as error:
                show_error(error)


def source_of(card: DatasetCard) -> Source | None:
    """Where the data can be fetched again; None where they cannot."""
    if not card.about.get("source"):
        return None
    try:
        source = parse_source(card.about["source"])
    except StudioError:
        return None
    return None if isinstance(source, Upload) else source


def existing(cards: list[DatasetCard]) -> None:
    chosen = chooser(cards)
    profile_view(chosen)
    st.caption(f":material/description: {plain(cache.held(chosen.id).sentence())}")
    what_was_found(chosen)
    browse(chosen)
    next_file(chosen)
    manage(chosen)


def waiting(begun: draft.Draft) -> None:
    """A file is on its way in, but a data set was asked for."""
    with st.container(border=True, horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{plain(begun.name)}** waits to be imported.", width="content")
        st.button("Go on with it", on_click=forget_address)


choose.header(nav.DATA)
if IMPORTED in st.session_state:
    st.toast(st.session_state.pop(IMPORTED), icon=":material/check:")
    scroll_to_top()
cards, begun = cache.workspace().datasets(), draft.current()
asked = st.query_params.get(choose.DATASET) in [card.id for card in cards]
if asked or begun is not None:
    st.session_state.pop(ADDING, None)
if begun is not None and not asked:
    review(begun)
elif cards and ADDING not in st.session_state:
    if begun is not None:
        waiting(begun)
    existing(cards)
    impressions_section()
elif cards:
    adding()
else:
    if first_start.underway():  # the demo must not take the way in from under somebody's hands
        st.session_state[ADDING] = ""
    ways_in()
    impressions_section()
