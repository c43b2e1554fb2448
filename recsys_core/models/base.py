"""What every recommender is and can do."""

import copy
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import psutil
from pydantic import BaseModel, ConfigDict, ValidationError
from scipy.sparse import csr_array

from recsys_core.content.around import AROUND, Around
from recsys_core.content.coverage import Coverage
from recsys_core.content.items import ItemContent
from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import gigabytes
from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError, ConfigError, ModelError
from recsys_core.models.smaller import Smaller, smaller
from recsys_core.ranking import list_memory
from recsys_core.training.context import Cancelled, FitContext, TrainingSummary
from recsys_core.types import Feedback, Float32, Float64, Int32, Json


class Ability(StrEnum):
    """What a model can be asked for. Pages and the shell offer what is declared and nothing else."""

    RATING = "rating"  # predict, on the data's rating scale
    HISTORY = "history"  # score people it never met, from their history alone
    VECTORS = "vectors"  # a vector for each item and each user
    CONTENT = "content"  # score items it never met, from what is known about them
    TEXT = "text"  # it reads what is written about items
    IMAGE = "image"  # it looks at their pictures
    ATTRIBUTES = "attributes"  # it knows their genres, years and other attributes
    WARM_START = "warm-start"  # learn on from an earlier training, on more or newer data


class Cost(StrEnum):
    """What learning takes for a million events on two cores."""

    SECONDS = "seconds"
    A_MINUTE = "a minute"
    MINUTES = "minutes"


@dataclass(frozen=True)
class ModelInfo:
    """A model in words.

    Attributes:
        key: stable name for scripts and files.
        idea: one sentence.
        score: what its scores mean, as read after "Score: ".
        paper: authors, title, venue, year.
        cost: of learning, with the settings as they come.
        needs_ratings: it cannot learn from implicit events.
        needs_times: it cannot learn from events whose order is unknown.
        is_relative: only differences between the scores of a person mean something, not the scores themselves.
    """

    key: str
    title: str
    idea: str
    family: str
    score: str
    paper: str
    abilities: frozenset[Ability]
    cost: Cost
    needs_ratings: bool = False
    needs_times: bool = False
    is_relative: bool = False


# What tuning may try: from a lowest to a highest value, the values of a list, or, None, all that the field allows.
Search = tuple[float, float] | list[Any] | None


class WarmWay(NamedTuple):
    """How a short training goes on from a finished one; as was best on validation events of MovieLens latest-small.

    Attributes:
        share: of the epochs that the finished one took.
        rate: what the learning rate of all that is known already is multiplied by.
        settings: those that differ from the finished one's.
    """

    share: float = 0.25
    rate: float = 0.5
    settings: Mapping[str, Any] = MappingProxyType({})


