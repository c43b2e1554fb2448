"""The Embeddings page: the map, what is chosen on it, two models side by side, and what directions mean."""

from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

from pages.shared import cache
from pages.shared.map_view import CHART, CHOSEN
from pages.shared.nav import EMBEDDINGS, TRAIN
from pages.shared.spaces_view import _least_offered
from recsys_core.runs.jobs import FineTune, Jobs, TrainSpec
from recsys_core.runs.map_files import map_of
from recsys_core.runs.maps import Answer, Standing
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from recsys_core.training.warm_start import Part
from recsys_core.transfer.plan import Plan, Way
from tests import worlds
from tests.pages.test_train_page import opened, said
from tests.runs import transfer_worlds
from tests.runs.builders import keep, with_ids
from tests.runs.test_leak_job import trained

RANDOM = SplitRecipe(key="random")


class NoMaps:
    """Says what it is told to, and notes what it is asked."""

    def __init__(self) -> None:
        self.answer = Answer(Standing.DRAWING, seconds=12.0)
        self.stopped: list[object] = []

    def ask(self, spec: object) -> Answer:
        return self.answer

    def stop(self, spec: object) -> None:
        self.stopped.append(spec)
        self.answer = Answer(Standing.STOPPED)

    def want_again(self, spec: object) -> None:
        self.answer = Answer(Standing.DRAWING)


@pytest.fixture
def maps(monkeypatch) -> NoMaps:
    stand_in = NoMaps()
    monkeypatch.setattr(cache, "maps", lambda: stand_in)
    return stand_in


@pytest.fixture
def run(workspace):
    st.cache_resource.clear()
    return trained(workspace, "als", worlds.described(), RANDOM, epochs=2)


def test_a_map_comes_with_how_far_to_trust_it_and_a_way_to_choose(run):
    at = opened(EMBEDDINGS)
    words = said(at)
    assert "How far to trust this map." in words
    assert "true neighbours" in words
    assert {one.label for one in at.metric} == {"Trustworthiness", "Continuity", "Neighbours kept"}
    assert "Click a point" in words
    assert len(at.get("plotly_chart")) == 1


def test_a_chosen_point_shows_its_true_neighbours_and_several_stand_beside_all_others(run):
    at = opened(EMBEDDINGS)
    fingerprint = run.about["passport"]["dataset"]["fingerprint"]
    at.session_state[CHOSEN] = (fingerprint, [0])
    at.run()
    assert "Nearest in the model's own space" in said(at)
    at.session_state[CHOSEN] = (fingerprint, [0, 2, 4, 6])
    at.run()
    assert at.subheader[0].value == "4 items chosen"
    words = said(at)
    assert "Even: 100% of the chosen, 50% of all" in words
    assert "Popularity" in words
    at.selectbox(key="pick-method").set_value("pca").run()
    assert at.subheader[0].value == "4 items chosen"
    at.button(key="choose-nothing").click().run()
    assert "Click a point" in said(at)
    assert not at.exception


def test_people_are_chosen_with_their_figures(run):
    at = opened(EMBEDDINGS, whose="people")
    at.session_state[CHOSEN] = (run.about["passport"]["dataset"]["fingerprint"], [-1, -3, -5])
    at.run()
    assert at.subheader[0].value == "3 people chosen"
    assert "NDCG@10" in said(at)
    at.session_state[CHOSEN] = (run.about["passport"]["dataset"]["fingerprint"], [-1])
    at.run()
    assert not at.exception
    assert len(at.dataframe) == 1


def test_finding_marks_and_leads_to_a_point(run):
    at = opened(EMBEDDINGS)
    at.text_input(key="find-point").set_value("I17").run()
    at.button(key="look-at-found").click().run()
    assert at.subheader[0].value == "i17"
    at.text_input(key="find-point").set_value("i1").run()
    assert "hits: choose one" in at.selectbox(key=f"found-i1-{run.id}-items").placeholder
    at.text_input(key="find-point").set_value("<b>none").run()
    assert "has '<b>none' in its title" in said(at)


