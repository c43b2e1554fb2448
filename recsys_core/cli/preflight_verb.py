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


def told(forecast: "Forecast") -> str:
    """A forecast in one line."""
    import psutil

    return forecast.headline + forecast.detail(psutil.virtual_memory().available)


def _preflight(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.runs.measuring import measure

    print("measuring on this machine", file=sys.stderr)
    forecast = measure(workspace(), train_spec(options), time.time())
    return forecast.as_json(), told(forecast)


VERBS = (Verb("preflight", "Say what a training will take, from a short pilot.", add_train_arguments, _preflight),)
