"""Compare, metrics: over the list length, precision against recall, predicted ratings, and all figures in words."""

from pathlib import Path

import streamlit as st

from pages.shared import choose, loaded
from pages.shared.chart import draw_chart, table_of
from pages.shared.compared import Compared
from pages.shared.frame import look, plain, show_error
from pages.shared.metric_table import explanation, metric_table, names_of
from recsys_core.comparing.rating_check import Bin, RatingCheck, rating_check
from recsys_core.comparing.verdict import named
from recsys_core.errors import StudioError
from recsys_core.figures.lines_with_bands import Band, Curve, at_k_chart, precision_recall_chart
from recsys_core.figures.rating_errors import Point, calibration_chart, error_chart
from recsys_core.metrics import METRICS, Group, about
from recsys_core.runs.store import RunCard, default_home

MOST_LINES = 8  # more could not be told apart
FEW_RATINGS = 100  # of a bin that the finding may name


def metrics(compared: Compared) -> None:
    """The section."""
    _over_list_length(compared)
    _precision_and_recall(compared)
    _predicted_ratings(compared)
    st.subheader("All figures", anchor=False)
    groups = [group for group in Group if names_of(compared.runs, group, "10")]
    group = Group(choose.switch("Group of metrics", "group", [str(group) for group in groups]))
    metric_table(compared, group)
    with st.expander("What each metric means"):
        for metric in METRICS:
            if metric.about.group is group:
                st.markdown(explanation(metric.about))


def _over_list_length(compared: Compared) -> None:
    key, _, k = compared.metric.partition("@")
    words = about(key)
    if not k:
        st.caption(
            plain(f"{words.title} does not depend on the length of the list. Choose another metric for its curve.")
        )
        return
    shown = compared.best_first[:MOST_LINES]
    bands = [_band(compared, run, key) for run in shown]
    draw_chart(
        at_k_chart(bands, words.title, look()),
        f"{words.key}-over-list-length".replace("_", "-"),
        table_of(bands),
        finding=_over_k_finding(bands, words.title, words.higher_is_better),
        source=compared.source,
    )
    has_bands = any(low is not None for band in bands for low in band.lows)
    note = (
        "Bands are 95 % intervals over people; where they overlap, a lead may be chance."
        if has_bands
        else "One figure for all lists together has no interval."
    )
    st.caption(plain(f"{note}{_others(compared)}"))


def _band(compared: Compared, run: RunCard, key: str) -> Band:
    found = run.about["metrics"]
    ks = sorted(int(name.partition("@")[2]) for name in found if name.startswith(f"{key}@"))
    estimates = [found[f"{key}@{k}"] for k in ks]
    values, lows, highs = ([estimate[part] for estimate in estimates] for part in ("value", "low", "high"))
    return Band(compared.titles[run.id], compared.colour(run), ks, values, lows, highs, _twins_before(compared, run))


def _twins_before(compared: Compared, run: RunCard) -> int:
    """How many better runs of the same model there are: they share its colour."""
    twins = [one.id for one in compared.best_first if one.model == run.model]
    return twins.index(run.id)


def _over_k_finding(bands: list[Band], title: str, higher_is_better: bool) -> str:
    """Which model stands first at which length, no more."""
    if len(bands) == 1:
        return f"{title} of {bands[0].label} at each list length"
    sign = 1 if higher_is_better else -1
    leaders: dict[str, list[str]] = {}
    for k in sorted({k for band in bands for k in band.ks}):
        figures = {band.label: sign * band.values[band.ks.index(k)] for band in bands if k in band.ks}
        best = max(figures.values())
        leaders.setdefault(named([label for label, figure in figures.items() if figure == best]), []).append(str(k))
    most = "highest" if higher_is_better else "lowest"
    if len(leaders) == 1:
        return f"{title}: the {most} value at every list length is that of {next(iter(leaders))}"
    parts = ", ".join(f"{label} at {' and '.join(ks)}" for label, ks in leaders.items())
    return f"{title}: which model has the {most} value depends on the list length: {parts}"


def _others(compared: Compared) -> str:
    left_out = len(compared.best_first) - MOST_LINES
    return f" The {MOST_LINES} best are drawn, {left_out} more stand in the table below." if left_out > 0 else ""


