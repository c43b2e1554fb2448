"""Estimated click-through rates of several runs, beside each other."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import judged
from pages.shared.chart import draw_chart, table_of
from pages.shared.compared import colour_of, run_titles
from pages.shared.frame import look, plain, show_error
from pages.shared.progress_bar import progress_bar
from pages.shared.synthetic_mark import name_of_data
from recsys_core.errors import StudioError
from recsys_core.figures.engagement_policy import Rate, rates_chart
from recsys_core.runs.cards import RunCard
from recsys_core.runs.impression_files import LogCard
from recsys_core.statistics.estimates import Estimate

if TYPE_CHECKING:  # brings torch
    from recsys_core.runs.policies import Judged


def estimates(runs: list[RunCard], card: LogCard, spread: float) -> "dict[str, Judged]":
    """By run, in the order of the estimates; says which cannot be judged, and why."""
    found, titles = {}, run_titles(runs)
    with progress_bar() as tell:
        for number, run in enumerate(runs):
            tell(number / len(runs), f"Judging the lists of {titles[run.id]}")
            try:
                found[run.id] = judged.judged_run(run.id, card, spread)
            except StudioError as error:
                show_error(error)
    for one, judgement in found.items():
        if judgement.value.refusal:
            st.warning(plain(f"No estimate for {titles[one]}. {judgement.value.refusal}"))
    return dict(sorted(found.items(), key=lambda one: -(one[1].value.ctr.value if one[1].value.ctr else -1)))


def overview(runs: list[RunCard], found: "dict[str, Judged]") -> None:
    """The estimates of all of them, beside what was shown."""
    from recsys_core.engagement.policy.words import lead

    titles, models = run_titles(runs), {run.id: run.model for run in runs}
    given = {one: judgement for one, judgement in found.items() if judgement.value.ctr is not None}
    if not given:
        return
    shown = next(iter(given.values())).shown
    rates = [
        drawn(titles[one], rate, colour_of(models[one])) for one, each in given.items() if (rate := each.value.ctr)
    ]
    draw_chart(
        rates_chart(rates, drawn("", shown, ""), look()),
        "estimated-ctr",
        table_of(rates),
        finding=lead({titles[one]: rate for one, each in given.items() if (rate := each.value.ctr)}, shown),
        source=name_of_data(runs[0]),
    )


def drawn(label: str, rate: Estimate, colour: str) -> Rate:
    """An estimate as the charts take it."""
    from recsys_core.engagement.policy.words import rounded, with_interval

    return Rate(label, rate.value, rate.low, rate.high, rounded(rate), with_interval(rate), colour)
