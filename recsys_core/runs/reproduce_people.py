"""Generated people as a shell command that generates the same ones again."""

import shlex
from typing import Any

from recsys_core.data.made import Made
from recsys_core.errors import StoreError
from recsys_core.runs.cards import DatasetCard
from recsys_core.runs.reproduce import as_typed, called_in_shell, own_split
from recsys_core.runs.store import Workspace, home_beside_app
from recsys_core.splitting import SplitRecipe
from recsys_core.synthetic import Knobs, find_generator
from recsys_core.types import Json


def command_of(workspace: Workspace, card: DatasetCard) -> str:
    """One line for a shell, in the folder of Foretaste.

    Args:
        card: of people who were generated.

    Raises:
        StoreError: the data set that they were learned from is gone.
    """
    made = card.made
    assert made is not None  # they were generated
    generator = find_generator(made.generator)
    words = ["synthesize", _source(workspace, made), "--generator", made.generator]
    for name, value in _own(Knobs, made.knobs).items():
        words += [f"--{name}", as_typed(value)]
    for name, value in _own(generator.Config, made.settings).items():
        words += ["--set", f"{name}={as_typed(value)}"]
    seed = 0
    if made.recipe is not None:
        recipe = SplitRecipe.model_validate(made.recipe)
        words += ["--split", recipe.key]
        for name, value in own_split(recipe).items():
            words += [f"--{name.replace('_', '-')}", str(value)]
        words += ["--seed", str(recipe.seed)]
        seed = recipe.seed
    if made.seed != seed:
        words += ["--generator-seed", str(made.seed)]
    words += ["--name", card.name]
    where = [] if workspace.root == home_beside_app() else [f"FORETASTE_HOME={shlex.quote(str(workspace.root))}"]
    return " ".join([*where, "python", "-m", "recsys_core", *map(shlex.quote, words)])


def _source(workspace: Workspace, made: Made) -> str:
    if not made.learned_from:
        return "-"
    for card in workspace.datasets():
        if workspace.fingerprint_of_dataset(card.id) == made.learned_from:
            return called_in_shell(workspace, card.id)
    raise StoreError(
        f"The data set {made.learned_name!r} that these people were learned from is gone, or was changed.",
        "Import the same file again.",
        "unknown-dataset",
    )


def _own(config: Any, settings: Json) -> Json:
    """What differs from how they come; read by the config itself, since a card may come from elsewhere."""
    usual = config().model_dump(mode="json")
    chosen = config.parse(settings).model_dump(mode="json")
    return {name: value for name, value in chosen.items() if value != usual[name]}
