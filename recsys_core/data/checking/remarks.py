"""What a person should know about people and items that were read, and the filters that can be set on them."""

import numpy as np

from recsys_core.data.checking.filtering import enough
from recsys_core.data.checking.sieve import Sieve
from recsys_core.data.findings import Fix, counted, quote
from recsys_core.data.recipe import Recipe
from recsys_core.types import Bool, Feedback, Float32, Int32, Int64, Strings

FEWEST_TO_BE_CONSTANT = 5  # ratings
LARGE_SHARE = 0.3  # of all events, with one person


def leave_out_constant(
    sieve: Sieve, users: Int32, values: Float32, names: Strings, feedback: Feedback, recipe: Recipe
) -> Bool:
    """Bool[n], the events that stay: people who rate everything the same say nothing about what they prefer."""
    stay = np.ones(len(users), dtype=bool)
    if feedback is Feedback.IMPLICIT or not len(values) or (values == values[0]).all():
        return stay
    counts = np.bincount(users)
    low, high = np.full(len(counts), np.inf), np.full(len(counts), -np.inf)
    np.minimum.at(low, users, values)
    np.maximum.at(high, users, values)
    constant = (counts >= FEWEST_TO_BE_CONSTANT) & (low == high)
    people, events = int(constant.sum()), int(counts[constant].sum())
    if not people:
        return stay
    examples = [quote(str(names[user])) for user in np.flatnonzero(constant)[:5]]
    what = f"{counted(people, 'person')} gave the same rating each time ({counted(events, 'rating')})"
    if recipe.constant_people:
        fix = Fix("Leave them out", {"constant_people": False})
        sieve.say("note", "constant-people", f"{what}, such as {examples[0]}.", events, fix, examples=examples)
        return stay
    sieve.say("note", "constant-people", f"{what}. They were left out.", events, examples=examples)
    return ~constant[users]


def leave_out_below(sieve: Sieve, values: Float32, threshold: float | None, column: str | None) -> Bool:
    """Bool[n], the events that stay: those whose rating reaches the threshold."""
    if threshold is None:
        return np.ones(len(values), dtype=bool)
    stay = values >= np.float32(threshold)
    lost = int((~stay).sum())
    if lost:
        where = quote(column or "")
        message = f"{counted(lost, 'row')} rated below {threshold:g} in {where}, left out as the threshold asks."
        sieve.say("note", "below-threshold", message, lost)
    return stay


def leave_out_rare(sieve: Sieve, users: Int32, items: Int32, recipe: Recipe) -> Bool:
    """Bool[n], the events of people and items with the minimum of events that was asked for."""
    person, item = recipe.fewest_per_person, recipe.fewest_per_item
    if person <= 1 and item <= 1:
        _remark_single(sieve, users, items)
        return np.ones(len(users), dtype=bool)
    kept = enough(users, items, person, item, recipe.core)
    lost = int((~kept).sum())
    if lost:
        parts = [
            f"{counted(_lost(codes, kept), noun)} with fewer than {counted(least, 'event')}"
            for codes, noun, least in ((users, "person", person), (items, "item", item))
            if least > 1
        ]
        again = ", repeated until both held" if recipe.core else ""
        message = f"{' and '.join(parts)} left out, with {counted(lost, 'row')}{again}."
        sieve.say("note", "rare", message, lost)
    return kept


def _lost(codes: Int32, kept: Bool) -> int:
    return len(np.unique(codes)) - len(np.unique(codes[kept]))


def _remark_single(sieve: Sieve, users: Int32, items: Int32) -> None:
    for codes, noun, field in ((users, "person", "fewest_per_person"), (items, "item", "fewest_per_item")):
        counts = np.bincount(codes)
        single, known = int((counts == 1).sum()), int((counts > 0).sum())
        if single >= 0.05 * known:
            message = f"{counted(single, noun)} of {known:,} {'has' if single == 1 else 'have'} a single event."
            sieve.say("note", f"single-event-{noun}", message, single, Fix("Leave them out", {field: 2}))


def remark_concentration(sieve: Sieve, users: Int64 | Int32, names: Strings) -> None:
    """One person with a large part of all events is a shop's test account more often than a customer."""
    counts = np.bincount(users)
    top = int(counts.argmax())
    share = counts[top] / len(users)
    if share > LARGE_SHARE and len(counts) > 3:
        message = f"One person, {quote(str(names[top]))}, has {share:.0%} of all events."
        sieve.say("warning", "one-person-dominates", message, int(counts[top]))
