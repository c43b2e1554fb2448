"""What models share that learn either which items a person meets, or how the person rates them."""

from typing import Literal

from pydantic import Field

from recsys_core.models.base import Ability, Config, Recommender


class EitherObjectiveConfig(Config):
    objective: Literal["ranking", "rating"] = Field(
        "ranking", description="Learn which items a person meets (ranking), or how the person rates them (rating)."
    )


class EitherObjective(Recommender):
    """Has the ability RATING, and says so, where it is configured to rate."""

    @property
    def abilities(self) -> frozenset[Ability]:
        return self.info.abilities | {Ability.RATING} if self._rates else self.info.abilities

    @property
    def title(self) -> str:
        return f"{self.info.title} (ratings)" if self._rates else self.info.title

    @property
    def score_meaning(self) -> str:
        return "predicted rating" if self._rates else self.info.score

    @property
    def _rates(self) -> bool:
        return bool(self.config.objective == "rating")
