"""Finished runs as the models of a simulated world."""

from collections.abc import Sequence
from functools import partial

from recsys_core.runs.cards import RunCard
from recsys_core.runs.comparison import require_alike
from recsys_core.runs.store import Workspace
from recsys_core.simulating.world import Loaded, World, make_world


def world_of(workspace: Workspace, runs: Sequence[RunCard]) -> World:
    """The people by whom all these runs were judged, and what each model would show them.

    Raises:
        ConfigError: the runs were not judged alike.
        SplitError, AbilityError: there is nobody to judge a model on.
        StoreError: a run cannot be read.
    """
    require_alike(runs)

    def load(run: str) -> Loaded:
        found = workspace.load_run(run)
        return found.model, found.split

    return make_world({run.id: partial(load, run.id) for run in runs})
