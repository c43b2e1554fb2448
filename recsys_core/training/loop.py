"""Epochs, early stopping, checkpoints: the one loop for every iterative model."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Protocol, runtime_checkable

import torch

from recsys_core.errors import ModelError
from recsys_core.training.context import (
    Cancelled,
    Checkpoint,
    CutShort,
    EpochEnded,
    FitContext,
    Progress,
    TrainingSummary,
    Validation,
)
from recsys_core.training.warm_start import Learned, WarmStart, Weights

PROGRESS_SECONDS = 0.5
CHECKPOINT_SECONDS = 2.0  # short epochs share a checkpoint, so that writing never outweighs learning

Pulse = Callable[[float], None]
State = dict[str, torch.Tensor]


class TrainingTask(Protocol):
    """A model that learns in epochs. It must be usable after each of them, and after a part of the first."""

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        """One pass; mean losses and the number of samples.

        ``pulse`` is called at every batch with the fraction of the epoch that is done; it raises
        :class:`Cancelled` to unwind.
        """

    def state(self) -> State:
        """All that the next epoch depends on: weights, optimiser, random generators. Tensors may be live."""

    def restore(self, state: State) -> None:
        """Go back to a state."""


@runtime_checkable
class Continuing(TrainingTask, Protocol):
    """A task that can go on from what another training learned."""

    def learned(self) -> dict[str, Learned]:
        """What another training could go on from; its names are part of saved runs."""

    def begin(self, weights: Weights) -> None:
        """Start from these instead of fresh ones, by the names of :meth:`learned`."""

    def hold(self, paces: Weights) -> None:
        """Multiply all steps of a row by its pace; see :meth:`recsys_core.training.warm_start.WarmStart.paces`."""


@runtime_checkable
class Replaying(Protocol):
    """A task that goes from row to row, so its epochs can leave out a part of what is known already."""

    def replay(self, warm: WarmStart) -> None:
        """Visit what is new, and some of the rest; see :func:`recsys_core.training.warm_start.epoch_rows`."""


def train(task: TrainingTask, model: object, context: FitContext, epochs: int, patience: int) -> TrainingSummary:
    """Train until the epochs are over, ``patience`` epochs brought nothing better, or somebody stops it.

    The task ends in the state of its best epoch. Without validation the last epoch counts as the best. Of a training
    that thaws, patience begins once all of it learns.

    Raises:
        Cancelled: stopped before the first epoch was over, so there is nothing to keep.
        ModelError: the loss is not a number any more.
    """
    begun = _go_on(task, context)
    history, best_epoch, best = _resume(task, context)
    if context.warm is not None and context.warm.as_it_is:
        epochs, best = 0, _copy(task.state())
    reason = f"All {epochs} epochs are done." if epochs else "Taken over as it is: nothing was learned."
    thawed = 2 * context.warm.thaw if context.warm is not None else 0
    last_checkpoint = time.monotonic()
    between_checkpoints = CHECKPOINT_SECONDS if context.cut_after is None else 0.0
    try:
        for epoch in range(len(history) + 1, epochs + 1):
            if history and epoch - 1 - max(best_epoch, thawed) >= patience:
                reason = _patience_sentence(history[best_epoch - 1], patience)
                break
            if context.warm is not None and context.warm.thaw:
                _hold(task, context.warm, epoch)
            event, is_best = _one_epoch(task, model, context, epoch, epochs, history, best_epoch, begun)
            if is_best:
                best_epoch, best = epoch, _copy(task.state())
            history.append(event)
            context.on_event(event)
            if time.monotonic() - last_checkpoint >= between_checkpoints:
                context.save_checkpoint(_checkpoint(task, best, best_epoch, history))
                last_checkpoint = time.monotonic()
    except Cancelled:
        if not history:
            raise
        reason = f"Stopped by hand in epoch {len(history) + 1}; epoch {best_epoch}, the best so far, is kept."
    task.restore(best)
    seconds = sum(event.seconds for event in history)
    samples = sum(event.samples for event in history)
    learned = task.learned() if isinstance(task, Continuing) else {}
    kept = {name: Learned(one.tensor.detach().cpu().clone(), one.blocks, one.is_head) for name, one in learned.items()}
    speed = samples / max(seconds, 1e-9)
    return TrainingSummary(len(history), best_epoch, reason, seconds, speed, tuple(history), kept)


def _one_epoch(
    task: TrainingTask,
    model: object,
    context: FitContext,
    epoch: int,
    epochs: int,
    history: list[EpochEnded],
    best_epoch: int,
    begun: Weights,
) -> tuple[EpochEnded, bool]:
    started = time.monotonic()
    try:
        losses, samples = task.train_epoch(heartbeat(context, epoch, epochs))
    except CutShort:
        losses, samples = {}, 0
    if begun and context.warm is not None and context.warm.pull:
        _draw_back(task, context.warm, begun)
    seconds = time.monotonic() - started
    if not all(math.isfinite(loss) for loss in losses.values()):
        raise ModelError(
            f"The training loss is not a number any more in epoch {epoch}.",
            "Lower the learning rate, or raise the pull towards zero, and train again.",
            "loss-exploded",
        )
    validation = context.validate(model) if context.validate else None
    previous = history[best_epoch - 1].validation if history else None
    is_best = validation is None or validation.beats(previous)
    best_epoch = epoch if is_best else best_epoch
    return EpochEnded(epoch, epochs, losses, validation, best_epoch, samples, seconds), is_best


def heartbeat(context: FitContext, epoch: int = 1, epochs: int = 1) -> Pulse:
    """What to call with the share that is done: it asks whether to stop, and reports a few times a second.

    Once somebody asked to stop, its calls raise :class:`Cancelled`; in a pilot, after a while, :class:`CutShort`.
    """
    cut_after = context.cut_after
    between_reports = PROGRESS_SECONDS if cut_after is None else 0.0
    last, first = time.monotonic(), None

    def pulse(fraction: float) -> None:
        nonlocal last, first
        if context.cancel():
            raise Cancelled
        now = time.monotonic()
        first = now if first is None else first
        if now - last >= between_reports:
            last = now
            context.on_event(Progress(epoch - 1 + fraction, epochs))
        if cut_after is not None and 0 < fraction < 1 and now - first >= cut_after:
            raise CutShort

    return pulse


def _patience_sentence(best: EpochEnded, patience: int) -> str:
    assert best.validation is not None  # without validation every epoch is the best one
    return (
        f"Stopped early: {best.validation.metric} on the validation events was best in epoch {best.epoch} "
        f"({best.validation.value:.4f}) and did not improve in the next {patience} epochs."
    )


def _copy(state: State) -> State:
    return {name: tensor.detach().clone(memory_format=torch.contiguous_format) for name, tensor in state.items()}


def _checkpoint(task: TrainingTask, best: State, best_epoch: int, history: list[EpochEnded]) -> Checkpoint:
    tensors = {f"now.{name}": tensor for name, tensor in _copy(task.state()).items()}
    tensors |= {f"best.{name}": tensor for name, tensor in best.items()}
    return Checkpoint(tensors, {"best_epoch": best_epoch, "history": [asdict(event) for event in history]})


def _go_on(task: TrainingTask, context: FitContext) -> Weights:
    """What a training that goes on from another one begins with; nothing for any other."""
    if context.warm is None:
        return {}
    assert isinstance(task, Continuing)  # only models with the ability WARM_START get this far
    begun = context.warm.transplant(task.learned())
    _hold(task, context.warm, 1)
    if isinstance(task, Replaying):
        task.replay(context.warm)
    if context.start_from is None:  # else the checkpoint knows how far it has come
        task.begin(begun)
    return begun


def _hold(task: TrainingTask, warm: WarmStart, epoch: int) -> None:
    assert isinstance(task, Continuing)
    task.hold(warm.paces(task.learned(), epoch))


def _draw_back(task: TrainingTask, warm: WarmStart, begun: Weights) -> None:
    """Move what is known a part of the way back to where it began."""
    assert isinstance(task, Continuing)
    learned = task.learned()
    shares = warm.way_back(learned)
    with torch.no_grad():
        for name, one in learned.items():
            for tensor in (one.tensor, *one.twins):
                share = shares[name].view(-1, *[1] * (tensor.ndim - 1))
                tensor.copy_(torch.lerp(tensor, begun[name], share))
    task.restore(_copy(task.state()))  # so that whatever the model worked out from the weights is worked out anew


def _resume(task: TrainingTask, context: FitContext) -> tuple[list[EpochEnded], int, State]:
    checkpoint = context.start_from
    if checkpoint is None:
        return [], 0, {}
    parts: dict[str, State] = {"now": {}, "best": {}}
    for name, tensor in checkpoint.tensors.items():
        part, _, rest = name.partition(".")
        parts[part][rest] = tensor
    task.restore(parts["now"])
    history = [event_from_json(event) for event in checkpoint.progress["history"]]
    return history, int(checkpoint.progress["best_epoch"]), parts["best"]


def event_from_json(event: dict) -> EpochEnded:  # type: ignore[type-arg]
    """An :class:`EpochEnded` from its ``asdict``."""
    validation = event["validation"]
    return EpochEnded(**{**event, "validation": Validation(**validation) if validation else None})
