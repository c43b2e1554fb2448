"""What judging a model takes, from judging some of the people."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.evaluation import evaluate, judged_users, rank
from recsys_core.models import Recommender
from recsys_core.preflight.clock import now
from recsys_core.preflight.parts import cut_out
from recsys_core.splitting import Holdout, Split
from recsys_core.types import Int64

FEWEST = 32  # people
LONG_ENOUGH = 0.4  # seconds
PART_PEOPLE, PART_ITEMS = 1024, 2048
BYTES_A_PERSON = 2000  # of a report: figures of each metric, and lists


def judge_some(model: Recommender, split: Split) -> tuple[float, int]:
    """Seconds that the final judging takes, and bytes that all people need beyond those who were judged.

    Args:
        model: fitted to the training data of the split.
        split: gives the test events.
    """
    people = np.random.default_rng(split.recipe.seed).permutation(judged_users(model, split.test))

    def judge(n: int) -> None:
        evaluate(model, _some(split.test, people[:n]), split.dataset)

    once, each, judged = _growing(judge, len(people))
    return once + each * len(people), BYTES_A_PERSON * (len(people) - judged)


def judge_part(model: Recommender, train: Dataset, n_people: int) -> float:
    """Seconds that the final judging takes, from a model of the same kind that learned a part of the data.

    Scores take as much longer as there are more items.

    Args:
        model: as it is configured.
        train: the real training data.
        n_people: to be judged.
    """
    counts = train.interactions.user_counts(), train.interactions.item_counts()
    people = np.random.default_rng(0).permutation(np.flatnonzero(counts[0]))[:PART_PEOPLE]
    part = cut_out(train, people, np.argsort(-counts[1], kind="stable")[:PART_ITEMS])
    learned = type(model)(model.config).fit(part)
    events = part.interactions
    found = events.take(np.unique(events.users, return_index=True)[1])  # one event of each, as if it were to be found
    holdout = Holdout(Histories.from_interactions(events), found, found, scale=part.scale)
    users = judged_users(learned, holdout)

    def judge(n: int) -> None:
        evaluate(learned, _some(holdout, users[:n]), part)

    def score(n: int) -> None:
        rank(learned, holdout, users[:n], 20, part.item_ids.hash_order)

    once, each, _ = _growing(judge, len(users))
    _, scored, _ = _growing(score, len(users))
    return once + n_people * (max(0.0, each - scored) + scored * train.n_items / part.n_items)


def _growing(act: Callable[[int], None], most: int) -> tuple[float, float, int]:
    """Seconds that an act on people takes once and for each of them, and of how many that is known."""
    act(min(FEWEST, most))  # warms up
    n, timed = min(FEWEST, most), []
    while True:
        started = now()
        act(n)
        timed.append((n, now() - started))
        if timed[-1][1] >= LONG_ENOUGH or n == most:
            break
        n = min(2 * n, most)
    (few, less), (many, more) = timed[0], timed[-1]
    each = max(0.0, more - less) / (many - few) if many > few else more / many
    return max(0.0, more - many * each), each, many


def _some(holdout: Holdout, users: Int64) -> Holdout:
    """What these people are to be judged on."""
    targets = holdout.targets.take(np.isin(holdout.targets.users, users))
    relevant = holdout.relevant.take(np.isin(holdout.relevant.users, users))
    return replace(holdout, targets=targets, relevant=relevant)
