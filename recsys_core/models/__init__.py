"""The recommenders. A new model is one file and one line of ``MODELS``."""

import json
from pathlib import Path

from recsys_core.errors import ConfigError, ModelError
from recsys_core.models.als import ALS
from recsys_core.models.base import Ability, Config, ModelInfo, Recommender
from recsys_core.models.bias import Bias
from recsys_core.models.biased_mf import BiasedMF
from recsys_core.models.blend import Blend
from recsys_core.models.bpr import BPR
from recsys_core.models.content_model import ContentModel
from recsys_core.models.content_ncf import ContentNCF
from recsys_core.models.deepfm import DeepFM
from recsys_core.models.ease import EASE
from recsys_core.models.gmf import GMF
from recsys_core.models.gru4rec import GRU4Rec
from recsys_core.models.item_autorec import ItemAutoRec
from recsys_core.models.item_knn import ItemKNN
from recsys_core.models.light_gcn import LightGCN
from recsys_core.models.mf import MF
from recsys_core.models.mlp import MLP
from recsys_core.models.mult_dae import MultDAE
from recsys_core.models.mult_vae import MultVAE
from recsys_core.models.neumf import NeuMF
from recsys_core.models.popularity import Popularity
from recsys_core.models.recent_popularity import RecentPopularity
from recsys_core.models.recvae import RecVAE
from recsys_core.models.sasrec import SASRec
from recsys_core.models.svdpp import SVDPP
from recsys_core.models.tfidf import TfIdfProfile
from recsys_core.models.transferred import Transferred
from recsys_core.models.two_tower import TwoTower
from recsys_core.models.user_autorec import UserAutoRec
from recsys_core.models.user_knn import UserKNN

__all__ = [
    "COMPOSED",
    "MODELS",
    "STANDARD_LINE_UP",
    "WITH_VECTORS",
    "Ability",
    "Config",
    "ModelInfo",
    "Recommender",
    "find_model",
    "load_model",
]

MODELS: tuple[type[Recommender], ...] = (
    Popularity,
    RecentPopularity,
    Bias,
    ItemKNN,
    UserKNN,
    EASE,
    ALS,
    MF,
    BPR,
    BiasedMF,
    SVDPP,
    GMF,
    MLP,
    NeuMF,
    ItemAutoRec,
    UserAutoRec,
    MultDAE,
    MultVAE,
    RecVAE,
    DeepFM,
    LightGCN,
    SASRec,
    GRU4Rec,
    TfIdfProfile,
    ContentModel,
    TwoTower,
    ContentNCF,
)

# Made of finished models, so nobody trains them by name; they are saved, opened and compared like any other.
COMPOSED: tuple[type[Recommender], ...] = (Blend, Transferred)

# Keys of those that have vectors.
WITH_VECTORS = frozenset(kind.info.key for kind in (*MODELS, *COMPOSED) if Ability.VECTORS in kind.info.abilities)

# Worth trying on any data; popularity is trained beside each of them. What refuses the data is left out.
STANDARD_LINE_UP = (
    "recent_popularity",
    "bias",
    "item_knn",
    "ease",
    "als",
    "bpr",
    "mf",
    "biased_mf",
    "svdpp",
    "neumf",
    "item_autorec",
    "mult_vae",
    "light_gcn",
    "sasrec",
)


def find_model(key: str) -> type[Recommender]:
    """The model with this key.

    Raises:
        ConfigError: names the models there are.
    """
    for model in MODELS:
        if model.info.key == key:
            return model
    keys = ", ".join(model.info.key for model in MODELS)
    raise ConfigError(f"There is no model called {key!r}.", f"Choose one of: {keys}.", "unknown-model")


Blend.find_member = staticmethod(find_model)


def load_model(folder: Path) -> Recommender:
    """The model saved in a folder, whichever it is.

    Raises:
        ModelError: a file is missing or damaged.
    """
    try:
        key = json.loads((folder / "model.json").read_text(encoding="utf-8"))["model"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The saved model cannot be read: {error}.", "Train it again.", "damaged-model") from None
    composed = next((model for model in COMPOSED if model.info.key == key), None)
    return (composed or find_model(key)).load(folder)
