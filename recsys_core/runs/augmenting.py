"""What is noted down about generated people, and how they become a part of the real data."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import Finding
from recsys_core.data.importing import check_name
from recsys_core.runs.cards import DatasetCard
from recsys_core.runs.store import Workspace
from recsys_core.synthetic.making import augmented
from recsys_core.types import Json


def about_made(dataset: Dataset, findings: Sequence[Finding] = ()) -> Json:
    """What the list of data sets says of one that was generated or added to; as of one that was imported."""
    assert dataset.made is not None
    scale = dataset.scale
    return {
        "users": dataset.n_users,
        "items": dataset.n_items,
        "interactions": len(dataset.interactions),
        "feedback": str(dataset.feedback),
        "scale": None if scale is None else [scale.low, scale.high],
        "findings": [asdict(finding) for finding in findings],
        "made": dataset.made.as_json(),
    }


def augment(workspace: Workspace, real: str, synthetic: str, name: str | None = None) -> DatasetCard:
    """Add generated people to the real ones that they were generated from.

    Args:
        real, synthetic: data sets by their ids.
        name: of what comes of it; None: that of the real data, whose next version it becomes.

    Raises:
        StoreError: one of them is not there.
        ConfigError: they do not belong together; see :func:`recsys_core.synthetic.making.augmented`.
        DataError: the name is none.
    """
    card, added = workspace.find_dataset(real), workspace.find_dataset(synthetic)
    both = augmented(workspace.load_dataset(card.id), workspace.load_dataset(added.id))
    both = replace(both, name=check_name(card.name if name is None else name))
    return workspace.save_dataset(both, about_made(both) | {"findings": added.about["findings"]})
