"""Intervals that hold at every moment, so that one may look while figures come in and stop when one likes."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaln

from recsys_core.types import Float64

_EDGE = 1e-12  # from 0 and 1, where logarithms end


def anytime_share(hits: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Ends of a confidence sequence for a share: with the given probability it holds the truth at all n at once.

    A mixture over all shares, evenly: after s of n, exclude each p with

        B(1 + s, 1 + n - s) / (p^s (1 - p)^(n - s)) >= 1 / (1 - level)

    which, if p is true, is a martingale that begins at 1 (Ville 1939; Robbins, "Statistical methods related to the law
    of the iterated logarithm", Ann. Math. Stat. 41, 1970).

    Args:
        hits: s, out of n = ``of``.
        level: above 0 and below 1.

    Returns:
        The ends; 0 and 1 before anything came in.

    Raises:
        ValueError: hits are not 0 to ``of``.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of}")
    if of == 0:
        return 0.0, 1.0
    misses = of - hits
    against = float(betaln(1 + hits, 1 + misses)) + math.log(1 - level)

    def excess(share: float) -> float:
        return against - hits * math.log(share) - misses * math.log1p(-share)

    best = min(max(hits / of, _EDGE), 1 - _EDGE)
    low = 0.0 if hits == 0 else float(brentq(excess, _EDGE, best, xtol=1e-15)) if excess(_EDGE) > 0 else 0.0
    high = 1.0 if misses == 0 else float(brentq(excess, best, 1 - _EDGE, xtol=1e-15)) if excess(1 - _EDGE) > 0 else 1.0
    return low, high


def anytime_reach(errors: Float64, typical: float, level: float = 0.95) -> Float64:
    """How far a confidence sequence reaches to either side of an estimate, at each of several looks.

    For estimates that are normal with these standard errors, as means over many people are: a mixture over all truths,
    normal with the standard deviation τ, which gives, with the standard error s (Robbins 1970; Johari, Pekelis and
    Walsh, "Always valid inference", Operations Research 70, 2022; Waudby-Smith et al., "Time-uniform central limit
    theory and asymptotic confidence sequences", Annals of Statistics 52, 2024)

        s √((1 + s²/τ²) (log(1 + τ²/s²) + 2 log(1 / (1 - level))))

    That is exact where what comes in later is independent of what came before. Where it is like what came before, as
    clicks of the same people are, looks agree more, so that it errs less often (Slepian, Bell System Technical Journal
    41, 1962).

    Args:
        errors: above 0, standard errors.
        typical: τ, above 0: a difference as one expects. It decides at which errors the reach is smallest, about
            τ / 3, never whether the interval holds; so it must not follow from the outcome.
        level: above 0 and below 1.
    """
    odds = (errors / typical) ** 2
    return errors * np.sqrt((1 + odds) * (np.log1p(1 / odds) - 2 * math.log(1 - level)))
