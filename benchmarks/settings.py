"""With which settings each model enters a benchmark, and how they were chosen. No test part took part in any choice."""

from benchmarks.common import Settings

Chosen = dict[str, Settings]  # by model key; a model that is not named enters as it comes

# Chosen on one random training event of each person among 99 random items that the person never met.
NCF_PAPER: Chosen = {
    # Product sizes 16, 32 and 64, kind and strength of the weight decay, dropout, learning rates 5e-3 to 1e-2, 8 to 16
    # epochs.
    "neumf": {
        "product_size": 64,
        "embedding_size": 32,
        "tower": (64, 32, 16),
        "batch_size": 3277,
        "learning_rate": 5e-3,
        "weight_decay": 0.1,
        "epochs": 14,
    },
}

# Chosen on a random tenth of each person's training events, ranked among all items.
FULL_RANKING: Chosen = {}

# Chosen on a random tenth of u1.base.
RATING_ML100K: Chosen = {
    "neumf": {"objective": "rating", "weight_decay": 0.2, "batch_size": 1024},
}
