"""``engage activity``."""

import argparse
from typing import TYPE_CHECKING

from recsys_core.cli.output import Rows, plain, table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError
from recsys_core.types import Json

if TYPE_CHECKING:
    from recsys_core.comparing.cutting import Cut
    from recsys_core.engagement.events import Events
    from recsys_core.engagement.person_days import PersonDays
    from recsys_core.statistics.estimates import Estimate

UNITS = ("day", "week", "month")
MOST_ROWS = 12  # of a table for people


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", nargs="?", help="name or id; with --log whose attributes tell")
    parser.add_argument("--log", metavar="LOG", help="measure on the impressions of this log, by name or id")
    parser.add_argument("--zone", default="UTC", metavar="ZONE", help="the time zone of the days, as Europe/Berlin")
    parser.add_argument("--by", choices=UNITS, help="periods of new, returning and gone people; else what suits")
    parser.add_argument("--gap", type=int, default=30, metavar="MINUTES", help="that end a session; default: 30")
    parser.add_argument("--slice", metavar="KEY", help="the same for slices of people: activity, or an attribute")


def _activity(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.engagement import findings
    from recsys_core.engagement.activity import active, events_a_day, growth, stickiness, usual_unit
    from recsys_core.engagement.person_days import person_days
    from recsys_core.engagement.retention import DAYS, cohort_unit, cohorts, retention
    from recsys_core.engagement.sessions import sessions

    if options.gap < 1:
        raise ConfigError(f"A gap of {options.gap} minutes ends no session.", "Give 1 minute or more.", "gap")
    events, cuts = _source(options)
    data = person_days(events, options.zone)
    found, sticky = active(data), stickiness(data)
    periods, curve = growth(data, options.by or usual_unit(data)), retention(data)
    stays = sessions(events, options.gap)
    sentences = [
        findings.of_active(found, sticky),
        findings.of_growth(periods),
        findings.of_retention(curve),
        findings.of_sessions(stays),
        *filter(None, [data.left_out()]),
    ]
    daily, weekly, monthly = found.means()
    result = {
        "zone": data.zone,
        "people": len(data.starts),
        "days": data.n_days,
        "events_outside": data.outside,
        "dau": daily,
        "wau_7": weekly,
        "mau_28": monthly,
        "stickiness": _estimate(sticky),
        "events_per_active_day": _estimate(events_a_day(data)),
        "by_day": found.rows(),
        "periods": periods.rows(),
        "retention": {f"d{row['day']}": row for row in retention(data, DAYS).rows()},
        "retention_curve": curve.rows(),
        "cohorts": cohorts(data, cohort_unit(data)).rows(),
        "sessions": stays.as_json(),
        "verdict": sentences[0],
    }
    lines = [*map(plain, sentences), table(periods.rows()[-MOST_ROWS:])]
    if options.slice is not None:
        rows, shown = _slices(options.slice, data, cuts)
        result["slices"] = rows
        lines.append(shown)
    return result, "\n".join(lines)


def _source(options: argparse.Namespace) -> "tuple[Events, list[Cut]]":
    """The events, and the ways to cut the people of whom they are."""
    import pandas as pd

    from recsys_core.engagement.events import events_of
    from recsys_core.engagement.slices import attributes_of, people_cuts, rows_in

    if options.dataset is None and options.log is None:
        raise ConfigError("Nothing is said to be measured.", "Name a data set, or a log with --log LOG.", "usage")
    home = workspace()
    dataset = None if options.dataset is None else home.load_dataset(home.find_dataset(options.dataset).id)
    log = None if options.log is None else home.load_log(home.find_log(options.log).id)
    source = log or dataset
    assert source is not None  # one of them was named
    events = events_of(source)
    about = pd.DataFrame(index=range(events.n_people))
    if dataset is not None:
        about = attributes_of(dataset, rows_in(source.user_ids, dataset.user_ids))
    return events, people_cuts(about, events.counts()) if options.slice is not None else []


def _slices(asked: str, data: "PersonDays", cuts: "list[Cut]") -> tuple[Rows, str]:
    """The figures of each slice of the cut that was asked for."""
    from recsys_core.engagement.slices import FIGURES, slices

    known = {cut.key.removeprefix("attribute-"): cut for cut in cuts}
    if asked not in known:
        there = ", ".join(known) or "nothing: they are too few, or too alike"
        raise ConfigError(f"People cannot be cut by {asked!r}.", f"What tells them apart: {there}.", "unknown-slice")
    found = slices(data, known[asked])
    shown: Rows = [
        {
            "slice": one.name,
            "people": one.people,
            **{FIGURES[key].title: _words(estimate) for key, estimate in one.figures.items()},
        }
        for one in found
    ]
    return [one.as_json() for one in found], table(shown)


def _words(estimate: "Estimate | None") -> str:
    if estimate is None:
        return ""
    interval = "" if estimate.low is None else f" [{estimate.low:.3f}, {estimate.high:.3f}]"
    return f"{estimate.value:.3f}{interval}"


def _estimate(found: "Estimate | None") -> Json | None:
    return None if found is None else vars(found)


PART = Verb("activity", "active people, retention and sessions of a data set or a log", _arguments, _activity)