def test_a_person_is_drawn_on_the_map_of_two_dimensions_without_sending_its_points_anew(run):
    at = opened(EMBEDDINGS, whose="both")
    (before,) = at.get("plotly_chart")
    at.segmented_control(key="person-on-map").set_value("Somebody").run()
    assert not at.exception
    assert "shown to u" in str(at.get("bidi_component")[0].proto)
    assert at.get("plotly_chart")[0].proto == before.proto


def test_a_person_is_drawn_on_the_map_of_three_dimensions(run):
    at = opened(EMBEDDINGS, whose="both", dimensions="3")
    at.segmented_control(key="person-on-map").set_value("Somebody").run()
    assert not at.exception
    assert "shown to u" in str(at.get("plotly_chart")[0].proto.spec)
    assert not at.get("bidi_component")


def test_a_map_that_takes_time_is_drawn_in_the_background_and_can_be_stopped(run, maps):
    at = opened(EMBEDDINGS, method="umap")
    assert "UMAP is being drawn in the background: 12 s so far" in said(at)
    assert "PCA. A shadow" in said(at)
    at.button(key="stop-map").click().run()
    assert maps.stopped[0].method == "umap"
    assert "UMAP was stopped." in said(at)
    at.button(key="draw-map").click().run()
    assert "is being drawn" in said(at)
    maps.answer = Answer(Standing.FAILED, reason="It broke.")
    assert "UMAP could not be drawn. It broke." in said(at.run())


def test_a_map_from_the_cache_is_shown_at_once(run, maps, workspace):
    from recsys_core.runs.map_files import MapSpec

    maps.answer = Answer(Standing.DRAWN, map_of(workspace, MapSpec(run=run.id, method="pca")))
    words = said(opened(EMBEDDINGS, method="umap"))
    assert "is being drawn" not in words
    assert "UMAP. Keeps neighbours together" in words


def test_models_without_vectors_and_without_differences_have_a_sentence(workspace, home):
    st.cache_resource.clear()
    assert "No model has been trained yet." in said(opened(EMBEDDINGS))
    trained(workspace, "item_knn", worlds.described(), RANDOM)
    assert "ItemKNN has no vectors" in said(opened(EMBEDDINGS))


@pytest.mark.parametrize("section", ["The map", "Beside another model", "What directions mean"])
def test_vectors_that_are_all_the_same_are_a_sentence(run, monkeypatch, section):
    from recsys_core.models.als import ALS

    monkeypatch.setattr(ALS, "item_vectors", lambda self: np.ones((self.n_items, 3), np.float32))
    at = opened(EMBEDDINGS, embedded=section)
    if section == "Beside another model":
        assert "There is no other model with vectors yet." in said(at)
    else:
        assert "gives all items the same vector" in at.error[0].value


def test_three_items_have_a_map_without_figures(workspace):
    st.cache_resource.clear()
    rows = [(user, item, 1.0 + (user + item) % 5, 10 * user + item) for user in range(12) for item in range(3)]
    trained(workspace, "als", worlds.dataset(rows, 12, 3), RANDOM, epochs=1)
    at = opened(EMBEDDINGS)
    assert "Too few points to say" in said(at)
    at = opened(EMBEDDINGS, embedded="What directions mean")
    assert not at.error
    assert "Too little is known about these items" in said(at)


def test_titles_with_markup_stay_text(workspace):
    st.cache_resource.clear()
    nasty = worlds.described()
    nasty.item_table["title"] = ["<img src=x onerror=alert(1)>🎬 $x$ " + "long " * 80] * 40
    nasty.item_table["genres"] = [()] * 40
    run = trained(workspace, "als", nasty, RANDOM, epochs=1)
    at = opened(EMBEDDINGS)
    at.session_state[CHOSEN] = (run.about["passport"]["dataset"]["fingerprint"], [0])
    at.run()
    assert not at.exception
    html = " ".join(part.proto.body for part in at.get("html"))
    assert "<img src=x" not in html
    assert "<img src=x" not in str(at.get("plotly_chart")[0].proto.spec)


