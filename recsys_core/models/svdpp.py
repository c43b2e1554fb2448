"""Matrix factorisation of ratings that also learns from which items a person chose to rate."""

from pydantic import Field

from recsys_core.models.base import Ability, Cost, ModelInfo
from recsys_core.models.rating_factors import RatingFactors, RatingFactorsConfig


class SVDPPConfig(RatingFactorsConfig):
    quick = {"embedding_size": 32, "epochs": 10}
    epochs: int = Field(
        30, ge=1, le=1000, description="Passes over the ratings, at most; steps shrink to nothing by then."
    )
    learning_rate: float = Field(
        0.01, gt=0, le=1, description="Size of a learning step at the beginning.", json_schema_extra={"scale": "log"}
    )
    regularisation: float = Field(
        0.08, ge=0, le=1, description="Pull of vectors towards zero at each rating, against learning ratings by heart."
    )


class SVDPP(RatingFactors):
    """r(u, i) = mean + b_u + b_i + q_i · (p_u + |N(u)|^-1/2 Σ y_j), j over the items that u rated (paper, eq. 15).

    Attributes enter as in :class:`BiasedMF`.
    """

    info = ModelInfo(
        key="svdpp",
        title="SVD++",
        idea="Biased MF that also learns what it says about a person to have rated an item at all, however.",
        family="Matrix factorisation",
        score="predicted rating",
        paper="Koren, Factorization Meets the Neighborhood: A Multifaceted Collaborative Filtering Model, KDD 2008",
        abilities=frozenset({Ability.RATING, Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.A_MINUTE,
        needs_ratings=True,
    )
    Config = SVDPPConfig
    learns_from_history = True
