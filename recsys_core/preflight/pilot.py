"""A short pilot of a training, and what follows from it."""

from dataclasses import replace

from recsys_core.data.dataset import Dataset
from recsys_core.evaluation import judged_users, validator
from recsys_core.models import Recommender
from recsys_core.preflight import memory
from recsys_core.preflight.clock import now
from recsys_core.preflight.forecast import Forecast
from recsys_core.preflight.judging import judge_part, judge_some
from recsys_core.preflight.parts import learn_parts
from recsys_core.preflight.watch import Learning, watch
from recsys_core.splitting import Split
from recsys_core.training.context import FitContext

WATCHED_SECONDS = 0.7
SHORT = 2.0  # seconds: what is done in so short a time is simply done


def forecast(
    model: Recommender, split: Split, context: FitContext, metric: str | None, reading: float, before: int
) -> Forecast:
    """Time and memory of a training with this split, from a pilot of a few seconds in this process.

    Args:
        model: as it is configured; is left as it is.
        split: what it is to learn from, and what it is to be judged on.
        context: of the training; of its events nobody is told.
        metric: by which the best epoch is to be chosen.
        reading: seconds that were needed to come this far.
        before: bytes that this process held before it read the data.

    Raises:
        ModelError: the data do not fit the model, or the machine's memory.
        SplitError, AbilityError: there is nobody to judge it on.
        Cancelled: ``context.cancel`` asked for it.
    """
    judged_users(model, split.test)
    train, held = split.train, memory.held()
    learner = _for_a_pilot(model)
    context = replace(context, validate=validator(split, learner, metric))
    learning = _learn(learner, train, context)
    if learning.is_whole:
        measuring, more = judge_some(learner, split)
        peak = max(memory.peak(), memory.held() + more)
    else:
        measuring = judge_part(model, train, len(judged_users(model, split.test)))
        peak = max(memory.peak(), held + model.needs(train))
    epochs = model.config.epochs if learning.epoch else 0
    return Forecast(reading, learning.first, epochs, learning.epoch, measuring, peak, peak - before, learning.watched)


def _learn(learner: Recommender, train: Dataset, context: FitContext) -> Learning:
    if not learner.work(train):
        return watch(learner, train, context, WATCHED_SECONDS)
    learner.check(train)
    seconds, watched = learn_parts(learner, train, context)
    if seconds > SHORT:
        return Learning(seconds, 0.0, watched, False)
    started = now()
    learner.fit(train, context)
    return Learning(max(seconds, now() - started), 0.0, watched, True)


def _for_a_pilot(model: Recommender) -> Recommender:
    """The same model, which goes on for two epochs at least, so that the second is seen at work."""
    fields = type(model.config).model_fields
    changes = {"epochs": max(2, model.config.epochs)} if "epochs" in fields else {}
    changes |= {"patience": 1000} if "patience" in fields else {}
    return type(model)(model.config.model_copy(update=changes))
