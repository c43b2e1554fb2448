"""Which finished runs a data set could learn from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recsys_core.data.dataset import Dataset
from recsys_core.errors import StoreError
from recsys_core.evaluation import evaluate
from recsys_core.models import find_model
from recsys_core.models.blend import Blend
from recsys_core.runs import kin as kin_module
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.kin import Kin, kin
from recsys_core.runs.passport import describe
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.splitting import split
from tests.runs.builders import RANDOM, camps, keep, keep_run, with_ids


def trained(workspace: Workspace, dataset: str, key: str) -> RunCard:
    parts = split(workspace.load_dataset(dataset), RANDOM)
    model = find_model(key)().fit(parts.train)
    report = evaluate(model, parts.test, parts.dataset)
    spec = TrainSpec(dataset=dataset, model=key, split=RANDOM)
    return workspace.save_run(describe(model, dataset, parts, report, 0.1, 1, spec), model, parts, report)


def elsewhere(name: str = "elsewhere") -> Dataset:
    """Other people and items, whose titles are those of camps but for a few."""
    other = camps(name, n=30, seed=3)
    titles = [f"i{item}" if item >= 6 else f"else {item}" for item in range(20)]
    ids = [f"{name}/{np.base_repr(item * 7919 + 11, 36)}z" for item in range(30)]
    other = with_ids(other, ids, ids[:20])
    return replace(other, item_table=other.item_table.assign(title=pd.Series(titles, dtype=object)))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_runs_of_other_data_come_with_kinship_and_match(workspace: Workspace):
    target = keep(workspace, camps())
    far = trained(workspace, keep(workspace, elsewhere()).id, "ease")
    near = trained(workspace, keep(workspace, camps("near", n=26)).id, "ease")
    trained(workspace, target.id, "ease")
    found = kin(workspace, target.id)
    assert [one.run.id for one in found] == [near.id, far.id]
    assert [one.reason for one in found] == ["", ""]
    assert found[0].kinship.score > found[1].kinship.score
    assert (found[0].match.n_items, found[1].match.n_items) == (20, 14)
    assert (found[0].match.n_people, found[1].match.n_people) == (24, 0)
    assert found[1].kinship.reasons[0].startswith("14 of 20 items are the same")


def test_another_version_is_another_data_set_and_the_same_content_is_not(workspace: Workspace):
    first = keep(workspace, camps())
    run = trained(workspace, first.id, "ease")
    second = keep(workspace, camps(n=26))
    again = keep(workspace, camps("the same under another name"))
    assert [one.run.id for one in kin(workspace, second.id)] == [run.id]
    assert kin(workspace, first.id) == kin(workspace, again.id) == []


def test_what_cannot_be_a_source_comes_last_and_says_why(workspace: Workspace):
    target = keep(workspace, camps())
    source = keep(workspace, elsewhere())
    good, popular = trained(workspace, source.id, "item_knn"), keep_run(workspace, source)
    stranger = elsewhere("stranger")
    stranger = replace(stranger, item_table=stranger.item_table.assign(title=""))
    apart = trained(workspace, keep(workspace, stranger).id, "item_knn")
    blend = dict(popular.about) | {"model": Blend.info.key, "title": "Blend"}
    found = kin(workspace, target.id)
    assert found[0].run.id == good.id
    reasons = {one.run.id: one.reason for one in found}
    assert reasons[good.id] == ""
    assert "which this data set tells better" in reasons[popular.id]
    assert "none of them is in this data set" in reasons[apart.id]
    made = RunCard("blend-1", source.id, 0.0, blend)
    assert "made of finished models" in kin_module._reason(made, found[0].match)


def test_models_that_read_need_no_common_items(workspace: Workspace):
    target = keep(workspace, camps())
    stranger = elsewhere("stranger")
    stranger = replace(stranger, item_table=stranger.item_table.assign(title="", text="a text"))
    run = trained(workspace, keep(workspace, stranger).id, "tfidf")
    (found,) = kin(workspace, target.id)
    assert (found.run.id, found.reason, found.match.n_items) == (run.id, "", 0)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    inner = kin_module.match

    def noted(source: Dataset, target: Dataset) -> object:
        calls.append(source.name)
        return inner(source, target)

    monkeypatch.setattr(kin_module, "match", noted)
    return calls


def told(found: list[Kin]) -> list[object]:
    return [(one.run.id, one.kinship, one.match.items.tolist(), one.match.how.tolist()) for one in found]


def test_each_data_set_is_matched_once_and_what_came_of_it_is_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    target, source = keep(workspace, camps()), keep(workspace, elsewhere())
    for key in ("ease", "item_knn"):
        trained(workspace, source.id, key)
    calls = counted(monkeypatch)
    first = kin(workspace, target.id)
    assert len(first) == 2
    assert calls == ["elsewhere"]
    assert told(kin(workspace, target.id)) == told(first)
    assert calls == ["elsewhere"]


@pytest.mark.parametrize("damage", ["cut", "noise", "other"])
def test_what_is_damaged_is_made_anew(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, damage: str):
    target, source = keep(workspace, camps()), keep(workspace, elsewhere())
    trained(workspace, source.id, "ease")
    first = kin(workspace, target.id)
    (path,) = (workspace.content_cache / "kin").glob("*.npz")
    whole = path.read_bytes()
    if damage == "other":
        with np.load(path, allow_pickle=False) as saved:
            np.savez(path, **dict(saved) | {"items": np.full(20, 99)})
    else:
        path.write_bytes(whole[:300] if damage == "cut" else b"noise" * 100)
    calls = counted(monkeypatch)
    assert told(kin(workspace, target.id)) == told(first)
    assert calls == ["elsewhere"]
    assert path.read_bytes() != b"noise" * 100
    kin(workspace, target.id)
    assert calls == ["elsewhere"]


def test_nothing_is_left_half_written_and_a_full_disk_does_no_harm(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    target, source = keep(workspace, camps()), keep(workspace, elsewhere())
    trained(workspace, source.id, "ease")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    assert len(kin(workspace, target.id)) == 1
    assert list((workspace.content_cache / "kin").iterdir()) == []


def test_a_deleted_data_set_leaves_its_runs_as_sources(workspace: Workspace):
    target, source = keep(workspace, camps()), keep(workspace, elsewhere())
    run = trained(workspace, source.id, "ease")
    workspace.delete_dataset(source.id)
    assert [one.run.id for one in kin(workspace, target.id)] == [run.id]


def test_a_run_whose_data_cannot_be_read_says_so(workspace: Workspace):
    target, source = keep(workspace, camps()), keep(workspace, elsewhere())
    run = trained(workspace, source.id, "ease")
    (workspace.root / "runs" / run.id / "dataset" / "items.parquet").unlink()
    (found,) = kin(workspace, target.id)
    assert found.kinship is None
    assert found.match is None
    assert "cannot be read" in found.reason


def test_an_unknown_data_set_is_named(workspace: Workspace):
    with pytest.raises(StoreError, match="no data set called 'nothing'"):
        kin(workspace, "nothing")