class Config(BaseModel):
    """Settings of a model. Each field has bounds and a description: the class is also the form that people fill in.

    ``json_schema_extra={"advanced": True}`` moves a field behind an expander, ``{"scale": "log"}`` says that its
    values are compared by their ratio.

    Attributes:
        quick: settings that give a first impression in a fraction of the time.
        paper: settings of the paper, or of the run that reproduces a published figure.
        search: what is worth trying when the model is tuned, around its settings as they come. What a field allows is
            too wide to search well, and settings that trade quality for time are not named here.
        warm: how a training that goes on from a finished one is best done.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    quick: ClassVar[dict[str, Any]] = {}
    paper: ClassVar[dict[str, Any]] = {}
    search: ClassVar[dict[str, Search]] = {}
    warm: ClassVar[WarmWay] = WarmWay()

    @classmethod
    def presets(cls) -> dict[str, dict[str, Any]]:
        """Settings worth starting from, by name; what a preset does not name stays as it comes."""
        presets = {"quick": cls.quick, "balanced": {}, "paper": cls.paper}
        return {name: settings for name, settings in presets.items() if settings or name == "balanced"}

    @classmethod
    def parse(cls, settings: dict[str, Any]) -> Self:
        """A config from values or from their text, as typed in a shell.

        Raises:
            ConfigError: names the setting, what was given and what is allowed.
        """
        try:
            return cls.model_validate({name: _from_text(value) for name, value in settings.items()})
        except ValidationError as error:
            raise _config_error(cls, error) from None


def _from_text(value: Any) -> Any:
    """JSON where the text is JSON (numbers, lists, true, null), else the text itself. A list needs no brackets."""
    if not isinstance(value, str):
        return value
    bare_list = "," in value and not value.lstrip().startswith("[")
    try:
        return json.loads(f"[{value}]" if bare_list else value)
    except json.JSONDecodeError:
        return value


def _config_error(config: type[Config], error: ValidationError) -> ConfigError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    if first["type"] == "extra_forbidden":
        known = ", ".join(config.model_fields)
        fix = f"Known settings: {known}." if known else "This model has no settings."
        return ConfigError(f"There is no setting {name!r}.", fix, "unknown-setting")
    wanted = _WANTED.get(first["type"], first["msg"].partition(",")[0].replace("Input should", "it must"))
    return ConfigError(
        f"The setting {name!r} cannot be {first['input']!r}: {wanted}.",
        f"Change {name.replace('_', ' ')!r} and try again.",
        "bad-setting",
    )


_WANTED = {
    "tuple_type": "it must be numbers in a row, such as 128, 64",
    "too_short": "it must hold at least one number, such as 128, 64",
    "int_parsing": "it must be a whole number",
    "int_type": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "float_parsing": "it must be a number",
    "float_type": "it must be a number",
    "bool_parsing": "it must be true or false",
    "bool_type": "it must be true or false",
    "literal_error": "it must be one of the choices offered",
}


class Recommender(ABC):
    """A model: settings before ``fit``, answers after it. ``smaller`` says what to do where no settings
    fit into memory.

    Scores are comparable within one person, higher is better, and nothing is masked: hiding known items and cutting
    lists happens once, in ``recsys_core.ranking``.
    """

    info: ClassVar[ModelInfo]
    Config: ClassVar[type[Config]]
    smaller: ClassVar[str] = "Choose a smaller embedding size, a model that needs less, or fewer items."

    def __init__(self, config: BaseModel | None = None) -> None:
        self.config: Any = config if config is not None else self.Config()
        self.n_users = 0
        self.n_items = 0
        self.training: TrainingSummary | None = None  # of models that learn in epochs
        self.coverage: tuple[Coverage, ...] = ()  # of models that read what is known about items

    @property
    def abilities(self) -> frozenset[Ability]:
        """Abilities of this model as it is configured."""
        return self.info.abilities

    @property
    def title(self) -> str:
        """What to call the model as it is configured."""
        return self.info.title

    @property
    def score_meaning(self) -> str:
        """What its scores mean as it is configured, as read after "Score: "."""
        return self.info.score

    @property
    def is_linear(self) -> bool:
        """Whether the score by a history is a constant of the item and a sum over what was met."""
        return False

    @property
    def has_slopes(self) -> bool:
        """Whether it can say how fast a score grows with each event of a history: :meth:`slopes`."""
        return False

    @property
    def is_fitted(self) -> bool:
        return self.n_items > 0

    def check(self, train: Dataset) -> None:
        """Refuse data that the model cannot learn from.

        Raises:
            ModelError: says why.
        """
        if not len(train.interactions):
            raise ModelError("There is not one event to learn from.", "Hold out a smaller share.", "no-events")
        self._require_kind(train)

    def _require_kind(self, train: Dataset) -> None:
        """Refuse data that the model cannot take in, however many they are."""
        if self.info.needs_ratings or Ability.RATING in self.abilities:
            self._require_ratings(train)
        if self.info.needs_times and len(train.interactions) and not train.interactions.has_order:
            raise ModelError(
                f"{self.info.title} asks when things happened, but the data set {train.name!r} does not tell.",
                "Choose another model, or import the file with its column of times.",
                "needs-times",
            )
        broken = int(np.count_nonzero(~np.isfinite(train.interactions.values)))
        if broken:
            raise ModelError(
                f"{broken:,} of the {len(train.interactions):,} values of {train.name!r} are not a number.",
                "Take these events out, or import the file again.",
                "not-a-number",
            )
        self.require_memory(train, self.needs(train))

    def require_memory(self, train: Dataset, needed: int) -> None:
        """Refuse a training for which there is not enough memory just now.

        Args:
            train: what is to be learned from.
            needed: bytes; what was measured, or :meth:`needs`.

        Raises:
            ModelError: names settings that would fit, where there are any.
        """
        free = psutil.virtual_memory().available
        if needed > free:
            fitting = self.fitting(train, needed, free)
            raise ModelError(
                f"{self.title} would need about {gigabytes(needed)} of memory to learn from {train.n_users:,} "
                f"people and {train.n_items:,} items, and {gigabytes(free)} are free.",
                fitting.advice if fitting else self.smaller,
                "too-large",
            )

    def fitting(self, train: Dataset, needed: int, free: int) -> Smaller | None:
        """The least change of settings with which the training fits into so many free bytes; None where none does.

        Args:
            needed: bytes with the settings as they are; what differs from :meth:`needs` is taken as fixed.
        """
        fixed = needed - self.needs(train)

        def with_settings(config: Any) -> int:
            other = copy.copy(self)
            other.config = config
            return other.needs(train) + fixed

        return smaller(self.config, with_settings, free)

    @abstractmethod
    def memory(self, train: Dataset) -> int:
        """Bytes that learning takes at its peak beside the data, estimated from above."""

    def needs(self, train: Dataset) -> int:
        """Bytes that learning and judging take at their peak beside the data, estimated from above."""
        return self.memory(train) + list_memory(train.n_items)

    def work(self, train: Dataset) -> tuple[float, ...]:
        """Operations that learning takes, by kind, where time grows in proportion to each kind.

        It is asked of models that tell nobody how far they are (see :func:`recsys_core.training.loop.heartbeat`); the
        others say nothing here.
        """
        return ()

    def fit(self, train: Dataset, context: FitContext | None = None) -> Self:
        """Learn from a data set; a second call starts afresh. A model that is taken over as it is needs no events.

        Raises:
            ModelError: the data, or the training to go on from, do not fit the model.
            AbilityError: it cannot go on from an earlier training.
            Cancelled: somebody asked to stop before there was anything to keep.
        """
        context = context or FitContext()
        if context.warm is not None and context.warm.as_it_is:
            self._require_kind(train)
        else:
            self.check(train)
        if context.warm is not None and Ability.WARM_START not in self.abilities:
            raise self._lacks(Ability.WARM_START)
        if context.cancel():
            raise Cancelled
        self.n_users, self.n_items = 0, 0
        self._fit(train, context)
        self.n_users, self.n_items = train.n_users, train.n_items
        return self

    def _require_ratings(self, train: Dataset) -> None:
        if train.feedback is not Feedback.EXPLICIT:
            raise ModelError(
                f"{self.info.title} learns to predict ratings, but the data set {train.name!r} has none: "
                "it only says who met what.",
                "Choose a model, or an objective, that ranks.",
                "needs-ratings",
            )

    @abstractmethod
    def _fit(self, train: Dataset, context: FitContext) -> None:
        """Learn; ``train`` has been checked."""

    @abstractmethod
    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        """Float32[B, I], or Float32[B, len(items)] for the items named, of users met in training."""

    def predict(self, users: Int32, items: Int32) -> Float32:
        """Float32[n], the rating that ``users[n]`` would give ``items[n]``. Ability RATING."""
        raise self._lacks(Ability.RATING)

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        """As :meth:`score`, for people known by their history alone. Ability HISTORY."""
        raise self._lacks(Ability.HISTORY)

    def slopes(self, history: Histories, parts: Float64, items: Int32, signs: Float64) -> Float64:
        """Float64[S, E], how fast a weighted sum of scores grows with each of E events, for a model that says so.

        Args:
            history: one row.
            parts: Float64[S], to which part, 0 to 1, all events are there.
            items: whose scores; signs: Float64, what each counts in the sum.
        """
        raise NotImplementedError

    def newcomers(self, histories: Histories) -> dict[str, Float32]:
        """Rows (B, ...) that people known by their history alone would have in what is learned about each person.

        By the names of :attr:`TrainingSummary.learned`, for a training that goes on from this model; none where people
        have no rows, or find them as well while learning.
        """
        return {}

    def score_content(self, people: Int32 | Histories, content: ItemContent) -> Float32:
        """Float32[B, N], scores of N items from what is known about them, whether it met them or not. Ability CONTENT.

        They are comparable with those of :meth:`score` and :meth:`score_histories` for the same people: an item that
        is described as one that the model never met was gets the score which that one has.

        Args:
            people: users met in training, or histories, of people it never met (ability HISTORY).
        """
        raise self._lacks(Ability.CONTENT)

    def content_vectors(self, content: ItemContent) -> Float32:
        """Float32[N, d], where N items stand among :meth:`item_vectors`. Abilities CONTENT and VECTORS."""
        raise self._lacks(Ability.CONTENT)

    def readings(self, content: ItemContent, around: Around = AROUND) -> Mapping[str, Float32 | csr_array]:
        """What it reads of N items, before it makes anything of that for people. Ability CONTENT.

        Returns:
            Kind of content, such as "texts" → Float32 (N, w), near for items that are described alike, 0 where nothing
            is known.
        """
        raise self._lacks(Ability.CONTENT)

    def item_vectors(self) -> Float32:
        """Float32[I, d]. Ability VECTORS."""
        raise self._lacks(Ability.VECTORS)

    def user_vectors(self) -> Float32:
        """Float32[U, d]. Ability VECTORS."""
        raise self._lacks(Ability.VECTORS)

    @abstractmethod
    def arrays(self) -> dict[str, np.ndarray]:
        """All that was learned, by name."""

    @abstractmethod
    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Take over what :meth:`arrays` gave; ``n_users`` and ``n_items`` are set.

        Raises:
            ModelError: a name or a shape does not fit the config.
        """

    def save(self, folder: Path) -> None:
        """Write ``model.json`` and ``model.safetensors``: no code, readable anywhere."""
        from safetensors.numpy import save_file

        about: Json = {
            "model": self.info.key,
            "config": self.config.model_dump(mode="json"),
            "n_users": self.n_users,
            "n_items": self.n_items,
        }
        (folder / "model.json").write_text(json.dumps(about, indent=2), encoding="utf-8")
        arrays = {name: np.ascontiguousarray(array) for name, array in self.arrays().items()}
        save_file(arrays, str(folder / "model.safetensors"))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that :meth:`save` wrote.

        Raises:
            ModelError: a file is missing or damaged, or belongs to another model.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            arrays = load_file(str(folder / "model.safetensors"))
            if about["model"] != cls.info.key:
                raise ModelError(f"The folder holds a {about['model']!r}, not a {cls.info.key!r}.")
            model = cls(cls.Config.parse(about["config"]))
            model.n_users, model.n_items = int(about["n_users"]), int(about["n_items"])
            if min(model.n_users, model.n_items) < 1:
                raise ValueError(f"it is said to know {model.n_users:,} people and {model.n_items:,} items")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ConfigError, SafetensorError) as error:
            raise ModelError(f"The saved model cannot be read: {error}.", "Train it again.", "damaged-model") from None
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise ModelError(
                    f"The array {name!r} of the saved model holds something that is not a number.",
                    "Train it again.",
                    "damaged-model",
                )
        model.restore(arrays)
        return model

    def _lacks(self, ability: Ability) -> AbilityError:
        return AbilityError(
            f"{self.info.title} cannot answer this as it is configured: it lacks the ability {ability.value!r}.",
            f"Choose a model that lists {ability.value!r}: python -m recsys_core models.",
        )


def expect_shapes(
    arrays: Mapping[str, np.ndarray], shapes: Mapping[str, tuple[int, ...]], kinds: Mapping[str, str] | None = None
) -> None:
    """Check saved arrays before they are used.

    Args:
        kinds: of numbers, for arrays that are not float32.

    Raises:
        ModelError: names the first array that is missing, surplus, of another shape or of another kind of numbers.
    """
    for name in sorted(set(arrays) ^ set(shapes)):
        state = "missing from" if name in shapes else "unknown in"
        raise ModelError(f"The array {name!r} is {state} the saved model.", "Train it again.", "damaged-model")
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise ModelError(
                f"The array {name!r} of the saved model has the shape {arrays[name].shape}, not {shape}.",
                "Train it again.",
                "damaged-model",
            )
        found, kind = arrays[name].dtype.name, (kinds or {}).get(name, "float32")
        if found != kind:
            raise ModelError(
                f"The array {name!r} of the saved model holds numbers of the kind {found}, not {kind}.",
                "Train it again.",
                "damaged-model",
            )
