"""Which finished runs a data set could learn from, and why."""

from dataclasses import dataclass

from recsys_core.content.around import Around
from recsys_core.data.dataset import Dataset
from recsys_core.errors import StoreError
from recsys_core.models import MODELS, Ability
from recsys_core.runs.cards import RunCard
from recsys_core.runs.dataset_files import IMAGES, read_dataset
from recsys_core.runs.kin_files import find_kinship, keep_kinship
from recsys_core.runs.store import Workspace
from recsys_core.transfer.kinship import Kinship, kinship
from recsys_core.transfer.match import Match
from recsys_core.transfer.matching import match

PLAIN = ("popularity", "recent_popularity")


@dataclass(frozen=True)
class Kin:
    """A finished run as seen from another data set.

    Attributes:
        kinship: of the run's data set; None where that cannot be read.
        match: the data set as seen from that of the run; None likewise.
        reason: why it cannot be a source, in a sentence; "" where it can.
    """

    run: RunCard
    kinship: Kinship | None
    match: Match | None
    reason: str = ""


def kin(workspace: Workspace, dataset: str) -> list[Kin]:
    """All finished runs of other data sets, and of other versions of this one, as seen from a data set.

    Those that can be a source come first, of the nearest data set first; then those that cannot. Each data set is
    matched and measured once, and what came of it is kept in the workspace's cache.

    Args:
        dataset: id of the target.

    Raises:
        StoreError: there is no such data set, or it cannot be read.
    """
    card = workspace.find_dataset(dataset)
    target = workspace.load_dataset(card.id)
    by_source: dict[str, list[RunCard]] = {}
    for run in workspace.runs():
        fingerprint = run.about["passport"]["dataset"]["fingerprint"]
        if run.dataset != card.id and fingerprint != target.fingerprint:
            by_source.setdefault(fingerprint, []).append(run)
    found = [one for runs in by_source.values() for one in _of_one_source(workspace, runs, target)]
    return sorted(found, key=lambda one: (bool(one.reason), -one.kinship.score if one.kinship else 0.0))


def _of_one_source(workspace: Workspace, runs: list[RunCard], target: Dataset) -> list[Kin]:
    """Runs that learned from one data set."""
    try:
        measured, found = _measured(workspace, runs[0], target)
    except StoreError as error:
        return [Kin(run, None, None, str(error)) for run in runs]
    return [Kin(run, measured, found, _reason(run, found)) for run in runs]


def _measured(workspace: Workspace, run: RunCard, target: Dataset) -> tuple[Kinship, Match]:
    """From the cache; else measured and kept.

    Raises:
        StoreError: the data of the run cannot be read.
    """
    about = run.about["passport"]["dataset"]
    kept = find_kinship(workspace, about, target)
    if kept is None:
        # A run holds its data, so this works after the data set itself was deleted.
        images = workspace.root / "datasets" / run.dataset / IMAGES
        source = read_dataset(workspace.root / "runs" / run.id / "dataset", images)
        found = match(source, target)
        kept = kinship(source, target, found, Around(workspace.content_cache)), found
        keep_kinship(workspace, about, target, *kept)
    return kept


def _reason(run: RunCard, found: Match) -> str:
    """Why a run cannot be a source; "" where it can."""
    model = next((model for model in MODELS if model.info.key == run.model), None)
    if model is None:
        return f"{run.title} is made of finished models: take one of these."
    if run.model in PLAIN:
        return f"{run.title} knows what is popular where it learned, which this data set tells better."
    abilities = model.info.abilities
    if not abilities & {Ability.HISTORY, Ability.CONTENT, Ability.WARM_START}:
        return f"{run.title} answers only for the people it learned from."
    if Ability.CONTENT not in abilities and not found.n_items and not (Ability.VECTORS in abilities and found.n_people):
        return f"{run.title} knows items by their ids, and none of them is in this data set."
    return ""
