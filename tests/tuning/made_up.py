"""Trials with made-up results."""

from recsys_core.tuning.trial import Ended, Trial


def trial(number: int, *curve: float, ended: Ended = Ended.DONE, model: str = "ease", **settings: object) -> Trial:
    return Trial(model, number, settings, ended, curve, 1.0, "" if ended is Ended.DONE else "for a reason")
