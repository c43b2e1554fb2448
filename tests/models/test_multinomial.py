"""Mult-DAE, Mult-VAE and RecVAE: the papers' formulas computed once more, worlds with known answers, and odd people."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from scipy.sparse import csr_array
from torch.distributions import Categorical, MixtureSameFamily, Normal, kl_divergence

from recsys_core.data.interactions import Histories
from recsys_core.models import multinomial, multinomial_config
from recsys_core.models.bags import Bags
from recsys_core.models.base import Recommender
from recsys_core.models.item_bags import thinned, unit_rows
from recsys_core.models.mult_dae import MultDAE, MultDAETask
from recsys_core.models.mult_vae import MultVAE, MultVAETask
from recsys_core.models.multinomial import MultinomialAutoencoder
from recsys_core.models.multinomial_net import DenoisingEncoder, TanhEncoder
from recsys_core.models.popularity import Popularity
from recsys_core.models.recvae import RecVAE
from recsys_core.models.recvae_net import ResidualEncoder
from recsys_core.models.recvae_task import RecVAETask, log_prior
from recsys_core.training.context import Checkpoint, FitContext
from tests import worlds

MODELS = (MultDAE, MultVAE, RecVAE)
SMALL = {"embedding_size": 8, "tower": (16,), "hidden_size": 16, "batch_size": 16, "learning_rate": 0.01}
every_model = pytest.mark.parametrize("model_class", MODELS, ids=lambda model: model.info.key)
MET = np.array([[1, 0, 1, 0, 1], [0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [1, 1, 1, 1, 1]], dtype=np.float64)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tiny batches gain nothing from more, and lose much where another process is busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def build(model_class: type[Recommender], **settings: Any) -> Any:
    known = {name: value for name, value in SMALL.items() if name in model_class.Config.model_fields}
    return model_class(model_class.Config(**(known | settings)))


def bags(met: np.ndarray = MET) -> Bags:
    return unit_rows(csr_array(met.astype(np.float32)), "cpu")


def rows(met: np.ndarray = MET) -> np.ndarray:
    """x / |x|."""
    return met / np.maximum(np.linalg.norm(met, axis=1, keepdims=True), 1e-9)


def randomised(net: torch.nn.Module) -> torch.nn.Module:
    """Every weight random, biases and scales too."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return net.requires_grad_(False)


def weights(net: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.numpy().astype(np.float64) for name, tensor in net.state_dict().items()}


def test_bags_times_a_table_are_rows_of_length_one_times_it():
    table = np.random.default_rng(0).normal(size=(5, 3))
    product = bags().sums(torch.from_numpy(table).float())
    assert product.numpy() == pytest.approx(rows() @ table, abs=1e-6)


def test_thinned_bags_keep_whose_item_it_is_and_the_expected_product():
    met = np.random.default_rng(0).random((400, 50)) < 0.3
    met[7] = False
    full, generator = bags(met), torch.Generator().manual_seed(2)
    thin = thinned(full, 0.4, generator)
    dense = thin.sums(torch.eye(50)).numpy()
    left = dense > 0
    assert not (left & ~met).any()
    assert 0.57 < left.sum() / met.sum() < 0.63
    assert dense[left] == pytest.approx((rows(met) / 0.6)[left], rel=1e-5)
    assert thinned(full, 0.0, generator) is full


def test_a_tanh_encoder_is_the_papers():
    net = randomised(TanhEncoder(5, (4, 3, 2), torch.Generator()))
    w = weights(net)
    hidden = np.tanh(rows() @ w["item_table"] + w["biases.0"])
    hidden = np.tanh(hidden @ w["weights.0"].T + w["biases.1"])
    wanted = hidden @ w["weights.1"].T + w["biases.2"]
    assert net(bags()).numpy() == pytest.approx(wanted, abs=1e-5)
    denoising = DenoisingEncoder(5, (4, 3, 2), torch.Generator())
    denoising.load_state_dict(net.state_dict())
    assert denoising(bags()).detach().numpy() == pytest.approx(np.tanh(wanted), abs=1e-5)


