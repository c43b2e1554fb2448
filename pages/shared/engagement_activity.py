"""Who is active, who comes back: measured on a data set or on a log of impressions."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.chart import draw_chart
from pages.shared.choose_zone import choose_zone
from pages.shared.engagement_source import (
    OF_LOG,
    choose_source,
    events_of_source,
    log_card,
    matched_dataset,
    person_days_of,
    sessions_of,
)
from pages.shared.frame import look, plain
from pages.shared.synthetic_mark import SYNTHETIC, badge_and_words
from recsys_core.data.findings import counted
from recsys_core.figures.slices import Model, Slice, slice_chart
from recsys_core.runs.store import default_home

if TYPE_CHECKING:
    from recsys_core.comparing.cutting import Cut
    from recsys_core.engagement.person_days import PersonDays
    from recsys_core.engagement.slices import Slice as Measured
    from recsys_core.statistics.estimates import Estimate

UNIT_NAMES = {"day": "Days", "week": "Weeks", "month": "Months"}


def activity_step() -> None:
    """Active people, where they come from, who comes back, sessions, and all that for slices of people."""
    left, right = st.columns(2)
    with left:
        source = choose_source()
    if source is None:
        choose.empty("There is nothing yet that people did.", "Add a data set", nav.DATA)
        return
    with right:
        zone = choose_zone()
    _mark(source)
    data = person_days_of(source, zone)
    if data.left_out():
        st.warning(plain(data.left_out()))
    _active(source, data)
    _growth(data)
    _retention(data)
    _sessions(source, data)
    _slices(source, data)


def _mark(source: str) -> None:
    """The mark of what was generated."""
    if source.startswith(OF_LOG):
        card = log_card(source.removeprefix(OF_LOG))
        if card.is_synthetic:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.badge(SYNTHETIC, icon=":material/science:", color="violet")
                st.caption(plain(card.about["origin"]), width="content")
        return
    badge_and_words(next(card for card in cache.workspace().datasets() if card.id == source))


def _active(source: str, data: "PersonDays") -> None:
    """How many people a day, in 7 and in 28 days."""
    from recsys_core.engagement import findings
    from recsys_core.engagement.activity import MONTH, WEEK, active, events_a_day, stickiness, window_of
    from recsys_core.figures.engagement_activity import active_people_chart

    found, sticky, events = active(data), stickiness(data), events_a_day(data)
    daily, weekly, monthly = found.means()
    longest, noun = window_of(data), events_of_source(source).noun
    with st.container(horizontal=True, gap="medium"):
        same = "Mean over the same days, all but those that lack days before them or were cut short."
        st.metric("DAU", findings.amount(daily), width="content", help=f"People active on a day. {same}")
        if longest >= WEEK:
            st.metric("WAU", findings.amount(weekly), width="content", help=f"In 7 days, rolling. {same}")
        if longest >= MONTH:
            st.metric("MAU", findings.amount(monthly), width="content", help=f"In 28 days, rolling. {same}")
        if sticky is not None:
            st.metric(
                "Stickiness",
                findings.share(sticky.value),
                width="content",
                help=f"DAU / MAU: mean of the one / mean of the other, {_interval(sticky)} over people.",
            )
        if events is not None:
            st.metric(
                f"{noun.capitalize()}s a day",
                findings.amount(events.value),
                width="content",
                help=f"Of an active person on a day of activity; {_interval(events, 1)} over people.",
            )
    until = found.sure.stop  # the last day may be cut short
    lines = [
        ("a day", found.daily[:until], 0),
        ("7 days", found.weekly[:until], WEEK - 1),
        ("28 days", found.monthly[:until], MONTH - 1),
    ]
    lines = lines[: 1 + (longest >= WEEK) + (longest >= MONTH)]
    chart = active_people_chart(found.days[:until], lines, look())
    draw_chart(
        chart,
        "active-people",
        pd.DataFrame(found.rows()),
        finding=findings.of_active(found, sticky),
        source=_about(data),
    )


def _growth(data: "PersonDays") -> None:
    """Where active people come from, and who is gone."""
    from recsys_core.engagement import findings
    from recsys_core.engagement.activity import growth, usual_unit
    from recsys_core.figures.engagement_activity import growth_chart

    st.subheader("New, back, gone", anchor=False)
    units = {UNIT_NAMES[unit]: unit for unit in dict.fromkeys((usual_unit(data), "day", "week", "month"))}
    unit = units[choose.switch("Periods", "by", list(units))]
    found = growth(data, unit)
    parts = [("returning", found.returning), ("resurrected", found.resurrected), ("new", found.new)]
    draw_chart(
        growth_chart(found.starts, found.whole, parts, found.churned, found.unit, look()),
        "growth",
        pd.DataFrame(found.rows()),
        finding=findings.of_growth(found),
        source=_about(data),
    )
    st.caption(
        f"*Returning*: active in the {unit} before too. *Resurrected*: seen earlier, but not in the {unit} before. "
        f"*New*: first seen in this log, so at its beginning everybody is. *Churned*: active in the {unit} before, and "
        "not in this one."
    )


def _retention(data: "PersonDays") -> None:
    """Who comes back after how many days, and by cohort."""
    from recsys_core.engagement import findings
    from recsys_core.engagement.retention import DAYS, cohort_unit, cohorts, retention
    from recsys_core.figures.engagement_activity import MOST_ROWS, band_of, cohort_map, retention_chart

    st.subheader("Who comes back", anchor=False)
    found = retention(data)
    if not found.on_day.of.any():
        st.info(findings.of_retention(found))
        return
    named = retention(data, DAYS).on_day
    low, high = named.intervals
    with st.container(horizontal=True, gap="medium"):
        for place, day in enumerate(DAYS):
            if named.of[place]:
                st.metric(
                    f"D{day}",
                    findings.share(float(named.values[place])),
                    width="content",
                    help=f"Active exactly {counted(day, 'day')} after the first one: {named.hits[place]:,} of "
                    f"{named.of[place]:,} people who could be watched that long; 95% interval "
                    f"{findings.between(float(low[place]), float(high[place]))}.",
                )
    colours = look()
    bands = [
        band_of(label, colour, found.days, shares.values, *shares.intervals)
        for label, colour, shares in (
            ("on that day", colours.accent, found.on_day),
            ("then or later", colours.popularity, found.or_later),
        )
    ]
    draw_chart(
        retention_chart(bands, colours),
        "retention",
        pd.json_normalize(found.rows()),
        finding=findings.of_retention(found),
        source=_about(data),
    )
    st.caption(
        "Only people who could be watched for so many days count; bands are 95% intervals. *Then or later* is higher, "
        "the longer a log goes on. Days are those of the calendar, not spans of 24 hours."
    )
    groups = cohorts(data, cohort_unit(data))
    shown = slice(-MOST_ROWS, None)
    with st.expander(f"By the {groups.unit} in which people were first seen", key="cohorts"):
        draw_chart(
            cohort_map(groups.starts[shown], groups.sizes[shown], groups.back[shown], groups.unit, colours),
            "cohorts",
            pd.json_normalize(groups.rows()),
            title=f"Share of each cohort that is active so many {groups.unit}s later",
            source=_about(data),
        )
        table = pd.DataFrame({"First seen": groups.starts.astype("M8[D]").astype(str), "People": groups.sizes})
        for day, shares in groups.after.items():
            ends = zip(shares.values.tolist(), *(end.tolist() for end in shares.intervals), shares.of, strict=True)
            table[f"D{day}"] = [
                f"{findings.share(value)} [{findings.between(least, most)}] of {of:,}" if of else "not watched so long"
                for value, least, most, of in ends
            ]
        st.dataframe(table, hide_index=True)


def _sessions(source: str, data: "PersonDays") -> None:
    """How long people stay."""
    from recsys_core.engagement import findings
    from recsys_core.figures.engagement_activity import LENGTH_NAMES, session_chart, session_lengths

    st.subheader("Sessions", anchor=False)
    found = sessions_of(source)
    counts = session_lengths(found.seconds)
    draw_chart(
        session_chart(counts, look()),
        "sessions",
        pd.DataFrame({"minutes": LENGTH_NAMES, "sessions": counts}),
        finding=findings.of_sessions(found),
        source=_about(data),
    )
    st.caption(
        f"A session ends where {found.gap} minutes pass without an event. It is as long as from its first event to its "
        "last: what somebody does after the last one, nobody sees."
    )


def _slices(source: str, data: "PersonDays") -> None:
    """The same figures among slices of people."""
    from recsys_core.comparing.slices import FEWEST
    from recsys_core.engagement.slices import FIGURES

    st.subheader("For whom", anchor=False)
    dataset = source
    columns = st.columns(3 if source.startswith(OF_LOG) else 2)
    if source.startswith(OF_LOG):
        with columns[2]:
            dataset = matched_dataset(log_card(source.removeprefix(OF_LOG))) or ""
    cuts = {cut.key: cut for cut in _cuts(default_home(), source, dataset)}
    if not cuts:
        st.info(f"People are too few, or too alike, to be cut into slices of {FEWEST}.")
        return
    with columns[0]:
        cut = cuts[choose.choose("Cut people by", "cut", list(cuts), lambda key: cuts[key].title)]
    measurable = {key: one for key, one in FIGURES.items() if one.measure(data) is not None}
    with columns[1]:
        figure = measurable[choose.choose("Figure", "figure", list(measurable), lambda key: measurable[key].title)]
    key = next(key for key, one in measurable.items() if one is figure)
    found = _measured(default_home(), source, dataset, data.zone, cut.key)
    whole = figure.measure(data)
    assert whole is not None  # else it could not be chosen
    shown = [Slice(one.name, one.people, _points(one.figures[key])) for one in found]
    chart = slice_chart(
        shown, [Model("everybody", look().accent, whole.value)], f"{figure.title}, 95 % interval", look()
    )
    chart.update_xaxes(tickformat=",.2~f" if key == "events" else ".2~%")
    draw_chart(
        chart,
        "activity-by-slice",
        pd.json_normalize([one.as_json() for one in found]),
        finding=_spread(found, key, figure.title),
        source=_about(data),
    )
    st.caption(plain(f"{cut.meaning} Dotted: everybody. Nothing is said of fewer than {FEWEST} people."))


def _points(estimate: "Estimate | None") -> tuple[tuple[float, float | None, float | None], ...]:
    return () if estimate is None else ((estimate.value, estimate.low, estimate.high),)


def _spread(found: "list[Measured]", key: str, title: str) -> str:
    """From where to where a figure goes."""
    from recsys_core.engagement.findings import amount, share

    told = {one.name: estimate.value for one in found if (estimate := one.figures[key]) is not None}
    if not told:
        return "No slice has people enough to say anything."
    low, high = min(told, key=told.__getitem__), max(told, key=told.__getitem__)
    least, most = ((amount if key == "events" else share)(told[name]) for name in (low, high))
    return f"{title} goes from {least} ({low}) to {most} ({high})."


@st.cache_resource(show_spinner="Cutting people into slices", max_entries=8)
def _cuts(home: Path, source: str, dataset: str) -> "list[Cut]":
    from recsys_core.engagement.slices import attributes_of, people_cuts, rows_in

    events = events_of_source(source)
    if not dataset:
        return people_cuts(pd.DataFrame(index=range(events.n_people)), events.counts())
    known = cache.dataset(dataset)
    ids = cache.log(source.removeprefix(OF_LOG)).user_ids if source.startswith(OF_LOG) else known.user_ids
    return people_cuts(attributes_of(known, rows_in(ids, known.user_ids)), events.counts())


@st.cache_resource(show_spinner="Measuring each slice", max_entries=32)
def _measured(home: Path, source: str, dataset: str, zone: str, key: str) -> "list[Measured]":
    from recsys_core.engagement.slices import slices

    cut = next(cut for cut in _cuts(home, source, dataset) if cut.key == key)
    return slices(person_days_of(source, zone), cut)


def _interval(estimate: "Estimate", digits: int | None = None) -> str:
    """The interval in words; a share unless digits are said."""
    from recsys_core.engagement.findings import between

    if estimate.low is None or estimate.high is None:
        return "no interval for fewer than ten people"
    if digits is None:
        return f"95% interval {between(estimate.low, estimate.high)}"
    return f"95% interval {estimate.low:,.{digits}f} to {estimate.high:,.{digits}f}"


def _about(data: "PersonDays") -> str:
    return f"{len(data.starts):,} people, {data.n_days:,} days of {data.zone}"
