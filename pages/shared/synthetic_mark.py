"""The mark of data that are not wholly real: words where only text fits, a badge where there is room."""

import streamlit as st

from pages.shared.frame import plain
from recsys_core.data.made import Made
from recsys_core.runs.cards import DatasetCard, RunCard

SYNTHETIC, MIXED = "synthetic", "real + synthetic"


def word(made: Made) -> str:
    """The mark itself."""
    return MIXED if made.is_augmented else SYNTHETIC


def made_of(card: DatasetCard | RunCard) -> Made | None:
    """Where a data set is from, or the one that a run learned from; None where it is real."""
    about = card.about.get("made") if isinstance(card, DatasetCard) else card.about["passport"]["dataset"].get("made")
    return None if about is None else Made.from_json(about)


def name_of_data(card: DatasetCard | RunCard) -> str:
    """The name of a data set, or of the one that a run learned from, with the mark. It is text from outside."""
    name = card.name if isinstance(card, DatasetCard) else str(card.about["dataset_name"])
    return marked(name, card)


def marked(name: str, card: DatasetCard | RunCard) -> str:
    """A name that the data are called by, with the mark where they are not wholly real."""
    made = made_of(card)
    return name if made is None else f"{name} · {word(made)}"


def badge(card: DatasetCard | RunCard) -> None:
    """The mark as a badge, which tells on hover where the data are from; nothing for real ones."""
    made = made_of(card)
    if made is not None:
        st.badge(word(made), icon=":material/science:", color="violet", help=plain(parentage(made)))


def badge_and_words(card: DatasetCard | RunCard) -> None:
    """The badge, and beside it where the data are from; nothing for real ones."""
    made = made_of(card)
    if made is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            badge(card)
            st.caption(plain(made.words), width="content")


def alarms(card: DatasetCard) -> None:
    """What must be known of generated people before they are used, such as that they are all the same."""
    for message in alarms_of(card):
        st.error(plain(message), icon=":material/warning:")


def alarms_of(card: DatasetCard) -> list[str]:
    """The same as sentences."""
    return [str(one["message"]) for one in card.about["findings"] if one["level"] == "error"]


def parentage(made: Made) -> str:
    """Where the data are from, with what else tells them apart from others that were made alike."""
    return f"{made.words} Seed {made.seed}."
