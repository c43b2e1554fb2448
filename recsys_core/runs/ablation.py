"""What content bought finished runs, and the trainings that are missing to tell."""

from collections.abc import Sequence

from recsys_core.comparing.ablation import Family, Gain, Question, families, gain, questions
from recsys_core.errors import ConfigError
from recsys_core.metrics import METRICS, ListMetric, about
from recsys_core.runs.cards import RunCard
from recsys_core.runs.jobs import TrainSpec, spec_from_json
from recsys_core.runs.store import Workspace
from recsys_core.statistics.estimates import PerUser
from recsys_core.warm_and_cold import Side

SIDES: tuple[Side | None, ...] = (Side.NEW_ITEMS, Side.MET_ITEMS, None)


def families_of(runs: Sequence[RunCard]) -> list[Family]:
    """Of runs of one split, those whose model can be told what to read."""
    newest_first = sorted(runs, key=lambda run: run.created, reverse=True)
    return families({run.id: run.about for run in newest_first})


def questions_about(workspace: Workspace, run: RunCard) -> list[Question]:
    """What a run reads, taken apart.

    Raises:
        ConfigError: it reads nothing, or cannot be told what to read.
    """
    same_split = [one for one in workspace.runs() if one.split_fingerprint == run.split_fingerprint]
    for family in families_of(same_split):
        for arm in family.arms:
            if run.about["passport"]["seed"] in arm.runs and arm.runs[run.about["passport"]["seed"]] == run.id:
                if arm.on:
                    return questions(family, arm)
                raise ConfigError(f"{run.title} ({run.id}) reads nothing.", "Choose a run that does.", "reads-nothing")
    raise ConfigError(
        f"{run.title} ({run.id}) cannot be told what to read, or a newer run repeats it, or it was tuned, "
        "fine-tuned or transferred, and what was chosen for it does not suit another one.",
        "Choose the newest run of a model that reads content, trained with settings as given.",
        "no-ablation",
    )


def missing_specs(workspace: Workspace, asked: Sequence[Question]) -> list[TrainSpec]:
    """The trainings that an answer still lacks: each as the one that it stands against, but for what it reads."""
    specs = []
    for question in asked:
        for seed in question.missing:
            spec = spec_from_json(workspace.find_run(question.arm.runs[seed]).about["spec"])
            assert isinstance(spec, TrainSpec)  # others are in no family
            specs.append(spec.model_copy(update={"settings": spec.settings | question.without}))
    return specs


def answers(workspace: Workspace, question: Question, metric: str) -> list[Gain]:
    """What it bought among new and met items, or among all where the test holds nothing new; none before both arms
    were trained with a common seed.

    Raises:
        ConfigError: the metric belongs to no single people.
        StoreError: the figures of a run cannot be read.
    """
    if any(metric.partition("@")[0] == one.about.key for one in METRICS if isinstance(one, ListMetric)):
        raise ConfigError(f"{metric} is no figure of single people.", "Choose another metric.", "unknown-metric")
    if question.other is None or not question.seeds:
        return []
    mine, theirs = (
        [_figures(workspace, arm.runs[seed]) for seed in question.seeds] for arm in (question.arm, question.other)
    )
    found: list[Gain] = []
    for side in SIDES:
        name = metric if side is None else f"{side}/{metric}"
        parts = [[figures[name] for figures in group if name in figures] for group in (mine, theirs)]
        if all(len(group) == len(question.seeds) for group in parts):
            one = gain(parts[0], parts[1], side, about(metric).higher_is_better)
            if one is not None and not (side is None and found):  # told apart already
                found.append(one)
    return found


def _figures(workspace: Workspace, run: str) -> dict[str, PerUser]:
    return workspace.per_user(run) | workspace.apart(run)
