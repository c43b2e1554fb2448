"""The verb that blends finished runs."""

import argparse
import sys

from recsys_core.cli.output import metrics_table, plain
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import JobError
from recsys_core.types import Json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="+", help="two finished runs of one split, or more")


def _blend(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.runs.blend_job import blend_spec, verdict_of
    from recsys_core.runs.jobs import BlendSpec, Job, Jobs
    from recsys_core.runs.training_job import run_job

    home = workspace()
    jobs = Jobs(home.database)

    def done(spec: BlendSpec) -> Job:
        job = jobs.begin(spec)
        run_job(home, jobs, job)
        return jobs.find(job.id)

    spec = blend_spec([home.find_run(run) for run in options.run])
    print(f"judging a blend of {len(spec.members)} runs", file=sys.stderr)
    verdict = verdict_of(home, judged := done(spec))
    if verdict is None:
        raise JobError(judged.message, "Try again.", "stopped")
    result: Json = verdict.model_dump(mode="json") | {
        "members": list(spec.members),
        "offered": verdict.offered,
        "sentence": verdict.sentence,
        "run": None,
        "metrics": None,
    }
    if not verdict.offered:
        return result, plain(verdict.sentence)
    print("keeping it", file=sys.stderr)
    kept = done(spec.model_copy(update={"verdict": verdict.model_dump(mode="json")}))
    if kept.run is None:
        raise JobError(kept.message, "Try again.", "stopped")
    run = home.find_run(kept.run).about
    metrics = {name: estimate["value"] for name, estimate in run["metrics"].items()}
    words = f"{plain(verdict.sentence)}\nOn the test events, {run['title']}:\n{metrics_table(run)}\nrun {kept.run}"
    return result | {"run": kept.run, "metrics": metrics}, words


VERBS = (Verb("blend", "Blend finished runs of one split, and keep it where it helps.", _arguments, _blend),)
