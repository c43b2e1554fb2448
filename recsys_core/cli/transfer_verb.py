"""The verb that begins with what was learned on another data set, and measures whether that helped."""

import argparse
import sys
from typing import TYPE_CHECKING

from recsys_core.cli.output import Rows, plain, table
from recsys_core.cli.split_options import split_recipe
from recsys_core.cli.train_options import add_stop_option, add_training_options, chosen_settings, training_seed
from recsys_core.cli.training import train
from recsys_core.cli.transfer_options import add_plan_options, chosen_pairs, chosen_people, chosen_plan
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import ConfigError, JobError
from recsys_core.training.devices import resolve
from recsys_core.transfer.match import Match
from recsys_core.types import Json

if TYPE_CHECKING:
    from recsys_core.runs.jobs import TransferFrom
    from recsys_core.runs.store import RunCard, Workspace
    from recsys_core.runs.transferring import Ready

SEEDS = 3
OF_EVIDENCE = ("shares", "seeds", "metric")
OF_TRAININGS = ("set", "preset", "stop_on", "training_seed", "stop_after")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="RUN", nargs="?", help="the finished run that is transferred")
    parser.add_argument("dataset", metavar="DATASET", nargs="?", help="name or id of the target")
    parser.add_argument("--sources", metavar="DATASET", help="list the runs that this data set could learn from")
    add_plan_options(parser)
    parser.add_argument(
        "--evidence", action="store_true", help="measure whether it pays, at several shares of the target's data"
    )
    parser.add_argument("--shares", nargs="+", type=float, metavar="SHARE", help="0 to 1; with --evidence")
    parser.add_argument("--seeds", type=int, metavar="N", help=f"how many, with --evidence; default: {SEEDS}")
    parser.add_argument("--metric", metavar="METRIC", help="what --evidence tells of; default: ndcg@10")
    add_training_options(parser)
    add_stop_option(parser)


def _transfer(options: argparse.Namespace) -> tuple[Json | Rows, str]:
    if options.sources is not None:
        return _sources(options)
    if options.dataset is None:
        raise ConfigError(
            "A transfer has a finished run and a data set.",
            "Write: transfer RUN DATASET. Or list what suits with: transfer --sources DATASET.",
            "usage",
        )
    for name in OF_TRAININGS if options.evidence else OF_EVIDENCE:
        if getattr(options, name) not in (None, []):
            belongs, fix = ("training", "Leave out") if options.evidence else ("measurement", "Add")
            raise ConfigError(f"--{name.replace('_', '-')} belongs to a {belongs}.", f"{fix} --evidence.", "usage")
    return _measured(options) if options.evidence else _trained(options)


def _sources(options: argparse.Namespace) -> tuple[Rows, str]:
    """All finished runs of other data sets, the nearest first."""
    from recsys_core.runs.kin import kin

    home = workspace()
    found = kin(home, home.find_dataset(options.sources).id)
    rows: Rows = [
        {
            "run": one.run.id,
            "title": one.run.title,
            "dataset": one.run.about["dataset_name"],
            "kinship": one.kinship.as_json() if one.kinship else None,
            "reason": one.reason,
        }
        for one in found
    ]
    shown = [
        {
            "run": one.run.id,
            "model": one.run.title,
            "data": one.run.about["dataset_name"],
            "kinship": f"{one.kinship.score:.2f}" if one.kinship else "",
            "why": one.reason or (one.kinship.reasons[0] if one.kinship else ""),
        }
        for one in found
    ]
    return rows, table(shown)


