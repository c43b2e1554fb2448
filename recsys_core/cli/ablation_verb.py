"""The verb that tells what texts, pictures and attributes bought a run."""

import argparse
import sys

from recsys_core.cli.output import plain, table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.types import Json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a finished run of a model that reads content")
    parser.add_argument("--metric", default="ndcg@10", metavar="METRIC", help="default: %(default)s")
    parser.add_argument("--train", action="store_true", help="train what is missing to tell")


def _ablation(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.comparing.ablation import WHERE, sentence
    from recsys_core.runs.ablation import answers, missing_specs, questions_about
    from recsys_core.runs.jobs import Jobs
    from recsys_core.runs.training_job import run_job

    home = workspace()
    run = home.find_run(options.run)
    asked = questions_about(home, run)
    failed = []
    if options.train:
        jobs = Jobs(home.database)
        for spec in missing_specs(home, asked):
            reads = ", ".join(f"{name} {value}" for name, value in spec.settings.items() if name in asked[0].without)
            print(f"training {spec.model} with {reads}, seed {spec.seed}", file=sys.stderr)
            try:
                run_job(home, jobs, jobs.begin(spec))
            except StudioError as error:
                failed.append(str(error))
        asked = questions_about(home, run)
    missing = len(missing_specs(home, asked))
    found = [(question, answers(home, question, options.metric)) for question in asked]
    result: Json = {
        "run": run.id,
        "metric": options.metric,
        "reads": asked[0].arm.title,
        "bought": [
            {
                "what": question.what,
                "side": one.side,
                "people": one.people,
                "seeds": one.seeds,
                **vars(one.estimate),
            }
            for question, gains in found
            for one in gains
        ],
        "missing": missing,
        "failed": failed,
    }
    shown = [
        {
            "what": question.what,
            "where": WHERE[one.side],
            "bought": one.words,
            "people": one.people,
            "seeds": one.seeds,
        }
        for question, gains in found
        for one in gains
    ]
    lines = [plain(f"{run.title} reads {asked[0].arm.title}.")]
    lines += [plain(sentence(question.what, gains, options.metric)) for question, gains in found if gains]
    if shown:
        lines.append(table(shown))
    if missing:
        lines.append(f"{counted(missing, 'training')} missing to tell all of it; --train trains what is missing.")
    return result, "\n".join([*lines, *map(plain, failed)])


VERBS = (Verb("ablation", "Tell what texts, pictures and attributes bought a run.", _arguments, _ablation),)
