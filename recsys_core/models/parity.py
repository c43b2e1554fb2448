"""Which published figure, or which peer's figure on the same split, a model reproduces, and what it printed.

The figures stand in ``parity.json``, which the benchmarks write; nobody writes it by hand.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("parity.json")


@dataclass(frozen=True)
class Parity:
    """One comparison.

    Attributes:
        protocol: data, split and candidates, in words.
        metric: such as "HR@10 / NDCG@10".
        wanted: the figure to reproduce.
        source: who published it, or which library printed it beside ours.
        printed: what this model printed.
        reproduced: whether that is as good, within what the benchmark allows.
        date: of the measurement, ISO.
        command: makes it again.
    """

    protocol: str
    metric: str
    wanted: str
    source: str
    printed: str
    reproduced: bool
    date: str
    command: str


@cache
def _all() -> dict[str, tuple[Parity, ...]]:
    known = json.loads(FILE.read_text(encoding="utf-8"))
    return {model: tuple(Parity(**one) for one in comparisons) for model, comparisons in known.items()}


def parity_of(model: str) -> tuple[Parity, ...]:
    """The comparisons of the model with this key, none where it has not been compared yet."""
    return _all().get(model, ())
