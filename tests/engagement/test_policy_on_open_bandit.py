"""Real logs whose other policy was tried out as well, and another implementation over the same matrix."""

import sys
import types
import warnings
from functools import cache

import numpy as np
import pytest

from recsys_core.data.impressions.importing import import_log
from recsys_core.engagement.policy.ips import IPS
from recsys_core.engagement.policy.logged import logged, rows_with_propensities
from recsys_core.engagement.policy.snips import SNIPS
from recsys_core.engagement.policy.target import Table, mean_propensities
from recsys_core.engagement.policy.weighing import weigh
from recsys_core.runs.policies import judge_log
from tests.data.files import real

pytestmark = pytest.mark.realdata
CAMPAIGNS = ("all", "men", "women")


@cache
def read(policy: str, campaign: str):
    return import_log(real(f"obd/{policy}/{campaign}/{campaign}.csv"), f"{campaign}, {policy}").log


@pytest.fixture(scope="module")
def obp():
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setitem(sys.modules, "seaborn", types.ModuleType("seaborn"))  # which only its plots need
        return pytest.importorskip("obp.ope")


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_ips_and_snips_equal_those_of_obp(obp, campaign):
    log = read("random", campaign)
    rows, other = logged(log, rows_with_propensities(log)), read("bts", campaign)
    theirs = logged(other, rows_with_propensities(other))
    codes = np.array([log.item_ids.positions[name] for name in other.item_ids.values])
    table = np.zeros((3, rows.n_items))
    table[:, codes] = mean_propensities(theirs)
    seen = weigh(rows, Table(rows.positions, table), np.random.default_rng(0))
    matrix = np.broadcast_to(table.T, (len(rows), rows.n_items, 3))
    given = {
        "reward": rows.clicks,
        "action": rows.items.astype(np.int64),
        "pscore": rows.propensities,
        "action_dist": matrix,
        "position": rows.positions,
    }
    pairs = ((IPS, obp.InverseProbabilityWeighting()), (SNIPS, obp.SelfNormalizedInverseProbabilityWeighting()))
    for mine, reference in pairs:
        assert mine.terms(seen).value(seen.clicks) == pytest.approx(reference.estimate_policy_value(**given), abs=1e-9)


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_bts_from_random_agrees_with_what_was_measured(campaign):
    found = judge_log(read("bts", campaign), read("random", campaign))
    assert found.value.refusal == ""
    assert found.value.ctr.low <= found.truth.value <= found.value.ctr.high
    assert "50 on" in " ".join(found.value.cautions)  # 38 and 46 clicks


def test_random_from_bts_is_refused_for_women():
    found = judge_log(read("random", "women"), read("bts", "women"))
    assert found.value.overlap.sample == pytest.approx(2.08, abs=0.01)
    assert "about 2.1 impressions of 10,000" in found.value.refusal
    assert found.value.ctr is None
