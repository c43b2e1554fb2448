"""What a model may bring, as far as it is known: measured, else estimated, else simulated, and called so."""

from contextlib import suppress
from dataclasses import dataclass

from pages.shared import cache, judged, simulated
from pages.shared.compared import colour_of
from recsys_core.errors import StudioError
from recsys_core.figures.comparison import Bar
from recsys_core.runs.comparison import missing_baselines
from recsys_core.runs.presenting import K
from recsys_core.runs.store import RunCard
from recsys_core.statistics.estimates import Estimate
from recsys_core.statistics.paired import paired_difference

HITS, FOUND = f"precision@{K}", f"hit_rate@{K}"
PLAIN = "popularity"


@dataclass(frozen=True)
class Brings:
    """What is known.

    Attributes:
        finding: in a sentence. words: what it rests on.
        how: how it is known what this does to clicks and to people who come back. told: what is known of that.
        terms: what the words there mean.
        bars: the same as figures with intervals. axis: its name. digits: decimals that the intervals support.
    """

    finding: str
    words: str
    how: str
    told: list[str]
    terms: str
    bars: list[Bar]
    axis: str
    digits: int


def what_it_may_bring(run: RunCard) -> Brings:
    """How many of ten shown items are among what people really chose next, beside the most popular ones."""
    plain = next((one.run for one in missing_baselines(cache.workspace(), [run], HITS) if one.model == PLAIN), None)
    shown = [run] if plain is None else [run, plain]
    bars = [_bar(one) for one in shown]
    digits = 1 if any(bar.low is None or bar.high is None or bar.high - bar.low >= 0.5 for bar in bars) else 2
    people, found = f"{run.about['users']:,} people", run.about["metrics"][FOUND]["value"]
    finding = f"Of {K} items shown, {bars[0].value:.{digits}f} are among what people really chose next"
    words = (
        f"Measured on {people}, with events that the model never saw. {100 * found:.0f} % find at least one of theirs"
    )
    how, told, terms = _clicks_and_returns(shown)
    if plain is None:
        return Brings(f"{finding}.", f"{words}.", how, told, terms, bars, _AXIS, digits)
    mine, theirs = (cache.workspace().per_user(one.id)[HITS] for one in shown)
    words += f", with the most popular items {100 * plain.about['metrics'][FOUND]['value']:.0f} %"
    return Brings(
        f"{finding}; of the {K} most popular ones, {bars[1].value:.{digits}f}.",
        f"{words}. {_difference(paired_difference(mine, theirs))}",
        how,
        told,
        terms,
        bars,
        _AXIS,
        digits,
    )


_AXIS = f"of {K} shown, chosen next; 95 % intervals"


def _clicks_and_returns(shown: list[RunCard]) -> tuple[str, list[str], str]:
    """How it is known, in sentences what, and what its words mean.

    From a log that can judge the first of these runs, else simulated.
    """
    from recsys_core.engagement.policy.places import SPREAD
    from recsys_core.engagement.policy.words import sentence
    from recsys_core.simulating.assumptions import Assumptions
    from recsys_core.simulating.figures import CTR, DAU
    from recsys_core.simulating.outcome import headline

    run = shown[0]
    if (card := judged.log_of(run)) is not None:
        with suppress(StudioError):
            found = judged.judged_run(run.id, card, SPREAD)
            if not found.value.refusal:
                return (
                    f"Clicks, estimated from the log {card.name}",
                    [sentence(run.title, found.value, found.shown)],
                    _RATE,
                )
    try:
        outcome = simulated.outcome([one.id for one in shown], Assumptions())
    except StudioError as error:
        return "Clicks, and people who come back", [str(error)], ""
    titles = {one.id: one.title for one in shown}
    told = [headline(outcome.results[figure.key], titles) for figure in (CTR, DAU)]
    return "Simulated, not measured", told, _ASSUMED


_RATE = "CTR: clicks / impressions. Engagement shows what this rests on."
_ASSUMED = "CTR: clicks per item shown. DAU: share of the people who come on a day. Engagement shows all assumptions."


def _bar(run: RunCard) -> Bar:
    figure = run.about["metrics"][HITS]
    low, high = (None if figure[end] is None else K * figure[end] for end in ("low", "high"))
    return Bar(run.title, K * figure["value"], low, high, colour_of(run.model))


def _difference(found: Estimate) -> str:
    """By how much it is more, as a sentence."""
    value = K * found.value
    if found.low is None or found.high is None:
        return "They are too few people to tell chance from skill."
    low, high = K * found.low, K * found.high
    interval = f"95 % interval {low:+.2f} to {high:+.2f}".replace("-", "−")
    if low > 0:
        return f"That is {value:.2f} more ({interval})."
    return f"That is {-value:.2f} fewer ({interval})." if high < 0 else f"The difference is within chance ({interval})."
