"""What activity is measured on: the events of a data set, or the impressions of a log."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import cache, choose
from pages.shared.impressions_view import names_of
from pages.shared.synthetic_mark import SYNTHETIC
from recsys_core.data.dataset import Dataset
from recsys_core.data.impressions.log import Impressions
from recsys_core.runs.impression_files import LogCard
from recsys_core.runs.store import default_home, open_workspace

if TYPE_CHECKING:
    from recsys_core.engagement.events import Events
    from recsys_core.engagement.person_days import PersonDays
    from recsys_core.engagement.sessions import Sessions

SOURCE, OF_LOG, UNKNOWN = "events", "log-", "none"


def choose_source() -> str | None:
    """The id of a data set, or of a log behind ``log-``; logs that know people come first. None where there is none."""
    logs = cache.workspace().logs()
    datasets = cache.workspace().datasets()
    called = {OF_LOG + key: f"What was shown: {name}" for key, name in log_names(logs).items()}
    called |= {key: f"What was done: {name}" for key, name in choose.dataset_names(datasets).items()}
    if not called:
        return None
    order = sorted(called, key=lambda key: _is_anonymous(key, logs))
    asked = st.query_params.get(choose.DATASET, "")
    return choose.choose("Measured on", SOURCE, order, called.__getitem__, default=asked if asked in called else "")


def _is_anonymous(key: str, logs: list[LogCard]) -> bool:
    return any(OF_LOG + card.id == key and card.about["users"] is None for card in logs)


def log_names(cards: list[LogCard]) -> dict[str, str]:
    """How to call each log, by id, marked where it was generated."""
    called = names_of(cards)
    return {card.id: called[card.id] + (f" · {SYNTHETIC}" if card.is_synthetic else "") for card in cards}


def events_of_source(source: str) -> "Events":
    """Raises a DataError where nobody knows who did something, or when."""
    from recsys_core.engagement.events import events_of

    content: Dataset | Impressions
    content = cache.log(source.removeprefix(OF_LOG)) if source.startswith(OF_LOG) else cache.dataset(source)
    return events_of(content)


def person_days_of(source: str, zone: str) -> "PersonDays":
    return _person_days(default_home(), source, zone)


@st.cache_resource(show_spinner="Counting days", max_entries=8)
def _person_days(home: Path, source: str, zone: str) -> "PersonDays":
    from recsys_core.engagement.person_days import person_days

    return person_days(events_of_source(source), zone)


def sessions_of(source: str) -> "Sessions":
    return _sessions(default_home(), source)


@st.cache_resource(show_spinner="Counting sessions", max_entries=8)
def _sessions(home: Path, source: str) -> "Sessions":
    from recsys_core.engagement.sessions import sessions

    return sessions(events_of_source(source))


def matched_dataset(log: LogCard) -> str | None:
    """The data set that knows the people and items of a log: the one of the same name unless another is chosen.

    None where nobody chose one: equal ids of data that have nothing to do with each other would lend wrong titles.
    """
    datasets = cache.workspace().datasets()
    called = {UNKNOWN: "nothing is known"} | choose.dataset_names(datasets)
    same = next((card.id for card in datasets if card.name == log.name), UNKNOWN)
    chosen = choose.choose(
        "People and items known from", f"about-{log.id}", list(called), called.__getitem__, default=same
    )
    return None if chosen == UNKNOWN else chosen


def log_card(identifier: str) -> LogCard:
    return open_workspace(default_home()).find_log(identifier)
