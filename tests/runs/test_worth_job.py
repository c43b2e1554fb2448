"""Worth is measured step by step: nothing is lost, nothing done twice, and it can be looked at while it grows."""

import json

import numpy as np
import pytest

from recsys_core.errors import ConfigError, ModelError, SplitError, StoreError
from recsys_core.runs import stop_request
from recsys_core.runs.jobs import Jobs, State, WorthSpec, spec_from_json
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.runs.worth_job import MEASURED, SCORES, worth_of, worth_spec
from recsys_core.synthetic.arms import Scene
from recsys_core.synthetic.worth import Worth
from tests import worlds
from tests.runs.builders import RANDOM, camps, keep, spec, unfinished
from tests.runs.generators import resampling
from tests.runs.transfer_worlds import done

__all__ = ["resampling"]

ARMS = ("real", "popularity", "synthetic", "plus-100")


@pytest.fixture
def workspace(tmp_path, resampling) -> Workspace:
    return Workspace(tmp_path / "home")


def wanted(workspace: Workspace, **changes) -> WorthSpec:
    real = keep(workspace, camps("real", 40))
    chosen = {"learner": "ease", "recipe": RANDOM, "shares": (1.0, 0.5), "additions": (1.0,), "seeds": (0,)}
    return worth_spec(workspace, real.id, "resampling", **chosen | {"attacks": 1} | changes)


def figures(found: Worth) -> list:
    """All that was measured but for seconds."""
    about = [(one.about.arm, one.about.share, one.about.seed, one.about.people) for one in found.points]
    values = [one.per_user["ndcg@10"].value() for one in found.points]
    return [*zip(about, values, strict=True), *(one.of["nearest"] for one in found.attacks if "nearest" in one.of)]


def test_every_arm_is_measured_small_shares_first_and_then_the_halves_are_attacked(workspace, resampling):
    job = done(workspace, wanted(workspace))
    found = worth_of(workspace, job)
    assert [(one.about.share, one.about.arm) for one in found.points] == [
        (share, arm) for share in (0.5, 1.0) for arm in ARMS
    ]
    assert found.shares == [0.5, 1.0]
    assert (job.state, job.run, job.made) == (State.FINISHED, None, None)
    assert job.message == found.verdict("ndcg@10")
    assert (job.done, job.epochs) == (10, 10)
    assert len(resampling.learned) == 2 + 2  # once for each share, whatever is added, and once for each half
    assert len(workspace.datasets()) == 1
    assert not workspace.runs()
    assert not unfinished(workspace.root)
    json.dumps(found.as_json("recall@10"), allow_nan=False)


def test_a_half_of_the_people_is_attacked_after_the_other(workspace, resampling):
    found = worth_of(workspace, done(workspace, wanted(workspace, shares=(1.0,), additions=())))
    one, other = found.attacks
    assert len(one.members) == len(one.controls) == 20
    assert np.array_equal(one.members, other.controls)
    assert np.array_equal(one.controls, other.members)
    assert sorted([*one.members, *one.controls]) == list(range(40))
    learned = [{int(identifier[1:]) for identifier in part.user_ids.values} for part in resampling.learned[-2:]]
    assert learned == [set(one.members.tolist()), set(other.members.tolist())]
    assert found.membership is not None
    assert found.verdict().endswith(found.membership.verdict())


def test_without_attacks_nothing_is_said_about_them(workspace):
    found = worth_of(workspace, done(workspace, wanted(workspace, shares=(1.0,), attacks=0)))
    assert found.membership is None
    assert found.as_json()["membership"] is None


def test_a_generator_that_fails_leaves_the_real_people_and_its_reason(workspace):
    job = done(workspace, wanted(workspace, settings={"fewest": 1000}, shares=(1.0,)))
    found = worth_of(workspace, job)
    assert {one.about.arm for one in found.points} == {"real", "popularity"}
    assert [one.arm for one in found.failures] == ["synthetic", "plus-100", "attack", "attack"]
    assert job.state is State.FINISHED
    assert "Generated people alone was not measured everywhere: There are 40 people, which is too few." in job.message
    assert "The attack on who was learned from was not measured everywhere: There are 20 people" in job.message


