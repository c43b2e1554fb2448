"""With which settings each model enters a benchmark, and how they were chosen: on training events alone."""

from benchmarks.common import Settings
from recsys_core.models.als import ALS
from recsys_core.models.gmf import GMF
from recsys_core.models.mf import MF
from recsys_core.models.mlp import MLP
from recsys_core.models.neumf import NeuMF

Chosen = dict[str, Settings]  # by model key; a model that is not named enters as it comes

# Chosen on one random training event of each person among 99 random items that the person never met.
NCF_PAPER: Chosen = {
    # One after the other: 50 to 300 neighbours, asymmetries 0.3 to 0.5, discounts 0.5 to 0.9, shrinkages 0 to 30; of
    # UserKNN 70 to 800 neighbours, discounts 0.3 to 0.7, shrinkages 0 to 10.
    "item_knn": {"neighbours": 70, "asymmetry": 0.4, "discount": 0.5, "shrinkage": 3},
    "user_knn": {"neighbours": 70, "asymmetry": 0.35, "discount": 0.3, "shrinkage": 3},
    # Product sizes 16, 32 and 64, kind and strength of the weight decay, dropout, learning rates 5e-3 to 1e-2, 8 to 16
    # epochs. A learning rate that shrinks gained nothing.
    "neumf": NeuMF.Config.paper,
    # The sizes of the paper with what was chosen for NeuMF; nothing else was tried.
    "gmf": GMF.Config.paper,
    "mlp": MLP.Config.paper,
    # The published recipe. Of sizes 64 to 256, unobserved weights 0.1 to 1, pulls from half to twice as strong and
    # exponents 0 to 1, none was better by more than chance.
    "als": ALS.Config.paper,
    # Regularisations 500 to 2,000, exponents of people 0 to 0.4, of items 0 to 0.25; the optimum is flat.
    "ease": {"regularisation": 1000, "user_normalisation": 0.3, "item_normalisation": 0.2},
    # The published recipe (MF.Config.paper), which its authors chose on a validation part of their own.
    "mf": MF.Config.paper,
}

# Chosen on a random tenth of each person's training events, ranked among all items.
FULL_RANKING: Chosen = {
    # Of sizes 40 to 256, unobserved weights 0.03 to 1, exponents 0 to 1, pulls from half to three times as strong, and
    # up to 16 epochs.
    "als": {
        "embedding_size": 64,
        "epochs": 12,
        "regularisation": 0.35,
        "unobserved_weight": 0.25,
        "frequency_exponent": 0.5,
    },
    # The same ranges.
    "item_knn": {"neighbours": 200, "asymmetry": 0.45, "discount": 0.8, "shrinkage": 0},
    "user_knn": {"neighbours": 100, "asymmetry": 0.35, "discount": 0.3, "shrinkage": 3},
    # The defaults, of the same ranges as for NCF_PAPER.
    "ease": {"regularisation": 1000, "user_normalisation": 0.3, "item_normalisation": 0.15},
    # Rates 0.01 to 0.04, constant or falling, pulls 0.005 to 0.012.
    "mf": {"embedding_size": 64, "learning_rate": 0.04, "regularisation": 0.006, "negatives": 8, "epochs": 20},
    # The defaults: of no hidden layer and one of 600, rates 0.001 to 0.005, weights of the divergence 0.2 to 1, and
    # dropouts 0.5 and 0.7.
    "mult_vae": {"epochs": 15},
    # The defaults: of rate 0.001 without weight decay and 0.002 with 0.02.
    "mult_dae": {"epochs": 20},
    # The defaults: 3 hidden layers of 200 (rate 0.004). 5 of 600 (0.001) took more than twice the time to get as far,
    # and were still rising; 5 of 300 (0.002) were behind both.
    "recvae": {"epochs": 14},
    # Sizes 64 and 128, 3 to 20 candidates, rates 0.02 to 0.1, constant or falling, pulls 0.005 to 0.05.
    "bpr": {"embedding_size": 128, "learning_rate": 0.05, "regularisation": 0.02, "candidates": 8, "epochs": 20},
    # Both losses, 1 to 3 layers, rates 0.02 to 0.3, constant or falling, sizes 64 and 128, up to 44 epochs; pulls from
    # 0.0001 to 0.1, of which half or twice the chosen one loses more than 0.005 of NDCG.
    "light_gcn": {"embedding_size": 64, "layers": 2, "learning_rate": 0.2, "regularisation": 0.02, "epochs": 36},
}

