"""What every section of Compare works on."""

from dataclasses import dataclass

from pages.shared.frame import look
from recsys_core.figures.theme import model_colours
from recsys_core.metrics import about, metric_label
from recsys_core.runs.store import RunCard
from recsys_core.splitting import find_splitter


@dataclass(frozen=True)
class Compared:
    """Runs side by side.

    Attributes:
        runs: those that are compared, newest first.
        metric: the one that is looked at, such as "ndcg@10".
        titles: run id → a title that tells it apart from the others.
    """

    runs: list[RunCard]
    metric: str
    titles: dict[str, str]

    @property
    def best_first(self) -> list[RunCard]:
        """The runs that have the metric."""
        having = [run for run in self.runs if self.metric in run.about["metrics"]]
        return sorted(
            having,
            key=lambda run: run.about["metrics"][self.metric]["value"],
            reverse=about(self.metric).higher_is_better,
        )

    @property
    def source(self) -> str:
        """Which data and which split the figures are of, in a line for a picture that leaves the page."""
        first = self.runs[0]
        recipe = first.about["passport"]["split"]["recipe"]
        return (
            f"{first.about['dataset_name']} · held out: {find_splitter(recipe['key']).title.lower()}, "
            f"seed {recipe['seed']} ({first.split_fingerprint[:4]}) · {first.about['users']:,} people judged"
        )

    def colour(self, run: RunCard) -> str:
        """The colour that the model of a run has on every chart."""
        from recsys_core.models import COMPOSED, MODELS

        return model_colours([model.info.key for model in (*MODELS, *COMPOSED)], look())[run.model]


def settings(run: RunCard) -> dict[str, object]:
    """All that a person chose for a run, the seed included; of a blend what was learned for it."""
    passport = run.about["passport"]
    if run.model == "blend":
        weights = [
            " / ".join(f"{round(weight, 2):g}" for weight in group["weights"]) for group in passport["config"]["groups"]
        ]
        return {"weights": "; ".join(weights), "seed": passport["seed"]}
    chosen = passport["config"] | {"seed": passport["seed"]}
    stopping = passport.get("stopping_metric")
    return chosen if stopping is None else chosen | {"best epoch by": metric_label(stopping)}


def run_titles(runs: list[RunCard]) -> dict[str, str]:
    """Run id → a title that tells it apart: runs of one model by the settings in which they differ."""
    titles = {}
    for run in runs:
        twins = [twin for twin in runs if twin.title == run.title]
        differing = [
            f"{name.replace('_', ' ')} {value}"
            for name, value in settings(run).items()
            if any(settings(twin).get(name, value) != value for twin in twins)
        ]
        passport = run.about["passport"]
        made = [word for key, word in (("tuning", "tuned"), ("fine_tune", "fine-tuned")) if key in passport]
        mark = ", ".join([*made, *differing][:2]) or run.id.rpartition("-")[2]
        titles[run.id] = run.title if len(twins) == 1 else f"{run.title}, {mark}"
    return titles
