from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.dataset import blank_user_table
from recsys_core.synthetic.tastes.profiles import Profiles, near
from tests.synthetic.small_town import town

N = 2000


def points():
    """People of the east stand left, those of the west right."""
    rng = np.random.default_rng(0)
    return np.stack([np.arange(60) % 2 * 10 + rng.normal(size=60), rng.normal(size=60)], axis=1)


def drawn(real=None):
    """A table of people, and who of them stands left."""
    real = town() if real is None else real
    profiles = Profiles.learn(real)
    rng = np.random.default_rng(1)
    is_left = rng.random(N) < 0.5
    new = np.stack([np.where(is_left, 0, 10), np.zeros(N)], axis=1).astype(float)
    return profiles.table(near(new, points(), profiles.cells(real.user_table), rng), rng), is_left


def test_new_people_are_as_those_who_stand_near():
    table, is_left = drawn()
    assert set(table["side"][is_left]) == {"east"}
    assert set(table["side"][~is_left]) == {"west"}
    assert table["age"][is_left].quantile(0.9) < 40
    assert table["age"][~is_left].quantile(0.1) > 45


def test_columns_and_their_types_stay_and_nobody_has_a_name():
    table, _ = drawn()
    assert dict(table.dtypes) == dict(town().user_table.dtypes)
    assert set(table["name"]) == {""}


def test_what_points_at_single_people_stays_blank_and_that_is_said():
    table, _ = drawn()
    assert set(table["code"]) == {""}
    assert set(table["job"]) == {""}
    codes = [(finding.code, finding.rows) for finding in Profiles.learn(town()).findings]
    assert codes == [("attribute-identifies", 60), ("attribute-rare", 1)]


def test_as_much_is_unknown_as_before():
    table, _ = drawn()
    assert table["age"].isna().mean() == pytest.approx(0.2, abs=0.08)
    assert not table["joined"].isna().any()


def test_whole_numbers_stay_whole_and_dates_within_those_that_were_seen():
    table, _ = drawn()
    known = table["age"].dropna()
    assert (known == known.round()).all()
    real = town().user_table["joined"]
    assert table["joined"].min() >= real.min()
    assert table["joined"].max() <= real.max()
    assert len(set(table["joined"])) > 500  # not only those of real people


def test_few_different_numbers_come_up_in_their_shares():
    real = town()
    real.user_table["children"] = np.array([0.0, 0, 0, 2] * 15)
    profiles = Profiles.learn(real)
    cells = profiles.cells(real.user_table)
    table = profiles.table(cells, np.random.default_rng(0))
    assert list(table["children"]) == list(real.user_table["children"])


def test_whole_numbers_that_everybody_has_an_own_one_of_are_not_told():
    real = town()
    real.user_table["number"] = np.arange(60.0)
    real.user_table["empty"] = np.full(60, np.nan)
    profiles = Profiles.learn(real)
    table = profiles.table(profiles.cells(real.user_table), np.random.default_rng(0))
    assert table["number"].isna().all()
    assert table["empty"].isna().all()
    assert any('"number"' in finding.message for finding in profiles.findings)


def test_nobodys_profile_is_handed_on_as_a_whole():
    rng = np.random.default_rng(0)
    cells = np.tile(np.arange(40)[:, None], (1, 6))
    found = near(rng.normal(size=(500, 2)), rng.normal(size=(40, 2)), cells, rng)
    assert (found == found[:, :1]).all(1).mean() < 0.01


def test_cells_say_how_many_there_are():
    profiles = Profiles.learn(town())
    cells = profiles.cells(town().user_table)
    assert cells.shape == (60, len(profiles.attributes))
    assert (cells < np.array(profiles.widths)).all()
    assert profiles.widths[0] == 3  # not known, east, west


def test_where_nothing_is_known_there_is_nothing_to_draw():
    real = replace(town(), user_table=blank_user_table(60))
    assert list(drawn(real)[0]) == ["name"]
    assert len(drawn(real)[0]) == N
