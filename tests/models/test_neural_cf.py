"""GMF, MLP and NeuMF: the paper's formulas, worlds with known answers, and people the model never met."""

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from recsys_core.data.interactions import Histories
from recsys_core.errors import ConfigError
from recsys_core.models import neural_cf, neural_cf_fold_in, neural_cf_task
from recsys_core.models.bias import Bias
from recsys_core.models.gmf import GMF
from recsys_core.models.mlp import MLP
from recsys_core.models.neumf import NeuMF
from recsys_core.models.neural_cf_net import NeuralCFNet
from recsys_core.models.neural_cf_task import InBatchTask, RankingTask, RatingTask
from recsys_core.models.popularity import Popularity
from recsys_core.training.context import Cancelled, Checkpoint, FitContext, Validation
from recsys_core.types import Feedback
from tests import worlds

MODELS = (GMF, MLP, NeuMF)
SMALL = {"embedding_size": 8, "tower": (16, 8), "product_size": 4, "batch_size": 64, "learning_rate": 0.01}
every_model = pytest.mark.parametrize("model_class", MODELS, ids=lambda model: model.info.key)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tiny batches gain nothing from more, and lose much where another process is busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def build(model_class, **settings):
    known = {name: value for name, value in SMALL.items() if name in model_class.Config.model_fields}
    return model_class(model_class.Config(**(known | settings)))


def net(n_users=7, n_items=5, tower=(6, 3)):
    fresh = NeuralCFNet(n_users, n_items, 4, 3, tower, torch.Generator().manual_seed(0)).double()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in fresh.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return fresh


def paper_output(net, user, item):
    """Equation 12 for one pair, layer by layer, with our biases."""
    p, q = net.user_table[user], net.item_table[item]
    hidden = torch.cat([p[4:7], q[4:7]])
    first = torch.cat([net.user_layer, net.item_layer], 1)
    layers = [(first, net.first_bias), *zip(net.weights, net.biases, strict=True)]
    for weight, bias in layers[:-1]:
        hidden = torch.relu(weight @ hidden + bias)
    weight, bias = layers[-1]
    product = torch.dot(net.product_weights, p[:4] * q[:4])
    return product + (weight @ hidden + bias)[0] + p[7] + q[7] + net.offset[0]


@pytest.mark.parametrize("candidates", [2, 9], ids=["few pairs", "more pairs than items"])
def test_output_is_the_papers(candidates):
    network = net()
    users = torch.tensor([3, 0, 6])
    items = torch.randint(0, 5, (3, candidates), generator=torch.Generator().manual_seed(2))
    expected = torch.stack(
        [torch.stack([paper_output(network, u, i) for i in row]) for u, row in zip(users, items, strict=True)]
    )
    torch.testing.assert_close(network(users, items), expected, rtol=1e-12, atol=1e-12)


def test_both_ways_of_computing_have_the_same_gradients():
    network = net()
    users, items = torch.tensor([3, 0]), torch.tensor([[1, 1, 4], [2, 0, 3]])  # 6 pairs of 5 items: by the table
    network(users, items).tanh().sum().backward()
    by_table = [parameter.grad.clone() for parameter in network.parameters()]
    network.zero_grad()
    sum(network(users[[b]], items[[b]]).tanh().sum() for b in range(2)).backward()
    for one, other in zip(by_table, [parameter.grad for parameter in network.parameters()], strict=True):
        torch.testing.assert_close(one, other)


