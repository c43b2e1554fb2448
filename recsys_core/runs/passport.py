"""What is noted down about a run: what it is, what it measured, and its passport."""

import platform
from dataclasses import asdict
from importlib.metadata import version

from recsys_core import __version__
from recsys_core.data.dataset import Dataset
from recsys_core.evaluation import KS, Report, stopping_metric
from recsys_core.models import Recommender
from recsys_core.runs.jobs import BlendSpec, TrainSpec
from recsys_core.runs.threads import available_cores
from recsys_core.splitting import TEST, TRAIN, VALID, Split
from recsys_core.training import devices
from recsys_core.training.warm_start import parts_of
from recsys_core.types import Json


def describe(
    model: Recommender,
    dataset: str,
    parts: Split,
    report: Report,
    seconds: float,
    threads: int,
    spec: TrainSpec | BlendSpec,
    memory: int | None = None,
) -> Json:
    """A run in the list: what it is, what it measured, what it cost, and its passport.

    Args:
        seconds: of training, validation left out.
        memory: bytes that training and judging took beside the program; None where nobody knows.
    """
    training = model.training
    return {
        "model": model.info.key,
        "title": model.title,
        "dataset": dataset,
        "dataset_name": parts.dataset.name,
        "spec": spec.model_dump(mode="json"),
        "ending": training.reason if training else "Trained in one step.",
        "seconds": seconds,
        "scoring_ms": 1000 * report.scoring_seconds / report.users,
        "memory": memory,
        "epochs": training.epochs if training else None,
        "best_epoch": training.best_epoch if training else None,
        "samples_per_second": training.samples_per_second if training else None,
        "coverage": [asdict(one) for one in model.coverage],
        "parts": parts_of(training.learned) if training else [],
        **report.as_json(),
        "passport": passport(model, parts, threads, spec),
    }


def passport(model: Recommender, parts: Split, threads: int, spec: TrainSpec | BlendSpec) -> Json:
    """Everything that two results must share to be compared, and that one needs to be made again."""
    dataset = parts.dataset
    return {
        "dataset": _dataset_passport(dataset),
        "split": {
            "recipe": parts.recipe.model_dump(mode="json"),
            "fingerprint": parts.fingerprint,
            "train": int((parts.roles == TRAIN).sum()),
            "valid": int((parts.roles == VALID).sum()),
            "test": int((parts.roles == TEST).sum()),
        },
        "candidates": parts.candidates_in_words,
        "ks": list(KS),
        "config": model.config.model_dump(mode="json"),
        "seed": spec.seed,
        "stopping_metric": stopping_metric(model, spec.metric)
        if isinstance(spec, TrainSpec) and model.training
        else None,
        "device": devices.resolve(spec.device) if isinstance(spec, TrainSpec) else "cpu",
        "threads": threads,
        "machine": {"cores": available_cores(), "processor": platform.machine()},
        "versions": {
            "foretaste": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "numpy", "scipy")},
        },
    }


def _dataset_passport(dataset: Dataset) -> Json:
    return {
        "name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "users": dataset.n_users,
        "items": dataset.n_items,
        "interactions": len(dataset.interactions),
        "made": None if dataset.made is None else dataset.made.as_json(),
    }
