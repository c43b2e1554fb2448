"""Compare, leakage: how much of the scores was other people's future, measured on request in the background."""

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import cache, loaded
from pages.shared.chart import draw_chart
from pages.shared.compared import Compared, choose_to_measure, colour_of
from pages.shared.frame import look, plain, show_error
from pages.shared.jobs import resume, watch
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.figures.leakage import Slope, slope_chart
from recsys_core.metrics import METRICS, ListMetric, metric_label
from recsys_core.runs.jobs import Job, LeakSpec, State
from recsys_core.runs.store import RunCard, default_home, open_workspace
from recsys_core.types import Json

if TYPE_CHECKING:
    from recsys_core.comparing.leakage import Leakage

REQUEST = "leak-request"


def leakage_section(compared: Compared) -> None:
    """The section."""
    _about_this_split(compared.runs[0])
    metric = compared.metric
    if any(metric.partition("@")[0] == one.about.key for one in METRICS if isinstance(one, ListMetric)):
        st.caption(plain(f"{metric_label(metric)} is no figure of single people. Choose another metric above."))
        return
    if not _has_times(default_home(), compared.runs[0].id):
        st.caption("These data have no times, so nobody can tell what was the future: there is nothing to measure.")
        return
    runs, refused = _measurable(compared)
    _start(compared, runs, refused)
    jobs = [job for job in cache.jobs().all() if _belongs(job, compared)]
    active = [job for job in reversed(jobs) if job.is_active]
    watch(active, lambda job: _belongs(job, compared))
    if not active and jobs:
        _outcome(jobs[0], compared)


def _belongs(job: Job, compared: Compared) -> bool:
    return isinstance(job.spec, LeakSpec) and set(job.spec.runs) <= set(compared.titles)


def _about_this_split(run: RunCard) -> None:
    """How much of what these models learned from is later than what they had to find."""
    share = _future_share(default_home(), run.id)
    if share is None:
        return
    words = (
        "On this split models learn from nothing that is later than what they have to find."
        if share == 0
        else f"On this split {100 * share:.0f} % of the training events are later than an event to find, on average: "
        "in use, no model could have learned from them."
    )
    st.markdown(f"**{plain(words)}**")


@st.cache_data(show_spinner="Counting what comes later", max_entries=64)
def _future_share(home: Path, run: str) -> float | None:
    from recsys_core.comparing.leak_arms import future_share

    return future_share(loaded.run(run).split)


@st.cache_data(show_spinner=False, max_entries=64)
def _has_times(home: Path, run: str) -> bool:
    return loaded.run(run).split.dataset.interactions.has_order


def _measurable(compared: Compared) -> tuple[dict[str, RunCard], dict[str, str]]:
    """Of the runs that have the metric, those that can be trained anew, best first, and why the others cannot."""
    from recsys_core.runs.leak_job import why_not

    reasons = {run.id: why_not(run) for run in compared.best_first}
    return {run.id: run for run in compared.best_first if not reasons[run.id]}, {
        run: why for run, why in reasons.items() if why
    }


def _start(compared: Compared, runs: dict[str, RunCard], refused: dict[str, str]) -> None:
    """What to measure, and the button."""
    st.caption(
        "The leak meter trains each model twice, with the same settings: once on what anybody did at any time, as "
        "leaving one event out allows, and once on the past alone, as a cut in time does. The people, the event to "
        "find, what is told of each person and the number of events to learn from are the same."
    )
    for run, why in refused.items():
        st.caption(plain(f"{compared.titles[run]} is left out: {why}"))
    if not runs:
        return
    chosen = choose_to_measure(compared, list(runs), "leaks-of")
    busy = any(job.is_active and _belongs(job, compared) for job in cache.jobs().all())
    if st.button("Measure the leaks", icon=":material/water_drop:", disabled=busy or not chosen):
        from recsys_core.runs.leak_job import leak_spec

        try:
            spec = leak_spec([runs[run] for run in chosen], compared.metric)
            cache.runner().submit(spec, st.session_state.setdefault(REQUEST, uuid.uuid4().hex))
        except StudioError as error:
            show_error(error)
        else:
            st.session_state[REQUEST] = uuid.uuid4().hex
            st.rerun()


