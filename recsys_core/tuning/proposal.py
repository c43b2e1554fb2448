"""What to try next: a tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl, NIPS 2011)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from recsys_core.metrics import about
from recsys_core.models import find_model
from recsys_core.tuning.space import Choice, Setting, as_it_comes, fits, space_of
from recsys_core.tuning.trial import Ended, Trial

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

AT_RANDOM = 5  # trials before there is something to learn from
DIGITS = 3  # that a number is tried with: people read and keep these settings


def propose(model: str, number: int, earlier: Sequence[Trial], metric: str, seed: int) -> Trial:
    """The next trial of a model; the first one tries its settings as they come.

    The same arguments give the same trial, in whichever process, and whatever was asked before.

    Args:
        model: key of the model.
        number: of the trial.
        earlier: those of the model with smaller numbers, in their order.
        metric: by which they are judged.
        seed: of the search.
    """
    kind = find_model(model)
    if number == 1:
        return Trial(model, number, as_it_comes(kind))
    space = space_of(kind)
    study = study_of(space, earlier, metric, int(np.random.SeedSequence([seed, number]).generate_state(1)[0]))
    values = study.ask({setting.name: _distribution(setting) for setting in space}).params
    return Trial(model, number, {setting.name: _decoded(setting, values[setting.name]) for setting in space})


def study_of(space: Sequence[Setting], trials: Sequence[Trial], metric: str, seed: int = 0) -> "Study":
    """An Optuna study in memory that knows those of the trials that lie in the space."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    direction = "maximize" if about(metric).higher_is_better else "minimize"
    study = optuna.create_study(
        direction=direction, sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=AT_RANDOM)
    )
    study.add_trials([_as_optuna_has_it(space, trial, metric) for trial in trials if fits(trial.settings, space)])
    return study


def _as_optuna_has_it(space: Sequence[Setting], trial: Trial, metric: str) -> "FrozenTrial":
    from optuna.trial import TrialState, create_trial

    states = {Ended.DONE: TrialState.COMPLETE, Ended.PRUNED: TrialState.PRUNED, Ended.FAILED: TrialState.FAIL}
    return create_trial(
        state=states[trial.ended],
        value=trial.value(metric) if trial.ended is Ended.DONE else None,
        params={setting.name: _encoded(setting, trial.settings[setting.name]) for setting in space},
        distributions={setting.name: _distribution(setting) for setting in space},
        intermediate_values=dict(enumerate(trial.curve, start=1)),
    )


def _distribution(setting: Setting) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(setting, Choice):  # by position: Optuna takes no rows of numbers
        return CategoricalDistribution(range(len(setting.options)))
    if setting.is_whole:
        return IntDistribution(int(setting.low), int(setting.high), log=setting.by_ratio)
    return FloatDistribution(setting.low, setting.high, log=setting.by_ratio)


def _encoded(setting: Setting, value: Any) -> Any:
    return setting.options.index(value) if isinstance(setting, Choice) else value


def _decoded(setting: Setting, value: Any) -> Any:
    if isinstance(setting, Choice):
        return setting.options[value]
    return value if setting.is_whole else float(f"{value:.{DIGITS}g}")
