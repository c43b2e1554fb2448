"""A model in words: idea, abilities, cost and parity. All text is escaped."""

from html import escape

from recsys_core.models import Ability, ModelInfo, Recommender
from recsys_core.models.base import Cost
from recsys_core.models.parity import Parity, parity_of

CAN = {
    Ability.RATING: "predicts ratings",
    Ability.HISTORY: "serves new people",
    Ability.VECTORS: "has vectors",
    Ability.CONTENT: "serves new items",
    Ability.TEXT: "reads texts",
    Ability.IMAGE: "looks at pictures",
    Ability.ATTRIBUTES: "knows attributes",
    Ability.WARM_START: "learns on",
}
COSTS = {Cost.SECONDS: "learns in seconds", Cost.A_MINUTE: "learns in a minute", Cost.MINUTES: "learns in minutes"}
HINTS = {
    "learns in": "a million events on two cores, with balanced settings.",
    CAN[Ability.RATING]: "answers with a rating on the scale of the data.",
    CAN[Ability.HISTORY]: "recommends to people it never met, from their history alone.",
    CAN[Ability.VECTORS]: "gives a vector for each item and each person, to look for neighbours in.",
    CAN[Ability.CONTENT]: "scores items that it never met, from what is known about them.",
    CAN[Ability.TEXT]: "learns from titles and texts of items.",
    CAN[Ability.IMAGE]: "learns from pictures of items.",
    CAN[Ability.ATTRIBUTES]: "learns from genres, years and other attributes.",
    CAN[Ability.WARM_START]: "can go on from a finished run on more or newer data.",
    "needs ratings": "cannot learn from events that only say who met what.",
    "needs times": "cannot learn from events whose order is unknown.",
    "reproduces": "prints what a publication, or a peer on the same split, printed; open it for the figures.",
}


def cost(model: type[Recommender]) -> str:
    """What learning takes, after what a million events take."""
    return f"a million events take {model.info.cost} on two cores"


def model_card(model: type[Recommender], refusal: str = "", measured: str = "") -> str:
    """What the gallery shows of a model, as HTML.

    Args:
        model: whose card it is.
        refusal: why it cannot learn from the chosen data, "" where it can.
        measured: what was measured of it on these data, among new items; "" where nothing was.
    """
    info = model.info
    paper = f'<p class="ft-paper">{escape(info.paper)}</p>' if info.paper else ""
    why = f'<p class="ft-refusal">{escape(refusal)}</p>' if refusal else ""
    told = f'<p class="ft-paper">{escape(measured)}</p>' if measured else ""
    return (
        f'<article class="ft-model{" ft-muted" if refusal else ""}">'
        f'<p class="ft-family">{escape(info.family)}</p><h4>{escape(info.title)}</h4>'
        f"<p>{escape(info.idea)}</p>{paper}{chips(info)}{why}{told}{parity(info)}</article>"
    )


def chips(info: ModelInfo) -> str:
    """Cost, abilities and needs in plain words."""
    words = [COSTS[info.cost], *(CAN[ability] for ability in Ability if ability in info.abilities)]
    words += ["needs ratings"] * info.needs_ratings + ["needs times"] * info.needs_times
    shown = "".join(f"<span>{escape(word)}</span>" for word in words)
    return f'<div class="ft-chips">{shown}</div>'


def parity(info: ModelInfo) -> str:
    """The parity badge, which opens to its details."""
    known = parity_of(info.key)
    if not known:
        return '<p class="ft-parity">No known figure compared yet</p>'
    reproduced = sum(one.reproduced for one in known)
    shade = " ft-reproduced" if reproduced == len(known) else ""
    return (
        f'<details class="ft-parity{shade}"><summary>{escape(_badge(known, reproduced))}</summary>'
        + "".join(_details(one) for one in known)
        + "</details>"
    )


def _badge(known: tuple[Parity, ...], reproduced: int) -> str:
    if not reproduced and len(known) == 1:
        return "✗ Known figure not reproduced"
    if reproduced < len(known):
        return f"{reproduced} of {len(known)} figures reproduced"
    return "✓ Reproduces a known figure" if len(known) == 1 else f"✓ Reproduces {len(known)} figures"


def _details(one: Parity) -> str:
    mark = "✓" if one.reproduced else "✗"
    return (
        f"<p>{mark} {escape(one.metric)}: <b>{escape(one.printed)}</b></p>"
        f"<p>To reproduce: <b>{escape(one.wanted)}</b>, from {escape(one.source)}</p>"
        f"<p>Measured on: {escape(one.protocol)}, <time>{escape(one.date)}</time></p>"
        f"<p>Again with: <code>{escape(one.command)}</code></p>"
    )