def _outcome(job: Job, compared: Compared) -> None:
    """What the latest measurement came to."""
    from recsys_core.comparing.leakage import Leakage

    if job.state is not State.FINISHED:
        with st.container(border=True, key="ft-leaks"):
            st.markdown(plain(job.message))
            if job.is_resumable and st.button("Resume", key=f"resume-{job.id}"):
                resume(job)
        return
    titles = tuple((run, compared.titles[run]) for run in job.spec.runs) if isinstance(job.spec, LeakSpec) else ()
    saved = _leaks(default_home(), job.id, compared.metric, titles)
    if saved is None:
        st.caption("What was measured cannot be read any more. Measure it again.")
        return
    found = Leakage(**saved)
    st.markdown(f"**{plain(found.sentence)}**")
    if not found.models:
        return
    _chart(found, compared)
    _table(found)
    test = found.test
    tau = "" if found.tau is None else f" Kendall's τ of the two orders: {found.tau:.2f}."
    with st.expander("What this rests on"):
        st.caption(
            plain(
                f"{counted(test.people, 'person')} judged, each by the last event, which lies between {_day(test.cut)} "
                f"and {_day(test.until)}. Both ways learn from {test.events:,} events, {100 * test.share:.0f} % of "
                f"all. With the future, {100 * test.future:.0f} % of them are later than the event to find, and "
                f"{100 * test.between:.0f} % lie between the cut and that event, which a model kept up to date would "
                f"know.{tau} Nobody who is judged was learned from, and models learn from fewer events here than in "
                "the other sections, so figures differ from theirs. Intervals are over the people who are judged. Who "
                "else was drawn to learn from, and the seeds of the two trainings, move the figures as well, and that "
                "is in no interval: a leak near its lower end may be such luck. A leak counts where its interval lies "
                "above 0 and the paired test holds after Holm over the models."
            )
        )


@st.cache_data(show_spinner="Comparing both ways", max_entries=64)
def _leaks(home: Path, job: str, metric: str, titles: tuple[tuple[str, str], ...]) -> Json | None:
    from recsys_core.runs.leak_job import leaks_of

    found = leaks_of(open_workspace(home), cache.jobs().find(job), metric, dict(titles))
    return None if found is None else found.model_dump(mode="json")


def _chart(found: "Leakage", compared: Compared) -> None:
    """A line for each model; lines that cross are models that change places."""
    models = {run.id: run.model for run in cache.workspace().runs()}  # some may have been unchosen since
    slopes = [
        Slope(
            model.title,
            (model.with_future.value, model.with_future.low, model.with_future.high),
            (model.without_future.value, model.without_future.low, model.without_future.high),
            model.is_certain,
            colour_of(models[model.run]),
        )
        for model in found.models
    ]
    draw_chart(
        slope_chart(slopes, metric_label(found.metric), look()),
        "leakage",
        pd.DataFrame(_rows(found)),
        title=found.sentence,
        source=compared.source,
    )
    st.caption("A solid line is a leak beyond chance, a dotted one is not. Bars are 95 % intervals over people.")


def _rows(found: "Leakage") -> list[dict[str, str | float]]:
    return [
        {
            "Model": model.title,
            "With the future": model.with_future.value,
            "Without it": model.without_future.value,
            "Leak": model.leak.value,
            "95 % interval": f"{model.leak.low:.3f} to {model.leak.high:.3f}".replace("-", "−"),
            "p after Holm": model.p,
        }
        for model in found.models
    ]


def _table(found: "Leakage") -> None:
    """The figures behind the chart."""
    figures = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(
        _rows(found),
        hide_index=True,
        height="content",
        column_config=dict.fromkeys(("With the future", "Without it", "Leak", "p after Holm"), figures)
        | {"Model": st.column_config.TextColumn(pinned=True)},
    )


def _day(seconds: int) -> str:
    """The day of a moment, in UTC; times of any size."""
    return str(np.datetime64(seconds, "s").astype("datetime64[D]"))
