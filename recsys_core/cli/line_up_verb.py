"""The verb that trains the standard line-up."""

import argparse
import sys

from recsys_core.cli.output import plain, table
from recsys_core.cli.split_options import add_split_options, split_recipe
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import StudioError
from recsys_core.types import Json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="name or id")
    add_split_options(parser)


def _line_up(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.runs.jobs import Jobs
    from recsys_core.runs.line_up import line_up
    from recsys_core.runs.training_job import run_job

    home = workspace()
    card = home.find_dataset(options.dataset)
    jobs = Jobs(home.database)
    wanted = line_up(home, jobs, card.id, split_recipe(options, home.load_dataset(card.id)))
    runs, left_out = [], dict(wanted.left_out)
    for spec in wanted.specs:
        print(f"training {spec.model}", file=sys.stderr)
        job = jobs.begin(spec)
        try:
            run_job(home, jobs, job)
        except StudioError as error:
            left_out[spec.model] = str(error)
            continue
        ended = jobs.find(job.id)
        if ended.run is not None:
            runs.append(home.find_run(ended.run).about)
    result = {
        "dataset": card.id,
        "runs": [
            {"run": run["id"], "model": run["model"], "seconds": run["seconds"]}
            | {"metrics": {name: estimate["value"] for name, estimate in run["metrics"].items()}}
            for run in runs
        ],
        "left_out": left_out,
    }
    shown = [
        {
            "run": run["id"],
            "model": run["title"],
            "ndcg@10": f"{run['metrics']['ndcg@10']['value']:.4f}",
            "seconds": f"{run['seconds']:.1f}",
        }
        for run in runs
    ]
    reasons = "".join(f"\nleft out: {title}. {plain(reason)}" for title, reason in left_out.items())
    return result, f"{table(shown) if shown else 'Nothing new to train.'}{reasons}"


VERBS = (Verb("line-up", "Train the standard line-up of models on one split.", _arguments, _line_up),)
