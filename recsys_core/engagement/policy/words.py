"""What an estimate says, in a sentence: the same on pages and in the shell."""

import math

from recsys_core.engagement.policy.estimating import PolicyValue
from recsys_core.statistics.estimates import Estimate


def rounded(rate: Estimate) -> str:
    """A rate in as many digits of a percent as its interval supports: 6.8% of 6.27% to 7.34%."""
    return _in_digits(rate.value, _digits(rate))


def with_interval(rate: Estimate) -> str:
    """6.8% (95% interval 6.3% to 7.3%)."""
    if rate.low is None or rate.high is None:
        return rounded(rate)
    low, high = (_in_digits(end, _digits(rate)) for end in (rate.low, rate.high))
    return f"{rounded(rate)} (95% interval {low} to {high})"


def _digits(rate: Estimate) -> int:
    """Behind the point of a percentage: steps of at most a fifth of half the interval."""
    if rate.low is None or rate.high is None or rate.high <= rate.low:
        return 2
    return max(0, -math.floor(math.log10(10 * (rate.high - rate.low))))


def _in_digits(rate: float, digits: int) -> str:
    return f"{100 * rate:.{digits}f}%"


def sentence(title: str, value: PolicyValue, shown: Estimate, truth: Estimate | None = None) -> str:
    """The estimate of lists called ``title`` beside what was measured, or why there is none."""
    rate = value.ctr
    if rate is None:
        return f"No estimate for {title}. {value.refusal}"
    start = f"{title} would get a CTR of {with_interval(rate)}; what was shown got {with_interval(shown)}"
    if truth is None:
        return f"{start}. {_difference(rate, shown)}"
    return f"{start}. What was measured of {title} is {with_interval(truth)}: {_agreement(rate, truth)}"


def _difference(rate: Estimate, shown: Estimate) -> str:
    if _overlap(rate, shown):
        return "The intervals overlap, so which is clicked more cannot be told."
    return f"That is {rate.value / shown.value:.2g} times as much." if shown.value else ""


def _agreement(rate: Estimate, truth: Estimate) -> str:
    return "the intervals overlap." if _overlap(rate, truth) else "the intervals do not overlap."


def _overlap(one: Estimate, other: Estimate) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return True
    return one.low <= other.high and other.low <= one.high


def lead(rates: dict[str, Estimate], shown: Estimate) -> str:
    """Which of several lists would be clicked most, in a sentence; they were judged on the same impressions."""
    best_first = sorted(rates.items(), key=lambda one: -one[1].value)
    (best, rate), others = best_first[0], best_first[1:]
    ties = [name for name, other in others if _overlap(rate, other)]
    beside = f"what was shown got {rounded(shown)}"
    if ties:
        more = f" and {len(ties) - 1} more" if len(ties) > 1 else ""
        return f"{best} would be clicked most, at {rounded(rate)}, but {ties[0]}{more} may be as good; {beside}"
    return f"{best} would be clicked {'most, ' if others else ''}at {rounded(rate)}; {beside}"
