"""Which settings mattered."""

from collections.abc import Sequence
from dataclasses import replace

from recsys_core.models import find_model
from recsys_core.tuning.proposal import study_of
from recsys_core.tuning.space import fits, space_of
from recsys_core.tuning.trial import Ended, Trial

FEWEST_TRIALS = 10  # of fewer, a forest says nothing


def importance(trials: Sequence[Trial], metric: str) -> dict[str, float]:
    """The share of each setting in how much the figure varied from trial to trial, largest first.

    By functional analysis of variance over a random forest (Hutter, Hoos and Leyton-Brown, An Efficient Approach for
    Assessing Hyperparameter Importance, ICML 2014). Pruned trials count with their best figure.

    Args:
        trials: of one model.
        metric: by which they were judged.

    Returns:
        Shares that sum to 1; nothing where there are too few trials, or all came to the same.
    """
    space = space_of(find_model(trials[0].model)) if trials else ()
    judged = [
        replace(trial, ended=Ended.DONE)
        for trial in trials
        if trial.ended in (Ended.DONE, Ended.PRUNED) and fits(trial.settings, space)
    ]
    if len(judged) < FEWEST_TRIALS or len({trial.value(metric) for trial in judged}) == 1:
        return {}
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    study = study_of(space, judged, metric)
    return get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0))
