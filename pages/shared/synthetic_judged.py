"""Synthetic data, what a judgement says: likeness, copies, and bias, each in charts with the finding above."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd
import streamlit as st

from pages.shared.chart import draw_chart
from pages.shared.frame import look, plain
from pages.shared.synthetic_chosen import certain
from recsys_core.data.findings import counted
from recsys_core.figures.synthetic import aspect_chart, aspects_chart, drift_chart, nearest_chart
from recsys_core.runs.cards import DatasetCard
from recsys_core.synthetic.aspects import Aspect, Curve
from recsys_core.synthetic.bias import Drift
from recsys_core.synthetic.copies import Copies
from recsys_core.synthetic.judging import Judgement
from recsys_core.synthetic.quality import Quality

COPIES_SHOWN = 200


def likeness(card: DatasetCard, judgement: Judgement) -> None:
    """Every respect that was measured: all scores in one chart, then the two sides of each."""
    quality, colours = judgement.quality, look()
    draw_chart(
        aspects_chart(quality, colours),
        f"aspects-{card.id}",
        pd.DataFrame([_row(one) for one in quality.aspects]),
        finding=_weakest(quality),
        source=_source(card),
    )
    for start in range(0, len(quality.aspects), 2):
        for cell, aspect in zip(st.columns(2, gap="large"), quality.aspects[start : start + 2], strict=False):
            with cell:
                draw_chart(
                    aspect_chart(aspect, colours),
                    f"{aspect.key}-{card.id}",
                    _sides(aspect),
                    finding=aspect.sentence,
                    source=_source(card),
                )


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


def copies_and_privacy(card: DatasetCard, judgement: Judgement) -> None:
    """What attackers can tell stands first, where it was measured; then copies, with the list."""
    copies, colours = judgement.copies, look()
    st.subheader("Is anybody a copy?", anchor=False)
    draw_chart(
        nearest_chart(copies, colours),
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
        st.markdown(f"**{plain(counted(len(copies.found), 'copy'))}**".replace("copys", "copies"))
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
    for family in dict.fromkeys(drift.family for drift in drifts):
        mine = [drift for drift in drifts if drift.family == family]
        draw_chart(
            drift_chart(mine, colours),
            f"drift-{card.id}-{list(dict.fromkeys(drift.family for drift in drifts)).index(family)}",
            pd.DataFrame([asdict(drift) for drift in mine]),
            finding=_drift_in_words(family, mine),
            source=_source(card),
        )


def _drift_in_words(family: str, drifts: Sequence[Drift]) -> str:
    sure = [drift for drift in drifts if drift.is_certain]
    if not sure:
        return f"{family}: no drift goes beyond chance"
    return f"{family}: {max(sure, key=lambda drift: abs(drift.change)).words}"
