"""Weights for a blend, and whether they help: each person is judged with weights that were learned from others."""

from collections.abc import Sequence

import numpy as np

from recsys_core.blending.evidence import Evidence, RankingEvidence, RatingEvidence
from recsys_core.blending.pools import Say
from recsys_core.blending.verdict import Gain, Verdict
from recsys_core.data.dataset import Dataset
from recsys_core.errors import ModelError, SplitError
from recsys_core.models import COMPOSED, Ability, Recommender
from recsys_core.models.blend import Blend, Mixture, group_of
from recsys_core.splitting import Holdout
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, PerUser
from recsys_core.types import Int64

FOLDS = 5
GROUPS = 3  # people of whom few, some and many events are known
FEWEST_IN_GROUP = 50


def judge(members: Sequence[Recommender], holdout: Holdout, seed: int = 0, say: Say = lambda _: None) -> Verdict:
    """Learn the weights of a blend on held-out events that none of its members learned from.

    Args:
        members: two or more fitted models.
        holdout: the validation events of a split; never its test events.
        seed: of the folds, the sample of people where there are very many, and the bootstrap.
        say: is told how far it is; may raise to stop.

    Raises:
        ModelError: there is nothing to blend, or a member is a blend.
        SplitError: there are too few people to judge it on.
        AbilityError: a member cannot be asked about anybody who could judge it.
    """
    _check(members, holdout)
    rates = all(Ability.RATING in member.abilities for member in members)
    evidence: Evidence = (
        RatingEvidence(members, holdout, seed, say) if rates else RankingEvidence(members, holdout, seed, say)
    )
    n = len(evidence.users)
    if n < FEWEST_FOR_INTERVAL:
        raise SplitError(
            f"A blend is judged by {FEWEST_FOR_INTERVAL} people or more, and {n} have validation events that its "
            "members can be asked about.",
            "Hold out a larger share for validation and train again, or bring more people.",
            "too-few-to-judge",
        )
    say("Learning the weights")
    folds = np.random.default_rng(seed).permutation(n) % FOLDS
    singles = [
        evidence.figures(Mixture(weights=tuple(float(place == member) for place in range(len(members)))))
        for member in range(len(members))
    ]
    best = max(range(len(members)), key=lambda member: evidence.sign * singles[member].value())
    known = holdout.known.lengths()[evidence.users]
    cuts, together = _terciles(known), np.zeros(n, dtype=np.int64)
    judged = _cross_fitted(evidence, together, folds)
    group_gain = None
    if cuts:
        apart = _cross_fitted(evidence, group_of(known, cuts), folds)
        group_gain = _gain(evidence, apart, judged, seed)
    if group_gain is not None and group_gain.is_certain:
        judged, together = apart, group_of(known, cuts)
    else:
        cuts = ()
    return Verdict(
        titles=tuple(member.title for member in members),
        metric=evidence.metric,
        people=n,
        groups=tuple(evidence.learn(np.flatnonzero(together == group)) for group in range(len(cuts) + 1)),
        cuts=cuts,
        best=best,
        value=judged.value(),
        best_value=singles[best].value(),
        gain=_gain(evidence, judged, singles[best], seed),
        group_gain=group_gain,
    )


def compose(verdict: Verdict, members: Sequence[Recommender], train: Dataset) -> Blend:
    """The blend that was judged, of those members that count for anybody.

    Args:
        verdict: on these members.
        members: the same as were judged, or trained anew with the same settings.
        train: what they learned from.
    """
    used = verdict.used
    groups = [
        Mixture(weights=tuple(group.weights[place] for place in used), intercept=group.intercept)
        for group in verdict.groups
    ]
    return Blend.of([members[place] for place in used], groups, verdict.cuts, train)


def _check(members: Sequence[Recommender], holdout: Holdout) -> None:
    if len(members) < 2:
        raise ModelError(
            f"A blend needs two members or more, and there {'is one' if members else 'are none'}.",
            "Choose another finished model of the same split.",
            "too-few-members",
        )
    for member in members:
        if isinstance(member, COMPOSED):
            raise ModelError(
                f"{member.title} is made of other models already, so it cannot be a member of a blend.",
                "Choose those instead.",
                "blend-of-blends",
            )
    if not len(holdout.targets):
        raise SplitError(
            "The split holds out no validation events, so the weights of a blend have nothing to be learned from.",
            "Choose a split with a validation share, or bring people with more events, and train the members on it.",
            "no-validation",
        )


def _terciles(known: Int64) -> tuple[int, ...]:
    """Where the second and the third group of people begin; nowhere if one of them would be too small."""
    cuts = np.unique(np.ceil(np.quantile(known, np.arange(1, GROUPS) / GROUPS)).astype(np.int64))
    sizes = np.bincount(group_of(known, tuple(cuts)), minlength=GROUPS)
    return tuple(int(cut) for cut in cuts) if sizes.min() >= FEWEST_IN_GROUP else ()


def _cross_fitted(evidence: Evidence, group: Int64, folds: Int64) -> PerUser:
    """The figures of all people, each with the weights that their group's people in the other folds learned."""
    numerator = np.empty(len(folds))
    for fold in range(FOLDS):
        for one in range(int(group.max()) + 1):
            mine = group == one
            figures = evidence.figures(evidence.learn(np.flatnonzero(mine & (folds != fold))))
            judged = mine & (folds == fold)
            numerator[judged] = figures.numerator[judged]
    return PerUser(figures.users, numerator, figures.denominator, figures.finish)


def _gain(evidence: Evidence, figures: PerUser, than: PerUser, seed: int) -> Gain:
    gain = Gain.over(figures, than, evidence.sign, seed)
    assert gain is not None  # there are enough people
    return gain
