"""One way to serve real people, with or without generated ones, at a share of the real data and with a seed."""

import time
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.models import Ability, Recommender
from recsys_core.models.popularity import Popularity
from recsys_core.splitting import HIDDEN, KNOWN, TRAIN, VALID, Roles, Split
from recsys_core.statistics.estimates import PerUser
from recsys_core.synthetic.base import Generator, Knobs
from recsys_core.synthetic.making import assemble, augmented, made_by
from recsys_core.synthetic.training_part import training_part
from recsys_core.training.context import Cancelled, FitContext
from recsys_core.transfer.adapting import Source, adapt
from recsys_core.transfer.match import How, Match
from recsys_core.transfer.measuring import Judge, figures
from recsys_core.transfer.plan import Plan, Way
from recsys_core.transfer.shares import at_share

REAL, POPULARITY, SYNTHETIC, PRETRAINED = "real", "popularity", "synthetic", "pretrained"
ATTACK = "attack"  # no way to serve anybody, but measured among them: who was learned from?
ADDITIONS = (0.1, 0.5, 1.0, 2.0, 4.0)
_TITLES = {
    REAL: "Real people alone",
    POPULARITY: "Popularity",
    SYNTHETIC: "Generated people alone",
    PRETRAINED: "Generated first, then real",
    ATTACK: "The attack on who was learned from",
}
_PLUS = "plus-"
_FULL = Plan(way=Way.FULL, calibrated=False)


def plus(addition: float) -> str:
    """The arm with generated people beside the real ones.

    Args:
        addition: how many, as a share of the real ones.
    """
    return f"{_PLUS}{100 * addition:g}"


def added(arm: str) -> float | None:
    """How many generated people stand beside the real ones, as a share of these; None of other arms."""
    return float(arm.removeprefix(_PLUS)) / 100 if arm.startswith(_PLUS) else None


def arm_title(arm: str) -> str:
    """An arm as it stands in tables and legends."""
    addition = added(arm)
    return _TITLES[arm] if addition is None else f"Real and {addition:.0%} generated"


@dataclass(frozen=True)
class Design:
    """What is measured at every share and with every seed.

    Attributes:
        generator: with its settings, not fitted; learner: likewise, with the ability HISTORY.
        additions: generated people beside the real ones, as shares of these.
    """

    generator: Generator
    learner: Recommender
    additions: tuple[float, ...]

    @property
    def arms(self) -> tuple[str, ...]:
        """In the order in which they are measured."""
        learns_on = [PRETRAINED] if Ability.WARM_START in self.learner.abilities else []
        return (REAL, POPULARITY, SYNTHETIC, *learns_on, *map(plus, sorted(self.additions)))

    def fresh_generator(self) -> Generator:
        return type(self.generator)(self.generator.config)

    def fresh_learner(self) -> Recommender:
        return type(self.learner)(self.learner.config)


@dataclass(frozen=True)
class Measured:
    """What an arm came to, but for the figures.

    Attributes:
        share: of the real training and validation events. seed: of the share, the generator and the trainings.
        events: real ones that were learned from; people: generated ones.
        validation: NDCG@10 on the real validation events of the share; None where there are none.
        seconds: of the learner's training; epochs: its own, 0 of those that learn in one step.
    """

    arm: str
    share: float
    seed: int
    events: int
    people: int
    validation: float | None
    seconds: float
    epochs: int


@dataclass(frozen=True)
class Point:
    """A measurement: what it is, and NDCG, precision and recall of each person by names such as "ndcg@10"."""

    about: Measured
    per_user: dict[str, PerUser]


