"""The verb that says what a training will take, and what it shares with the verb that trains."""

import argparse
import sys
import time
from typing import TYPE_CHECKING

from recsys_core.cli.fine_tune_options import add_rate_options, fine_tune
from recsys_core.cli.split_options import add_split_options, split_recipe
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError
from recsys_core.training.devices import Device, resolve
from recsys_core.types import Json

if TYPE_CHECKING:
    from recsys_core.preflight.forecast import Forecast
    from recsys_core.runs.jobs import TrainSpec


def add_train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="name or id")
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument("--model", metavar="KEY", help="see: models")
    start.add_argument("--from", dest="source", metavar="RUN", help="go on from a finished run, with its model")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a setting of the model")
    parser.add_argument("--stop-on", metavar="METRIC", help="choose the best epoch by this, such as recall@20")
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

    home = workspace()
    card = home.find_dataset(options.dataset)
    tuned = fine_tune(options)
    settings, key = dict(_setting(text) for text in options.set), options.model
    if tuned:
        source = home.find_run(tuned.run)
        settings, key = usual_settings(source) | settings, source.model
        tuned = tuned.model_copy(update={"rates": usual_rates(source) | tuned.rates})
    model = find_model(key)
    stopping_metric(model(model.Config.parse(settings)), options.stop_on)
    resolve(options.device)
    recipe = split_recipe(options, home.load_dataset(card.id))
    return TrainSpec(
        dataset=card.id,
        model=model.info.key,
        settings=settings,
        split=recipe,
        seed=recipe.seed,
        metric=options.stop_on,
        device=options.device,
        fine_tune=tuned,
    )


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"The setting {text!r} has no value.", "Write it as FIELD=VALUE.", "bad-setting")
    return name.strip(), value.strip()


def foretell(spec: "TrainSpec") -> "Forecast":
    """The forecast of a training, measured in this process unless it is known.

    Raises:
        StudioError: it cannot be trained; of memory, the settings are named that would fit.
    """
    from recsys_core.runs.measuring import measure

    return measure(workspace(), spec, time.time())


def told(forecast: "Forecast") -> str:
    """A forecast in one line."""
    import psutil

    return forecast.headline + forecast.detail(psutil.virtual_memory().available)


def _preflight(options: argparse.Namespace) -> tuple[Json, str]:
    print("measuring on this machine", file=sys.stderr)
    forecast = foretell(train_spec(options))
    return forecast.as_json(), told(forecast)


VERBS = (Verb("preflight", "Say what a training will take, from a short pilot.", add_train_arguments, _preflight),)
