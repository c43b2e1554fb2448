"""A fine-tuning as a job: resumed to the same bits, and independent of the run that it went on from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recsys_core.errors import SplitError, StoreError
from recsys_core.runs.before_after import roles_elsewhere
from recsys_core.runs.jobs import FineTune, Job, Jobs, TrainSpec
from recsys_core.runs.line_up import line_up
from recsys_core.runs.reproduce import reproduce
from recsys_core.runs.standing import standing
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import TEST, TRAIN, VALID, SplitRecipe
from recsys_core.training import loop
from recsys_core.training.warm_start import Part
from tests import worlds
from tests.runs.builders import interrupted_and_resumed, keep, scores

RATES = {Part.ITEMS: 0.5, Part.PEOPLE: 0.0}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Early events, and all of them."""
    made = Workspace(tmp_path / "home")
    whole = replace(worlds.planted_ratings(np.random.default_rng(1), 30, 20).dataset, name="whole")
    times = whole.interactions.times
    early = whole.interactions.take(times <= np.quantile(times, 0.8))
    for dataset in (replace(whole.with_interactions(early), name="early"), whole):
        keep(made, dataset)
    return made


def wanted(workspace: Workspace, dataset: str, **changes) -> TrainSpec:
    settings = {"epochs": 4, "embedding_size": 4, "patience": 9}
    return TrainSpec(dataset=workspace.find_dataset(dataset).id, **({"model": "gmf", "settings": settings} | changes))


def done(workspace: Workspace, job: Job, listener=None) -> str:
    """The run that a job comes to."""
    jobs = Jobs(workspace.database)
    run_job(workspace, jobs, job, listener)
    run = jobs.find(job.id).run
    assert run is not None
    return run


def train(workspace: Workspace, dataset: str, **changes) -> str:
    return done(workspace, Jobs(workspace.database).begin(wanted(workspace, dataset, **changes)))


def test_an_interrupted_fine_tuning_ends_in_the_same_bits(workspace, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    source = train(workspace, "early")
    tuning = FineTune(run=source, rates=RATES)
    whole = train(workspace, "whole", fine_tune=tuning)
    job = Jobs(workspace.database).begin(wanted(workspace, "whole", fine_tune=tuning))
    resumed, epochs = interrupted_and_resumed(workspace, job, after=3)
    assert epochs[0] > 1
    assert np.array_equal(scores(workspace, resumed.id), scores(workspace, whole))
    assert resumed.about["fine_tune"] == workspace.find_run(whole).about["fine_tune"]


def test_a_run_that_is_gone_is_said_in_words(workspace):
    source = train(workspace, "early")
    workspace.delete_run(source)
    with pytest.raises(StoreError, match="There is no run"):
        train(workspace, "whole", fine_tune=FineTune(run=source))


def test_a_split_that_holds_out_only_what_the_run_has_learned_from_is_refused(workspace):
    """The last fold is of other people; these the run has learned from with all they did."""
    source = train(workspace, "early", split=SplitRecipe(key="user-folds", fold=1))
    with pytest.raises(SplitError, match=r"has learned from all \d+ events that this split would judge it by"):
        train(workspace, "early", split=SplitRecipe(key="user-folds", fold=2), fine_tune=FineTune(run=source))


def test_the_line_up_trains_from_scratch_what_was_only_fine_tuned(workspace):
    settings = {"epochs": 2}
    source = train(workspace, "early", model="mf", settings=settings)
    train(workspace, "whole", model="mf", settings={}, fine_tune=FineTune(run=source))
    card = workspace.find_dataset("whole")
    found = line_up(workspace, Jobs(workspace.database), card.id, SplitRecipe())
    assert "mf" in [spec.model for spec in found.specs]


RANDOM = SplitRecipe(key="random")


def test_what_the_first_run_of_a_row_learned_from_never_judges_the_last(workspace):
    """The second run is not shown the early events, but its weights come from them."""
    first = train(workspace, "early")
    whole = workspace.load_dataset(workspace.find_dataset("whole").id)
    times = whole.interactions.times
    late = whole.interactions.take(times > np.quantile(times, 0.5))
    keep(workspace, replace(whole.with_interactions(late), name="late"))
    second = train(workspace, "late", fine_tune=FineTune(run=first))
    third = train(workspace, "whole", split=RANDOM, fine_tune=FineTune(run=second))
    seen = roles_elsewhere(workspace.load_run(third).split, workspace.load_run(first).split)
    held_out = workspace.load_run(third).split.roles == TEST
    assert held_out.any()
    assert not np.isin(seen[held_out], (TRAIN, VALID)).any()
    workspace.delete_run(first)
    with pytest.raises(StoreError, match=f"nobody can tell what {second} has learned from"):
        train(workspace, "whole", split=RANDOM, fine_tune=FineTune(run=second))
    # The third one was shown all that the others had learned from, so that it can speak for them.
    workspace.delete_run(second)
    train(workspace, "whole", split=RANDOM, fine_tune=FineTune(run=third))


def test_popularity_on_a_split_of_which_events_were_taken_back_is_not_made_again(workspace):
    source = train(workspace, "whole")
    run = workspace.find_run(train(workspace, "whole", split=RANDOM, fine_tune=FineTune(run=source)))
    assert run.about["fine_tune"]["moved"]
    beside = next(
        one for one in workspace.runs() if one.model == "popularity" and one.split_fingerprint == run.split_fingerprint
    )
    with pytest.raises(StoreError, match="Do the fine-tuning again"):
        reproduce(workspace, beside)
    assert reproduce(workspace, run)
    stands = standing(workspace, run)
    assert stands is not None
    assert ([one.run.id for one in stands.against], stands.missing) == ([beside.id], ())
