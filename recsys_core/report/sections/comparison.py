"""Figures with intervals, every pair, and what they rest on."""

from collections.abc import Iterator

import plotly.graph_objects as go

from recsys_core.comparing import verdict
from recsys_core.comparing.passports import to_mention
from recsys_core.data.findings import counted
from recsys_core.figures.comparison import Bar, interval_chart
from recsys_core.figures.theme import Theme
from recsys_core.metrics import Group, about, names_in_group
from recsys_core.report.blocks import (
    Block,
    Chart,
    Note,
    Paragraph,
    Table,
    rounded,
    table_of,
    with_interval,
)
from recsys_core.report.facts import Facts
from recsys_core.runs.comparison import missing_baselines, repeated
from recsys_core.statistics.bootstrap import resamples
from recsys_core.statistics.permutation import permutations

USUAL_LENGTH = "10"


def comparison(facts: Facts) -> Iterator[Block]:
    """The section, but for the verdict, which stands on top of the page."""
    found = facts.comparison
    for sentence in (*verdict.baselines(found), _missing(facts), verdict.power(found)):
        if sentence:
            yield Paragraph(sentence)
    yield _chart(facts)
    yield metric_table(facts, Group.ACCURACY, f"Accuracy of lists of {length_of(facts.metric)}")
    if any(about(name).group is Group.RATING for run in facts.runs for name in run.about["metrics"]):
        yield metric_table(facts, Group.RATING, "Errors of predicted ratings")
    if found.pairs:
        yield _pairs(facts)
        yield Note(
            f"Intervals over {resamples(found.people):,} resamples of people, the same ones for all models. p by a "
            f"paired permutation test ({permutations(len(found.pairs)):,} times, two-sided), corrected over all pairs "
            "after Holm (1979). A model beats another one where this p is below 0.05 and the interval lies above zero, "
            "with what training seeds explain added to it as far as they were varied."
        )
    for sentence in (
        *to_mention({title: run.about["passport"] for title, run in facts.cards.items()}),
        verdict.repeated(repeated(facts.runs, facts.metric)),
        _left_out(facts),
    ):
        if sentence:
            yield Note(sentence)


def _missing(facts: Facts) -> str:
    return verdict.missing_baselines(
        [one.model for one in missing_baselines(facts.workspace, facts.runs, facts.metric)]
    )


def _left_out(facts: Facts) -> str:
    titles = dict.fromkeys(run.title for run in facts.runs if facts.metric not in run.about["metrics"])
    return f"Left out, for want of {facts.label}: {', '.join(titles)}." if titles else ""


def _chart(facts: Facts) -> Chart:
    judged = facts.comparison.judged
    has_intervals = judged[0].estimate.low is not None
    axis = f"{facts.label}, 95 % interval over people" if has_intervals else facts.label

    def draw(look: Theme) -> go.Figure:
        bars = [
            Bar(
                one.contender.title,
                one.estimate.value,
                one.estimate.low,
                one.estimate.high,
                facts.colour(one.contender.title, look),
                one.by_seed,
            )
            for one in judged
        ]
        return interval_chart(bars, axis, look)

    rows = [
        {
            "Model": one.contender.title,
            facts.label: with_interval(one.estimate.value, one.estimate.low, one.estimate.high),
            "Training seeds": ", ".join(map(str, one.contender.seeds)),
            "Spread over seeds": None if one.seed_spread is None else f"{one.seed_spread:.4f}",
        }
        for one in judged
    ]
    better = "higher" if about(facts.metric).higher_is_better else "lower"
    return Chart(
        f"{facts.label} of {counted(len(judged), 'model')}: {better} is better",
        f"A point with its 95 % interval for each of {counted(len(judged), 'model')}, the best on top.",
        draw,
        table_of(f"{facts.label} with 95 % intervals over people", rows),
    )


def metric_table(facts: Facts, group: Group, caption: str) -> Table:
    """All models by the metrics of a group, of lists at the length of the chosen metric; best first."""
    measured = {name for run in facts.runs for name in run.about["metrics"]}
    names = names_in_group(measured, group, length_of(facts.metric))
    rows = [
        {"Model": title} | {about(name).title: rounded(facts.value(title, name)) for name in names}
        for title in facts.cards
    ]
    several = any(len(one.contender.runs) > 1 for one in facts.comparison.judged)
    return table_of(f"{caption}; of several seeds, the mean" if several else caption, rows)


def length_of(metric: str) -> str:
    """The list length of a metric, the usual one for those that have none."""
    return metric.partition("@")[2] or USUAL_LENGTH


def _pairs(facts: Facts) -> Table:
    titles = [one.contender.title for one in facts.comparison.judged]
    rows = [
        {
            "Ahead": titles[pair.first],
            "Behind": titles[pair.second],
            f"By, in {facts.label}": with_interval(pair.gain.value, pair.gain.low, pair.gain.high, 4),
            "p after Holm": "< 0.001" if pair.p_holm < 0.001 else f"{pair.p_holm:.3f}",
            "Verdict": "beats it" if pair.is_settled else "a tie over seeds" if pair.holds_over_people else "a tie",
            "Better for": f"{pair.better:.0%}",
            "Worse for": f"{pair.worse:.0%}",
        }
        for pair in facts.comparison.pairs
    ]
    return table_of("Pair by pair, over the same people", rows)