def test_a_residual_encoder_adds_all_earlier_layers_up():
    net = randomised(ResidualEncoder(5, 4, 3, 2, torch.Generator()))
    w = weights(net)

    def norm(hidden: np.ndarray, layer: int) -> np.ndarray:
        swished = hidden / (1 + np.exp(-hidden))
        centred = swished - swished.mean(1, keepdims=True)
        scaled = centred / np.sqrt(swished.var(1, keepdims=True) + 0.1)
        return scaled * w[f"norms.{layer}.weight"] + w[f"norms.{layer}.bias"]

    first = norm(rows() @ w["item_table"] + w["biases.0"], 0)
    second = norm(first @ w["weights.0"].T + w["biases.1"] + first, 1)
    third = norm(second @ w["weights.1"].T + w["biases.2"] + first + second, 2)
    assert net(bags()).numpy() == pytest.approx(third @ w["code_weight"].T + w["code_bias"], abs=1e-4)


def random_task(model_class: type[MultinomialAutoencoder], **settings: Any) -> Any:
    """A task over ``MET`` with random weights."""
    users, items = np.nonzero(MET)
    told = [(int(user), int(item), 1.0, 0) for user, item in zip(users, items, strict=True)]
    tiny = {"tower": (3,)} if "tower" in model_class.Config.model_fields else {}
    model = build(model_class, epochs=1, embedding_size=2, **tiny, **settings).fit(worlds.dataset(told, 4, 5))
    return model._task(randomised(model.net), torch.Generator().manual_seed(7))


def log_shares(task: Any, codes: np.ndarray) -> np.ndarray:
    """log softmax(V tanh(W z + c) + b), or without the tanh where there is no layer."""
    w = weights(task.net.decoder)
    for layer in range(len(task.net.decoder.biases)):
        codes = np.tanh(codes @ w[f"weights.{layer}"].T + w[f"biases.{layer}"])
    logits = codes @ w["item_table"].T + w["item_bias"]
    return logits - np.log(np.exp(logits).sum(1, keepdims=True))


def test_the_loss_of_mult_dae_is_the_multinomial_one():
    task = random_task(MultDAE, dropout=0.0)
    assert isinstance(task, MultDAETask)
    losses = task.losses(bags())
    wanted = -(MET * log_shares(task, task.net.encoder(bags()).numpy())).sum()
    assert {name: float(loss) for name, loss in losses.items()} == {"log loss": pytest.approx(wanted, rel=1e-5)}


def drawn(seed: int, means: torch.Tensor, log_variances: torch.Tensor) -> torch.Tensor:
    noise = torch.randn(means.shape, generator=torch.Generator().manual_seed(seed))
    return means + noise * torch.exp(log_variances) ** 0.5


def test_the_losses_of_mult_vae_are_the_evidence_lower_bound():
    task = random_task(MultVAE, dropout=0.0, divergence_weight=0.3, annealing_epochs=0)
    assert isinstance(task, MultVAETask)
    losses = task.losses(bags())
    means, log_variances = task.net.encoder(bags()).chunk(2, -1)
    divergence = kl_divergence(Normal(means, torch.exp(log_variances) ** 0.5), Normal(0.0, 1.0)).sum()
    shares = log_shares(task, drawn(7, means, log_variances).numpy())
    assert float(losses["log loss"]) == pytest.approx(-(MET * shares).sum(), rel=1e-5)
    assert float(losses["weighted divergence"]) == pytest.approx(0.3 * float(divergence), rel=1e-5)


def test_the_weight_of_the_divergence_grows_in_a_line_to_its_cap():
    task = random_task(MultVAE, batch_size=1, divergence_weight=0.4, annealing_epochs=5)
    assert task.optimisation.epoch_steps == 3  # the person who met nothing takes no part
    path = []
    for _ in range(7):
        path.append(task.divergence_weight())
        task.optimisation.done += task.optimisation.epoch_steps
    assert path == pytest.approx([0, 0.08, 0.16, 0.24, 0.32, 0.4, 0.4])


def test_the_prior_of_recvae_is_the_papers_mixture():
    values, means, log_variances = torch.randn(3, 6, 2, generator=torch.Generator().manual_seed(0)).unbind()
    parts = Normal(
        torch.stack([torch.zeros_like(means), means, torch.zeros_like(means)], -1),
        torch.stack([torch.ones_like(means), torch.exp(log_variances / 2), torch.full_like(means, np.exp(5.0))], -1),
    )
    mixture = MixtureSameFamily(Categorical(torch.tensor([0.15, 0.75, 0.1]).expand(6, 2, 3)), parts)
    torch.testing.assert_close(log_prior(values, means, log_variances), mixture.log_prob(values))


