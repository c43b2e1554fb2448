"""How much of a privacy budget is spent, and how much noise keeps to it."""

import warnings
from dataclasses import dataclass, replace

from recsys_core.errors import ConfigError

ORDERS = (1.25, 1.5, 1.75, *range(2, 64), 80, 128, 256, 512, 1024)
MOST_NOISE = 1e4  # times what one person can change
EXACTLY = 1e-3  # of the noise, above what would just do


@dataclass(frozen=True)
class Release:
    """Something that is told of the data with normal noise: the Gaussian mechanism, or steps of DP-SGD.

    Attributes:
        noise: standard deviation of the noise, in units of what one person can change at most.
        share: of the people who take part each time, everybody by a toss of their own.
        times: how often.
    """

    noise: float
    share: float = 1.0
    times: int = 1


def epsilon_of(releases: tuple[Release, ...], delta: float) -> float:
    """ε of all releases together, by Rényi differential privacy (Mironov, CSF 2017; Mironov et al. 2019).

    Neighbouring data sets differ in one person, who is in one of them and not in the other.
    """
    from opacus.accountants.analysis import rdp

    spent = sum(
        rdp.compute_rdp(q=one.share, noise_multiplier=one.noise, steps=one.times, orders=ORDERS) for one in releases
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that another order might have told a smaller ε: any order tells a true one
        epsilon, _ = rdp.get_privacy_spent(orders=ORDERS, rdp=spent, delta=delta)
    return float(epsilon)


def within(epsilon: float, delta: float, releases: tuple[Release, ...]) -> tuple[Release, ...]:
    """The same releases with as much noise as ε needs; what each has now says only how it is shared out among them.

    Raises:
        ConfigError: no noise does.
    """

    def louder(times: float) -> tuple[Release, ...]:
        return tuple(replace(release, noise=release.noise * times) for release in releases)

    low, high = 0.0, 1.0
    while epsilon_of(louder(high), delta) > epsilon:
        low, high = high, 2 * high
        if high > MOST_NOISE:
            raise ConfigError(
                f"No noise keeps to an epsilon of {epsilon:g}.", "Ask for a larger epsilon.", "epsilon-too-small"
            )
    while high - low > EXACTLY * high:
        middle = (low + high) / 2
        low, high = (low, middle) if epsilon_of(louder(middle), delta) <= epsilon else (middle, high)
    return louder(high)
