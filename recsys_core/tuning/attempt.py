"""One trial, from its settings to its figure."""

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from recsys_core.errors import ModelError, StoreError, what_happened
from recsys_core.evaluation import validator
from recsys_core.models import find_model
from recsys_core.splitting import Split
from recsys_core.training.context import Cancelled, EpochEnded, Event, FitContext
from recsys_core.tuning.pruning import is_hopeless
from recsys_core.tuning.trial import Ended, Trial

log = logging.getLogger(__name__)


class _Hopeless(Exception):
    """Unwinds a training that is not worth finishing."""


def attempt(
    trial: Trial,
    parts: Split,
    metric: str,
    earlier: Sequence[Trial],
    context: FitContext,
    tell: Callable[[Trial], None] = lambda _: None,
) -> Trial:
    """Train with the settings of a trial and judge it on the validation events.

    Whatever goes wrong in the model ends the trial and nothing else: it comes back as failed, with the reason.

    Args:
        trial: not begun, or begun and to be continued from the context's checkpoint.
        parts: must hold out validation events.
        metric: the figure.
        earlier: trials of the same model, by which a hopeless one is known.
        context: seed, device, cancel, checkpoints.
        tell: is told of the trial after each epoch.

    Raises:
        Cancelled: somebody asked to stop; the trial has no result.
        StoreError: a checkpoint cannot be written.
    """
    history = context.start_from.progress["history"] if context.start_from else []
    curve = [float(event["validation"]["value"]) for event in history]
    started = time.monotonic() - sum(event["seconds"] for event in history)

    def stands(ended: Ended = Ended.NOT_YET, reason: str = "") -> Trial:
        return replace(trial, ended=ended, curve=tuple(curve), seconds=time.monotonic() - started, reason=reason)

    def on_event(event: Event) -> None:
        context.on_event(event)
        if isinstance(event, EpochEnded) and event.validation is not None:
            know(event.validation.value)
            tell(stands())
            if is_hopeless(curve, earlier, metric):
                raise _Hopeless

    def know(value: float) -> None:
        if not math.isfinite(value):
            raise ModelError(f"{metric} on the validation events is {value}.", code="not-a-number")
        curve.append(value)

    try:
        kind = find_model(trial.model)
        model = kind(kind.Config.parse(trial.settings))
        validate = validator(parts, model, metric)
        model.fit(parts.train, replace(context, validate=validate, on_event=on_event))
        if context.cancel():  # the loop ends quietly where it has a best epoch to keep
            raise Cancelled
        if not curve and validate is not None:
            know(validate(model).value)
    except (Cancelled, StoreError):
        raise
    except _Hopeless:
        return stands(Ended.PRUNED, f"Ended after epoch {len(curve)}: worse than the median of the earlier trials.")
    except Exception as error:
        log.info("Trial %s of %s failed", trial.number, trial.model, exc_info=True)
        return stands(Ended.FAILED, what_happened(error))
    return stands(Ended.DONE)
