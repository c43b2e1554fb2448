"""From models and a split to people, lists and what is liked; figures of it, and what decides them."""

import json
from collections.abc import Mapping

import numpy as np
import pytest
import scipy.stats

from recsys_core.errors import ConfigError
from recsys_core.models import find_model
from recsys_core.simulating import world as world_room
from recsys_core.simulating.assumptions import ASSUMPTIONS, Assumptions
from recsys_core.simulating.clicks import Deck
from recsys_core.simulating.figures import CLICKED, CTR, DAU, FIGURES, find_figure
from recsys_core.simulating.outcome import Result, headline, in_figures, judge
from recsys_core.simulating.sensitivity import Sensitivity, Swing, _turn, in_words, sensitivity
from recsys_core.simulating.world import Loaded, World, make_world
from recsys_core.splitting import SplitRecipe, split
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Float32
from tests import worlds

PARTS = split(worlds.two_camps(40).dataset, SplitRecipe(key="random", seed=3))
N, D = 120, 60


def loaded(key: str) -> Loaded:
    return find_model(key)().fit(PARTS.train), PARTS


def ranked_world(**quality: float) -> World:
    """Models whose lists are the better, the higher their quality: how surely liking decides their order."""
    rng = np.random.default_rng(1)
    liking = rng.normal(0, 1, (N, D)).astype(np.float32)
    noise = rng.normal(0, 1, (N, D))
    orders = {run: np.argsort(-(share * liking + (1 - share) * noise), axis=1) for run, share in quality.items()}
    decks = {run: Deck(order.astype(np.int32), np.zeros(order.shape, dtype=bool)) for run, order in orders.items()}
    told: Mapping[str, Float32] = {run: np.take_along_axis(liking, order, axis=1) for run, order in orders.items()}
    none = {run: np.zeros_like(one) for run, one in told.items()}
    turned = {run: -one for run, one in told.items()}
    kinds = {"factors": told, "neighbours": told, "popularity": turned, "nothing": none}
    return World(np.arange(N), decks, kinds.__getitem__)


def courses(world: World, days: int = 35, **how: object):
    return {run: world.course(run, Assumptions(**how), days) for run in world.decks}


def test_lists_are_those_that_recommending_gives():
    world = make_world({"a": lambda: loaded("ease"), "b": lambda: loaded("popularity")})
    model, _ = loaded("ease")
    from recsys_core.recommending import recommend_to_user

    for row in (0, 7):
        user = int(world.users[row])
        shown = [item for item, _ in recommend_to_user(model, PARTS, user, 10)]
        assert world.decks["a"].items[row][: len(shown)].tolist() == shown
    known = PARTS.test.hidden
    for row, user in enumerate(world.users):
        assert not set(world.decks["b"].items[row]) & set(known.row(int(user))[0])


def test_held_out_items_are_marked():
    world = make_world({"a": lambda: loaded("popularity")})
    relevant = set(zip(PARTS.test.relevant.users.tolist(), PARTS.test.relevant.items.tolist(), strict=True))
    deck = world.decks["a"]
    for row, user in enumerate(world.users.tolist()):
        assert [(user, item) in relevant for item in deck.items[row].tolist()] == deck.held_out[row].tolist()
    assert deck.held_out.sum() == len(relevant)


def test_of_many_people_some_are_taken_the_same_for_all_models(monkeypatch):
    monkeypatch.setattr(world_room, "MOST_PEOPLE", 12)
    world = make_world({"a": lambda: loaded("ease"), "b": lambda: loaded("popularity")})
    assert len(world.users) == 12
    assert (np.diff(world.users) > 0).all()
    assert (world.users == make_world({"b": lambda: loaded("popularity")}).users).all()


def test_likings_are_told_once_and_only_when_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(world_room, "fitted", lambda liking, split: asked.append(liking))
    world = make_world({"a": lambda: loaded("popularity")})
    assert not asked
    world.course("a", Assumptions(), 5)
    world.course("a", Assumptions(fatigue=0.3), 5)
    assert asked == ["factors"]


