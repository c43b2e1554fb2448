"""Which trials are not worth finishing."""

from collections.abc import Sequence
from statistics import median

from recsys_core.metrics import about
from recsys_core.tuning.trial import Ended, Trial, best_figure

FEWEST_DONE = 4  # earlier trials that must be done before any is measured by them
FIRST_EPOCHS = 3  # in which nobody is judged


def is_hopeless(curve: Sequence[float], earlier: Sequence[Trial], metric: str) -> bool:
    """Whether the best figure so far is worse than the median of what the finished trials had by the same epoch.

    The median stopping rule (Golovin, Solnik, Moitra, Kochanski, Karro and Sculley, Google Vizier, KDD 2017, section
    3.2.2), with best figures in place of running averages: of each training the best epoch is what counts. A trial that
    stopped early keeps its best figure for later epochs.

    Args:
        curve: validation figures of the epochs of a running trial.
        earlier: trials of the same model.
        metric: of all these figures.
    """
    done = [trial for trial in earlier if trial.ended is Ended.DONE]
    if len(curve) < FIRST_EPOCHS or len(done) < FEWEST_DONE:
        return False
    usual = median(best_figure(trial.curve[: len(curve)], metric) for trial in done)
    mine = best_figure(curve, metric)
    return mine < usual if about(metric).higher_is_better else mine > usual