def test_the_losses_of_recvae_hold_a_person_by_the_number_of_their_items():
    task = random_task(RecVAE, dropout=0.0, divergence_weight=0.02)
    assert isinstance(task, RecVAETask)
    randomised(task._earlier).load_state_dict({name: 0.5 * one for name, one in task._earlier.state_dict().items()})
    losses = task.encoder_losses(bags())
    means, log_variances = task.net.encoder(bags()).chunk(2, -1)
    codes = drawn(7, means, log_variances)
    own = Normal(means, torch.exp(log_variances / 2)).log_prob(codes)
    excess = (own - log_prior(codes, *task._earlier(bags()).chunk(2, -1))).sum(1).numpy()
    wanted = -(MET * log_shares(task, codes.numpy())).sum()
    assert float(losses["log loss"]) == pytest.approx(wanted, rel=1e-4)
    assert float(losses["weighted divergence"]) == pytest.approx(0.02 * MET.sum(1) @ excess, rel=1e-4)
    task.generator.manual_seed(7)
    assert float(task.decoder_losses(bags())["log loss of the decoder"]) == pytest.approx(wanted, rel=1e-4)


def test_encoder_and_decoder_of_recvae_learn_by_turns():
    task = random_task(RecVAE)
    task.train_epoch(lambda _: None)
    seen: list[tuple[bool, bool]] = []
    before = start = {name: one.clone() for name, one in task.net.state_dict().items()}
    whole = task.pass_over

    def watched(losses: Any, pulse: Any) -> Any:
        nonlocal before
        done = whole(losses, pulse)
        now = {name: one.clone() for name, one in task.net.state_dict().items()}
        changed = {name.partition(".")[0] for name in now if not torch.equal(now[name], before[name])}
        seen.append(("encoder" in changed, "decoder" in changed))
        before = now
        return done

    task.pass_over = watched
    fractions: list[float] = []
    task.train_epoch(fractions.append)
    for name, weights_before in task._earlier.state_dict().items():
        assert torch.equal(weights_before, start[f"encoder.{name}"]), name
    assert seen == [(True, False)] * 3 + [(False, True)]
    assert fractions == [0, 0.25, 0.5, 0.75]


def share_found(model: Recommender, camps: worlds.Camps) -> float:
    """How many people have their withheld item above all of the other camp."""
    scores = model.score(camps.users)
    other = scores[np.arange(20)[None] % 2 != camps.users[:, None] % 2].reshape(len(camps.users), 10)
    return float(np.mean(scores[np.arange(len(camps.users)), camps.items] > other.max(axis=1)))


@every_model
def test_withheld_items_of_the_own_camp_come_first(model_class: type[Recommender]):
    camps = worlds.two_camps(60)
    assert share_found(build(model_class, epochs=40).fit(camps.dataset), camps) >= 0.95
    assert share_found(Popularity().fit(camps.dataset), camps) < 0.2


@every_model
def test_camps_are_told_apart_in_mixed_precision_too(model_class: type[Recommender], monkeypatch: pytest.MonkeyPatch):
    """What a GPU does, done by the CPU."""
    monkeypatch.setattr("recsys_core.training.optimisation.MIXED_PRECISION", ("cpu",))
    camps = worlds.two_camps(60)
    assert share_found(build(model_class, epochs=20).fit(camps.dataset), camps) >= 0.95


@every_model
def test_scores_are_logarithms_of_shares_of_the_whole_catalogue(model_class: type[Recommender]):
    camps = worlds.two_camps(12)
    model = build(model_class, epochs=2).fit(camps.dataset)
    scores = model.score(camps.users)
    assert np.exp(scores).sum(1) == pytest.approx(np.ones(12), abs=1e-5)
    some = np.array([4, 0, 4], dtype=np.int32)
    assert model.score(camps.users, some) == pytest.approx(scores[:, some], abs=1e-6)


@every_model
def test_vectors_multiply_to_scores_but_for_a_bias_and_a_constant_of_the_person(model_class: type[Recommender]):
    camps = worlds.two_camps(12)
    model = build(model_class, epochs=2).fit(camps.dataset)
    product = model.user_vectors() @ model.item_vectors().T + model.arrays()["decoder.item_bias"]
    rest = model.score(camps.users) - product
    assert rest == pytest.approx(np.repeat(rest[:, :1], 20, axis=1), abs=1e-5)


@every_model
def test_before_learning_everybody_is_shown_what_is_popular(model_class: type[Recommender]):
    ladder = worlds.popularity_ladder()
    model = build(model_class, epochs=1, learning_rate=1e-9).fit(ladder)
    counts = ladder.interactions.item_counts() + 1
    assert model.arrays()["decoder.item_bias"] == pytest.approx(np.log(counts / counts.sum()), abs=1e-5)


