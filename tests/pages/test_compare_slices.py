"""For whom, on Compare: slices, the worst of them, and the people who gain and lose by a switch."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from pages.shared.choose import VIEW_OF_PERSON
from pages.shared.nav import COMPARE, RECOMMENDATIONS
from recsys_core.data.dataset import Dataset
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.types import Feedback
from tests.pages.test_train_page import opened, said
from tests.runs.builders import RANDOM, camps, keep

MARKUP = "<b>left</b> [x](javascript:alert(1))"


def told(n: int, feedback: Feedback = Feedback.IMPLICIT) -> Dataset:
    """Two camps, and in the table of people which camp they are of and a number that few have."""
    made = camps(n=n, feedback=feedback)
    kinds = pd.Series([MARKUP if user % 2 else "right" for user in range(n)], dtype=object)
    ages = np.where(np.arange(n) < n // 5, np.nan, 20.0 + np.arange(n) % 40)
    return replace(made, user_table=made.user_table.assign(kind=kinds, age=ages))


def train(workspace: Workspace, dataset: Dataset, *models: str) -> dict[str, RunCard]:
    """Popularity comes first, unasked."""
    card = keep(workspace, dataset)
    jobs = Jobs(workspace.database)
    for model in models:
        run_job(workspace, jobs, jobs.begin(TrainSpec(dataset=card.id, model=model, split=RANDOM)))
    return {run.model: run for run in workspace.runs()}


def charts(at: AppTest) -> int:
    return len(at.get("plotly_chart"))


def links(at: AppTest) -> list[tuple[str, str]]:
    return [
        (link.proto.label, link.proto.query_string)
        for link in at.get("page_link")
        if "person=" in link.proto.query_string
    ]


def test_the_best_is_looked_at_instead_of_the_second_best(workspace):
    runs = train(workspace, told(80), "ease")
    at = opened(COMPARE, section="For whom")
    assert not at.error
    assert at.selectbox(key="pick-to").value == runs["ease"].id
    assert at.selectbox(key="pick-from").value == runs["popularity"].id
    words = said(at)
    assert "From Popularity to EASE, NDCG@10 changes by" in words
    assert "of people get worse when you switch from Popularity to EASE" in words
    assert words.count("There is no slice for which") + words.count("worst for") == 2
    assert charts(at) == 2
    assert at.query_params["to"] == runs["ease"].id


def test_every_chart_can_be_found_to_be_saved(workspace):
    train(workspace, told(80), "ease")
    at = opened(COMPARE, section="For whom", cut="last-seen")
    assert at.selectbox(key="pick-cut").value == "last-seen"
    for chart in at.get("plotly_chart"):
        assert re.search(r"-chart-[a-z0-9-]+$", chart.proto.id)


def test_people_are_cut_by_what_the_table_of_people_says_and_its_words_stay_words(workspace):
    train(workspace, told(80), "ease")
    at = opened(COMPARE, section="For whom", cut="attribute-kind")
    assert [str(name) for name in at.dataframe[0].value["Slice"]] == [MARKUP, "right"]
    assert "Kind" in at.selectbox(key="pick-cut").options
    assert all("[x](" not in part.value for part in (*at.markdown, *at.caption))
    at.selectbox(key="pick-cut").set_value("attribute-age").run()
    assert at.dataframe[0].value["Slice"].iloc[-1] == "not known"
    assert at.dataframe[0].value["EASE"].iloc[-1] == "too few to say"
    assert not at.exception


def test_those_who_lose_and_gain_most_lead_to_their_lists(workspace):
    runs = train(workspace, told(80), "ease")
    at = opened(COMPARE, section="For whom")
    found = links(at)
    assert {label for label, _ in found} == {"List before", "List after"}
    query = dict(part.split("=") for part in found[-1][1].split("&"))
    assert query["run"] == runs["ease"].id
    there = AppTest.from_file(at._script_path, default_timeout=60)
    there.run()
    for key in ("run", "person"):
        there.query_params[key] = query[key]
    there.switch_page(str(Path(at._script_path).parent / RECOMMENDATIONS.path)).run()
    assert not there.error
    assert there.selectbox(key="pick-person").value == query["person"]


def test_a_link_to_a_person_counts_after_another_data_set_was_looked_at(workspace):
    runs = train(workspace, told(40), "ease")
    at = opened(RECOMMENDATIONS)
    at.session_state["person-of"] = "another data set"
    at.session_state["kept-person"] = "u1"
    at.switch_page(str(Path(at._script_path).parent / COMPARE.path)).run()
    for key, value in {"run": runs["ease"].id, "person": "u7", "view": VIEW_OF_PERSON}.items():
        at.query_params[key] = value
    at.switch_page(str(Path(at._script_path).parent / RECOMMENDATIONS.path)).run()
    assert at.selectbox(key="pick-person").value == "u7"
    assert not at.error


def test_one_model_alone_has_slices_but_nobody_to_switch_to(workspace):
    train(workspace, told(80), "popularity")
    at = opened(COMPARE, section="For whom")
    assert not any(box.key == "pick-from" for box in at.selectbox)
    assert "NDCG@10 of Popularity goes from" in said(at)
    assert "when you switch" not in said(at)
    assert charts(at) == 1


def test_a_model_can_be_looked_at_alone(workspace):
    train(workspace, told(80), "ease")
    at = opened(COMPARE, section="For whom")
    at.selectbox(key="pick-from").set_value("alone").run()
    assert "NDCG@10 of EASE goes from" in said(at)
    assert not at.error
    assert not links(at)


def test_few_people_are_not_cut_but_told_who_gains(workspace):
    train(workspace, told(12), "ease")
    at = opened(COMPARE, section="For whom")
    assert "too few, or too alike" in at.info[0].value
    assert "of people get worse when you switch" in said(at)
    assert not at.exception


def test_what_belongs_to_lists_is_not_cut(workspace):
    train(workspace, told(40), "ease")
    at = opened(COMPARE, section="For whom", metric="coverage")
    assert "belongs to all lists together" in at.info[0].value.replace("\\", "")


def test_errors_of_ratings_are_cut_too(workspace):
    train(workspace, told(80, Feedback.EXPLICIT), "bias", "biased_mf")
    at = opened(COMPARE, section="For whom", metric="rmse")
    assert "RMSE changes by" in said(at)
    assert not at.error
    assert charts(at) == 2


def test_of_nine_people_no_share_has_an_interval(workspace):
    train(workspace, told(8), "ease", "item_knn")
    at = opened(COMPARE, section="For whom")
    assert not at.error
    assert "of people get worse when you switch" in said(at)
    assert "95 % intervals of the shares" not in said(at)
