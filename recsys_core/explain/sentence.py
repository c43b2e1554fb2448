"""An explanation in a sentence for people who never heard of SHAP."""

from recsys_core.explain.explanation import Explanation

NAMED = 3  # reasons at most
WEAK = 0.2  # of the strongest; what is weaker is not named


def sentence(found: Explanation, before: int | None = None, after: int | None = None) -> str:
    """Why, and what the strongest reason carries.

    Args:
        before: the item's rank, 1 for the first; None where nobody asked.
        after: its rank without the strongest reason.
    """
    reasons = [part for part in found.parts if part.value > 0]
    if not reasons:
        return "Nothing in the history speaks for this item: the model recommends it to nearly everybody."
    strong = [part.title for part in reasons[:NAMED] if part.value >= WEAK * reasons[0].value]
    why = f"Recommended mostly because of {in_a_row(strong)}"
    if before is None or after is None:
        return f"{why}."
    if after == before:
        return f"{why}; without {strong[0]} it would still be {ordinal(before)}."
    way = "fall" if after > before else "rise"
    return f"{why}; without {strong[0]} it would {way} from {ordinal(before)} to {ordinal(after)}."


def in_a_row(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
