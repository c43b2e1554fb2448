"""Why this: on the page of explanations, and in place on a card."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import recsys_core.models as models
from pages.shared import cards, explained, try_yourself
from pages.shared.explained import Wish
from pages.shared.nav import EXPLANATIONS, RECOMMENDATIONS
from recsys_core.data.interactions import Histories
from recsys_core.explain.game import Question
from recsys_core.explain.person import StandIn
from recsys_core.runs.blend_job import blend_spec
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.store import Workspace
from tests import worlds
from tests.by_genre import ByGenre, two_tastes
from tests.pages.test_recommendations_page import OnlyItsOwn, asked, run_of
from tests.pages.test_train_page import opened, press, said
from tests.runs.test_blend_job import KNOWN, done, trained


@pytest.fixture
def workspace(home: Path, monkeypatch) -> Workspace:
    monkeypatch.setattr(models, "MODELS", (*models.MODELS, ByGenre, OnlyItsOwn))
    return Workspace(home)


def shown(at: AppTest) -> str:
    return " ".join(html.body for html in at.get("html"))


def sentence(at: AppTest) -> str:
    return shown(at).split('<p class="ft-sentence">')[1].split("</p>")[0]


def test_a_sentence_the_parts_and_how_far_to_trust_them(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(EXPLANATIONS)
    assert sentence(at).startswith("Recommended ")
    words = shown(at)
    assert "Can it be trusted?" in words
    for figure in ("Adds up", "Taken away", "Put back", "Stable", "Agreement"):
        assert f">{figure}</dt>" in words
    assert len(at.get("plotly_chart")) == 3
    assert "Explained: sum of" in said(at)
    assert "Most like it, of what they met" in [one.value for one in at.subheader]
    assert {"part", "contributes", "margin"} <= set(at.dataframe[0].value)


def test_the_method_the_value_and_the_effort_can_be_chosen(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(EXPLANATIONS)
    at.segmented_control(key="pick-method").set_value("LIME").run()
    assert not at.exception
    assert ">Line fits</dt>" in shown(at)
    at.select_slider[0].set_value(500).run()
    assert not at.exception
    assert "502 questions" in said(at)
    lead = at.segmented_control(key="pick-value").options[1]
    assert lead.startswith("Its lead over ")
    at.segmented_control(key="pick-value").set_value(lead).run()
    assert not at.exception
    assert "Explained: how far its score lies above the other one's" in said(at)


def test_words_are_marked_and_text_from_outside_stays_text(workspace):
    dataset = two_tastes(60)
    hostile = dataset.item_table.assign(text="<script>alert(1)</script> horror & comedy", title="A horror film")
    run_of(workspace, replace(dataset, item_table=hostile), "tfidf")
    at = opened(EXPLANATIONS, reasons="The item's words")
    words = shown(at)
    assert "&lt;" in words
    assert "<script>" not in words
    assert "<mark title=" in words
    assert "Without its words" in at.get("plotly_chart")[0].proto.spec


def test_an_item_without_text_is_told_in_a_sentence(workspace):
    dataset = two_tastes(60)
    table = dataset.item_table.copy()
    table.loc[table.index[4:], ["title", "text"]] = ""
    run = workspace.load_run(run_of(workspace, replace(dataset, item_table=table), "tfidf").id)
    silent = next(item for item in range(4, dataset.n_items) if item not in run.split.test.known.row(1)[0])
    person, item = str(dataset.user_ids.values[1]), str(dataset.item_ids.values[silent])
    at = opened(EXPLANATIONS, reasons="The item's words", item=item, person=person)
    assert "neither a title nor a text" in " ".join(one.value for one in at.info)


def test_a_person_of_one_item_is_told_in_a_sentence(workspace):
    rows = [(0, 0, 1.0, 0)]
    rows += [(user, (user + at) % 12, 1.0, at) for user in range(1, 20) for at in range(6)]
    dataset = worlds.dataset(rows, 20, 12)
    run_of(workspace, dataset, "ease")
    at = opened(EXPLANATIONS, person=str(dataset.user_ids.values[0]))
    assert "Taken away" not in shown(at)
    assert "There is one part only" in shown(at)


def test_popularity_has_nothing_to_explain_and_no_chart_of_noise(workspace):
    run_of(workspace, two_tastes(), "popularity")
    for method in ("SHAP", "LIME"):
        at = opened(EXPLANATIONS, method=method)
        assert sentence(at).startswith("Nothing in the history makes a difference")
        assert "there is nothing to explain" in shown(at)
        assert not at.get("plotly_chart")


def test_where_the_own_list_says_otherwise_it_is_told_at_once(workspace, monkeypatch):
    run_of(workspace, two_tastes(), "ease")
    assert "by the history alone" not in said(opened(EXPLANATIONS))
    st.cache_data.clear()
    monkeypatch.setattr(explained, "stand_in", lambda *_: StandIn(1, 3, 8, 10))
    press_why(monkeypatch, 2)
    for page in (EXPLANATIONS, RECOMMENDATIONS):
        assert "this one is 1st in theirs and 3rd by the history alone" in said(opened(page))


def test_guests_who_dislike_other_things_are_told_of_their_own_lists():
    history = Histories.of([([0], [1.0])], 4)
    wishes = [Wish("run", "guest", Question(history, 1, hidden=np.array(no, np.int32))) for no in ([], [2], [3])]
    assert len({wish.key for wish in wishes}) == 3


def test_a_model_that_cannot_be_asked_says_so(workspace):
    run_of(workspace, two_tastes(), "only_its_own")
    assert "only knows the people it met in training" in opened(EXPLANATIONS).info[0].value


def test_a_blend_is_explained_as_a_whole(workspace):
    members = [trained(workspace, key) for key in ("ease", "item_knn", "als")]
    spec = blend_spec(members).model_copy(update={"verdict": KNOWN.model_dump(mode="json")})
    blend = done(workspace, spec, Jobs(workspace.database))[1]
    at = opened(EXPLANATIONS, run=blend.id)
    assert sentence(at)
    assert "Can it be trusted?" in shown(at)
    assert not at.error


def test_a_long_history_is_explained_by_its_strongest(workspace):
    rows = [(user, item, 1.0, item) for user in range(12) for item in range(450) if (user + item) % 9 == 0]
    rows += [(12, item, 1.0, item) for item in range(400)]
    dataset = worlds.dataset(rows, 13, 450)
    run_of(workspace, dataset, "item_knn")
    at = opened(EXPLANATIONS, person=str(dataset.user_ids.values[12]))
    assert len(at.dataframe[0].value) == 100
    assert "Everything else together" in at.get("plotly_chart")[0].proto.spec.replace("<br>", " ")


# On a card


def press_why(monkeypatch, place: int) -> None:
    """From now on the button of this card is pressed whenever the cards are drawn."""

    def pressed(dataset, shown, key):
        cards.grid(dataset, shown)
        return shown[place].item

    monkeypatch.setattr(cards, "grid_that_asks", pressed)
    monkeypatch.setattr(try_yourself, "grid_that_asks", pressed)


def test_each_card_has_a_button_that_says_what_it_asks(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(RECOMMENDATIONS)
    listed = next(html.body for html in at.get("html") if html.body.startswith('<div class="ft-grid'))
    assert listed.count('<button class="ft-why"') == 12
    assert 'aria-label="Why Horror' in listed or 'aria-label="Why Comedy' in listed


def test_a_card_is_explained_in_place_and_links_to_all_about_it(workspace, monkeypatch):
    card = run_of(workspace, two_tastes(), "ease")
    press_why(monkeypatch, 2)
    at = opened(RECOMMENDATIONS)
    assert sentence(at).startswith("Recommended ")
    assert len(at.get("plotly_chart")) == 1
    link = next(one.proto for one in at.get("page_link") if one.proto.label == "All about this")
    assert f"run={card.id}" in link.query_string
    assert "person=" in link.query_string
    assert "item=" in link.query_string


def test_a_guest_is_told_why_too(workspace, monkeypatch):
    run_of(workspace, two_tastes(), "ease")
    press_why(monkeypatch, 0)
    at = opened(RECOMMENDATIONS, view="Try it yourself")
    assert '<p class="ft-sentence">' not in shown(at)
    first = asked(at)
    press(at, "I like it")
    assert sentence(at).startswith(f"Recommended mostly because of {first}")
    assert not [one for one in at.get("page_link") if one.proto.label == "All about this"]


def test_a_model_that_cannot_be_asked_says_so_in_place(workspace, monkeypatch):
    run_of(workspace, two_tastes(), "only_its_own")
    press_why(monkeypatch, 0)
    assert "only knows the people it met" in opened(RECOMMENDATIONS).error[0].value


def test_a_title_in_a_button_stays_text(workspace):
    dataset = two_tastes()
    titles = [f"$x$ :red[{item}]" for item in range(dataset.n_items)]
    run_of(workspace, replace(dataset, item_table=dataset.item_table.assign(title=titles)), "ease")
    lead = opened(EXPLANATIONS).segmented_control(key="pick-value").options[1]
    assert lead.startswith("Its lead over \\$x\\$ \\:red\\[")
