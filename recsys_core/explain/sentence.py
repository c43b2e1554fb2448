"""An explanation in a sentence for people who never heard of SHAP."""

from recsys_core.explain.content_games import LITTLE
from recsys_core.explain.explainers import OTHERS
from recsys_core.explain.explanation import Explanation, Kind, Part

NAMED = 3  # reasons at most
WEAK = 0.2  # of the strongest; what is weaker is not named
MOSTLY = 0.5  # of all that speaks for it; what carries less is not called its main reason
SHORT = 10  # places of a list that anybody would look at
FAR = 100  # places; what stands farther down is not called recommended
LONGEST = 60  # letters of a title
NOTHING = 1e-9  # of the score; parts below are zero but for rounding

WHAT = {
    Kind.HISTORY: "the history",
    Kind.WORD: "its words",
    Kind.REGION: "its picture",
    Kind.ATTRIBUTE: "its attributes",
}
MANY = {
    Kind.HISTORY: "many things",
    Kind.WORD: "many words",
    Kind.REGION: "many parts of its picture",
    Kind.ATTRIBUTE: "many attributes",
}


def sentence(
    found: Explanation,
    before: int | None = None,
    after: int | None = None,
    rival: str = "",
    anybody: int | None = None,
) -> str:
    """Why, and what the strongest reason carries.

    Args:
        before: the item's rank, 1 for the first; None where nobody asked.
        after: its rank without the strongest reason that has a name.
        rival: the title of the other item where a lead was explained.
        anybody: its rank for somebody of whom nothing is known; None where nobody asked, or the model has no answer.
    """
    what = WHAT[found.parts[0].kind]
    if is_nothing(found):
        if found.parts[0].kind is Kind.HISTORY:
            return "Nothing in the history makes a difference: this model says the same about the item to everybody."
        return f"Nothing in {what} makes a difference to this model."
    reasons = [part for part in found.parts if part.value > 0]
    if not reasons:
        return f"Nothing in {what} speaks for this item: it stands where it does in spite of {_them(what)}."
    named = [part for part in reasons if part.key != OTHERS]
    subject = f"Ahead of {_short(rival)}" if rival else "Recommended"
    if not named:
        return f"{subject} because of many small things together; none stands out."
    best = [part for part in named if part.value >= WEAK * named[0].value][:NAMED]
    strong, names = _name(best[0]), _names(best)
    if not rival and before is not None and before > FAR:
        why = f"Not recommended, it stands {ordinal(before)}; what speaks for it most: {names}"
    elif found.contributions.score < found.contributions.base:
        why = f"{_capital(what)} as a whole {_speaks(what)} against it; what speaks for it most: {names}"
    elif sum(part.value for part in best) >= MOSTLY * sum(part.value for part in reasons):
        why = f"{subject} mostly because of {names}"
    else:
        why = f"{subject} because of {MANY[best[0].kind]} together, most of all {names}"
    if before is None or after is None:
        return f"{why}."
    if after == before:
        why += f"; without {strong} it would still be {ordinal(before)}."
    else:
        way = "fall" if after > before else "rise"
        why += f"; without {strong} it would {way} from {ordinal(before)} to {ordinal(after)}."
    if anybody is not None and not rival and max(before, anybody) <= SHORT:
        why += f" Somebody with no history would be shown it too, {ordinal(anybody)}."
    return why


def is_nothing(found: Explanation) -> bool:
    """Whether no part contributes anything."""
    numbers = found.contributions
    strongest = max((abs(part.value) for part in found.parts), default=0.0)
    return strongest <= NOTHING * max(abs(numbers.score), abs(numbers.base))


def _names(parts: list[Part]) -> str:
    """Each once; where all are places of a picture, the picture is named once."""
    if parts[0].kind is Kind.REGION:
        return f"{in_a_row(list(dict.fromkeys(map(_place, parts))))} of its picture"
    return in_a_row(list(dict.fromkeys(map(_name, parts))))


def _name(part: Part) -> str:
    if part.kind is Kind.WORD and part.key != LITTLE:
        return f"“{_short(part.title)}”"
    return f"{_place(part)} of its picture" if part.kind is Kind.REGION else _short(part.title)


def _short(title: str) -> str:
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…"


def _place(part: Part) -> str:
    return f"the {part.title.partition(',')[0]}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _speaks(what: str) -> str:
    return "speak" if what.endswith("s") else "speaks"


def _them(what: str) -> str:
    return "them" if what.endswith("s") else "it"


def in_a_row(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
