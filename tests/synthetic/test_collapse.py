import re

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array

from recsys_core.errors import ModelError
from recsys_core.synthetic.gan import GANConfig, HistoryGAN
from recsys_core.synthetic.networks.adversarial import AdversarialTask
from recsys_core.synthetic.networks.collapse import Collapse, likeness
from tests.synthetic.camps import camps

SETTINGS = GANConfig(embedding_size=4, hidden=32, epochs=12)


def look(made, real=None, made_met=None):
    rng = np.random.default_rng(0)
    real = rng.standard_normal((400, 6)) if real is None else real
    met = csr_array((rng.random((400, 40)) < 0.2).astype(float))
    return Collapse.of(real, made, met, met if made_met is None else made_met, rng)


def test_people_of_the_same_kind_are_not_collapsed():
    found = look(np.random.default_rng(1).standard_normal((400, 6)))
    assert found.reasons == ()
    assert found.finding().level == "note"
    assert found.dimensions.made == pytest.approx(6, abs=0.3)
    assert found.coverage.made == pytest.approx(found.coverage.real, abs=0.06)
    assert 0.9 < found.coverage.real < 1  # 1 − 2⁻⁵, as others are; of the same people it would be 1


def test_people_who_are_all_the_same_are_caught():
    found = look(np.ones((400, 6)))
    assert found.finding().level == "error"
    assert found.finding().code == "collapsed"
    assert found.variance.made == 0
    assert "0% of what real people do" in found.finding().message


def test_people_who_differ_in_one_direction_alone_are_caught():
    made = np.random.default_rng(1).standard_normal((400, 1)) * np.ones(6)
    assert any("1.0 directions" in reason for reason in look(made).reasons)


def test_people_who_are_everywhere_but_among_real_ones_are_caught():
    made = np.random.default_rng(1).normal(size=(400, 6))
    assert any("more than 100 times as much" in reason for reason in look(100 * made).reasons)
    assert any(re.search(r"differ \d\.\d times as much", reason) for reason in look(2 * made).reasons)


def test_people_of_one_of_several_kinds_alone_are_caught():
    rng = np.random.default_rng(1)
    kinds = 6 * np.eye(6)[rng.integers(6, size=400)]
    real = kinds + 0.3 * rng.standard_normal((400, 6))
    made = np.where(rng.random((400, 1)) < 0.5, 6 * np.eye(6)[0], 6 * np.eye(6)[1]) + 0.3 * rng.standard_normal(
        (400, 6)
    )
    assert look(real + 0.1 * rng.standard_normal((400, 6)), real).reasons == ()
    assert any("come near" in reason for reason in look(made, real).reasons)


def test_histories_that_are_alike_are_caught():
    same = csr_array(np.tile((np.arange(40) < 8).astype(float), (400, 1)))
    found = look(np.random.default_rng(1).standard_normal((400, 6)), made_met=same)
    assert any("as alike" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("rows", "alike"),
    [([[1, 1, 0], [1, 1, 0]], 1.0), ([[1, 0, 0], [0, 1, 0]], 0.0), ([[1, 1, 0], [1, 0, 0], [0, 0, 1]], 2**-0.5 / 3)],
)
def test_likeness_is_the_mean_cosine_of_pairs(rows, alike):
    assert likeness(csr_array(np.array(rows, dtype=float))) == pytest.approx(alike)


def caught(settings=SETTINGS):
    try:
        return HistoryGAN(settings).fit(camps()).findings[-1].code == "collapsed"
    except ModelError as error:
        return error.code == "loss-exploded"


def test_a_network_without_a_critic_that_learns_is_caught(monkeypatch):
    monkeypatch.setattr(AdversarialTask, "_teach_critic", lambda self: torch.zeros(2))
    assert caught()


def test_a_learning_rate_beyond_all_reason_is_caught():
    assert caught(SETTINGS.model_copy(update={"learning_rate": 1.0, "epochs": 4}))


def test_a_network_that_makes_one_person_only_is_caught():
    generator = HistoryGAN(SETTINGS.model_copy(update={"epochs": 1})).fit(camps())
    with torch.no_grad():
        generator._maker.layers.weights[-1].zero_()
    assert generator._look(0).finding().code == "collapsed"
