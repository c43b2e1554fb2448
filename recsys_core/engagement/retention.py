"""Who comes back: shares of people who are active again k days after their first day, all together and by cohort."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recsys_core.engagement.days import Unit, isoformat, period_of, start_of
from recsys_core.engagement.person_days import PersonDays
from recsys_core.statistics.shares import Shares
from recsys_core.types import Int64, Json

DAYS = (1, 7, 30)
FARTHEST = 90  # days after the first that the curve goes to
MOST_COHORTS = 30


@dataclass(frozen=True)
class Retention:
    """People who came back, k days after the first day that they were seen on.

    Only those count whose k-th day lies in the log: their number is the denominator. A first day is the first in this
    log; who was there before it began is taken for new.

    Attributes:
        days: Int64[K], k.
        on_day: active on exactly that day, as D7 mostly means ("classic").
        or_later: on that day or any later one of the log ("unbounded"): higher, the longer a log goes on.
    """

    days: Int64
    on_day: Shares
    or_later: Shares

    def rows(self) -> list[Json]:
        return [
            {"day": day, "on_day": exact, "on_day_or_later": later}
            for day, exact, later in zip(self.days.tolist(), self.on_day.rows(), self.or_later.rows(), strict=True)
        ]


def retention(data: PersonDays, days: Sequence[int] | None = None) -> Retention:
    """Shares of people who came back.

    Args:
        data: who was active when.
        days: after the first one; 1, 2 ... 90, as far as the log goes, unless said otherwise.
    """
    if days is None:
        days = range(1, min(FARTHEST, max(data.last_whole - data.first, 1)) + 1)
    after = np.array(list(days), dtype=np.int64)
    firsts = np.sort(data.days[data.starts])
    watched = np.searchsorted(firsts, data.last_whole - after, side="right")
    ages = np.where(data.days <= data.last_whole, data.ages, 0)
    lasts = np.maximum.reduceat(ages, data.starts) if len(ages) else ages
    exact, until = (np.bincount(some, minlength=int(after.max()) + 1) for some in (ages, lasts))
    later = np.cumsum(until[::-1])[::-1]
    return Retention(after, Shares(exact[after], watched), Shares(later[after], watched))


@dataclass(frozen=True)
class Cohorts:
    """People by the period in which they were first seen.

    Attributes:
        starts: Int64[C], the first day of each cohort's period.
        sizes: Int64[C], people.
        back: Int64[C, J], how many of a cohort were active j periods later; -1 where the log had ended by then.
        after: for 1, 7 and 30 days, the shares of each cohort that came back on that day.
    """

    unit: Unit
    starts: Int64
    sizes: Int64
    back: Int64
    after: dict[int, Shares]

    @cached_property
    def shares(self) -> Shares:
        """Of the cells of ``back`` that are known, row by row."""
        rows, columns = np.nonzero(self.back >= 0)
        return Shares(self.back[rows, columns], self.sizes[rows])

    def rows(self) -> list[Json]:
        named = {f"d{k}": shares.rows() for k, shares in self.after.items()}
        return [
            {
                "cohort": start,
                "people": size,
                f"active_{self.unit}s_later": [count for count in back if count >= 0],
                **{name: rows[place] for name, rows in named.items()},
            }
            for place, (start, size, back) in enumerate(
                zip(isoformat(self.starts), self.sizes.tolist(), self.back.tolist(), strict=True)
            )
        ]


def cohort_unit(data: PersonDays) -> Unit:
    """The shortest period of which the log has at most 30; months for long ones."""
    return "day" if data.n_days <= MOST_COHORTS else "week" if data.n_days <= 7 * MOST_COHORTS else "month"


def cohorts(data: PersonDays, unit: Unit) -> Cohorts:
    """How many of those who were first seen in a period were active in each later one; cohorts of nobody are left out.

    The last period counts only where the log covers it.
    """
    ends = period_of(np.array([data.first, data.last]), unit)
    first, n = int(ends[0]), int(ends[1] - ends[0]) + 1
    firsts = data.days[data.starts]
    born = period_of(firsts, unit) - first
    cohort = np.repeat(born, np.diff(np.append(data.starts, len(data))))
    later = period_of(data.days, unit) - first - cohort
    pairs = np.unique((data.people * n + cohort) * n + later) % n**2
    met = np.bincount(pairs, minlength=n**2).reshape(n, n)
    known = n - int(start_of(ends[1:] + 1, unit)[0] - 1 > data.last_whole)
    met[np.add.outer(np.arange(n), np.arange(n)) >= known] = -1
    sizes = np.bincount(born, minlength=n)
    some = sizes > 0
    after = {
        k: Shares(
            np.bincount(cohort[(data.ages == k) & (data.days <= data.last_whole)], minlength=n)[some],
            np.bincount(born[firsts <= data.last_whole - k], minlength=n)[some],
        )
        for k in DAYS
    }
    return Cohorts(unit, start_of(first + np.flatnonzero(some), unit), sizes[some], met[some, 1:], after)
