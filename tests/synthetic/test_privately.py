import numpy as np
import pytest
import torch
from torch.nn import functional as F

from recsys_core.data.interactions import Interactions
from recsys_core.errors import ConfigError
from recsys_core.models.item_bags import unit_rows
from recsys_core.models.sparse import pattern
from recsys_core.synthetic.gan import GANConfig, HistoryGAN
from recsys_core.synthetic.networks.autoencoder import network
from recsys_core.synthetic.private import learning as privately
from recsys_core.synthetic.private import steps as private_steps
from recsys_core.synthetic.private.budget import Release, epsilon_of, within
from recsys_core.synthetic.private.learning import make_stand_ins, private_counts, private_levels, private_shares
from recsys_core.synthetic.private.steps import LONGEST, PrivateSteps
from recsys_core.synthetic.vae import VAEConfig, VAESampler
from recsys_core.training.context import Cancelled, FitContext
from recsys_core.types import Feedback
from tests.synthetic.camps import ITEMS, camps, people, without
from tests.worlds import dataset

SETTINGS = VAEConfig(embedding_size=4, epochs=3, epsilon=2.0)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_the_noise_is_no_less_than_what_the_exact_formula_of_one_release_asks():
    from scipy.stats import norm

    delta, noise = 1e-4, 3.0
    epsilon = epsilon_of((Release(noise),), delta)
    # Balle and Wang, ICML 2018: the δ that a normal mechanism really has at this ε.
    really = norm.cdf(0.5 / noise - epsilon * noise) - np.exp(epsilon) * norm.cdf(-0.5 / noise - epsilon * noise)
    assert really <= delta
    assert epsilon < 1.6


def test_releases_add_up():
    delta = 1e-5
    two = epsilon_of((Release(3.0), Release(3.0)), delta)
    assert two == pytest.approx(epsilon_of((Release(3.0 / 2**0.5),), delta), rel=1e-6)
    assert two > epsilon_of((Release(3.0),), delta)
    assert epsilon_of((Release(3.0, 0.2, 50),), delta) > epsilon_of((Release(3.0, 0.1, 50),), delta)


@pytest.mark.parametrize("epsilon", [0.5, 2.0, 10.0])
def test_noise_is_found_that_keeps_to_the_budget_and_wastes_little_of_it(epsilon):
    releases = within(epsilon, 1e-4, (Release(1.0, 0.2, 50), Release(2.0)))
    assert 0.97 * epsilon < epsilon_of(releases, 1e-4) <= epsilon
    assert releases[1].noise == pytest.approx(2 * releases[0].noise)


def test_a_budget_that_no_noise_keeps_to_is_refused():
    with pytest.raises(ConfigError, match="epsilon"):
        within(1e-9, 1e-4, (Release(1.0),))


def steps(real, noise=0.0, share=1.0, seed=0):
    net = network(torch.zeros(real.n_items), 3, torch.Generator().manual_seed(1))
    rows = unit_rows(pattern(real.interactions.matrix()), "cpu")
    return PrivateSteps(net, rows, share, noise, torch.Generator().manual_seed(seed))


def each_by_itself(learning, noise):
    """The gradients of single people, by torch alone, over dense rows."""
    net, found = learning.net, []
    for row in range(len(learning.rows)):
        bags = learning.rows.take(torch.tensor([row]))
        dense = torch.zeros(1, ITEMS).index_put((torch.zeros_like(bags.members), bags.members), bags.values)
        encoded = F.linear(dense, net.encoder.item_table.T, net.encoder.biases[0])
        means, log_variances = encoded.chunk(2, -1)
        logits = F.linear(means + noise[row] * (log_variances / 2).exp(), net.decoder.item_table, net.decoder.item_bias)
        log_loss = -logits.log_softmax(-1)[0, bags.members].mean()
        divergence = (means.square() + log_variances.exp() - log_variances - 1).sum() / 2
        loss = log_loss + private_steps.DIVERGENCE_WEIGHT * divergence
        found.append(torch.cat([one.flatten() for one in torch.autograd.grad(loss, tuple(net.parameters()))]))
    return torch.stack(found)


@pytest.mark.parametrize("longest", [0.3, 100.0])
def test_each_persons_gradient_is_shortened_by_itself(monkeypatch, longest):
    monkeypatch.setattr(private_steps, "LONGEST", longest)
    learning = steps(camps(12))
    noise = torch.randn(12, 3, generator=torch.Generator().manual_seed(0))
    single = each_by_itself(learning, noise)
    lengths = single.norm(dim=1, keepdim=True)
    wanted = (single * (longest / lengths).clamp(max=1)).sum(0)
    got = torch.cat([one.flatten() for one in learning.gradients(learning.rows)])
    assert torch.allclose(got, wanted, atol=1e-5)
    assert float(lengths.min()) < 100
    assert float(lengths.max()) > 0.3


def test_as_much_noise_as_was_asked_for_is_added_to_each_step(monkeypatch):
    learning = steps(camps(50), noise=4.0, share=0.5)
    monkeypatch.setattr(
        learning, "gradients", lambda rows: tuple(torch.zeros_like(one) for one in learning.net.parameters())
    )
    seen = []
    monkeypatch.setattr(
        "recsys_core.training.optimisation.Optimisation.step",
        lambda self: seen.append(torch.cat([one.grad.flatten() for one in self.net.parameters()]).clone()),
    )
    learning.run(20, lambda done: None)
    assert float(torch.stack(seen).std()) == pytest.approx(4 * LONGEST / (0.5 * 50), rel=0.05)
    assert not torch.equal(seen[0], seen[1])


