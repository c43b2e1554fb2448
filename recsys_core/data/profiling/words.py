"""What the figures of a data set mean for training, in words."""

import math
from datetime import UTC, datetime

from recsys_core.data.findings import counted
from recsys_core.data.profiling.measures import FEW, Measures, Spread
from recsys_core.types import Bool, Int64

MOST_REMARKS = 3
_COUNTER_SECONDS = 100_000_000  # until 1973: events that people log are younger, numbered rows lie here

Remark = tuple[float, str]  # the share of the data that it concerns, and the sentence


def sentences(profile: Measures) -> list[str]:
    """The size first, popularity and the times last; between them at most three remarks, each only where it applies:
    what concerns the largest share of the data comes first."""
    remarks = [
        *_cold(profile, profile.item_counts, "items", "expect cold-start trouble"),
        *_cold(profile, profile.user_counts, "people", "their lists will be little more than what is popular"),
        *_concentration(profile),
        *_values(profile),
    ]
    remarks.sort(key=lambda remark: -remark[0])
    found = [sentence for _, sentence in remarks[:MOST_REMARKS]]
    return [_size(profile), *found, *_popularity(profile), _times(profile)]


def table(profile: Measures) -> list[tuple[str, str]]:
    """All figures as label and text."""
    items, people, events = profile.item_counts, profile.user_counts, profile.interactions
    return [
        ("People", f"{profile.users:,}"),
        ("Items", f"{profile.items:,}"),
        (f"{profile.noun.capitalize()}s", f"{events:,}"),
        ("Density", f"{percent(profile.density)} of all pairs of a person and an item"),
        *_value_lines(profile),
        (f"{profile.noun.capitalize()}s of a person", _spread(profile.per_user)),
        (f"{profile.noun.capitalize()}s of an item", _spread(profile.per_item)),
        (f"People with fewer than {FEW}", f"{_part(people < FEW)}, {int((people == 0).sum()):,} of them with none"),
        (f"Items with fewer than {FEW}", f"{_part(items < FEW)}, {int((items == 0).sum()):,} of them with none"),
        ("The most active person has", f"{percent(people[0] / events)} of all {profile.noun}s"),
        ("The most popular item has", f"{percent(items[0] / events)} of all {profile.noun}s"),
        ("The most popular tenth has", f"{percent(profile.top_tenth)} of all {profile.noun}s"),
        ("Gini of the items", f"{profile.gini:.2f}"),
        *_time_lines(profile),
    ]


def percent(share: float) -> str:
    """A share 0..1 for people: two digits, never 0% for something nor 100% for less than all."""
    if 0.99 < share < 1:
        return "over 99%"
    if share >= 0.0995 or share <= 0:
        return f"{share:.0%}"
    digits = f"{100 * share:.{max(1, -1 - math.floor(math.log10(share)))}f}"
    return f"{digits.rstrip('0').rstrip('.')}%"


def _size(profile: Measures) -> str:
    people, items = counted(profile.users, "person"), counted(profile.items, "item")
    start = f"{people} and {items} share {counted(profile.interactions, profile.noun)}"
    if profile.users == 1:
        return f"{start}: there is nobody else to learn from."
    if profile.items == 1:
        return f"{start}: there is nothing to choose from."
    start += f", {percent(profile.density)} of all pairs and {profile.per_user.median:,.0f} for a typical person"
    enough = profile.per_user.median >= 10
    return f"{start}: {'enough to learn tastes from' if enough else 'simple models will be hard to beat'}."


def _cold(profile: Measures, counts: Int64, group: str, meaning: str) -> list[Remark]:
    share, none = float((counts < FEW).mean()), int((counts == 0).sum())
    if share < 0.1:
        return []
    without = f" ({none:,} have none)" if none else ""
    have = f"{percent(share)} of the {group} have fewer than {FEW} {profile.noun}s{without}"
    return [(share, f"{have}: {meaning}.")]


def _concentration(profile: Measures) -> list[Remark]:
    remarks = []
    for counts, who, meaning in (
        (profile.user_counts, "One person", "models will follow that taste more than any other"),
        (profile.item_counts, "One item", "a model that recommends it to everybody will look good"),
    ):
        share = float(counts[0] / profile.interactions)
        if share >= max(0.05, 5 / len(counts)):
            remarks.append((share, f"{who} holds {percent(share)} of all {profile.noun}s: {meaning}."))
    line = profile.timeline
    if line is None:
        return remarks
    start, events = line.busiest_day
    share = events / profile.interactions
    if share >= max(0.1, 5 / line.days_with_events):
        held = f"One day, {_date(start)}, holds {percent(share)} of all {profile.noun}s"
        remarks.append((share, f"{held}: it may be the day of a transfer, not of the choices."))
    if line.outside:
        share = line.outside / profile.interactions
        far = f"{counted(line.outside, profile.noun)} ({percent(share)}) {'lies' if line.outside == 1 else 'lie'}"
        remarks.append((share, f"{far} far from all others in time: check their dates before a split by time."))
    return remarks


