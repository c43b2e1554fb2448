"""Transfer, the presses that start something: a training with the plan, and the measurement of whether it pays."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared import cache, choose
from pages.shared.frame import plain, show_error
from pages.shared.jobs import submit
from pages.shared.split_choice import choose_split
from pages.shared.transfer_chosen import EVIDENCE, Chosen, go_to
from recsys_core.data.findings import counted, duration
from recsys_core.errors import StudioError
from recsys_core.models import Recommender, find_model
from recsys_core.runs.cards import RunCard
from recsys_core.runs.jobs import TrainSpec, TransferFrom
from recsys_core.splitting import SplitRecipe
from recsys_core.transfer.plan import Plan
from recsys_core.transfer.shares import SHARES

if TYPE_CHECKING:
    from recsys_core.transfer.match import Match

MEASUREMENT = "measurement"
USUAL_SEEDS, SEEDS = 3, (1, 3, 5, 7, 10)
JUDGING = 1.0  # seconds


def start_view(chosen: Chosen, match: "Match", plan: Plan) -> None:
    """How it is judged, and both presses."""
    recipe = choose_split(chosen.card)
    start = TransferFrom(run=chosen.run.id, plan=plan, people=chosen.people, pairs=dict(chosen.pairs))
    _train(chosen, start, recipe)
    _measure(chosen, match, start, recipe)


def _train(chosen: Chosen, start: TransferFrom, recipe: SplitRecipe) -> None:
    if st.button("Train with this plan", type="primary", width="stretch", icon=":material/play_arrow:"):
        spec = TrainSpec(
            dataset=chosen.card.id,
            model=chosen.run.model,
            settings=settings_of(chosen.run),
            split=recipe,
            seed=recipe.seed,
            transfer=start,
        )
        if submit(spec) is not None:
            st.rerun()


def _measure(chosen: Chosen, match: "Match", start: TransferFrom, recipe: SplitRecipe) -> None:
    """What to measure, its rough price, and the press."""
    with st.container(border=True):
        st.markdown("**Does it pay?** Measured at several amounts of data, against starting from nothing.")
        shares = st.pills(
            "Shares of the data",
            SHARES,
            selection_mode="multi",
            default=list(SHARES),
            format_func=lambda share: f"{100 * share:g} %",
            key="transfer-shares",
            help="Only so many of the training events are there. 0 %: nothing is known of these data yet.",
            persist_state="session",
        )
        seeds = st.select_slider(
            "Seeds",
            SEEDS,
            USUAL_SEEDS,
            key="transfer-seeds",
            help="How often each share is drawn and trained anew. One seed cannot tell chance from gain, and two say "
            "too little of how much such draws differ.",
            persist_state="session",
        )
        plans = _plans(chosen, match, start.plan)
        st.caption(plain(_price(chosen, shares, seeds, len(plans))))
        if st.button(
            "Measure whether it pays", icon=":material/query_stats:", width="stretch", disabled=not shares or not plans
        ):
            _submit_measurement(chosen, start, recipe, plans, shares, seeds)


def _plans(chosen: Chosen, match: "Match", plan: Plan) -> list[Plan]:
    """The tries of the transfer at each share."""
    from recsys_core.transfer.adapting import plans_to_try

    alone = st.radio(
        "What is tried",
        [False, True],
        format_func=lambda alone: "Only the plan above" if alone else "The usual plans",
        captions=["At each share the validation events choose one of them.", "With settings as you chose them."],
        key="transfer-alone",
        persist_state="session",
    )
    return [plan] if alone else plans_to_try(chosen.source, match, chosen.target)


def _submit_measurement(
    chosen: Chosen, start: TransferFrom, recipe: SplitRecipe, plans: list[Plan], shares: list[float], seeds: int
) -> None:
    from recsys_core.runs.transfer_job import transfer_spec

    try:
        spec = transfer_spec(cache.workspace(), chosen.card.id, start, recipe, plans, shares, range(seeds))
    except StudioError as error:
        show_error(error)
        return
    job = submit(spec)
    if job is not None:
        choose.remember(MEASUREMENT, job)
        go_to(EVIDENCE)


def settings_of(run: RunCard) -> dict[str, Any]:
    """The settings of the source."""
    kind: type[Recommender] = find_model(run.model)
    return kind.Config.parse(run.about["passport"]["config"]).model_dump(mode="json")


def _price(chosen: Chosen, shares: list[float], seeds: int, tries: int) -> str:
    """How many trainings, and roughly how long they take if time grows as the events do and judging takes a second."""
    trainings = len(shares) * seeds * (3 * tries + 1)
    learned = int(chosen.run.about["passport"]["split"]["train"])
    whole = float(chosen.run.about["seconds"]) * len(chosen.target.interactions) / max(1, learned)
    seconds = JUDGING * trainings + 2 * tries * seeds * whole * sum(shares)
    return (
        f"About {counted(trainings, 'training')} of the transfer, from scratch, EASE and popularity: very roughly "
        f"{duration(seconds)}. You can stop at any time; what was measured is kept."
    )
