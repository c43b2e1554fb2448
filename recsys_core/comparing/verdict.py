"""What a comparison comes to, in sentences that hold in a review."""

from collections.abc import Sequence

from recsys_core.blending.verdict import in_a_row
from recsys_core.comparing.baselines import RANKING, RATING, plainer_than
from recsys_core.comparing.comparison import LEVEL, Comparison, Judged, Pair
from recsys_core.metrics import about, metric_label
from recsys_core.models import find_model

DECIMALS = (3, 4, 5)
MOST_NAMED = 5  # models in a row; of more, the best are named and the others counted


def verdict(found: Comparison) -> str:
    """Who is better than whom and by how much, or that it is a tie."""
    return " ".join(sentences(found))


def sentences(found: Comparison) -> list[str]:
    """The verdict, the finding first."""
    label, (first, *others) = metric_label(found.metric), found.judged
    title = first.contender.title
    if not others:
        return [f"{title} has {label} {_with_interval(first)}.", "There is nothing to compare it with yet."]
    if not found.pairs:
        extreme = "highest" if about(found.metric).higher_is_better else "lowest"
        best = [one.contender.title for one in found.judged if one.estimate.value == first.estimate.value]
        has = "has" if len(best) == 1 else "share"
        return [f"{named(best)} {has} the {extreme} {label}, {first.estimate.value:.3f}.", _why_no_test(found)]
    beaten = [place for place in range(1, len(found.judged)) if found.beats(0, place)]
    tied = [place for place in range(1, len(found.judged)) if place not in beaten]
    pair = found.pair(0, tied[0] if tied else 1)
    assert pair is not None
    rival = found.judged[pair.second].contender.title
    if not tied:
        rest = [f"It beats the other {_number(len(others) - 1)} too."] if len(others) > 1 else []
        return [f"{title} beats {rival} by {_figures(found, pair)}{_with_one_seed(found, pair)}.", *rest]
    if pair.gain.value == 0:
        words = [f"A tie: {title} and {rival} have the same {label}, {first.estimate.value:.3f}."]
    else:
        words = [f"A tie: {title} is ahead of {rival} by {_figures(found, pair)}, {_why_a_tie(pair)}."]
    if len(tied) > 1:
        words.append(f"{_titles(found, tied[1:])} cannot be told from {title} either.")
    if beaten:
        words.append(f"{title} beats {_titles(found, beaten)}.")
    return words


def _titles(found: Comparison, places: Sequence[int]) -> str:
    return named([found.judged[place].contender.title for place in places])


def named(titles: Sequence[str]) -> str:
    """Models in a row: "A, B, C, D and 7 others"."""
    if len(titles) <= MOST_NAMED:
        return in_a_row(titles)
    return in_a_row([*titles[: MOST_NAMED - 1], f"{len(titles) - MOST_NAMED + 1} others"])


def _figures(found: Comparison, pair: Pair) -> str:
    """A gain with its interval and p-value: "0.012 NDCG@10 [0.006, 0.018], p = 0.003 after Holm over 6 pairs"."""
    gain = pair.gain
    assert gain.low is not None
    assert gain.high is not None
    telling = [gain.value, gain.low] if gain.low > 0 else [gain.value]
    decimals = next((one for one in DECIMALS if all(round(figure, one) for figure in telling)), DECIMALS[-1])
    value, low, high = (f"{figure:.{decimals}f}".replace("-", "−") for figure in (gain.value, gain.low, gain.high))
    holm = f" after Holm over {len(found.pairs)} pairs" if len(found.pairs) > 1 else ""
    return f"{value} {metric_label(found.metric)} [{low}, {high}], {p_in_words(pair.p_holm)}{holm}"


def _with_one_seed(found: Comparison, pair: Pair) -> str:
    """Whose luck in training is part of a lead, as the end of a sentence."""
    both = [found.judged[place] for place in (pair.first, pair.second)]
    alone = [one.contender.title for one in both if one.contender.by_chance and len(one.by_seed) == 1]
    each = " each" if len(alone) > 1 else ""
    return f", with one training seed{each} of {in_a_row(alone)}" if alone else ""


