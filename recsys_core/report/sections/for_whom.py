"""For which people the best model is good and for which it is not, and how it serves what is new."""

from collections.abc import Iterator, Sequence

import plotly.graph_objects as go

from recsys_core.comparing.cutting import Cut
from recsys_core.comparing.slice_figures import SliceFigures, figures_of, same_people, spread_in_words
from recsys_core.comparing.slices import FEWEST, cuts
from recsys_core.comparing.worst_slice import worst_slice
from recsys_core.figures.slices import Model, Slice, slice_chart
from recsys_core.figures.theme import Theme
from recsys_core.metrics import about
from recsys_core.report.blocks import Block, Bullets, Chart, Heading, Note, Paragraph, Table, table_of, with_interval
from recsys_core.report.facts import Facts
from recsys_core.statistics.estimates import PerUser
from recsys_core.types import Json
from recsys_core.warm_and_cold import FEW_EVENTS, Side

SIDES = {
    Side.NEW_ITEMS: "Items that were never met",
    Side.MET_ITEMS: "Items that were met",
    Side.FEW_EVENTS: f"People with at most {FEW_EVENTS} known events",
    Side.NO_EVENTS: "People of whom nothing is known",
}
PLAIN = "popularity"


def for_whom(facts: Facts) -> Iterator[Block]:
    """The section."""
    figures = facts.workspace.per_user(facts.cards[facts.leader].id)
    if facts.metric in figures:
        yield from _slices(facts)
    else:
        yield Paragraph(f"{facts.label} belongs to all lists together, so it cannot be told for slices of the people.")
    yield Heading("What is new to the models")
    yield from _new(facts)


def _slices(facts: Facts) -> Iterator[Block]:
    """The best model beside the plain one: its slices by the first cut, and the worst slice of all."""
    titles = [title for title, run in facts.cards.items() if run.model == PLAIN and title != facts.leader][:1]
    titles.append(facts.leader)
    parts = same_people([facts.workspace.per_user(facts.cards[title].id)[facts.metric] for title in titles])
    known = cuts(facts.opened.split, parts[0].users)
    if not known:
        yield Paragraph(f"The {len(parts[0].users):,} people who were judged are too few, or too alike, to be cut.")
        return
    yield _chart(facts, known[0], titles, parts)
    yield Note(f"{known[0].meaning} Intervals are over people, each slice by itself. Dotted: everybody.")
    higher = about(facts.metric).higher_is_better
    alone = worst_slice(known, parts[-1:], higher), [facts.leader]
    switch = (worst_slice(known, parts, higher), titles) if len(titles) == 2 else (None, titles)
    yield Heading("Where it is worst")
    yield Bullets(tuple(worst.in_words(facts.label, named) for worst, named in (alone, switch) if worst is not None))
    yield Note(
        "The slices of every cut are looked at, and where that takes no time those of any two cuts together. A slice "
        "counts only where its gap is larger than the largest gap in 95 of 100 shufflings of the people."
    )
    yield every_slice(facts.label, facts.leader, known, parts[-1])


def _chart(facts: Facts, cut: Cut, titles: list[str], parts: Sequence[PerUser]) -> Chart:
    figures = figures_of(cut, parts)

    def draw(look: Theme) -> go.Figure:
        models = [
            Model(title, facts.colour(title, look), part.value()) for title, part in zip(titles, parts, strict=True)
        ]
        shown = [
            Slice(one.name, one.people, tuple((part.value, part.low, part.high) for part in one.values))
            if one.enough
            else Slice(one.name, one.people, ())
            for one in figures
        ]
        return slice_chart(shown, models, f"{facts.label}, 95 % interval", look)

    rows = [
        {"Slice": one.name, "People": f"{one.people:,}"}
        | {title: _words(one, place) for place, title in enumerate(titles)}
        for one in figures
    ]
    return Chart(
        spread_in_words(figures, facts.label, titles),
        f"{facts.label} with 95 % intervals in each slice of the people by {cut.title.lower()}.",
        draw,
        table_of(f"{facts.label} by {cut.title.lower()}", rows),
    )


def _words(one: SliceFigures, place: int) -> str:
    figure = one.values[place]
    return with_interval(figure.value, figure.low, figure.high) if one.enough else "too few to say"


def every_slice(label: str, title: str, known: Sequence[Cut], figures: PerUser) -> Table:
    """The figure of a model in each slice of every cut that has enough people."""
    rows = [
        {"Cut": cut.title, "Slice": one.name, "People": f"{one.people:,}", label: _words(one, 0)}
        for cut in known
        for one in figures_of(cut, [figures])
        if one.enough
    ]
    return table_of(f"{title} in every slice of {FEWEST} people or more", rows, is_folded=True)


def _new(facts: Facts) -> Iterator[Block]:
    """Figures of what models had not met, beside what chance gives."""
    apart = {title: run.about.get("apart", {}) for title, run in facts.cards.items()}
    for side, words in SIDES.items():
        having = {title: parts[side] for title, parts in apart.items() if side in parts}
        having = {title: part for title, part in having.items() if facts.metric in part["metrics"]}
        if having:
            yield _apart(facts, f"{words}: {_how_many(side, next(iter(having.values())))}", having)
    if not any(apart.values()):
        yield Paragraph("No test event was of an item or a person that is new to the models, so nothing is said of it.")


def _how_many(side: Side, part: Json) -> str:
    people = f"{part['people']:,} people judged"
    return f"{part['items']:,} of them, {people}" if side in (Side.NEW_ITEMS, Side.MET_ITEMS) else people


def _apart(facts: Facts, caption: str, having: dict[str, Json]) -> Table:
    rows = []
    for title, part in having.items():
        figure = part["metrics"][facts.metric]
        rows.append(
            {
                "Model": title,
                facts.label: with_interval(figure["value"], figure["low"], figure["high"]),
                "By chance": f"{figure['chance']:.3f}",
            }
        )
    return table_of(caption, rows)
