"""Words, attributes and pictures as reasons, on models that read them."""

import io
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image

from recsys_core.content.items import ItemContent
from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError, DataError
from recsys_core.explain.content_games import LITTLE, Regions, Words
from recsys_core.explain.explainers import explain
from recsys_core.explain.explanation import Kind, Part
from recsys_core.explain.game import Question
from recsys_core.explain.players import PLAYERS
from recsys_core.explain.sentence import sentence
from recsys_core.models import Recommender, find_model
from recsys_core.models.base import Ability
from recsys_core.types import Float32
from tests.by_genre import ByGenre, two_tastes

DATASET = two_tastes(40)


@cache
def reader() -> Recommender:
    """A content model that has learned which words go with whom."""
    kind = find_model("content")
    settings = {
        "text": "words",
        "attributes": False,
        "people": False,
        "epochs": 60,
        "embedding_size": 8,
        "dropout": 0.5,
    }
    return kind(kind.Config.parse(settings)).fit(DATASET)


def question(item: int) -> Question:
    """Somebody who met horror films, which are the even ones."""
    met = [other for other in range(0, DATASET.n_items, 2) if other != item][:5]
    return Question(Histories.of([(met, [1.0] * len(met))], DATASET.n_items), item)


def last(method: str, model: Recommender, asked: Question):
    return list(explain(method, model, DATASET, asked, 500))[-1]


@pytest.mark.parametrize("method", ["shap", "lime", "leave-one-out"])
def test_the_word_that_makes_the_taste_is_the_strongest_reason(method: str):
    found = last(f"{method}-word", reader(), question(0))
    assert found.parts[0].title == "horror"
    assert found.parts[0].value > 0
    against = last(f"{method}-word", reader(), question(1))
    assert next(part for part in against.parts if part.title == "comedy").value < 0


def test_words_that_are_all_there_are_worth_what_the_item_is_worth():
    model, asked = reader(), question(0)
    found = last("shap-word", model, asked).contributions
    assert abs(found.gap) < 1e-4
    scores = model.score_histories(asked.history)[0].astype(np.float64)
    others = np.setdiff1d(np.arange(DATASET.n_items), [*asked.history.items, asked.item])
    assert found.score == pytest.approx(scores[asked.item] - scores[others].mean(), abs=1e-4)


def test_a_word_goes_wherever_it_stands():
    content = ItemContent.of(DATASET).take([0])
    game = Words(reader(), question(0), content)
    assert game.names == ("horror", "0", "film", LITTLE)
    kept = np.array([[False, True, True, True]])
    assert game._variants(kept).texts() == [" 0. A  film."]


def test_little_words_come_and_go_together_and_are_called_so():
    table = DATASET.item_table.assign(title="The fire", text="He is to be at a fire that isn't his.")
    game = Words(reader(), question(0), replace(ItemContent.of(DATASET), table=table).take([0]))
    assert game.names == ("fire", LITTLE)
    assert game.titles == ("fire", "little words (the, he, is, …)")
    assert game._variants(np.array([[True, False]])).texts()[0].split() == ["fire.", "fire", "'", "."]
    part = Part(Kind.WORD, LITTLE, game.titles[1], 2.0)
    asked = last("shap-word", reader(), question(0))
    assert "because of little words (the, he, is, …)" in sentence(replace(asked, parts=(part,)))


def words_game() -> Words:
    return Words(reader(), question(0), ItemContent.of(DATASET).take([0]))


def test_words_agree_with_the_package_of_shap():
    shap = pytest.importorskip("shap")
    game = words_game()
    reference = shap.explainers.Permutation(lambda rows: game(rows.astype(bool)), np.zeros((1, game.n)), seed=0)
    wanted = reference(np.ones((1, game.n)), max_evals=270).values[0]
    found = last("shap-word", reader(), question(0)).contributions
    assert found.values == pytest.approx(wanted, abs=1e-3)


def test_words_agree_with_the_package_of_lime_on_texts():
    lime_text = pytest.importorskip("lime.lime_text")
    content, game = ItemContent.of(DATASET).take([0]), words_game()

    def scores(texts: list[str]) -> np.ndarray:
        tables = content.table.iloc[np.zeros(len(texts), dtype=np.int64)].reset_index(drop=True)
        left = ItemContent(tables.assign(title="", text=texts), content.pictures * len(texts))
        return reader().score_content(question(0).history, left)[0][:, None].astype(np.float64)

    package = lime_text.LimeTextExplainer(split_expression=r"\W+", random_state=0)
    text = " ".join(game.names)
    theirs = dict(package.explain_instance(text, scores, labels=(0,), num_samples=500).as_list(0))
    mine = dict(zip(game.names, last("lime-word", reader(), question(0)).contributions.values, strict=True))
    assert max(theirs, key=theirs.__getitem__) == max(mine, key=mine.__getitem__) == "horror"
    assert theirs["horror"] == pytest.approx(mine["horror"], rel=0.2)


def test_genres_and_other_attributes_are_reasons():
    model = ByGenre().fit(DATASET)
    found = last("shap-attribute", model, question(0))
    assert [part.title for part in found.parts] == ["Horror"]
    assert found.contributions.score == pytest.approx(5)
    assert found.contributions.base == 0


class Redness(ByGenre):
    """Scores how red a picture is on its left half."""

    info = replace(ByGenre.info, abilities=frozenset({Ability.HISTORY, Ability.CONTENT, Ability.IMAGE}))

    def score_content(self, people, content: ItemContent) -> Float32:
        def red(picture: bytes) -> float:
            with Image.open(io.BytesIO(picture)) as image:
                pixels = np.asarray(image.convert("RGB"), dtype=np.float32)
            return float(pixels[:, : pixels.shape[1] // 2, 0].mean() - pixels[..., 1:].mean()) / 255

        return np.array([[red(picture) for picture in content.pictures]], dtype=np.float32)


def test_the_region_that_is_looked_at_is_the_strongest_reason():
    pixels = np.zeros((60, 60, 3), dtype=np.uint8)
    pixels[20:40, 5:25] = [255, 0, 0]
    pixels[20:40, 35:55] = [255, 0, 0]
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    content = replace(ItemContent.of(DATASET).take([0]), pictures=(file.getvalue(),))
    game = Regions(Redness().fit(DATASET), question(0), content)
    assert game.segments.shape == (60, 60)
    assert game.n > 3
    kept = ~np.eye(game.n, dtype=bool)
    loss = game(np.ones((1, game.n), bool))[0] - game(kept)
    left, right = game.segments[30, 15], game.segments[30, 45]
    assert loss.argmax() == left
    assert loss[left] > loss[right]


@pytest.mark.parametrize("players", PLAYERS, ids=lambda one: one.key)
def test_reasons_are_offered_where_the_model_has_them(players):
    popularity = find_model("popularity")().fit(DATASET)
    assert players.offers(popularity) is (players.key == "history")
    if players.key != "history":
        with pytest.raises(AbilityError, match="lacks the ability"):
            last(f"shap-{players.key}", popularity, question(0))


def test_an_item_without_content_has_no_such_reasons():
    table = DATASET.item_table.assign(title="", text="")
    silent = replace(DATASET, item_table=table)
    with pytest.raises(DataError, match="neither a title nor a text"):
        list(explain("shap-word", reader(), silent, question(0)))
    with pytest.raises(DataError, match="no picture"):
        list(explain("shap-region", Redness().fit(DATASET), DATASET, question(0)))