# The members of a blend enter with the settings above; weights are learned on the same tenth. A further member is one
# more key here. BPR and ItemKNN got no weight, UserKNN none beside LightGCN.
FULL_RANKING_BLEND = ("ease", "als", "mult_vae", "light_gcn")

# Chosen on a random tenth of u1.base. No rating of u1.test took part. The folds overlap: what u1 learns from is in the
# test parts of the other folds, as with any choice for all five.
RATING_ML100K: Chosen = {
    # One after the other: 50 to 2,000 neighbours, asymmetries 0.2 to 0.6, shrinkages 0 to 50, dampings 0.05 to 2.
    "item_knn": {"objective": "rating", "neighbours": 200, "asymmetry": 0.2, "shrinkage": 50, "damping": 0.1},
    "user_knn": {"objective": "rating", "neighbours": 300, "asymmetry": 0.4, "shrinkage": 50, "damping": 0.2},
    # On four such tenths: sizes 50 to 200, rates 0.01 to 0.03, pulls 0.05 to 0.12 (0.005 to 0.2 of the biases), fresh
    # vectors 0.003 to 0.2, 20 to 90 epochs; with attributes, a pull for these alone of 0.003 to 0.1.
    "biased_mf": {"embedding_size": 100, "learning_rate": 0.02, "regularisation": 0.09, "epochs": 60},
    "svdpp": {"embedding_size": 100, "learning_rate": 0.01, "regularisation": 0.08, "epochs": 30},
    "neumf": {"objective": "rating", "weight_decay": 0.2, "batch_size": 1024},
    # On up to three such tenths: weight decays 0.03 to 3, hidden shares 0 to 0.7, presence 0 to 4, sizes 200 and 500,
    # 12 to 60 epochs, rates 0.003 to 0.01, batches of 1,024 to 40,000; ELU, tanh and no sigmoid, ratings summed without
    # or with other powers of their number, a Huber loss, a vector of each row's own: worse each, or no better.
    "item_autorec": {"epochs": 15},
    # The same, and weight decays 0.1 to 0.5, presence 0.5 to 3.
    "user_autorec": {"epochs": 30, "weight_decay": 0.2},
    # With attributes; sizes 16 to 128, towers of 16 to 64 and with a second layer, dropout 0 to 0.4, pulls 0.2 to 2,
    # 5 to 15 epochs; the last choices on two such tenths.
    "deepfm": {
        "objective": "rating",
        "embedding_size": 128,
        "tower": (32,),
        "weight_decay": 0.3,
        "batch_size": 1024,
        "schedule": "linear",
        "epochs": 6,
    },
}

# Chosen on the last event but one of each person, all items ranked.
NEXT_ITEM: dict[str, Chosen] = {  # by data set
    "ml-100k": {
        # Dropouts 0.2 to 0.5, rates 0.002 and 0.005, constant or falling in a line, 50 to 200 events at once, 14 or 16
        # epochs. A dropout of 0.5 and 200 events at once were worse; between the others chance decides.
        "sasrec": {"epochs": 20, "schedule": "linear"},
        # Taken from SASRec. Of its own, a constant rate of 0.002 was tried for 14 epochs, and was nearly as good.
        "gru4rec": {"epochs": 20, "schedule": "linear"},
    },
    # Taken from ML-100K, with shorter histories, which cost less; tried once, with SASRec.
    "ml-latest-small": {
        "sasrec": {"epochs": 12, "schedule": "linear", "max_length": 50},
        "gru4rec": {"epochs": 12, "schedule": "linear", "max_length": 50},
    },
}

# On a tenth of u1.base, bias and, without attributes, UserKNN and biased MF got no weight.
RATING_ML100K_BLEND = ("item_autorec", "svdpp", "biased_mf", "item_knn")
