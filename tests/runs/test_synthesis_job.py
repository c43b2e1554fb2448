"""Generated people become a data set like any other, which says where it is from; nothing is left half done."""

import json
import shlex
from dataclasses import replace

import numpy as np
import pytest

from recsys_core.cli import main
from recsys_core.data.made import Made
from recsys_core.errors import ConfigError, DataError, SplitError, StoreError
from recsys_core.runs import stop_request, synthesis_job
from recsys_core.runs.augmenting import augment
from recsys_core.runs.jobs import FineTune, Jobs, State, SynthesizeSpec, TrainSpec, spec_from_json
from recsys_core.runs.reproduce import generate_again
from recsys_core.runs.store import JUDGEMENT, Workspace
from recsys_core.runs.synthesis_job import synthesize_spec
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import TRAIN, default_recipe, split
from recsys_core.training.context import EpochEnded
from recsys_core.transfer.plan import Plan, Way
from tests.runs.builders import RANDOM, camps, keep, unfinished
from tests.runs.generators import resampling
from tests.runs.transfer_worlds import FEW, by_transfer, done, trained

__all__ = ["resampling"]

FULL = Plan(way=Way.FULL, calibrated=False)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def real(workspace, resampling):
    return keep(workspace, camps("real", 40))


def wanted(workspace, real, people: int = 30, recipe=RANDOM, **changes) -> SynthesizeSpec:
    return synthesize_spec(workspace, "resampling", real.id, {"people": people}, recipe=recipe, **changes)


def generated(workspace, real, **changes):
    job = done(workspace, wanted(workspace, real, **changes))
    return workspace.find_dataset(str(job.made))


# What comes of it


def test_how_it_ended_says_what_bounds_it(workspace, real):
    settings = {"epsilon": 4.0, "epochs": 1, "embedding_size": 2}
    job = done(workspace, synthesize_spec(workspace, "vae", real.id, {"people": 30}, settings, RANDOM))
    assert " events were generated, with differential privacy (ε = 4). " in job.message


def test_generated_people_are_a_data_set_that_says_where_it_is_from(workspace, real):
    job = done(workspace, wanted(workspace, real, seed=4))
    assert (job.state, job.run) == (State.FINISHED, None)
    card = workspace.find_dataset(str(job.made))
    made = card.made
    assert isinstance(made, Made)
    assert (made.generator, made.learned_name, made.seed) == ("resampling", "real", 4)
    assert made.learned_from == workspace.load_dataset(real.id).fingerprint
    assert made.recipe == RANDOM.model_dump(mode="json")
    assert (card.is_synthetic, card.is_augmented, real.is_synthetic, real.made) == (True, False, False, None)
    assert (card.name, card.about["users"]) == ("real, generated", 30)
    dataset = workspace.load_dataset(card.id)
    assert (dataset.n_users, len(dataset.interactions)) == (30, card.about["interactions"])
    assert job.message.startswith(f"30 people with {len(dataset.interactions):,} events were generated.")
    assert not unfinished(workspace.root)
    assert not (workspace.root / "jobs" / job.id).exists()


def test_it_learns_from_the_training_events_alone(workspace, real, resampling):
    generated(workspace, real)
    (seen,) = resampling.learned
    assert len(seen.interactions) == int((split(workspace.load_dataset(real.id), RANDOM).roles == TRAIN).sum())


def test_it_is_judged_beside_what_was_learned_from(workspace, real):
    card = generated(workspace, real)
    judgement = workspace.judgement(card.id)
    assert judgement is not None
    assert judgement.people == (40, 30)
    assert workspace.judgement(real.id) is None
    path = workspace.root / "datasets" / card.id / JUDGEMENT
    assert json.loads(path.read_text())["verdict"] == judgement.verdict()
    path.write_text("{")
    with pytest.raises(StoreError, match="judgement of 'real, generated' cannot be read"):
        workspace.judgement(card.id)


def test_a_run_of_generated_people_says_so(workspace, real):
    card = generated(workspace, real)
    run = workspace.find_run(str(done(workspace, TrainSpec(dataset=card.id, model="ease", split=RANDOM)).run))
    assert run.made == card.made
    assert trained(workspace, camps("other")).made is None


def test_a_generator_that_needs_no_data_makes_its_log_too(workspace, resampling):
    job = done(workspace, synthesize_spec(workspace, "without", knobs={"people": 2}))
    card = workspace.find_dataset(str(job.made))
    assert (card.name, card.about["users"], workspace.judgement(card.id)) == ("Without data", 2, None)
    (log,) = workspace.logs()
    assert (log.name, log.about["impressions"], log.about["clicks"]) == ("Without data", 2, 1)
    assert list(workspace.load_log(log.id).propensities) == [0.5, 0.5]


