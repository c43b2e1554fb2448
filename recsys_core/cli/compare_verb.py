"""The verb that compares finished runs."""

import argparse
import sys

from recsys_core.cli.output import plain, table
from recsys_core.cli.verb import Verb, workspace
from recsys_core.comparing.comparison import Comparison
from recsys_core.errors import JobError
from recsys_core.runs.cards import RunCard
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.types import Json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run", metavar="RUN", nargs="+", help="finished runs of one split; seeds of a model count as one"
    )
    parser.add_argument("--metric", default="ndcg@10", help="the figure to compare by (default: %(default)s)")
    parser.add_argument(
        "--baselines", action="store_true", help="add the plain models, and train on the split what is missing of them"
    )


def _compare(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.comparing import verdict
    from recsys_core.comparing.passports import to_mention
    from recsys_core.runs.comparison import compare_runs, missing_baselines, repeated

    home, metric = workspace(), options.metric
    runs = [home.find_run(run) for run in dict.fromkeys(options.run)]
    found = compare_runs(home, runs, metric)
    if options.baselines:
        runs += [
            missing.run or _trained(home, missing.spec)
            for missing in missing_baselines(home, runs, metric)
            if missing.run or missing.spec
        ]
        found = compare_runs(home, runs, metric)
    lacking = [missing.model for missing in missing_baselines(home, runs, metric)]
    passports = {card.id: card.about["passport"] for card in runs}
    notes = [
        verdict.power(found),
        *verdict.baselines(found),
        verdict.missing_baselines(lacking),
        verdict.seeds(found),
        *to_mention({one.contender.title: passports[one.contender.id] for one in found.judged}),
        _left_out(runs, metric),
        verdict.repeated(repeated(runs, metric)),
    ]
    result: Json = {
        "metric": metric,
        "people": found.people,
        **as_json(found),
        "verdict": verdict.verdict(found),
        "notes": [note for note in notes if note],
    }
    return result, _for_people(result)


def as_json(found: Comparison) -> Json:
    """The figures of a comparison, contenders and pairs best first, each named by the run of its first seed.

    ``difference`` is the figure of a less that of b: below zero where lower is better.
    """
    ids = [one.contender.id for one in found.judged]
    return {
        "runs": [
            {
                "run": one.contender.id,
                "title": one.contender.title,
                "model": one.contender.model,
                **vars(one.estimate),
                "seeds": [
                    {"run": run, "seed": seed, "value": value}
                    for run, seed, value in zip(one.contender.runs, one.contender.seeds, one.by_seed, strict=True)
                ],
                "seed_spread": one.seed_spread,
            }
            for one in found.judged
        ],
        "pairs": [
            {
                "a": ids[pair.first],
                "b": ids[pair.second],
                "difference": pair.difference.value,
                "low": pair.difference.low,
                "high": pair.difference.high,
                "p": pair.p,
                "p_holm": pair.p_holm,
                "effect": pair.effect,
                "better": pair.better,
                "worse": pair.worse,
                "detectable": pair.detectable,
                "seed_margin": pair.seed_margin,
                "a_beats_b": pair.is_settled,
            }
            for pair in found.pairs
        ],
    }


def _trained(home: Workspace, spec: TrainSpec | None) -> RunCard:
    from recsys_core.runs.jobs import Jobs
    from recsys_core.runs.training_job import run_job

    assert spec is not None
    print(f"training {spec.model}", file=sys.stderr)
    jobs = Jobs(home.database)
    job = jobs.begin(spec)
    run_job(home, jobs, job)
    ended = jobs.find(job.id)
    if ended.run is None:
        raise JobError(ended.message, "Try again.", "stopped")
    return home.find_run(ended.run)


def _left_out(runs: list[RunCard], metric: str) -> str:
    """Which models do not have the figure; "" where all do."""
    titles = dict.fromkeys(run.title for run in runs if metric not in run.about["metrics"])
    return f"Left out, for want of {metric}: {', '.join(titles)}." if titles else ""


def _for_people(result: Json) -> str:
    called = {run["run"]: run["title"] for run in result["runs"]}
    figures = [
        {
            "run": run["run"],
            "model": run["title"],
            result["metric"]: f"{run['value']:.4f}",
            "95 % interval": _interval(run),
            "seeds": len(run["seeds"]),
            "sd over seeds": "" if run["seed_spread"] is None else f"{run['seed_spread']:.4f}",
        }
        for run in result["runs"]
    ]
    pairs = [
        {
            "better": called[pair["a"]],
            "worse": called[pair["b"]],
            "difference": f"{pair['difference']:+.4f}",
            "95 % interval": _interval(pair),
            "p (Holm)": f"{pair['p_holm']:.4f}",
            "effect": f"{pair['effect']:.2f}",
            "for whom": f"better for {pair['better']:.0%}, worse for {pair['worse']:.0%}",
        }
        for pair in result["pairs"]
    ]
    parts = [plain(result["verdict"]), table(figures), *([table(pairs)] if pairs else [])]
    return "\n\n".join([*parts, "\n".join(map(plain, result["notes"]))]).rstrip()


def _interval(row: Json) -> str:
    return "" if row["low"] is None else f"{row['low']:.4f} to {row['high']:.4f}"


VERBS = (Verb("compare", "Compare finished runs: figures, paired tests and a verdict.", _arguments, _compare),)
