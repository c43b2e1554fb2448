"""Evidence is measured point by point: nothing is lost, nothing done twice, and it can be looked at while it grows."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recsys_core.errors import ConfigError, ModelError, SplitError, StoreError
from recsys_core.models import EASE
from recsys_core.runs import stop_request, transfer_job
from recsys_core.runs.jobs import Jobs, State, TransferFrom, TransferSpec, spec_from_json
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.runs.transfer_job import MEASURED, evidence_of, transfer_spec
from recsys_core.transfer.evidence import Evidence
from recsys_core.transfer.measuring import ARMS
from recsys_core.transfer.plan import Plan, Way
from tests import worlds
from tests.runs.builders import keep, unfinished, wait_for
from tests.runs.transfer_worlds import AS_IT_IS, FEW, RANDOM, by_transfer, done, films, foreign, series, trained

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


def wanted(workspace: Workspace, model: str = "ease", **changes) -> TransferSpec:
    settings = FEW if model == "gmf" else {}
    source, target = trained(workspace, films(), model, settings=settings), keep(workspace, series())
    chosen = {"plans": [AS_IT_IS], "shares": (1.0, 0.0), "seeds": (0,)} | changes
    return transfer_spec(workspace, target.id, TransferFrom(run=source.id), RANDOM, **chosen)


def figures(found: Evidence) -> list:
    """All that was measured but for seconds."""
    return [
        (one.about.arm, one.about.share, one.about.seed, one.about.chosen, one.per_user["ndcg@10"].value())
        for one in found.points
    ]


# A measurement that nobody interrupts


def test_every_arm_is_measured_at_every_share_small_ones_first(workspace):
    before = workspace.runs()
    job = done(workspace, wanted(workspace, seeds=(0, 3)))
    found = evidence_of(workspace, job)
    assert [(one.about.share, one.about.seed, one.about.arm) for one in found.points] == [
        (share, seed, arm) for share in (0.0, 1.0) for seed in (0, 3) for arm in ARMS
    ]
    assert found.shares == [0.0, 1.0]
    assert (job.state, job.run, job.message) == (State.FINISHED, None, found.verdict("ndcg@10"))
    assert (job.done, job.epochs) == (16, 16)
    assert len(workspace.runs()) == len(before) + 2  # the source, and popularity beside it
    assert not unfinished(workspace.root)
    assert set(found.points[0].per_user) == {"ndcg@10", "precision@10", "recall@10"}
    lists = found.points[0].lists
    assert lists is not None
    assert lists.shape == (len(found.points[0].per_user["ndcg@10"].users), 10)
    json.dumps(found.as_json("recall@10"), allow_nan=False)
    Jobs(workspace.database).dismiss(job.id)
    Workspace(workspace.root)  # sweeps up
    assert not evidence_of(workspace, job).points


def test_with_no_events_only_the_transfer_knows_anything(workspace):
    found = evidence_of(workspace, done(workspace, wanted(workspace, shares=(0.0,))))
    values = {arm: found.of(arm, 0.0)[0].per_user["ndcg@10"].numerator for arm in ARMS}
    assert np.array_equal(values["scratch"], values["popularity"])
    assert np.array_equal(values["scratch"], values["ease"])
    assert len(set(np.round(values["scratch"], 6))) <= 4  # chance, told apart by how much is to be found alone
    assert {found.of(arm, 0.0)[0].about.chosen for arm in ARMS} == {"nothing known", AS_IT_IS.title}


def test_the_phases_say_what_is_done(workspace, monkeypatch):
    phases = []
    real = Jobs.enter
    monkeypatch.setattr(Jobs, "enter", lambda jobs, job, phase: phases.append(phase) or real(jobs, job, phase))
    done(workspace, wanted(workspace, shares=(0.05,), seeds=(2,)))
    assert phases[-4:] == [
        "5 % of the data, seed 2: the transfer",
        "5 % of the data, seed 2: training from scratch",
        "5 % of the data, seed 2: popularity",
        "5 % of the data, seed 2: EASE",
    ]


def test_unasked_it_tries_the_plans_that_suit(workspace):
    assert [plan.way for plan in wanted(workspace, plans=()).plans] == [Way.AS_IT_IS, Way.JOINT]
    assert {plan.way for plan in wanted(workspace, "gmf", plans=()).plans} == {Way.AS_IT_IS, Way.JOINT, Way.FULL}


def test_what_the_source_learned_from_judges_no_arm(workspace):
    source, target = trained(workspace, films()), keep(workspace, series(shared_people=10))
    start = TransferFrom(run=source.id, people=True)
    job = done(workspace, transfer_spec(workspace, target.id, start, RANDOM, [AS_IT_IS], (1.0,), (0,)))
    run = workspace.find_run(str(done(workspace, by_transfer(source, target.id, people=True)).run))
    judged = workspace.load_run(run.id).split.test.warm_users
    assert np.array_equal(evidence_of(workspace, job).points[0].per_user["ndcg@10"].users, judged)


# Failures


def test_a_point_that_fails_is_kept_with_its_reason_and_the_others_are_measured(workspace, monkeypatch):
    spec = wanted(workspace)
    monkeypatch.setattr(EASE, "_fit", lambda *_: (_ for _ in ()).throw(ModelError("It is too large.", "Rest.", "x")))
    job = done(workspace, spec)
    found = evidence_of(workspace, job)
    assert [(one.arm, one.share, one.reason) for one in found.failures] == [
        ("scratch", 1.0, "It is too large. Rest."),
        ("ease", 1.0, "It is too large. Rest."),
    ]
    assert found.shares == [0.0, 1.0]
    assert "EASE was not measured everywhere: It is too large." in job.message
    assert "ease" not in set(found.curve().query("share == 1")["arm"])
    assert found.rival(1.0) == "popularity"
    json.dumps(found.as_json(), allow_nan=False)


def test_where_nothing_could_be_measured_it_fails_in_words(workspace, monkeypatch):
    spec = wanted(workspace)
    monkeypatch.setattr(transfer_job, "measure", lambda *_: (_ for _ in ()).throw(ModelError("No.", "", "x")))
    with pytest.raises(ModelError, match="Nothing could be measured. The transfer was not measured everywhere: No."):
        done(workspace, spec)


def test_what_cannot_be_measured_is_refused_at_once(workspace):
    for changes in ({"metric": "rmse"}, {"metric": "ndcg@5"}, {"shares": (2.0,)}, {"shares": ()}, {"seeds": ()}):
        with pytest.raises(ConfigError):
            wanted(workspace, **changes)
    with pytest.raises(ModelError, match="learns in one step"):
        wanted(workspace, plans=[Plan(way=Way.FULL)])
    source, other = trained(workspace, films()), keep(workspace, foreign())
    with pytest.raises(ModelError, match="share no items, and the model does not read"):
        transfer_spec(workspace, other.id, TransferFrom(run=source.id), RANDOM)
    with pytest.raises(ModelError, match="fine-tuning"):
        transfer_spec(workspace, source.dataset, TransferFrom(run=source.id), RANDOM)
    tiny = keep(workspace, worlds.dataset([(0, 0, 3.0, 1), (0, 1, 3.0, 2)], 1, 20, name="tiny"))
    with pytest.raises(SplitError):
        transfer_spec(workspace, tiny.id, TransferFrom(run=source.id), RANDOM)


def test_a_spec_is_read_as_what_it_is(workspace):
    spec = wanted(workspace)
    assert spec_from_json(spec.model_dump(mode="json")) == spec
    with pytest.raises(ConfigError, match="measures no transfer"):
        evidence_of(workspace, Jobs(workspace.database).submit(by_transfer(workspace.find_run(spec.run), "d")))


# Stop, kill, resume


def stopped(workspace: Workspace, spec: TransferSpec, after: int, monkeypatch) -> tuple[Jobs, str, list]:
    """A job that somebody stops while a measurement is made, and the measurements that were begun."""
    monkeypatch.setattr(stop_request, "POLL_SECONDS", 0.0)
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec)
    real, made = transfer_job.measure, []

    def count(*given):
        made.append(given)
        if len(made) == after:
            jobs.stop(job.id)
        return real(*given)

    monkeypatch.setattr(transfer_job, "measure", count)
    run_job(workspace, jobs, job)
    return jobs, job.id, made


def test_a_stop_keeps_what_is_done_and_it_goes_on_to_the_same_end(workspace, monkeypatch):
    spec = wanted(workspace)
    whole = done(workspace, spec)
    jobs, identifier, made = stopped(workspace, spec, 6, monkeypatch)
    ended = jobs.find(identifier)
    assert ended.state is State.STOPPED
    assert ended.message.startswith("Stopped by hand after 5 of 8 measurements, which are kept. Do")
    assert ended.is_resumable
    assert evidence_of(workspace, ended).shares == [0.0]
    jobs.resume(identifier)
    run_job(workspace, jobs, jobs.claim_next())
    assert len(made) == 6 + 3  # the one that was cut short is made again, no other
    again = jobs.find(identifier)
    assert (again.state, again.message) == (State.FINISHED, whole.message)
    assert figures(evidence_of(workspace, again)) == figures(evidence_of(workspace, whole))


def test_a_stop_before_anything_was_measured_leaves_nothing(workspace, monkeypatch):
    jobs, identifier, _ = stopped(workspace, wanted(workspace), 1, monkeypatch)
    assert "before anything was measured" in jobs.find(identifier).message


def test_a_damaged_measurement_is_made_again_and_a_source_that_is_gone_leaves_the_others(workspace, monkeypatch):
    spec = wanted(workspace)
    jobs, identifier, _ = stopped(workspace, spec, 6, monkeypatch)
    folder = workspace.root / "jobs" / identifier
    (folder / "0-0-transfer" / MEASURED).write_text("{")
    assert len(evidence_of(workspace, jobs.find(identifier)).points) == 4
    jobs.resume(identifier)
    shutil.copytree(workspace.root / "runs" / spec.run, workspace.root / "kept")
    workspace.delete_run(spec.run)
    with pytest.raises(StoreError, match="is to be transferred, is not there") as caught:
        run_job(workspace, jobs, jobs.claim_next())
    assert "What was measured before stays" in caught.value.fix
    assert len(evidence_of(workspace, jobs.find(identifier)).points) == 4
    (workspace.root / "kept").rename(workspace.root / "runs" / spec.run)
    again = Workspace(workspace.root)  # lists what is there
    jobs.resume(identifier)
    run_job(again, jobs, jobs.claim_next())
    assert len(evidence_of(again, jobs.find(identifier)).points) == 8


@pytest.mark.slow
def test_after_kill_9_at_most_one_measurement_is_lost(workspace):
    spec = wanted(workspace, "gmf", plans=(), shares=(0.0, 0.5, 1.0), seeds=(0, 1))
    whole = done(workspace, spec)
    jobs = Jobs(workspace.database)
    job = jobs.submit(spec)
    folder = workspace.root / "jobs" / job.id
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.runs.train_and_wait", str(workspace.root), job.id], cwd=REPOSITORY
    )
    wait_for(lambda: (folder / "0.5-0-transfer").exists(), 120)
    process.kill()
    process.wait()
    assert jobs.find(job.id).state is State.INTERRUPTED
    kept = {path: path.stat().st_mtime_ns for path in folder.glob("*/per_user.npz")}
    assert len(kept) >= 9
    jobs.resume(job.id)
    run_job(workspace, jobs, jobs.claim_next())
    again = jobs.find(job.id)
    assert again.state is State.FINISHED
    assert figures(evidence_of(workspace, again)) == figures(evidence_of(workspace, whole))
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
