"""Compare, verdict: the sentence, who takes part, what is missing, and figures that rest on something else."""

import json
from pathlib import Path

import pytest

from pages.shared.nav import COMPARE
from recsys_core import cli
from recsys_core.runs.comparison import compare_runs
from recsys_core.runs.store import Workspace, open_workspace
from recsys_core.splitting import SplitRecipe
from tests.pages.test_watching import opened, press, said
from tests.runs.builders import RANDOM, camps, keep
from tests.runs.test_comparison import trained


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return open_workspace(home)


@pytest.fixture
def films(workspace: Workspace) -> str:
    return keep(workspace, camps("<b>films</b>", 40)).id


def headline(at) -> str:
    return at.subheader[0].value.replace("\\", "")


def test_the_page_and_the_shell_say_the_same_to_the_last_digit(workspace, films, jobs, capsys):
    runs = [trained(workspace, films, model) for model in ("item_knn", "ease")]
    runs += [trained(workspace, films, "gmf", seed=seed, settings={"epochs": 1}) for seed in (0, 1)]
    popularity = next(run for run in workspace.runs() if run.model == "popularity")
    assert cli.main(["compare", *(run.id for run in [*runs, popularity]), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    at = opened(COMPARE)
    assert document["verdict"].startswith(headline(at))
    assert document["verdict"].removeprefix(headline(at)).strip() in said(at)
    pairs = at.dataframe[0].value
    assert pairs["p after Holm"].tolist() == [pair["p_holm"] for pair in document["pairs"]]
    assert pairs["By"].tolist() == [pair["difference"] for pair in document["pairs"]]
    assert "Training seeds alone move GMF by" in said(at)
    assert "people can show a difference of" in said(at)


def test_who_takes_part_is_chosen_and_stands_in_the_address(workspace, films, jobs):
    runs = {model: trained(workspace, films, model) for model in ("item_knn", "ease", "als")}
    at = opened(COMPARE)
    assert len(at.multiselect(key="pick-runs").value) == 4
    assert "runs" not in at.query_params
    chosen = [runs["ease"].id, runs["als"].id]
    at.multiselect(key="pick-runs").set_value(chosen).run()
    assert at.query_params["runs"] == ",".join(chosen)
    assert len(at.dataframe[0].value) == 1
    again = opened(COMPARE, runs=",".join(chosen))
    assert set(again.multiselect(key="pick-runs").value) == set(chosen)
    assert headline(again) == headline(at)
    at.multiselect(key="pick-runs").set_value([]).run()
    assert "Choose the models to compare." in said(at)


def test_a_plain_model_that_was_left_out_is_added_at_one_press(workspace, films, jobs):
    runs = {model: trained(workspace, films, model) for model in ("item_knn", "ease")}
    at = opened(COMPARE, runs=runs["item_knn"].id)
    assert "Popularity and EASE are not in this comparison." in said(at)
    press(at, "Add Popularity and EASE")
    assert "not in this comparison" not in said(at)
    assert runs["ease"].id in at.multiselect(key="pick-runs").value


def test_a_plain_model_of_several_seeds_is_added_too(workspace, films, jobs):
    run = trained(workspace, films, "item_knn")
    seeds = [trained(workspace, films, "ease", seed=seed) for seed in (0, 1)]
    at = opened(COMPARE, runs=run.id)
    press(at, "Add Popularity and EASE")
    assert seeds[0].id in at.multiselect(key="pick-runs").value
    assert "not in this comparison" not in said(at)


def test_an_address_with_more_models_than_fit_takes_the_first(workspace, films, jobs):
    runs = {model: trained(workspace, films, model) for model in ("item_knn", "ease")}
    many = [*[runs["ease"].id] * 40, runs["item_knn"].id]
    at = opened(COMPARE, runs=",".join(many))
    assert at.multiselect(key="pick-runs").value == [runs["ease"].id, runs["item_knn"].id]


def test_a_plain_model_that_was_never_trained_is_trained_at_one_press(workspace, films, jobs):
    run = trained(workspace, films, "item_knn")
    at = opened(COMPARE)
    assert "EASE is not in this comparison." in said(at)
    press(at, "Train EASE and compare")
    job = jobs.all()[0]
    assert (job.spec.model, job.spec.split, job.spec.dataset) == ("ease", RANDOM, run.dataset)
    assert "1 training waiting" in said(at)
    assert not any(button.label == "Train EASE and compare" for button in at.button)


def test_without_its_data_set_nothing_is_offered_and_the_rest_stays(workspace, films, jobs):
    trained(workspace, films, "item_knn")
    workspace.delete_dataset(films)
    at = opened(COMPARE)
    assert "cannot be trained on these held-out events" in said(at)
    assert "ItemKNN" in headline(at)


def test_runs_judged_otherwise_stand_below_a_warning_that_names_the_difference(workspace, films, jobs):
    other = trained(workspace, films, "ease", SplitRecipe(key="random", seed=9))
    run = trained(workspace, films, "ease")
    at = opened(COMPARE, split=run.split_fingerprint)
    before = headline(at)
    at.multiselect(key=f"otherwise-{run.split_fingerprint}").set_value([other.id]).run()
    (warning,) = (one.value.replace("\\", "") for one in at.warning)
    assert "no test is made across them" in warning
    assert "split (random per person, seed 0 against random per person, seed 9)" in warning
    assert headline(at) == before
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    assert any("judged otherwise" in label for label in figure["layout"]["yaxis"]["ticktext"])
    assert not any("<b>films" in label for label in figure["layout"]["yaxis"]["ticktext"])


def test_thirty_runs_at_once_are_shown_as_the_best_of_each_model(workspace, films, jobs):
    first = trained(workspace, films, "item_knn")
    loaded = workspace.load_run(first.id)
    from recsys_core.evaluation import evaluate

    report = evaluate(loaded.model, loaded.split.test, loaded.split.dataset)
    for neighbours in range(30):
        about = json.loads(json.dumps(first.about))
        about["passport"]["config"]["neighbours"] = neighbours + 1
        workspace.save_run(about, loaded.model, loaded.split, report)
    at = opened(COMPARE)
    assert not at.error
    assert len(at.multiselect(key="pick-runs").value) == 12
    assert "12 of 32 are compared. Of several settings of a model" in said(at)
    at.multiselect(key="pick-runs").set_value(at.multiselect(key="pick-runs").options[:0]).run()
    everybody = [run.id for run in workspace.runs()][:30]
    at.multiselect(key="pick-runs").set_value(everybody).run()
    assert not at.error
    every = ",".join(run.id for run in workspace.runs())
    assert len(opened(COMPARE, runs=every).multiselect(key="pick-runs").value) == 30
    assert len(at.dataframe[0].value) == 30 * 29 / 2
    assert len(compare_runs(workspace, workspace.runs()[:30], "ndcg@10").pairs) == 30 * 29 / 2


def test_models_without_the_metric_are_named(workspace, jobs):
    from recsys_core.types import Feedback

    stars = keep(workspace, camps("stars", 40, feedback=Feedback.EXPLICIT)).id
    trained(workspace, stars, "bias")
    at = opened(COMPARE, metric="rmse")
    assert "Left out, for want of RMSE: Popularity." in said(at)
    assert "Biased MF is not in this comparison" in said(at)


def test_a_damaged_run_gets_a_sentence(workspace, films, jobs):
    run = trained(workspace, films, "item_knn")
    (workspace.root / "runs" / run.id / "per_user.npz").write_bytes(b"nothing")
    at = opened(COMPARE)
    assert "cannot be read" in at.error[0].value.replace("\\", "")
    at.selectbox(key="remove-run").set_value(run.id).run()
    at.checkbox(key=f"sure-{run.id}").check().run()
    press(at, "Delete")
    assert not at.error


@pytest.fixture
def seeds(workspace, films, jobs) -> list[str]:
    """GMF with two seeds, of which the first is not the newest run."""
    return [trained(workspace, films, "gmf", seed=seed, settings={"epochs": 1}).id for seed in (0, 1)]


@pytest.mark.parametrize("section", ["Metrics", "Cost"])
def test_other_sections_show_one_training_of_each_model_or_all_seeds(seeds, section):
    at = opened(COMPARE, section=section)
    assert list(at.dataframe[-1].value["Model"]).count("GMF") == 1
    at.toggle(key="each-seed").set_value(True).run()
    assert {"GMF, seed 0", "GMF, seed 1"} <= set(at.dataframe[-1].value["Model"])


def test_the_table_of_the_verdict_has_means_over_seeds(workspace, seeds):
    at = opened(COMPARE)
    table = at.dataframe[-1].value.set_index("Model")
    figures = [workspace.find_run(run).about["metrics"]["ndcg@10"]["value"] for run in seeds]
    assert table.loc["GMF", "NDCG"] == pytest.approx(sum(figures) / 2, abs=1e-12)
    assert "the mean over them" in said(at)
    assert not at.toggle


def test_without_a_second_seed_there_is_no_switch(workspace, films, jobs):
    trained(workspace, films, "gmf", settings={"epochs": 1})
    assert not opened(COMPARE, section="Metrics").toggle


def test_the_finding_comes_before_what_it_rests_on(workspace, films, jobs):
    trained(workspace, films, "ease")
    words = [part.value for part in opened(COMPARE).main if part.type in {"subheader", "caption"}]
    power = next(place for place, text in enumerate(words) if "people can show a difference of" in text)
    assert any("EASE" in text for text in words[:power])
