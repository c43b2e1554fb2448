"""A small comparison whose titles and names try to become markup."""

from dataclasses import replace

from recsys_core.data.dataset import Dataset
from recsys_core.runs.cards import RunCard
from recsys_core.runs.store import Workspace
from recsys_core.types import Feedback
from tests.runs.builders import camps, keep
from tests.runs.test_comparison import trained

EVIL = "<script>alert(1)</script>"
ENDS = "</script><img src=x onerror=alert(2)>"
MODELS = ("ease", "item_knn")  # popularity comes by itself


def films(people: int = 40) -> Dataset:
    """Two camps with ratings, genres, and names for both items and people from somebody who means no good."""
    made = camps(f"films {EVIL}", people, feedback=Feedback.EXPLICIT)
    table = made.item_table.copy()
    table["title"] = [f"{ENDS if place % 2 else EVIL} {place}" for place in range(made.n_items)]
    table["genres"] = [("<b>even</b>",) if place % 2 == 0 else ("odd", ENDS) for place in range(made.n_items)]
    names = [f"{EVIL} {user}" for user in range(made.n_users)]
    return replace(made, item_table=table, user_table=made.user_table.assign(name=names))


def compared(workspace: Workspace, dataset: Dataset | None = None) -> list[RunCard]:
    """Finished runs of one split, popularity among them."""
    card = keep(workspace, films() if dataset is None else dataset)
    for model in MODELS:
        trained(workspace, card.id, model)
    return [run for run in workspace.runs() if run.dataset == card.id]
