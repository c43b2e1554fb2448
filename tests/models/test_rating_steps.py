"""The compiled steps against torch's gradients, and against steps that move every part at every event."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array, random_array

from recsys_core.models.rating_steps import learn_people
from recsys_core.types import Float64

D, N_ITEMS, N_USER_PARTS, N_ITEM_PARTS = 3, 4, 3, 6
RATE, PULL, BIAS_PULL = 0.1, 0.3, 0.2


@dataclass
class World:
    """One person and what they share with others; the arrays are float32 and change as the person is learned."""

    items: list[int]
    targets: list[float]
    user_weights: Float64  # (N_USER_PARTS,)
    item_weights: Float64  # (N_ITEMS, N_ITEM_PARTS), own parts first
    arrays: dict[str, np.ndarray]
    paces: dict[str, np.ndarray]  # "user", "user_bias", "user_part", …, "history"

    def learn(self, rate: float, pull: float, bias_pull: float) -> float:
        user, item = csr_array(self.user_weights[None]), csr_array(self.item_weights)
        return learn_people(
            np.array([0]),
            np.array([0, len(self.items)]),
            np.array(self.items, dtype=np.int32),
            np.array(self.targets, dtype=np.float32),
            user.indptr.astype(np.int64),
            user.indices.astype(np.int32),
            user.data.astype(np.float32),
            item.indptr.astype(np.int64),
            item.indices.astype(np.int32),
            item.data.astype(np.float32),
            **self.arrays,
            rate=np.float32(rate),
            pull=np.float32(pull),
            bias_pull=np.float32(bias_pull),
            **{f"{name}_pace": pace.astype(np.float32) for name, pace in self.paces.items()},
        )


def world(items: list[int], has_history: bool, held: bool = False) -> World:
    """``held``: parts take but a share of their steps, some of them none."""
    rng = np.random.default_rng(7)
    shared = random_array((N_ITEMS, N_ITEM_PARTS - N_ITEMS), density=0.7, rng=rng).toarray()
    shapes = {
        "user_bias": (1,),
        "user_factors": (1, D),
        "user_part_bias": (N_USER_PARTS,),
        "user_part_factors": (N_USER_PARTS, D),
        "item_part_bias": (N_ITEM_PARTS,),
        "item_part_factors": (N_ITEM_PARTS, D),
        "history_factors": (N_ITEMS * has_history, D),
    }
    return World(
        items,
        rng.normal(size=len(items)).tolist(),
        np.array([0.5, 0.0, 0.25]),
        np.hstack([np.eye(N_ITEMS), shared]),
        {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()},
        {
            "user": np.array([0.5 if held else 1.0]),
            "user_bias": np.array([0.75 if held else 1.0]),
            "user_part": np.array([0.25, 1, 2]) if held else np.ones(N_USER_PARTS),
            "user_part_bias": np.array([0.5, 1, 0]) if held else np.ones(N_USER_PARTS),
            "item_part": np.linspace(0, 1, N_ITEM_PARTS) if held else np.ones(N_ITEM_PARTS),
            "item_part_bias": np.linspace(1, 0, N_ITEM_PARTS) if held else np.ones(N_ITEM_PARTS),
            "history": np.array([0.0, 1, 0.5, 1]) if held else np.ones(N_ITEMS),
        },
    )


class Reference:
    """The model by its equation, in float64, with a torch parameter for each array."""

    def __init__(self, one: World) -> None:
        self.world = one
        self.parts = {name: torch.tensor(array, dtype=torch.float64) for name, array in one.arrays.items()}
        self.user_weights, self.item_weights = torch.tensor(one.user_weights), torch.tensor(one.item_weights)
        self.history_weight = max(len(one.items), 1) ** -0.5

    def error(self, e: int) -> torch.Tensor:
        x, mix = self.parts, self.item_weights[self.world.items[e]]
        person = x["user_factors"][0] + self.user_weights @ x["user_part_factors"]
        if len(x["history_factors"]):
            person = person + self.history_weight * x["history_factors"][self.world.items].sum(0)
        bias = x["user_bias"][0] + self.user_weights @ x["user_part_bias"] + mix @ x["item_part_bias"]
        return self.world.targets[e] - bias - person @ (mix @ x["item_part_factors"])

    def penalty(self, e: int, pull: float, bias_pull: float) -> torch.Tensor:
        """½ Σ (w x)² over all parts that the event e touches."""
        x, mix = self.parts, self.item_weights[self.world.items[e]]
        vectors = [x["user_factors"], self.user_weights[:, None] * x["user_part_factors"]]
        vectors.append(mix[:, None] * x["item_part_factors"])
        if len(x["history_factors"]):
            vectors.append(self.history_weight * x["history_factors"][self.world.items])
        biases = [x["user_bias"], self.user_weights * x["user_part_bias"], mix * x["item_part_bias"]]
        return pull / 2 * sum(v.square().sum() for v in vectors) + bias_pull / 2 * sum(b.square().sum() for b in biases)

    def step(self, e: int, rate: float, pull: float, bias_pull: float) -> float:
        """Every part moves down its gradient, as torch finds it."""
        for part in self.parts.values():
            part.requires_grad_()
        error = self.error(e)
        loss = error.square() / 2 + self.penalty(e, pull, bias_pull)
        gradients = torch.autograd.grad(loss, list(self.parts.values()), allow_unused=True)
        for (name, part), gradient in zip(list(self.parts.items()), gradients, strict=True):
            pace = torch.tensor(self.world.paces[name.removesuffix("_factors")])
            if gradient is not None:
                gradient = gradient * pace[: len(part)].view(-1, *[1] * (part.ndim - 1))
            self.parts[name] = part.detach() if gradient is None else part.detach() - rate * gradient
        return float(error.detach().square())


@pytest.mark.parametrize("held", [False, True], ids=["free", "held"])
@pytest.mark.parametrize("has_history", [False, True], ids=["biased MF", "SVD++"])
@pytest.mark.parametrize(
    ("items", "pull", "bias_pull"), [([2], PULL, BIAS_PULL), ([2, 0, 1], 0.0, 0.0)], ids=["one event", "no pull"]
)
def test_steps_go_down_the_gradient(items: list[int], pull: float, bias_pull: float, has_history: bool, held: bool):
    """Also for several events, where every part would have to move at each of them (Koren 2008, section 5)."""
    one = world(items, has_history, held)
    reference = Reference(one)
    wanted = sum(reference.step(e, RATE, pull, bias_pull) for e in range(len(items)))
    assert one.learn(RATE, pull, bias_pull) == pytest.approx(wanted, rel=1e-5)
    for name, part in reference.parts.items():
        assert one.arrays[name] == pytest.approx(part.numpy(), abs=1e-5), name


@pytest.mark.parametrize("has_history", [False, True], ids=["biased MF", "SVD++"])
def test_without_errors_the_pull_shrinks_each_part_once_an_event(has_history: bool):
    one = world([2, 0, 1], has_history)
    for name in ("user_bias", "user_part_bias", "item_part_bias", "item_part_factors"):
        one.arrays[name][:] = 0
    one.targets = [0.0] * 3
    reference = Reference(one)
    for e in range(3):
        reference.step(e, RATE, PULL, BIAS_PULL)
    assert one.learn(RATE, PULL, BIAS_PULL) == 0
    for name, part in reference.parts.items():
        assert one.arrays[name] == pytest.approx(part.numpy(), abs=1e-6), name


def test_a_person_without_events_moves_nothing():
    one = world([], True)
    before = {name: array.copy() for name, array in one.arrays.items()}
    assert one.learn(RATE, PULL, BIAS_PULL) == 0
    assert all(np.array_equal(one.arrays[name], array) for name, array in before.items())
