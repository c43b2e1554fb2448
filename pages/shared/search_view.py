"""A search for the best settings: as it goes, and what it came to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.chart import draw_chart
from pages.shared.config_form import chosen_settings
from pages.shared.frame import look, plain
from pages.shared.jobs import COLOURS, draw, progress, resume, title
from recsys_core.figures.comparison import Bar, interval_chart
from recsys_core.figures.theme import Theme, model_colours
from recsys_core.figures.tuning import Dot, Search, search_chart, setting_chart
from recsys_core.metrics import about, metric_label
from recsys_core.runs.jobs import Job, TuneSpec
from recsys_core.runs.store import RunCard, default_home, open_workspace
from recsys_core.runs.trials import Trials
from recsys_core.tuning.trial import Ended, Trial, best_of

MARKS = {Ended.DONE: "done", Ended.PRUNED: "ended early", Ended.FAILED: "failed"}
IN_A_ROW = 3


def live(job: Job, colours: Theme) -> None:
    """A search that runs: how far it is, what is being tried, and the best so far of each model."""
    spec = _spec(job)
    progress(job)
    trials, now = _trials().ended(job.id), _trials().running(job)
    if trials:
        st.markdown(f"**{plain(leading(trials, spec))}**")
        draw(st.container(), growth(trials, spec, colours), f"growth-{job.id}")
    if now is not None and not job.stop:
        value = now.value(spec.metric)
        epoch = f" · epoch {len(now.curve)}, {metric_label(spec.metric)} {value:.3f} so far" if value else ""
        st.caption(plain(f"Trying {in_words(now.settings)}{epoch}"))


def leading(trials: Sequence[Trial], spec: TuneSpec) -> str:
    """The finding of the trials so far; it is about validation events, so nobody has won yet."""
    best = best_of(trials, spec.metric)
    if best is None:
        return "No trial has come to a result yet"
    return (
        f"{_title(best.model)} has the best {metric_label(spec.metric)} on the validation events so far: "
        f"{best.value(spec.metric):.3f}, in trial {best.number}"
    )


def growth(trials: Sequence[Trial], spec: TuneSpec, colours: Theme) -> Any:
    """The figure of the best value so far."""
    searches = [Search(_title(key), _colour(key, colours), _dots(_of(trials, key), spec.metric)) for key in spec.models]
    label = f"validation {metric_label(spec.metric)}"
    return search_chart(searches, spec.trials, label, about(spec.metric).higher_is_better, colours)


def outcome(job: Job) -> None:
    """A search that ended: the verdict, what it rests on, and what can be done with it."""
    spec, trials, runs = _spec(job), _trials().ended(job.id), _runs(job)
    with st.container(border=True, key="ft-search-verdict"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{title(job)}**", width="content")
            st.badge(job.state.value, color=COLOURS.get(job.state, "gray"))
        headline, _, rest = job.message.partition(". ")
        if headline:
            st.markdown(f"**{plain(headline.removesuffix('.'))}.**")
        if rest:
            st.markdown(plain(rest))
        made, planned = len(trials), len(spec.models) * spec.trials
        left = f" · {made:,} of {planned:,} trials kept, Resume makes the others" if job.is_resumable else ""
        st.caption(plain(f"Started {choose.moment(job.created)} · {spec.trials:,} trials for each model{left}"))
        steps(job, runs)
    if not trials:
        return
    if runs:
        on_the_test(spec, runs)
    st.subheader("The trials", anchor=False)
    st.markdown(f"**{plain(leading(trials, spec).replace(' so far', ''))}**")
    draw(st.container(), growth(trials, spec, look()), f"growth-{job.id}")
    st.caption(
        "A line is the best so far, a dot is a trial; a hollow one was ended early: it did worse than the median of "
        "the trials before it. A diamond is the first trial, which tries the settings as they come."
    )
    key = spec.models[0]
    if len(spec.models) > 1:
        titles = {_title(one): one for one in spec.models}
        key = titles[choose.switch("Model", "tuned", list(titles))]
    one_model(job, spec, key, _of(trials, key), runs.get(key))


def steps(job: Job, runs: dict[str, RunCard]) -> None:
    """Where to go from here."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if job.is_resumable and st.button(
            "Resume", key=f"resume-{job.id}", type="primary", help="Makes the trials that are left."
        ):
            resume(job)
        winner = next((run for run in runs.values() if run.id == job.run), None)
        if winner is not None:
            kind: Literal["primary", "secondary"] = "secondary" if job.is_resumable else "primary"
            if st.button(f"See what {plain(winner.title)} recommends", key=f"see-{job.id}", type=kind):
                st.switch_page(nav.RECOMMENDATIONS.path, query_params={choose.RUN: winner.id})
            st.page_link(
                nav.COMPARE.path,
                label="Compare with other models",
                icon=":material/arrow_forward:",
                width="content",
                query_params={"split": winner.split_fingerprint},
            )