def test_a_collapse_is_said_first_and_stays_with_the_data(workspace, real):
    job = done(workspace, wanted(workspace, real, settings={"collapsed": "true"}))
    assert job.message.startswith("All generated people are the same person. 30 people")
    card = workspace.find_dataset(str(job.made))
    assert [finding["code"] for finding in card.about["findings"]] == ["collapsed"]


def test_the_same_twice_is_one_data_set_that_both_jobs_name(workspace, real):
    first, second = (done(workspace, wanted(workspace, real)) for _ in range(2))
    assert first.made == second.made
    other = done(workspace, wanted(workspace, real, seed=1))
    assert other.made != first.made
    assert workspace.find_dataset(str(other.made)).version == 2


def test_the_phases_say_what_is_done(workspace, real, monkeypatch):
    phases = []
    enter = Jobs.enter
    monkeypatch.setattr(Jobs, "enter", lambda jobs, job, phase: phases.append(phase) or enter(jobs, job, phase))
    monkeypatch.setattr(synthesis_job, "TELLS_AFTER", 0.0)
    generated(workspace, real)
    assert phases == [
        "Reading the data",
        "Learning",
        "Generating 0 of 30 people",
        "Generating 16 of 30 people",
        "Generating 30 of 30 people",
        "Judging",
        "Saving",
    ]


# Stop, kill, resume


def stopped_at(workspace, spec, phase, monkeypatch):
    """The job that somebody stops when it enters a phase."""
    monkeypatch.setattr(stop_request, "POLL_SECONDS", 0.0)
    jobs, enter = Jobs(workspace.database), Jobs.enter

    def stop(self, job, entered):
        enter(self, job, entered)
        if entered.startswith(phase):
            self.stop(job)

    monkeypatch.setattr(Jobs, "enter", stop)
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    return jobs.find(job.id)


@pytest.mark.parametrize("phase", ["Reading", "Learning", "Generating", "Judging"])
def test_a_stop_leaves_nothing_half_written(workspace, real, monkeypatch, phase):
    job = stopped_at(workspace, wanted(workspace, real), phase, monkeypatch)
    assert (job.state, job.made) == (State.STOPPED, None)
    assert "before all people were generated" in job.message
    assert [card.name for card in workspace.datasets()] == ["real"]
    assert not unfinished(workspace.root)


def test_after_an_interruption_it_goes_on_from_its_checkpoint(workspace, real):
    jobs = Jobs(workspace.database)
    job = jobs.begin(wanted(workspace, real))

    def interrupt(event):
        if isinstance(event, EpochEnded) and event.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(workspace, jobs, job, interrupt)
    assert jobs.find(job.id).is_resumable
    jobs.resume(job.id)
    epochs = []
    claimed = jobs.claim_next()
    run_job(workspace, jobs, claimed, lambda event: epochs.append(event.epoch))
    assert epochs == [2]
    assert jobs.find(job.id).made is not None
    assert [epoch["epoch"] for epoch in jobs.epochs(job.id)] == [1, 2]


def test_what_fails_is_closed_in_words(workspace, real):
    spec = wanted(workspace, real, settings={"fewest": "100"})
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec)
    with pytest.raises(Exception, match="too few"):
        run_job(workspace, jobs, job)
    assert (jobs.find(job.id).state, jobs.find(job.id).made) == (State.FAILED, None)


# What is refused


def test_what_cannot_be_generated_is_refused_at_once(workspace, real):
    for changes, error, words in (
        ({"people": 0}, ConfigError, "'people' cannot be 0"),
        ({"people": 10**9}, ConfigError, "'people'"),
        ({"people": 10**7}, ConfigError, "50,000,000"),
        ({"settings": {"speed": "1"}}, ConfigError, "no setting 'speed'"),
        ({"name": ""}, DataError, "printable"),
        ({"recipe": RANDOM.model_copy(update={"key": "sideways"})}, SplitError, "no split"),
    ):
        with pytest.raises(error, match=words):
            wanted(workspace, real, **changes)
    with pytest.raises(ConfigError, match="no generator called 'nobody'"):
        synthesize_spec(workspace, "nobody")
    with pytest.raises(ConfigError, match="learns from data, but no data set"):
        synthesize_spec(workspace, "resampling")
    with pytest.raises(ConfigError, match="learns from no data"):
        synthesize_spec(workspace, "without", real.id)
    with pytest.raises(StoreError, match="no data set called"):
        synthesize_spec(workspace, "resampling", "gone")


def test_nobody_learns_from_generated_people(workspace, real):
    card = generated(workspace, real)
    for other in (card, augment(workspace, real.id, card.id)):
        with pytest.raises(ConfigError, match="not wholly real"):
            wanted(workspace, other)


