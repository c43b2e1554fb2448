"""The sections of a report, one file each. A new one is one file and one line of ``SECTIONS``."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from recsys_core.report.blocks import Block
from recsys_core.report.facts import Facts
from recsys_core.report.sections.beyond_accuracy import beyond_accuracy
from recsys_core.report.sections.caveats import caveats
from recsys_core.report.sections.comparison import comparison
from recsys_core.report.sections.cost import cost
from recsys_core.report.sections.data import data
from recsys_core.report.sections.examples import examples
from recsys_core.report.sections.for_whom import for_whom
from recsys_core.report.sections.protocol import protocol
from recsys_core.report.sections.reproduce import how_to_reproduce


class Part(NamedTuple):
    """A section: where it stands in the address, its title, and what gives its blocks."""

    key: str
    title: str
    blocks: Callable[[Facts], Iterator[Block]]


SECTIONS = (
    Part("comparison", "Which model is better", comparison),
    Part("caveats", "Caveats", caveats),
    Part("cost", "What it costs", cost),
    Part("people", "For whom, and how it starts", for_whom),
    Part("lists", "Beyond accuracy", beyond_accuracy),
    Part("examples", "Examples", examples),
    Part("data", "The data", data),
    Part("protocol", "How it was measured", protocol),
    Part("reproduce", "How to make it again", how_to_reproduce),
)