def on_the_test(spec: TuneSpec, runs: dict[str, RunCard]) -> None:
    """The tuned models and the same ones as they come, on the test events."""
    bars, known = [], {run.id: run for run in cache.workspace().runs()}
    for run in runs.values():
        usual = known.get(str(run.about["passport"]["tuning"]["untuned_run"]))
        bars.append(_bar(run, f"{run.title}, best settings", spec.metric, look()))
        bars += [_bar(usual, f"{usual.title}, as it comes", spec.metric, look())] if usual else []
    if len(bars) == 1:  # the sentence above says it all
        return
    bars.sort(key=lambda bar: bar.value, reverse=about(spec.metric).higher_is_better)
    st.subheader("On the test events", anchor=False)
    axis = f"{metric_label(spec.metric)}, 95 % interval over people"
    draw_chart(
        interval_chart(bars, axis, look()),
        "tuned-on-test",
        pd.DataFrame([vars(bar) for bar in bars]).drop(columns="colour"),
    )
    st.caption(
        "Each model with its best settings and as it comes. Gains are told person by person, so one can be certain "
        "although these intervals overlap."
    )


def one_model(job: Job, spec: TuneSpec, key: str, trials: list[Trial], run: RunCard | None) -> None:
    """What was found about the settings of a model."""
    best = best_of(trials, spec.metric)
    if best is None:
        st.caption(plain(f"No trial of {_title(key)} came to a result. {trials[0].reason if trials else ''}"))
    else:
        best_settings(trials[0], best, key, run)
        how_settings_matter(job, trials, best, spec, key)
    table(trials, spec.metric, job.id)