class Scene:
    """A share of the real data with a seed. Its people are generated once, and learned from alone once."""

    def __init__(self, full: Split, design: Design, share: float, seed: int, context: FitContext) -> None:
        """
        Args:
            full: the whole real data.
            context: of every training; its seed and what it validates by are set here.
        """
        self.parts = at_share(full, share, seed)
        self._full, self._design, self._share, self._seed = full, design, share, seed
        self._context = replace(context, seed=seed)

    def measure(self, arm: str) -> Point:
        """Learn as the arm does, and judge it by the whole real test.

        Everybody is told their real training events and nothing else, whether the model has learned from them or not;
        what else is there of a person stays out of the lists. The same real validation events choose the epoch.

        Raises:
            StudioError: the generator or the learner cannot cope with so little.
            Cancelled: somebody asked to stop.
        """
        learned = self._learn(arm)
        judge = Judge.of(learned.parts)
        validation = None if judge is None else float(judge.of_people(learned.model).mean())
        roles = learned.parts.roles
        told = replace(learned.parts, roles=np.where(roles == VALID, HIDDEN, roles).astype(np.int8))
        about = Measured(
            arm,
            self._share,
            self._seed,
            0 if arm == SYNTHETIC else len(self.parts.train.interactions),
            learned.people,
            validation,
            learned.seconds,
            learned.model.training.epochs if learned.model.training else 0,
        )
        return Point(about, figures(learned.model, told, self._full, np.empty(0, dtype=np.int64))[0])

    def _learn(self, arm: str) -> "_Learned":
        if arm == POPULARITY:
            return self._fit(Popularity(), self.parts)
        if arm == REAL:
            return self._fit(self._design.fresh_learner(), self.parts)
        if arm == SYNTHETIC:
            return self._from_generated
        if arm == PRETRAINED:
            return self._gone_on()
        share = added(arm)
        assert share is not None
        people = first_people(self._generated, max(1, round(share * self._real_people)))
        parts = self._beside(people, self.parts.roles)
        return self._fit(self._design.fresh_learner(), parts, people.n_users)

    def _fit(self, learner: Recommender, parts: Split, people: int = 0) -> "_Learned":
        started = time.monotonic()
        learner.fit(parts.train, self._validating(parts))
        self._stop_if_asked()
        return _Learned(learner, parts, people, time.monotonic() - started)

    def _validating(self, parts: Split) -> FitContext:
        return replace(self._context, validate=Judge.of(parts))

    def _stop_if_asked(self) -> None:
        """A training that was cut short is no measurement."""
        if self._context.cancel():
            raise Cancelled

    @cached_property
    def _real_people(self) -> int:
        """How many there are to learn from."""
        return int(np.count_nonzero(self.parts.train.interactions.user_counts()))

    @cached_property
    def _generated(self) -> Dataset:
        """As many people as are ever wanted here; the generator has learned from this share alone."""
        generator = self._design.fresh_generator().fit(training_part(self.parts), self._context)
        self._stop_if_asked()
        people = max(1, round(max((1.0, *self._design.additions)) * self._real_people))
        return generated_people(generator, people, self._seed, self.parts)

    @cached_property
    def _from_generated(self) -> "_Learned":
        """Generated people are learned from; the real ones are strangers, of whom their training events are told."""
        people = first_people(self._generated, self._real_people)
        roles = np.where(self.parts.roles == TRAIN, KNOWN, self.parts.roles)
        return self._fit(self._design.fresh_learner(), self._beside(people, roles), people.n_users)

    def _gone_on(self) -> "_Learned":
        """The model of the generated people, fine-tuned to the real ones."""
        begun = self._from_generated
        started = time.monotonic()
        source = Source.of(begun.model, begun.parts.train)
        model = adapt(source, _same_items(self.parts.dataset), _FULL, self.parts, self._validating(self.parts))
        self._stop_if_asked()
        return _Learned(model, self.parts, begun.people, begun.seconds + time.monotonic() - started)

    def _beside(self, people: Dataset, roles: Roles) -> Split:
        """The real data with these roles, and behind them generated people, who are learned from."""
        both = augmented(self.parts.dataset, people)
        theirs = np.full(len(people.interactions), TRAIN)
        return Split(both, np.concatenate([roles, theirs]).astype(np.int8), self.parts.recipe)


@dataclass(frozen=True)
class _Learned:
    """A model, the split that judges it, how many generated people it has met, and the seconds of its training."""

    model: Recommender
    parts: Split
    people: int
    seconds: float


def generated_people(generator: Generator, people: int, seed: int, parts: Split) -> Dataset:
    """So many people of a generator that has learned from the training events of a split."""
    knobs = Knobs(people=people)
    made = made_by(generator, knobs, seed, parts.dataset, parts.recipe)
    return assemble(generator.population(knobs, seed), "generated", made)[0]


def first_people(dataset: Dataset, people: int) -> Dataset:
    """The first so many people of a data set, and what they did."""
    events = dataset.interactions
    return replace(
        dataset,
        interactions=replace(events.take(events.users < people), n_users=people),
        user_ids=Ids(dataset.user_ids.values[:people]),
        user_table=dataset.user_table.iloc[:people],
    )


def _same_items(dataset: Dataset) -> Match:
    """The real data as seen from generated people: the items are the same, the people are others."""
    items = dataset.n_items
    return Match(
        np.full(dataset.n_users, -1, dtype=np.int64),
        np.arange(items),
        np.full(items, How.ID.value, dtype=object),
        np.ones(items, dtype=np.float32),
    )
