"""What tuning came to, measured on the test events, and its price, as a sentence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from recsys_core.blending import Gain, in_a_row
from recsys_core.data.findings import counted, duration
from recsys_core.metrics import about, metric_label
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.tuning.trial import Ended, Trial


@dataclass(frozen=True)
class Budget:
    """What a model was granted: trials, those of them that were pruned or failed, and the seconds of all."""

    trials: int
    pruned: int
    failed: int
    seconds: float

    @classmethod
    def of(cls, trials: Iterable[Trial]) -> "Budget":
        trials = list(trials)
        count = [trial.ended for trial in trials].count
        return cls(len(trials), count(Ended.PRUNED), count(Ended.FAILED), sum(trial.seconds for trial in trials))


@dataclass(frozen=True)
class Tuned:
    """A model with its best settings.

    Attributes:
        title: of the model.
        test: its figure on the test events.
        gain: there, over the settings as they come; None where those are the best, or cannot be compared.
        budget: what the search took.
    """

    title: str
    test: Estimate
    gain: Gain | None
    budget: Budget


def gain_over(mine: PerUser, other: PerUser, metric: str) -> Gain | None:
    """By how much one model is better than another for the people whom both are judged by; None for fewer than ten."""
    return Gain.over(mine, other, 1 if about(metric).higher_is_better else -1)


def verdict(tuned: Sequence[Tuned], lead: Gain | None, metric: str, left_out: Mapping[str, str]) -> str:
    """Who is best on the test events, what tuning gained, and what it took.

    Args:
        tuned: best first.
        lead: of the first over the second; None where there is no second, or too few people.
        metric: of all figures.
        left_out: title of a model none of whose trials is done → why.
    """
    first, *others = tuned
    label, more = metric_label(metric), "more" if about(metric).higher_is_better else "less"
    found = f"{label} {_estimate(first.test)} on the test events"
    if not others:
        sentences = [f"{first.title} has {found}."]
    elif lead is None:
        sentences = [f"{first.title} comes out first with {found}, {others[0].title} second."]
    elif lead.is_certain:
        sentences = [f"{first.title} wins with {found}, {lead} {more} than {others[0].title}."]
    else:
        sentences = [
            f"{first.title} is ahead with {found}, but not certainly: that is {lead} {more} than {others[0].title}."
        ]
    sentences.append(f"Over the settings as they come, tuning brought {in_a_row([_brought(one) for one in tuned])}.")
    sentences.append(_price(tuned))
    sentences += [f"{title} has no result: {reason}" for title, reason in left_out.items()]
    return " ".join(sentences)


def _estimate(estimate: Estimate) -> str:
    interval = "" if estimate.low is None else f" [{estimate.low:.4f}, {estimate.high:.4f}]"
    return f"{estimate.value:.4f}{interval}"


def _brought(one: Tuned) -> str:
    if one.gain is None:
        return f"{one.title} nothing"
    words = "" if one.gain.is_certain else "a certain loss, " if one.gain.high < 0 else "nothing certain, "
    return f"{one.title} {words}{one.gain}"


def _price(tuned: Sequence[Tuned]) -> str:
    counts = {one.budget.trials for one in tuned}
    if len(counts) == 1:
        each = " each" if len(tuned) > 1 else ""
        times = in_a_row([f"{one.title} {duration(one.budget.seconds)}" for one in tuned])
        return f"The budget: {counted(counts.pop(), 'trial')}{each}, which took {times}."
    prices = [f"{one.title} {counted(one.budget.trials, 'trial')} in {duration(one.budget.seconds)}" for one in tuned]
    return f"The budget: {in_a_row(prices)}."
