"""Compare: the models that were judged on the same held-out events."""

from pathlib import Path
from typing import Literal

import pandas as pd
import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.blend_view import blend_view
from pages.shared.difference_view import difference_view
from pages.shared.frame import look, plain
from recsys_core.figures.comparison import Bar, interval_chart
from recsys_core.figures.theme import model_colours
from recsys_core.metrics import METRICS, ListMetric, RankingMetric, about, metric_label
from recsys_core.runs.store import RunCard, default_home, open_workspace
from recsys_core.splitting import find_splitter

MOST_ROWS = 30
LONG_TITLE = 20  # letters; the column would cut a longer one off


def choose_group(runs: list[RunCard]) -> list[RunCard]:
    """Runs on one split: only they can be compared."""
    groups: dict[str, list[RunCard]] = {}
    for run in runs:
        groups.setdefault(run.split_fingerprint, []).append(run)

    def name(fingerprint: str) -> str:
        first = groups[fingerprint][0].about
        recipe = first["passport"]["split"]["recipe"]
        splitter = find_splitter(recipe["key"])
        part = f", {splitter.part} {recipe['fold']} of {recipe['folds']}" if splitter.part else ""
        words = f"{first['dataset_name']} · {splitter.title.lower()}{part} · seed {recipe['seed']}"
        return f"{words} ({fingerprint[:4]})"

    return groups[choose.choose("Held-out events", "split", list(groups), name)]


