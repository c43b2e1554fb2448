"""Clicks and returns under assumptions: simulated."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.shared import cache, choose, nav, simulated
from pages.shared.assumption_form import assumption_form, called
from pages.shared.chart import draw_chart, table_of
from pages.shared.compared import Compared, run_titles
from pages.shared.frame import look, plain
from pages.shared.progress_bar import progress_bar
from recsys_core.comparing.passports import split_in_words
from recsys_core.data.findings import counted
from recsys_core.figures.engagement_simulated import (
    End,
    Level,
    Tried,
    day_chart,
    level_chart,
    tornado_chart,
)
from recsys_core.figures.lines_with_bands import Band
from recsys_core.runs.cards import RunCard
from recsys_core.runs.comparison import contenders_of, sensible_choice
from recsys_core.runs.store import default_home
from recsys_core.simulating.assumptions import MODEL_OF, Assumptions

if TYPE_CHECKING:  # these bring scipy and torch
    from recsys_core.simulating.figures import Figure
    from recsys_core.simulating.outcome import Outcome, Result
    from recsys_core.simulating.sensitivity import Sensitivity

FEWEST_DAYS, MOST_DAYS = 31, 180
AT_FIRST, MOST_MODELS = 4, 8
CHOSEN_BY = "ndcg@10"
OUTCOME, SENSITIVITY = "What comes out", "What it rests on"


def simulated_step() -> None:
    """The step: models and assumptions, and beside them what comes out, or what that rests on."""
    st.markdown(
        "**Simulated.** Nothing here was measured: invented visits of the people of the data set, who like and do what "
        "the assumptions say. Use it to see what a difference in lists could come to, never as a forecast."
    )
    runs = _choose_runs()
    if not runs:
        return
    left, right = st.columns([1, 2], gap="large")
    with left:
        days = st.slider(
            "Simulated days", FEWEST_DAYS, MOST_DAYS, simulated.DAYS, key="simulated-days", persist_state="session"
        )
        st.markdown("**What is assumed**")
        how = assumption_form()
    with right:
        _results(Compared(runs, CHOSEN_BY, run_titles(runs)), how, days)


def _choose_runs() -> list[RunCard]:
    """Runs that were judged by the same held-out events; none where there are none, with the way out."""
    card = choose.choose_dataset()
    if card is None:
        return []
    groups: dict[str, list[RunCard]] = {}
    for run in cache.workspace().runs():
        if run.dataset == card.id:
            groups.setdefault(run.split_fingerprint, []).append(run)
    if not groups:
        choose.empty("No model has learned from these data yet.", "Train a model", nav.TRAIN)
        return []
    group = next(iter(groups.values()))
    if len(groups) > 1:

        def name(fingerprint: str) -> str:
            return f"{split_in_words(groups[fingerprint][0].about['passport'])} ({fingerprint[:4]})"

        group = groups[choose.choose("Held-out events", "split", list(groups), name)]
    offered = contenders_of(group)
    known, titles = {run.id: run for run in group}, {one.id: one.title for one in offered}
    best = [one.id for one in sensible_choice(offered, group, CHOSEN_BY)]
    plain_ones = [run for run in best if known[run].model == "popularity"][:1]
    at_first = [*[run for run in best if run not in plain_ones][: AT_FIRST - len(plain_ones)], *plain_ones]
    chosen = choose.choose_many(
        "Models",
        "simulated",
        [one.id for one in offered],
        titles.__getitem__,
        at_first,
        most=MOST_MODELS,
        help="Each shows its lists to the same simulated people, who have the same luck with all of them.",
    )
    if not chosen:
        st.caption("Choose the models to simulate.")
    return [known[run] for run in chosen]


def _results(compared: Compared, how: Assumptions, days: int) -> None:
    from recsys_core.simulating.figures import FIGURES, find_figure

    outcome = simulated.outcome([run.id for run in compared.runs], how, days)
    figures = {figure.title: figure.key for figure in FIGURES}
    title = choose.switch("Figure", "figure", list(figures))
    result = outcome.results[find_figure(figures[title]).key]
    view = OUTCOME
    if result.leads:
        view = choose.switch("View", "view", [OUTCOME, SENSITIVITY])
    if view == OUTCOME:
        _comes_out(compared, outcome, result)
    else:
        _rests_on(compared, result, how, days)
    _who_tells(compared, how)


def _comes_out(compared: Compared, outcome: "Outcome", result: "Result") -> None:
    """The figure of each model, the days, and all figures as a table."""
    from recsys_core.simulating.outcome import headline, in_figures

    figure, known = result.figure, {run.id: run for run in compared.runs}
    scale, unit = (100, ", %") if figure.in_percent else (1, "")
    levels = [
        Level(
            compared.titles[run],
            in_figures(figure, level),
            scale * level.value,
            None if level.low is None else scale * level.low,
            None if level.high is None else scale * level.high,
            compared.colour(known[run]),
        )
        for run, level in result.levels.items()
    ]
    source = _source(compared, outcome)
    draw_chart(
        level_chart(levels, f"simulated {figure.title}{unit}", look()),
        "simulated-figures",
        table_of(levels).rename(columns={"value": f"simulated {figure.title}"}),
        finding=headline(result, compared.titles),
        source=source,
    )
    st.caption(
        plain(
            f"{figure.words} Simulated over {outcome.days} days with {counted(outcome.people, 'person')}, told "
            f"{outcome.repetitions} times anew; 95 % intervals over people and repetitions. Differences are paired: "
            "the same people have the same luck with every model, so a lead can be sure where intervals overlap."
        )
    )
    _days(compared, outcome, list(result.levels), source)
    rows = [
        {"Model": compared.titles[run]}
        | {one.figure.title: in_figures(one.figure, one.levels[run]) for one in outcome.results.values()}
        for run in result.levels
    ]
    st.markdown("**All simulated figures**")
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content")


def _days(compared: Compared, outcome: "Outcome", runs: list[str], source: str) -> None:
    known = {run.id: run for run in compared.runs}
    bands = [
        Band(
            compared.titles[run],
            compared.colour(known[run]),
            list(range(1, outcome.days)),
            [100 * day.value for day in outcome.by_day[run]],
            [None if day.low is None else 100 * day.low for day in outcome.by_day[run]],
            [None if day.high is None else 100 * day.high for day in outcome.by_day[run]],
        )
        for run in runs
    ]
    most, least = (pick(runs, key=lambda run: outcome.by_day[run][-1].value) for pick in (max, min))
    ends = [f"{100 * outcome.by_day[run][-1].value:.0f} % with {compared.titles[run]}" for run in (most, least)]
    draw_chart(
        day_chart(bands, "simulated DAU, % of the people", look()),
        "simulated-days",
        table_of(bands).rename(columns={"ks": "simulated day", "values": "simulated DAU, %"}),
        finding=f"On simulated day {outcome.days - 1} come {' and '.join(dict.fromkeys(ends))}",
        source=source,
    )
    st.caption("Everybody comes on day 0. Bands are 95 % intervals over people, the repetitions taken together.")


def _rests_on(compared: Compared, result: "Result", how: Assumptions, days: int) -> None:
    """The tornado: the two best models, and each assumption at its ends."""
    from recsys_core.simulating.sensitivity import in_words

    known = {run.id: run for run in compared.runs}
    first, second, *_ = result.levels
    found = _sensitivity(tuple(known), (first, second), result.figure, how, days)
    words, *more = in_words(found, compared.titles)
    scale, unit = (100, ", percentage points") if result.figure.in_percent else (1, "")
    tried = [
        Tried(
            swing.assumption.title,
            tuple(
                End(
                    f"{value:g}" if swing.assumption.step else called(value),
                    scale * lead.value,
                    None if lead.low is None else scale * lead.low,
                    None if lead.high is None else scale * lead.high,
                )
                for value, lead in swing.leads.items()
            ),
        )
        for swing in found.swings
    ]
    one, other = ((compared.titles[run], compared.colour(known[run])) for run in (first, second))
    data = pd.DataFrame([{"assumption": row.assumption} | vars(end) for row in tried for end in row.ends])
    st.markdown(f"**{plain(words)}** {plain(' '.join(more))}")
    draw_chart(
        tornado_chart(
            tried, scale * found.lead.value, (one, other), f"simulated lead in {result.figure.title}{unit}", look()
        ),
        "simulated-sensitivity",
        data.rename(columns={"lead": f"simulated lead of {one[0]}"}),
        title=words,
        source=_about(compared),
    )
    st.caption(
        "Each assumption is taken to the ends of its range, the others stay as they are set; what matters most is on "
        "top. Hollow points: the 95 % interval of the simulated lead holds 0. Dotted: the lead as things are set."
    )


def _sensitivity(
    runs: tuple[str, ...], pair: tuple[str, str], figure: "Figure", how: Assumptions, days: int
) -> "Sensitivity":
    from recsys_core.simulating.sensitivity import sensitivity

    home = default_home()
    box = _box(home, runs, pair, figure.key, how.model_dump_json(), days)
    if not box:
        with progress_bar() as tell:
            box.append(sensitivity(simulated.world(runs), *pair, figure, how, days, tell=tell))
    return box[0]


@st.cache_resource(show_spinner=False, max_entries=32)
def _box(
    home: Path, runs: tuple[str, ...], pair: tuple[str, str], figure: str, how: str, days: int
) -> "list[Sensitivity]":
    """Where an answer is kept, empty until it is known: a cached function could not tell how far it is."""
    return []


def _who_tells(compared: Compared, how: Assumptions) -> None:
    """Say so where one of the models thinks like whoever tells what people like."""
    kin = [compared.titles[run.id] for run in compared.runs if run.model == MODEL_OF.get(how.liking)]
    if kin:
        st.caption(
            plain(
                f"{called(how.liking)} tells what people like, which favours {', '.join(kin)}. It knows the held-out "
                "events too, but thinks alike. Let another one tell, under What people like."
            )
        )


def _about(compared: Compared) -> str:
    return f"{compared.source} · simulated"


def _source(compared: Compared, outcome: "Outcome") -> str:
    return f"{_about(compared)} over {outcome.days} days"
