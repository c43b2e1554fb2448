"""Matrix factorisation of ratings, with biases and attributes."""

from recsys_core.models.base import Ability, Cost, ModelInfo
from recsys_core.models.rating_factors import RatingFactors, RatingFactorsConfig


class BiasedMFConfig(RatingFactorsConfig):
    quick = {"embedding_size": 32, "epochs": 15}


class BiasedMF(RatingFactors):
    """r(u, i) = mean + b_u + b_i + p_u · q_i (Koren, Bell and Volinsky 2009, eq. 4 and 5).

    With attributes, biases and vectors are the own ones plus the mean of those of the attributes, as in SVDFeature
    (Chen, Zhang, Lu, Chen, Zheng and Yu, JMLR 2012); so items and people without ratings have one too.
    """

    info = ModelInfo(
        key="biased_mf",
        title="Biased MF",
        idea="Predicts a rating from how generous the person is, how good the item, and how their vectors match.",
        family="Matrix factorisation",
        score="predicted rating",
        paper="Koren, Bell and Volinsky, Matrix Factorization Techniques for Recommender Systems, IEEE Computer 2009",
        abilities=frozenset({Ability.RATING, Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.A_MINUTE,
        needs_ratings=True,
    )
    Config = BiasedMFConfig
    learns_from_history = False
