"""Models as policies: places, which impressions may judge them, and what comes of it."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.dataset import Ids
from recsys_core.engagement.policy.places import chances_by_place
from recsys_core.engagement.policy.suiting import suiting
from recsys_core.errors import DataError
from recsys_core.runs.policies import judge_log, judge_run, runs_judged_by
from recsys_core.splitting import SplitRecipe, split
from tests.engagement.weighed import furnished
from tests.synthetic.lived import lived

ORDER = np.array([2, 0, 1, 3])


def test_chances_fall_with_the_place_and_nothing_else():
    scores = np.array([[3.0, 9.0, -np.inf, 1.0], [0.3, 0.9, -np.inf, 0.1]], dtype=np.float32)
    chances = chances_by_place(scores, ORDER, 0.5)
    assert np.allclose(chances.sum(axis=1), 1)
    assert np.allclose(chances[0], chances[1])
    assert chances[0, 2] == 0
    assert chances[0, 0] / chances[0, 1] == pytest.approx(np.exp(-1 / 1.5))
    assert chances[0, 3] / chances[0, 1] == pytest.approx(np.exp(-2 / 1.5))


def test_equal_scores_follow_the_order_and_nobody_is_shown_nothing():
    chances = chances_by_place(np.zeros((1, 4), dtype=np.float32), ORDER, 0.5)
    assert np.argsort(-chances[0]).tolist() == ORDER.tolist()
    assert chances_by_place(np.full((1, 4), -np.inf, dtype=np.float32), ORDER, 0.5).sum() == 0


def test_only_impressions_after_what_is_known_may_judge():
    world = lived(200, 60, 3)
    parts = split(world.dataset, SplitRecipe(key="temporal"))
    found, known = suiting(world.log, parts, False), parts.test.known
    for user in range(0, 200, 17):
        times = known.times[known.indptr[user] : known.indptr[user + 1]]
        mine = found.rows[found.users == user]
        later = world.log.times[found.users == user] > times.max() if len(times) else np.zeros(len(mine), dtype=bool)
        assert mine.tolist() == later.tolist()
    row = np.flatnonzero(found.rows & ~found.new)[0]
    history, _ = known.row(int(found.users[row]))
    assert world.log.items[row] in history


def test_one_cut_in_time_is_the_same_for_all():
    world = lived(200, 60, 3)
    parts = split(world.dataset, SplitRecipe(key="global-temporal"))
    found = suiting(world.log, parts, False)
    assert found.begins == 0
    assert world.log.times[found.rows].min() > parts.test.known.times.max()


def nobody(log):
    return replace(log, users=None, user_ids=Ids.of([]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda log: replace(log, propensities=None), "no-propensities"),
        (lambda log: replace(log, times=None), "no-times"),
        (lambda log: replace(log, times=np.zeros_like(log.times)), "nothing-later"),
        (nobody, "no-people"),
    ],
)
def test_what_cannot_judge_is_refused(change, code):
    world = lived(200, 60, 3)
    with pytest.raises(DataError) as refused:
        suiting(change(world.log), split(world.dataset, SplitRecipe(key="temporal")), False)
    assert refused.value.code == code


def test_a_run_is_judged(home):
    workspace, run, log = furnished(home)
    content = workspace.load_log(log)
    assert [one.id for one in runs_judged_by(workspace, content)] == [run]
    found = judge_run(workspace.load_run(run), content)
    assert found.value.refusal == ""
    assert found.value.overlap.low < 1 < found.value.overlap.high
    assert found.lift == pytest.approx(found.value.ctr.value / found.shown.value)
    assert "begin after a click" in found.notes[1]
    sharp = judge_run(workspace.load_run(run), content, 0.02)
    assert sharp.value.overlap.sample < found.value.overlap.sample


def test_a_log_without_people_judges_what_is_the_same_for_all(home):
    workspace, run, log = furnished(home)
    content = nobody(workspace.load_log(log))
    assert [one.id for one in runs_judged_by(workspace, content)] == [run]
    found = judge_run(workspace.load_run(run), content)
    assert found.notes == ()
    few = Ids.of([name if n < 20 else f"other {name}" for n, name in enumerate(content.item_ids.values)])
    mostly = np.flatnonzero(content.items < 20)
    part = {role: column[mostly] for role, column in content.columns.items()}
    small = replace(
        content,
        item_ids=few,
        items=part["item"],
        positions=part["position"],
        clicks=part["click"],
        propensities=part["propensity"],
        times=part["time"],
    )
    assert runs_judged_by(workspace, small) == []
    assert found.value.overlap.impressions == len(content)


def test_a_log_of_other_items_belongs_to_no_run(home):
    workspace, _, log = furnished(home)
    content = workspace.load_log(log)
    other = replace(content, item_ids=Ids.of([f"other {name}" for name in content.item_ids.values]))
    assert runs_judged_by(workspace, other) == []
    with pytest.raises(DataError):
        judge_log(other, content)


def test_a_log_as_seen_from_itself(home):
    workspace, _, log = furnished(home)
    content = workspace.load_log(log)
    found = judge_log(content, content)
    assert found.truth == found.shown
    assert found.value.ctr.value == pytest.approx(found.shown.value, rel=0.25)


def test_positions_are_those_of_the_impressions_that_can_be_weighted():
    world = lived(200, 60, 3)
    known = ~np.isnan(world.log.propensities) & (world.log.positions > 1)
    chances = np.where(known, world.log.propensities, np.nan).astype(np.float32)
    without_first = replace(world.log, propensities=chances)
    with pytest.raises(DataError, match="positions that the log"):
        judge_log(replace(world.log, name="whole"), without_first)


def test_an_item_that_the_data_do_not_know_is_new_to_everybody():
    world = lived(200, 60, 3)
    parts = split(world.dataset, SplitRecipe(key="temporal"))
    strange = np.array([f"unknown {identifier}" for identifier in world.log.item_ids.values], dtype=object)
    found = suiting(replace(world.log, item_ids=Ids.of(list(strange))), parts, False)
    assert found.rows.any()
    assert np.array_equal(found.new, found.rows)


def test_a_log_of_known_items_alone_is_refused_in_words(home):
    workspace, run, log = furnished(home)
    loaded, shown = workspace.load_run(run), workspace.load_log(log)
    rows = suiting(shown, loaded.split, True)
    again = np.flatnonzero(rows.rows & ~rows.new)
    columns = {name: None if column is None else column[again] for name, column in (
        ("users", shown.users), ("items", shown.items), ("positions", shown.positions), ("clicks", shown.clicks),
        ("propensities", shown.propensities), ("times", shown.times),
    )}  # fmt: skip
    with pytest.raises(DataError, match="people knew already"):
        judge_run(loaded, replace(shown, **columns))
