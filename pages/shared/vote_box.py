"""The votes of this workspace, and who can be voted on."""

from pages.shared import cache
from recsys_core.models import COMPOSED, MODELS
from recsys_core.models.base import Ability
from recsys_core.runs.cards import RunCard
from recsys_core.voting.ballot_box import BallotBox

VOTE = "vote"  # in the address: the code
SIDE_NAMES = ("X", "Y")  # what the two models are called before they are revealed, on the host's screen


def box() -> BallotBox:
    return BallotBox(cache.workspace().database)


def votable(dataset: str) -> list[RunCard]:
    """The runs of a data set whose models recommend to people whom they never met, newest first."""
    kinds = {model.info.key for model in (*MODELS, *COMPOSED) if Ability.HISTORY in model.info.abilities}
    return [run for run in cache.workspace().runs() if run.dataset == dataset and run.model in kinds]
