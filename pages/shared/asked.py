"""What the sections about one recommendation work on."""

from dataclasses import dataclass

from recsys_core.explain.game import Question
from recsys_core.runs.cards import RunCard
from recsys_core.runs.run_files import LoadedRun


@dataclass(frozen=True)
class Asked:
    """Why does this model recommend this item to this person?

    Attributes:
        card, run: the model.
        user, item: positions in the data set.
        question: the same for the core.
    """

    card: RunCard
    run: LoadedRun
    user: int
    item: int
    question: Question