def best_settings(first: Trial, best: Trial, key: str, run: RunCard | None) -> None:
    """The best settings beside those as they come, and a way to use them."""
    st.markdown(f"**{plain(f'Best settings of {_title(key)}: trial {best.number}')}**")
    rows = [
        {
            "Setting": _label(name),
            "Best": _text(value),
            "As it comes": _text(first.settings.get(name, "")),
        }
        for name, value in best.settings.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", height="content")
    dataset = run.dataset if run is not None else ""
    if st.button("Use in Train", key=f"use-{key}", icon=":material/tune:", help="Puts these settings into the form."):
        use_in_train(key, dict(best.settings), dataset)


def use_in_train(key: str, settings: dict[str, Any], dataset: str) -> None:
    """Put settings into the form of the page Train, and go there."""
    from recsys_core.models import find_model

    form = chosen_settings(find_model(key))
    form.clear()
    form.update(settings)
    choose.remember(choose.MODEL, key)
    choose.remember(choose.DATASET, dataset)
    st.switch_page(nav.TRAIN.path)


def how_settings_matter(job: Job, trials: list[Trial], best: Trial, spec: TuneSpec, key: str) -> None:
    """Each setting against the figure, in the order of what it explains."""
    from recsys_core.models import find_model
    from recsys_core.tuning.space import Number, fits, space_of

    space = space_of(find_model(key))
    shares = _importance(job.id, key, len(trials), spec.metric)
    judged = [
        trial for trial in trials if trial.curve and trial.ended is not Ended.FAILED and fits(trial.settings, space)
    ]
    if len(judged) == 1:
        return
    st.markdown(f"**{plain(_what_matters(shares, key))}**")
    if shares:
        st.caption(f"By a functional ANOVA of {len(judged)} trials: the fewer they are, the rougher the shares.")
    dots, label = _dots(judged, spec.metric), metric_label(spec.metric)
    for place, setting in enumerate(sorted(space, key=lambda setting: -shares.get(setting.name, 0.0))):
        if place % IN_A_ROW == 0:
            cells = st.columns(IN_A_ROW)
        name, is_number = setting.name, isinstance(setting, Number)
        values = [trial.settings[name] if is_number else _text(trial.settings[name]) for trial in judged]
        share = f" · {shares[name]:.0%}" if shares else ""
        chart = setting_chart(
            f"{_label(name)}{share}",
            values,
            dots,
            best.number,
            isinstance(setting, Number) and setting.by_ratio,
            [] if isinstance(setting, Number) else [_text(option) for option in setting.options],
            label,
            look(),
            _colour(key, look()),
        )
        draw(cells[place % IN_A_ROW], chart, f"setting-{key}-{name}")


def _what_matters(shares: dict[str, float], key: str) -> str:
    if not shares:
        return "Each setting against the validation figure"
    name, share = next(iter(shares.items()))
    return f"{_label(name)} explains {share:.0%} of how trials of {_title(key)} differ"


def table(trials: list[Trial], metric: str, key: str) -> None:
    """All trials of a model, the best first."""
    higher = about(metric).higher_is_better
    rows = [
        {
            "Trial": trial.number,
            metric_label(metric): trial.value(metric),
            "Result": MARKS[trial.ended],
            "Epochs": len(trial.curve),
            "Seconds": trial.seconds,
            **{_label(name): _text(value) for name, value in trial.settings.items()},
            "Why": trial.reason,
        }
        for trial in trials
    ]
    frame = pd.DataFrame(rows).sort_values(metric_label(metric), ascending=not higher, na_position="last")
    frame = frame.loc[:, [name for name in frame if name != "Why" or frame["Why"].any()]]
    with st.expander("All trials"):
        st.dataframe(
            frame,
            hide_index=True,
            placeholder="–",
            column_config={
                metric_label(metric): st.column_config.NumberColumn(format="%.4f", help="On the validation events."),
                "Seconds": st.column_config.NumberColumn(format="%.1f"),
            },
        )


def in_words(settings: dict[str, Any]) -> str:
    """Settings in a row: "learning rate 0.01, dropout 0.2"."""
    return ", ".join(f"{name.replace('_', ' ')} {_text(value)}" for name, value in settings.items())


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _dots(trials: Sequence[Trial], metric: str) -> list[Dot]:
    return [
        Dot(trial.number, value, trial.ended is Ended.DONE, in_words(trial.settings))
        for trial in trials
        if trial.ended is not Ended.FAILED and (value := trial.value(metric)) is not None
    ]


def _of(trials: Sequence[Trial], key: str) -> list[Trial]:
    return [trial for trial in trials if trial.model == key]


def _spec(job: Job) -> TuneSpec:
    assert isinstance(job.spec, TuneSpec)
    return job.spec


def _trials() -> Trials:
    return Trials(cache.workspace().database)


def _runs(job: Job) -> dict[str, RunCard]:
    from recsys_core.runs.tune_job import tuned_runs

    return tuned_runs(cache.workspace(), job)


def _title(key: str) -> str:
    from recsys_core.models import find_model

    return find_model(key).info.title


def _colour(key: str, colours: Theme) -> str:
    from recsys_core.models import MODELS

    return model_colours([model.info.key for model in MODELS], colours)[key]


def _bar(run: RunCard, label: str, metric: str, colours: Theme) -> Bar:
    estimate = run.about["metrics"][metric]
    return Bar(label, estimate["value"], estimate["low"], estimate["high"], _colour(run.model, colours))


def _importance(job: str, key: str, trials: int, metric: str) -> dict[str, float]:
    return _importance_of(default_home(), job, key, trials, metric)


@st.cache_data(show_spinner="Looking at what mattered", max_entries=64)
def _importance_of(home: Path, job: str, key: str, trials: int, metric: str) -> dict[str, float]:
    """A search has so many trials of a model at one moment only, so their number stands for them."""
    from recsys_core.tuning.importance import importance

    return importance(_of(Trials(open_workspace(home).database).ended(job), key), metric)
