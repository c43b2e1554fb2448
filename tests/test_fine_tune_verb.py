"""Fine-tuning from the shell: a run is continued, its model and settings are taken, and the outcome is told."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core import cli
from recsys_core.data.dataset import Dataset
from recsys_core.errors import AbilityError
from recsys_core.runs.cards import RunCard
from recsys_core.runs.fine_tuning import usual_settings
from recsys_core.runs.run_files import WEIGHTS
from recsys_core.runs.store import Workspace, open_workspace
from tests import worlds
from tests.runs.builders import keep, with_ids
from tests.test_cli import ask, fails

__all__ = ["ask"]

MF = ["--model", "mf", "--set", "epochs=4", "--set", "embedding_size=4"]


def data() -> tuple[Dataset, Dataset]:
    """Four fifths of some events by time, and all of them."""
    whole = replace(worlds.planted_ratings(np.random.default_rng(1), 30, 20).dataset, name="whole")
    times = whole.interactions.times
    early = whole.interactions.take(times <= np.quantile(times, 0.8))
    return replace(whole.with_interactions(early), name="early"), whole


@pytest.fixture
def workspace(home) -> Workspace:
    made = open_workspace(home)
    for dataset in data():
        keep(made, dataset)
    return made


@pytest.fixture
def run(workspace, ask) -> str:
    """A run on the early events."""
    return ask("train", "early", *MF)[1]["run"]


def test_a_run_is_continued_and_the_outcome_told(workspace, run, ask):
    status, document, _ = ask("train", "whole", "--from", run, "--freeze", "items", "--rate", "people=0.5")
    assert status == 0
    told = document["fine_tune"]
    assert told["run"] == run
    for which in ("gain", "forgetting"):
        assert set(told[which]) == {"figures", "people", "left_out"}
        assert set(told[which]["figures"]["ndcg@10"]) == {"before", "after", "low", "high"}
    assert told["forgetting"]["left_out"] > 0
    card = workspace.find_run(document["run"])
    config = card.about["passport"]["config"]
    assert (card.model, config["embedding_size"], config["epochs"]) == ("mf", 4, 1)
    source = workspace.find_run(run).about["passport"]
    assert card.about["passport"]["fine_tune"] == {
        "run": run,
        "dataset": source["dataset"]["fingerprint"],
        "split": source["split"]["fingerprint"],
        "rates": {"people": 0.5, "items": 0.0, "network": 0.5},
    }
    old, new = (workspace.load_weights(one)["item_factors"] for one in (run, document["run"]))
    assert np.array_equal(old, new)


def test_people_read_what_was_gained_and_forgotten(workspace, run, capsys):
    assert cli.main(["train", "whole", "--from", run]) == 0
    assert "NDCG@10 on the new test events" in capsys.readouterr().out


def test_a_fine_tuned_run_needs_its_source_no_more_and_can_be_continued(workspace, run, ask):
    tuned = ask("train", "whole", "--from", run)[1]["run"]
    workspace.delete_run(run)
    assert workspace.load_run(tuned).model.is_fitted
    assert ask("train", "whole", "--from", tuned)[0] == 0


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["--from", "mf-gone"], "unknown-run", "no run"),
        (["--model", "mf", "--freeze", "items"], "no-run", "--from RUN"),
        (["--from", "RUN", "--model", "bpr"], "usage", "not allowed with"),
        (["--from", "RUN", "--rate", "people"], "bad-rate", "PART=FACTOR"),
        (["--from", "RUN", "--rate", "people=-1"], "bad-rate", "0 to 10"),
        (["--from", "RUN", "--rate", "legs=1"], "bad-rate", "people, items, network"),
        (["--from", "RUN", "--set", "embedding_size=8"], "other-shape", "'embedding_size' is 4"),
    ],
)
def test_what_cannot_be_continued_is_said_in_words(workspace, run, ask, words, code, hint):
    fails(ask("train", "whole", *(run if word == "RUN" else word for word in words)), code, hint)


def test_a_run_that_kept_nothing_to_go_on_from_says_so(workspace, run, ask):
    (workspace.root / "runs" / run / WEIGHTS).unlink()
    fails(ask("train", "whole", "--from", run), "no-weights", "Train it again from scratch")


def test_a_closed_form_cannot_be_continued(workspace, ask):
    run = ask("train", "early", "--model", "ease")[1]["run"]
    fails(ask("train", "whole", "--from", run), "ability", "learns in one step")


def test_a_blend_cannot_be_continued():
    card = RunCard("blend-1", "d", 0.0, {"model": "blend", "title": "Blend of EASE and MF"})
    with pytest.raises(AbilityError, match="made of finished models"):
        usual_settings(card)


def test_data_of_another_domain_are_refused(workspace, run, ask):
    _, whole = data()
    books = with_ids(whole, list(whole.user_ids.values), [f"book {place}" for place in range(20)])
    keep(workspace, replace(books, name="books"))
    fails(ask("train", "books", "--from", run), "other-domain", "same domain")


def test_events_that_the_run_learned_from_judge_nobody(workspace, run, ask):
    """A random split of the same data holds out what the run has learned from; that is taken back and counted."""
    document = ask("train", "early", "--from", run, "--split", "random")[1]
    assert document["fine_tune"]["moved"] > 0
    source, tuned = (workspace.load_run(one).split for one in (run, document["run"]))
    assert not ((tuned.roles == 2) & (source.roles < 2)).any()


def test_the_same_split_of_the_same_data_judges_by_the_same_events(workspace, run, ask):
    document = ask("train", "early", "--from", run)[1]
    assert document["fine_tune"]["moved"] == 0
    cards = [workspace.find_run(one) for one in (run, document["run"])]
    assert cards[0].split_fingerprint == cards[1].split_fingerprint
