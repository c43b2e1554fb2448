"""A run by transfer says where it is from, is judged by nothing that its source knew, and is a run like any other."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from recsys_core.comparing.passports import mismatches
from recsys_core.data.dataset import Scale
from recsys_core.errors import AbilityError, ConfigError, ModelError, SplitError, StoreError
from recsys_core.models.transferred import Transferred
from recsys_core.runs.before_after import roles_elsewhere
from recsys_core.runs.blend_job import blend_spec
from recsys_core.runs.fine_tuning import usual_settings
from recsys_core.runs.jobs import FineTune, Jobs, TrainSpec, spec_from_json
from recsys_core.runs.leak_job import why_not
from recsys_core.runs.line_up import line_up
from recsys_core.runs.lineage import lineage
from recsys_core.runs.measuring import measure
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import TEST, TRAIN, VALID, SplitRecipe
from recsys_core.training import loop
from recsys_core.training.warm_start import Part
from recsys_core.transfer.match import How
from recsys_core.transfer.plan import Plan, Way
from recsys_core.types import Feedback
from tests import worlds
from tests.runs.builders import interrupted_and_resumed, keep, scores
from tests.runs.transfer_worlds import (
    AS_IT_IS,
    FEW,
    RANDOM,
    by_transfer,
    done,
    films,
    foreign,
    series,
    trained,
    transferred,
)

FULL = Plan(way=Way.FULL, calibrated=False)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


def gmf(workspace: Workspace, dataset=None, **changes):
    return trained(workspace, dataset or films(), "gmf", settings=FEW, **changes)


# What its card says


def test_the_card_and_the_passport_say_what_was_transferred(workspace):
    source, target = trained(workspace, films()), keep(workspace, series())
    run = transferred(workspace, source, target.id)
    assert (run.model, run.title, run.dataset) == ("transferred", "EASE, transferred", target.id)
    told = run.about["transfer"]
    assert {name: told[name] for name in ("run", "title", "dataset", "dataset_name", "people", "items", "moved")} == {
        "run": source.id,
        "title": "EASE",
        "dataset": source.dataset,
        "dataset_name": "films",
        "people": 0,
        "items": 20,
        "moved": 0,
    }
    assert told["how"] == {How.ID.value: 20}
    assert Plan.model_validate(told["plan"]) == AS_IT_IS
    assert told["weights"] == list(workspace.load_run(run.id).model.config.weights)
    passport = run.about["passport"]["transfer"]
    assert (passport["run"], passport["dataset"]) == (source.id, source.about["passport"]["dataset"]["fingerprint"])
    assert passport["config"] == source.about["passport"]["config"]
    assert run.about["ending"] == "Taken over as it is: nothing was learned."
    assert (run.transferred_from, source.transferred_from) == ("films", "")
    assert (run.is_from_scratch, source.is_from_scratch) == (False, True)


def test_it_stands_beside_runs_from_scratch_of_the_same_split(workspace):
    target = keep(workspace, series())
    run = transferred(workspace, trained(workspace, films()), target.id)
    scratch = trained(workspace, series())
    assert scratch.dataset == target.id
    assert not mismatches(run.about["passport"], scratch.about["passport"])
    assert "popularity" in [one.model for one in workspace.runs() if one.split_fingerprint == run.split_fingerprint]


def test_tastes_from_elsewhere_are_kept_and_opened_again(workspace):
    """The camps of the source are those of the target, so its EASE knows them; popularity does not."""
    target = keep(workspace, series())
    run = transferred(workspace, trained(workspace, films()), target.id)
    assert run.about["metrics"]["ndcg@10"]["value"] > 0.7
    loaded = workspace.load_run(run.id)
    assert isinstance(loaded.model, Transferred)
    again = Workspace(workspace.root).load_run(run.id)
    people = np.arange(30, dtype=np.int32)
    assert np.array_equal(loaded.model.score(people), again.model.score(people))


def test_what_learns_on_by_itself_stays_a_model_of_its_kind(workspace):
    source, target = gmf(workspace), keep(workspace, series())
    run = transferred(workspace, source, target.id, FULL)
    assert (run.model, run.title, run.about["epochs"]) == ("gmf", "GMF, transferred", 3)
    assert set(run.parts) == set(Part)
    assert workspace.load_weights(run.id)
    settings = source.about["passport"]["config"] | {"epochs": 2}
    spec = by_transfer(source, target.id, FULL).model_copy(update={"settings": settings})
    jobs = Jobs(workspace.database)
    run_job(workspace, jobs, jobs.begin(spec))
    assert workspace.runs()[0].about["epochs"] == 2


def test_what_was_trained_for_a_taste_is_told_as_of_any_training(workspace):
    target = keep(workspace, series())
    run = transferred(workspace, gmf(workspace), target.id, Plan(way=Way.FULL))
    assert (run.model, run.about["epochs"], run.parts, run.stopped_after) == ("transferred", 3, [], None)
    assert len(workspace.history(run.id)) == 3
    assert run.about["passport"]["stopping_metric"] == "ndcg@10"
    with pytest.raises(StoreError):
        workspace.load_weights(run.id)


def test_where_only_what_stands_beside_learns_that_is_the_training_that_is_told_of(workspace):
    target = keep(workspace, series())
    run = transferred(workspace, gmf(workspace), target.id, Plan(way=Way.AS_IT_IS, beside=True))
    assert (run.about["epochs"], run.stopped_after, len(run.about["transfer"]["weights"])) == (3, None, 2)
    assert [event["epoch"] for event in Jobs(workspace.database).epochs(run.about["job"])] == [1, 2, 3]
    plain = transferred(workspace, trained(workspace, films()), target.id, Plan(way=Way.AS_IT_IS, beside=True))
    assert plain.about["ending"] == "Trained in one step."


def test_pairs_by_hand_count(workspace):
    target = keep(workspace, foreign())
    ids = workspace.load_dataset(target.id).item_ids.values
    source = trained(workspace, films())
    run = transferred(workspace, source, target.id, pairs={ids[0]: "i0", ids[2]: "i2"})
    assert run.about["transfer"]["how"] == {How.HAND.value: 2}


def test_ratings_are_ranked_once_popularity_has_its_say(workspace):
    source = trained(workspace, films(feedback=Feedback.EXPLICIT), "biased_mf", settings=FEW)
    assert "rmse" in source.about["metrics"]
    target = keep(workspace, series(feedback=Feedback.EXPLICIT))
    told = {way: transferred(workspace, source, target.id, Plan(way=Way.FULL, calibrated=way)) for way in (True, False)}
    assert [("rmse" in run.about["metrics"]) for run in told.values()] == [False, True]
    assert [run.about["passport"]["stopping_metric"] for run in told.values()] == ["ndcg@10", "rmse"]
    first = [workspace.history(run.id)[0]["validation"]["metric"] for run in told.values()]
    assert first == ["NDCG@10", "RMSE"]


# Resumed


@pytest.mark.parametrize(
    "plan",
    [
        FULL,
        Plan(way=Way.JOINT),
        Plan(way=Way.MAPPED),
        Plan(way=Way.FULL, beside=True),
        Plan(way=Way.AS_IT_IS, beside=True),
    ],
)
def test_an_interrupted_transfer_ends_in_the_same_bits(plan, workspace, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    source = trained(workspace, films(), "gmf", settings=FEW | {"epochs": 5})
    target = keep(workspace, series(shared_people=10))
    whole = transferred(workspace, source, target.id, plan, people=True)
    job = Jobs(workspace.database).begin(by_transfer(source, target.id, plan, people=True))
    resumed, epochs = interrupted_and_resumed(workspace, job, after=2)
    assert epochs[0] > 1
    assert np.array_equal(scores(workspace, resumed.id), scores(workspace, whole.id))
    assert resumed.about["transfer"] == whole.about["transfer"]


# What judges


def test_what_the_source_learned_from_never_judges(workspace):
    """Ten people are in both data sets with the same events."""
    source, target = trained(workspace, films()), keep(workspace, series(shared_people=10))
    run = transferred(workspace, source, target.id, people=True)
    assert run.moved == run.about["transfer"]["moved"] > 0
    parts, before = workspace.load_run(run.id).split, workspace.load_run(source.id).split
    seen = roles_elsewhere(parts, before)
    assert (parts.roles == TEST).any()
    assert not np.isin(seen[parts.roles == TEST], (TRAIN, VALID)).any()
    other = transferred(workspace, source, target.id, people=False)
    assert (other.moved, other.about["transfer"]["people"]) == (0, 0)
    assert other.split_fingerprint != run.split_fingerprint


def test_what_a_source_learned_from_does_not_judge_what_goes_on_from_the_transfer(workspace):
    source, target = gmf(workspace), keep(workspace, series())
    run = transferred(workspace, source, target.id, FULL)
    ancestors = list(lineage(workspace, workspace.load_run(run.id)))
    assert [one.is_elsewhere for one in ancestors] == [False, True]
    settings = run.about["passport"]["config"]
    back = gmf(workspace, fine_tune=FineTune(run=run.id), split=SplitRecipe(key="random", seed=9))
    assert settings["embedding_size"] == back.about["passport"]["config"]["embedding_size"]
    assert back.moved > 0
    parts, before = workspace.load_run(back.id).split, workspace.load_run(source.id).split
    assert not np.isin(roles_elsewhere(parts, before)[parts.roles == TEST], (TRAIN, VALID)).any()
    assert back.about["fine_tune"]["outside"] > 0
    workspace.delete_run(source.id)
    with pytest.raises(StoreError, match=f"nobody can tell what {run.id} has learned from"):
        gmf(workspace, fine_tune=FineTune(run=run.id))


# Refused in words


def test_what_cannot_be_transferred_is_said_in_words(workspace):
    source, target = trained(workspace, films()), keep(workspace, series())
    with pytest.raises(StoreError, match="which is to be transferred, is not there"):
        transferred(workspace, replace(source, id="ease-gone"), target.id)
    with pytest.raises(ModelError, match="going on from it there is fine-tuning") as caught:
        transferred(workspace, source, source.dataset)
    assert f"--from {source.id}" in caught.value.fix
    run = transferred(workspace, source, target.id)
    with pytest.raises(ModelError, match="is made of other models, so it cannot be transferred"):
        transferred(workspace, replace(source, id=run.id), keep(workspace, series(33)).id)
    with pytest.raises(ModelError, match="share no items, and the model does not read"):
        transferred(workspace, source, keep(workspace, foreign()).id)
    spec = by_transfer(source, target.id).model_copy(update={"model": "item_knn", "settings": {}})
    with pytest.raises(ConfigError, match="is of the model ease, so it cannot be transferred as item_knn"):
        done(workspace, spec)
    tiny = keep(workspace, worlds.dataset([(0, 0, 1.0, 1)], 1, 20, feedback=Feedback.IMPLICIT, name="tiny"))
    with pytest.raises(SplitError):
        transferred(workspace, source, tiny.id)


def test_another_shape_is_refused(workspace):
    source, target = gmf(workspace), keep(workspace, series())
    spec = by_transfer(source, target.id, FULL)
    other = spec.model_copy(update={"settings": spec.settings | {"embedding_size": 9}})
    jobs = Jobs(workspace.database)
    with pytest.raises(ConfigError, match="'embedding_size' is 4 in the run"):
        run_job(workspace, jobs, jobs.begin(other))


def test_ratings_that_mean_something_else_are_refused(workspace):
    source = trained(workspace, films(feedback=Feedback.EXPLICIT), "biased_mf", settings=FEW)
    made = series(feedback=Feedback.EXPLICIT)
    events = replace(made.interactions, values=made.interactions.values * 20)
    percent = keep(workspace, replace(made, interactions=events, scale=Scale(20.0, 100.0, 20.0)))
    with pytest.raises(ModelError, match="ratings from 1 to 5"):
        transferred(workspace, source, percent.id, Plan(way=Way.FULL))
    with pytest.raises(ModelError):
        transferred(workspace, source, keep(workspace, series()).id, Plan(way=Way.FULL))


# Beside other things that are done with runs


def test_others_take_it_for_no_run_from_scratch(workspace):
    source, target = trained(workspace, films(), "mf", settings={"epochs": 1}), keep(workspace, series())
    usual = source.about["passport"]["config"]
    run = transferred(workspace, source, target.id, FULL)
    run.about["passport"]["config"] = usual
    found = line_up(workspace, Jobs(workspace.database), target.id, RANDOM)
    assert "mf" in [spec.model for spec in found.specs]
    assert "went on from another run" in why_not(run)


def test_where_it_cannot_be_used_a_sentence_says_so(workspace):
    source, target = trained(workspace, films()), keep(workspace, series())
    run = transferred(workspace, source, target.id)
    with pytest.raises(AbilityError, match="none of it learns on"):
        usual_settings(run)
    with pytest.raises(ModelError, match="made of other models already"):
        blend_spec([run, trained(workspace, series())])
    with pytest.raises(AbilityError, match="not foretold"):
        measure(workspace, by_transfer(source, target.id), 0.0)


def test_a_spec_is_read_as_what_it_is():
    plan = Plan(way=Way.GRADUAL, rates={Part.NETWORK: 0.1})
    spec = by_transfer(FAKE, "d", plan, people=False, pairs={"a": ""})
    again = spec_from_json(spec.model_dump(mode="json"))
    assert again == spec
    assert spec.model_dump(mode="json")["transfer"]["plan"]["carry"] == ["people", "items", "network"]
    with pytest.raises(ValidationError, match="begins with one run"):
        TrainSpec(dataset="d", model="gmf", transfer=spec.transfer, fine_tune=FineTune(run="x"))


class FAKE:
    """A card, as far as a spec looks at it."""

    id, model, about = "ease-1", "ease", {"passport": {"config": {}}}  # noqa: RUF012
