"""Explanations: what would change one, what a model rests on, and whether its explanations can be trusted."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import recsys_core.models as models
from pages.shared.explain_overview import _most_lopsided
from pages.shared.nav import EMBEDDINGS, EXPLANATIONS, RECOMMENDATIONS, PageInfo
from recsys_core.explain.overview import Weight
from recsys_core.models import find_model
from recsys_core.models.base import Ability
from recsys_core.runs.store import Workspace
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Feedback
from tests import worlds
from tests.by_genre import ByGenre, two_tastes
from tests.pages.test_compare_leakage import charts
from tests.pages.test_recommendations_page import run_of
from tests.pages.test_train_page import opened, press, said
from tests.runs.builders import with_ids

CHANGE, OVERVIEW, TRUST = "What would change it?", "Over many people", "Can it be trusted?"


@pytest.fixture
def workspace(home, monkeypatch) -> Workspace:
    monkeypatch.setattr(models, "MODELS", (*models.MODELS, ByGenre))
    return Workspace(home)


def moves(at: AppTest) -> list[str]:
    """The rows of the list, and of what left it, as HTML."""
    lists = [html.body for html in at.get("html") if html.body.startswith('<div class="ft-moves')]
    return [row for one in lists for row in one.split('<div class="ft-listed')[1:]]


def done(at: AppTest) -> AppTest:
    """A sample that was asked about as a whole."""
    for _ in range(20):
        if not any(button.label in ("Stop", "Go on") for button in at.button):
            return at
        at.run()
    raise AssertionError("it never ends")


# What would change it?


def test_crossing_out_moves_the_list_and_undo_and_reset_take_it_back(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(EXPLANATIONS, explained=CHANGE)
    before = moves(at)
    assert "Nothing is crossed out: this is the list as it is." in said(at)
    label = next(button.label for button in at.button if button.label.startswith("Cross out "))
    press(at, label)
    assert "1 of " in said(at)
    assert any(button.label == label.replace("Cross out", "Put back") for button in at.button)
    second = next(button.label for button in at.button if button.label.startswith("Cross out "))
    press(at, second)
    assert "2 of " in said(at)
    press(at, "Undo")
    assert "1 of " in said(at)
    press(at, "Reset")
    assert moves(at) == before


def test_the_smallest_change_is_found_and_can_be_crossed_out(workspace):
    run_of(workspace, worlds.planted_ratings(np.random.default_rng(0), n_items=80).dataset, "ease")
    at = opened(EXPLANATIONS, explained=CHANGE)
    press(at, "Find it")
    assert "falls from 1st to" in said(at)
    press(at, "Cross these out above")
    assert "leaves the top 10" in said(at)


def test_any_item_is_brought_in_or_it_is_said_why_not(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(EXPLANATIONS, explained=CHANGE)
    pick = next(box for box in at.selectbox if box.label == "Item to bring in")
    known = {"is 1st already", "would rise from", "would lift it", "already"}
    for item in (0, len(pick.options) - 1):
        pick = next(box for box in at.selectbox if box.label == "Item to bring in")
        pick.select_index(item).run()
        assert not at.exception
        assert any(words in said(at) for words in known)


def test_a_model_that_only_knows_its_people_says_the_way_out(workspace, monkeypatch):
    run_of(workspace, two_tastes(), "ease")
    kind = find_model("ease")
    monkeypatch.setattr(kind, "abilities", property(lambda self: self.info.abilities - {Ability.HISTORY}))
    for section in (CHANGE, OVERVIEW, TRUST):
        at = opened(EXPLANATIONS, explained=section)
        assert "only knows the people it met in training" in at.info[0].value


def test_a_history_that_makes_no_difference_is_told(workspace):
    run_of(workspace, two_tastes(), "popularity")
    at = opened(EXPLANATIONS, explained=CHANGE)
    press(at, "Find it")
    assert "stays in the top 10 whatever is taken away" in said(at)
    assert "recommends the same to everybody" in said(done(opened(EXPLANATIONS, explained=OVERVIEW)))
    trusted = done(opened(EXPLANATIONS, explained=TRUST))
    assert "the scores of Popularity stay the same: there is nothing to explain" in said(trusted)
    assert charts(trusted) == 0


def test_somebody_with_one_event(workspace):
    run_of(workspace, worlds.popularity_ladder(12), "ease", "leave-one-out")
    for section in (CHANGE, OVERVIEW, TRUST):
        assert not opened(EXPLANATIONS, explained=section, person="u10").exception


# Over many people


def test_what_a_model_rests_on_is_drawn_with_its_finding(workspace):
    run_of(workspace, two_tastes(), "by_genre")
    at = done(opened(EXPLANATIONS, explained=OVERVIEW))
    assert "Recommendations of By genre rest mostly on" in said(at)
    assert charts(at) == 3
    assert "50 explanations" in said(at)


def test_a_side_is_named_only_where_points_lie_on_it():
    def weight(group: str, mean: float) -> Weight:
        return Weight(group, Estimate(1.0, 0.9, 1.1), mean, 0.5, 0.5, 10)

    assert _most_lopsided([weight("a", 0.1), weight("b", -0.8)]) == "b speaks most clearly against."
    assert _most_lopsided([weight("a", 0.1), weight("b", -0.2)]).startswith("Each group speaks for some items")


def test_attributes_are_offered_where_the_model_reads_them(workspace):
    run_of(workspace, two_tastes(), "by_genre")
    at = opened(EXPLANATIONS, explained=OVERVIEW, **{"explained-kind": "The item's attributes"})
    assert "rest mostly on" in said(done(at))
    assert charts(at) == 2


# Can it be trusted?


def test_methods_are_judged_beside_chance_and_beside_each_other(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(EXPLANATIONS, explained=TRUST)
    at.select_slider[0].set_value(10).run()
    done(at)
    assert not at.exception
    assert charts(at) == 2
    frame = at.dataframe[0].value
    assert len(frame) >= 3
    assert set(frame["People"]) == {10}


def test_the_size_of_the_sample_follows_to_a_run_of_fewer_people(workspace):
    many, few = run_of(workspace, two_tastes(), "popularity"), run_of(workspace, two_tastes(16), "popularity")
    at = opened(EXPLANATIONS, explained=OVERVIEW, run=many.id)
    at.select_slider[0].set_value(50).run()
    at.selectbox(key="pick-run").set_value(few.id).run()
    assert not at.exception
    assert not at.error
    assert at.select_slider[0].value in (10, 16)
    at.selectbox(key="pick-run").set_value(many.id).run()
    assert not at.exception


# Other people's data


@pytest.mark.parametrize("page", [EXPLANATIONS, EMBEDDINGS, RECOMMENDATIONS], ids=lambda page: page.title)
def test_a_model_that_is_gone_is_not_exchanged_in_silence(workspace, page: PageInfo):
    gone = run_of(workspace, two_tastes(), "ease")
    run_of(workspace, two_tastes(), "by_genre")
    at = opened(page, explained=CHANGE, run=gone.id)
    assert not any("not here any more" in one.value for one in at.info)
    workspace.delete_run(gone.id)
    at.run()
    assert "not here any more" in at.info[0].value
    assert not at.exception
    assert not any("not here any more" in one.value for one in at.run().info)


def test_somebody_who_knows_everything_is_told_that_nothing_is_left(workspace):
    early = [(0, item, 1.0, item) for item in range(6)]
    late = [(user, (user + step) % 6, 1.0, 100 + 10 * step + user) for user in range(1, 9) for step in range(3)]
    run_of(workspace, worlds.dataset(early + late, 9, 6, feedback=Feedback.IMPLICIT), "popularity", "global-temporal")
    for section in ("Why this?", CHANGE):
        at = opened(EXPLANATIONS, explained=section, person="u0")
        assert "u0 knows every item already" in at.error[0].value.replace("\\", "")


def test_another_person_is_asked_about_the_own_list(workspace):
    dataset = two_tastes()
    run_of(workspace, dataset, "ease")
    at = opened(EXPLANATIONS, explained=CHANGE, person="u0")
    first = at.selectbox(key="pick-item").value
    known = workspace.load_run(workspace.runs()[0].id).split.test.known
    item = dataset.item_ids.find(first, "item")
    met = next(user for user in range(dataset.n_users) if item in known.row(user)[0])
    at.selectbox(key="pick-person").set_value(f"u{met}").run()
    assert not at.error
    assert at.selectbox(key="pick-item").value != first


def test_another_data_set_is_asked_about_an_item_of_its_own(workspace):
    dataset = two_tastes()
    run_of(workspace, dataset, "ease")
    ids = [[f"{letter}{at}" for at in range(n)] for letter, n in (("p", dataset.n_users), ("m", dataset.n_items))]
    run_of(workspace, with_ids(dataset, *ids), "ease")
    at = opened(EXPLANATIONS, explained=CHANGE)
    runs = at.selectbox(key="pick-run")
    runs.set_value(next(run.id for run in workspace.runs() if run.id != runs.value)).run()
    assert not at.exception
    assert not at.error


def test_an_item_far_down_the_list_stays_what_is_asked_about(workspace):
    dataset = worlds.planted_ratings(np.random.default_rng(0), n_items=200).dataset
    dataset = replace(dataset, item_table=dataset.item_table.assign(title=[f"Film {at}" for at in range(200)]))
    run_of(workspace, dataset, "ease")
    at = opened(EXPLANATIONS)
    offered = {name.partition(" · ")[2] for name in at.selectbox(key="pick-item").options}
    known = workspace.load_run(workspace.runs()[0].id).split.test.known
    met = known.row(dataset.user_ids.find(at.selectbox(key="pick-person").value, "person"))[0]
    far = next(item for item in range(200) if dataset.title(item) not in offered and item not in met)
    at = opened(EXPLANATIONS, item=f"i{far}")
    at.segmented_control(key="pick-method").set_value("LIME").run()
    assert not at.exception
    assert not at.error
    assert at.selectbox(key="pick-item").value == f"i{far}"


def test_runs_and_items_that_are_called_alike_can_be_told_apart(workspace):
    dataset = two_tastes()
    dataset = replace(dataset, item_table=dataset.item_table.assign(title="The same film"))
    first, second = run_of(workspace, dataset, "ease"), run_of(workspace, dataset, "ease")
    for run in (first, second):
        at = opened(EXPLANATIONS, explained=CHANGE, run=run.id)
        press(at, next(button.label for button in at.button if button.label.startswith("Cross out ")))
        assert at.selectbox(key="pick-run").value == run.id
        pick = next(box for box in at.selectbox if box.label == "Item to bring in")
        assert len(set(pick.options)) == len(pick.options)
