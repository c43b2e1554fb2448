"""Options that describe a training."""

import argparse
from typing import TYPE_CHECKING, Any

from recsys_core.cli.fine_tune_options import add_rate_options, fine_tune
from recsys_core.cli.split_options import add_split_options, split_recipe
from recsys_core.cli.verb import workspace
from recsys_core.errors import ConfigError
from recsys_core.splitting import SplitRecipe
from recsys_core.training.devices import Device, resolve

if TYPE_CHECKING:
    from recsys_core.runs.jobs import TrainSpec


def add_train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="name or id")
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument("--model", metavar="KEY", help="see: models")
    start.add_argument("--from", dest="source", metavar="RUN", help="go on from a finished run, with its model")
    add_training_options(parser)
    add_rate_options(parser)


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Those of any training of one model."""
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a setting of the model")
    parser.add_argument("--preset", metavar="NAME", help="settings to start from: quick, paper, or one that was saved")
    parser.add_argument("--stop-on", metavar="METRIC", help="choose the best epoch by this, such as recall@20")
    parser.add_argument("--training-seed", type=int, metavar="N", help="of the training; default: that of the split")
    parser.add_argument("--device", choices=[*Device], default=Device.AUTO, type=Device, help="default: %(default)s")
    add_split_options(parser)


def add_stop_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stop-after", type=int, metavar="N", help="stop after this epoch, as by hand, and keep the best"
    )


def train_spec(options: argparse.Namespace) -> "TrainSpec":
    """The training that the options describe.

    Raises:
        StudioError: an option means nothing.
    """
    from recsys_core.evaluation import stopping_metric
    from recsys_core.models import find_model
    from recsys_core.runs.fine_tuning import usual_rates, usual_settings
    from recsys_core.runs.jobs import TrainSpec

    home = workspace()
    card = home.find_dataset(options.dataset)
    tuned = fine_tune(options)
    key, settings = options.model, {}
    if tuned:
        source = home.find_run(tuned.run)
        key, settings = source.model, usual_settings(source)
        tuned = tuned.model_copy(update={"rates": usual_rates(source) | tuned.rates})
    model = find_model(key)
    settings = chosen_settings(options, key, settings)
    stopping_metric(model(model.Config.parse(settings)), options.stop_on)
    resolve(options.device)
    recipe = split_recipe(options, home.load_dataset(card.id))
    return TrainSpec(
        dataset=card.id,
        model=model.info.key,
        settings=settings,
        split=recipe,
        seed=training_seed(options, recipe),
        metric=options.stop_on,
        device=options.device,
        fine_tune=tuned,
    )


def chosen_settings(options: argparse.Namespace, key: str, usual: dict[str, Any]) -> dict[str, Any]:
    """The settings of a model: the usual ones, but for what a preset says, but for what is set one by one."""
    from recsys_core.runs.presets import Presets

    preset = Presets(workspace().root).find(key, options.preset) if options.preset else {}
    return usual | preset | dict(setting(text) for text in options.set)


def training_seed(options: argparse.Namespace, recipe: SplitRecipe) -> int:
    """The seed of a training.

    Raises:
        ConfigError: it is out of bounds.
    """
    seed: int | None = options.training_seed
    if seed is not None and not 0 <= seed < 2**32:
        raise ConfigError(f"--training-seed cannot be {seed}.", "Choose one from 0 to 4,294,967,295.", "bad-setting")
    return recipe.seed if seed is None else seed


def setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"The setting {text!r} has no value.", "Write it as FIELD=VALUE.", "bad-setting")
    return name.strip(), value.strip()
