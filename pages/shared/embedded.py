"""What the sections of Embeddings work on: the points of a model's space, read from disk or worked out once."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from pages.shared import loaded
from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import counted
from recsys_core.embeddings.colouring import Colouring, Colours, colourings
from recsys_core.embeddings.maps import Map, space_to_map
from recsys_core.embeddings.space import Space, Whose
from recsys_core.errors import StoreError
from recsys_core.figures.map import hover_text
from recsys_core.runs.map_files import MapSpec, map_of
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import default_home, open_workspace
from recsys_core.types import Int64

NOUNS = {"items": "item", "people": "person", "both": "point"}


@dataclass(frozen=True)
class Embedded:
    """The points of a model.

    Attributes:
        id: of the run.
        run, whose, space: what they are.
        titles: of each point.
        small: the same in small letters, with the ids, for searching.
        details: a line about each point.
        hover: both as HTML.
    """

    id: str
    run: LoadedRun
    whose: Whose
    space: Space
    titles: list[str]
    small: list[str]
    details: list[str]
    hover: list[str]

    @property
    def dataset(self) -> Dataset:
        return self.run.split.dataset

    @property
    def noun(self) -> str:
        """Singular, for ``counted``."""
        return NOUNS[self.whose]

    def counts(self, point: int) -> str:
        """How many met an item, or how much a person met."""
        return self.details[point].rpartition(" · ")[2]

    def identity(self, point: int) -> str:
        """The id of an item, or of a person."""
        ids = self.dataset.item_ids if self.space.are_items[point] else self.dataset.user_ids
        return str(ids.values[self.space.rows[point]])

    def positions(self, rows: Int64, are_items: bool) -> Int64:
        """Int64[m], the points of items, or of people; those without a place on the map are left out."""
        mine = np.flatnonzero(self.space.are_items == are_items)
        place = dict(zip(self.space.rows[mine].tolist(), mine.tolist(), strict=True))
        return np.array([place[row] for row in rows.tolist() if row in place], dtype=np.int64)


def embedded(run: str, whose: Whose) -> Embedded:
    """The points of a run; errors of the core where there are none."""
    return _embedded(default_home(), run, whose)


@st.cache_resource(show_spinner="Reading the vectors", max_entries=6)
def _embedded(home: Path, identifier: str, whose: Whose) -> Embedded:
    run = loaded.run(identifier)
    space, dataset, known = space_to_map(run.model, whose), run.split.dataset, run.split.test.known
    popularity = np.bincount(known.items, minlength=dataset.n_items)
    activity = known.lengths()
    table = dataset.item_table
    years = ["" if missing else str(year) for year, missing in zip(table["year"], table["year"].isna(), strict=True)]
    called = [title or str(name) for title, name in zip(table["title"], dataset.item_ids.values, strict=True)]
    genres = [", ".join(row[:3]) for row in table["genres"]]
    titles, small, details = [], [], []
    for row, is_item in zip(space.rows.tolist(), space.are_items.tolist(), strict=True):
        if is_item:
            title, identity = called[row], dataset.item_ids.values[row]
            about = ["" if years[row] in title else years[row], genres[row]]
            counts = f"met by {counted(int(popularity[row]), 'person')}"
        else:
            title, identity, about = dataset.person(row), dataset.user_ids.values[row], []
            counts = counted(int(activity[row]), "item") + " met"
        titles.append(title)
        small.append(f"{title}\n{identity}".lower())
        details.append(" · ".join(part for part in (*about, counts) if part))
    hover = [hover_text(title, detail) for title, detail in zip(titles, details, strict=True)]
    return Embedded(identifier, run, whose, space, titles, small, details, hover)


def quick_map(spec: MapSpec) -> Map:
    """A map that takes no time to draw; from the cache like all others."""
    return _quick_map(default_home(), spec.model_dump_json())


@st.cache_resource(show_spinner="Drawing the map", max_entries=8)
def _quick_map(home: Path, spec: str) -> Map:
    return map_of(open_workspace(home), MapSpec.model_validate_json(spec))


def offered_colours(run: str, whose: Whose) -> dict[str, Colouring]:
    """By key, the usual one first."""
    return {one.key: one for one in _offered(default_home(), run, whose)}


@st.cache_resource(show_spinner=False, max_entries=6)
def _offered(home: Path, run: str, whose: Whose) -> list[Colouring]:
    here, workspace = _embedded(home, run, whose), open_workspace(home)
    try:
        lists = workspace.lists(run)
    except StoreError:  # older than such files
        lists = None
    return colourings(here.space, here.run.split, workspace.per_user(run), lists)


def colours(run: str, whose: Whose, key: str) -> Colours:
    """A colouring on offer, worked out."""
    return _colours(default_home(), run, whose, key)


@st.cache_resource(show_spinner="Colouring the map", max_entries=32)
def _colours(home: Path, run: str, whose: Whose, key: str) -> Colours:
    return offered_colours(run, whose)[key].make()
