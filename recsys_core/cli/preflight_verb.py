"""The verb that says what a training will take."""

import argparse
import sys
import time
from typing import TYPE_CHECKING

from recsys_core.cli.train_options import add_train_arguments, train_spec
from recsys_core.cli.verb import Verb, workspace
from recsys_core.types import Json

if TYPE_CHECKING:
    from recsys_core.preflight.forecast import Forecast
    from recsys_core.runs.jobs import TrainSpec


def foretell(spec: "TrainSpec") -> "Forecast":
    """The forecast of a training, measured in this process unless it is known.

    Raises:
        StudioError: it cannot be trained; of memory, the settings are named that would fit.
    """
    from recsys_core.runs.measuring import measure

    return measure(workspace(), spec, time.time())


def told(forecast: "Forecast") -> str:
    """A forecast in one line."""
    import psutil

    return forecast.headline + forecast.detail(psutil.virtual_memory().available)


def _preflight(options: argparse.Namespace) -> tuple[Json, str]:
    print("measuring on this machine", file=sys.stderr)
    forecast = foretell(train_spec(options))
    return forecast.as_json(), told(forecast)


VERBS = (Verb("preflight", "Say what a training will take, from a short pilot.", add_train_arguments, _preflight),)