def choose_metric(runs: list[RunCard]) -> str:
    """A metric that at least one run has, with its list length where it has one."""
    names = {name for run in runs for name in run.about["metrics"]}
    which, length = st.columns([3, 2])
    with which:
        keys = [
            metric.about.key for metric in METRICS if any(name.partition("@")[0] == metric.about.key for name in names)
        ]
        key = choose.choose("Metric", "metric", keys, lambda key: about(key).title)
    lengths = sorted({name.partition("@")[2] for name in names if name.startswith(f"{key}@")}, key=int)
    if not lengths:
        return key
    with length:
        middle = lengths[len(lengths) // 2]
        k = choose.choose("List length", "at", [middle, *(one for one in lengths if one != middle)], str)
    return f"{key}@{k}"


def settings(run: RunCard) -> dict[str, object]:
    """All that a person chose for a run, the seed included; of a blend what was learned for it."""
    passport = run.about["passport"]
    if run.model == "blend":
        weights = [
            " / ".join(f"{round(weight, 2):g}" for weight in group["weights"]) for group in passport["config"]["groups"]
        ]
        return {"weights": "; ".join(weights), "seed": passport["seed"]}
    chosen = passport["config"] | {"seed": passport["seed"]}
    stopping = passport.get("stopping_metric")
    return chosen if stopping is None else chosen | {"best epoch by": metric_label(stopping)}


def run_titles(runs: list[RunCard]) -> dict[str, str]:
    """Run id → a title that tells it apart: runs of one model by the settings in which they differ."""
    titles = {}
    for run in runs:
        twins = [twin for twin in runs if twin.title == run.title]
        differing = [
            f"{name.replace('_', ' ')} {value}"
            for name, value in settings(run).items()
            if any(settings(twin).get(name, value) != value for twin in twins)
        ]
        passport = run.about["passport"]
        made = [word for key, word in (("tuning", "tuned"), ("fine_tune", "fine-tuned")) if key in passport]
        mark = ", ".join([*made, *differing][:2]) or run.id.rpartition("-")[2]
        titles[run.id] = run.title if len(twins) == 1 else f"{run.title}, {mark}"
    return titles


def protocol(run: RunCard) -> str:
    """How these figures were measured, in one line."""
    passport = run.about["passport"]
    recipe, split = passport["split"]["recipe"], passport["split"]
    relevant = (
        "every held-out item"
        if recipe["threshold"] is None
        else f"held-out items rated {recipe['threshold']:g} or more"
    )
    cold = f" · {run.about['cold_users']:,} new people left out" if run.about["cold_users"] else ""
    return (
        f"{run.about['users']:,} people judged{cold} · {split['train']:,} training, {split['valid']:,} validation and "
        f"{split['test']:,} test events · {passport['dataset']['items']:,} items ranked, known ones hidden · "
        f"relevant: {relevant}"
    )


def finding(runs: list[RunCard], name: str, titles: dict[str, str]) -> str:
    """What the chart shows of these runs, the best first: no more than the interval of the lead allows."""
    metric, first = metric_label(name), titles[runs[0].id]
    if len(runs) == 1:
        return f"{metric} of {first}: {runs[0].about['metrics'][name]['value']:.3f}"
    lead = _lead(default_home(), runs[0].id, runs[1].id, name)
    if lead is None:
        return f"{metric}: {first} has the {'highest' if about(name).higher_is_better else 'lowest'}"
    low, high = lead
    second = titles[runs[1].id]
    if low <= 0 <= high:
        return f"{metric}: {first} is ahead of {second}, but that may be chance"
    low, high = sorted((abs(low), abs(high)))
    return f"{metric}: {first} leads {second}, person by person by {low:.3f} to {high:.3f}"


@st.cache_data(show_spinner=False, max_entries=64)
def _lead(home: Path, first: str, second: str, name: str) -> tuple[float, float] | None:
    """The interval of the difference of two runs over the people of both, None where there is none to tell."""
    from recsys_core.evaluation import paired_difference

    mine, theirs = (open_workspace(home).per_user(run).get(name) for run in (first, second))
    if mine is None or theirs is None:
        return None
    found = paired_difference(mine, theirs)
    return None if found.low is None or found.high is None else (found.low, found.high)


def bars(runs: list[RunCard], name: str, titles: dict[str, str]) -> list[Bar]:
    """The runs that have this metric, best first."""
    from recsys_core.models import COMPOSED, MODELS

    colours = model_colours([model.info.key for model in (*MODELS, *COMPOSED)], look())
    found = []
    for run in best_first(runs, name):
        estimate = run.about["metrics"][name]
        found.append(Bar(titles[run.id], estimate["value"], estimate["low"], estimate["high"], colours[run.model]))
    return found


def best_first(runs: list[RunCard], name: str) -> list[RunCard]:
    """The runs that have this metric."""
    having = [run for run in runs if name in run.about["metrics"]]
    return sorted(having, key=lambda run: run.about["metrics"][name]["value"], reverse=about(name).higher_is_better)


def table(runs: list[RunCard], chosen: str, titles: dict[str, str]) -> None:
    """All models with the metrics at the chosen list length, in the order of the chosen one."""
    k = chosen.partition("@")[2] or "10"
    names = [
        f"{metric.about.key}@{k}" if isinstance(metric, RankingMetric | ListMetric) else metric.about.key
        for metric in METRICS
    ]
    rows = [
        {
            "Model": titles[run.id],
            **{metric_label(name): run.about["metrics"].get(name, {}).get("value") for name in names},
            "Seconds": run.about["seconds"],
            "Run": run.id.rpartition("-")[2],
        }
        for run in runs
    ]
    frame = pd.DataFrame(rows).dropna(axis="columns", how="all")
    frame = frame.sort_values(metric_label(chosen), ascending=not about(chosen).higher_is_better, na_position="last")
    columns = {
        metric_label(name): st.column_config.NumberColumn(
            format="%.3f",
            help=f"{about(name).formula}. Divided by: {about(name).denominator}; {about(name).empty}.",
        )
        for name in names
    }
    columns["Seconds"] = st.column_config.NumberColumn(
        format="%.1f", help="Training time, validation left out; of a blend, that of its members."
    )
    is_long = frame["Model"].str.len().max() > LONG_TITLE
    columns["Model"] = st.column_config.TextColumn(pinned=True, width="medium" if is_long else None)
    height: Literal["content", "auto"] = (
        "content" if len(frame) <= MOST_ROWS else "auto"
    )  # a row that is cut off looks as if it were the last
    st.dataframe(frame, height=height, hide_index=True, column_config=columns, placeholder="–")


def removal(titles: dict[str, str]) -> None:
    """Take a model away for good."""
    with st.expander("Remove a model"):
        run = st.selectbox("Model", list(titles), format_func=titles.__getitem__, key="remove-run")
        sure = st.checkbox("Delete it for good", key=f"sure-{run}")
        if st.button("Delete", disabled=not sure):
            cache.workspace().delete_run(run)
            st.rerun()


choose.header(nav.COMPARE)
all_runs = cache.workspace().runs()
if not all_runs:
    choose.empty("There is nothing to compare yet.", "Train a model", nav.TRAIN)
else:
    left, right = st.columns([3, 2])
    with left:
        group = choose_group(all_runs)
    with right:
        metric = choose_metric(group)
    st.caption(plain(protocol(group[0])))
    titles = run_titles(group)
    shown = bars(group, metric, titles)
    words = about(metric)
    axis = metric_label(metric) if shown[0].low is None else f"{metric_label(metric)}, 95 % interval over people"
    st.markdown(f"**{plain(finding(best_first(group, metric), metric, titles))}**")
    figure = interval_chart(shown, axis, look())
    st.plotly_chart(figure, theme=None, config={"displayModeBar": False})
    st.caption(plain(f"{words.title}: {words.formula}. Divided by: {words.denominator}; {words.empty}."))
    table(group, metric, titles)
    difference_view(best_first(group, metric), titles)
    blend_view(group, titles, [run.id for run in best_first(group, metric)])
    removal(titles)
    if len({run.model for run in group}) == 1:
        st.page_link(nav.TRAIN.path, label="Train another model on the same split", icon=":material/arrow_forward:")
