"""Who gains and who loses by a transfer."""

import numpy as np
import pytest

from recsys_core.splitting import SplitRecipe, split
from recsys_core.transfer.evidence import Evidence
from recsys_core.transfer.match import Match
from recsys_core.transfer.whom import in_words, items_that_gain, people_who_gain
from recsys_core.types import Int64
from tests import worlds
from tests.transfer.evidences import evidence

WHOLE = split(worlds.two_camps(80).dataset, SplitRecipe(key="random"))
USERS = WHOLE.test.warm_users


def match_of(people: Int64, items: Int64) -> Match:
    return Match(people, items, np.full(len(items), "", dtype=object), np.zeros(len(items), np.float32))


def half(n: int) -> Int64:
    """The first half are in both."""
    return np.where(np.arange(n) < n // 2, np.arange(n), -1)


def nobody(n: int) -> Int64:
    return np.full(n, -1)


def shown(arm: str) -> np.ndarray:
    """The transfer shows what is to be found among the shared items, the others show what is not."""
    lists = np.full((len(USERS), 10), -1, dtype=np.int32)
    if arm == "transfer":
        relevant = WHOLE.test.relevant
        for row, user in enumerate(USERS):
            mine = np.unique(relevant.items[(relevant.users == user)])
            mine = mine[mine < WHOLE.dataset.n_items // 2]
            lists[row, : len(mine)] = mine
    return lists


def by_sharing(arm: str, share: float) -> np.ndarray:
    """People in both gain, the others lose."""
    step = np.where(WHOLE.dataset.n_users // 2 > USERS, 0.1, -0.1)
    return 0.4 + step * (arm == "transfer")


def leads(parts) -> dict[str, float]:
    return {one.words: one.lead.value for one in parts}


def test_shared_people_and_the_others_are_told_apart():
    match = match_of(half(WHOLE.dataset.n_users), nobody(WHOLE.dataset.n_items))
    found = people_who_gain(evidence(by_sharing, users=USERS), 0.1, "scratch", WHOLE, match)
    assert leads(found)["people in both data sets"] == pytest.approx(0.1, abs=0.01)
    assert leads(found)["people only here"] == pytest.approx(-0.1, abs=0.01)
    told = in_words(found, "NDCG@10")
    assert told == "People in both data sets gain, people only here lose, by NDCG@10."
    activity = [one for one in found if "events" in one.name]
    assert sum(one.number for one in activity) == len(USERS)


def test_where_nobody_is_shared_nobody_is_told_apart_by_it():
    match = match_of(nobody(WHOLE.dataset.n_users), nobody(WHOLE.dataset.n_items))
    found = people_who_gain(evidence(by_sharing, users=USERS), 0.1, "scratch", WHOLE, match)
    assert not [one for one in found if "both" in one.name]


def test_items_gain_where_they_are_found_more_often():
    match = match_of(nobody(WHOLE.dataset.n_users), half(WHOLE.dataset.n_items))
    found = items_that_gain(evidence(by_sharing, users=USERS, lists=shown), 0.1, "scratch", WHOLE, match)
    assert leads(found)["items in both data sets"] == pytest.approx(1.0)
    assert leads(found)["items only here"] == pytest.approx(0.0)
    counts = {one.words: one.number for one in found}
    assert counts["popular items"] + counts["all other items"] == WHOLE.dataset.n_items
    assert counts["popular items"] <= counts["all other items"]


def test_without_lists_nothing_is_said_of_items():
    match = match_of(nobody(WHOLE.dataset.n_users), half(WHOLE.dataset.n_items))
    assert items_that_gain(evidence(by_sharing, users=USERS), 0.1, "scratch", WHOLE, match) == []


def test_too_few_people_have_no_figure():
    few = USERS[:10]
    one = evidence(lambda arm, share: 0.5, users=few)
    found = people_who_gain(one, 0.1, "scratch", WHOLE, match_of(nobody(WHOLE.dataset.n_users), nobody(20)))
    assert [part.lead for part in found] == [None] * len(found)
    assert in_words(found, "NDCG@10") == "No group surely gains or loses, by NDCG@10."


def test_seeds_that_one_side_lacks_are_left_out():
    whole = evidence(by_sharing, users=USERS)
    alone = Evidence([one for one in whole.points if one.about.arm == "transfer"])
    match = match_of(nobody(WHOLE.dataset.n_users), nobody(WHOLE.dataset.n_items))
    assert people_who_gain(alone, 0.1, "scratch", WHOLE, match) == []


def test_what_is_sure_is_told_in_words():
    everybody = evidence(lambda arm, share: 0.3 + 0.1 * (arm == "transfer"), users=USERS)
    match = match_of(half(WHOLE.dataset.n_users), nobody(WHOLE.dataset.n_items))
    told = in_words(people_who_gain(everybody, 0.1, "scratch", WHOLE, match), "NDCG@10")
    assert told.endswith("gain, none surely loses, by NDCG@10.")
