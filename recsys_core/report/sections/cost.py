"""What each model takes, and whether its quality is worth that."""

from collections.abc import Iterator

import numpy as np
import plotly.graph_objects as go

from recsys_core.comparing.costs import COSTS, finding
from recsys_core.comparing.pareto import on_front
from recsys_core.figures.cost import Priced, pareto_chart
from recsys_core.figures.theme import Theme
from recsys_core.metrics import about
from recsys_core.report.blocks import DASH, Block, Chart, Note, table_of, with_interval
from recsys_core.report.facts import Facts
from recsys_core.statistics.estimates import Estimate

TRAINING = COSTS[0]


def cost(facts: Facts) -> Iterator[Block]:
    """The section. Of several seeds, the first is the one that counts."""
    if all(TRAINING.of(run.about) is not None for run in facts.cards.values()):
        yield _chart(facts)
        yield Note(
            "Up and to the left is better. Steps join the models that no other one beats in both; the paler ones are "
            "beaten by a cheaper one that is at least as good. Small differences may be chance."
        )
    rows = [
        {"Model": title} | {one.label: _amount(one.of(run.about)) for one in COSTS}
        for title, run in facts.cards.items()
    ]
    yield table_of("What each model takes", rows)
    yield Note(" ".join(f"{one.title}: {one.help}" for one in COSTS))


def _chart(facts: Facts) -> Chart:
    figures = {one.contender.title: one.estimate for one in facts.comparison.judged}
    prices = {title: float(TRAINING.of(run.about) or 0.0) for title, run in facts.cards.items()}
    higher = about(facts.metric).higher_is_better
    values = np.array([figure.value for figure in figures.values()])
    worth = on_front(np.array(list(prices.values())), values, higher).tolist()

    def draw(look: Theme) -> go.Figure:
        models = [
            Priced(
                title,
                facts.colour(title, look),
                prices[title],
                TRAINING.words(prices[title]),
                *_ends(figures[title]),
                is_worth,
            )
            for title, is_worth in zip(prices, worth, strict=True)
        ]
        return pareto_chart(models, TRAINING.label, facts.label, higher, look)

    return Chart(
        f"{finding(TRAINING, facts.metric, [(title, prices[title], figures[title]) for title in prices])}.",
        f"{facts.label} of each model over the seconds of its training.",
        draw,
        table_of(
            f"{facts.label} and seconds of training",
            [
                {
                    "Model": title,
                    facts.label: with_interval(*_ends(figures[title])),
                    TRAINING.label: _amount(prices[title]),
                    "Worth it": "yes" if is_worth else "no",
                }
                for title, is_worth in zip(prices, worth, strict=True)
            ],
        ),
    )


def _ends(figure: Estimate) -> tuple[float, float | None, float | None]:
    return figure.value, figure.low, figure.high


def _amount(value: float | None) -> str:
    return DASH if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
