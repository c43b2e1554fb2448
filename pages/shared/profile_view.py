"""The profile of a data set on one screen."""

import streamlit as st

from pages.shared import cache
from pages.shared.frame import look, plain
from pages.shared.jobs import draw
from recsys_core.data.profiling.profile import Profile
from recsys_core.data.profiling.words import percent, short
from recsys_core.figures.profile import activity, events_over_time, long_tail, people_over_time, rating_histogram
from recsys_core.figures.theme import Theme
from recsys_core.runs.store import DatasetCard


def profile_view(card: DatasetCard) -> None:
    """What a data set looks like and what that means: figures, sentences, charts, and all figures in a table."""
    profile = cache.profile(card.id)
    _numbers(profile)
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in profile.sentences()))
    figures = _figures(profile, look())
    names = list(figures)
    across = 2 if len(names) == 4 else 3
    for start in range(0, len(names), across):
        row = names[start : start + across]
        for cell, name in zip(st.columns(len(row)), row, strict=True):
            draw(cell, figures[name], f"{name}-{card.id}")
    with st.expander("All figures", key=f"figures-{card.id}"):
        st.dataframe(
            [{"Figure": label, "Value": text} for label, text in profile.table()],
            hide_index=True,
            height="content",
        )


def _numbers(profile: Profile) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.metric("People", f"{profile.users:,}", width="content")
        st.metric("Items", f"{profile.items:,}", width="content")
        st.metric(f"{profile.noun.capitalize()}s", f"{profile.interactions:,}", width="content")
        st.metric(
            "Density",
            percent(profile.density),
            width="content",
            help="Share of all pairs of a person and an item that the data know about: events / (people × items).",
        )
        st.metric(
            f"{profile.noun.capitalize()}s per person",
            f"{profile.per_user.median:,.0f}",
            width="content",
            help="Of a typical person: half of the people have as many or more.",
        )
        if profile.timeline is not None and profile.timeline.days > 1:
            st.metric(
                "People per day",
                short(profile.timeline.active_a_day),
                width="content",
                help="Who has an event on a day (UTC), on average over all days from the first event to the last.",
            )


def _figures(profile: Profile, colours: Theme) -> dict[str, object]:
    """The charts by name, in the order in which they are read."""
    events = f"{profile.noun}s"
    figures: dict[str, object] = {}
    if len(profile.values[0]):
        kind = "rating" if profile.scale is not None else "weight"
        figures["values"] = rating_histogram(*profile.values, colours, profile.value_tops, kind)
    figures["people"] = activity(profile.user_counts, colours, "person", events)
    figures["items"] = activity(profile.item_counts, colours, "item", events)
    figures["long-tail"] = long_tail(profile.item_counts, colours, events)
    line = profile.timeline
    if line is not None:
        when = (line.edges, line.labels)
        figures["events"] = events_over_time(*when, line.events, line.whole, line.unit, colours, events)
        figures["active"] = people_over_time(*when, line.active, line.new, line.whole, line.unit, colours)
    return figures
