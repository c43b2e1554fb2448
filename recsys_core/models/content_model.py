"""Items are known by what is known about them, and by nothing else."""

from recsys_core.models.base import Ability, Cost, ModelInfo
from recsys_core.models.content_readers import READS
from recsys_core.models.two_tower import TwoTower


class ContentModel(TwoTower):
    """As the hybrid, but without anything learned about a single item: two items described alike score alike."""

    info = ModelInfo(
        key="content",
        title="Content model",
        idea="Learns which words, pictures and attributes go with whom, and knows nothing of an item but these.",
        family="Content",
        score=TwoTower.info.score,
        paper="The item tower without ids of Yi, Yang, Hong, Cheng, Heldt, Kumthekar, Zhao, Wei and Chi, "
        "Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations, RecSys 2019",
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}) | READS,
        cost=Cost.A_MINUTE,
        is_relative=True,
    )
    knows_items = False