def test_everybody_takes_part_by_a_toss_of_their_own():
    learning = steps(camps(200), share=0.3)
    sizes = [len(learning._some()) for _ in range(50)]
    assert np.mean(sizes) == pytest.approx(60, rel=0.1)
    assert len(set(sizes)) > 5


def test_one_person_more_or_less_changes_popularity_by_no_more_than_the_noise_counts_on():
    real = camps(20)
    longest = np.sqrt(privately.EVENTS_EACH)
    many = Interactions(*busy(), None, 21, ITEMS)
    for events, others in ((real.interactions, without(real, 3)), (many, many.take(many.users != 20))):
        change = np.linalg.norm(privately.weighted_counts(events) - privately.weighted_counts(others))
        assert 0 < change <= longest + 1e-9


def busy():
    """Twenty people with one event each, and one who did everything."""
    users = np.concatenate([np.arange(20), np.full(ITEMS, 20)]).astype(np.int32)
    items = np.concatenate([np.arange(20), np.arange(ITEMS)]).astype(np.int32)
    return users, items, np.full(len(users), 3, dtype=np.float32)


def test_one_person_more_or_less_changes_the_levels_by_a_vector_no_longer_than_one():
    events = Interactions(*busy(), None, 21, ITEMS)
    scale = camps(20).scale
    levels, counts = privately.parts_on_levels(events, scale)
    others = privately.parts_on_levels(events.take(events.users != 20), scale)[1]
    assert list(levels) == [1, 2, 3, 4, 5]
    assert np.linalg.norm(counts - others) == pytest.approx(1)
    assert counts.sum() == pytest.approx(21)


def test_without_noise_the_counts_are_those_of_the_data(rng):
    real = camps(400)
    shares = private_shares(real.interactions, 0.0, rng)
    counts = real.interactions.item_counts()
    assert np.corrcoef(shares, counts)[0, 1] > 0.98
    assert shares.sum() == pytest.approx(1)
    made = private_counts(real.interactions, 0.0, rng)
    assert made.mean() == pytest.approx(real.interactions.user_counts().mean(), rel=0.1)
    parts = private_levels(real.interactions, real.scale, 0.0, rng)[1]
    assert np.allclose(parts, 0.2, atol=0.03)


def test_where_noise_drowns_everything_items_are_alike_and_nothing_breaks(rng):
    real = camps(20)
    shares = private_shares(real.interactions, 1e6, rng)
    assert (shares > 0).all()
    counts = private_counts(real.interactions, 1e6, rng)
    assert counts.min() >= 1
    assert counts.max() <= ITEMS


def test_stand_ins_have_no_times_and_no_profiles_and_as_many_events_as_the_noise_says():
    real = camps(60)
    made = make_stand_ins(real, 3.0, 1e-3, FitContext())
    events = made.dataset.interactions
    assert made.epsilon <= 3.0
    assert not events.times.any()
    assert set(made.dataset.user_table["camp"]) == {""}
    assert len(set(zip(events.users, events.items, strict=True))) == len(events)
    assert set(np.unique(events.values)) <= {1, 2, 3, 4, 5}
    assert made.dataset.n_users == 60


def test_of_many_people_tastes_are_learned_through_the_noise():
    events = make_stand_ins(camps(2000), 8.0, 1e-4, FitContext()).dataset.interactions
    odd, every = np.bincount(events.users, events.items % 2), np.bincount(events.users)
    assert np.maximum(odd, every - odd).sum() / every.sum() > 0.68  # by chance 0.62


def test_implicit_events_spend_nothing_on_levels():
    rows = [(user, item, 1.0, user) for user in range(20) for item in range(3)]
    real = dataset(rows, 20, 5, feedback=Feedback.IMPLICIT, timed=False)
    made = make_stand_ins(real, 3.0, 1e-3, FitContext()).dataset
    assert set(made.interactions.values) == {1.0}
    assert made.interactions.times is None


@pytest.mark.parametrize(
    "generator", [VAESampler(SETTINGS), HistoryGAN(GANConfig(embedding_size=4, hidden=8, epochs=2, epsilon=2.0))]
)
def test_the_bound_is_kept_and_told(generator):
    real = camps(60)
    generator.fit(real)
    assert 1.9 < generator.epsilon <= 2.0
    assert generator.delta == pytest.approx(1 / 600)
    assert any(finding.code == "private" and "ε = 2.00" in finding.message for finding in generator.findings)
    batch = people(generator)
    assert set(batch.people["camp"]) == {""}
    assert not batch.times.any()


def test_without_a_bound_none_is_told():
    generator = VAESampler(VAEConfig(embedding_size=4, epochs=1)).fit(camps())
    assert generator.epsilon is None
    assert generator.delta is None


def test_the_noise_cannot_be_told_from_the_seed_and_nothing_goes_on_from_a_checkpoint():
    kept = []
    context = FitContext(seed=3, save_checkpoint=kept.append)
    some, others = (VAESampler(SETTINGS).fit(camps(40), context) for _ in range(2))
    assert not np.array_equal(some.known.interactions.items, others.known.interactions.items)
    assert not kept


def test_learning_privately_stops_when_somebody_asks():
    with pytest.raises(Cancelled):
        make_stand_ins(camps(20), 3.0, 1e-3, FitContext(cancel=lambda: True))
