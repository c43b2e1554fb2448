"""Several finished models as one: a weighted sum of what they say."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Recommender, expect_shapes
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Int32, Int64

BEYOND = 1e-4  # share of what a member says beyond the scale that is kept, so that its best items stay in order
FLATNESS = 1e-6  # a row whose standard deviation is a smaller part of its largest score differs by rounding alone


class Member(BaseModel):
    """A model of a blend: its key and its settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    settings: dict[str, Any] = Field(default_factory=dict)


class Mixture(BaseModel):
    """How much each member counts, and what is added to their sum."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    weights: tuple[Annotated[float, Field(ge=0)], ...]
    intercept: float = 0.0


class BlendConfig(Config):
    members: tuple[Member, ...] = Field((), description="The models, each with its settings.")
    groups: tuple[Mixture, ...] = Field(
        (), description="The weights of the members, of one group of people after the other: few known events first."
    )
    cuts: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (), description="With how many known events the second group begins, the third, and so on."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.members and len(self.groups) != len(self.cuts) + 1:
            raise ValueError(f"{len(self.cuts)} cuts make {len(self.cuts) + 1} groups and not {len(self.groups)}")
        if any(len(group.weights) != len(self.members) for group in self.groups):
            raise ValueError("a group has not one weight for each member")
        if list(self.cuts) != sorted(set(self.cuts)):
            raise ValueError("the cuts do not rise")
        return self


class Blend(Recommender):
    """A stack of models with fixed weights (Breiman, Stacked Regressions, Machine Learning 24, 1996).

    Where all members predict ratings, so does the blend: r(u, i) = intercept + sum_m w_m r_m(u, i), each r_m cut to
    the scale. Otherwise scores of different models have different units. They are made comparable for each person:
    s(u, i) = sum_m w_m (s_m(u, i) - mean_u) / deviation_u over all items of the catalogue; a member that gives all
    items the same score says nothing.

    The weights come from ``recsys_core.blending``; to learn from a data set means that each member does. How many
    events of a person are known (learned from, or in a history) decides which group's weights count.
    """

    info = ModelInfo(
        key="blend",
        title="Blend",
        idea="Adds up what several finished models say, with weights that were learned on validation events.",
        family="Blend",
        score="weighted mean of the members' scores, each in standard deviations above its mean for this person",
        paper="Breiman, Stacked Regressions, Machine Learning 24, 1996",
        abilities=frozenset({Ability.RATING, Ability.HISTORY}),
        cost=Cost.MINUTES,
    )
    Config = BlendConfig
    smaller = "Leave out the member that needs most, or choose smaller embedding sizes."
    find_member: ClassVar[Callable[[str], type[Recommender]]]  # set by the list of models, which names this one

    members: tuple[Recommender, ...]
    known: Int32  # [U], events that each person was known by when the members learned
    low: float
    high: float

    def __init__(self, config: BaseModel | None = None) -> None:
        super().__init__(config)
        kinds = [(Blend.find_member(member.model), member.settings) for member in self.config.members]
        self.members = tuple(kind(kind.Config.parse(settings)) for kind, settings in kinds)

    @classmethod
    def of(cls, members: Sequence[Recommender], groups: Sequence[Mixture], cuts: Sequence[int], train: Dataset) -> Self:
        """A blend of models that are ready.

        Args:
            members: fitted on ``train``.
            groups: weights, of one group of people after the other.
            cuts: where the second group begins, the third, and so on.
            train: what the members learned from.
        """
        described = [
            Member(model=member.info.key, settings=member.config.model_dump(mode="json")) for member in members
        ]
        blend = cls(BlendConfig(members=tuple(described), groups=tuple(groups), cuts=tuple(cuts)))
        blend.members = tuple(members)
        blend._meet(train)
        blend.n_users, blend.n_items = train.n_users, train.n_items
        return blend

    @property
    def abilities(self) -> frozenset[Ability]:
        """What all members can do; no vectors, since theirs lie in different spaces."""
        return self.info.abilities.intersection(*(member.abilities for member in self.members))

    @property
    def title(self) -> str:
        return blend_title(member.title for member in self.members)

    @property
    def score_meaning(self) -> str:
        return "predicted rating" if self.rates else self.info.score

    @property
    def rates(self) -> bool:
        """Whether it adds up ratings, not standardised scores."""
        return Ability.RATING in self.abilities

    def check(self, train: Dataset) -> None:
        if len(self.members) < 2:
            raise ModelError(
                f"A blend needs two members or more; this one has {len(self.members)}.",
                "Blend finished models: python -m recsys_core blend RUN RUN.",
                "too-few-members",
            )
        super().check(train)
        for member in self.members:
            member.check(train)

    def memory(self, train: Dataset) -> int:
        return 4 * train.n_users + sum(member.memory(train) for member in self.members)

    def _fit(self, train: Dataset, context: FitContext) -> None:
        alone = FitContext(
            context.seed, context.device, context.validate, context.on_event, context.cancel, cache=context.cache
        )
        for member in self.members:
            member.fit(train, alone)
        self._meet(train)

    def _meet(self, train: Dataset) -> None:
        self.known = train.interactions.user_counts().astype(np.int32)
        self.low, self.high = (0.0, 0.0) if train.scale is None else (train.scale.low, train.scale.high)

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self._mix((member.score(users) for member in self.members), self.known[users], items)

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        if Ability.HISTORY not in self.abilities:
            raise self._lacks(Ability.HISTORY)
        scores = (member.score_histories(histories) for member in self.members)
        return self._mix(scores, histories.lengths(), items)

    def _mix(self, parts: Iterable[Float32], known: Int32 | Int64, items: Int32 | None) -> Float32:
        """Float32[B, C] of the members' Float32[B, I], one after the other."""
        weights, intercepts = self._mixtures(known)
        mixed = np.tile(intercepts[:, None], (1, self.n_items))
        for weight, scores in zip(weights.T, parts, strict=True):
            mixed += weight[:, None] * (self._cut(scores) if self.rates else standardised(scores))
        return mixed if items is None else mixed[:, items]

    def _cut(self, ratings: Float32) -> Float32:
        """Cut to the scale, but for a hair."""
        inside = np.clip(ratings, self.low, self.high)
        return inside + np.float32(BEYOND) * (ratings - inside)

    def predict(self, users: Int32, items: Int32) -> Float32:
        if not self.rates:
            raise self._lacks(Ability.RATING)
        weights, ratings = self._mixtures(self.known[users])
        for weight, member in zip(weights.T, self.members, strict=True):
            ratings = ratings + weight * member.predict(users, items)
        return np.clip(ratings, self.low, self.high)

    def _mixtures(self, known: Int32 | Int64) -> tuple[Float32, Float32]:
        """Float32[B, M] weights and Float32[B] intercepts of people of whom so many events are known."""
        group = group_of(known, self.config.cuts)
        weights = np.array([one.weights for one in self.config.groups], dtype=np.float32)
        intercepts = np.array([one.intercept for one in self.config.groups], dtype=np.float32)
        return weights[group], intercepts[group]

    def arrays(self) -> dict[str, np.ndarray]:
        own = {"known": self.known, "scale": np.array([self.low, self.high])}
        return own | {
            f"{place}.{name}": array
            for place, member in enumerate(self.members)
            for name, array in member.arrays().items()
        }

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        own = dict(arrays)
        for place, member in enumerate(self.members):
            prefix = f"{place}."
            theirs = {name.removeprefix(prefix): own.pop(name) for name in arrays if name.startswith(prefix)}
            member.n_users, member.n_items = self.n_users, self.n_items
            member.restore(theirs)
        expect_shapes(own, {"known": (self.n_users,), "scale": (2,)}, {"known": "int32", "scale": "float64"})
        self.known = own["known"]
        self.low, self.high = (float(value) for value in own["scale"])


def blend_title(members: Iterable[str]) -> str:
    """What to call a blend of models with these titles: "Blend of EASE + BPR (2×)"."""
    counted = [title if times == 1 else f"{title} ({times}×)" for title, times in Counter(members).items()]
    return f"{Blend.info.title} of {' + '.join(counted)}" if counted else Blend.info.title


def standardised(scores: Float32) -> Float32:
    """Float32[B, I]: each row less its mean, over its standard deviation; zeros where all items are scored alike."""
    mean = scores.mean(axis=1, keepdims=True, dtype=np.float64)
    centred = scores - mean.astype(np.float32)
    deviation = np.sqrt(np.mean(centred**2, axis=1, keepdims=True, dtype=np.float64)).astype(np.float32)
    flat = deviation <= FLATNESS * np.abs(scores).max(axis=1, keepdims=True, initial=0)
    return np.where(flat, 0, centred / np.where(flat, 1, deviation)).astype(np.float32)


def group_of(known: Int32 | Int64, cuts: Sequence[int]) -> Int64:
    """Int64[B], the group of people of whom so many events are known."""
    return np.searchsorted(np.array(cuts, dtype=np.int64), known, side="right")
