"""What the steps of Synthetic data work on: the data set that is learned from, and the people that came of it."""

from dataclasses import dataclass

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.synthetic_mark import made_of
from recsys_core.data.made import Made
from recsys_core.runs.cards import DatasetCard, names

FROM, MADE, STEP, GENERATOR, WORTH_OF = "from", "made", "step", "generator", "worth"
NO_DATA = "none"
STEPS = GENERATE, JUDGE, WORTH, USE = ("Generate", "Judge", "Worth it?", "Use")


@dataclass(frozen=True)
class Sources:
    """All data sets, by what may be done with them here.

    Attributes:
        real: id → a data set that can be learned from.
        made: id → one whose people are generated, all of them.
    """

    real: dict[str, DatasetCard]
    made: dict[str, DatasetCard]

    @classmethod
    def here(cls) -> "Sources":
        """Those of the workspace, newest first."""
        real, generated = {}, {}
        for card in cache.workspace().datasets():
            made = made_of(card)
            if made is None:
                real[card.id] = card
            elif not made.is_augmented:
                generated[card.id] = card
        return cls(real, generated)

    def parent(self, made: Made) -> str:
        """The data set that was learned from; ``NO_DATA`` where none was, or where it is gone."""
        return next((one for one in self.real if cache.fingerprint(one) == made.learned_from), NO_DATA)

    def children(self, source: DatasetCard | None) -> dict[str, DatasetCard]:
        """People who were generated from a data set; without one: those whom no data set that is here led to."""
        wanted = NO_DATA if source is None else source.id
        return {card.id: card for card in self.made.values() if self.parent(certain(card)) == wanted}


def certain(card: DatasetCard) -> Made:
    """Where people are from who are known to be generated."""
    made = made_of(card)
    assert made is not None  # only such cards are asked
    return made


def choose_source(sources: Sources) -> DatasetCard | None:
    """The data set to learn from; None for people who are made without any.

    Whoever comes from another page with generated people, or with real ones and generated ones behind them, finds the
    data set that these are from.
    """
    began = st.session_state.get(f"kept-{choose.DATASET}", "")
    choose.forget_unless_of(FROM, began)
    asked = sources.made.get(st.query_params.get(MADE, ""))
    if asked is not None and FROM not in st.query_params:
        choose.remember(FROM, sources.parent(certain(asked)))
    called = choose.dataset_names(list(sources.real.values()))
    chosen = choose.choose(
        "Learn from",
        FROM,
        [*sources.real, NO_DATA],
        lambda one: called.get(one, "No data: personas"),
        default=_begin(sources, began),
    )
    return sources.real.get(chosen)


def _begin(sources: Sources, dataset: str) -> str:
    """Where to begin for somebody who works on this data set elsewhere."""
    card = next((card for card in cache.workspace().datasets() if card.id == dataset), None)
    made = None if card is None else made_of(card)
    if made is None:
        return dataset if dataset in sources.real else next(iter(sources.real), NO_DATA)
    if dataset in sources.made and MADE not in st.query_params:
        st.session_state[f"kept-{MADE}"] = dataset
    return sources.parent(made)


def choose_made(sources: Sources, source: DatasetCard | None) -> DatasetCard | None:
    """Which of the people generated from the source; None, and the way on, where there are none."""
    children = sources.children(source)
    if not children:
        nobody_yet(source)
        return None
    called = names(children.values())

    def name(one: str) -> str:
        return f"{called[one]} · {choose.moment(children[one].created)}"

    return children[choose.choose("Generated people", MADE, list(children), name)]


def nobody_yet(source: DatasetCard | None) -> None:
    """What stands where generated people are needed, and the way to them."""
    with st.container(border=True):
        st.markdown(
            "**Nobody has been generated yet.**" if source is None else "**Nobody has been generated from it.**"
        )
        st.caption("Generate people first: then they are judged, measured and used here.")
        if st.button("Generate people", type="primary"):
            go_to(GENERATE)


def needs_data() -> None:
    """What stands where only people who were learned from data can be dealt with."""
    with st.container(border=True):
        st.markdown("**Personas learn from no data, so there is nothing real to measure them on.**")
        st.caption(
            "Whether generated people are worth having is measured on held-out events of real ones. Choose a data set "
            "above, or add one."
        )
        st.page_link(nav.DATA.path, label="Add a data set", icon=":material/arrow_forward:", width="content")


def go_to(step: str, made: str = "") -> None:
    """On to a step, with these generated people where some are named."""
    if made:
        choose.remember(MADE, made)
    choose.remember(STEP, step)
    st.rerun()
