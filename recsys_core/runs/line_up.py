"""The standard line-up: models worth trying on any data, judged on the same events."""

from dataclasses import dataclass

from recsys_core.errors import SplitError, StudioError
from recsys_core.evaluation import judged_users
from recsys_core.models import STANDARD_LINE_UP, Recommender, find_model
from recsys_core.runs.jobs import Executor, Jobs, TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.training.devices import Device
from recsys_core.types import Json


@dataclass(frozen=True)
class LineUp:
    """Which models of the line-up are to be trained.

    Attributes:
        specs: what to train, in this order.
        left_out: title of a model → why it is not trained, one sentence.
    """

    specs: list[TrainSpec]
    left_out: dict[str, str]


def line_up(
    workspace: Workspace,
    jobs: Jobs,
    dataset: str,
    recipe: SplitRecipe,
    executor: Executor = Executor.AUTO,
    device: Device = Device.AUTO,
) -> LineUp:
    """The models of the line-up with their settings as they come, on one split and with its seed.

    What refuses the data, what is trained already and what is in the queue is left out, so asking twice is asking once.

    Raises:
        SplitError: the data set cannot be split like this, or the split judges nobody.
    """
    parts = split(workspace.load_dataset(dataset), recipe)
    queued = [job.spec for job in jobs.all() if job.is_active and isinstance(job.spec, TrainSpec)]
    here = parts.fingerprint, parts.dataset.fingerprint
    scratch = [run for run in workspace.runs() if run.is_from_scratch]
    trained = [
        run.about for run in scratch if (run.split_fingerprint, run.about["passport"]["dataset"]["fingerprint"]) == here
    ]
    specs: list[TrainSpec] = []
    left_out: dict[str, str] = {}
    for key in STANDARD_LINE_UP:
        model = find_model(key)()
        config = model.config.model_dump(mode="json")
        spec = TrainSpec(
            dataset=dataset,
            model=key,
            settings=config,
            split=recipe,
            seed=recipe.seed,
            executor=executor,
            device=device,
        )
        refusal = _refusal(model, parts)
        if refusal:
            left_out[model.title] = refusal
        elif any(_same(spec, other) for other in queued):
            left_out[model.title] = "It is in the queue already."
        elif any(run["model"] == key and _made_from(run) == (config, recipe.seed, None) for run in trained):
            left_out[model.title] = "It is trained already, on the same split and with the same seed."
        else:
            specs.append(spec)
    return LineUp(specs, left_out)


def _refusal(model: Recommender, parts: Split) -> str:
    """Why a model cannot be trained or judged on this split, "" where it can.

    Raises:
        SplitError: nobody can be judged, whatever the model.
    """
    try:
        model.check(parts.train)
        judged_users(model, parts.test)
    except SplitError:
        raise
    except StudioError as error:
        return str(error) if error.code == "too-large" else error.message  # then the fix names settings
    return ""


def _same(spec: TrainSpec, other: TrainSpec) -> bool:
    """Whether two trainings come to the same model, wherever they run."""
    return spec.model_copy(update={"executor": other.executor, "device": other.device}) == other


def _made_from(run: Json) -> tuple[Json, int, str | None]:
    return run["passport"]["config"], run["passport"]["seed"], run["spec"].get("metric")
