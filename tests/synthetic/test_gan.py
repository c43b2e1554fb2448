import numpy as np
import pytest
import torch

from recsys_core.synthetic.gan import GANConfig, HistoryGAN
from recsys_core.synthetic.networks.adversarial import PENALTY, AdversarialSettings, AdversarialTask, energy_distance
from recsys_core.synthetic.networks.autoencoder import held_out
from recsys_core.training.context import Cancelled, Checkpoint, EpochEnded, FitContext, Preparing
from tests.synthetic.camps import camps, loyalty, people

SETTINGS = GANConfig(embedding_size=4, hidden=32, epochs=12)
SHORT = GANConfig(embedding_size=4, hidden=8, epochs=3)


def task(real, conditions=None, epochs=20, rate=2e-3, hidden=32):
    conditions = torch.zeros(len(real), 0) if conditions is None else conditions
    return AdversarialTask(
        real, conditions, hidden, torch.Generator().manual_seed(0), AdversarialSettings(epochs, rate)
    )


def taught(one, epochs):
    return [one.train_epoch(lambda done: None)[0] for _ in range(epochs)]


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def learned(told):
    return HistoryGAN(SETTINGS).fit(camps(), FitContext(on_event=told.append))


def test_whoever_is_generated_belongs_to_one_camp_and_says_so(learned):
    batch = people(learned)
    assert loyalty(batch) > 0.8
    says_odd = (batch.people["camp"] == "odd").to_numpy()[batch.users]
    assert (says_odd == batch.items % 2).mean() > 0.8


def test_both_camps_are_as_large_as_in_the_data(learned):
    assert (people(learned, 2000).people["camp"] == "odd").mean() == pytest.approx(0.5, abs=0.05)


def test_curves_of_both_networks_are_told_and_the_nearest_epoch_is_kept(learned, told):
    epochs = [event for event in told if isinstance(event, EpochEnded)]
    assert all(set(event.losses) == {"critic", "generator", "penalty"} for event in epochs)
    assert {event.validation.metric for event in epochs} == {"energy distance"}
    values = [event.validation.value for event in epochs]
    assert learned.training.best_epoch == 1 + int(np.argmin(values))
    assert min(values) < values[0] / 2
    assert any(isinstance(event, Preparing) for event in told)


def test_its_people_are_found_to_be_varied(learned):
    assert [finding.code for finding in learned.findings][-1] == "not-collapsed"


def test_a_distribution_with_a_known_shape_is_learned():
    rng = torch.Generator().manual_seed(1)
    side = torch.randint(2, (400, 1), generator=rng).float()
    real = 3 * side - 1 + 0.2 * torch.randn(400, 1, generator=rng)  # around −1 or 2, as the condition says
    one = task(real, side)
    taught(one, 20)
    with torch.no_grad():
        low, high = (one.average(torch.randn(1000, 1, generator=rng), torch.full((1000, 1), x)) for x in (0.0, 1.0))
    assert float(low.mean()) == pytest.approx(-1, abs=0.15)
    assert float(high.mean()) == pytest.approx(2, abs=0.15)
    assert float(low.std()) == pytest.approx(0.2, abs=0.12)


def test_the_critic_estimates_how_far_the_distributions_are_apart():
    one = task(5 + 0.1 * torch.randn(400, 1, generator=torch.Generator().manual_seed(1)), rate=1e-2)
    one._teach_maker = lambda: torch.zeros(())  # it stays around 0
    distance = taught(one, 6)[-1]["critic"]
    assert distance == pytest.approx(5, rel=0.25)


def test_the_penalty_draws_slopes_to_one():
    one = task(torch.randn(400, 2, generator=torch.Generator().manual_seed(1)))
    losses = taught(one, 4)[-1]
    assert 0 <= losses["penalty"] < PENALTY / 4  # of a critic without slopes it is PENALTY


def test_energy_distance_is_that_of_the_definition():
    zero, one = torch.zeros(3, 1), torch.ones(4, 1)
    assert energy_distance(zero, one) == pytest.approx(2)
    assert energy_distance(zero, zero) == pytest.approx(0)
    some = torch.randn(2000, 3, generator=torch.Generator().manual_seed(0))
    others = torch.randn(2000, 3, generator=torch.Generator().manual_seed(1))
    assert abs(energy_distance(some, others)) < 0.01


def test_a_training_that_was_interrupted_ends_as_if_it_had_not_been(monkeypatch):
    monkeypatch.setattr("recsys_core.training.loop.CHECKPOINT_SECONDS", 0.0)
    kept: list[Checkpoint] = []
    whole = HistoryGAN(SHORT).fit(camps(), FitContext(save_checkpoint=kept.append))
    resumed = HistoryGAN(SHORT).fit(camps(), FitContext(start_from=kept[0]))
    assert kept[0].progress["best_epoch"] == 1
    assert np.array_equal(people(resumed).items, people(whole).items)
    assert [event.losses for event in resumed.training.history] == [event.losses for event in whole.training.history]


def test_it_stops_when_somebody_asks_and_keeps_the_best_so_far():
    ended = []
    context = FitContext(
        on_event=lambda event: ended.append(event) if isinstance(event, EpochEnded) else None,
        cancel=lambda: len(ended) >= 2,
    )
    stopped = HistoryGAN(SETTINGS).fit(camps(), context)
    assert stopped.training.epochs == 2
    assert "Stopped by hand" in stopped.training.reason
    with pytest.raises(Cancelled):
        HistoryGAN(SETTINGS).fit(camps(), FitContext(cancel=lambda: True))


def test_the_networks_never_see_who_is_held_out_and_the_average_of_the_steps_makes_people(monkeypatch):
    tasks = []

    class Noting(AdversarialTask):
        def __init__(self, *about):
            super().__init__(*about)
            tasks.append(self)

    monkeypatch.setattr("recsys_core.synthetic.gan.AdversarialTask", Noting)
    generator = HistoryGAN(SHORT).fit(camps(), FitContext(seed=2))
    (one,) = tasks
    unseen = held_out(120, 2)
    assert torch.equal(one.real, torch.from_numpy(generator._rows[~unseen]).float())
    assert generator._maker is one.average


def test_people_of_whom_nothing_is_known_are_made_all_the_same():
    real = camps()
    blank = type(real)(**{**vars(real), "user_table": real.user_table[["name"]]})
    batch = people(HistoryGAN(SETTINGS).fit(blank))
    assert list(batch.people) == ["name"]
    assert loyalty(batch) > 0.8


def test_nobodys_profile_is_handed_on_as_a_whole_always():
    real = camps()
    numbered = real.user_table.assign(age=np.where(real.user_table["camp"] == "odd", 20.0, 50.0))
    generator = HistoryGAN(SHORT).fit(type(real)(**{**vars(real), "user_table": numbered}))
    table = people(generator, 2000).people
    is_mixed = (table["camp"] == "odd") != (table["age"] < 35)  # as nobody is in the data
    assert is_mixed.mean() == pytest.approx(0.18, abs=0.03)  # 2 · 0.1 · 0.9: lent by the other camp, one of the two