def _values(profile: Measures) -> list[Remark]:
    levels, counts = profile.values
    if profile.heaviest is not None and profile.heaviest >= 0.2:
        heavy = f"The heaviest 1% of the events have {percent(profile.heaviest)} of all weight"
        return [(profile.heaviest, f"{heavy}: without a cap or a logarithm they would decide everything.")]
    if profile.raters is None:
        return []
    if len(levels) == 1:
        same = f"All {profile.interactions:,} ratings are {levels[0]:g}"
        return [(1.0, f"{same}: they tell who chose what, not who liked it.")]
    remarks = []
    top, raters = float(counts[-1] / profile.interactions), profile.raters
    if top >= 0.5 and profile.value_tops is None:
        highest = f"{percent(top)} of the ratings are the highest, {levels[-1]:g}"
        remarks.append((top, f"{highest}: a constant guess will be close, so judge models by their lists."))
    if raters.least > 1 and raters.constant >= 0.1:
        always = (
            f"{percent(raters.constant)} of the people with {raters.least} or more ratings always give the same one"
        )
        remarks.append((raters.constant, f"{always}: that does not say what they like."))
    return remarks


def _popularity(profile: Measures) -> list[str]:
    if profile.items == 1:
        return []
    top = max(1, profile.items // 10)
    have = "The most popular item has" if top == 1 else f"The {top:,} most popular items have"
    start = f"{have} {percent(profile.top_tenth)} of all {profile.noun}s (Gini {profile.gini:.2f})"
    if profile.gini >= 0.6:
        return [f"{start}: compare every model with plain popularity."]
    return [f"{start}: popularity alone says little about tastes."]


def _times(profile: Measures) -> str:
    everything = counted(profile.interactions, profile.noun)
    if profile.first is None or profile.last is None or profile.timeline is None:
        return f"No times are known of {everything}: a test cannot imitate the future and will be drawn at random."
    first, last = int(profile.first.timestamp()), int(profile.last.timestamp())
    start, end = _date(first), _date(last)
    if first == last:
        return f"There is only one time, {start}, for {everything}: a split by time is not possible."
    if first >= 0 and last < _COUNTER_SECONDS:
        return f"The times run from {first:,} to {last:,} seconds after 1970 began: numbers rather than dates."
    if start == end:
        return f"{everything} happened on one day, {start}: a test on the future looks hours ahead, not weeks."
    daily = short(profile.timeline.active_a_day)
    active = f"{daily} active {'person' if daily == '1' else 'people'} on an average day"
    return f"{everything} run from {start} to {end}, with {active}: models can be tested on the future."


def _value_lines(profile: Measures) -> list[tuple[str, str]]:
    lines = []
    levels, counts = profile.values
    scale, raters = profile.scale, profile.raters
    if scale is not None:
        lines.append(("Scale", f"{scale.low:g} to {scale.high:g}" + (f" by {scale.step:g}" if scale.step else "")))
    if len(levels):
        peak = int(counts.argmax())
        value = f"{levels[peak]:.4g}" + ("" if profile.value_tops is None else f" to {profile.value_tops[peak]:.4g}")
        label = "Commonest rating" if scale else "Commonest weight"
        lines.append((label, f"{value}, {percent(counts[peak] / profile.interactions)} of all"))
    if raters is not None:
        who = f"of {counted(raters.people, 'person')} with {counted(raters.least, 'rating')} or more"
        middle = f"half of them between {raters.low:.2f} and {raters.high:.2f}"
        lines.append(("Mean rating of a person", f"{raters.median:.2f} in the middle, {middle}"))
        lines.append(("Always the same rating", f"{percent(raters.constant)} {who}"))
    if profile.heaviest is not None:
        lines.append(("The heaviest 1% of events have", f"{percent(profile.heaviest)} of all weight"))
    return lines


def _time_lines(profile: Measures) -> list[tuple[str, str]]:
    line = profile.timeline
    if line is None or profile.first is None or profile.last is None:
        return []
    start, events = line.busiest_day
    return [
        ("First and last", f"{profile.first:%Y-%m-%d %H:%M} to {profile.last:%Y-%m-%d %H:%M} UTC"),
        (f"Days with {profile.noun}s", f"{line.days_with_events:,} of {line.days:,}"),
        ("People active on a day", f"{short(line.active_a_day)} on average"),
        ("Busiest day", f"{_date(start)}, {percent(events / profile.interactions)} of all {profile.noun}s"),
        ("Far from all others in time", counted(line.outside, profile.noun)),
    ]


def _spread(spread: Spread) -> str:
    return f"{spread.least:,} to {spread.most:,}, {spread.median:,.0f} in the middle"


def _part(mask: Bool) -> str:
    return f"{int(mask.sum()):,} ({percent(float(mask.mean()))})"


def short(number: float) -> str:
    """A positive number in about two digits."""
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.2g}"


def _date(seconds: int) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.day} {moment:%B} {moment.year}"
