"""How far a model's explanations can be trusted in general: the figures of one explanation, over a sample of people."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recsys_core.explain.explainers import Explainer, play
from recsys_core.explain.explanation import Contributions
from recsys_core.explain.faithfulness import curves
from recsys_core.explain.game import Game
from recsys_core.explain.likeness import rank_correlation, stability
from recsys_core.explain.players import Players
from recsys_core.explain.sample import methods_offered, question_about_first, sample_budget
from recsys_core.explain.sentence import in_a_row
from recsys_core.explain.trust import LEAST_GAIN, Trust
from recsys_core.models.base import Recommender
from recsys_core.splitting import Split
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser, as_it_is
from recsys_core.types import Bool, Float64, Json

SEEDS = 3  # that stability looks at
ORDERS = 10  # random ones beside each explanation's own


class Remembering(Game):
    """A game that is asked about each coalition once: the methods and orders that are compared share many.

    Attributes:
        asked: coalitions that the model was asked about. seconds: what that took.
    """

    def __init__(self, game: Game) -> None:
        self._game, self.n = game, game.n
        self._known: dict[bytes, float] = {}
        self.asked, self.seconds = 0, 0.0

    def __call__(self, kept: Bool) -> Float64:
        names = [row.tobytes() for row in np.packbits(kept, axis=1)]
        fresh = list({name: place for place, name in enumerate(names) if name not in self._known}.items())
        if fresh:
            started = time.perf_counter()
            values = self._game(kept[[place for _, place in fresh]])
            self.seconds += time.perf_counter() - started
            self.asked += len(fresh)
            self._known |= dict(zip([name for name, _ in fresh], values.tolist(), strict=True))
        return np.array([self._known[name] for name in names], dtype=np.float64)

    def slopes(self, parts: Float64) -> Float64:
        return self._game.slopes(parts)


@dataclass(frozen=True)
class Judged:
    """What one method came to for one person.

    Attributes:
        values: Float64[n], its contributions; all methods share the same players.
        trust: figures of this explanation.
        seconds: what asking the model takes.
        draws: another seed may give another explanation.
    """

    values: Float64
    trust: Trust
    seconds: float
    draws: bool


def judge_first(
    model: Recommender, split: Split, user: int, players: Players, budget: int | None = None, seed: int = 0
) -> dict[str, Judged]:
    """Each method's explanation of the first item of a person's list: key of the method → what it is worth.

    Empty where there are fewer than two parts, so that no order can be wrong.

    Args:
        players: of a kind that the model offers.
        budget: coalitions for each method; None: what there is time for.
    """
    question = question_about_first(model, split, user)
    if question is None:
        return {}
    cast = players.cast(model, split.dataset, question)
    if cast.game.n < 2:
        return {}
    methods = methods_offered(model, players)
    budget = budget or sample_budget(cast.game, 2 * SEEDS)
    about = play(f"{methods[0].about.key}-{players.key}", model, split.dataset, question, budget)
    game = Remembering(about.game)
    game(np.ones((1, game.n), dtype=bool))
    judged = {}
    for method in methods:
        found = _last(method, game, budget, seed)
        pace = game.seconds / game.asked
        judged[method.about.key] = Judged(
            found.values,
            _trust(method, game, found, budget, seed),
            found.evaluations * pace,
            method.about.draws and not found.exact,
        )
    return judged


def _last(method: Explainer, game: Game, budget: int, seed: int) -> Contributions:
    *_, found = method.steps(game, budget, np.random.default_rng(seed))
    return found


def _trust(method: Explainer, game: Game, found: Contributions, budget: int, seed: int) -> Trust:
    """The same random orders stand beside every method."""
    draws = method.about.draws and not found.exact
    again = [_last(method, game, budget, seed + more).values for more in range(1, SEEDS)] if draws else []
    return Trust(
        game.n,
        found.gap if found.additive else None,
        abs(found.score - found.base),
        found.fit,
        curves(game, found.values, np.random.default_rng(seed), ORDERS),
        stability=stability([found.values, *again]) if draws else 1.0,
    )


@dataclass(frozen=True)
class Standing:
    """What a method is worth over a sample of people.

    Attributes:
        method: key.
        deletion, insertion: mean gains over chance, in parts of the range of values.
        stability: mean rank correlation between seeds.
        fit: mean share of the variance that a fitted line explains; None where none is fitted.
        gap: mean of |score − base − Σ parts|, as a share of |score − base|; None where parts are not to add up.
        seconds: median of what asking the model takes.
        draws: for some of them something was drawn.
        people: how many were asked about.
    """

    method: str
    title: str
    deletion: Estimate
    insertion: Estimate
    stability: Estimate
    fit: Estimate | None
    gap: float | None
    seconds: float
    draws: bool
    people: int

    @property
    def is_better_than_chance(self) -> bool:
        """Whether both intervals lie above zero; of fewer than ten people, both means."""
        return all(
            (one.value if one.low is None else one.low) > 0 and one.value >= LEAST_GAIN
            for one in (self.deletion, self.insertion)
        )

    def as_json(self) -> Json:
        """As the shell prints it."""
        return {
            "method": self.method,
            "deletion_gain": vars(self.deletion),
            "insertion_gain": vars(self.insertion),
            "stability": vars(self.stability),
            "fit": None if self.fit is None else vars(self.fit),
            "gap": self.gap,
            "seconds": self.seconds,
            "people": self.people,
            "better_than_chance": self.is_better_than_chance,
        }


def standings(judged: Sequence[dict[str, Judged]], titles: dict[str, str], seed: int = 0) -> list[Standing]:
    """Each method over all people, the most faithful first.

    Args:
        judged: of each person, as :func:`judge_first` gives it.
        titles: of the methods, by their keys.
    """
    judged = [one for one in judged if one]
    found = []
    for method in judged[0] if judged else ():
        mine = [one[method] for one in judged]
        figures = {
            "deletion": [one.trust.curves.deletion_gain for one in mine if one.trust.curves],
            "insertion": [one.trust.curves.insertion_gain for one in mine if one.trust.curves],
            "stability": [one.trust.stability for one in mine if one.trust.stability is not None],
            "fit": [one.trust.fit for one in mine if one.trust.fit is not None],
        }
        told = {name: _over_people(np.array(values), seed) for name, values in figures.items() if values}
        gaps = [abs(one.trust.gap) / one.trust.span for one in mine if one.trust.gap is not None and one.trust.span > 0]
        found.append(
            Standing(
                method,
                titles[method],
                told["deletion"],
                told["insertion"],
                told["stability"],
                told.get("fit"),
                float(np.mean(gaps)) if gaps else None,
                float(np.median([one.seconds for one in mine])),
                any(one.draws for one in mine),
                len(mine),
            )
        )
    return sorted(found, key=lambda one: -(one.deletion.value + one.insertion.value))


def agreement(judged: Sequence[dict[str, Judged]], methods: Sequence[str]) -> Float64:
    """Float64[M, M], how alike two methods rank the parts of the same explanation: the mean over people of Spearman's ρ
    over the strongest parts of either."""
    judged = [one for one in judged if one]
    found = np.full((len(methods), len(methods)), np.nan)
    for row, one in enumerate(methods):
        for column, other in enumerate(methods):
            if judged:
                found[row, column] = np.mean(
                    [rank_correlation(person[one].values, person[other].values) for person in judged]
                )
    return found


def is_nothing(found: Sequence[Standing]) -> bool:
    """Whether no score changed, whatever was taken away."""
    return all(one.deletion.value == one.insertion.value == 0 for one in found)


def finding(found: Sequence[Standing], model: str) -> str:
    """Which methods are better than chance, in a sentence.

    Args:
        model: its title.
    """
    if not found:
        return f"Nobody of those asked about has two reasons or more, so no explanation of {model} can be judged."
    if is_nothing(found):
        return f"Whatever is taken away, the scores of {model} stay the same: there is nothing to explain."
    good = [one.title for one in found if one.is_better_than_chance]
    poor = [one.title for one in found if not one.is_better_than_chance]
    if not poor:
        return f"All ways to explain {model} name what really carries its scores, better than chance does."
    if not good:
        return f"No way to explain {model} is surely better than chance: do not trust them here."
    names, verb = "names" if len(good) == 1 else "name", "is" if len(poor) == 1 else "are"
    return (
        f"{in_a_row(good)} {names} what really carries the scores of {model}; "
        f"{in_a_row(poor)} {verb} not surely better than chance."
    )


def _over_people(values: Float64, seed: int) -> Estimate:
    people = PerUser(np.arange(len(values)), values.astype(np.float64), np.ones(len(values)), as_it_is)
    low, high = bootstrap({"figure": people}, seed)["figure"]
    return Estimate(float(values.mean()), low, high)
