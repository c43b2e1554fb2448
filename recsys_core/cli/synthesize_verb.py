"""The verb that generates people, judges them, measures whether they are worth having, and adds them to real ones."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from recsys_core.cli.output import Rows, plain, table
from recsys_core.cli.split_options import add_split_options, split_recipe
from recsys_core.cli.train_options import setting
from recsys_core.cli.verb import Verb, workspace
from recsys_core.data.findings import counted
from recsys_core.errors import ConfigError, JobError
from recsys_core.training.context import EpochEnded, FitContext
from recsys_core.training.devices import Device, resolve
from recsys_core.types import Json

if TYPE_CHECKING:
    from recsys_core.runs.cards import DatasetCard
    from recsys_core.runs.jobs import Job, SynthesizeSpec, WorthSpec
    from recsys_core.runs.store import Workspace
    from recsys_core.splitting import SplitRecipe
    from recsys_core.synthetic.judging.judgement import Judgement

NO_DATA = "-"
LEARNER, SEEDS = "ease", 3
KNOBS = {
    "people": (int, "how many people"),
    "items": (int, "how many items; by default as many as there are to learn from"),
    "density": (float, "how many times as many events a person has"),
    "skew": (float, "how much popularity counts: 0 not at all, 1 as in the data"),
    "noise": (float, "share of the events that follow nobody's taste"),
}
OF_WORTH = ("learner", "shares", "additions", "seeds", "attacks", "metric")
OF_PEOPLE = ("people", "items", "density", "skew", "noise", "name", "out", "add")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help=f"to learn from; {NO_DATA} for generators that need none")
    parser.add_argument("--generator", metavar="KEY", required=True, help="an unknown one is answered with those known")
    for name, (number, words) in KNOBS.items():
        parser.add_argument(f"--{name}", type=number, metavar="N", help=words)
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a setting of the generator")
    parser.add_argument("--generator-seed", type=int, metavar="N", help="of all chance; default: that of the split")
    parser.add_argument("--name", help="what to call the data set that comes of it")
    parser.add_argument("--device", choices=[*Device], default=Device.AUTO, type=Device, help="default: %(default)s")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--add", action="store_true", help="add the people to DATASET, as its next version")
    where.add_argument("--out", type=Path, metavar="FILE", help="write events to this Parquet file, keep nothing")
    where.add_argument("--worth", action="store_true", help="measure whether such people are worth having")
    parser.add_argument("--learner", metavar="KEY", help=f"the model that learns from them; default: {LEARNER}")
    parser.add_argument("--shares", nargs="+", type=float, metavar="SHARE", help="of the real data, above 0, up to 1")
    parser.add_argument(
        "--additions", nargs="+", type=float, metavar="SHARE", help="people added, as shares of real ones"
    )
    parser.add_argument("--seeds", type=int, metavar="N", help=f"how many; default: {SEEDS}")
    parser.add_argument("--attacks", type=int, metavar="N", help="halvings of the people that are attacked")
    parser.add_argument("--metric", metavar="METRIC", help="what --worth tells of; default: ndcg@10")
    add_split_options(parser)


def _synthesize(options: argparse.Namespace) -> tuple[Json, str]:
    for name in OF_PEOPLE if options.worth else OF_WORTH:
        if getattr(options, name) not in (None, False):
            belongs, fix = ("people who are kept", "Leave out") if options.worth else ("the measurement", "Add")
            raise ConfigError(f"--{name} belongs to {belongs}.", f"{fix} --worth.", "usage")
    if options.generator_seed is not None and not 0 <= options.generator_seed < 2**32:
        raise ConfigError(
            f"--generator-seed cannot be {options.generator_seed}.",
            "Choose one from 0 to 4,294,967,295.",
            "bad-setting",
        )
    if options.worth:
        return _worth(options)
    return _streamed(options) if options.out is not None else _kept(options)


def _data(options: argparse.Namespace) -> "tuple[Workspace, str, SplitRecipe | None]":
    """The workspace, the id of the data set and how it is split; "" and None where there is none."""
    from recsys_core.synthetic import find_generator

    home = workspace()
    find_generator(options.generator)
    if options.dataset == NO_DATA:
        return home, "", None
    identifier = home.find_dataset(options.dataset).id
    return home, identifier, split_recipe(options, home.load_dataset(identifier))


def _spec(options: argparse.Namespace) -> "tuple[Workspace, SynthesizeSpec]":
    from recsys_core.runs.synthesis_job import synthesize_spec

    home, dataset, recipe = _data(options)
    knobs = {name: getattr(options, name) for name in KNOBS if getattr(options, name) is not None}
    seed = options.generator_seed if options.generator_seed is not None else 0 if recipe is None else recipe.seed
    settings = dict(setting(text) for text in options.set)
    return home, synthesize_spec(
        home, options.generator, dataset, knobs, settings, recipe, seed, options.name, options.device
    )


def _kept(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.runs.augmenting import augment

    home, spec = _spec(options)
    if options.add and not spec.dataset:
        raise ConfigError("There is no data set to add people to.", "Leave out --add.", "usage")
    job = _done(home, spec)
    assert job.made is not None
    card, judgement = home.find_dataset(job.made), home.judgement(job.made)
    result = _document(card, judgement) | {"verdict": job.message}
    findings = [plain(f"{finding['level']}: {finding['message']}") for finding in card.about["findings"]]
    lines = [plain(job.message), *_figures(judgement), *findings, f"{plain(card.name)} (id {card.id})"]
    if options.add:
        both = augment(home, spec.dataset, card.id)
        result["augmented"] = both.id
        lines.append(f"{plain(both.name)}@{both.version}, real and generated people (id {both.id})")
    return result, "\n".join(lines)


def _document(card: "DatasetCard", judgement: "Judgement | None") -> Json:
    about = None if judgement is None else judgement.as_json()
    return {
        "dataset": card.id,
        "name": card.name,
        "people": card.about["users"],
        "events": card.about["interactions"],
        "made": card.about["made"],
        "findings": card.about["findings"],
        "quality": None if about is None else about["quality"],
        "bias": None if about is None else about["bias"],
        "copies": None if about is None else about["copies"],
    }


def _figures(judgement: "Judgement | None") -> list[str]:
    """In which respects generated people are like the real ones, as a table."""
    if judgement is None:
        return []
    rows: Rows = [
        {"like the real data": aspect.title, "score": f"{aspect.score:.2f}", "in words": aspect.sentence}
        for aspect in judgement.quality.aspects
    ]
    return [f"Score {judgement.quality.score:.2f} of 1.", table(rows)]


def _streamed(options: argparse.Namespace) -> tuple[Json, str]:
    """To a file, with memory that does not grow with the number of people."""
    from recsys_core.runs.synthesis_job import make_ready
    from recsys_core.synthetic.making import write_events

    if not options.out.parent.is_dir():
        raise ConfigError(f"There is no folder {options.out.parent}.", "Make it first.", "no-such-folder")
    home, spec = _spec(options)
    ready = make_ready(home, spec)
    generator, knobs = ready.generator, ready.knobs
    context = FitContext(spec.seed, resolve(spec.device), on_event=_tell, cache=home.content_cache)
    generator.fit(ready.learned_from, context)
    events = write_events(generator.population(knobs, spec.seed), options.out)
    findings = [f"{finding.level}: {finding.message}" for finding in generator.findings]
    told = f"{knobs.people:,} people with {events:,} events were written to {options.out}."
    result = {"file": str(options.out), "people": knobs.people, "events": events, "verdict": told, "findings": findings}
    return result, "\n".join(map(plain, [told, *findings]))


def _worth(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.runs.worth_job import ATTACKS, SHARES, left_out, worth_of, worth_spec
    from recsys_core.synthetic.arms import ADDITIONS, arm_title
    from recsys_core.synthetic.judging.bias import quality_by_group
    from recsys_core.transfer.measuring import JUDGED_BY

    home, dataset, recipe = _data(options)
    if not dataset:
        raise ConfigError("Worth is measured on real data.", "Name a data set.", "needs-data")
    first = options.generator_seed or 0
    spec = worth_spec(
        home,
        dataset,
        options.generator,
        options.learner or LEARNER,
        dict(setting(text) for text in options.set),
        recipe,
        options.shares or SHARES,
        ADDITIONS if options.additions is None else options.additions,
        range(first, first + (SEEDS if options.seeds is None else options.seeds)),
        ATTACKS if options.attacks is None else options.attacks,
        options.metric or JUDGED_BY,
        options.device,
    )
    shares, seeds = counted(len(spec.shares), "share"), counted(len(spec.seeds), "seed")
    print(f"measuring at {shares} of the data with {seeds}", file=sys.stderr)
    job = _done(home, spec)
    found = worth_of(home, job)
    sides = found.before_and_after(spec.metric)
    groups = [] if sides is None else quality_by_group(home.load_dataset(dataset), *sides)
    result = found.as_json(spec.metric) | {
        "job": job.id,
        "verdict": job.message,
        "groups": [asdict(group) for group in groups],
        "left_out": left_out(found),
    }
    curve = found.curve(spec.metric)
    shown: Rows = curve.assign(arm=curve["arm"].map(arm_title)).to_dict("records")  # type: ignore[assignment]
    return result, "\n".join([plain(job.message), table(shown)])


def _done(home: "Workspace", spec: "SynthesizeSpec | WorthSpec") -> "Job":
    """The job that a spec comes to, now."""
    from recsys_core.runs.jobs import Jobs, State
    from recsys_core.runs.training_job import run_job

    jobs = Jobs(home.database)
    job = jobs.begin(spec)
    run_job(home, jobs, job, _tell)
    ended = jobs.find(job.id)
    if ended.state is not State.FINISHED:
        raise JobError(ended.message, "Try again.", "stopped")
    return ended


def _tell(event: object) -> None:
    """A line for each epoch of the generator."""
    if isinstance(event, EpochEnded):
        losses = ", ".join(f"{name} {value:.4f}" for name, value in event.losses.items())
        print(f"epoch {event.epoch}/{event.epochs}: {losses}", file=sys.stderr)


VERBS = (
    Verb(
        "synthesize",
        "Generate people after those of a data set, or after none; judge them, and measure what they are worth.",
        _arguments,
        _synthesize,
    ),
)
