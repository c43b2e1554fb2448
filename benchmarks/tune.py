"""EASE and NeuMF tuned at an equal budget on MovieLens latest-small; with ``--again``, twice, to show that it repeats.

Trials are judged by validation events of the default split; the test events are asked once for each model with its
best settings, and once with its settings as they come. Ends with 1 where a second search differs from the first.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.common import Row, data_folder, peak_memory_mb, record
from recsys_core.data.importing import import_ratings
from recsys_core.metrics import metric_label
from recsys_core.models import find_model
from recsys_core.runs.jobs import Job, Jobs
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.runs.trials import Trials
from recsys_core.runs.tune_job import tune_spec, tuned_runs
from recsys_core.splitting import default_recipe
from recsys_core.tuning.outcome import Budget
from recsys_core.tuning.trial import Trial, best_of
from recsys_core.types import Json


@dataclass(frozen=True)
class Searched:
    """What a search came to; ``seconds`` is the whole of it, final trainings included."""

    job: Job
    trials: list[Trial]
    runs: dict[str, RunCard]
    untuned: dict[str, Json]
    seconds: float

    @property
    def repeatable(self) -> tuple[list[Trial], dict[str, Json]]:
        """All but the clock."""
        figures = {key: run.about["metrics"] for key, run in self.runs.items()}
        return [replace(trial, seconds=0.0) for trial in self.trials], figures


def searched(models: Sequence[str], trials: int, seed: int, ratings: Path) -> Searched:
    """A search in a workspace of its own."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        imported = import_ratings(ratings, "ml-latest-small")
        card = workspace.save_dataset(imported.dataset, imported.summary())
        recipe = default_recipe(imported.dataset).model_copy(update={"seed": seed})
        spec = tune_spec(workspace, card.id, models, trials, recipe)
        jobs = Jobs(workspace.database)
        job = jobs.begin(spec)
        started = time.monotonic()
        run_job(workspace, jobs, job, tell)
        seconds = time.monotonic() - started
        runs = tuned_runs(workspace, job)
        known = {run.id: run.about["metrics"] for run in workspace.runs()}
        untuned = {key: known.get(run.about["passport"]["tuning"]["untuned_run"], {}) for key, run in runs.items()}
        return Searched(jobs.find(job.id), Trials(workspace.database).ended(job.id), runs, untuned, seconds)


def tell(event: object) -> None:
    """A line for each trial that ended."""
    if isinstance(event, Trial):
        best = f"epoch {len(event.curve)}, " if len(event.curve) > 1 else ""
        print(f"{event.model} {event.number}: {event.ended}, {best}{event.seconds:.1f} s, {event.settings}", flush=True)


def rows_of(found: Searched, metric: str) -> list[Row]:
    rows: list[Row] = []
    for key, run in found.runs.items():
        title, trials = find_model(key).info.title, [trial for trial in found.trials if trial.model == key]
        best, budget = best_of(trials, metric), Budget.of(trials)
        assert best is not None  # else there would be no run
        test = run.about["metrics"][metric]
        usual = found.untuned[key].get(metric, test)["value"]
        settings = ", ".join(f"{name} {json.dumps(value)}" for name, value in best.settings.items())
        rows += [
            (f"{title}, budget", "equal", f"{budget.trials} trials, {budget.pruned} pruned, {budget.seconds:.0f} s"),
            (f"{title}, best trial on the validation events", "", f"{best.number}: {best.value(metric):.4f}"),
            (f"{title}, best settings", "", settings),
            (f"{title}, as it comes, on the test events", "", f"{usual:.4f}"),
            (f"{title}, tuned", "", f"{test['value']:.4f} [{test['low']:.4f}, {test['high']:.4f}]"),
        ]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", default=["ease", "neumf"], metavar="KEY")
    parser.add_argument("--trials", type=int, default=8, help="of each model")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--again", action="store_true", help="search a second time and compare all trials and figures")
    parser.add_argument("--data", type=Path, default=data_folder() / "ml-latest-small" / "ratings.csv")
    options = parser.parse_args()
    first = searched(options.model, options.trials, options.seed, options.data)
    metric = next(iter(first.runs.values())).about["passport"]["tuning"]["metric"]
    rows: list[Row] = [
        *rows_of(first, metric),
        ("verdict", "a winner", first.job.message),
        ("the whole search", "", f"{first.seconds:.0f} s"),
    ]
    is_same = True
    if options.again:
        again = searched(options.model, options.trials, options.seed, options.data)
        is_same = first.repeatable == again.repeatable
        rows.append(("trials and figures of a second search", "the same bits", "the same" if is_same else "others"))
    rows.append(("peak memory", "", f"{peak_memory_mb():.0f} MB"))
    title = f"tune: {', '.join(options.model)} on latest-small by {metric_label(metric)}, seed {options.seed}"
    record(title, rows)
    sys.exit(0 if is_same else 1)


if __name__ == "__main__":
    main()
