"""Compare, content: new items and people apart from the others, and what texts, pictures and attributes buy."""

from pathlib import Path

import pandas as pd
import streamlit as st

from pages.shared import cache, nav
from pages.shared.chart import draw_chart, table_of
from pages.shared.compared import Compared
from pages.shared.frame import look, plain, show_error
from pages.shared.jobs import watch
from pages.shared.metric_table import height_of, width_of
from pages.shared.plain_models import at_work_on, offer_training
from recsys_core.blending.verdict import in_a_row
from recsys_core.comparing.ablation import WHERE, Arm, Family, Gain, Question, questions, sentence
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.figures.ablation import Bought, ablation_chart
from recsys_core.figures.theme import CATEGORIES
from recsys_core.metrics import METRICS, RankingMetric, metric_label
from recsys_core.runs.ablation import answers, families_of, missing_specs
from recsys_core.runs.store import default_home, open_workspace
from recsys_core.warm_and_cold import FEW_EVENTS, Side

PARTS = {
    Side.NEW_ITEMS: "New items",
    Side.MET_ITEMS: "Met items",
    Side.FEW_EVENTS: f"People with at most {FEW_EVENTS} events",
    Side.NO_EVENTS: "People with none",
}
COLOURS: dict[Side | None, str] = {
    Side.NEW_ITEMS: CATEGORIES[0],
    Side.MET_ITEMS: CATEGORIES[1],
    None: CATEGORIES[2],
}


def content_section(compared: Compared) -> None:
    """The section."""
    ranking = {metric.about.key for metric in METRICS if isinstance(metric, RankingMetric)}
    if compared.metric.partition("@")[0] not in ranking:
        st.caption(plain(f"{metric_label(compared.metric)} does not judge lists by what is found. Choose another."))
        return
    st.markdown("**Warm and cold apart**")
    _apart(compared)
    st.markdown("**What did each kind of content buy?**")
    fingerprint = compared.runs[0].split_fingerprint
    families = families_of([run for run in cache.workspace().runs() if run.split_fingerprint == fingerprint])
    families = [family for family in families if any(arm.on for arm in family.arms)]
    if not families:
        st.caption(
            "No model on this split reads texts, pictures or attributes. Train one that does, and it is taken apart "
            "here: with each kind of content, and without it."
        )
        st.page_link(nav.TRAIN.path, label="Train a model", icon=":material/arrow_forward:")
        return
    arm = _choose(families, fingerprint)
    asked = questions(next(family for family in families if arm in family.arms), arm)
    try:
        _answers(asked, compared)
        _missing(asked, fingerprint)
    except StudioError as error:
        show_error(error)


def _apart(compared: Compared) -> None:
    """The figure of each run in each part, beside what lists in random order would get."""
    runs = [run for run in compared.best_first if run.about.get("apart")]
    rows = [
        {
            "Model": compared.titles[run.id],
            "Judged on": label,
            metric_label(compared.metric): part["metrics"][compared.metric]["value"],
            "95 % interval": _interval(part["metrics"][compared.metric]),
            "By chance": part["metrics"][compared.metric]["chance"],
            "People": part["people"],
            "Items": part["items"],
        }
        for side, label in PARTS.items()
        for run in runs
        if (part := run.about["apart"].get(side)) and compared.metric in part["metrics"]
    ]
    if not rows:
        st.caption(
            f"The test holds no item that is new to these models, and nobody with {FEW_EVENTS} known events or fewer. "
            "A split of cold items, of cold users, or in time does."
        )
        return
    frame = pd.DataFrame(rows)
    figures = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(
        frame,
        height=height_of(frame),
        hide_index=True,
        column_config={
            "Model": st.column_config.TextColumn(pinned=True, width=width_of(frame["Model"])),
            metric_label(compared.metric): figures,
            "By chance": figures,
            "People": st.column_config.NumberColumn(format="localized"),
            "Items": st.column_config.NumberColumn(format="localized"),
        },
    )
    st.caption(
        "Lists are drawn from the items of a part alone. New items have no training event. By chance: the same people, "
        "items and metric in random order, exactly."
    )


def _interval(figure: dict[str, float | None]) -> str:
    return "" if figure["low"] is None else f"{figure['low']:.3f} to {figure['high']:.3f}"


def _choose(families: list[Family], fingerprint: str) -> Arm:
    """Which model, and which of the things that it was trained to read, is taken apart."""
    offered = {
        f"{family.title} · {arm.title}" + (f" ({place + 1})" if place else ""): arm
        for place, family in enumerate(families)
        for arm in family.arms
        if arm.on
    }
    chosen = st.selectbox(
        "Taken apart",
        list(offered),
        key=f"ablation-of-{fingerprint}",
        help="A model, and what it reads. It is set against trainings that differ from it in what they read alone.",
        persist_state="session",
    )
    return offered[chosen]


def _answers(asked: list[Question], compared: Compared) -> None:
    """What each thing bought, in words and drawn."""
    found = [(question, _gains(question, compared.metric)) for question in asked]
    told = [(question, gains) for question, gains in found if gains]
    if not told:
        st.caption("Nothing to set it against yet: no model has been trained that leaves out any of it.")
        return
    st.markdown("\n".join(f"- {plain(sentence(question.what, gains, compared.metric))}" for question, gains in told))
    shown = [
        Bought(
            question.what,
            WHERE[one.side],
            one.estimate.value,
            one.estimate.low,
            one.estimate.high,
            COLOURS[one.side],
            one.estimate.is_certain,
        )
        for question, gains in told
        for one in gains
    ]
    draw_chart(
        ablation_chart(shown, f"{metric_label(compared.metric)} with it minus without it", look()),
        "ablation",
        table_of(shown),
        title=f"What content buys: {asked[0].arm.title}",
        source=compared.source,
    )
    seeds = max(one.seeds for _, gains in told for one in gains)
    over = "people and training seeds" if seeds > 1 else "people; of one training seed, whose luck is in none of them"
    st.caption(f"95 % intervals over {over}. Hollow: within chance. To the right of 0: better with it.")


def _gains(question: Question, metric: str) -> list[Gain]:
    """Kept by the runs, which never change."""
    runs = [*question.arm.runs.values(), *(question.other.runs.values() if question.other else ())]
    return _kept(default_home(), question.what, tuple(runs), metric, question)


@st.cache_data(show_spinner="Resampling people", max_entries=64)
def _kept(home: Path, what: str, runs: tuple[str, ...], metric: str, _question: Question) -> list[Gain]:
    return answers(open_workspace(home), _question, metric)


def _missing(asked: list[Question], fingerprint: str) -> None:
    """One press queues the trainings that an answer still lacks."""
    datasets = {card.id for card in cache.workspace().datasets()}
    specs = [spec for spec in missing_specs(cache.workspace(), asked) if spec.dataset in datasets]
    if not specs:
        return
    lacking = in_a_row([f"without {question.what}" for question in asked if question.missing])
    st.caption(plain(f"Still to be trained: the same {lacking}."))
    offer_training(specs, f"Train {counted(len(specs), 'missing model')}", f"ablation-{fingerprint[:8]}")
    active = at_work_on(specs)
    watch(active, lambda job: job.spec in specs)
