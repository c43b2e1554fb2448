"""The slides of a story, in their order. Each says its finding in large letters, and shows what it rests on."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go
import streamlit as st

from pages.shared.cards import Card, html, listed
from pages.shared.compared import colour_of
from pages.shared.explain_change import moved_row, outcome
from pages.shared.explain_parts import chart as parts_chart
from pages.shared.frame import look, plain
from pages.shared.present_story import (
    NDCG,
    RMSE,
    Crossed,
    Story,
    answer_of,
    asked_of,
    brings_of,
    comparison_of,
    crossed_out,
    profile_of,
)
from pages.shared.synthetic_mark import made_of, name_of_data
from recsys_core.comparing import verdict
from recsys_core.comparing.comparison import Judged
from recsys_core.data.findings import counted
from recsys_core.data.profiling.words import percent
from recsys_core.errors import DataError
from recsys_core.explain.explainers import OTHERS
from recsys_core.explain.explanation import Explanation, Kind
from recsys_core.explain.sentence import is_nothing
from recsys_core.figures.comparison import Bar, interval_chart
from recsys_core.figures.in_a_room import in_a_room
from recsys_core.figures.profile import long_tail
from recsys_core.metrics import metric_label
from recsys_core.models import COMPOSED, MODELS
from recsys_core.runs.presenting import K

TALL = 430  # pixels of a chart
PARTS, MET, REASONS = 6, 5, 2  # parts of an explanation, things of a history, reasons beside a sentence
LONGEST = 46  # letters of a title inside a sentence
MEANS = {
    NDCG: "NDCG@10 counts the held-out items among the first ten of a list, those higher up more: 0 for none, 1 for "
    "the best list there can be.",
    RMSE: "RMSE says by how much predicted ratings are off, large errors counting most; lower is better.",
}
LEAVES = '<span class="ft-move ft-down">leaves</span>'


@dataclass(frozen=True)
class Slide:
    """A step of the story.

    Attributes:
        name: of its dot.
        draw: shows it.
        rests: works out what it shows, which is kept.
    """

    name: str
    draw: Callable[[Story], None]
    rests: Callable[[Story], object]


def _say(story: Story, topic: str, finding: str, words: str = "") -> None:
    """What the slide is about, its finding, and what goes with it. All may hold text from outside."""
    of = f"{story.card.title} on {name_of_data(story.card)}"
    st.html(f'<p class="ft-kicker">{escape(topic)} <span>{escape(of)}</span></p>')
    st.title(plain(finding), anchor=False)
    if words:
        st.html(f'<p class="ft-aside">{escape(words)}</p>')


def _headed(words: str, below: str) -> None:
    """A part of a slide, as HTML."""
    st.html(f'<h2 class="ft-of-slide">{words}</h2>{below}')


def _draw(figure: go.Figure, name: str, height: int, says: str) -> None:
    st.plotly_chart(
        in_a_room(figure, height), theme=None, key=f"slide-{name}", config={"displayModeBar": False}, alt=says
    )


# 1


def data(story: Story) -> None:
    """How much is known, and how unevenly."""
    found, made = profile_of(story), made_of(story.card)
    events, pairs = f"{found.noun}s", found.users * found.items
    origin = story.run.split.dataset.origin
    _say(
        story,
        "The data",
        f"{percent(found.density)} of all pairs of a person and an item are known",
        f"A recommender has to guess the other {pairs - found.interactions:,}. {made.words if made else origin}",
    )
    left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
    with left:
        figures = (("people", found.users), ("items", found.items), (events, found.interactions))
        shown = "".join(f"<div><b>{number:,}</b><span>{escape(name)}</span></div>" for name, number in figures)
        st.html(f'<section class="ft-numbers">{shown}</section>')
    with right:
        chart = long_tail(found.item_counts, look(), events)
        finding = str(chart.layout.title.text)
        _headed(finding, "")
        _draw(chart, "data", TALL, finding)


# 2


def model(story: Story) -> None:
    """What it is, and whether it beats the plain ones."""
    found = comparison_of(story)
    lines = verdict.sentences(found)
    if story.card.id not in found.judged[0].contender.runs:  # then the verdict begins with another model
        lines = [*verdict.baselines(found), *lines]
    _say(story, "The model", lines[0], " ".join(lines[1:]))
    info = next(kind.info for kind in (*MODELS, *COMPOSED) if kind.info.key == story.card.model)
    held_out = story.card.about["passport"]["split"]["test"]
    left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
    with left:
        _headed("The idea", f'<p class="ft-told">{escape(info.idea)}</p>')
        _headed(
            "How it was judged",
            f'<p class="ft-told">{held_out:,} events of {found.people:,} people were held out; no model saw them.</p>'
            f'<p class="ft-small">{escape(MEANS[found.metric])}</p>',
        )
    with right:
        bars = [_bar(one) for one in found.judged]
        axis = f"{metric_label(found.metric)}, 95 % interval over people"
        _draw(interval_chart(bars, axis, look()), "model", 120 + 90 * len(bars), lines[0])


def _bar(one: Judged) -> Bar:
    figure = one.estimate
    return Bar(one.contender.title, figure.value, figure.low, figure.high, colour_of(one.contender.model))


# 3


def person(story: Story) -> None:
    """What somebody did, and what they would be shown."""
    dataset, title, who = story.run.split.dataset, story.run.model.title, story.person
    held_out = story.held_out
    if not story.shown:
        _say(story, "This person", f"There is nothing left to show: {who} knows every item")
        return
    hits, shown = sum(item in held_out for item, _ in story.shown), len(story.shown)
    finding = f"What {title} would show {who}"
    if held_out:
        chosen = "is one that they" if hits == 1 else "are ones that they"
        finding = f"{hits} of the {shown} items that {title} would show {who} {chosen} really chose next"
    _say(story, "This person", finding, _why_this_person(story))
    left, right = st.columns([1, 3], gap="large")
    items, values = story.run.split.test.known.row(story.user)
    best_first = sorted(range(len(items)), key=lambda at: (-values[at], -at))[:MET]
    rated = dataset.scale is not None
    with left:
        met = [Card(int(items[at]), note=f"★ {values[at]:g}" if rated else "") for at in best_first]
        _headed("What they liked" if rated else "What they met", html(dataset, met, compact=True))
    with right:
        cards = [Card(item, rank, hit=item in held_out) for rank, (item, _) in enumerate(story.shown, 1)]
        _headed("What they would be shown", f'<div class="ft-ten">{html(dataset, cards)}</div>')


def _why_this_person(story: Story) -> str:
    """How they stand to the others."""
    typical = story.typical
    if typical is None:
        return ""
    average = f"On average it is {typical.mean_hits:.1f} of {K}."
    if typical.user != story.user:
        return average
    known = counted(typical.known, "event")
    return (
        f"{average} Taken for being usual: {known} known of them, and {typical.median_known:,.0f} of the median person."
    )


# 4


def why(story: Story) -> None:
    """Why the first item is the first."""
    try:
        answered = answer_of(story)
    except DataError as error:  # nothing is known of the person
        _say(story, "Why", error.message)
        return
    if answered is None:
        _say(story, "Why", _cannot_be_asked(story))
        return
    wish, answer = answered
    dataset, item = story.run.split.dataset, wish.question.item
    _say(story, f"Why {_short(dataset.title(item))}?", answer.words)
    left, right = st.columns([1, 3], gap="large", vertical_alignment="center")
    with left:
        _headed("Recommended", html(dataset, [Card(item, 1)], compact=True))
        if reasons := _reasons(story, answer.found):
            _headed("Because of", html(dataset, reasons, compact=True))
    with right:
        if not is_nothing(answer.found):
            _draw(parts_chart(answer.found, PARTS), "why", TALL + 60, answer.words)


def _reasons(story: Story, found: Explanation) -> list[Card]:
    """The strongest things of the history that speak for the item."""
    positions = story.run.split.dataset.item_ids.positions
    parts = [part for part in found.parts if part.kind is Kind.HISTORY and part.key != OTHERS and part.value > 0]
    return [] if is_nothing(found) else [Card(positions[part.key]) for part in parts[:REASONS]]


def _cannot_be_asked(story: Story) -> str:
    if not story.shown:
        return "There is nothing to explain, as there is nothing to recommend"
    return f"{story.run.model.title} only knows the people it met: it cannot be asked what it would say without a part"


# 5


def what_if(story: Story) -> None:
    """The list without one thing that the person did."""
    try:
        crossed = crossed_out(story)
    except DataError as error:  # nothing is known of the person
        _say(story, "What if", error.message)
        return
    if crossed is None:
        _say(story, "What if", _cannot_be_asked(story))
        return
    dataset, own = story.run.split.dataset, story.shown[0][0]
    title = _short(dataset.title(crossed.item))
    words = outcome(asked_of(story), crossed.found, [crossed.event])
    _say(story, "What if", f"Without {title}: {words}", f"{_tried(story, crossed)} {_told_anew(story, crossed)}")
    left, right = st.columns(2, gap="large")
    after = [move for move in crossed.found if move.after is not None]
    stay = {move.item for move in after}
    with left:
        rows = [
            listed(dataset, item, str(rank), "" if item in stay else LEAVES, item == own)
            for rank, item in enumerate(crossed.before, 1)
        ]
        _headed("The list", f'<div class="ft-moves">{"".join(rows)}</div>')
    with right:
        rows = [moved_row(dataset, move, own, True) for move in after]
        _headed(f"Without <s>{escape(title)}</s>", f'<div class="ft-moves">{"".join(rows)}</div>')


def _tried(story: Story, crossed: Crossed) -> str:
    events = len(asked_of(story).question.history.items)
    which = f"all {events:,}" if crossed.tried == events else f"the {crossed.tried} that weigh most of {events:,}"
    return f"Of {which} things that {story.person} did, this one moves the list most."


def _told_anew(story: Story, crossed: Crossed) -> str:
    """How the list stands to that of the person's slide, which may rest on a vector learned in training."""
    common = len({item for item, _ in story.shown} & set(crossed.before))
    if common == len(crossed.before):
        return ""
    return (
        f"To cross something out, the model is told of them anew; {common} of these {len(crossed.before)} stand in the "
        "list shown before, which rests on what it learned of them in training."
    )


# 6


def what_it_brings(story: Story) -> None:
    """How much of what people are shown is what they want."""
    found = brings_of(story)
    _say(story, "What it may bring", found.finding, found.words)
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        chart = interval_chart(found.bars, found.axis, look(), found.digits)
        _draw(chart, "brings", 140 + 110 * len(found.bars), found.finding)
    with right:
        told = "".join(f'<p class="ft-told">{escape(words)}</p>' for words in found.told)
        _headed(escape(found.how), f'{told}<p class="ft-small">{escape(found.terms)}</p>')


def _short(title: str) -> str:
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…"


SLIDES = (
    Slide("Data", data, profile_of),
    Slide("Model", model, comparison_of),
    Slide("Person", person, lambda story: story.shown),
    Slide("Why", why, answer_of),
    Slide("What if", what_if, crossed_out),
    Slide("What it brings", what_it_brings, brings_of),
)