def _ready(options: argparse.Namespace) -> "tuple[Workspace, RunCard, TransferFrom, Ready, list[str]]":
    """The source and the target, matched, and what is to be said about that."""
    from recsys_core.runs.jobs import TransferFrom
    from recsys_core.runs.transferring import find_source, make_ready, suiting_plans
    from recsys_core.splitting import split
    from recsys_core.transfer.adapting import usual_plan

    home = workspace()
    target = home.load_dataset(home.find_dataset(options.dataset).id)
    source = find_source(home, options.source)
    start = TransferFrom(run=source.id, people=chosen_people(options), pairs=chosen_pairs(options))
    ready = make_ready(home, start, split(target, split_recipe(options, target)))
    plan, why = chosen_plan(options), ""
    if plan is None:
        suiting_plans(ready)  # or says why there is none
        plan, why = usual_plan(ready.source, ready.match, ready.parts.train)
    start = start.model_copy(update={"plan": plan})
    return home, source, start, ready, [_match_in_words(ready.match), f"Plan: {plan.title}. {why}".strip()]


def _match_in_words(match: Match) -> str:
    ways = [f"{number:,} by {how}" for how, number in match.by_way().items()]
    found = f" ({', '.join(ways)})" if ways else ""
    return (
        f"{match.n_items:,} of {len(match.items):,} items are in both{found}, and {match.n_people:,} of "
        f"{len(match.people):,} people."
    )


def _trained(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.runs.jobs import TrainSpec
    from recsys_core.runs.standing import standing

    home, source, start, ready, told = _ready(options)
    resolve(options.device)
    spec = TrainSpec(
        dataset=home.find_dataset(options.dataset).id,
        model=source.model,
        settings=chosen_settings(options, source.model, source.about["passport"]["config"]),
        split=ready.parts.recipe,
        seed=training_seed(options, ready.parts.recipe),
        metric=options.stop_on,
        device=options.device,
        transfer=start,
    )
    run, result, lines = train(home, spec, options.stop_after)
    stands = standing(home, run)
    verdict = stands.sentence if stands is not None and stands.against else run.about["ending"]
    kinship = _kinship(ready, home)
    result |= {"transfer": run.about["transfer"], "kinship": kinship, "verdict": verdict}
    return result, "\n".join(map(plain, [*kinship["reasons"], *told])) + "\n" + "\n".join(
        [*lines[:-1], verdict, lines[-1]]
    )


def _measured(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.runs.jobs import Jobs, State
    from recsys_core.runs.training_job import run_job
    from recsys_core.runs.transfer_job import evidence_of, transfer_spec
    from recsys_core.transfer.measuring import JUDGED_BY
    from recsys_core.transfer.shares import SHARES

    seeds = SEEDS if options.seeds is None else options.seeds
    home, _, start, ready, told = _ready(options)
    plan = chosen_plan(options)
    spec = transfer_spec(
        home,
        home.find_dataset(options.dataset).id,
        start,
        ready.parts.recipe,
        [plan] if plan else [],
        options.shares or SHARES,
        range(seeds),
        options.metric or JUDGED_BY,
    )
    print(f"measuring at {len(spec.shares)} shares of the data with {seeds} seeds", file=sys.stderr)
    jobs = Jobs(home.database)
    job = jobs.begin(spec)
    run_job(home, jobs, job)
    ended = jobs.find(job.id)
    if ended.state is not State.FINISHED:
        raise JobError(ended.message, "Try again.", "stopped")
    evidence, kinship = evidence_of(home, ended), _kinship(ready, home)
    result = evidence.as_json(spec.metric) | {
        "job": job.id,
        "match": {"items": ready.match.n_items, "people": ready.match.n_people, "how": ready.match.by_way()},
        "kinship": kinship,
        "verdict": ended.message,
    }
    shown: Rows = evidence.curve(spec.metric).to_dict("records")  # type: ignore[assignment]
    return result, "\n".join([*map(plain, [*kinship["reasons"], *told, ended.message]), table(shown)])


def _kinship(ready: "Ready", home: "Workspace") -> Json:
    from recsys_core.content.around import Around
    from recsys_core.transfer.kinship import kinship

    source, target = ready.run.split.dataset, ready.parts.dataset
    return kinship(source, target, ready.match, Around(home.content_cache)).as_json()


VERBS = (
    Verb(
        "transfer",
        "Begin with what was learned on another data set, or measure whether that pays.",
        _arguments,
        _transfer,
    ),
)
