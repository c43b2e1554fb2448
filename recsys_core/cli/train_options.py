"""Options that describe a training."""

import argparse
from typing import TYPE_CHECKING

from recsys_core.cli.fine_tune_options import add_rate_options, fine_tune
from recsys_core.cli.split_options import add_split_options, split_recipe
from recsys_core.cli.verb import workspace
from recsys_core.errors import ConfigError
from recsys_core.training.devices import Device, resolve

if TYPE_CHECKING:
    from recsys_core.runs.jobs import TrainSpec


def add_train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="name or id")
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument("--model", metavar="KEY", help="see: models")
    start.add_argument("--from", dest="source", metavar="RUN", help="go on from a finished run, with its model")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a setting of the model")
    parser.add_argument("--preset", metavar="NAME", help="settings to start from: quick, paper, or one that was saved")
    parser.add_argument("--stop-on", metavar="METRIC", help="choose the best epoch by this, such as recall@20")
    parser.add_argument("--training-seed", type=int, metavar="N", help="of the training; default: that of the split")
    parser.add_argument("--device", choices=[*Device], default=Device.AUTO, type=Device, help="default: %(default)s")
    add_rate_options(parser)
    add_split_options(parser)


def train_spec(options: argparse.Namespace) -> "TrainSpec":
    """The training that the options describe.

    Raises:
        StudioError: an option means nothing.
    """
    from recsys_core.evaluation import stopping_metric
    from recsys_core.models import find_model
    from recsys_core.runs.fine_tuning import usual_rates, usual_settings
    from recsys_core.runs.jobs import TrainSpec
    from recsys_core.runs.presets import Presets

    home = workspace()
    card = home.find_dataset(options.dataset)
    tuned = fine_tune(options)
    key, settings = options.model, {}
    if tuned:
        source = home.find_run(tuned.run)
        key, settings = source.model, usual_settings(source)
        tuned = tuned.model_copy(update={"rates": usual_rates(source) | tuned.rates})
    model = find_model(key)
    if options.preset:
        settings |= Presets(home.root).find(key, options.preset)
    settings |= dict(_setting(text) for text in options.set)
    stopping_metric(model(model.Config.parse(settings)), options.stop_on)
    resolve(options.device)
    seed = options.training_seed
    if seed is not None and not 0 <= seed < 2**32:
        raise ConfigError(f"--training-seed cannot be {seed}.", "Choose one from 0 to 4,294,967,295.", "bad-setting")
    recipe = split_recipe(options, home.load_dataset(card.id))
    return TrainSpec(
        dataset=card.id,
        model=model.info.key,
        settings=settings,
        split=recipe,
        seed=recipe.seed if seed is None else seed,
        metric=options.stop_on,
        device=options.device,
        fine_tune=tuned,
    )


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"The setting {text!r} has no value.", "Write it as FIELD=VALUE.", "bad-setting")
    return name.strip(), value.strip()
