"""What all sections of a report are told of: runs judged alike, what came of comparing them, and their data."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from recsys_core.comparing.comparison import Comparison
from recsys_core.comparing.passports import mismatches
from recsys_core.data.dataset import Dataset
from recsys_core.data.made import Made
from recsys_core.data.profiling.profile import Profile, profile
from recsys_core.errors import ConfigError
from recsys_core.figures.theme import Theme, model_colours
from recsys_core.metrics import metric_label
from recsys_core.models import COMPOSED, MODELS, Recommender
from recsys_core.runs.cards import DatasetCard, RunCard
from recsys_core.runs.comparison import compare_runs, contenders_of, sensible_choice
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import Workspace
from recsys_core.types import Feedback

METRIC = "ndcg@10"
KINDS: dict[str, type[Recommender]] = {kind.info.key: kind for kind in (*MODELS, *COMPOSED)}


@dataclass(frozen=True)
class Facts:
    """What was compared.

    Attributes:
        runs: all of them, each training.
        comparison: of them, by the metric.
    """

    workspace: Workspace
    runs: tuple[RunCard, ...]
    comparison: Comparison

    @property
    def metric(self) -> str:
        return self.comparison.metric

    @property
    def label(self) -> str:
        """The metric for people."""
        return metric_label(self.metric)

    @cached_property
    def cards(self) -> dict[str, RunCard]:
        """Title of a contender → the run of its first seed, best first."""
        known = {run.id: run for run in self.runs}
        return {one.contender.title: known[one.contender.id] for one in self.comparison.judged}

    def value(self, title: str, name: str) -> float | None:
        """A figure of a contender, the mean over its seeds; None where it was not measured."""
        runs = next(one.contender.runs for one in self.comparison.judged if one.contender.title == title)
        figures = [run.about["metrics"].get(name) for run in self.runs if run.id in runs]
        return None if None in figures else sum(one["value"] for one in figures) / len(figures)

    @property
    def leader(self) -> str:
        """The title of the best one."""
        return self.comparison.judged[0].contender.title

    @cached_property
    def opened(self) -> LoadedRun:
        """The best one, which shows examples."""
        return self.workspace.load_run(self.cards[self.leader].id)

    @property
    def dataset(self) -> Dataset:
        return self.opened.split.dataset

    @property
    def noun(self) -> str:
        """What an event is called."""
        return "rating" if self.dataset.feedback is Feedback.EXPLICIT else "event"

    @cached_property
    def profile(self) -> Profile:
        return profile(self.dataset)

    @cached_property
    def card(self) -> DatasetCard | None:
        """Of the data set; None where it was deleted meanwhile."""
        wanted = self.runs[0].dataset
        return next((card for card in self.workspace.datasets() if card.id == wanted), None)

    @property
    def made(self) -> Made | None:
        """How the data were generated; None for real ones."""
        return self.runs[0].made

    @property
    def data_name(self) -> str:
        """The name of the data with the mark of those that are not wholly real. It is text from outside."""
        return name_of_data(self.runs[0])

    def kind(self, title: str) -> type[Recommender]:
        """The model of a contender."""
        return KINDS[self.cards[title].model]

    def colour(self, title: str, look: Theme) -> str:
        """The colour of a contender's model on every chart."""
        return model_colours(list(KINDS), look)[self.cards[title].model]


def name_of_data(run: RunCard) -> str:
    """What the data of a run are called, with the mark of those that are not wholly real. It is text from outside."""
    name = str(run.about["dataset_name"])
    if run.made is None:
        return name
    return f"{name} · {'real + synthetic' if run.made.is_augmented else 'synthetic'}"


def gather(workspace: Workspace, runs: Sequence[RunCard], metric: str = METRIC) -> Facts:
    """The facts of these runs.

    Raises:
        ConfigError: they were not judged alike, or none has the metric.
        StoreError: the figures of a run cannot be read.
    """
    return Facts(workspace, tuple(runs), compare_runs(workspace, runs, metric))


def newest_comparable(workspace: Workspace, dataset: DatasetCard, metric: str = METRIC) -> list[RunCard]:
    """The runs that Compare shows unasked: those on the split of the data set's newest run, the best of each model.

    Raises:
        ConfigError: no model was trained on these data.
    """
    runs = [run for run in workspace.runs() if run.dataset == dataset.id and metric in run.about["metrics"]]
    if not runs:
        raise ConfigError(
            f"No model that was trained on {dataset.name!r} has the figure {metric!r}.",
            "Train one with: python -m recsys_core train DATASET --model KEY.",
            "nothing-to-report",
        )
    passport = runs[0].about["passport"]
    alike = [run for run in runs if not mismatches(passport, run.about["passport"])]
    chosen = sensible_choice(contenders_of(alike, metric), alike, metric)
    trainings = {run for one in chosen for run in one.runs}
    return [run for run in alike if run.id in trainings]