def test_two_models_stand_side_by_side_with_what_moved(workspace, run):
    trained(workspace, "als", worlds.described(), RANDOM, epochs=1)
    at = opened(EMBEDDINGS, embedded="Beside another model", run=run.id)
    words = said(at)
    assert "Of the 10 nearest items, the two models agree on" in words
    assert "in common" in words
    assert len(at.get("plotly_chart")) == 2
    assert {"Likeness of the spaces", "The same, by chance"} <= {one.label for one in at.metric}
    at.selectbox(key="pick-spaces-of").set_value("people").run()
    assert "nearest people" in said(at)
    assert not at.exception


def test_models_of_other_catalogues_are_matched_by_id_or_refused(workspace, run):
    other = worlds.described()
    strange = with_ids(other, [f"p{at}" for at in range(60)], [f"x{at}" for at in range(40)])
    trained(workspace, "als", replace(strange, name="strange"), RANDOM, epochs=1)
    at = opened(EMBEDDINGS, embedded="Beside another model", run=run.id)
    assert "0 items with the same id" in at.error[0].value


def test_the_run_that_was_fine_tuned_from_it_is_the_first_to_be_compared(workspace, run):
    jobs = Jobs(workspace.database)
    spec = TrainSpec(dataset=run.dataset, model="als", settings={"epochs": 2}, split=RANDOM)
    job = jobs.begin(spec.model_copy(update={"fine_tune": FineTune(run=run.id)}))
    run_job(workspace, jobs, job)
    tuned = workspace.find_run(str(jobs.find(job.id).run))
    trained(workspace, "als", worlds.described(), RANDOM, epochs=3)
    at = opened(EMBEDDINGS, embedded="Beside another model", run=run.id)
    assert at.selectbox(key="pick-other").value == tuned.id
    assert "Implicit ALS, after fine-tuning, turned onto it" in said(at)


def test_a_run_by_transfer_is_compared_by_what_the_target_calls_the_items(workspace):
    """Both data sets number their items, in another order: by their own ids all would be compared with others."""
    titles = [f"A long enough title {at}" for at in range(40)]
    there = worlds.described()
    there = replace(there, name="there", item_table=there.item_table.assign(title=titles))
    here = with_ids(there, [f"p{at}" for at in range(60)], [f"i{at}" for at in reversed(range(40))])
    source = transfer_worlds.trained(workspace, there, "mf", settings=transfer_worlds.FEW)
    target = keep(workspace, replace(here, name="here"))
    plan = Plan(way=Way.FULL, pull=1.0, calibrated=False, rates=dict.fromkeys(Part, 0.0))
    run = transfer_worlds.transferred(workspace, source, target.id, plan)
    assert run.about["transfer"]["items"] == 40
    at = opened(EMBEDDINGS, embedded="Beside another model", run=run.id)
    assert at.selectbox(key="pick-other").value == source.id
    assert "before transfer, turned onto it" in said(at)
    assert at.metric[0].value == "1.00", "what is held where it was has not moved"
    link = next(link for link in opened(TRAIN).get("page_link") if link.label == "See what moved")
    assert run.id in link.proto.query_string


def test_directions_have_ends_and_vectors_tell_genres(run):
    at = opened(EMBEDDINGS, embedded="What directions mean")
    words = said(at)
    assert "One end" in words
    assert "is told best" in words
    assert not at.exception


def test_the_chart_keeps_its_key(run):
    """Choices are found in the session by it."""
    assert CHART in str(opened(EMBEDDINGS).get("plotly_chart")[0].proto)


def test_where_most_were_met_by_nobody_all_are_offered():
    assert _least_offered(np.array([0] * 12 + [3] * 8)) == [0]
    assert _least_offered(np.array([1] * 12 + [30] * 8)) == [1]
