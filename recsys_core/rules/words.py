"""What rules cost and bought, as a sentence that claims no more than the intervals allow."""

from recsys_core.metrics import about, metric_label
from recsys_core.rules.judging import Change, Outcome

LEAST = 0.0005  # what is less is written as 0.000
WORTH_TELLING = 0.005  # of what was bought, as a share of what there was


def sentence(outcome: Outcome, metric: str) -> str:
    """For example: Leaving out Horror costs 0.004 NDCG@10 [0.002, 0.006]; diversity +12 %.

    Args:
        outcome: of any rules.
        metric: a ranking metric of the outcome.
    """
    if not outcome.rules:
        return "Without a rule the lists stay as the model made them."
    does = _all(outcome)
    ending = "s" if len(outcome.rules) == 1 else ""
    if not outcome.changed:
        return f"{does} change{ending} nobody's list."
    bought = ", ".join(_bought(outcome))
    return f"{does} {_cost(outcome.changes[metric], metric, ending)}{f'; {bought}' if bought else ''}."


def _all(outcome: Outcome) -> str:
    first, *others = [rule.words for rule in outcome.rules]
    return " and ".join([first, *(words[0].lower() + words[1:] for words in others)])


def _cost(change: Change, metric: str, ending: str) -> str:
    value, low, high = change.difference.value, change.difference.low, change.difference.high
    name = metric_label(metric)
    if low is None or high is None:
        return f"change{ending} {name} by {_signed(value)}, of too few people for an interval"
    if max(abs(low), abs(high)) < LEAST:
        return f"leave{ending} {name} as it was, to the third decimal"
    if not change.difference.is_certain:
        return f"change{ending} {name} by {_signed(value)} [{_signed(low)}, {_signed(high)}], which may be chance"
    verb = "gain" if (value > 0) == about(metric).higher_is_better else "cost"
    low, high = sorted((abs(low), abs(high)))
    return f"{verb}{ending} {abs(value):.3f} {name} [{low:.3f}, {high:.3f}]"


def _bought(outcome: Outcome) -> list[str]:
    """What else changed for certain; coverage has no interval."""
    told = []
    for name in ("diversity", "coverage"):
        change = outcome.changes.get(name)
        if change is not None and change.before and (change.difference.is_certain or name == "coverage"):
            share = change.after / change.before - 1
            told += [f"{name} {_signed(100 * share, 0)} %"] if abs(share) >= WORTH_TELLING else []
    new = outcome.changes.get("new")
    if new is not None and new.difference.is_certain:
        told.append(f"new items {100 * new.before:.1f} → {100 * new.after:.1f} % of the places")
    return told


def _signed(number: float, digits: int = 3) -> str:
    return f"{number:+.{digits}f}".replace("-", "−")