def test_figures_are_what_their_words_say():
    found = courses(ranked_world(a=0.9))["a"]
    values = {figure.key: judge({"a": found}).results[figure.key].levels["a"] for figure in FIGURES}
    assert values["simulated_ctr"].value == pytest.approx(found.clicks.sum() / found.shown.sum())
    assert values["simulated_dau"].value == pytest.approx(found.came[-28:].mean())
    assert values["simulated_clicks"].value == pytest.approx(found.clicks.mean())
    for day in (1, 7, 30):
        assert values[f"simulated_d{day}"].value == pytest.approx(found.came[day].mean())
    for one in values.values():
        assert one.low < one.value < one.high


def test_an_interval_holds_what_many_other_people_would_give():
    """Nine of ten of them at least, told of 120 people; here the truth is known by arithmetic."""
    how = {"pull": 0, "noise": 0, "fatigue": 0, "turnover": 0, "position_bias": 0, "attraction": 0.05}
    world = ranked_world(a=0.9)
    hits = 0
    for seed in range(15):
        level = judge({"a": world.course("a", Assumptions(**how), 4, seed)}).results["simulated_ctr"].levels["a"]
        hits += level.low <= 0.05 <= level.high
    assert hits >= 13


def test_the_best_is_first_and_differences_are_paired():
    outcome = judge(courses(ranked_world(bad=0.2, good=0.95, same=0.95)))
    result = outcome.results["simulated_ctr"]
    assert list(result.levels)[-1] == "bad"
    assert result.best == "good"
    assert result.leads["same"] == Estimate(0.0, 0.0, 0.0)
    assert result.leads["bad"].is_certain
    lead = result.leads["bad"]
    assert lead.value == pytest.approx(result.levels["good"].value - result.levels["bad"].value)
    apart = [result.levels[run].high - result.levels[run].low for run in ("good", "bad")]
    assert lead.high - lead.low < sum(apart)


def test_each_day_after_the_first_has_its_share_of_people_and_an_interval():
    found = courses(ranked_world(a=0.9))["a"]
    days = judge({"a": found}).by_day["a"]
    assert len(days) == 34
    mine = found.came[7].mean(axis=0)
    low, high = scipy.stats.t.interval(0.95, N - 1, mine.mean(), scipy.stats.sem(mine))
    assert vars(days[6]) == pytest.approx({"value": mine.mean(), "low": low, "high": high})


def test_everything_that_is_printed_is_called_simulated():
    document = judge(courses(ranked_world(a=0.9, b=0.1))).as_json()
    assert all(key.startswith("simulated_") for key in document["figures"])
    assert json.loads(json.dumps(document)) == document


def test_short_courses_lack_what_needs_more_days():
    outcome = judge(courses(ranked_world(a=0.9), days=8))
    assert set(outcome.results) == {figure.key for figure in FIGURES} - {"simulated_d30"}
    assert find_figure("ctr") is find_figure("simulated_ctr") is CTR
    with pytest.raises(ConfigError, match="Choose one of: ctr, dau, clicks, d1, d7, d30"):
        find_figure("revenue")


def test_figures_have_as_many_digits_as_their_intervals_support():
    assert in_figures(CTR, Estimate(0.04123, 0.0401, 0.0424)) == "4.1 % [4.0, 4.2]"
    assert in_figures(CTR, Estimate(-0.0004123, -0.0005, -0.0003), "+", is_lead=True) == "−0.04 points [−0.05, −0.03]"
    assert in_figures(CLICKED, Estimate(12.3, 9.1, 15.2)) == "12 [9, 15]"
    assert in_figures(DAU, Estimate(0.1234, None, None)) == "12.3 %"
    assert in_figures(DAU, Estimate(0.0, 0.0, 0.0)) == "0.00 % [0.00, 0.00]"


def test_the_headline_says_who_is_ahead_or_that_it_cannot_be_told():
    level = Estimate(0.04, 0.039, 0.041)
    sure, open_ = Estimate(0.01, 0.008, 0.012), Estimate(0.001, -0.001, 0.003)
    titles = {"a": "A", "b": "B", "c": "C"}

    def said(**leads: Estimate) -> str:
        return headline(Result(CTR, dict.fromkeys(("a", *leads), level), leads), titles)

    assert said() == "Simulated CTR of A: 4.0 % [3.9, 4.1]."
    assert said(b=sure) == "Simulated CTR of A: 4.0 % [3.9, 4.1], ahead of B by 1.0 points [0.8, 1.2]."
    assert said(b=open_, c=sure) == "Simulated CTR of A: 4.0 % [3.9, 4.1], which cannot be told from B."


