"""Settings that GMF, MLP and NeuMF share."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from recsys_core.models.base import Search
from recsys_core.models.either_objective import EitherObjectiveConfig
from recsys_core.models.gradient_config import RankingGradientConfig

Tower = Annotated[
    tuple[Annotated[int, Field(ge=1, le=2048)], ...],
    Field(min_length=1, max_length=8, description="Width of each hidden layer, such as [64, 32, 16]."),
]

TOWERS: Search = [[32], [64, 32], [128, 64], [128, 64, 32]]


class _Basics(EitherObjectiveConfig):
    """What the form asks first."""

    embedding_size: int = Field(50, ge=1, le=512, description="Numbers in the vector of a person or an item.")


class NeuralCFConfig(RankingGradientConfig, _Basics):
    quick: ClassVar[dict[str, Any]] = {"embedding_size": 16, "epochs": 8, "learning_rate": 0.01}
    # The size of the paper's best GMF, trained as in benchmarks/ncf_paper.py.
    paper: ClassVar[dict[str, Any]] = {"embedding_size": 64, "epochs": 14}
    search: ClassVar[dict[str, Search]] = RankingGradientConfig.search | {
        "embedding_size": (8, 128),
        "weight_decay": (0.001, 1),
    }

    weight_decay: float = Field(
        0.1, ge=0, le=10, description="Pull of the vectors towards zero, against learning events by heart."
    )
