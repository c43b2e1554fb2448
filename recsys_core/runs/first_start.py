"""A new workspace begins with the demo and a small trained model, so that no page is empty."""

from recsys_core.data.samples import SAMPLES
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.splitting import default_recipe

# Seconds to learn, with curves, fold-in and a good list for everybody; EASE beside it shows what a model is worth.
MODELS_TO_SHOW = ("ease", "mf")


def furnish(workspace: Workspace, jobs: Jobs) -> None:
    """Add the demo and queue its models, unless somebody has brought data meanwhile.

    Raises:
        StudioError: the demo is missing, or cannot be saved.
    """
    imported = next(sample for sample in SAMPLES if sample.key == "demo").load()
    if workspace.datasets():
        return
    card = workspace.save_dataset(imported.dataset, imported.summary())
    recipe = default_recipe(imported.dataset)
    for model in MODELS_TO_SHOW:
        jobs.submit(TrainSpec(dataset=card.id, model=model, split=recipe), request=f"first-start-{model}")
