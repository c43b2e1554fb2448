"""Checkpoints of a job on disk: the newest whole one counts."""

import json
import shutil
from pathlib import Path

from recsys_core.errors import JobError
from recsys_core.runs.files import new_folder, sweep
from recsys_core.training.context import Checkpoint


class Checkpoints:
    """The checkpoints in one folder, named by the number of epochs done."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint, then remove the older ones."""
        from safetensors.torch import save_file

        epoch = len(checkpoint.progress["history"])
        with new_folder(self._folder / f"{epoch:06d}") as folder:
            save_file(checkpoint.tensors, str(folder / "tensors.safetensors"))
            (folder / "progress.json").write_text(json.dumps(checkpoint.progress), encoding="utf-8")
        for older in self._all()[:-1]:
            shutil.rmtree(older, ignore_errors=True)

    def newest(self) -> Checkpoint | None:
        """The checkpoint to go on from, None where there is none.

        Raises:
            JobError: it is damaged.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        sweep(self._folder)
        folders = self._all()
        if not folders:
            return None
        try:
            progress = json.loads((folders[-1] / "progress.json").read_text(encoding="utf-8"))
            return Checkpoint(load_file(str(folders[-1] / "tensors.safetensors")), progress)
        except (OSError, ValueError, SafetensorError) as error:
            raise JobError(
                f"The checkpoint cannot be read: {error}.",
                "Train again with the same settings instead.",
                "damaged-checkpoint",
            ) from error

    def newest_or_none(self) -> Checkpoint | None:
        """As :meth:`newest`; damaged ones are removed, so that what they belong to begins anew."""
        try:
            return self.newest()
        except JobError:
            self.clear()
            return None

    def clear(self) -> None:
        """Remove them all."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _all(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("[0-9]*") if path.is_dir())
