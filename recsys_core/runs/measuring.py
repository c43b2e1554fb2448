"""The pilot of a training that is described by its spec."""

import time

from recsys_core.errors import AbilityError
from recsys_core.models import find_model
from recsys_core.preflight import memory
from recsys_core.preflight.forecast import Forecast
from recsys_core.preflight.pilot import forecast
from recsys_core.runs.checkpoints import Checkpoints
from recsys_core.runs.files import scratch_folder
from recsys_core.runs.fine_tuning import prepare
from recsys_core.runs.forecasts import Forecasts
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.runs.threads import training_threads
from recsys_core.splitting import split
from recsys_core.training import devices
from recsys_core.training.context import FitContext


def measure(workspace: Workspace, spec: TrainSpec, started: float) -> Forecast:
    """The forecast of a training, measured now in this process unless it is known already; it is kept.

    Args:
        workspace: where the data are.
        spec: the training.
        started: unix seconds, when the time counts from.

    Raises:
        StudioError: the training would fail in the same words.
    """
    forecasts = Forecasts(workspace.database)
    known = forecasts.find(spec)
    if known is not None:
        return known
    if spec.transfer is not None:
        raise AbilityError("What a transfer will take is not foretold.", "Start it: it can be stopped at any time.")
    kind = find_model(spec.model)
    model = kind(kind.Config.parse(spec.settings))
    with training_threads(), scratch_folder(workspace.root / "runs") as folder:
        before = memory.held()
        parts = split(workspace.load_dataset(workspace.find_dataset(spec.dataset).id), spec.split)
        tuning = prepare(workspace, spec.fine_tune, model, parts) if spec.fine_tune else None
        if tuning is not None:
            parts = tuning.parts
        context = FitContext(
            seed=spec.seed,
            device=devices.resolve(spec.device),
            save_checkpoint=Checkpoints(folder).save,
            warm=tuning.warm if tuning else None,
            cache=workspace.content_cache,
        )
        found = forecast(model, parts, context, spec.metric, time.time() - started, before)
    forecasts.keep(spec, found)
    return found
