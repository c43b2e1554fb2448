"""What one estimate of a click-through rate rests on, by each estimator and reach, and how it is made."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.shared import judged
from pages.shared.chart import draw_chart, table_of
from pages.shared.frame import look, plain
from pages.shared.policy_overview import drawn
from pages.shared.progress_bar import progress_bar
from recsys_core.figures.engagement_policy import Reach, rates_chart, reach_chart
from recsys_core.runs.impression_files import LogCard

if TYPE_CHECKING:  # brings torch
    from recsys_core.runs.policies import Judged


def told(title: str, judgement: "Judged") -> None:
    """The sentence, and what the estimate rests on."""
    from recsys_core.engagement.policy.words import sentence

    words = plain(sentence(title, judgement.value, judgement.shown, judgement.truth))
    if judgement.value.refusal:
        st.warning(words, icon=":material/block:")
    else:
        st.markdown(f"**{words}**")
    for caution in judgement.value.cautions:
        st.caption(f":material/warning: {plain(caution)}")
    overlap = judgement.value.overlap
    with st.container(horizontal=True, gap="medium"):
        st.metric(
            "Effective sample",
            f"{overlap.sample:,.0f}",
            f"{overlap.share:.1%} of {overlap.impressions:,}",
            delta_color="off",
            delta_arrow="off",
            width="content",
            help="(Σ w)² / Σ w²: as many impressions of the other lists would tell as much (Kong 1992).",
        )
        st.metric(
            "Effective clicks",
            f"{overlap.effective_clicks:,.0f}",
            f"of {overlap.clicks:,}",
            delta_color="off",
            delta_arrow="off",
            width="content",
            help="The same of clicked impressions. Few of them make intervals wide.",
        )
        st.metric(
            "Mean weight",
            f"{overlap.mean:.2f}",
            f"{overlap.low:.2f} to {overlap.high:.2f}",
            delta_color="off",
            delta_arrow="off",
            width="content",
            help="1 where the propensities are right and nothing is missing in the log; with its 95 % interval.",
        )
        st.metric(
            "Largest weight",
            f"{overlap.largest:,.0f}" if overlap.largest >= 10 else f"{overlap.largest:.1f}",
            f"heaviest 1 %: {overlap.heaviest:.0%} of all",
            delta_color="off",
            delta_arrow="off",
            width="content",
            help="How many times as probable an item is on the other list as it was in the log.",
        )
        st.metric(
            "Never shown",
            f"{overlap.unseen:.1%}",
            width="content",
            help="Share of what the other lists would show that the log never shows at that position.",
        )


def estimators(judgement: "Judged", colour: str) -> None:
    from recsys_core.engagement.policy import OFF_POLICY_ESTIMATORS

    found = judgement.value.estimates
    if not found:
        return
    rates = [drawn(one.short, found[one.key], colour) for one in OFF_POLICY_ESTIMATORS]
    if judgement.truth is not None:
        rates.append(drawn("Measured there", judgement.truth, look().hit))
    draw_chart(
        rates_chart(rates, drawn("", judgement.shown, ""), look()),
        "estimators",
        table_of(rates),
        finding=_agreement(judgement),
    )


def _agreement(judgement: "Judged") -> str:
    """How far the estimators differ that have intervals."""
    from recsys_core.engagement.policy import OFF_POLICY_ESTIMATORS
    from recsys_core.engagement.policy.words import rounded

    found = [judgement.value.estimates[one.key] for one in OFF_POLICY_ESTIMATORS if one.has_interval]
    least, most = (rounded(choose(found, key=lambda one: one.value)) for choose in (min, max))
    return f"All four ways of weighting give {least}" if least == most else f"Ways of weighting give {least} to {most}"


def reaches(run: str, title: str, card: LogCard, colour: str) -> None:
    """What the reach of a slot changes."""
    from recsys_core.engagement.policy.places import SPREADS

    found = []
    with progress_bar() as tell:
        for number, spread in enumerate(SPREADS):
            tell(number / len(SPREADS), f"Judging {title} at a reach of {spread:.0%}")
            found.append((spread, judged.judged_run(run, card, spread)))
    points = [
        Reach(
            spread,
            drawn(title, one.value.ctr, colour) if one.value.ctr else None,
            one.value.overlap.share,
        )
        for spread, one in found
    ]
    table = pd.DataFrame(
        {
            "reach": [one.spread for one in points],
            "ctr": [one.rate.value if one.rate else None for one in points],
            "low": [one.rate.low if one.rate else None for one in points],
            "high": [one.rate.high if one.rate else None for one in points],
            "effective_share": [one.share for one in points],
        }
    )
    draw_chart(
        reach_chart(points, drawn("", found[0][1].shown, ""), look()),
        "reach",
        table,
        finding=f"The choosier the slots, the smaller the sample: {points[0].share:.0%} to {points[-1].share:.0%}",
    )


def explained() -> None:
    from recsys_core.engagement.policy import OFF_POLICY_ESTIMATORS

    with st.expander("How this is estimated"):
        st.markdown(
            "A slot of the log showed an item with a known probability, its propensity. Under other lists the same "
            "item would be shown there with another probability. The quotient is the weight of that impression: what "
            "other lists show more often counts more. What was clicked at one position is taken not to depend on what "
            "stood at the others.\n\n"
            "A model that always shows its best item has weight 0 nearly everywhere, so a log tells nothing about it. "
            "So a slot shows the item at place r of a person's list with a probability that falls with r, "
            "∝ exp(−r / reach). Places and not scores count, so at one reach all models are equally choosy. Items that "
            "are not in the log cannot be judged, and are not on these lists."
        )
        for estimator in OFF_POLICY_ESTIMATORS:
            st.markdown(f"**{plain(estimator.title)}.** {plain(estimator.idea)} *{plain(estimator.paper)}.*")
        st.caption(
            plain(
                "Intervals are over people where the log names them. They take the shape of one for a count, and join "
                "what the clicks say about their variance with what all impressions do. SNIPS is told elsewhere."
            )
        )
