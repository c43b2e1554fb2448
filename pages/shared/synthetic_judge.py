"""Synthetic data, the second step: is it like the real data, does it copy people, and whom does it favour?"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.shared import choose
from pages.shared.findings_view import findings_list, from_card
from pages.shared.frame import plain
from pages.shared.profile_view import profile_view
from pages.shared.synthetic_chosen import Sources, certain, choose_made
from pages.shared.synthetic_mark import badge_and_words
from recsys_core.runs.cards import DatasetCard
from recsys_core.runs.store import default_home, open_workspace

if TYPE_CHECKING:
    from recsys_core.synthetic.judging import Judgement

COPIES_SHOWN = 200


def judge_step(sources: Sources, source: DatasetCard | None) -> None:
    """The step."""
    card = choose_made(sources, source)
    if card is None:
        return
    badge_and_words(card)
    found = from_card(card.about)
    for finding in found:
        if finding.level == "error":
            st.error(plain(finding.message), icon=":material/warning:")
    judgement = _judgement(default_home(), card.id)
    if judgement is None:
        _without_real(card)
        return
    _head(judgement)
    sections: dict[str, Callable[[], None]] = {
        "Is it like the real data?": lambda: _likeness(card, judgement),
        "Copies and privacy": lambda: _privacy(card, judgement),
        "Bias": lambda: _bias(card, judgement),
        "Where it is from": lambda: origin(card),
    }
    sections[choose.switch("Section", "judged", list(sections))]()


@st.cache_resource(show_spinner=False, max_entries=16)
def _judgement(home: Path, dataset: str) -> "Judgement | None":
    return open_workspace(home).judgement(dataset)


def _without_real(card: DatasetCard) -> None:
    """People who were learned from nobody are only looked at."""
    st.markdown("**There are no real people whom these should be like, so they are only looked at.**")
    profile_view(card)
    origin(card)


def _head(judgement: "Judgement") -> None:
    """The verdict, and the one figure behind it with what it can reach at best."""
    first, *others = judgement.verdict()
    st.subheader(plain(first), anchor=False)
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in others))
    quality = judgement.quality
    with st.container(horizontal=True, gap="medium"):
        st.metric(
            "Likeness",
            f"{quality.score:.2f}",
            width="content",
            help=f"The mean of its {len(quality.aspects)} parts below. 1: alike; 0: it could not be less so.",
        )
        if quality.floor_score is not None:
            st.metric(
                "Two halves of the real people",
                f"{quality.floor_score:.2f}",
                width="content",
                help="The same figure between two random halves of the real people: nothing can be much more alike.",
            )
        st.metric("Copies", f"{judgement.copies.share:.1%}", width="content", help="At most 1 % is asked.")
        st.metric("Drifts beyond chance", f"{len(judgement.bias.certain)}", width="content")


def _likeness(card: DatasetCard, judgement: "Judgement") -> None:
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


def _row(aspect: "Aspect") -> dict[str, object]:
    return {
        "respect": aspect.title,
        "measure": aspect.measure,
        "value": aspect.value,
        "score": aspect.score,
        "between halves of the real people": aspect.floor,
        "their score": aspect.floor_score,
    }


def _weakest(quality: "Quality") -> str:
    worst = min(quality.aspects, key=lambda one: one.score)
    best = max(quality.aspects, key=lambda one: one.score)
    return f"Most alike in {best.title.lower()} ({best.score:.2f}), least in {worst.title.lower()} ({worst.score:.2f})"


def _sides(aspect: "Aspect") -> pd.DataFrame:
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


def _privacy(card: DatasetCard, judgement: "Judgement") -> None:
    """What attackers can tell stands first, where it was measured; then copies, with the list."""
    copies, colours = judgement.copies, look()
    attack_of_generator(card)
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


def _curve(side: str, curve: "Curve") -> pd.DataFrame:
    return pd.DataFrame({"side": side, "at least so near": curve.x, "share of people": curve.y})


def _nearest_in_words(copies: "Copies") -> str:
    than = "nearer to" if copies.median > copies.median_real else "farther from"
    return (
        f"A typical generated person is {than} the next real one than real people are to each other "
        f"({copies.median:.2f} against {copies.median_real:.2f})"
    )


def _bias(card: DatasetCard, judgement: "Judgement") -> None:
    """What became of the concentration on popular items, and of the shares of groups."""
    drifts, colours = judgement.bias.drifts, look()
    st.caption(
        "Before: the real people who were learned from. After: the generated ones. Whether a drift is beyond chance is "
        "told by shuffling who is real and who is generated. How well models serve each group is measured under Worth it?"
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


def _drift_in_words(family: str, drifts: "Sequence[Drift]") -> str:
    sure = [drift for drift in drifts if drift.is_certain]
    if not sure:
        return f"{family}: no drift goes beyond chance"
    return f"{family}: {max(sure, key=lambda drift: abs(drift.change)).words}"


def origin(card: DatasetCard) -> None:
    """Everything that it takes to make it again."""
    made = certain(card)
    rows = {"Generator": made.title, "Learned from": made.learned_name or "nothing", "Seed": str(made.seed)}
    if made.recipe is not None:
        rows["Split whose training events it saw"] = str(made.recipe["key"])
    rows["Privacy"] = "not bounded" if made.epsilon is None else f"differential privacy with ε = {made.epsilon:.2g}"
    for about in (made.knobs, made.settings):
        rows |= {_words(name): _words(value) for name, value in about.items()}
    st.dataframe(pd.DataFrame({"": list(rows), "Value": list(rows.values())}), hide_index=True, height="content")
    notes = [finding for finding in from_card(card.about) if finding.level != "error"]
    if notes:
        findings_list(notes, f"made-{card.id}")


def _words(value: object) -> str:
    if value is None:
        return "as in the data"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")
