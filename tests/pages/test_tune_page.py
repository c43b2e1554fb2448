"""The Tune page: started, watched, told, used, resumed and forgotten; all of it from the workspace."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import cache, choose
from pages.shared.nav import COMPARE, RECOMMENDATIONS, TRAIN, TUNE
from recsys_core.errors import StudioError
from recsys_core.preflight.forecast import Forecast
from recsys_core.runs.forecasts import Forecasts
from recsys_core.runs.jobs import Job, Jobs, State, TrainSpec, TuneSpec
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.runs.trials import Trials
from recsys_core.runs.tune_job import tune_spec
from recsys_core.splitting import default_recipe
from recsys_core.tuning.trial import Ended, Trial
from tests.pages.no_runner import NoRunner
from tests.pages.test_train_page import opened, press, said
from tests.runs.builders import RANDOM, camps, keep

FAST = ("ease", "item_knn")


class Runner(NoRunner):
    def resume(self, identifier: str) -> None:
        self.jobs.resume(identifier)


@pytest.fixture
def jobs(workspace: Workspace, monkeypatch) -> Jobs:
    runner = Runner(workspace)
    monkeypatch.setattr(cache, "runner", lambda: runner)
    return runner.jobs


@pytest.fixture
def spec(workspace: Workspace) -> TuneSpec:
    return tune_spec(workspace, keep(workspace, camps()).id, FAST, 3, RANDOM)


@pytest.fixture
def ended(workspace: Workspace, jobs: Jobs, spec: TuneSpec) -> Job:
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    return jobs.find(job.id)


def labels(at: AppTest) -> set[str]:
    return {button.label for button in at.button}


def test_without_data_there_is_a_way_out_and_with_data_a_word_on_what_tuning_does(jobs, workspace):
    assert "There is no data set yet" in said(opened(TUNE))
    keep(workspace, camps())
    at = opened(TUNE)
    assert "Nothing has been tuned yet" in said(at)
    models = at.multiselect(key="tuned-models")
    assert models.value == ["ease", "neumf"]
    assert "Popularity" not in models.options
    assert "40 trainings" in said(at)


def test_the_time_is_told_once_it_is_known_for_each_model(jobs, workspace):
    card, forecasts = keep(workspace, camps()), Forecasts(workspace.database)
    recipe = default_recipe(workspace.load_dataset(card.id))
    forecasts.keep(TrainSpec(dataset=card.id, model="ease", split=recipe), Forecast(9, 1, 0, 0, 2, 1, 1, 1))
    assert "about" not in said(opened(TUNE)).partition("40 trainings")[2][:10]
    forecasts.keep(TrainSpec(dataset=card.id, model="neumf", split=recipe), Forecast(9, 1, 10, 5, 4, 1, 1, 1))
    assert "40 trainings, about 19 min at most with usual settings" in said(opened(TUNE))


def test_start_queues_a_search_of_what_was_chosen_once(jobs, workspace):
    card = keep(workspace, camps())
    at = opened(TUNE)
    at.multiselect(key="tuned-models").set_value([*FAST]).run()
    at.number_input(key="tuned-trials").set_value(4).run()
    at.selectbox(key="tuned-metric").set_value("recall@20").run()
    press(at, "Start tuning")
    (job,) = jobs.all()
    assert isinstance(job.spec, TuneSpec)
    assert (job.spec.dataset, job.spec.models, job.spec.trials) == (card.id, FAST, 4)
    assert job.spec.metric == "recall@20"
    assert "Tuning of EASE and ItemKNN on camps" in said(at)
    press(at, "Take out")
    assert jobs.find(job.id).state is State.STOPPED


def test_a_model_that_refuses_the_data_is_said_before_the_start(jobs, workspace):
    keep(workspace, camps())
    at = opened(TUNE)
    at.multiselect(key="tuned-models").set_value(["ease", "svdpp"]).run()
    assert "predict ratings" in said(at)
    assert next(button for button in at.button if button.label == "Start tuning").disabled
    at.multiselect(key="tuned-models").set_value([]).run()
    assert next(button for button in at.button if button.label == "Start tuning").disabled
    assert not at.exception


def test_a_running_search_shows_the_best_so_far_and_what_is_tried(jobs, workspace, spec):
    job = jobs.begin(spec)
    trials = Trials(workspace.database)
    trials.note(job.id, Trial("ease", 1, {"regularisation": 1000.0}, Ended.DONE, (0.25,), 1.0))
    trials.note(job.id, Trial("item_knn", 1, {"neighbours": 100}, curve=(0.125,)))
    jobs.enter(job.id, "ItemKNN, trial 1 of 3")
    for page in (TUNE, TRAIN):
        at = opened(page)
        words = said(at)
        assert "Tuning of EASE and ItemKNN on camps" in words
        assert "Stop and keep the best" in labels(at)
        if page is TUNE:
            assert "EASE has the best NDCG@10 on the validation events so far: 0.250, in trial 1" in words
            assert "Trying neighbours 100 · epoch 1, NDCG@10 0.125 so far" in words
    press(at, "Stop and keep the best")
    assert jobs.stop_requested(job.id)


def test_a_finished_search_tells_the_verdict_the_settings_and_the_trials(jobs, workspace, ended):
    at = opened(TUNE)
    words = said(at)
    headline, _, rest = ended.message.partition(". ")
    assert headline in words
    assert rest in words
    assert "Best settings of EASE: trial" in words
    assert "All trials" in [box.label for box in at.expander]
    settings, trials = (table.value for table in at.dataframe)
    assert list(settings["Setting"]) == ["Regularisation", "User normalisation", "Item normalisation"]
    assert sorted(trials["Trial"]) == [1, 2, 3]
    assert set(trials["Result"]) == {"done"}
    at.segmented_control(key="pick-tuned").set_value("ItemKNN").run()
    assert "Best settings of ItemKNN: trial" in said(at)
    assert "Neighbours" in list(at.dataframe[0].value["Setting"])
    winner = workspace.find_run(ended.run)
    press(at, f"See what {winner.title} recommends")
    assert at.title[0].value == RECOMMENDATIONS.title
    assert not opened(COMPARE).error
    assert "Tuning of EASE and ItemKNN on camps" in said(opened(TRAIN))


def test_the_best_settings_go_into_the_form_of_train(jobs, workspace, ended):
    at = opened(TUNE)
    best = dict(zip(at.dataframe[0].value["Setting"], at.dataframe[0].value["Best"], strict=True))
    press(at, "Use in Train")
    assert at.title[0].value == TRAIN.title
    assert at.selectbox(key=f"pick-{choose.MODEL}").value == "ease"
    shown = at.number_input(key="config-ease-regularisation").value
    assert f"{shown:g}" == best["Regularisation"]
    assert not at.exception


def test_a_search_that_was_stopped_can_go_on_and_a_failed_one_says_why(jobs, workspace, spec, monkeypatch):
    job = jobs.begin(spec)
    seen: list[object] = []

    def stop_soon(event: object) -> None:
        seen.append(event)
        if len(seen) == 2:
            jobs.stop(job.id)

    run_job(workspace, jobs, job, stop_soon)
    at = opened(TUNE)
    assert "Stopped by hand after 2 of 6 trials" in said(at)
    press(at, "Resume")
    assert jobs.find(job.id).state is State.QUEUED
    jobs.stop(job.id)
    jobs.dismiss(job.id)
    broken = jobs.begin(spec)
    workspace.delete_dataset(spec.dataset)
    with pytest.raises(StudioError):
        run_job(workspace, jobs, broken)
    at.run()
    assert "There is no data set called" in said(at)
    assert not at.exception


def test_a_search_is_forgotten_and_its_models_stay(jobs, workspace, ended):
    at = opened(TUNE)
    press(at, "Forget this search")
    assert not jobs.all()
    assert "Nothing has been tuned yet" in said(at)
    assert workspace.find_run(ended.run)


def test_models_that_were_deleted_are_not_missed(jobs, workspace, ended):
    for run in workspace.runs():
        workspace.delete_run(run.id)
    at = opened(TUNE)
    assert not at.error
    assert "Best settings of EASE" in said(at)


def test_of_several_searches_one_is_shown(jobs, workspace, spec, ended):
    other = jobs.begin(spec.model_copy(update={"seed": 1}))
    run_job(workspace, jobs, other)
    at = opened(TUNE)
    assert at.selectbox(key=f"pick-{choose.SEARCH}").value == other.id
    at.selectbox(key=f"pick-{choose.SEARCH}").set_value(ended.id).run()
    assert ended.message.partition(". ")[2] in said(at)
    assert at.query_params[choose.SEARCH] == ended.id
    jobs.begin(spec)
    at = opened(TUNE)
    assert "Earlier searches" in [box.label for box in at.expander]
    assert other.message.partition(". ")[2] in said(at)
    assert "Stop and keep the best" in labels(at)
