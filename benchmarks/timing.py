"""What makes seconds comparable: data that suit every model, loops compiled beforehand, and nothing else running."""

import time
from dataclasses import replace

import numpy as np
import psutil

from benchmarks.common import numbered_dataset, pairs
from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.interactions import Interactions
from recsys_core.models import Ability, Recommender
from recsys_core.training.context import FitContext
from recsys_core.types import Feedback


def suited(model: Recommender, name: str, events: Interactions) -> Dataset:
    """The events as a model can learn from them: with made-up ratings or times where it asks for some."""
    if model.info.needs_times:
        events = replace(events, times=np.arange(len(events)))
    if not (model.info.needs_ratings or Ability.RATING in model.abilities):
        return numbered_dataset(name, events, feedback=Feedback.IMPLICIT)
    ratings = (1 + (events.users + events.items) % 5).astype(np.float32)
    rated = replace(events, values=ratings)
    return numbered_dataset(name, rated, feedback=Feedback.EXPLICIT, scale=Scale(1, 5, 1))


def learns_in_epochs(model: Recommender) -> bool:
    return "epochs" in model.Config.model_fields


def one_epoch(model: Recommender) -> Recommender:
    """A fresh model with the same settings that learns for one epoch, if it learns in epochs."""
    settings = model.config.model_dump() | ({"epochs": 1} if learns_in_epochs(model) else {})
    return type(model)(model.Config(**settings))


def compile_loops(model: Recommender) -> float:
    """Let a model like this one learn and answer on next to nothing, once; the seconds that it took.

    Compiled loops are compiled at their first call in a process, and libraries start their threads then.
    """
    started = time.perf_counter()
    users, items = np.divmod(np.arange(0, 64, 3), 8)
    tiny = suited(model, "tiny", pairs(users, items, np.ones(len(users)), 8, 8))
    one_epoch(model).fit(tiny, FitContext()).score(np.arange(8, dtype=np.int32))
    return time.perf_counter() - started


def others_busy(seconds: float = 2.0) -> float:
    """Cores that anything but this process keeps busy just now; 0.0 on a quiet machine."""
    me = psutil.Process()
    before, started = sum(me.cpu_times()[:2]), time.perf_counter()
    busy = psutil.cpu_percent(seconds) / 100 * (psutil.cpu_count() or 1)
    mine = (sum(me.cpu_times()[:2]) - before) / (time.perf_counter() - started)
    return float(max(0.0, busy - mine))
