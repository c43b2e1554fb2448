"""What several models say about people whose held-out items are to be found, kept small enough to try many weights."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from recsys_core.metrics import NDCG
from recsys_core.metrics.ranked_truth import ranked_truth
from recsys_core.models import Recommender
from recsys_core.models.blend import standardised
from recsys_core.ranking import HIDDEN, masked_scores
from recsys_core.recommending import scores_of_people
from recsys_core.splitting import Holdout
from recsys_core.types import Bool, Float32, Float64, Int32, Int64

K = 10  # weights are judged by NDCG@10
DEPTH = 100  # a member's best items that are kept of a person
BLOCK = 256  # people whose sums are computed at once: small enough for the processor's cache


Say = Callable[[str], None]  # takes a line for people; may raise to stop


@dataclass(frozen=True)
class Block:
    """People with pools of about the same size.

    Attributes:
        people: Int64[B], their positions among all.
        scores: Float32[B, C, M], standardised scores of the items in each pool.
        hidden: Float32[B, C], −inf where there is no item or it may not be shown, else 0.
        rows, columns: Int64[T], Int32[T], where the relevant items stand; rows ascend, and each has one.
    """

    people: Int64
    scores: Float32
    hidden: Float32
    rows: Int64
    columns: Int32

    def ndcg(self, weights: Float32) -> Float64:
        return NDCG.per_user(ranked_truth(self.scores @ weights + self.hidden, self.rows, self.columns, K), K)


class Pools:
    """NDCG@10 of any weighted sum of models.

    A person's pool holds the relevant items and each model's 100 best. Nothing else is left out, so the figure is exact
    wherever the ten best of the pool score more than the weighted mean of the models' hundredth scores: no item outside
    can come near. Elsewhere it can be too high, never too low.
    """

    def __init__(self, members: Sequence[Recommender], holdout: Holdout, users: Int64, say: Say) -> None:
        """Score the people.

        Args:
            members: the models, fitted.
            holdout: what is known and what is to be found.
            users: Int64[n], people whom each member can score, each with something to find.
            say: is told how far it is.
        """
        self._n = len(users)
        self._blocks = list(_blocks(*_pools(members, holdout, users, say), self._n))

    def ndcg(self, weights: Float64) -> Float64:
        """Float64[n] for the weights Float64[M]."""
        found = np.empty(self._n)
        for block in self._blocks:
            found[block.people] = block.ndcg(weights.astype(np.float32))
        return found


Flat = tuple[Int64, Float32, Bool]  # person, scores [P, M] and relevance of each item in a pool, person by person


def _standard(member: Recommender, holdout: Holdout, users: Int32) -> Float32:
    return standardised(scores_of_people(member, holdout, users))


def _pools(members: Sequence[Recommender], holdout: Holdout, users: Int64, say: Say) -> Flat:
    matrix = holdout.relevant.matrix()
    parts: list[Flat] = []
    begun = 0
    scored = (
        masked_scores(partial(_standard, member, holdout), users, holdout.known, holdout.candidates)
        for member in members
    )
    for of_members in zip(*scored, strict=True):
        chunk = of_members[0][0]
        scores = [one for _, one in of_members]
        chosen = np.zeros(scores[0].shape, dtype=bool)
        depth = min(DEPTH, chosen.shape[1])
        for one in scores:
            np.put_along_axis(chosen, np.argpartition(-one, depth - 1, axis=1)[:, :depth], True, axis=1)
        is_relevant = np.zeros(chosen.shape, dtype=bool)
        is_relevant[matrix[chunk].nonzero()] = True
        rows, items = np.nonzero(chosen | is_relevant)
        parts.append((begun + rows, np.stack([one[rows, items] for one in scores], axis=1), is_relevant[rows, items]))
        begun += len(chunk)
        say(f"Asking {len(members)} models about {begun:,} of {len(users):,} people")
    people, values, found = (np.concatenate(column) for column in zip(*parts, strict=True))
    return people, values, found


def _blocks(people: Int64, values: Float32, relevant: Bool, n_people: int) -> Iterator[Block]:
    lengths = np.bincount(people, minlength=n_people)
    starts = np.cumsum(lengths) - lengths
    order = np.argsort(lengths, kind="stable")
    for begin in range(0, n_people, BLOCK):
        mine = order[begin : begin + BLOCK]
        shape = (len(mine), int(lengths[mine].max()))
        rows, columns = np.nonzero(np.arange(shape[1]) < lengths[mine, None])
        events = starts[mine][rows] + columns
        scores = np.zeros((*shape, values.shape[1]), dtype=np.float32)
        hidden = np.full(shape, HIDDEN, dtype=np.float32)
        shown = values[events, 0] != HIDDEN
        scores[rows[shown], columns[shown]] = values[events[shown]]
        hidden[rows[shown], columns[shown]] = 0
        hits = relevant[events]
        yield Block(mine, scores, hidden, rows[hits], columns[hits].astype(np.int32))
