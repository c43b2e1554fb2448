"""Forecasts of trainings that were measured once and are kept."""

import hashlib
import json
import platform
import time
from functools import lru_cache

import psutil

from recsys_core import __version__
from recsys_core.preflight.forecast import Forecast
from recsys_core.runs.database import Database
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.threads import wanted_threads


class Forecasts:
    """All forecasts of a workspace, by what they depend on: data, split, model, settings, threads and machine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, spec: TrainSpec) -> Forecast | None:
        """What was measured for a training like this on this machine, None where nothing was."""
        with self._database.connect() as db:
            row = db.execute("SELECT about FROM forecasts WHERE key = ?", (key(spec),)).fetchone()
        return None if row is None else Forecast.from_json(json.loads(row["about"]))

    def keep(self, spec: TrainSpec, forecast: Forecast) -> None:
        """Remember a forecast; a newer one replaces it."""
        with self._database.connect() as db:
            about = json.dumps(forecast.as_json())
            db.execute("INSERT OR REPLACE INTO forecasts VALUES (?, ?, ?)", (key(spec), time.time(), about))


def key(spec: TrainSpec) -> str:
    """A name for all trainings that take the same: wherever they run, and with which seed, does not matter."""
    from recsys_core.models import find_model

    config = find_model(spec.model).Config.parse(spec.settings).model_dump(mode="json")
    about = spec.model_dump(mode="json", exclude={"settings", "seed", "executor"}) | {"config": config}
    return hashlib.sha256(json.dumps([about, wanted_threads(), _machine()], sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def _machine() -> list[str | int]:
    return [platform.node(), platform.processor(), psutil.virtual_memory().total, __version__]
