"""What figures of activity come to, in sentences."""

import numpy as np

from recsys_core.engagement.activity import Active, Growth
from recsys_core.engagement.retention import Retention
from recsys_core.engagement.sessions import Sessions
from recsys_core.statistics.estimates import Estimate


def amount(number: float) -> str:
    """A mean count: 1,234, 57, 3.4 or 0.75."""
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.2g}"


def share(number: float) -> str:
    """A share in percent, finer where it is small."""
    return f"{100 * number:.0f} %" if number >= 0.0995 or number == 0 else f"{100 * number:.2g} %"


def between(low: float, high: float) -> str:
    """An interval of shares: "17 to 23 %"."""
    return f"{share(low).removesuffix(' %')} to {share(high)}"


def of_active(active: Active, sticky: Estimate | None) -> str:
    """How many people are active, and how often."""
    daily, _, monthly = active.means()
    noun = "person is" if amount(daily) == "1" else "people are"
    start = f"On an average day {amount(daily)} {noun} active"
    if sticky is None:
        return f"{start}."
    interval = "" if sticky.low is None or sticky.high is None else f" ({between(sticky.low, sticky.high)})"
    return f"{start}, and {amount(monthly)} in 28 days: stickiness {share(sticky.value)}{interval}."


def of_growth(growth: Growth) -> str:
    """Where the people of an average period come from; only whole periods after the first count."""
    rows = growth.whole & (np.arange(len(growth.whole)) > 0)
    total = int(growth.active[rows].sum())
    if not total:
        return f"The log has no whole {growth.unit} after its first one to compare."
    old, back, new = (growth.returning, growth.resurrected, growth.new)
    parts = [share(float(count[rows].sum() / total)) for count in (old, back, new)]
    gone = amount(float(growth.churned[rows].mean()))
    return (
        f"In an average {growth.unit} {amount(total / rows.sum())} people are active: {parts[0]} were there the "
        f"{growth.unit} before, {parts[1]} are back after a break, {parts[2]} are new. {gone} of the {growth.unit} "
        "before stay away."
    )


def of_retention(found: Retention, day: int = 7) -> str:
    """How many come back after so many days; after one where the log is too short for that."""
    places = np.flatnonzero((found.days <= day) & (found.on_day.of > 0))
    if not len(places):
        return "The log is too short to see whether anybody comes back."
    place = int(places[-1])
    at = int(found.days[place])
    low, high = (float(end[place]) for end in found.on_day.intervals)
    days = "a day" if at == 1 else f"{at} days"
    return (
        f"{share(float(found.on_day.values[place]))} ({between(low, high)}) are back exactly {days} after their first "
        f"one, {share(float(found.or_later.values[place]))} then or later."
    )


def of_sessions(found: Sessions) -> str:
    """How long sessions are, and how much happens in one."""
    each, minutes = found.events_each(), found.minutes()
    assert each is not None  # there is at least one session
    reach = "" if each.low is None or each.high is None else f" ({amount(each.low)} to {amount(each.high)})"
    start = f"{len(found):,} sessions with {amount(each.value)}{reach} events each"
    if minutes is None:
        return f"{start}, all of a single moment."
    return f"{start}; half of those that have a length last over {amount(minutes)} minutes."
