"""What a verb of the shell is, and what it works on."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from recsys_core.runs.store import Workspace, default_home, open_workspace


@dataclass(frozen=True)
class Verb:
    """A verb.

    Attributes:
        name, words: as the help shows them.
        add_arguments: declares its options.
        run: options -> the JSON document, and the same for people.
    """

    name: str
    words: str
    add_arguments: Callable[[argparse.ArgumentParser], object]
    run: Callable[[argparse.Namespace], tuple[Any, str]]


def no_arguments(_: argparse.ArgumentParser) -> None:
    """Of a verb that has no options but ``--json``."""


def workspace() -> Workspace:
    """The workspace that the environment names."""
    return open_workspace(default_home())
