"""Synthetic data, privacy: can attackers tell whom a generator has learned from?"""

from typing import TYPE_CHECKING

from recsys_core.figures.theme import Theme

if TYPE_CHECKING:
    from recsys_core.synthetic.worth import Worth


def attack_view(found: "Worth", key: str, colours: Theme) -> None:
    """What attackers could tell."""
