"""A pilot in a process of its own: ``python -m recsys_core.runs.pilot_process WORKSPACE PARENT``.

Takes the spec of a training as JSON from its standard input, and prints the forecast, or the error, as JSON. It lets
everything else go first, and ends with the server that started it.
"""

import json
import sys
from pathlib import Path

import psutil

from recsys_core.errors import StudioError
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.processes import end_with
from recsys_core.runs.store import Workspace
from recsys_core.runs.threads import give_way

ORPHANED = 3


def main(root: Path, parent: int) -> None:
    """Measure what the spec asks for."""
    started = psutil.Process().create_time()
    end_with(parent, ORPHANED)
    give_way()
    spec = TrainSpec.model_validate_json(sys.stdin.read())
    from recsys_core.runs.measuring import measure

    try:
        answer = {"forecast": measure(Workspace(root), spec, started).as_json()}
    except StudioError as error:
        answer = {"error": error.as_dict()}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