@every_model
def test_values_repeats_order_and_times_do_not_matter(model_class: type[Recommender]):
    events = worlds.two_camps(12).dataset.interactions
    told = [(int(user), int(item), 1.0, 0) for user, item in zip(events.users, events.items, strict=True)]
    odd = [(user, item, 2.0, place) for place, (user, item, _, _) in enumerate(reversed([*told, *told[:5]]))]
    first = build(model_class, epochs=2).fit(worlds.dataset(told, 12, 20, timed=False))
    second = build(model_class, epochs=2).fit(worlds.dataset(odd, 12, 20))
    for name, array in first.arrays().items():
        assert np.array_equal(array, second.arrays()[name]), name
    histories = [([3, 5, 1], [1.0] * 3), ([1, 3, 5, 5, 3], [5.0, 1.0, 2.0, 2.0, 4.0])]
    one, other = first.score_histories(Histories.of(histories, 20))
    assert np.array_equal(one, other)


@every_model
def test_a_stranger_with_somebodys_history_gets_their_scores(model_class: type[Recommender]):
    camps = worlds.two_camps(12)
    model = build(model_class, epochs=2).fit(camps.dataset)
    histories = Histories.from_interactions(camps.dataset.interactions)
    assert np.array_equal(model.score_histories(histories), model.score(camps.users))


@every_model
def test_scores_and_vectors_do_not_depend_on_how_they_are_cut_up(
    model_class: type[Recommender], monkeypatch: pytest.MonkeyPatch
):
    camps = worlds.two_camps(12)
    model = build(model_class, epochs=2).fit(camps.dataset)
    scores, vectors = model.score(camps.users), model.user_vectors()
    for size in (1, 5 * 20):  # one person at a time, and five
        monkeypatch.setattr(multinomial, "SCORED_AT_ONCE", size)
        assert model.score(camps.users) == pytest.approx(scores, abs=1e-5)
        assert model.user_vectors() == pytest.approx(vectors, abs=1e-5)


@every_model
def test_resume_equals_straight_training_bit_by_bit(model_class: type[Recommender], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("recsys_core.training.loop.CHECKPOINT_SECONDS", 0)
    dataset = worlds.two_camps(30).dataset
    saved: list[Checkpoint] = []
    straight = build(model_class, epochs=5).fit(dataset, FitContext(seed=3, save_checkpoint=saved.append))
    tensors = load(save(saved[1].tensors))
    resumed = build(model_class, epochs=5)
    for _ in range(2):  # a checkpoint can be started from again
        resumed.fit(dataset, FitContext(seed=3, start_from=Checkpoint(tensors, saved[1].progress)))
        for name, array in straight.arrays().items():
            assert np.array_equal(array, resumed.arrays()[name]), name
    assert resumed.training.epochs == 5


@every_model
def test_hidden_items_follow_the_seed_and_act_in_training_only(model_class: type[Recommender]):
    camps = worlds.two_camps(12)

    def scores(dropout: float) -> np.ndarray:
        return build(model_class, dropout=dropout, epochs=2).fit(camps.dataset).score(camps.users)

    assert np.array_equal(scores(0.5), scores(0.5))
    assert not np.array_equal(scores(0.5), scores(0.0))


@every_model
def test_weight_decay_shortens_vectors(model_class: type[Recommender]):
    camps = worlds.two_camps(12)

    def length(weight_decay: float) -> float:
        model = build(model_class, weight_decay=weight_decay, epochs=20).fit(camps.dataset)
        return float(np.linalg.norm(model.item_vectors()))

    assert length(1.0) < 0.8 * length(0.0)


@pytest.mark.parametrize(
    ("n_people", "n_items", "wanted"),
    [(6000, 3700, multinomial_config.MOST_PEOPLE), (100_000, 50_000, 83), (10**6, 10**6, 16), (40, 100, 3), (1, 1, 1)],
)
def test_a_step_takes_fewer_people_where_items_are_many_or_people_few(n_people: int, n_items: int, wanted: int):
    assert MultVAE.Config().people_in_a_step(n_people, n_items) == wanted
    assert MultVAE.Config(batch_size=7).people_in_a_step(n_people, n_items) == 7


def test_hidden_layers_can_be_left_out(tmp_path: Path):
    camps = worlds.two_camps(60)
    model = build(MultVAE, tower=(), epochs=40).fit(camps.dataset)
    assert share_found(model, camps) >= 0.95
    assert model.user_vectors().shape == (60, 8)
    model.save(tmp_path)
    assert np.array_equal(MultVAE.load(tmp_path).score(camps.users), model.score(camps.users))
