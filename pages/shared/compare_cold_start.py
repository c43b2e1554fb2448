"""Compare, cold start: each model's figure by how many events of a person are known."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import loaded
from pages.shared.chart import draw_chart, table_of
from pages.shared.compared import Compared, choose_to_measure
from pages.shared.frame import look, plain, show_error
from pages.shared.newcomer_curves import curve_of, newcomers_of
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.figures.thermometer import Warming, warming_chart
from recsys_core.metrics import METRICS, RankingMetric, metric_label
from recsys_core.runs.store import RunCard
from recsys_core.types import Feedback

if TYPE_CHECKING:
    from recsys_core.comparing.thermometer import Newcomers
    from recsys_core.statistics.estimates import PerUser

POPULARITY = "popularity"


def cold_start(compared: Compared) -> None:
    """The section."""
    st.caption(
        "How well each model serves somebody new: it is told of the first few things that a person did, and of nothing "
        "else. The same people, items to find and hidden items stand behind every point."
    )
    ranking = {metric.about.key for metric in METRICS if isinstance(metric, RankingMetric)}
    if compared.metric.partition("@")[0] not in ranking:
        st.caption(
            plain(f"{metric_label(compared.metric)} does not judge lists person by person. Choose another metric.")
        )
        return
    runs = {run.id: run for run in compared.best_first}
    if not runs:
        st.caption(plain(f"No model here has {metric_label(compared.metric)}. Choose another metric."))
        return
    chosen = choose_to_measure(compared, list(runs), "cold-start-of")
    asked = f"cold-start-asked-{compared.runs[0].split_fingerprint}"
    if st.button("Measure", icon=":material/thermometer:", disabled=not chosen):
        st.session_state[asked] = True
    if not chosen or not st.session_state.get(asked):
        st.caption(
            "Takes a second or two a model, and up to a minute for those that fit a new person step by step, such as "
            "NeuMF. What was measured is kept while the server runs."
        )
        return
    baseline = [run.id for run in compared.runs if run.model == POPULARITY][:1]  # the grey line below the others
    try:
        _measured([runs[run] for run in dict.fromkeys([*chosen, *baseline]) if run in runs], compared)
    except StudioError as error:
        show_error(error)


def _measured(runs: list[RunCard], compared: Compared) -> None:
    """The finding, the curves, and what they rest on."""
    from recsys_core.comparing.thermometer import finding

    people = newcomers_of(runs[0].id)
    curves: dict[str, list[PerUser]] = {}
    for run in runs:
        with st.spinner(plain(f"Asking {compared.titles[run.id]}")):
            try:
                curves[run.id] = curve_of(run.id)[compared.metric]
            except StudioError as error:
                st.caption(plain(f"{compared.titles[run.id]} has no curve: {error}"))
    if not curves:
        return
    is_explicit = loaded.run(runs[0].id).split.dataset.feedback is Feedback.EXPLICIT
    noun = "ratings" if is_explicit else "events"
    baseline = next((curves[run.id] for run in runs if run.model == POPULARITY and run.id in curves), None)
    models = {compared.titles[run.id]: curves[run.id] for run in runs if run.model != POPULARITY and run.id in curves}
    words = finding(people.known, models, baseline, noun) if baseline is not None and models else ""
    shown = [_line(run, curves[run.id], compared) for run in runs if run.id in curves]
    draw_chart(
        warming_chart(shown, list(people.known), metric_label(compared.metric), noun, look()),
        "cold-start",
        table_of(shown),
        finding=words,
        source=compared.source,
    )
    st.caption(plain(_about(people, noun)))


def _line(run: RunCard, figures: "list[PerUser]", compared: Compared) -> Warming:
    from recsys_core.comparing.thermometer import estimates

    points = estimates(figures)
    return Warming(
        compared.titles[run.id],
        [point.value for point in points],
        [point.low for point in points],
        [point.high for point in points],
        compared.colour(run),
    )


def _about(people: "Newcomers", noun: str) -> str:
    """Who stands for somebody new, and how far that goes."""
    left_out = (
        f" {counted(people.too_little, 'person')} with fewer than {people.known[-1]} known {noun} left out, so that "
        "the same people stand behind every point."
        if people.too_little
        else ""
    )
    caveat = (
        "No model learned from any of them."
        if people.are_strangers
        else "Models are told of them anew, but what they know of items was learned from these people too, so curves "
        "may flatter. A split of cold users or of new people in folds has real strangers."
    )
    return (
        f"Bands are 95 % intervals. {counted(len(people.users), 'person')} stand for somebody new.{left_out} {caveat}"
    )
