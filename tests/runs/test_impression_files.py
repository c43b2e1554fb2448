"""Impression logs in a workspace: what comes back, what is listed, and what damage does."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.dataset import Ids
from recsys_core.data.impressions.log import Impressions
from recsys_core.errors import StoreError
from recsys_core.runs.store import Workspace
from tests.runs.builders import unfinished

ABOUT = {"impressions": 3, "clicks": 1, "findings": []}


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def whole() -> Impressions:
    return Impressions(
        "shown",
        Ids.of(["u", "007"]),
        Ids.of(["7", "7.0", "é<b>"]),
        np.array([0, 1, 1], np.int32),
        np.array([2, 1, 0], np.int32),
        np.array([1, -1, 3], np.int16),
        np.array([True, False, False]),
        np.array([0.5, np.nan, 1e-6], np.float32),
        np.array([1, 2, -3], np.int64),
        "From a test.",
    )


def bare() -> Impressions:
    return replace(whole(), user_ids=Ids.of([]), users=None, positions=None, propensities=None, times=None)


@pytest.mark.parametrize("log", [whole(), bare()], ids=["whole", "bare"])
def test_a_log_comes_back_as_it_was(workspace, log):
    card = workspace.save_log(log, ABOUT)
    again = workspace.load_log(card.id)
    assert again.fingerprint == log.fingerprint
    assert (again.name, again.origin) == (log.name, log.origin)
    assert again.item_ids.values.tolist() == log.item_ids.values.tolist()
    assert {role: column.dtype for role, column in again.columns.items()} == {
        role: column.dtype for role, column in log.columns.items()
    }
    assert card.about["clicks"] == 1
    assert card.size > 0
    assert not unfinished(workspace.root)


def test_logs_are_listed_newest_first_and_kept_once(workspace):
    first = workspace.save_log(whole(), ABOUT)
    second = workspace.save_log(bare(), ABOUT)
    assert first.id != second.id
    assert workspace.save_log(whole(), ABOUT) == first
    assert [card.id for card in workspace.logs()] == [second.id, first.id]
    assert workspace.find_log("shown").id == second.id
    assert workspace.find_log(first.id) == first
    assert [card.id for card in Workspace(workspace.root).logs()] == [second.id, first.id]


def test_a_name_or_a_propensity_makes_another_log(workspace):
    changed = replace(whole(), propensities=np.array([0.5, 0.5, 1e-6], np.float32))
    ids = {workspace.save_log(log, ABOUT).id for log in (whole(), replace(whole(), name="other"), changed)}
    assert len(ids) == 3


def test_a_deleted_log_is_gone(workspace):
    card = workspace.save_log(whole(), ABOUT)
    workspace.delete_log(card.id)
    assert workspace.logs() == []
    assert list((workspace.root / "logs").iterdir()) == []
    with pytest.raises(StoreError, match="no impression log called") as caught:
        workspace.load_log(card.id)
    assert caught.value.code == "unknown-log"


def test_what_is_none_of_ours_is_not_listed(workspace):
    (workspace.root / "logs" / "notes").mkdir()
    (workspace.root / "logs" / "file.txt").write_text("x")
    broken = workspace.root / "logs" / "broken"
    broken.mkdir()
    (broken / "card.json").write_text('{"name": "x"}')
    assert workspace.logs() == []


def test_a_damaged_log_is_said_and_saved_anew(workspace):
    card = workspace.save_log(whole(), ABOUT)
    (workspace.root / "logs" / card.id / "items.parquet").write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="cannot be read") as caught:
        workspace.load_log(card.id)
    assert caught.value.code == "damaged-log"
    assert workspace.load_log(workspace.save_log(whole(), ABOUT).id).fingerprint == whole().fingerprint


def test_content_that_was_changed_is_noticed(workspace):
    card = workspace.save_log(whole(), ABOUT)
    other = workspace.save_log(replace(whole(), clicks=np.array([True, True, False])), ABOUT)
    logs = workspace.root / "logs"
    (logs / card.id / "impressions.parquet").write_bytes((logs / other.id / "impressions.parquet").read_bytes())
    with pytest.raises(StoreError, match="not what was saved"):
        workspace.load_log(card.id)


def test_logs_count_as_storage_and_leave_no_half_behind(workspace, monkeypatch):
    before = workspace.storage().total
    card = workspace.save_log(whole(), ABOUT)
    assert workspace.storage().total - before >= card.size
    monkeypatch.setattr("recsys_core.runs.impression_files._write", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(StoreError, match="Nothing was saved"):
        workspace.save_log(bare(), ABOUT)
    assert [one.id for one in workspace.logs()] == [card.id]
    assert not unfinished(workspace.root)
