"""Blends: weights for several finished models of one split, learned on its validation events and judged honestly."""

from recsys_core.blending.judging import compose, judge
from recsys_core.blending.verdict import Gain, Verdict, in_a_row

__all__ = ["Gain", "Verdict", "compose", "in_a_row", "judge"]
