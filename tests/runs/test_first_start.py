"""What a new workspace begins with."""

from recsys_core.runs import first_start
from recsys_core.runs.first_start import MODELS_TO_SHOW, furnish
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.store import Workspace, is_new
from tests.runs.builders import camps, keep


def test_a_workspace_is_new_once_and_stays_known_when_all_is_deleted(tmp_path):
    assert is_new(tmp_path)
    workspace = Workspace(tmp_path)
    assert not is_new(tmp_path)
    card = keep(workspace, camps())
    workspace.delete_dataset(card.id, with_runs=True)
    assert not is_new(tmp_path)


def test_the_demo_comes_with_its_models_once(tmp_path):
    workspace = Workspace(tmp_path)
    jobs = Jobs(workspace.database)
    furnish(workspace, jobs)
    (card,) = workspace.datasets()
    assert [(job.spec.model, job.spec.dataset) for job in reversed(jobs.all())] == [
        (model, card.id) for model in MODELS_TO_SHOW
    ]
    furnish(workspace, jobs)
    assert len(jobs.all()) == len(MODELS_TO_SHOW)


def test_who_brings_data_meanwhile_is_left_alone(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path)
    jobs = Jobs(workspace.database)
    demo = next(sample for sample in first_start.SAMPLES if sample.key == "demo")

    class Slow:
        key = "demo"

        @staticmethod
        def load():
            keep(workspace, camps("mine"))
            return demo.load()

    monkeypatch.setattr(first_start, "SAMPLES", (Slow,))
    furnish(workspace, jobs)
    assert [card.name for card in workspace.datasets()] == ["mine"]
    assert jobs.all() == []
