"""Presets: saved, found, passed on and taken in; names and files from outside."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.errors import ConfigError, StoreError
from recsys_core.models.mf import MF
from recsys_core.models.mlp import MLP
from recsys_core.runs.presets import LARGEST_FILE, Presets


def test_what_is_saved_is_found_under_its_model_and_deleted(tmp_path):
    presets = Presets(tmp_path)
    assert presets.all("mf") == {}
    presets.save("mf", "  My   films ", {"epochs": "7"})
    presets.save("mlp", "Narrow", {"tower": [16, 8]})
    presets.save("mf", "All else", {})
    assert list(presets.all("mf")) == ["All else", "My films"]
    assert MF.Config.parse(presets.all("mf")["My films"]) == MF.Config(epochs=7)
    assert MLP.Config.parse(presets.find("mlp", "Narrow")).tower == (16, 8)
    presets.save("mf", "My films", {"epochs": 8})
    assert presets.find("mf", "My films")["epochs"] == 8
    presets.delete("mf", "My films")
    presets.delete("mf", "My films")
    assert list(presets.all("mf")) == ["All else"]
    assert not list((tmp_path / "presets").glob(".*"))


def test_presets_of_the_models_are_found_by_the_same_name(tmp_path):
    assert Presets(tmp_path).find("mf", "quick") == MF.Config.quick
    with pytest.raises(ConfigError, match=r"no preset called 'slow'.*Choose one of: quick, balanced, paper"):
        Presets(tmp_path).find("mf", "slow")


def test_a_preset_is_passed_on_as_a_file(tmp_path):
    mine, theirs = Presets(tmp_path / "mine"), Presets(tmp_path / "theirs")
    for one in (tmp_path / "mine", tmp_path / "theirs"):
        one.mkdir()
    mine.save("mf", "Süß ☕", {"epochs": 9})
    text = mine.export("mf", "Süß ☕")
    assert set(json.loads(text)) == {"model", "name", "settings"}
    assert theirs.take_in(text.encode()).name == "Süß ☕"
    assert theirs.all("mf") == mine.all("mf")


BAD_FILES = {
    "not JSON": b"epochs: 3",
    "not text": b"\xff\xfe\x00",
    "a list": b"[]",
    "a part is missing": b'{"model": "mf", "settings": {}}',
    "something else in it": b'{"model": "mf", "name": "x", "settings": {}, "code": "import os"}',
    "unknown model": b'{"model": "no such", "name": "x", "settings": {}}',
    "unknown setting": b'{"model": "mf", "name": "x", "settings": {"no": 1}}',
    "out of bounds": b'{"model": "mf", "name": "x", "settings": {"epochs": -1}}',
    "no name": b'{"model": "mf", "name": " ", "settings": {}}',
    "a name of the models": b'{"model": "mf", "name": "Quick", "settings": {}}',
    "a long name": json.dumps({"model": "mf", "name": "x" * 41, "settings": {}}).encode(),
    "hidden letters": json.dumps({"model": "mf", "name": "x\u202ey", "settings": {}}).encode(),
    "too large": b" " * (LARGEST_FILE + 1),
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=list(BAD_FILES))
def test_a_bad_file_gets_a_sentence_and_nothing_is_kept(content, tmp_path):
    with pytest.raises(ConfigError) as error:
        Presets(tmp_path).take_in(content)
    assert error.value.message.endswith(".")
    assert error.value.fix
    assert not list(tmp_path.rglob("*.json"))


@given(name=st.text(min_size=1, max_size=40))
def test_no_name_becomes_a_path(name, tmp_path_factory):
    root: Path = tmp_path_factory.mktemp("root")
    presets = Presets(root)
    try:
        kept = presets.save("mf", name, {"epochs": 4})
    except ConfigError:
        assert not list(root.rglob("*.json"))
    else:
        assert presets.find("mf", kept)["epochs"] == 4
        assert [path.parent for path in root.rglob("*.json")] == [root / "presets"]


def test_a_damaged_file_is_left_out_and_left_alone(tmp_path):
    presets = Presets(tmp_path)
    presets.save("mf", "Good", {})
    (tmp_path / "presets" / "bad.json").write_text("{")
    assert list(presets.all("mf")) == ["Good"]
    assert (tmp_path / "presets" / "bad.json").exists()


def test_a_disk_that_cannot_be_written_to_gets_a_sentence(tmp_path):
    (tmp_path / "presets").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="not saved"):
        Presets(tmp_path).save("mf", "x", {})
