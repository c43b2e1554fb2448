"""Attacks on a generator that has learned from one half of the people: who belongs to it?"""

from dataclasses import replace

import numpy as np

from recsys_core.data.interactions import Histories
from recsys_core.splitting import Split
from recsys_core.synthetic.arms import generated_people
from recsys_core.synthetic.attacks.membership import Scores, attack
from recsys_core.synthetic.base import Generator
from recsys_core.synthetic.training_part import with_events
from recsys_core.training.context import Cancelled, FitContext


def attack_half(parts: Split, generator: Generator, halving: int, half: int, context: FitContext) -> Scores:
    """Learn from a half, generate as many people, and ask of each real person whether they were learned from.

    Members and controls are told by the same: their training events.

    Args:
        halving: its seed. half: 0 or 1, which one is learned from; the other one are the controls.

    Raises:
        StudioError: a half does not suffice.
        Cancelled: somebody asked to stop.
    """
    events = parts.train.interactions
    people = np.flatnonzero(events.user_counts())
    halves = np.array_split(np.random.default_rng(halving).permutation(people), 2)
    members, controls = (np.sort(halves[place]) for place in (half, 1 - half))
    learned_from = parts.train.with_interactions(events.take(np.isin(events.users, members)))
    generator.fit(with_events(learned_from), replace(context, seed=halving))
    if context.cancel():  # a training that was cut short is not what people would use
        raise Cancelled
    synthetic = generated_people(generator, len(members), halving, parts)
    histories = Histories.from_interactions(events)
    return attack(histories.take(members), histories.take(controls), synthetic, halving, (members, controls))
