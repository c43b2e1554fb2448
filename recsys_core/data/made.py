"""Where a data set is from that is not wholly real."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from recsys_core.types import Json


@dataclass(frozen=True)
class Made:
    """How a data set was generated, or a real one added to.

    Attributes:
        generator: key of the generator.
        title: what it is called.
        settings: of the generator, as plain data.
        knobs: how much was asked for, and of what kind, as plain data.
        seed: of the learning and of the drawing.
        learned_from: fingerprint of the data set whose training events the generator learned from; "" for none.
        learned_name: its name; text from outside.
        recipe: of the split that these were the training events of; None where nothing was learned from.
        real_people: so many people, the first ones, and all their events are real; the others are generated.
        epsilon: what the generator can have learned of any one person at most, as differential privacy counts it; None
            where nothing bounds it.
    """

    generator: str
    title: str
    settings: Json
    knobs: Json
    seed: int
    learned_from: str = ""
    learned_name: str = ""
    recipe: Json | None = None
    real_people: int = 0
    epsilon: float | None = None

    @property
    def is_augmented(self) -> bool:
        """Whether generated people were added to real ones."""
        return self.real_people > 0

    @property
    def words(self) -> str:
        """One sentence. Names in it are text from outside."""
        after = f" after {self.learned_name}" if self.learned_name else ""
        kind = "Real people, and beside them people generated" if self.is_augmented else "Generated"
        return f"{kind} by {self.title}{after}{self.bound}."

    @property
    def bound(self) -> str:
        """The end of a sentence on what is told of any one person; nothing where that is not bounded."""
        return "" if self.epsilon is None else f", with differential privacy (ε = {self.epsilon:.2g})"

    def as_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, about: dict[str, Any]) -> Self:
        """What :meth:`as_json` gave."""
        return cls(**about)
