"""Maps are kept and read again, broken ones drawn anew, and drawn in the background one at a time."""

import json
import subprocess
import sys

import numpy as np
import pytest

from recsys_core.errors import StoreError
from recsys_core.runs.map_files import MapSpec, find_map, map_of
from recsys_core.runs.maps import Maps, Standing
from recsys_core.runs.store import Workspace
from tests.runs.builders import wait_for
from tests.runs.test_blend_job import trained


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def spec(workspace) -> MapSpec:
    return MapSpec(run=trained(workspace, "als").id)


class Started:
    """Starts processes that sleep, or end at once as they are told to."""

    def __init__(self) -> None:
        self.both: list[tuple[MapSpec, subprocess.Popen]] = []
        self.code = "import time; time.sleep(60)"

    def __call__(self, spec: MapSpec) -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, "-c", self.code], stdout=subprocess.PIPE, text=True)
        self.both.append((spec, process))
        return process

    def alive(self) -> list[MapSpec]:
        return [spec for spec, process in self.both if process.poll() is None]


@pytest.fixture
def started():
    made = Started()
    yield made
    for _, process in made.both:
        process.kill()


def test_a_map_is_drawn_once_and_read_again_bit_by_bit(workspace, spec, monkeypatch):
    assert find_map(workspace, spec) is None
    drawn = map_of(workspace, spec)
    monkeypatch.setattr("recsys_core.runs.map_files.draw_map", None)
    again = map_of(workspace, spec)
    assert np.array_equal(drawn.places, again.places)
    assert drawn.honesty == again.honesty
    assert not list(workspace.content_cache.rglob("*.unfinished"))


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_broken_map_is_drawn_anew(workspace, spec, damage):
    drawn = map_of(workspace, spec)
    (path,) = (workspace.content_cache / "maps").glob("*.npz")
    path.write_bytes(path.read_bytes()[:-60] if damage is None else damage)
    assert find_map(workspace, spec) is None
    assert np.array_equal(map_of(workspace, spec).places, drawn.places)


def test_maps_of_deleted_runs_are_forgotten(workspace, spec):
    map_of(workspace, spec)
    other = MapSpec(run=trained(workspace, "als", name="others").id)
    workspace.delete_run(spec.run)
    with pytest.raises(StoreError):
        find_map(workspace, spec)
    map_of(workspace, other)
    assert [path.name for path in (workspace.content_cache / "maps").iterdir()] == [other.name]


def test_maps_are_drawn_one_after_the_other_and_can_be_stopped(workspace, spec, started):
    maps, other = Maps(workspace, started), spec.model_copy(update={"seed": 1})
    maps.ask(spec)
    wait_for(lambda: started.alive() == [spec])
    assert maps.ask(spec).standing is Standing.DRAWING
    assert maps.ask(other).standing is Standing.WAITING
    maps.stop(spec)
    wait_for(lambda: started.alive() == [other])
    assert maps.ask(spec).standing is Standing.STOPPED
    maps.stop(other)
    wait_for(lambda: not started.alive())
    maps.want_again(spec)
    maps.ask(spec)
    wait_for(lambda: started.alive() == [spec])


def test_a_drawing_that_fails_says_why_and_is_not_tried_for_ever(workspace, spec, started):
    maps = Maps(workspace, started)
    error = {"error": {"code": "x", "message": "All the same.", "fix": "Train it."}}
    started.code = f"print({json.dumps(error)!r})"
    maps.ask(spec)
    wait_for(lambda: maps.ask(spec).standing is Standing.FAILED)
    assert maps.ask(spec).reason == "All the same. Train it."
    started.code = "raise SystemExit(9)"
    maps.want_again(spec)
    maps.ask(spec)
    wait_for(lambda: maps.ask(spec).standing is Standing.FAILED)
    assert "exit status 9" in maps.ask(spec).reason
    started.code = "print({})"  # but the disk was full
    maps.want_again(spec)
    maps.ask(spec)
    wait_for(lambda: maps.ask(spec).standing is Standing.FAILED)
    assert len(started.both) == 3


def test_a_process_of_its_own_draws_the_same(workspace, spec):
    wanted = spec.model_copy(update={"method": "tsne"})
    maps = Maps(workspace)
    assert maps.ask(wanted).map is None
    wait_for(lambda: maps.ask(wanted).standing is Standing.DRAWN, 60)
    found = maps.ask(wanted).map
    (workspace.content_cache / "maps" / wanted.name).unlink()
    assert np.array_equal(found.places, map_of(workspace, wanted).places)
