"""Synthetic data, what a judgement says: likeness, copies, and bias, each in charts with the finding above."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.shared.chart import draw_chart
from pages.shared.frame import look, plain
from pages.shared.synthetic_chosen import WORTH, certain, go_to
from pages.shared.synthetic_evidence import attacks_on
from recsys_core.data.findings import counted
from recsys_core.data.made import Made
from recsys_core.figures.synthetic import Points, Score, Shift, drift_chart, nearest_chart, score_chart, side_by_side
from recsys_core.figures.theme import Theme
from recsys_core.runs.cards import DatasetCard
from recsys_core.synthetic.judging.aspects import Aspect, Curve
from recsys_core.synthetic.judging.bias import Drift
from recsys_core.synthetic.judging.copies import Copies
from recsys_core.synthetic.judging.judgement import Judgement
from recsys_core.synthetic.judging.quality import Quality

COPIES_SHOWN = 200


def likeness(card: DatasetCard, judgement: Judgement) -> None:
    """Every respect that was measured: all scores in one chart, then the two sides of each."""
    quality, colours = judgement.quality, look()
    draw_chart(
        score_chart([Score(one.title, one.score, one.floor_score, one.is_alike) for one in quality.aspects], colours),
        f"aspects-{card.id}",
        pd.DataFrame([_row(one) for one in quality.aspects]),
        finding=_weakest(quality),
        source=_source(card),
    )
    for start in range(0, len(quality.aspects), 2):
        for cell, aspect in zip(st.columns(2, gap="large"), quality.aspects[start : start + 2], strict=False):
            with cell:
                st.caption(plain(f"{aspect.title} · {_measured(aspect)}"))
                draw_chart(
                    _chart(aspect, colours),
                    f"{aspect.key}-{card.id}",
                    _sides(aspect),
                    finding=aspect.sentence.removesuffix("."),
                    source=_source(card),
                )


def _measured(aspect: Aspect) -> str:
    floor = "" if aspect.floor is None else f", {aspect.floor:.2f} between two halves of the real people"
    return f"{aspect.measure} {aspect.value:.2f}{floor}"


def _chart(aspect: Aspect, colours: Theme) -> go.Figure:
    chart = aspect.chart
    return side_by_side(
        chart.kind, chart.across, chart.up, _points(chart.real), _points(chart.synthetic), chart.labels, colours
    )


def _points(curve: Curve) -> Points:
    return curve.x, curve.y


def _row(aspect: Aspect) -> dict[str, object]:
    return {
        "respect": aspect.title,
        "measure": aspect.measure,
        "value": aspect.value,
        "score": aspect.score,
        "between halves of the real people": aspect.floor,
        "their score": aspect.floor_score,
    }


def _weakest(quality: Quality) -> str:
    worst = min(quality.aspects, key=lambda one: one.score)
    best = max(quality.aspects, key=lambda one: one.score)
    return f"Most alike in {best.title.lower()} ({best.score:.2f}), least in {worst.title.lower()} ({worst.score:.2f})"


def _sides(aspect: Aspect) -> pd.DataFrame:
    """Both sides of a chart as rows."""
    chart = aspect.chart
    return pd.concat(
        [
            pd.DataFrame(
                {"side": side, chart.across: curve.x or chart.labels or range(len(curve.y)), chart.up: curve.y}
            )
            for side, curve in (("real", chart.real), ("generated", chart.synthetic))
        ]
    )


def _source(card: DatasetCard) -> str:
    made = certain(card)
    return f"{card.name} · {made.title} after {made.learned_name} · seed {made.seed}"


def copies_and_privacy(card: DatasetCard, judgement: Judgement, source: DatasetCard | None) -> None:
    """What attackers can tell stands first, where it was measured; then copies, with the list."""
    copies, colours = judgement.copies, look()
    if source is not None:
        _attackers(source, certain(card))
    st.subheader("Is anybody a copy?", anchor=False)
    draw_chart(
        nearest_chart(_points(copies.nearest_real), _points(copies.nearest), colours),
        f"nearest-{card.id}",
        pd.concat([_curve("generated", copies.nearest), _curve("real", copies.nearest_real)]),
        finding=_nearest_in_words(copies),
        source=_source(card),
    )
    told = f"{copies.looked_at:,} generated people were compared with every real one"
    short = f"; {copies.too_short:,} have histories so short that they are like somebody by chance" * bool(
        copies.too_short
    )
    st.caption(plain(f"{told}{short}. A history counts as a copy where nearly all of it is that of one real person."))
    if copies.found:
        st.markdown(f"**{counted(len(copies.found), 'copy')}**")
        st.dataframe(
            [
                {
                    "Generated": one.synthetic,
                    "Real": one.real,
                    "Items of the generated person": one.synthetic_items,
                    "Items of the real person": one.real_items,
                    "In both": one.common,
                    "Exact": one.is_exact,
                }
                for one in copies.found[:COPIES_SHOWN]
            ],
            hide_index=True,
        )


def _attackers(source: DatasetCard, made: Made) -> None:
    """What they could tell of this generator with these settings, or the way to ask."""
    st.subheader("Can an attacker tell who was learned from?", anchor=False)
    found = attacks_on(source, made)
    if found is not None:
        st.markdown(plain(found.verdict()))
    else:
        st.caption(
            "That is asked of the generator: it learns from one half of the real people, and attackers guess from what "
            "it generates who was in it. It has not been measured with these settings yet."
        )
    if st.button("See the evidence" if found is not None else "Measure it", icon=":material/arrow_forward:"):
        go_to(WORTH)


def _curve(side: str, curve: Curve) -> pd.DataFrame:
    return pd.DataFrame({"side": side, "at least so near": curve.x, "share of people": curve.y})


def _nearest_in_words(copies: Copies) -> str:
    if copies.median is None or copies.median_real is None:
        return "Histories are too short to say how near people are to each other"
    than = "nearer to" if copies.median > copies.median_real else "no nearer to"
    return (
        f"A typical generated person is {than} the next real one than real people are to each other: they share "
        f"{copies.median:.0%} of their items, those {copies.median_real:.0%}"
    )


def bias(card: DatasetCard, judgement: Judgement) -> None:
    """What became of the concentration on popular items, and of the shares of groups."""
    drifts, colours = judgement.bias.drifts, look()
    st.caption(
        "Before: the real people who were learned from. After: the generated ones. Whether a drift is beyond chance is "
        "told by shuffling who is real and who is generated. How well models serve each group is measured in the next "
        "step."
    )
    families = list(dict.fromkeys(drift.family for drift in drifts))
    for place, family in enumerate(families):
        st.subheader(plain(family), anchor=False)
        mine = [drift for drift in drifts if drift.family == family]
        st.markdown(f"**{plain(_drift_in_words(mine))}**")
        parts = list(dict.fromkeys(drift.of for drift in mine))
        for cell, of in zip(st.columns(len(parts), gap="large"), parts, strict=True):
            with cell:
                shown = [drift for drift in mine if drift.of == of]
                draw_chart(
                    drift_chart(
                        [_shift(drift) for drift in shown],
                        f"share of {of}" if of else "share, or Gini coefficient",
                        colours,
                    ),
                    f"drift-{place}-{of or 'items'}-{card.id}",
                    pd.DataFrame([asdict(drift) for drift in shown]),
                    title=_drift_in_words(mine),
                    source=_source(card),
                )


def _shift(drift: Drift) -> Shift:
    before, after = ((one.value, one.low, one.high) for one in (drift.before, drift.after))
    return Shift(drift.name, before, after, drift.is_certain)


def _drift_in_words(drifts: Sequence[Drift]) -> str:
    sure = [drift for drift in drifts if drift.is_certain]
    if not sure:
        return "No drift goes beyond chance"
    return f"{counted(len(sure), 'drift')} beyond chance, the largest: {max(sure, key=_size).words}"


def _size(drift: Drift) -> float:
    return abs(drift.change)