def p_in_words(p: float) -> str:
    """A p-value as papers print it."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _why_a_tie(pair: Pair) -> str:
    if pair.holds_over_people:
        return f"but other people and training seeds may turn that round (by up to {pair.margin:.3f} either way)"
    if pair.p_holm < LEVEL or (pair.gain.low is not None and pair.gain.low > 0):
        return "which is too close to chance to call"
    return "which may well be chance"


def _why_no_test(found: Comparison) -> str:
    if not found.people:
        return "It belongs to all lists together and not to single people, so there is no test of the difference."
    return f"With so few people ({found.people}) chance and skill cannot be told apart."


def _with_interval(one: Judged) -> str:
    low, high = one.estimate.low, one.estimate.high
    interval = "" if low is None or high is None else f" [{low:.3f}, {high:.3f}]"
    return f"{one.estimate.value:.3f}{interval}"


def power(found: Comparison) -> str:
    """What so many people can show at all; "" where that cannot be told. Read it before the verdict."""
    if found.planning is None:
        return ""
    label, people = metric_label(found.metric), f"{found.people:,} people"
    if not found.pairs:
        return (
            f"{people} can show a difference of {found.planning:.3f} {label} or more between two models, four times in "
            "five at a level of 5 %, if the models agree on people by half."
        )
    closest = next((pair for pair in found.pairs if pair.detectable), None)
    if closest is None:  # nobody is served differently by any of them
        return ""
    titles = [found.judged[place].contender.title for place in (closest.first, closest.second)]
    hardest = max(pair.detectable for pair in found.pairs)
    between, level = f"between {in_a_row(titles)}", "at a level of 5 %"
    if len(found.pairs) > 1:
        between += f", and of {hardest:.3f} between any two of these models"
        level += " before Holm's correction"
    least = f"{closest.detectable:.3f} {label}"
    return f"{people} can show a difference of {least} or more {between}: four times in five, {level}."


def seeds(found: Comparison) -> str:
    """How far training seeds move the figures, apart from the people; "" where no model learns by chance."""
    moved = [one for one in found.judged if one.contender.by_chance]
    alone = [one.contender.title for one in moved if len(one.by_seed) == 1]
    varied = [one for one in moved if len(one.by_seed) > 1]
    words = []
    if varied:
        spreads = [f"{one.contender.title} by {one.seed_spread:.4f} ({len(one.by_seed)} seeds)" for one in varied]
        words.append(
            f"Training seeds alone move {named(spreads)}, as a standard deviation. The intervals are over people."
        )
    if alone:
        who = f"{named(alone)} {_was(alone)} trained with one seed"
        words.append(f"{who}: how far another seed would move that is not known, so a narrow lead may not come again.")
    return " ".join(words)


def baselines(found: Comparison) -> list[str]:
    """Which models do not certainly beat the plain ones beside them."""
    groups: dict[str, list[str]] = {}
    for place, one in enumerate(found.judged):
        if one.contender.model in (*RANKING, *RATING) or not found.pairs:
            continue
        plainer = plainer_than(one.contender.model, found.metric)
        rivals = [other for other, rival in enumerate(found.judged) if rival.contender.model in plainer]
        better = [found.judged[other].contender.title for other in rivals if found.beats(other, place)]
        unbeaten = [found.judged[other].contender.title for other in rivals if not found.beats(place, other)]
        if better:
            words = f"worse than the simpler {named(better)}"
        elif unbeaten:
            words = f"not shown to be better than the simpler {named(unbeaten)}"
        else:
            continue
        groups.setdefault(words, []).append(one.contender.title)
    return [f"{named(models)} {_is(models)} {words}." for words, models in groups.items()]


def missing_baselines(missing: Sequence[str]) -> str:
    """Why plain models belong into a comparison that lacks them; "" where none is missing."""
    if not missing:
        return ""
    titles = [find_model(key).info.title for key in missing]
    return (
        f"{in_a_row(titles)} {_is(titles)} not in this comparison. Without the plain models "
        "nobody can say whether a larger one is worth its training."
    )


def repeated(runs: Sequence[str]) -> str:
    """Why some runs do not stand beside the others; "" where there are none."""
    if not runs:
        return ""
    return f"{in_a_row(runs)} {_was(runs)} trained once more with the same settings and seed; the newest stands for it."


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _was(names: Sequence[str]) -> str:
    return "was" if len(names) == 1 else "were"


def _number(count: int) -> str:
    words = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if count < len(words) else str(count)
