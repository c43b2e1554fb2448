"""Models foretell what learning takes from above, the copies of weights that the training loop keeps included."""

import pytest
import torch

from recsys_core.models import find_model
from recsys_core.models.sasrec import SASRec
from recsys_core.training.context import FitContext
from tests import worlds

ROWS = [(user, (user + step) % 9, 1.0 + step, step) for user in range(8) for step in range(4)]
FEW, MANY = 50, 2000  # people, or items
NETWORKS = (
    *("neumf", "deepfm", "sasrec", "gru4rec", "mult_dae", "mult_vae", "recvae", "light_gcn"),
    *("item_autorec", "user_autorec"),
    *("two_tower", "content", "content_ncf"),
)


@pytest.mark.parametrize("which", ["people", "items"])
@pytest.mark.parametrize("key", NETWORKS)
def test_weights_now_of_the_best_epoch_and_in_a_checkpoint_are_foretold(key, which, monkeypatch):
    monkeypatch.setattr("recsys_core.training.loop.CHECKPOINT_SECONDS", 0.0)
    kept, foretold = [], []
    for n in (FEW, MANY):
        model = find_model(key)()
        model.config = model.config.model_copy(update={"epochs": 1, "embedding_size": 8})
        train, saved = worlds.dataset(ROWS, *((n, FEW) if which == "people" else (FEW, n))), []
        foretold.append(model.memory(train))
        model.fit(train, FitContext(save_checkpoint=saved.append))
        both = sum(tensor.nbytes for tensor in saved[-1].tensors.values())  # now and best
        kept.append(both + both // 2)  # and the ones that learn
    assert foretold[1] - foretold[0] >= kept[1] - kept[0]


def test_items_that_a_piece_met_are_logits_beside_those_drawn(monkeypatch):
    sizes = []
    cross_entropy = torch.nn.functional.cross_entropy

    def measured(logits, *others, **more):
        sizes.append(logits.numel())
        return cross_entropy(logits, *others, **more)

    for module in ("sequence_model", "sequence_task"):
        monkeypatch.setattr(f"recsys_core.models.{module}.PLACES_AT_ONCE", 512)
        monkeypatch.setattr(f"recsys_core.models.{module}.LEARNED_AT_ONCE", 4096)
    monkeypatch.setattr("recsys_core.models.sequence_task.F.cross_entropy", measured)
    rows = [(user, 8 * user + step, 1.0, step) for user in range(100) for step in range(8)]
    model = SASRec(SASRec.Config(embedding_size=1, layers=1, heads=1, epochs=1, sampled_items=2, max_length=8))
    train = worlds.dataset(rows, 100, 800)
    model.fit(train)
    logits_and_gradients = 3 * 4 * max(sizes)
    assert max(sizes) > 512 * 500
    assert logits_and_gradients <= model.memory(train)
