"""A question put to a room: which of two lists would you rather have? And what a guest may answer."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is taken for something else when read aloud
CODE_LETTERS = 12  # 31^12 codes: nobody meets an open vote by trying
MOST_GUEST_LETTERS = 64


class Choice(StrEnum):
    """What a guest would rather have: the list of the first model, of the second, or either."""

    FIRST = "first"
    SECOND = "second"
    NEITHER = "neither"


SIDES = (Choice.FIRST, Choice.SECOND)


@dataclass(frozen=True)
class Poll:
    """A vote between two runs.

    Attributes:
        code: whoever knows it may vote, once.
        created: unix seconds.
        runs: ids of the first and the second.
        titles: of their models, as they were called when the vote began.
        worth: share of those with a preference, above one half, from which on a difference is worth noticing.
        is_open: takes votes.
        is_revealed: it is over, and guests are told which model is which.
    """

    code: str
    created: float
    runs: tuple[str, str]
    titles: tuple[str, str]
    worth: float
    is_open: bool = True
    is_revealed: bool = False

    def sides(self, guest: str) -> tuple[Choice, Choice]:
        """Which list this guest sees as A, and which as B: a fair coin for each guest, the same on each look."""
        coin = hashlib.sha256(f"{self.code}\0{guest}".encode()).digest()[0] & 1
        return SIDES if coin else (Choice.SECOND, Choice.FIRST)

    def title(self, choice: Choice) -> str:
        """The name of the model that is meant by FIRST or SECOND."""
        return self.titles[SIDES.index(choice)]


def new_code() -> str:
    """A code that nobody guesses, from the system's own randomness."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