def test_a_spec_is_read_as_what_it_is(workspace, real):
    spec = wanted(workspace, real)
    assert spec_from_json(spec.model_dump(mode="json")) == spec


def test_unasked_it_keeps_to_the_split_that_suits_the_data(workspace, real):
    spec = synthesize_spec(workspace, "resampling", real.id)
    assert spec.split == default_recipe(workspace.load_dataset(real.id))


# Made again


def test_the_command_makes_the_same_people_again(workspace, real, monkeypatch, capsys):
    changes = {"recipe": RANDOM.model_copy(update={"seed": 2, "test_share": 0.3}), "seed": 5}
    card = generated(workspace, real, settings={"in_order": True}, name="some of 'them'", **changes)
    both = augment(workspace, real.id, card.id)
    before = {one.id: workspace.fingerprint(one.id) for one in (card, both)}
    commands = [generate_again(workspace, one) for one in (card, both)]
    monkeypatch.setenv("FORETASTE_HOME", str(workspace.root))
    for one, command in zip((card, both), commands, strict=True):
        workspace.delete_dataset(one.id)
        home, *words = shlex.split(command)
        assert home == f"FORETASTE_HOME={workspace.root}"
        assert main([*words[3:], "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert workspace.fingerprint(document.get("augmented", document["dataset"])) == before[one.id]
    with pytest.raises(StoreError, match="was not generated"):
        generate_again(workspace, real)
    workspace.delete_dataset(real.id)
    with pytest.raises(StoreError, match="'real', which was learned from, was deleted"):
        generate_again(workspace, workspace.find_dataset("some of 'them'"))


# Adding them to the real ones


def test_added_people_make_the_next_version_of_the_real_data(workspace, real):
    card = generated(workspace, real, settings={"collapsed": "true"})
    both = augment(workspace, real.id, card.id)
    assert (both.name, both.version, both.is_augmented, both.is_synthetic) == ("real", 2, True, False)
    assert both.about["users"] == 70
    assert [finding["code"] for finding in both.about["findings"]] == ["collapsed"]
    dataset = workspace.load_dataset(both.id)
    assert dataset.made is not None
    assert dataset.made.real_people == 40
    parts = split(dataset, default_recipe(dataset))
    assert set(parts.roles[dataset.interactions.users >= 40]) == {TRAIN}
    assert augment(workspace, real.id, card.id, "more").name == "more"
    with pytest.raises(ConfigError, match="not generated from"):
        augment(workspace, keep(workspace, camps("other", 20)).id, card.id)


# What generated people have taught judges nothing that their generator knew


def on_generated(workspace, real, recipe=RANDOM):
    """A run of people generated after the real ones."""
    card = generated(workspace, real, recipe=recipe)
    spec = TrainSpec(dataset=card.id, model="gmf", settings=FEW, split=RANDOM)
    return workspace.find_run(str(done(workspace, spec).run))


def test_a_transfer_to_the_real_people_keeps_to_the_split_of_the_generator(workspace, real):
    run = on_generated(workspace, real)
    spec = by_transfer(run, real.id, FULL)
    judged = workspace.load_run(str(done(workspace, spec).run)).split
    assert np.array_equal(judged.roles, split(workspace.load_dataset(real.id), RANDOM).roles)
    other = spec.model_copy(update={"split": RANDOM.model_copy(update={"seed": 7})})
    with pytest.raises(SplitError, match="another split of 'real'") as caught:
        done(workspace, other)
    assert caught.value.code == "seen-by-generator"
    lower = spec.model_copy(update={"split": RANDOM.model_copy(update={"threshold": 1.0})})
    assert done(workspace, lower).state is State.FINISHED


def test_another_version_of_the_real_data_is_refused(workspace, real):
    run = on_generated(workspace, real)
    later = keep(workspace, replace(camps("real", 44), name="real"))
    with pytest.raises(SplitError, match="another version of 'real'"):
        done(workspace, by_transfer(run, later.id, FULL))


def test_other_data_are_none_of_its_business(workspace, real):
    run = on_generated(workspace, real)
    other = keep(workspace, camps("other", 44, seed=3))
    spec = by_transfer(run, other.id, FULL).model_copy(update={"split": RANDOM.model_copy(update={"seed": 7})})
    assert done(workspace, spec).state is State.FINISHED


def test_fine_tuning_keeps_to_it_as_well(workspace, real):
    run = on_generated(workspace, real)
    spec = TrainSpec(dataset=real.id, model="gmf", settings=FEW, split=RANDOM, fine_tune=FineTune(run=run.id))
    assert done(workspace, spec).state is State.FINISHED
    with pytest.raises(SplitError, match="another split of 'real'"):
        done(workspace, spec.model_copy(update={"split": RANDOM.model_copy(update={"seed": 7})}))
