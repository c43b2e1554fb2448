"""What comes out of personas, whatever is asked for."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from recsys_core.data.dataset import ITEM_COLUMNS, Scale
from recsys_core.errors import ConfigError
from recsys_core.synthetic import find_generator
from recsys_core.synthetic.base import Knobs, Produces
from recsys_core.synthetic.making import assemble, made_by, write_events
from recsys_core.synthetic.personas.domains import DOMAINS
from recsys_core.synthetic.personas.generator import PersonaPopulation, Personas, PersonasConfig
from recsys_core.types import Feedback
from tests.synthetic.lived import lived

ALL = ("newcomers", "fans", "explorers", "bargain_hunters", "bingers")


def only(*kinds: str) -> tuple:
    return tuple((kind, 1.0 if kind in kinds else 0.0) for kind in ALL)


def test_they_need_no_data_and_produce_everything():
    assert find_generator("personas") is Personas
    assert Personas.info.produces == set(Produces)
    assert not Personas.info.learns
    assert [finding.code for finding in Personas().findings] == ["invented-people"]


@pytest.mark.parametrize("domain", DOMAINS)
def test_items_of_a_domain_are_described_in_full(domain):
    about = DOMAINS[domain]
    table = lived(people=3, items=300, settings=(("domain", domain),)).dataset.item_table
    assert list(table)[:5] == list(ITEM_COLUMNS)
    assert list(table)[5:] == [about.price.name, about.size.name, about.maker, about.trait]
    assert table["title"].is_unique
    assert not table["title"].str.contains(r"[{}_]|^\s*$").any()
    assert not table["text"].str.contains(r"[{}_]|^\s*$|^[a-z]").any()
    assert table["year"].between(about.first_year, 2024).all()
    assert (table[[about.price.name, about.size.name]] > 0).all(axis=None)
    assert {str(table[name].dtype) for name in (about.price.name, about.size.name)} == {"float64"}
    names = {genre.name for genre in about.genres}
    assert all(genres and len(set(genres)) == len(genres) and names.issuperset(genres) for genres in table["genres"])
    assert {name for genres in table["genres"] for name in genres} == names


def test_titles_are_each_given_once_where_there_are_more_items_than_words():
    table = Personas().population(Knobs(people=1, items=12_000), 0).item_table
    assert table["title"].is_unique


def test_people_have_typed_profiles():
    table = lived().dataset.user_table
    assert list(table) == ["name", "kind", "age_group", "region", "joined"]
    assert [str(kind) for kind in table.dtypes] == ["object"] * 4 + ["datetime64[s]"]
    assert table["kind"].nunique() == 5
    assert table["age_group"].value_counts(normalize=True).max() < 0.5
    assert table["region"].nunique() == 6


def test_nobody_acts_before_they_joined_or_outside_the_log():
    world = lived()
    first = pd.Series(world.log.times).groupby(world.log.users).min()
    joined = world.dataset.user_table["joined"].to_numpy().astype(np.int64)[first.index]
    assert len(first) == world.dataset.n_users
    assert (joined <= first).all()
    assert (joined % 86_400 == 0).all()
    times = np.concatenate([world.log.times, world.dataset.interactions.times])
    assert times.min() >= datetime.fromisoformat("2024-01-01T00:00Z").timestamp()
    assert times.max() < datetime.fromisoformat("2025-01-01T00:00Z").timestamp()  # a leap year: one day to spare


def test_an_event_is_the_first_click_on_an_item():
    world = lived()
    clicked = world.log.clicks
    pairs = pd.DataFrame({"user": world.log.users[clicked], "item": world.log.items[clicked]})
    firsts = pairs.assign(time=world.log.times[clicked]).groupby(["user", "item"])["time"].min()
    events = world.dataset.interactions
    made = pd.Series(events.times, index=pd.MultiIndex.from_arrays([events.users, events.items]))
    assert made.index.is_unique
    assert len(made) == len(firsts) < len(pairs)
    later = made.reindex(firsts.index) - firsts
    assert later.between(0, 600).all()  # seconds of reading


def test_ratings_are_whole_and_clicks_have_none():
    values = lived().dataset.interactions.values
    assert set(np.unique(values)) == {1, 2, 3, 4, 5}
    assert lived().dataset.scale == Scale(1, 5, 1)
    clicks = lived(people=50, settings=(("feedback", "clicks"),)).dataset
    assert clicks.feedback is Feedback.IMPLICIT
    assert set(clicks.interactions.values) == {1}


def test_better_items_and_better_matches_are_rated_higher():
    world = lived()
    quality = world.population.catalogue.quality[world.dataset.interactions.items]
    assert np.corrcoef(quality, world.dataset.interactions.values)[0, 1] > 0.3  # 0.46


def test_the_same_seed_makes_the_same_people_and_another_seed_others():
    knobs = Knobs(people=60, items=40)
    generator = Personas()
    made = made_by(generator, knobs, 1, None, None)
    population = generator.population(knobs, 1)
    one, log = assemble(population, "one", made)
    again, _ = assemble(population, "one", made)  # asked a second time
    fresh, same_log = assemble(Personas().population(knobs, 1), "one", made)
    other, _ = assemble(generator.population(knobs, 2), "one", made)
    assert one.fingerprint == again.fingerprint == fresh.fingerprint != other.fingerprint
    assert log.fingerprint == same_log.fingerprint
    pd.testing.assert_frame_equal(one.user_table, fresh.user_table)


def test_batches_follow_one_another(tmp_path):
    population = Personas(PersonasConfig(days=60)).population(Knobs(people=5000, items=30), 1)
    sizes, last = [], -1
    for batch in population.batches():
        for users in (batch.users, batch.showings.users):
            assert (np.diff(users) >= 0).all()
            assert last < users[0] <= users[-1] <= last + len(batch.people)
        sizes.append(len(batch.people))
        last += len(batch.people)
    assert last == 4999
    assert len(sizes) > 1
    assert write_events(population, tmp_path / "events.parquet") == pytest.approx(population.expected_events, rel=0.1)


@pytest.mark.parametrize(
    ("knobs", "settings"),
    [
        ({"people": 300}, {}),
        ({"people": 900, "items": 1000}, {}),
        ({"people": 400, "density": 0.05}, {}),
        ({"people": 60, "density": 20.0, "items": 50}, {}),  # most have met nearly everything
        ({"people": 400, "noise": 1.0, "skew": 3.0}, {}),
        ({"people": 400, "skew": 0.0}, {"feedback": "clicks", "position_bias": 0.0, "days": 30, "slots": 5}),
        ({"people": 30, "items": 1}, {}),
        ({"people": 300, "items": 20_000}, {"domain": "shop", "days": 90}),
    ],
)
def test_how_many_events_there_will_be_is_foretold(knobs, settings):
    population = Personas(PersonasConfig(**settings)).population(Knobs(**knobs), 8)
    events = shown = 0
    for batch in population.batches():
        events, shown = events + len(batch.users), shown + len(batch.showings.users)
    assert population.expected_events == pytest.approx(events, rel=0.3)
    assert population.expected_showings == pytest.approx(shown, rel=0.3)


@pytest.mark.parametrize(("people", "items", "slots"), [(1, 50, 10), (1, 1, 1), (20, 1, 1), (5, 4, 4)])
def test_few_people_and_few_items(people, items, slots):
    world = lived(people=people, items=items)
    assert (world.dataset.n_users, world.dataset.n_items) == (people, items)
    assert len(world.dataset.interactions) > 0
    assert world.log.positions.max() == slots
    if items == slots:
        assert world.log.propensities == pytest.approx(1 / items)


def test_density_is_a_matter_of_sessions():
    lists = [lived(people=300, density=density).log.positions.tolist().count(1) for density in (1.0, 3.0)]
    assert lists[1] / lists[0] == pytest.approx(3, rel=0.2)


@pytest.mark.parametrize("kind", ALL)
def test_only_kinds_with_a_weight_are_there(kind):
    world = lived(people=40, settings=only(kind))
    assert [name.replace(" ", "_") + "s" for name in set(world.kinds)] == [kind]


def test_weights_are_shares():
    world = lived(people=1000, items=20, density=0.05, settings=(("fans", 0.6), ("bingers", 0.0)))
    assert np.mean(world.kinds == "fan") == pytest.approx(0.5, abs=0.06)


def test_nobody_at_all_is_refused():
    with pytest.raises(ConfigError, match="there is nobody") as caught:
        PersonasConfig.parse(dict.fromkeys(ALL, "0"))
    assert caught.value.code == "nobody"


@pytest.mark.parametrize(
    ("knobs", "what"),
    [(Knobs(people=10_000_000), "events"), (Knobs(people=1_000_000), "impressions")],
)
def test_too_many_people_for_a_data_set_are_refused_before_any_is_made(knobs, what, monkeypatch):
    generator = Personas()
    population = generator.population(knobs, 0)
    monkeypatch.setattr(PersonaPopulation, "batches", lambda _: pytest.fail("began"))
    with pytest.raises(ConfigError, match=f"000 {what}|[0-9] {what}, but"):
        assemble(population, "many", made_by(generator, knobs, 0, None, None))
