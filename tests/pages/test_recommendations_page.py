"""Recommendations: a person, an interview, and something new."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import recsys_core.models as models
from pages.shared.nav import RECOMMENDATIONS
from recsys_core.data.dataset import Dataset
from recsys_core.evaluation import evaluate
from recsys_core.models import find_model
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.passport import describe
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.splitting import SplitRecipe, split
from recsys_core.types import Feedback
from tests import worlds
from tests.by_genre import ByGenre, two_tastes
from tests.pages.test_train_page import opened, press, said
from tests.runs.builders import keep

ME, NEW = "Try it yourself", "Add an item"


@pytest.fixture
def workspace(home: Path, monkeypatch) -> Workspace:
    monkeypatch.setattr(models, "MODELS", (*models.MODELS, ByGenre))
    return Workspace(home)


def run_of(workspace: Workspace, dataset: Dataset, key: str, recipe: str = "random") -> RunCard:
    """A finished run."""
    card = keep(workspace, dataset)
    parts = split(workspace.load_dataset(card.id), SplitRecipe(key=recipe))
    model = find_model(key)().fit(parts.train)
    report = evaluate(model, parts.test, parts.dataset)
    spec = TrainSpec(dataset=card.id, model=key, split=parts.recipe)
    return workspace.save_run(describe(model, card.id, parts, report, 0.1, 1, spec), model, parts, report)


def cards(at: AppTest, kind: str) -> list[str]:
    """The HTML of the cards on the page, of a grid or of rows."""
    return [
        card
        for html in at.get("html")
        if html.body.startswith(f'<div class="{kind}')
        for card in html.body.split("<article")[1:]
    ]


def titles(at: AppTest) -> list[str]:
    return [card.split('<h4 title="')[1].split('"')[0] for card in cards(at, "ft-grid")]


def asked(at: AppTest) -> str:
    """The item that is asked about."""
    return cards(at, "ft-rows")[0].split('<h4 title="')[1].split('"')[0]


# Try it yourself


def test_somebody_who_is_not_offered_stays_chosen(workspace, monkeypatch):
    """What the browser sends back is the name of the choice, which is an id only for those who are offered."""
    monkeypatch.setattr("pages.shared.choose_person.PEOPLE_OFFERED", 3)
    card = run_of(workspace, two_tastes(), "popularity")
    split = workspace.load_run(card.id).split
    known = split.test.known.lengths()
    user = int(min(split.test.warm_users[::-1], key=lambda one: known[one]))
    who = str(split.dataset.user_ids.values[user])
    at = opened(RECOMMENDATIONS, run=card.id, person=who)
    at.run()
    assert not at.exception
    assert not at.error
    (box,) = [one for one in at.selectbox if one.label == "Person"]
    assert box.value == who
    assert f"{who} · {known[user]} known" in box.options


def test_before_the_first_answer_everybody_sees_the_same_and_is_told_so(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(RECOMMENDATIONS, view=ME)
    assert "Nothing is known of you yet, so these are the items that most people met." in said(at)
    loaded = workspace.load_run(workspace.runs()[0].id)
    counts = loaded.split.train.interactions.item_counts()
    best = {loaded.split.dataset.title(item) for item in range(20) if counts[item] == counts.max()}
    assert titles(at)[0] in best


def test_each_answer_re_ranks_the_list_and_undo_takes_it_back(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(RECOMMENDATIONS, view=ME)
    before, first = titles(at), asked(at)
    press(at, "I like it")
    taste = first.split()[0]
    assert [title.split()[0] for title in titles(at)[:9]] == [taste] * 9
    assert first not in titles(at)
    assert "EASE makes this of 1 answer." in said(at)
    assert asked(at) != first
    press(at, "Undo")
    assert (titles(at), asked(at)) == (before, first)


def test_what_is_not_known_to_the_person_changes_the_question_alone(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(RECOMMENDATIONS, view=ME)
    before, first = titles(at), asked(at)
    press(at, "I don't know it")
    assert titles(at) == before
    assert asked(at) != first
    assert "Your answers (0 known, 1 unknown)" in [one.label for one in at.expander]


def test_what_is_not_for_me_is_not_shown(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(RECOMMENDATIONS, view=ME)
    first = asked(at)
    press(at, "Not for me")
    assert first not in titles(at)
    assert "cannot be told that somebody dislikes something" in said(at)


def test_the_interview_ends_goes_on_and_starts_over(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(RECOMMENDATIONS, view=ME)
    first = asked(at)
    for _ in range(10):
        press(at, "I like it")
    assert "That is a good start: 10 answers, 0 unknown to you." in said(at)
    assert not [button for button in at.button if button.label == "I like it"]
    press(at, "Ask me more")
    for _ in range(10):
        press(at, "I don't know it")
    assert "You were asked about everything that enough people know." in said(at)
    press(at, "Start over")
    assert asked(at) == first


def test_stars_are_ratings_and_low_ones_are_no_choice(workspace):
    world = worlds.two_camps(60, Feedback.EXPLICIT).dataset
    run_of(workspace, world, "ease")
    at = opened(RECOMMENDATIONS, view=ME)
    first = asked(at)
    next(iter(at.get("feedback"))).set_value(0).run()
    assert not at.exception
    assert "low ratings are left out (1)" in said(at)
    assert first not in titles(at)
    next(iter(at.get("feedback"))).set_value(4).run()
    assert "EASE makes this of 1 answer." in said(at)


def test_the_curve_says_where_one_stands(workspace):
    run_of(workspace, two_tastes(), "ease")
    run_of(workspace, two_tastes(), "popularity")
    at = opened(RECOMMENDATIONS, view=ME)
    before = r"Popularity, which you see now, has NDCG@10 (0\.\d+); with 5 known events EASE has (0\.\d+)\."
    assert (found := re.search(before, said(at)))
    press(at, "I like it")
    after = (
        rf"EASE has NDCG@10 0\.\d+ with 1 event known; with 5 known events it is {found[2]}\. Popularity: {found[1]}"
    )
    assert re.search(after, said(at))
    assert "Measured on 120 people of the data set" in said(at)
    (chart,) = at.get("plotly_chart")
    assert '"you"' in chart.proto.spec
    assert "Popularity" in chart.proto.spec


def test_too_few_people_have_no_curve(workspace):
    run_of(workspace, worlds.golden(), "ease")
    assert "There is no curve: Only " in said(opened(RECOMMENDATIONS, view=ME))


class OnlyItsOwn(ByGenre):
    info = replace(ByGenre.info, key="only_its_own", abilities=frozenset({models.Ability.CONTENT}))


def test_a_model_of_its_own_people_only_says_so(workspace, monkeypatch):
    monkeypatch.setattr(models, "MODELS", (*models.MODELS, OnlyItsOwn))
    run_of(workspace, two_tastes(), "only_its_own")
    at = opened(RECOMMENDATIONS, view=ME)
    assert "only knows the people it met in training" in at.info[0].value


# Add an item


def new_item(at: AppTest, **told) -> AppTest:
    kept = next(part.key for part in at.text_input if part.key and part.key.endswith("-title")).removesuffix("-title")
    at.text_input(key=f"{kept}-title").set_value(told.get("title", "Something new"))
    at.multiselect(key=f"{kept}-genres").set_value(told.get("genres", []))
    return press(at, "Who would like this?")


def test_an_item_finds_its_people_and_its_like(workspace):
    run_of(workspace, two_tastes(), "by_genre")
    at = opened(RECOMMENDATIONS, view=NEW)
    assert "Describe something that is not in the catalogue yet." in said(at)
    new_item(at, genres=["Horror"])
    words = said(at)
    assert "Most of all for “" in words
    assert "Horror” (60 people)" in words or "30” (60 people)" in words
    assert {title.split()[0] for title in titles(at)} == {"Horror"}
    assert "likeness 1.00" in cards(at, "ft-grid")[0]
    assert "was not measured with this run" in words
    links = [link.proto for link in at.get("page_link")]
    assert sum("person=u" in link.query_string and "view=A+person" in link.query_string for link in links) == 6
    new_item(at, genres=["Comedy"])
    assert {title.split()[0] for title in titles(at)} == {"Comedy"}


def test_the_metric_on_cold_items_stands_below(workspace):
    run_of(workspace, two_tastes(), "by_genre", "cold-item")
    at = new_item(opened(RECOMMENDATIONS, view=NEW), genres=["Horror"])
    assert "Measured on held-out events: Among the " in said(at)
    assert "items that it never met: NDCG@10" in said(at)


def test_of_an_item_without_content_nothing_is_made_up(workspace):
    run_of(workspace, two_tastes(), "by_genre")
    at = new_item(opened(RECOMMENDATIONS, view=NEW), title="<b>Nothing</b> ![x](http://198.51.100.7/y.png)")
    assert "Nothing in the catalogue is like it" in said(at)


def test_people_can_be_cut_another_way(workspace):
    run_of(workspace, two_tastes(), "by_genre")
    at = new_item(opened(RECOMMENDATIONS, view=NEW), genres=["Horror"])
    box = next(one for one in at.selectbox if one.label == "People by")
    assert {"Age", "Favourite genre"} <= set(box.options)
    box.set_value("Age").run()
    assert not at.exception
    assert '"30' in at.get("plotly_chart")[0].proto.spec


def test_only_what_the_model_reads_is_asked_for(workspace):
    run_of(workspace, two_tastes(), "by_genre")
    at = opened(RECOMMENDATIONS, view=NEW)
    assert not at.text_area
    assert not at.get("file_uploader")
    assert "By genre as it was trained reads genres and attributes, not title and text or picture." in said(at)


class Everything(ByGenre):
    """Says that it looks at all there is."""

    info = replace(
        ByGenre.info,
        key="everything",
        abilities=ByGenre.info.abilities | {models.Ability.TEXT, models.Ability.IMAGE},
    )


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 90), "red").save(file, "PNG")
    return file.getvalue()


def test_a_picture_goes_along_and_a_broken_one_is_refused_in_a_sentence(workspace, monkeypatch):
    monkeypatch.setattr(models, "MODELS", (*models.MODELS, Everything))
    run_of(workspace, two_tastes(), "everything")
    at = opened(RECOMMENDATIONS, view=NEW)
    at.get("file_uploader")[0].upload("new.png", picture(), "image/png")
    new_item(at, genres=["Horror"])
    assert not at.error
    at.get("file_uploader")[0].upload("new.png", b"no picture", "image/png")
    new_item(at, genres=["Horror"])
    assert "The picture is no picture that can be read" in at.error[0].value.replace("\\", "")


def test_a_model_that_reads_nothing_says_which_could(workspace):
    run_of(workspace, two_tastes(), "ease")
    at = opened(RECOMMENDATIONS, view=NEW)
    assert "nothing to say about one that nobody met" in at.info[0].value
    assert "By genre" in at.info[0].value


def test_lists_of_everybody_can_be_taken_along_and_the_person_presented(workspace):
    card = run_of(workspace, two_tastes(), "popularity")
    at = opened(RECOMMENDATIONS, run=card.id)
    n_users = workspace.load_run(card.id).split.dataset.n_users
    assert [one.label for one in at.get("download_button")] == [f"Download the top 12 of {n_users:,} people"]
    assert "Present this, in large type" in [link.label for link in at.get("page_link")]
