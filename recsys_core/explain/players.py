"""What can be the reasons for a score. A new kind is one class and one line of ``PLAYERS``."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from recsys_core.content.items import ItemContent
from recsys_core.data.dataset import Dataset
from recsys_core.errors import AbilityError, DataError
from recsys_core.explain.content_games import Attributes, ContentGame, Regions, Words
from recsys_core.explain.explanation import Kind
from recsys_core.explain.game import Game, HistoryGame, Question
from recsys_core.models.base import Ability, Recommender


@dataclass(frozen=True)
class Cast:
    """A game with its players' names.

    Attributes:
        keys: of each player, stable: an item's external id, a word.
        titles: for people.
    """

    game: Game
    keys: tuple[str, ...]
    titles: tuple[str, ...]


class Players(ABC):
    """A kind of reasons.

    Attributes:
        key: stable name for scripts.
        title: as people read it, in the plural.
        needs: abilities of a model that rests on such reasons.
        none: why there may be none, as a sentence.
    """

    key: Kind
    title: str
    needs: frozenset[Ability]
    none: str

    def offers(self, model: Recommender) -> bool:
        """Whether the model rests on such reasons and can be asked about a part of them."""
        return self.needs <= model.abilities

    @abstractmethod
    def cast(self, model: Recommender, dataset: Dataset, question: Question) -> Cast:
        """The game of a question, with as many players as there are; for a model that is offered."""

    def require(self, model: Recommender, dataset: Dataset, question: Question) -> Cast:
        """The game of a question.

        Raises:
            AbilityError: the model does not rest on such reasons, or cannot be asked.
            DataError: there are none.
        """
        if not self.offers(model):
            lacking = ", ".join(sorted(repr(ability.value) for ability in self.needs - model.abilities))
            raise AbilityError(
                f"{model.title} cannot be explained by {self.title}: it lacks the ability {lacking}.",
                "Choose other reasons, or a model that can.",
                "cannot-explain",
            )
        cast = self.cast(model, dataset, question)
        if not cast.game.n:
            raise DataError(self.none, "Choose other reasons.", "no-reasons")
        return cast


class HistoryPlayers(Players):
    key = Kind.HISTORY
    title = "what the person did"
    needs = frozenset({Ability.HISTORY})
    none = (
        "Nothing is known of this person beside the item itself, so nothing in the history can be a reason. The item's "
        "popularity, or what is known about it, decides."
    )

    def cast(self, model: Recommender, dataset: Dataset, question: Question) -> Cast:
        game = HistoryGame(model, question)
        items = [int(item) for item in question.history.items[game.events]]
        keys = tuple(str(dataset.item_ids.values[item]) for item in items)
        return Cast(game, keys, tuple(dataset.title(item) for item in items))


class ContentPlayers(Players):
    """Parts of what is known about the item.

    Args:
        kind: of the game.
    """

    def __init__(self, key: Kind, title: str, ability: Ability, none: str, kind: type[ContentGame]) -> None:
        self.key, self.title, self.none, self._kind = key, title, none, kind
        self.needs = frozenset({Ability.HISTORY, Ability.CONTENT, ability})

    def cast(self, model: Recommender, dataset: Dataset, question: Question) -> Cast:
        game = self._kind(model, question, ItemContent.of(dataset).take([question.item]))
        return Cast(game, game.names, game.titles)


PLAYERS: tuple[Players, ...] = (
    HistoryPlayers(),
    ContentPlayers(
        Kind.WORD, "the item's words", Ability.TEXT, "The item has neither a title nor a text, so no words.", Words
    ),
    ContentPlayers(
        Kind.REGION, "the item's picture", Ability.IMAGE, "The item has no picture that could be looked at.", Regions
    ),
    ContentPlayers(
        Kind.ATTRIBUTE,
        "the item's attributes",
        Ability.ATTRIBUTES,
        "Neither genres nor other attributes of the item are known.",
        Attributes,
    ),
)
