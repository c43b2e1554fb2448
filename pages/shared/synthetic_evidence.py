"""Synthetic data, whether it is worth it: as it is measured, and when it is done."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from pages.shared import cache, choose
from pages.shared.chart import draw_chart
from pages.shared.frame import plain
from pages.shared.jobs import progress
from pages.shared.measurements import amount, failed, measurements, save_as_json, signed, stand
from pages.shared.synthetic_chosen import WORTH_OF
from pages.shared.synthetic_privacy import attack_view
from pages.shared.synthetic_whom import whom_view
from recsys_core.data.made import Made
from recsys_core.figures.ablation import Bought, ablation_chart
from recsys_core.figures.lines_with_bands import Band
from recsys_core.figures.theme import CATEGORIES, Theme
from recsys_core.figures.transfer import learning_curve_chart
from recsys_core.metrics import metric_label
from recsys_core.models import find_model
from recsys_core.runs.cards import DatasetCard
from recsys_core.runs.jobs import Job, WorthSpec
from recsys_core.runs.store import default_home, open_workspace
from recsys_core.statistics.estimates import Estimate
from recsys_core.synthetic import find_generator
from recsys_core.synthetic.arms import POPULARITY, PRETRAINED, REAL, SYNTHETIC, arm_title
from recsys_core.transfer.measuring import METRICS

if TYPE_CHECKING:
    from recsys_core.synthetic.attacks.membership import Membership
    from recsys_core.synthetic.worth import Worth

BEST_ADDITION = "Real and the best addition"


def evidence(source: DatasetCard) -> None:
    """Measurements that run, then one of those that are done."""

    def belongs(job: Job) -> bool:
        return isinstance(job.spec, WorthSpec) and job.spec.dataset == source.id

    if not measurements(belongs, _live, worth_view, name_of, WORTH_OF):
        _nothing_measured()


def _nothing_measured() -> None:
    with st.container(border=True):
        st.markdown("**Whether it is worth it has not been measured yet.**")
        st.caption(
            "A model learns from the real people alone, from generated ones alone, from both, and from generated ones "
            "first, at several amounts of real data. It is always judged on real people, by what was held out of "
            "them; popularity stands beside it. And attackers try to tell who was learned from."
        )


def attacks_on(source: DatasetCard, made: Made) -> "Membership | None":
    """What attackers could tell of a generator with the settings that it had here; None where that was not measured."""
    for job in cache.jobs().all():
        spec = job.spec
        is_alike = isinstance(spec, WorthSpec) and (spec.dataset, spec.generator, spec.settings) == (
            source.id,
            made.generator,
            made.settings,
        )
        if is_alike and (found := _worth(default_home(), job.id, stand(job)).membership) is not None:
            return found
    return None


def name_of(job: Job) -> str:
    """A measurement by what takes part in it."""
    spec = job.spec
    assert isinstance(spec, WorthSpec)
    pair = f"{find_generator(spec.generator).info.title} for {find_model(spec.learner).info.title}"
    return f"{pair} · {choose.moment(job.created)} · {amount(len(spec.shares), len(spec.seeds))}"


def _live(job: Job, colours: Theme) -> None:
    """How far it is, and what can be told already."""
    progress(job)
    told = _told(default_home(), job.id, stand(job), METRICS[0])
    if told is None:
        st.caption("The curves begin when every way was measured at one share.")
        return
    st.markdown(f"**So far:** {plain(told.verdict)}")
    _curve(told, METRICS[0], colours, f"live-{job.id}")


@st.cache_resource(show_spinner=False, max_entries=4)
def _worth(home: Path, job: str, stand: str) -> "Worth":
    """What was measured so far; read anew whenever the job stands otherwise."""
    from recsys_core.runs.worth_job import worth_of

    return worth_of(open_workspace(home), cache.jobs().find(job))


@dataclass(frozen=True)
class Told:
    """What a measurement says by one figure; worked out once, because resampling people takes a while.

    Attributes:
        curve: as :meth:`Worth.curve` gives it.
        rows: of the table.
        best: share → the best addition, as validation says.
    """

    verdict: str
    finding: str
    curve: pd.DataFrame
    rows: pd.DataFrame
    best: dict[float, str | None]


@st.cache_resource(show_spinner="Comparing people with and without generated ones", max_entries=24)
def _told(home: Path, job: str, stand: str, metric: str) -> Told | None:
    """None while no share was measured to the end."""
    found = _worth(home, job, stand)
    if not found.shares:
        return None
    best = {share: found.best_addition(share) for share in found.shares}
    curve = found.curve(metric)
    return Told(found.verdict(metric), _finding(found, metric), curve, _rows(found, curve, best, metric), best)


@st.cache_resource(show_spinner="Comparing the ways", max_entries=48)
def _leads(home: Path, job: str, stand: str, metric: str, share: float) -> dict[str, Estimate]:
    """Way → its lead over the real people alone."""
    found = _worth(home, job, stand)
    leads = {arm: found.lead(share, arm, REAL, metric) for arm in found.arms if arm not in (REAL, POPULARITY)}
    return {arm: lead for arm, lead in leads.items() if lead is not None}


def worth_view(job: Job, colours: Theme) -> None:
    """Everything that a measurement came to, the verdict first."""
    found, spec = _worth(default_home(), job.id, stand(job)), job.spec
    assert isinstance(spec, WorthSpec)
    if not found.shares:
        st.caption("Nothing was measured to the end, so there is nothing to tell yet.")
        _failures(found)
        return
    verdict = st.container()
    labels = {metric_label(one): one for one in METRICS}
    metric = labels[choose.switch("Figure", "worth-figure", list(labels))]
    told = _told(default_home(), job.id, stand(job), metric)
    assert told is not None  # there are shares
    with verdict:
        head, _, rest = told.verdict.partition(". ")
        st.subheader(plain(f"{head.removesuffix('.')}."), anchor=False)
        if rest:
            st.markdown(plain(rest))
        if len(spec.seeds) == 1:
            st.caption("One seed only: what the next draw of the data would give cannot be told.")
    _curve(told, metric, colours, job.id)
    st.dataframe(
        told.rows,
        hide_index=True,
        height="content",
        column_config={
            "Real data": st.column_config.TextColumn(pinned=True),
            "Events": st.column_config.NumberColumn(format="localized"),
            "Real alone": st.column_config.NumberColumn(format="%.3f"),
        },
    )
    st.caption("95 % intervals over people and seeds. A lead counts where its interval leaves out 0.")
    _ways(found, job, metric, colours)
    attack_view(found.membership, job.id, colours)
    whom_view(job, spec, found, metric, colours)
    _failures(found)
    save_as_json(found.as_json(metric), "worth.json", job)


def colours_of_arms(colours: Theme) -> dict[str, str]:
    """A colour for each way: the real people alone are ink, whatever is generated stands out."""
    return {
        REAL: colours.ink,
        BEST_ADDITION: colours.accent,
        PRETRAINED: CATEGORIES[0],
        SYNTHETIC: CATEGORIES[3],
        POPULARITY: colours.popularity,
    }


def _curve(told: Told, metric: str, colours: Theme, key: str) -> None:
    frame, shares = told.curve, sorted(told.curve["share"].unique())
    best = pd.concat([frame[(frame["share"] == one) & (frame["arm"] == told.best[one])] for one in shares])
    bands = []
    for arm, colour in colours_of_arms(colours).items():
        mine = best if arm == BEST_ADDITION else frame[frame["arm"] == arm]
        if len(mine) == len(shares):  # one that failed at a share has no line
            low, high = ([None if pd.isna(one) else float(one) for one in mine[side]] for side in ("low", "high"))
            label = BEST_ADDITION if arm == BEST_ADDITION else arm_title(arm)
            events = [int(told.rows["Events"].iloc[at]) for at in range(len(shares))]
            bands.append(Band(label, colour, events, mine["value"].tolist(), low, high))
    draw_chart(
        learning_curve_chart(
            bands, shares, metric_label(metric), None, colours, "real events learned from, and their share of all"
        ),
        f"worth-curve-{key}",
        frame.assign(arm=frame["arm"].map(arm_title)),
        finding=told.finding,
        source="Judged on held-out events of real people alone. Bands are 95 % intervals over people.",
    )


def _finding(found: "Worth", metric: str) -> str:
    """What the curves show."""
    label, helps = metric_label(metric), list(dict.fromkeys(share for share, _ in found.helps(metric)))
    if not helps:
        much = "no amount" if len(found.shares) > 1 else f"{100 * found.shares[0]:g} %"
        surely = "do generated people surely beat" if len(found.shares) > 1 else "generated people do not surely beat"
        return f"With {much} of the real data {surely} what is best without them, by {label}"
    where = " and ".join(f"{100 * share:g} %" for share in helps)
    return f"Generated people help by {label} with {where} of the real data"


def _rows(found: "Worth", curve: pd.DataFrame, best: dict[float, str | None], metric: str) -> pd.DataFrame:
    """What generated people are worth at each share, beside and instead of the real ones."""
    real = curve[curve["arm"] == REAL].set_index("share")["value"]
    rows: list[dict[str, Any]] = []
    for share in found.shares:
        addition, first = best[share], found.lead(share, PRETRAINED, REAL, metric)
        row: dict[str, Any] = {"Real data": f"{100 * share:g} %", "Events": found.events(share)}
        row |= {"Real alone": float(real[share]), "Best without": arm_title(found.rival(share, metric))}
        if addition is not None:
            lead = found.lead(share, addition, REAL, metric)
            row |= {"Best addition": arm_title(addition).removeprefix("Real and "), "It adds": signed(lead)}
        if first is not None:
            row["Generated first adds"] = signed(first)
        row["Generated alone keeps"] = kept(found.kept(share, SYNTHETIC, metric))
        row["Popularity keeps"] = kept(found.kept(share, POPULARITY, metric))
        rows.append(row)
    return pd.DataFrame(rows)


def kept(part: Estimate | None) -> str:
    """A part of what the real people alone come to."""
    if part is None:
        return "–"
    interval = "" if part.low is None or part.high is None else f" [{part.low:.0%}, {part.high:.0%}]"
    return f"{part.value:.0%}{interval}"


def _ways(found: "Worth", job: Job, metric: str, colours: Theme) -> None:
    """What each way adds to the real people alone, or costs."""
    st.subheader("How many, and how?", anchor=False)
    share = found.shares[0]
    if len(found.shares) > 1:
        share = st.select_slider(
            "With so much of the real data",
            found.shares,
            share,
            lambda one: f"{100 * one:g} %",
            key=f"ways-share-{job.id}",
        )
    leads = _leads(default_home(), job.id, stand(job), metric, share)
    rows = [
        Bought(
            arm_title(arm),
            "over the real people alone",
            lead.value,
            lead.low,
            lead.high,
            colours.accent,
            lead.is_certain,
        )
        for arm, lead in leads.items()
    ]
    if rows:
        draw_chart(
            ablation_chart(rows, f"lead in {metric_label(metric)}", colours),
            f"worth-ways-{job.id}",
            pd.DataFrame([{"way": arm_title(arm), **vars(lead)} for arm, lead in leads.items()]),
            finding=_best_way(leads, share),
        )


def _best_way(leads: dict[str, Estimate], share: float) -> str:
    certain = {arm: lead.value for arm, lead in leads.items() if lead.is_certain and lead.value > 0}
    if not certain:
        return f"With {100 * share:g} % of the real data no way is surely ahead of the real people alone"
    ahead = max(certain, key=certain.__getitem__)
    return f"With {100 * share:g} % of the real data most is gained by: {arm_title(ahead).lower()}"


def _failures(found: "Worth") -> None:
    failed(
        [
            f"{arm_title(one.arm)}, {100 * one.share:g} % of the real data, seed {one.seed}: {one.reason}"
            for one in found.failures
        ]
    )
