"""The verb that measures how much of a score was other people's future."""

import argparse
import sys

from recsys_core.cli.output import plain, table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.errors import JobError
from recsys_core.types import Json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", nargs="+", help="finished runs of one data set")
    parser.add_argument("--metric", default="ndcg@10", metavar="METRIC", help="default: %(default)s")


def _leaks(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.runs.jobs import Jobs, State
    from recsys_core.runs.leak_job import leak_spec, leaks_of
    from recsys_core.runs.training_job import run_job

    home = workspace()
    spec = leak_spec([home.find_run(run) for run in options.run], options.metric)
    print(f"training {2 * len(spec.runs)} models: each with and without other people's future", file=sys.stderr)
    jobs = Jobs(home.database)
    job = jobs.begin(spec)
    run_job(home, jobs, job)
    ended = jobs.find(job.id)
    found = leaks_of(home, ended, spec.metric) if ended.state is State.FINISHED else None
    if found is None:
        raise JobError(ended.message, "Try again.", "stopped")
    shown = [
        {
            "model": model.title,
            "with the future": model.with_future.value,
            "without": model.without_future.value,
            "leak": model.leak,
            "p (Holm)": f"{model.p:.4f}",
            "run": model.run,
        }
        for model in found.models
    ]
    test = found.test
    tau = "" if found.tau is None else f" Kendall tau of the two orders: {found.tau:.2f}."
    words = (
        f"{test.people:,} people judged; {test.future:.0%} of what is learned with the future is later than what is to "
        f"be found, {test.between:.0%} lies between the cut and that.{tau} Intervals are over the people judged: "
        "the luck of who else was drawn, and of training seeds, is in none of them."
    )
    result = found.model_dump(mode="json") | {"job": job.id, "sentence": found.sentence}
    return result, f"{plain(found.sentence)}\n{words}\n{table(shown)}"


VERBS = (Verb("leaks", "Measure how much of the scores of runs was other people's future.", _arguments, _leaks),)
