import numpy as np
import pytest

from recsys_core.models.mult_vae import MultVAEConfig
from recsys_core.synthetic.gan import GANConfig
from recsys_core.synthetic.networks.autoencoder import PULL, HistoryAutoencoder, held_out
from recsys_core.synthetic.vae import VAEConfig, VAESampler
from recsys_core.training.context import EpochEnded, FitContext
from tests.synthetic.camps import camps, loyalty, people

SETTINGS = VAEConfig(embedding_size=4, epochs=40)


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def learned(told):
    return VAESampler(SETTINGS).fit(camps(), FitContext(on_event=told.append))


def test_whoever_is_generated_belongs_to_one_camp(learned):
    assert loyalty(people(learned)) > 0.88


def test_items_are_as_differently_popular_as_in_the_data(learned):
    real = camps().interactions.item_counts()
    made = np.bincount(people(learned, 2000).items, minlength=len(real))
    assert np.corrcoef(real, made)[0, 1] > 0.6  # chance has a part in which items they are
    assert np.allclose(np.sort(made) / made.sum(), np.sort(real) / real.sum(), atol=0.004)


def test_the_epoch_that_suits_people_held_out_best_is_kept(learned, told):
    epochs = [event for event in told if isinstance(event, EpochEnded)]
    values = [event.validation.value for event in epochs]
    assert {event.validation.metric for event in epochs} == {"evidence lower bound"}
    assert values[0] < max(values) < 0
    assert learned.training.best_epoch == 1 + int(np.argmax(values))


def test_the_bound_is_that_of_the_held_out_people():
    real = camps()
    told = []
    settings = MultVAEConfig(embedding_size=4, epochs=1, divergence_weight=0.2, learning_rate=1e-9)
    unseen = np.flatnonzero(held_out(real.n_users, 0))
    users = real.interactions.users
    first = np.concatenate([[True], users[1:] != users[:-1]])
    real = real.with_interactions(real.interactions.take(first | ~np.isin(users, unseen)))  # one event each
    HistoryAutoencoder(settings).fit(real, FitContext(on_event=told.append))
    counts = real.interactions.item_counts() + 1
    is_theirs = np.isin(real.interactions.users, unseen)
    popularity = np.log(counts / counts.sum())[real.interactions.items[is_theirs]].sum() / len(unseen)
    bound = next(event for event in told if isinstance(event, EpochEnded)).validation.value
    assert bound == pytest.approx(popularity, rel=0.25)  # a network that has learned nothing knows what is popular


def test_settings_reach_the_network_which_is_pulled_towards_zero():
    settings = VAEConfig(
        embedding_size=7, divergence_weight=0.7, learning_rate=0.01, epochs=3, patience=2
    ).autoencoder()
    assert (settings.embedding_size, settings.divergence_weight, settings.learning_rate) == (7, 0.7, 0.01)
    assert (settings.epochs, settings.patience) == (3, 2)
    assert settings.weight_decay == GANConfig().autoencoder().weight_decay == PULL


def test_codes_stand_in_the_order_of_the_people(learned):
    real = camps()
    codes = learned._autoencoder.codes(real)
    shares = np.exp(learned._autoencoder.log_shares(codes.astype(np.float32)))
    odd = shares[:, 1::2].sum(axis=1) / shares.sum(axis=1)
    assert ((odd > 0.5) == (np.arange(real.n_users) % 2 == 1)).mean() > 0.95


def test_a_tenth_is_held_out_and_never_nobody():
    assert held_out(100, 0).sum() == 10
    assert held_out(3, 0).sum() == 1
    assert (held_out(100, 0) != held_out(100, 1)).any()


def test_what_held_out_people_did_is_not_learned():
    real = camps()
    unseen = np.flatnonzero(held_out(real.n_users, 0))
    events = real.interactions
    turned = events.items.copy()
    theirs = np.isin(events.users, unseen)
    turned[theirs] = turned[theirs] ^ 1  # to the other camp: as many of each item there, nearly
    settings = MultVAEConfig(embedding_size=4, epochs=3)
    nets = []
    for items in (events.items, turned):
        changed = real.with_interactions(type(events)(events.users, items, events.values, events.times, 120, 30))
        autoencoder = HistoryAutoencoder(settings)
        autoencoder.fit(changed, FitContext())
        nets.append(autoencoder.net.encoder.item_table.detach().numpy())
    assert np.abs(nets[0] - nets[1]).max() < 0.02  # their share of popularity alone, which the network starts from
