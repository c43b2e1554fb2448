"""How sure an estimate from weighted clicks is: an interval that holds where few clicks bear large weights.

A normal interval does not: clicks with large weights are rare, and where none happened to come, both the estimate and
its standard error are too small together (see ``benchmarks/off_policy.py``). Two things mend that. The variance is not
left to the clicks that came: it is joined with what it would be on average over clicks, which all impressions tell,
clicked or not. And the interval has the shape of one for a count.
"""

import numpy as np
from scipy.special import ndtri, stdtrit
from scipy.stats import gamma

from recsys_core.engagement.policy.logged import Logged
from recsys_core.engagement.policy.terms import Terms
from recsys_core.engagement.policy.weighing import Weighed
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL
from recsys_core.types import Float64

SEEN_AS = 50.0  # clicks: what the variance that impressions tell counts beside that of the clicks that came
_FLOOR = 0.1  # added to weights before their logarithm: below it they hardly matter
_STEPS, _SETTLED = 25, 1e-6
_TAIL = 0.025


def click_chances(log: Weighed) -> Float64:
    """Float64[N], how probable a click on each impression was: the model of clicks, times a power of the weight.

    What the new policy prefers may be clicked more than the model of clicks knows, or less; the power is fitted to the
    clicks (Poisson, by Newton's steps, with a standard normal prior). All are scaled so that as much weight is clicked
    as was. Some weight must be clicked.
    """
    x = np.stack([np.ones(len(log)), np.log(log.weights + _FLOOR)], axis=1)
    shown = log.weights > 0
    known, clicks, fitted = x[shown], log.clicks[shown], log.fitted[shown]
    prior = np.array([0.0, 1.0])
    power = np.array([np.log(clicks.sum() / fitted.sum()), 0.0])
    for _ in range(_STEPS):
        mean = fitted * np.exp(known @ power)
        slope = known.T @ (clicks - mean) - prior * power
        step = np.clip(np.linalg.solve((known.T * mean) @ known + np.diag(prior), slope), -1, 1)
        power += step
        if np.abs(step).max() < _SETTLED:
            break
    chances = log.fitted * np.exp(x @ power)
    return np.minimum(chances * (log.weights @ log.clicks) / (log.weights @ chances), 1.0)


def interval(terms: Terms, log: Weighed | Logged, chances: Float64) -> tuple[float, float] | None:
    """The ends of the 95 % interval; None where the estimate is not above 0, or rests on fewer than ten people.

    With the estimate v and its variance s², v² / s² is the number of clicks that would be as sure without any weights;
    and of a count c the ends are quantiles of a gamma distribution of shape c + 1/2 (Jeffreys's interval for a Poisson
    mean; Brown, Cai and DasGupta, "Interval estimation in exponential families", Statistica Sinica 13, 2003).
    Where people repeat, the variance is at least that over people, whose impressions are alike; of few people with the
    factor and the t of so few.
    """
    value, units = terms.value(log.clicks), len(np.unique(log.units))
    if value <= 0 or not log.clicks.any() or units < FEWEST_FOR_INTERVAL:
        return None
    observed, variance = _observed(terms, log, value), _on_average(terms, value, chances)
    if observed > 0:
        count = value**2 / observed
        variance = (count * observed + SEEN_AS * variance) / (count + SEEN_AS)
    if units < len(log.units):
        few = (stdtrit(units - 1, 1 - _TAIL) / ndtri(1 - _TAIL)) ** 2
        variance = max(variance, observed * units / (units - 1) * float(few))
    if variance <= 0:
        return None
    low, high = gamma.ppf([_TAIL, 1 - _TAIL], value**2 / variance + 0.5) * variance / value
    return float(low), float(min(high, max(value, 1.0)))  # no rate is above 1


def _observed(terms: Terms, log: Weighed | Logged, value: float) -> float:
    """The variance over units, of the ratio by linearisation."""
    residuals = terms.fixed + terms.slope * log.clicks - value * terms.whole
    return float((np.bincount(log.units, residuals) ** 2).sum()) / float(terms.whole.sum()) ** 2


def _on_average(terms: Terms, value: float, chances: Float64) -> float:
    """The same for independent impressions, averaged over which are clicked."""
    means = terms.fixed + terms.slope * chances - value * terms.whole
    return float((means**2 + terms.slope**2 * chances * (1 - chances)).sum()) / float(terms.whole.sum()) ** 2