def test_where_nothing_could_be_measured_it_fails_in_words(workspace, monkeypatch):
    spec = wanted(workspace, shares=(1.0,), attacks=0)
    monkeypatch.setattr(Scene, "measure", lambda *_: (_ for _ in ()).throw(ModelError("No.", "", "x")))
    with pytest.raises(ModelError, match="Nothing could be measured. Real people alone was not measured"):
        done(workspace, spec)


def test_what_cannot_be_measured_is_refused_at_once(workspace):
    for changes, words in (
        ({"metric": "rmse"}, "not measured by 'rmse'"),
        ({"shares": (0.0,)}, "above 0"),
        ({"shares": ()}, "at least one"),
        ({"seeds": ()}, "at least one"),
        ({"additions": (11.0,)}, "10 at most"),
        ({"attacks": 21}, "0 to 20"),
        ({"learner": "nobody"}, "nobody"),
        ({"settings": {"speed": 1}}, "no setting"),
    ):
        with pytest.raises(ConfigError, match=words):
            wanted(workspace, **changes)
    with pytest.raises(ConfigError, match="learns from no data"):
        worth_spec(workspace, keep(workspace, camps("real", 40)).id, "without", "ease")
    with pytest.raises(StoreError):
        worth_spec(workspace, "gone", "resampling", "ease")
    tiny = keep(workspace, worlds.dataset([(0, 0, 3.0, 1), (0, 1, 3.0, 2)], 1, 20, name="tiny"))
    with pytest.raises(SplitError):
        worth_spec(workspace, tiny.id, "resampling", "ease")


def test_a_spec_is_read_as_what_it_is(workspace):
    spec = wanted(workspace)
    assert spec_from_json(spec.model_dump(mode="json")) == spec


# Stop and resume


def stopped(workspace: Workspace, spec: WorthSpec, after: int, monkeypatch) -> tuple[Jobs, str, list]:
    """A job that somebody stops while a step is measured, and the arms that were begun."""
    monkeypatch.setattr(stop_request, "POLL_SECONDS", 0.0)
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec)
    real, made = Scene.measure, []

    def count(self, arm):
        made.append(arm)
        if len(made) == after:
            jobs.stop(job.id)
        return real(self, arm)

    monkeypatch.setattr(Scene, "measure", count)
    run_job(workspace, jobs, job)
    return jobs, job.id, made


def test_a_stop_keeps_what_is_done_and_it_goes_on_to_the_same_end(workspace, monkeypatch):
    spec = wanted(workspace)
    whole = done(workspace, spec)
    jobs, identifier, made = stopped(workspace, spec, 6, monkeypatch)
    ended = jobs.find(identifier)
    assert ended.state is State.STOPPED
    assert ended.message.startswith("Stopped by hand after 5 of 10 measurements, which are kept. ")
    assert ended.is_resumable
    assert worth_of(workspace, ended).shares == [0.5]
    jobs.resume(identifier)
    run_job(workspace, jobs, jobs.claim_next())
    assert len(made) == 6 + 3  # the one that was cut short is made again, no other
    again = jobs.find(identifier)
    assert (again.state, again.message) == (State.FINISHED, whole.message)
    assert figures(worth_of(workspace, again)) == figures(worth_of(workspace, whole))


def test_a_stop_before_anything_was_measured_leaves_nothing(workspace, monkeypatch):
    jobs, identifier, _ = stopped(workspace, wanted(workspace), 1, monkeypatch)
    assert "before anything was measured" in jobs.find(identifier).message


def test_what_is_damaged_is_measured_again(workspace):
    job = done(workspace, wanted(workspace, shares=(1.0,)))
    folder = workspace.root / "jobs" / job.id
    (folder / "1-0-real" / MEASURED).write_text("{")
    (folder / "attack-0-1" / SCORES).write_bytes(b"no")
    found = worth_of(workspace, job)
    assert (len(found.points), len(found.attacks)) == (3, 1)


def test_only_such_a_job_can_be_asked(workspace):
    with pytest.raises(ConfigError, match="does not measure"):
        worth_of(workspace, Jobs(workspace.database).submit(spec("d")))
