"""``engage clicks``."""

import argparse

from recsys_core.cli.output import Rows, plain, table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.data.impressions.log import Impressions
from recsys_core.errors import ConfigError
from recsys_core.types import Json

MOST_ROWS = 20  # of a table for people


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", metavar="LOG", help="an impression log, by name or id")
    parser.add_argument("--zone", default="UTC", metavar="ZONE", help="the time zone of the days, as Europe/Berlin")
    parser.add_argument("--data", metavar="DATASET", help="what is known of people and items, for --slice")
    parser.add_argument("--slice", metavar="KEY", help="people-KEY or items-KEY, as people-age or items-genre")
    parser.add_argument("--against", metavar="LOG", help="the other arm of an A/B test, that this one is compared with")


def _clicks(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.data.impressions.click_profile import click_profile
    from recsys_core.engagement.ab import readout

    home = workspace()
    log = home.load_log(home.find_log(options.log).id)
    profile = click_profile(log, options.zone)
    result, lines = profile.as_json(), [*map(plain, profile.sentences())]
    if profile.positions is not None:
        lines.append(table(_shown(result["by_position"]["positions"])))
    if options.slice is not None:
        if options.data is None:
            raise ConfigError("Nothing is known of these people and items.", "Add --data DATASET.", "usage")
        result["slices"] = _slices(options, log)
        lines.append(table(_shown(result["slices"])))
    if options.against is not None:
        found = readout(home.load_log(home.find_log(options.against).id), log)
        result["ab_test"] = found.as_json()
        lines += [plain(found.verdict()), *map(plain, found.cautions())]
    return result, "\n".join(lines)


def _slices(options: argparse.Namespace, log: Impressions) -> Rows:
    """The rate of each slice."""
    from recsys_core.data.impressions.rates import rates_of
    from recsys_core.engagement.slices import cuts_of_log

    home = workspace()
    dataset = home.load_dataset(home.find_dataset(options.data).id)
    cuts = {f"{who}-{cut.key.removeprefix('attribute-')}": (who, cut) for who, cut in cuts_of_log(log, dataset)}
    if options.slice not in cuts:
        there = ", ".join(cuts) or "nothing: they are too few, or too alike"
        message = f"Impressions cannot be cut by {options.slice!r}."
        raise ConfigError(message, f"What tells them apart: {there}.", "unknown-slice")
    who, cut = cuts[options.slice]
    codes = log.items if who == "items" else log.users
    assert codes is not None  # else nobody could be cut
    rates = rates_of(log, cut.of[codes], len(cut.names))
    return [{"slice": name} | row for name, row in zip(cut.names, rates.rows(), strict=True)]


def _shown(rows: Rows) -> Rows:
    return [
        row | {key: "" if row[key] is None else f"{row[key]:.2%}" for key in ("ctr", "low", "high")}
        for row in rows[:MOST_ROWS]
    ]


PART = Verb("clicks", "click-through rates of an impression log, and A/B tests of two", _arguments, _clicks)
