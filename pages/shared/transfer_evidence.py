"""Transfer, the last step: whether it pays, as it is measured and when it is done."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared import cache, choose
from pages.shared.chart import draw_chart
from pages.shared.frame import plain
from pages.shared.jobs import progress, source_name
from pages.shared.measurements import amount, failed, measurements, save_as_json, signed, stand
from pages.shared.transfer_chosen import PLAN, go_to, no_source
from pages.shared.transfer_ctr import ctr_line
from pages.shared.transfer_start import MEASUREMENT
from pages.shared.transfer_whom import whom_view
from recsys_core.data.findings import counted, duration
from recsys_core.figures.lines_with_bands import Band
from recsys_core.figures.theme import Theme, model_colours
from recsys_core.figures.transfer import Race, learning_curve_chart, race_chart
from recsys_core.metrics import metric_label
from recsys_core.models import MODELS
from recsys_core.runs.cards import DatasetCard, RunCard
from recsys_core.runs.jobs import Job, TransferSpec
from recsys_core.runs.store import default_home, open_workspace
from recsys_core.transfer.evidence import Evidence
from recsys_core.transfer.measuring import ARMS, EASE_ARM, METRICS, POPULARITY, SCRATCH, TRANSFER


def evidence_step(card: DatasetCard, run: RunCard | None) -> None:
    """The step: measurements that run, then one of those that are done.

    Args:
        card: of the target.
        run: the source that was chosen; None: all measurements of the target, whose sources may be gone.
    """

    def belongs(job: Job) -> bool:
        spec = job.spec
        return isinstance(spec, TransferSpec) and spec.dataset == card.id and (run is None or spec.run == run.id)

    if measurements(belongs, _live, evidence_view, _name, MEASUREMENT):
        return
    if run is None:
        no_source()
    else:
        _nothing_measured()


def _nothing_measured() -> None:
    with st.container(border=True):
        st.markdown("**Whether it pays has not been measured yet.**")
        st.caption(
            "Measured at several amounts of data: the transfer, the same model from scratch, EASE and popularity."
        )
        if st.button("Choose what to measure", icon=":material/arrow_back:"):
            go_to(PLAN)


def _name(job: Job) -> str:
    spec = job.spec
    assert isinstance(spec, TransferSpec)
    return f"{source_name(spec.run)} · {choose.moment(job.created)} · {amount(len(spec.shares), len(spec.seeds))}"


def _live(job: Job, colours: Theme) -> None:
    """How far it is, and what can be told already."""
    progress(job)
    told = _told(default_home(), job.id, stand(job), METRICS[0])
    if told is None:
        st.caption("The curves begin when all four ways were measured at one share.")
        return
    st.markdown(f"**So far:** {plain(f'{told.advice} {told.alarm}'.strip())}")
    _curve(told, METRICS[0], colours, f"live-{job.id}")


@st.cache_resource(show_spinner=False, max_entries=4)
def _evidence(home: Path, job: str, stand: str) -> Evidence:
    """What was measured so far; read anew whenever the job stands otherwise."""
    from recsys_core.runs.transfer_job import evidence_of as read

    workspace = open_workspace(home)
    return read(workspace, cache.jobs().find(job))


@dataclass(frozen=True)
class Told:
    """What a measurement says by one figure; worked out once, because resampling people takes a while.

    Attributes:
        curve: as :meth:`Evidence.curve` gives it.
        leads: rows of the table.
    """

    advice: str
    alarm: str
    finding: str
    curve: pd.DataFrame
    leads: pd.DataFrame
    break_even: int | None


@st.cache_resource(show_spinner=False, max_entries=24)
def _told(home: Path, job: str, stand: str, metric: str) -> Told | None:
    """None while no share was measured to the end."""
    found = _evidence(home, job, stand)
    if not found.shares:
        return None
    curve = found.curve(metric)
    return Told(
        found.advice(metric),
        found.alarm(metric),
        _finding(found, metric),
        curve,
        _leads(found, curve, metric),
        found.break_even(metric),
    )


def evidence_view(job: Job, colours: Theme) -> None:
    """Everything that a measurement came to, the verdict first."""
    found, spec = _evidence(default_home(), job.id, stand(job)), job.spec
    assert isinstance(spec, TransferSpec)
    if not found.shares:
        st.caption("Nothing was measured to the end, so there is nothing to tell yet.")
        _failures(found)
        return
    verdict = st.container()
    labels = {metric_label(one): one for one in METRICS}
    metric = labels[choose.switch("Figure", "transfer-figure", list(labels))]
    told = _told(default_home(), job.id, stand(job), metric)
    assert told is not None  # there are shares
    with verdict:
        st.subheader(plain(told.advice), anchor=False)
        if told.alarm:
            st.error(plain(told.alarm), icon=":material/warning:")
        if len(spec.seeds) == 1:
            st.caption("One seed only: what the next draw of the data would give cannot be told.")
        ctr_line(spec)
    _curve(told, metric, colours, job.id)
    st.dataframe(
        told.leads,
        hide_index=True,
        height="content",
        column_config={
            "Data": st.column_config.TextColumn(pinned=True),
            "Transfer": st.column_config.NumberColumn(format="%.3f"),
            "Events": st.column_config.NumberColumn(format="localized"),
        },
    )
    st.caption("Leads with 95 % intervals over people and seeds. A lead counts where its interval leaves out 0.")
    _race(found, colours)
    whom_view(job, spec, found, metric, colours)
    _tried(found)
    _failures(found)
    save_as_json(found.as_json(metric), "transfer.json", job)


def arm_colours(colours: Theme) -> dict[str, str]:
    """A colour for each arm: the transfer stands out, popularity and EASE have their own everywhere."""
    known = model_colours([one.info.key for one in MODELS], colours)
    return {
        TRANSFER: colours.accent,
        SCRATCH: colours.ink,
        POPULARITY: known[POPULARITY],
        EASE_ARM: known["ease"],
    }


def _curve(told: Told, metric: str, colours: Theme, key: str) -> None:
    frame, label, of_arm = told.curve, metric_label(metric), arm_colours(colours)
    shares = sorted(frame["share"].unique())
    bands = []
    for arm, name in ARMS.items():
        mine = frame[frame["arm"] == arm]
        if len(mine) == len(shares):  # one that failed at a share has no line
            low, high = ([None if pd.isna(one) else float(one) for one in mine[side]] for side in ("low", "high"))
            bands.append(Band(name, of_arm[arm], mine["events"].tolist(), mine["value"].tolist(), low, high))
    draw_chart(
        learning_curve_chart(bands, shares, label, told.break_even, colours),
        f"learning-curve-{key}",
        frame.assign(arm=frame["arm"].map(ARMS)),
        finding=told.finding,
        source="Bands are 95 % intervals over people.",
    )


def _finding(found: Evidence, metric: str) -> str:
    """What the curves show."""
    label, helps, worth = metric_label(metric), found.helps(metric), found.break_even(metric)
    if not helps:
        return f"With no amount of data does the transfer surely lead by {label}"
    if helps[-1] == found.shares[-1] and len(found.shares) > 1:
        return f"The transfer leads by {label} even with {_events(found.events(helps[-1]))}"
    surely = f"surely with {_events(found.events(helps[-1]))}"
    if not worth or worth <= found.events(helps[-1]):
        return f"The transfer leads by {label} {surely}"
    return f"The transfer leads by {label} up to about {float(f'{worth:.2g}'):,.0f} events, {surely}"


def _events(number: int) -> str:
    return counted(number, "event") if number else "no events yet"


def _leads(found: Evidence, curve: pd.DataFrame, metric: str) -> pd.DataFrame:
    """By how much the transfer leads over the best other way and over training from scratch."""
    mine = curve[curve["arm"] == TRANSFER].set_index("share")["value"]
    rows: list[dict[str, Any]] = []
    for share in found.shares:
        rival = found.rival(share, metric)
        rows.append(
            {
                "Data": f"{100 * share:g} %",
                "Events": found.events(share),
                "Transfer": float(mine[share]),
                "Best other way": ARMS[rival],
                "Lead over it": signed(found.lead(share, rival, metric)),
                "Lead over from scratch": signed(found.lead(share, SCRATCH, metric)),
            }
        )
    return pd.DataFrame(rows)


def _race(found: Evidence, colours: Theme) -> None:
    """How soon the transfer is as good as training from scratch becomes."""
    share, of_arm = found.shares[-1], arm_colours(colours)
    races = []
    for arm in (TRANSFER, SCRATCH):
        runs = [list(point.about.curve) for point in found.of(arm, share).values() if point.about.curve]
        if runs:
            races.append(Race(ARMS[arm], of_arm[arm], runs))
    if not races:
        return
    st.subheader("How soon is it good?", anchor=False)
    draw_chart(
        race_chart(races, f"validation {metric_label(METRICS[0])}", colours),
        "speed-up",
        pd.DataFrame(
            [
                {"arm": race.label, "run": number, "seconds": seconds, "value": value}
                for race in races
                for number, run in enumerate(race.runs)
                for seconds, value in run
            ]
        ),
        finding=_sooner(found),
    )


def _sooner(found: Evidence) -> str:
    speed = found.speed_up()
    if speed is None:
        return "Only one of the two learns in epochs, so they cannot be raced"
    scratch = f"{duration(speed.scratch_seconds)} and {counted(speed.scratch_epochs, 'epoch')}"
    if speed.seconds is None or speed.epochs is None:
        return f"In its training the transfer never becomes as good as training from scratch, which takes {scratch}"
    return (
        f"The transfer is as good after {duration(speed.seconds)} and {counted(speed.epochs, 'epoch')} as training "
        f"from scratch after {scratch}"
    )


def _tried(found: Evidence) -> None:
    """What each way tried at each share and seed, and what the validation events chose."""
    with st.expander("What was tried and chosen"):
        rows = [
            {
                "Data": f"{100 * one.about.share:g} %",
                "Seed": one.about.seed,
                "Way": ARMS[one.about.arm],
                "Chosen": one.about.chosen,
                "Seconds": one.about.seconds,
                "Epochs": one.about.epochs,
                "Tried, by the validation events": "; ".join(
                    f"{title}: {'–' if value is None else f'{value:.3f}'}" for title, value in one.about.tried.items()
                ),
            }
            for one in found.points
        ]
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            column_config={"Seconds": st.column_config.NumberColumn(format="%.1f")},
        )


def _failures(found: Evidence) -> None:
    failed(
        [f"{ARMS[one.arm]}, {100 * one.share:g} % of the data, seed {one.seed}: {one.reason}" for one in found.failures]
    )
