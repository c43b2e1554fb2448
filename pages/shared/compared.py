"""What every section of Compare works on."""

from dataclasses import dataclass

import streamlit as st

from pages.shared.frame import look
from pages.shared.synthetic_mark import name_of_data
from recsys_core.comparing.titles import titles
from recsys_core.figures.theme import model_colours
from recsys_core.metrics import about
from recsys_core.runs.store import RunCard
from recsys_core.splitting import find_splitter

MEASURED_AT_FIRST, MOST_MEASURED = 4, 12


@dataclass(frozen=True)
class Compared:
    """Runs side by side.

    Attributes:
        runs: those that are compared, newest first.
        metric: the one that is looked at, such as "ndcg@10".
        titles: run id → a title that tells it apart from the others.
    """

    runs: list[RunCard]
    metric: str
    titles: dict[str, str]

    @property
    def best_first(self) -> list[RunCard]:
        """The runs that have the metric."""
        having = [run for run in self.runs if self.metric in run.about["metrics"]]
        return sorted(
            having,
            key=lambda run: run.about["metrics"][self.metric]["value"],
            reverse=about(self.metric).higher_is_better,
        )

    @property
    def source(self) -> str:
        """Which data and which split the figures are of, in a line for a picture that leaves the page."""
        first = self.runs[0]
        recipe = first.about["passport"]["split"]["recipe"]
        return (
            f"{name_of_data(first)} · held out: {find_splitter(recipe['key']).title.lower()}, "
            f"seed {recipe['seed']} ({first.split_fingerprint[:4]}) · {first.about['users']:,} people judged"
        )

    def colour(self, run: RunCard) -> str:
        """The colour that the model of a run has on every chart."""
        return colour_of(run.model)


def colour_of(model: str) -> str:
    """The colour of a model by its key."""
    from recsys_core.models import COMPOSED, MODELS

    return model_colours([kind.info.key for kind in (*MODELS, *COMPOSED)], look())[model]


def choose_to_measure(compared: Compared, runs: list[str], key: str) -> list[str]:
    """Which of these runs, best first, a measurement that takes a while is made for."""
    return st.multiselect(
        "Models to measure",
        runs,
        runs[:MEASURED_AT_FIRST],
        compared.titles.__getitem__,
        key=f"{key}-{compared.runs[0].split_fingerprint}",
        max_selections=MOST_MEASURED,
        persist_state="session",
    )


def run_titles(runs: list[RunCard]) -> dict[str, str]:
    """Run id → a title that tells it apart."""
    return titles({run.id: run.about for run in runs})