def task_for(dataset, **settings):
    config = NeuMF.Config(**(SMALL | settings))
    network = NeuralCFNet(dataset.n_users, dataset.n_items, 4, 8, (16, 8), torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(5)
    if config.objective == "ranking":
        kind = InBatchTask if config.negative_sampling == "in-batch" else RankingTask
        return kind(network, dataset.interactions, generator, config)
    return RatingTask(network, dataset.interactions, generator, config, torch.from_numpy(dataset.interactions.values))


def test_ranking_loss_is_the_papers_equation_7():
    dataset = worlds.two_camps(12).dataset
    task, twin = task_for(dataset, negatives=3), task_for(dataset, negatives=3)
    rows = torch.arange(20)
    unknown = twin._unknown.draw(twin.users[rows], 3, twin.generator)
    known = np.zeros((12, 20), dtype=bool)
    known[dataset.interactions.users, dataset.interactions.items] = True
    total = 0.0
    for row in range(20):
        user = twin.users[row]
        for item, label in [(twin.items[row], 1), *((item, 0) for item in unknown[row])]:
            assert known[user, item] == bool(label)
            chance = torch.sigmoid(twin.net(user[None], item[None, None])[0, 0])
            total -= torch.log(chance if label else 1 - chance).item()
    assert task.learn(rows).item() == pytest.approx(total / 80, rel=1e-5)


def test_rating_loss_is_the_mean_squared_error():
    task = task_for(worlds.golden(), objective="rating")
    rows = torch.tensor([0, 4, 7])
    outputs = task.net(task.users[rows], task.items[rows][:, None])[:, 0].detach()
    wanted = torch.tensor([5.0, 3.0, 2.0])
    assert task.learn(rows).item() == pytest.approx((outputs - wanted).square().mean().item(), rel=1e-6)


@pytest.mark.parametrize("at_once", [1, 10**9])
@pytest.mark.parametrize("n_rows", [2, 60])  # fewer pairs than items, and more
@pytest.mark.parametrize("sampling", ["uniform", "in-batch"])
def test_a_step_has_the_gradients_of_the_whole_batch_however_it_is_cut_up(monkeypatch, sampling, n_rows, at_once):
    monkeypatch.setattr(neural_cf_task, "LEARNED_AT_ONCE", at_once)
    dataset = worlds.two_camps(12).dataset
    task, twin = (task_for(dataset, negatives=3, negative_sampling=sampling) for _ in range(2))
    monkeypatch.setattr(task.optimisation, "step", lambda: None)  # it would clear the gradients
    rows = torch.arange(n_rows)
    task.learn(rows)
    samples = twin.samples(rows)
    losses = twin.losses(twin.net(samples.users, samples.items), samples)
    ((samples.weights * losses).sum() / samples.weights.sum()).backward()
    for one, other in zip(task.net.parameters(), twin.net.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-4, atol=1e-7)


def share_found(model, camps):
    """How many people have their withheld item above all of the other camp."""
    scores = model.score(camps.users)
    other = scores[np.arange(20)[None] % 2 != camps.users[:, None] % 2].reshape(len(camps.users), 10)
    return np.mean(scores[np.arange(len(camps.users)), camps.items] > other.max(axis=1))


@every_model
def test_withheld_items_of_the_own_camp_come_first(model_class):
    camps = worlds.two_camps(60)
    model = build(model_class, epochs=40).fit(camps.dataset)
    assert share_found(model, camps) >= 0.95  # measured: 1.0
    assert share_found(Popularity().fit(camps.dataset), camps) < 0.2


@every_model
def test_rating_mode_recovers_planted_ratings_better_than_biases(model_class):
    planted = worlds.planted_ratings(np.random.default_rng(3), 120, 80)
    events = planted.dataset.interactions
    told = np.zeros(planted.truth.shape, dtype=bool)
    told[events.users, events.items] = True
    users, items = (index.astype(np.int32) for index in np.nonzero(~told))

    def rmse(model):
        return np.sqrt(np.mean((model.predict(users, items) - planted.truth[~told]) ** 2))

    model = build(model_class, objective="rating", epochs=60, weight_decay=0.02, batch_size=256).fit(planted.dataset)
    assert rmse(model) < 0.8 * rmse(Bias().fit(planted.dataset))


@every_model
def test_scores_do_not_depend_on_how_they_are_cut_up(model_class, monkeypatch):
    camps = worlds.two_camps(12)
    model = build(model_class, epochs=1).fit(camps.dataset)
    whole = model.score(camps.users)
    monkeypatch.setattr(neural_cf, "SCORED_AT_ONCE", 7 * model.net.width)  # fewer pairs than items
    assert model.score(camps.users) == pytest.approx(whole, abs=1e-6)


SAMPLINGS = ("uniform", "popularity", "in-batch")


def test_in_batch_loss_leaves_known_items_out_and_is_corrected():
    dataset = worlds.two_camps(12).dataset
    settings = {"negatives": 3, "negative_sampling": "in-batch"}
    task, twin = task_for(dataset, **settings), task_for(dataset, **settings)
    rows = torch.arange(0, 60, 3)
    users, items = twin.users[rows], twin.items[rows]
    drawn, unknown = twin._others.draw(users, items, 3, twin.generator)
    assert 0 < unknown.sum() < unknown.numel()
    share = np.bincount(dataset.interactions.items, minlength=20) / len(dataset.interactions)
    losses = []
    for user, met, others, counts in zip(users, items, drawn, unknown, strict=True):
        for item, label in [(met, 1), *((item, 0) for item, one in zip(others, counts, strict=True) if one)]:
            output = twin.net(user[None], item[None, None])[0, 0].item() - np.log(share[item] * 20)
            losses.append(np.log1p(np.exp(-output if label else output)))
    assert task.learn(rows).item() == pytest.approx(np.mean(losses), rel=1e-5)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_camps_are_told_apart_whatever_the_negatives_are(sampling, tmp_path):
    camps = worlds.two_camps(60)
    model = build(NeuMF, epochs=40, negative_sampling=sampling).fit(camps.dataset)
    assert share_found(model, camps) >= 0.95
    model.save(tmp_path)
    loaded = NeuMF.load(tmp_path)
    histories = Histories.from_interactions(camps.dataset.interactions)
    folded = model.score_histories(histories)
    assert np.array_equal(loaded.score_histories(histories), folded)
    agreement = [np.corrcoef(one, other)[0, 1] for one, other in zip(folded, model.score(camps.users), strict=True)]
    assert np.mean(agreement) > 0.9


def test_what_is_often_a_negative_weighs_more_against_a_history():
    model = build(NeuMF, epochs=10, negative_sampling="popularity").fit(worlds.two_camps(60).dataset)
    history = Histories.of([([1, 3, 5], [1.0] * 3)], 20)
    before = model.score_histories(history)[0]
    often = np.isin(np.arange(20), [7, 9])
    model.shares = np.where(often, 0.455, 0.005).astype(np.float32)
    change = model.score_histories(history)[0] - before
    assert change[1::2].max() < change[0::2].min()  # their whole camp sinks


def test_scores_mean_the_same_with_uniform_and_with_corrected_in_batch_negatives():
    """Without the correction, what many met would be pushed down for being drawn often."""
    rng = np.random.default_rng(0)
    met = rng.random((150, 12)) < np.geomspace(0.9, 0.03, 12)  # people are all alike, items are not
    rows = [(int(user), int(item), 1.0, 0) for user, item in zip(*np.nonzero(met), strict=True)]
    dataset = worlds.dataset(rows, 150, 12)

    def popular_before_rare(sampling):
        model = build(GMF, epochs=60, negative_sampling=sampling, weight_decay=1.0).fit(dataset)
        scores = model.score(np.arange(150, dtype=np.int32)).mean(axis=0)
        return np.corrcoef(scores, met.mean(axis=0))[0, 1]

    assert popular_before_rare("uniform") > 0.8
    assert popular_before_rare("in-batch") > 0.8


@pytest.mark.parametrize("settings", [{"negative_sampling": one} for one in SAMPLINGS[1:]], ids=SAMPLINGS[1:])
def test_other_negatives_resume_bit_by_bit_too(settings, monkeypatch):
    the_same_when_resumed(monkeypatch, **settings, schedule="warm-up", clip=0.5)


@pytest.mark.parametrize("objective", ["ranking", "rating"])
def test_resume_equals_straight_training_bit_by_bit(objective, monkeypatch):
    the_same_when_resumed(monkeypatch, objective=objective)


def the_same_when_resumed(monkeypatch, **settings):
    monkeypatch.setattr("recsys_core.training.loop.CHECKPOINT_SECONDS", 0)
    dataset = worlds.two_camps(30, Feedback.EXPLICIT).dataset
    saved = []
    settings |= {"epochs": 5, "dropout": 0.2}
    straight = build(NeuMF, **settings).fit(dataset, FitContext(seed=3, save_checkpoint=saved.append))
    tensors = load(save(saved[1].tensors))
    resumed = build(NeuMF, **settings)
    for _ in range(2):  # a checkpoint can be started from again
        resumed.fit(dataset, FitContext(seed=3, start_from=Checkpoint(tensors, saved[1].progress)))
        for name, array in straight.arrays().items():
            assert np.array_equal(array, resumed.arrays()[name]), name
    assert resumed.training.epochs == 5


def test_cancel_within_the_first_epoch_leaves_no_model():
    asked = iter(range(100))
    model = build(NeuMF)
    with pytest.raises(Cancelled):
        model.fit(worlds.two_camps(30).dataset, FitContext(cancel=lambda: next(asked) >= 2))
    assert not model.is_fitted
    assert next(asked) == 3


def test_model_answers_at_every_validation_and_ends_at_its_best_epoch():
    camps, seen = worlds.two_camps(12), []

    def validate(model):
        seen.append(model.score(camps.users))
        return Validation("made up", [0.1, 0.5, 0.2, 0.3][len(seen) - 1], higher_is_better=True)

    model = build(NeuMF, epochs=9, patience=2).fit(camps.dataset, FitContext(validate=validate))
    assert len(seen) == 4
    assert model.training.best_epoch == 2
    assert np.array_equal(model.score(camps.users), seen[1])


def test_dropout_acts_in_training_only_and_follows_the_seed():
    camps = worlds.two_camps(12)

    def scores(dropout):
        return build(NeuMF, dropout=dropout, epochs=2).fit(camps.dataset).score(camps.users)

    assert np.array_equal(scores(0.5), scores(0.5))
    assert not np.array_equal(scores(0.5), scores(0.0))


def test_weight_decay_shortens_vectors():
    camps = worlds.two_camps(12)

    def length(weight_decay):
        model = build(NeuMF, weight_decay=weight_decay, epochs=20).fit(camps.dataset)
        return np.linalg.norm(model.user_vectors())

    assert length(1.0) < 0.8 * length(0.0)


@pytest.mark.parametrize("objective", ["ranking", "rating"])
@every_model
def test_a_stranger_gets_the_scores_that_a_known_person_with_the_same_history_has(model_class, objective):
    camps = worlds.two_camps(60, Feedback.EXPLICIT)
    model = build(model_class, objective=objective, epochs=40).fit(camps.dataset)
    folded = model.score_histories(Histories.from_interactions(camps.dataset.interactions))
    trained = model.score(camps.users)
    agreement = [np.corrcoef(one, other)[0, 1] for one, other in zip(folded, trained, strict=True)]
    assert np.mean(agreement) > 0.9


@pytest.fixture(scope="module")
def camp_models():
    """One that ranks and one that rates; with ratings, people also met a little of the other camp and hated it."""
    return [
        build(NeuMF, objective=objective, epochs=30).fit(worlds.two_camps(60, feedback).dataset)
        for objective, feedback in (("ranking", Feedback.IMPLICIT), ("rating", Feedback.EXPLICIT))
    ]


def test_history_order_and_company_do_not_matter(camp_models, monkeypatch):
    items, ratings = [3, 0, 8, 11, 4], [5.0, 1.0, 2.0, 4.0, 3.0]
    shuffled = [4, 2, 0, 3, 1]
    rows = [
        (items, ratings),
        ([items[place] for place in shuffled], [ratings[place] for place in shuffled]),
        (list(range(20)), [3.0] * 20),
        ([], []),
    ]
    for model in camp_models:
        together = model.score_histories(Histories.of(rows, 20))
        assert together[1] == pytest.approx(together[0], abs=1e-4)
        alone = np.concatenate([model.score_histories(Histories.of([row], 20)) for row in rows])
        assert together == pytest.approx(alone, abs=1e-4)
        with monkeypatch.context() as patch:
            patch.setattr(neural_cf_fold_in, "PAIRS", 1)  # one person at a time
            assert model.score_histories(Histories.of(rows, 20)) == pytest.approx(together, abs=1e-4)


def test_nothing_known_means_the_mean_person(camp_models):
    for model in camp_models:
        person = model.net.user_table.mean(0, keepdim=True)
        expected = model.net.join(model.net.user_half(person), model.net.item_half(model.net.item_table))
        if model.config.objective == "rating":
            expected = expected * model.scale[1] + model.scale[0]
        assert model.score_histories(Histories.of([([], [])], 20))[0] == pytest.approx(expected[0].numpy(), abs=1e-4)


def test_some_items_stand_for_all_the_others(camp_models, monkeypatch):
    histories = Histories.from_interactions(worlds.two_camps(60).dataset.interactions)
    whole = camp_models[0].score_histories(histories)
    monkeypatch.setattr(neural_cf_fold_in, "COMMON_NEGATIVES", 12)  # of 20
    some = camp_models[0].score_histories(histories)
    assert not np.array_equal(some, whole)
    agreement = [np.corrcoef(one, other)[0, 1] for one, other in zip(some, whole, strict=True)]
    assert np.mean(agreement) > 0.9  # measured: 0.965


def test_five_likings_of_a_camp_lead_to_the_rest_of_it(camp_models):
    liked = [1, 3, 5, 7, 9]
    for model in camp_models:
        scores = model.score_histories(Histories.of([(liked, [5.0] * 5)], 20))[0]
        assert np.mean(scores[11::2, None] > scores[0::2]) > 0.8  # measured: 0.84 and more


def test_a_rating_history_tells_loved_from_hated(camp_models):
    _, model = camp_models
    odd = [1, 3, 5, 7, 9]
    loved, hated = model.score_histories(Histories.of([(odd, [5.0] * 5), (odd, [1.0] * 5)], 20))
    assert (loved[11::2] > hated[11::2]).all()
    assert (loved[0::2] < hated[0::2]).all()


def test_vectors_have_the_configured_sizes():
    dataset = worlds.two_camps(12).dataset
    for model_class, size in ((GMF, 8), (MLP, 8), (NeuMF, 12)):
        model = build(model_class, epochs=1).fit(dataset)
        assert model.user_vectors().shape == (12, size)
        assert model.item_vectors().shape == (20, size)


def test_the_tower_can_be_typed_in_a_shell():
    assert NeuMF.Config.parse({"tower": "[64,32,16]"}).tower == (64, 32, 16)
    assert NeuMF.Config.parse({"tower": "64, 32, 16"}).tower == (64, 32, 16)
    assert (NeuMF.Config().tower, NeuMF.Config().embedding_size) == ((128, 64), 50)
    with pytest.raises(ConfigError, match="setting 'tower"):
        NeuMF.Config.parse({"tower": "[]"})


@every_model
def test_presets_are_settings(model_class):
    presets = {name: model_class.Config.parse(settings) for name, settings in model_class.Config.presets().items()}
    assert list(presets) == ["quick", "balanced", "paper"]
    assert len(set(map(str, presets.values()))) == 3


def test_people_without_events_have_no_part_in_the_mean_person():
    rows = [(0, 1, 4.0, 0), (0, 2, 4.0, 1), (2, 1, 3.0, 2), (2, 3, 3.0, 3)]
    model = NeuMF(NeuMF.Config(epochs=2)).fit(worlds.dataset(rows, 9, 5))
    (vector,) = neural_cf_fold_in.FoldIn(model.net, 4).vectors(Histories.of([([], [])], 5), torch.empty(0))
    assert not model.net.user_table[[1, 3, 8]].any()
    assert vector.numpy() == pytest.approx(model.net.user_table[[0, 2]].mean(0).numpy(), abs=1e-6)


def test_ratings_are_folded_in_by_ridge_regression_where_outputs_are_linear():
    """Of GMF the found person is the one of the closed form."""
    model = build(GMF, objective="rating", epochs=10).fit(worlds.two_camps(60, Feedback.EXPLICIT).dataset)
    items, wanted = [3, 0, 8, 11, 4], torch.tensor([1.0, -1.0, 0.3, -2.0, 0.5])
    (found,) = neural_cf_fold_in.FoldIn(model.net, 0).vectors(Histories.of([(items, [0.0] * 5)], 20), wanted)
    with torch.no_grad():
        people = model.net.user_table.double()
        mean, covariance = people.mean(0), torch.cov(people.T, correction=0)
        half = model.net.item_half(model.net.item_table)[items]

        def outputs(person: torch.Tensor) -> torch.Tensor:
            return model.net.join(model.net.user_half(person.float()), half).double()

        slopes = torch.stack([outputs(mean + one) - outputs(mean) for one in torch.eye(len(mean))], 1)  # (5, d)
        noise = neural_cf_fold_in.RATING_NOISE * torch.eye(5)
        gain = covariance @ slopes.T @ torch.linalg.inv(slopes @ covariance @ slopes.T + noise)
        assert found.numpy() == pytest.approx((mean + gain @ (wanted - outputs(mean))).numpy(), abs=1e-4)


@pytest.mark.parametrize("model_class", [GMF, NeuMF])
def test_long_descent_finds_hardly_a_likelier_person(model_class):
    """Beside five hundred steps of Adam from the person that was found."""
    model = build(model_class, epochs=20).fit(worlds.two_camps(60, Feedback.IMPLICIT).dataset)
    histories = Histories.of(
        [(items, [1.0] * len(items)) for items in ([1, 3, 5], [1, 5], [0, 2, 4, 6, 8, 10, 12, 14])], 20
    )
    fold_in = neural_cf_fold_in.FoldIn(model.net, 4)
    people, spread = fold_in.vectors(histories, torch.zeros(13)), fold_in._spread.double()
    unknown = torch.ones(3, 20)
    unknown[histories.people(), histories.items] = 0
    weights = 4 * torch.tensor([3, 2, 8]).unsqueeze(1) * unknown / unknown.sum(1, keepdim=True)

    def losses(z: torch.Tensor) -> torch.Tensor:
        halves = model.net.user_half((fold_in._mean + z @ spread).float())
        outputs = model.net.join(halves, model.net.item_halves())
        events = torch.nn.functional.softplus(-outputs) * (1 - unknown)
        return (events + weights * torch.nn.functional.softplus(outputs)).sum(1) + z.square().sum(1) / 2

    z = ((people - fold_in._mean).double() @ torch.linalg.pinv(spread)).requires_grad_()
    found, optimizer = losses(z).detach(), torch.optim.Adam([z], 0.01)
    for _ in range(500):
        optimizer.zero_grad()
        losses(z).sum().backward()
        optimizer.step()
    assert (found - losses(z).detach()).max() < 0.5
    assert (losses(torch.zeros_like(z)) - found).min() > 0.5
