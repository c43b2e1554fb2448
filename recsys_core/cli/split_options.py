"""The options that say how a data set is split."""

import argparse

import numpy as np
from pydantic import ValidationError

from recsys_core.data.dataset import Dataset
from recsys_core.errors import ConfigError
from recsys_core.splitting import SPLITTERS, SplitRecipe, default_recipe, find_splitter

_NUMBERS = {"test_share": float, "valid_share": float, "folds": int, "fold": int, "known_events": int, "seed": int}


def add_split_options(parser: argparse.ArgumentParser) -> None:
    keys = ", ".join(splitter.key for splitter in SPLITTERS)
    parser.add_argument("--split", metavar="KEY", help=f"{keys}; by default the first where there are times")
    for name, number in _NUMBERS.items():
        words = SplitRecipe.model_fields[name].description
        parser.add_argument(f"--{name.replace('_', '-')}", type=number, metavar="N", help=words)
    parser.add_argument("--threshold", type=float, help="held-out items count as relevant when rated at least this")


def split_recipe(options: argparse.Namespace, dataset: Dataset) -> SplitRecipe:
    """The recipe that the options describe, the default one where they say nothing.

    Raises:
        ConfigError: a number is out of bounds.
        SplitError: there is no such split.
    """
    if options.threshold is not None and not np.isfinite(options.threshold):
        raise ConfigError(f"The threshold {options.threshold} is no rating.", "Choose another one.", "bad-setting")
    if options.split is not None:
        find_splitter(options.split)
    given = {"key": options.split} | {name: getattr(options, name) for name in (*_NUMBERS, "threshold")}
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return SplitRecipe.model_validate(default_recipe(dataset).model_dump() | chosen)
    except ValidationError as error:
        fault = error.errors()[0]
        flag = f"--{str(fault['loc'][0]).replace('_', '-')}"
        wanted = fault["msg"].replace("Input should", "it must")
        raise ConfigError(f"{flag} is {fault['input']}: {wanted}.", "Choose another value.", "bad-setting") from error
