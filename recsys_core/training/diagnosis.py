"""What the curves of a training say, in plain words, and the one setting to try next.

A rule looks at the curves and answers with a finding, or with None. ``RULES`` holds two questions: how the learning
went, and whether it was stopped well. The first rule that has a finding answers its question, and the two are about
different settings, so findings never contradict each other. A new rule is one function and one line.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from recsys_core.data.findings import counted
from recsys_core.training.context import EpochEnded
from recsys_core.types import Float64

FEW = 3  # with fewer epochs, a curve has no shape
ENOUGH_PATIENCE = 5


@dataclass(frozen=True)
class Finding:
    """Something that the curves say.

    Attributes:
        key: a short stable name for scripts.
        sentence: for people.
        changes: settings to try instead, which the model allows; empty where there is nothing to change.
    """

    key: str
    sentence: str
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def advice(self) -> str:
        """The changes as the label of a button, "" where there are none."""
        words = [f"{name.replace('_', ' ')} {value:g}" for name, value in self.changes.items()]
        return f"Try {', '.join(words)}" if words else ""


@dataclass(frozen=True)
class Curves:
    """The curves of a training.

    Attributes:
        loss: Float64[n], what is minimised, by epoch.
        score: Float64[n], the validation figure with the sign that makes higher better; None without validation.
        metric: what that figure is called. higher_is_better: of the figure as it is read.
        epochs: at most.
        ended: no further epoch will come.
        settings: of the model.
    """

    loss: Float64
    score: Float64 | None
    metric: str
    higher_is_better: bool
    epochs: int
    ended: bool
    settings: BaseModel

    @classmethod
    def of(cls, history: Sequence[EpochEnded], settings: BaseModel, ended: bool = True) -> "Curves":
        first = history[0]
        name = next(iter(first.losses))
        found = [event.validation for event in history]
        values = [one.value for one in found if one is not None]
        known = found[0] if len(values) == len(history) else None
        sign = 1.0 if known is None or known.higher_is_better else -1.0
        return cls(
            np.array([event.losses[name] for event in history]),
            None if known is None else sign * np.array(values),
            "" if known is None else known.metric,
            sign > 0,
            first.epochs,
            ended,
            settings,
        )

    def __len__(self) -> int:
        return len(self.loss)

    @property
    def all_done(self) -> bool:
        """Whether it ended because no epochs were left."""
        return self.ended and len(self) >= self.epochs

    @cached_property
    def best(self) -> int:
        """Position of the best epoch, the last one without validation."""
        return len(self) - 1 if self.score is None else int(np.argmax(self.score))

    @cached_property
    def jitter(self) -> float:
        """How far the validation figure jumps from epoch to epoch, apart from its trend (a standard deviation)."""
        return 0.0 if self.score is None else jitter(self.score)

    def figure(self, epoch: int) -> str:
        """The validation figure of an epoch, as it is read."""
        assert self.score is not None
        return f"{self.metric} {abs(self.score[epoch]):.4f}"

    @cached_property
    def falls_off(self) -> bool:
        """Whether validation became worse after its best epoch, by more than its jumps."""
        if self.score is None or len(self) - 1 - self.best < 2:
            return False
        gained = self.score[self.best] - self.score[: self.best + 1].min()
        last = self.score[-3:] if len(self) > 4 else self.score[-2:]
        lost = smooth(self.score).max() - last.mean()  # means, for the best epoch itself may be a lucky one
        return bool(lost > max(1.5 * self.jitter, 0.05 * gained, 0.005 * abs(self.score[self.best])))

    @cached_property
    def improves_late(self) -> bool:
        """Whether the last third of the epochs still brought something, up to the last of them."""
        start = max(1, len(self) - max(1, len(self) // 3))
        if self.score is None:
            before = self.loss[start - 1]
            return bool(before - self.loss[-1] > 0.02 * abs(before))
        gained = self.score[self.best] - self.score[:start].max()
        is_late = self.best >= len(self) - 1 - len(self) // 10
        is_more_than_chance = gained > self.jitter or bool((np.diff(self.score[-4:]) > 0).all())
        step = max(gained, np.diff(self.score[-3:]).mean()) if len(self) > 1 else gained
        return bool(is_late and is_more_than_chance and step > 0.05 * (self.score.max() - self.score.min()))

    def setting(self, name: str) -> Any:
        """The value of a setting, None where the model has none of that name."""
        return getattr(self.settings, name, None)

    def change(self, name: str, value: float) -> dict[str, Any]:
        """The change, if the model has this setting, allows the value, and it is another one; else nothing."""
        now = self.setting(name)
        if now is None or isinstance(now, bool) or not isinstance(now, int | float):
            return {}
        wanted = round(value) if isinstance(now, int) else value
        try:
            type(self.settings).model_validate(self.settings.model_dump() | {name: wanted})
        except ValidationError:
            return {}
        return {} if wanted == now else {name: wanted}


def smooth(values: Float64) -> Float64:
    """Means of each value and its neighbours, as many as there are."""
    ends = np.convolve(np.ones(len(values)), np.ones(3), "same")
    return np.convolve(values, np.ones(3), "same") / ends


def jitter(values: Float64) -> float:
    """The standard deviation of independent jumps around a smooth curve, told from its second differences.

    Robust: a few bends, such as a steep start, hardly count. 0 for fewer than four values.
    """
    if len(values) < 4:
        return 0.0
    # A second difference of independent noise has six times its variance; 0.6745 is the normal's upper quartile.
    return float(np.median(np.abs(np.diff(values, 2))) / (0.6745 * np.sqrt(6)))


def diagnose(history: Sequence[EpochEnded], settings: BaseModel, ended: bool = True) -> list[Finding]:
    """What to know about a training; the first finding says how the learning went.

    Args:
        history: its epochs, oldest first; may be empty.
        settings: the config of the model; suggestions stay within what it allows.
        ended: false while further epochs may come: then only what cannot wait is said.
    """
    if not history:
        return []
    curves = Curves.of(history, settings, ended)
    found = []
    for question in RULES:
        answers = (rule(curves) for rule in question)
        found += [next((answer for answer in answers if answer is not None), None)]
    return [finding for finding in found if finding is not None]


# How did the learning go?


def rate_too_high(curves: Curves) -> Finding | None:
    """The loss explodes, rises again, or jumps."""
    loss, rate = curves.loss, curves.setting("learning_rate")
    if rate is None or len(loss) < 2:
        return None
    if not np.isfinite(loss).all():
        what = "is not a number any more"
    elif len(loss) < FEW:
        return None
    else:
        low, level = loss.min(), abs(float(np.median(loss)))
        moves = np.diff(loss)
        rises = loss[-1] - low > max(0.02 * level, 0.25 * (loss.max() - low))
        ups = moves[moves > 0].sum()
        jumps = len(loss) > FEW and jitter(loss) > 0.02 * level and ups > 0.25 * np.abs(moves).sum()
        if not rises and not jumps:
            return None
        what = "rose again" if rises else "jumps up and down"
    return Finding(
        "rate-too-high",
        f"The training loss {what}: the learning rate of {rate:g} is too high.",
        curves.change("learning_rate", _rounded(rate / 3)),
    )


def best_at_once(curves: Curves) -> Finding | None:
    """Nothing after the first epoch was as good as it."""
    if not curves.falls_off or curves.best > 0:
        return None
    rate = curves.setting("learning_rate")
    changes = {} if rate is None else curves.change("learning_rate", _rounded(rate / 3))
    return Finding(
        "best-at-once",
        f"Validation was best after the very first epoch ({curves.figure(0)}) and only got worse: it goes too far.",
        changes or _simpler(curves),
    )


def overfitting(curves: Curves) -> Finding | None:
    """Validation gets worse while the loss goes on falling."""
    loss, best = curves.loss, curves.best
    if not curves.falls_off or not loss[-1] < loss[best] - 0.005 * abs(loss[best]):
        return None
    kept = " That epoch is kept." if curves.ended else ""
    return Finding(
        "overfitting",
        f"Validation stopped improving at epoch {best + 1} ({curves.figure(best)}) while the training loss fell on: "
        f"overfitting, the model learns its events by heart.{kept}",
        _simpler(curves),
    )


def rate_too_low(curves: Curves) -> Finding | None:
    """The loss hardly moves, and no slower at the end than at the start: it has not arrived, it creeps."""
    loss, rate = curves.loss, curves.setting("learning_rate")
    if rate is None or len(loss) < FEW or curves.falls_off:
        return None
    middle = len(loss) // 2
    early, late = (loss[0] - loss[middle]) / middle, (loss[middle] - loss[-1]) / (len(loss) - 1 - middle)
    if abs(loss[0] - loss[-1]) > 0.03 * abs(loss[0]) or late < 0.7 * early:
        return None
    return Finding(
        "rate-too-low",
        f"The training loss hardly moved in {len(loss)} epochs ({loss[0]:.4g} to {loss[-1]:.4g}): the learning rate of "
        f"{rate:g} is too low, or there is nothing to learn.",
        curves.change("learning_rate", _rounded(rate * 5)),
    )


def too_short(curves: Curves) -> Finding | None:
    """Better with every epoch, up to the last one."""
    n = len(curves)
    if not curves.ended or not (n < FEW or curves.improves_late):
        return None
    if not curves.all_done:
        ended = f"It was stopped after {counted(n, 'epoch')}"
        if curves.best < n - 1:
            return Finding("too-short", f"{ended}, which is too few to say more.")
        return Finding("stopped-early", f"{ended}, while it was still getting better: let it go on.")
    still = (
        f"Validation {curves.metric} was still improving" if curves.metric else "The training loss was still falling"
    )
    said = f"{still} at the last epoch" if n >= FEW else f"{counted(n, 'epoch')} {'says' if n == 1 else 'say'} little"
    return Finding("too-short", f"{said}: train longer.", curves.change("epochs", max(10, 2 * curves.epochs)))


def fine(curves: Curves) -> Finding | None:
    """Nothing is wrong with it."""
    if not curves.ended:
        return None
    if curves.score is None:
        return Finding("fine", f"The training loss levelled off at {curves.loss[-1]:.4g}.")
    verb = "rose" if curves.higher_is_better else "fell"
    if curves.best == 0:
        how = "hardly changed"
    elif curves.best == len(curves) - 1:
        how = f"{verb} up to the last epoch, by less and less"
    else:
        how = f"{verb} until epoch {curves.best + 1} and then held"
    return Finding("fine", f"Validation {curves.metric} {how}: it has learned what it can with these settings.")


# Was it stopped well?


def noisy(curves: Curves) -> Finding | None:
    """Validation jumps by as much as it gains, so which epoch is best is partly luck."""
    score = curves.score
    if not curves.ended or score is None or len(score) < 6 or curves.falls_off or rate_too_high(curves):
        return None
    moves = np.diff(score)
    turns = np.mean(moves[1:] * moves[:-1] < 0)
    if turns < 0.6 or curves.jitter <= 0.2 * (score.max() - score.min()):
        return None
    patience = curves.setting("patience")
    return Finding(
        "noisy",
        f"Validation {curves.metric} jumps by about {curves.jitter:.2g} from epoch to epoch, as much as it gains: "
        "the best epoch is partly luck. Hold out more validation people, or wait longer before stopping.",
        {} if patience is None else curves.change("patience", 2 * patience),
    )


def waited_too_long(curves: Curves) -> Finding | None:
    """Most epochs came after the best one."""
    idle, patience = len(curves) - 1 - curves.best, curves.setting("patience")
    if (
        not curves.ended
        or patience is None
        or patience <= ENOUGH_PATIENCE
        or idle < max(2 * ENOUGH_PATIENCE, curves.best)
    ):
        return None
    return Finding(
        "waited-too-long",
        f"The last {idle} of {len(curves)} epochs brought nothing better: a patience of {ENOUGH_PATIENCE} would have "
        f"saved {idle - ENOUGH_PATIENCE} of them.",
        curves.change("patience", ENOUGH_PATIENCE),
    )


Rule = Callable[[Curves], Finding | None]

RULES: tuple[tuple[Rule, ...], ...] = (
    (rate_too_high, best_at_once, overfitting, rate_too_low, too_short, fine),
    (noisy, waited_too_long),
)


def _simpler(curves: Curves) -> dict[str, Any]:
    """The first setting of the model that keeps it from learning events by heart, turned further."""
    dropout = curves.setting("dropout")
    if (
        dropout is not None
        and dropout < 0.6
        and (changes := curves.change("dropout", _rounded(max(0.3, dropout + 0.2))))
    ):
        return changes
    for name in ("regularisation", "weight_decay"):
        now = curves.setting(name)
        if now is not None and (changes := curves.change(name, _rounded(3 * now) if now else 0.01)):
            return changes
    size = curves.setting("embedding_size")
    return curves.change("embedding_size", size // 2) if size and size > 8 else {}


def _rounded(value: float) -> float:
    """To one digit that counts."""
    return float(f"{value:.1g}")
