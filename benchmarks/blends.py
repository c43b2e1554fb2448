"""A blend for a benchmark: its weights come from a part of the training data that its members do not learn from."""

from collections.abc import Sequence

from benchmarks.common import set_up
from benchmarks.settings import Chosen
from recsys_core.blending import Verdict, compose, judge
from recsys_core.data.dataset import Dataset
from recsys_core.models import Recommender
from recsys_core.models.blend import Blend
from recsys_core.splitting import Holdout
from recsys_core.training.context import FitContext


def judged(keys: Sequence[str], chosen: Chosen, rest: Dataset, holdout: Holdout, seed: int) -> tuple[Verdict, Blend]:
    """Members that learned from ``rest``, and the weights that ``holdout`` teaches them.

    Args:
        keys: of the members.
        chosen: settings of the benchmark.
        rest: the training part without its validation tenth.
        holdout: that tenth.
        seed: of the members and of the judging.
    """
    members: list[Recommender] = [set_up(key, chosen, {}).fit(rest, FitContext(seed=seed)) for key in keys]
    verdict = judge(members, holdout, seed)
    print(verdict.sentence, flush=True)
    return verdict, compose(verdict, members, rest)


def retrained(blend: Blend, train: Dataset, seed: int) -> Blend:
    """The same members and weights, learned from the whole training part."""
    return Blend(blend.config).fit(train, FitContext(seed=seed))
