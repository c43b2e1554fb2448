"""A column of kinds of events, such as view and purchase -> what each row counts."""

import numpy as np
import pandas as pd

from recsys_core.data import column_names
from recsys_core.data.checking.sieve import Sieve
from recsys_core.data.findings import counted, quote
from recsys_core.data.recipe import Recipe
from recsys_core.types import Float32

VIEW = 1.0
_KINDS = (  # the first that has a word of the kind decides
    (
        0.0,
        """remove removed delete deleted unlike dislike disliked unfollow unsubscribe cancel cancelled refund refunded
        skip hide hidden block downvote impression shown unpaid abandoned abandon""",
    ),
    (5.0, "purchase purchased buy bought transaction order ordered checkout sale paid pay"),
    (3.0, "cart basket addtocart"),
    (2.0, "like liked fav favorite favourite wishlist bookmark save saved share follow upvote"),
)
_WEIGHTS = tuple((weight, frozenset(words.split())) for weight, words in _KINDS)


def weigh_events(sieve: Sieve, column: str, numbers: Float32, recipe: Recipe) -> tuple[Float32, dict[str, float]]:
    """Each row's number times the weight of its kind of event, and the weights; kinds of no weight are left out."""
    read = sieve.table.column(column)
    codes, names = pd.factorize(read.texts.str.strip())
    told = recipe.weights or {}
    weights = {str(name): float(told.get(str(name), _guess(str(name)))) for name in names}
    factors = read.spread(np.array(list(weights.values()), dtype=np.float32)[codes])
    counts = np.bincount(read.spread(codes), minlength=len(names))
    shown = [f"{quote(str(names[kind]))} {weights[str(names[kind])]:g}" for kind in counts.argsort()[::-1][:8]]
    sieve.say("note", "event-weights", f"Kinds of events in {quote(column)} and what each counts: {', '.join(shown)}.")
    sieve.leave_out(
        factors == 0,
        "is of a kind of event that counts nothing",
        "event-counts-nothing",
        lambda n: f"{counted(n, 'row')} of kinds of events in {quote(column)} that count nothing. They were left out.",
    )
    return numbers * factors, weights


def _guess(kind: str) -> float:
    words = {*column_names.tokens(kind), "".join(column_names.tokens(kind))}
    return next((weight for weight, hints in _WEIGHTS if words & hints), VIEW)
