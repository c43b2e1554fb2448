"""Options of ``train`` for what a finished run has learned."""

import argparse

from recsys_core.errors import ConfigError
from recsys_core.runs.jobs import FineTune
from recsys_core.training.warm_start import Part


def add_rate_options(parser: argparse.ArgumentParser) -> None:
    """What is frozen, and what learns slower or faster."""
    parts = ", ".join(Part)
    parser.add_argument(
        "--freeze", action="append", default=[], choices=[*Part], type=Part, metavar="PART", help=f"one of: {parts}"
    )
    parser.add_argument(
        "--rate", action="append", default=[], metavar="PART=FACTOR", help="multiply the learning rate of a part"
    )


def fine_tune(options: argparse.Namespace) -> FineTune | None:
    """What the options say; None where a model is trained from scratch.

    Raises:
        ConfigError: there is nothing to hold, or a rate is not one.
    """
    if options.source is not None:
        rates = dict(_rate(text) for text in options.rate) | dict.fromkeys(options.freeze, 0.0)
        return FineTune(run=options.source, rates=rates)
    if options.freeze or options.rate:
        raise ConfigError(
            "--freeze and --rate hold what a finished run has learned.", "Name the run with --from RUN.", "no-run"
        )
    return None


def _rate(text: str) -> tuple[Part, float]:
    name, _, factor = text.partition("=")
    try:
        part, rate = Part(name.strip()), float(factor)
        if not 0 <= rate <= 10:
            raise ValueError
    except ValueError:
        raise ConfigError(
            f"{text!r} is not the rate of a part.",
            f"Write it as PART=FACTOR, such as people=0.5: a part ({', '.join(Part)}), and a factor from 0 to 10.",
            "bad-rate",
        ) from None
    return part, rate
