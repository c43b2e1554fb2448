"""The list of models as people read it: by family, with what each has reproduced."""

from recsys_core.models import MODELS, Recommender
from recsys_core.models.parity import Parity, parity_of

_HEAD = "| family | key | what it is | can answer | a million events in | parity |\n|---|---|---|---|---|---|"


def families() -> dict[str, list[type[Recommender]]]:
    """Family → its models; families and models in the order of ``MODELS``."""
    found: dict[str, list[type[Recommender]]] = {}
    for model in MODELS:
        found.setdefault(model.info.family, []).append(model)
    return found


def markdown() -> str:
    """The table of models in the README."""
    return "\n".join([_HEAD, *(_row(model) for models in families().values() for model in models)])


def _row(model: type[Recommender]) -> str:
    info = model.info
    abilities = ", ".join(sorted(info.abilities))
    parity = "; ".join(_in_short(one) for one in parity_of(info.key)) or "not compared yet"
    return f"| {info.family} | `{info.key}` | {info.title}. {info.idea} | {abilities} | {info.cost} | {parity} |"


def _in_short(one: Parity) -> str:
    """What was printed beside what was to be reproduced, in a cell."""
    mark = "✓ " if one.reproduced else ""
    return f"{mark}{one.metric}: {one.printed}, to reproduce {one.wanted} ({one.source})".replace("|", "\\|")
