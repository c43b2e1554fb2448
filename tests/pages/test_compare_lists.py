"""Compare, lists: how alike they are, what only one model shows, and how few items fill them."""

import pytest
import streamlit as st

from pages.shared.nav import COMPARE
from recsys_core.runs.store import RunCard, Workspace
from tests import worlds
from tests.pages.test_train_page import opened, said
from tests.runs.builders import camps, keep, keep_run
from tests.runs.test_blend_job import trained
from tests.runs.test_comparison import trained as trained_on


@pytest.fixture
def runs(workspace: Workspace) -> list[RunCard]:
    return [trained(workspace, key) for key in ("ease", "item_knn", "als")]


def without_lists(workspace: Workspace, run: RunCard) -> None:
    (workspace.root / "runs" / run.id / "lists.npz").unlink()


def test_lists_of_several_models_stand_side_by_side(workspace, runs):
    at = opened(COMPARE, section="Lists")
    words = said(at)
    assert "Most alike are " in words
    assert " of 10 items; least " in words
    assert "Means over " in words
    assert "shows" in words
    assert "fills half of all places with " in words
    at.segmented_control(key="pick-likeness").set_value("Rank-biased overlap").run()
    assert not at.exception
    assert " of 10 items; least " not in said(at)


def test_the_two_models_that_are_compared_can_be_chosen(workspace, runs):
    at = opened(COMPARE, section="Lists")
    at.selectbox(key="lists-one").set_value(runs[2].id).run()
    at.selectbox(key="lists-other").set_value(runs[0].id).run()
    assert not at.exception
    words = said(at)
    assert words.count("Implicit ALS shows") == 1
    assert words.count("EASE shows") == 1


def test_two_models_are_one_pair(workspace, runs):
    workspace.delete_run(runs[0].id)
    for run in workspace.runs():
        if run.model == "popularity":
            workspace.delete_run(run.id)
    assert "In common have " in said(opened(COMPARE, section="Lists"))


def test_one_model_is_like_no_other(workspace):
    keep_run(workspace, keep(workspace, camps()))
    words = said(opened(COMPARE, section="Lists"))
    assert "only one model" in words
    assert "fills half of all places with " in words


def test_runs_that_are_older_than_lists_are_named(workspace, runs):
    without_lists(workspace, runs[1])
    words = said(opened(COMPARE, section="Lists"))
    assert "Made before lists were kept, so not shown here: ItemKNN. Train them again." in words
    assert "Most alike are " in words
    for run in workspace.runs():
        if run.id != runs[1].id:
            without_lists(workspace, run)
    st.cache_resource.clear()
    assert "fills half" not in said(opened(COMPARE, section="Lists"))


def test_lists_outlive_their_data_set(workspace, runs):
    workspace.delete_dataset(runs[0].dataset)
    assert "Most alike are " in said(opened(COMPARE, section="Lists"))


def test_lists_that_cannot_be_read_are_not_called_old(workspace, runs):
    path = workspace.root / "runs" / runs[1].id / "lists.npz"
    path.write_bytes(path.read_bytes()[:99])
    words = said(opened(COMPARE, section="Lists"))
    assert f"ItemKNN is not shown here. The run in the folder {runs[1].id} cannot be read" in words.replace("\\", "")
    assert "before lists were kept" not in words
    assert "Most alike are " in words


def test_a_catalogue_of_fewer_items_than_places_is_counted_as_it_is(workspace):
    dataset = keep(workspace, worlds.golden()).id
    for model in ("ease", "item_knn", "als"):
        trained_on(workspace, dataset, model)
    words = said(opened(COMPARE, section="Lists"))
    assert " of 10 items" not in words
    assert "Every two models are equally alike" in words
    assert "Each of the models fills half of all places with" in words