def _precision_and_recall(compared: Compared) -> None:
    having = [run for run in compared.best_first if "precision@10" in run.about["metrics"]][:MOST_LINES]
    if not having:
        return
    curves = [_curve(compared, run) for run in having]
    draw_chart(
        precision_recall_chart(curves, look()),
        "precision-and-recall",
        table_of(curves),
        finding=_precision_and_recall_finding(curves[0]),
        source=compared.source,
    )
    st.caption(
        plain(
            "Up and to the right is better. Numbers are list lengths; precision is hits / k, recall is hits / relevant "
            f"items.{_others(compared)}"
        )
    )


def _precision_and_recall_finding(curve: Curve) -> str:
    """What longer lists of one model change."""
    if len(curve.ks) == 1:
        return f"{curve.label}: precision {curve.precisions[0]:.3f}, recall {curve.recalls[0]:.3f}"
    first, last = curve.ks[0], curve.ks[-1]
    return (
        f"{curve.label}: from {first} to {last} places, recall goes from {curve.recalls[0]:.3f} to "
        f"{curve.recalls[-1]:.3f} and precision from {curve.precisions[0]:.3f} to {curve.precisions[-1]:.3f}"
    )


def _curve(compared: Compared, run: RunCard) -> Curve:
    found = run.about["metrics"]
    ks = sorted(int(name.partition("@")[2]) for name in found if name.startswith("precision@"))
    recalls, precisions = ([found[f"{key}@{k}"]["value"] for k in ks] for key in ("recall", "precision"))
    return Curve(compared.titles[run.id], compared.colour(run), ks, recalls, precisions, _twins_before(compared, run))


def _predicted_ratings(compared: Compared) -> None:
    having = {run.id: run for run in compared.runs if "rmse" in run.about["metrics"]}
    if not having:
        return
    st.subheader("Predicted ratings", anchor=False)
    best = sorted(having, key=lambda one: having[one].about["metrics"]["rmse"]["value"])
    run = having[choose.choose("Model that predicts ratings", "rater", best, compared.titles.__getitem__)]
    try:
        check = _rating_check(default_home(), run.id)
    except StudioError as error:  # its files are damaged; what follows needs only its card
        show_error(error)
        return
    title, colour = compared.titles[run.id], compared.colour(run)
    left, right = st.columns(2)
    with left:
        points = _points(check.calibration)
        draw_chart(
            calibration_chart(points, title, colour, look()),
            "calibration",
            table_of(points),
            finding=_calibration_finding(check),
            source=compared.source,
        )
    with right:
        points = _points(check.errors)
        draw_chart(
            error_chart(points, title, colour, look()),
            "errors",
            table_of(points),
            finding=_error_finding(check),
            source=compared.source,
        )
    st.caption(
        "Held-out ratings, by predicted and by given rating. Bars are 95 % intervals over people; hollow points stand "
        "for fewer than ten. On the dotted line, ratings turn out on average as they were predicted."
    )


@st.cache_data(show_spinner="Predicting the held-out ratings", max_entries=64)
def _rating_check(home: Path, run: str) -> RatingCheck:
    opened = loaded.run(run)
    return rating_check(opened.model, opened.split.test)


def _points(bins: list[Bin]) -> list[Point]:
    return [Point(one.at, one.estimate.value, one.estimate.low, one.estimate.high, one.n) for one in bins]


def _calibration_finding(check: RatingCheck) -> str:
    """By how much predictions are off on average, where enough ratings tell."""
    bins = [one for one in check.calibration if one.n >= FEW_RATINGS] or check.calibration
    worst = max(bins, key=lambda one: abs(one.estimate.value - one.at))
    off = worst.estimate.value - worst.at
    if abs(off) < 0.1:
        return "Predicted ratings mean what they say: the mean given rating is within 0.1 of them"
    return f"Where about {worst.at:.1f} is predicted, {worst.estimate.value:.1f} is given on average"


def _error_finding(check: RatingCheck) -> str:
    bins = [one for one in check.errors if one.n >= FEW_RATINGS] or check.errors
    worst = max(bins, key=lambda one: one.estimate.value)
    best = min(bins, key=lambda one: one.estimate.value)
    if worst is best:
        return f"Ratings of {worst.at:.2g} are missed by {worst.estimate.value:.2f}"
    return (
        f"Ratings of {worst.at:.2g} are missed by {worst.estimate.value:.2f}, those of {best.at:.2g} by "
        f"{best.estimate.value:.2f}"
    )