def test_each_assumption_is_taken_to_its_ends_and_the_decisive_one_turns_the_lead():
    found = sensitivity(ranked_world(good=0.95, bad=0.3), "good", "bad", CTR, Assumptions(), 20)
    assert len(found.swings) == len(ASSUMPTIONS)
    assert found.lead.is_certain
    by_name = {swing.assumption.name: swing for swing in found.swings}
    assert by_name["liking"].second_at == ["popularity"]  # in this world it tells the opposite
    assert set(by_name["fatigue"].leads) == {0, 0.5}
    assert by_name["fatigue"].first_always
    assert not by_name["pull"].first_always  # who clicks blindly clicks any list
    assert [swing.width for swing in found.swings] == sorted((swing.width for swing in found.swings), reverse=True)
    words = " ".join(in_words(found, {"good": "Good", "bad": "Bad"}))
    assert words.startswith("Good wins in simulated CTR over Bad under ")
    assert "Bad wins where Popularity tells what people like." in words
    assert "neither is surely ahead: " in words
    document = found.as_json()
    assert json.loads(json.dumps(document)) == document


def test_it_is_told_where_the_lead_turns():
    turnover, (sure,) = next(one for one in ASSUMPTIONS if one.name == "turnover"), swings((1, -1))
    leads = dict(zip(turnover.ends, sure.leads.values(), strict=True))
    turn = _turn(leads, 0.1, turnover.step, lambda value: value < 0.32)
    assert turn == 0.3
    found = Sensitivity(CTR, "a", "b", Estimate(1.0, 0.9, 1.1), [Swing(turnover, leads, turn)])
    assert "B wins where turnover is above about 0.3." in in_words(found, {"a": "A", "b": "B"})
    assert _turn(leads, 0.1, 0, lambda value: True) is None  # of a choice
    slots = next(one for one in ASSUMPTIONS if one.name == "slots")
    assert _turn({3: leads[0.5], 20: leads[0]}, 10, slots.step, lambda value: value >= 6) == 6


def swings(*ends: tuple[float, float]) -> list[Swing]:
    """Sure leads at the ends of the first assumptions that are no choice."""
    numbers = [one for one in ASSUMPTIONS if one.step]
    return [
        Swing(one, dict(zip(one.ends, (Estimate(v, v - 0.1, v + 0.1) for v in pair), strict=True)), None)
        for one, pair in zip(numbers, ends, strict=False)
    ]


def test_the_sentence_counts_assumptions():
    titles, sure = {"a": "A", "b": "B"}, Estimate(1.0, 0.9, 1.1)

    def said(lead: Estimate, *ends: tuple[float, float]) -> str:
        return " ".join(in_words(Sensitivity(CTR, "a", "b", lead, swings(*ends)), titles))

    assert said(sure, (1, 2), (1, 1)) == (
        "A wins in simulated CTR over B under all 2 assumptions, at either end of their ranges."
    )
    assert said(sure, (1, 2), (-1, 1), (0, 1)) == (
        "A wins in simulated CTR over B under 1 of 3 assumptions, at either end of their ranges. B wins where unknown "
        "taste is 0. At an end of these, neither is surely ahead: List length."
    )
    assert said(Estimate(0.0, -1, 1), (1, 0), (0, 0)) == (
        "In simulated CTR, A and B cannot be told apart as things are set. A wins at an end of 1 of 2 assumptions."
    )


def test_every_assumption_says_what_it_is_and_why():
    for one in ASSUMPTIONS:
        assert one.words.endswith(".")
        assert one.reason.endswith(".")
        low, high = one.ends[0], one.ends[-1]
        assert one.default in one.ends or low <= one.default <= high
    with pytest.raises(ConfigError, match="fatigue"):
        Assumptions.parse({"fatigue": "0.9"})
