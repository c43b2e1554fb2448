"""A map in a process of its own: ``python -m recsys_core.runs.map_process WORKSPACE PARENT``.

Takes what to draw as JSON from its standard input, draws it into the cache, and prints an empty object, or the error,
as JSON. It lets everything else go first, and ends with the server that started it.
"""

import json
import sys
from pathlib import Path

from recsys_core.errors import StudioError
from recsys_core.runs.map_files import MapSpec, map_of
from recsys_core.runs.processes import end_with
from recsys_core.runs.store import Workspace
from recsys_core.runs.threads import give_way

ORPHANED = 3


def main(root: Path, parent: int) -> None:
    """Draw what is asked for."""
    end_with(parent, ORPHANED)
    give_way()
    spec = MapSpec.model_validate_json(sys.stdin.read())
    try:
        map_of(Workspace(root), spec)
        answer = {}
    except StudioError as error:
        answer = {"error": error.as_dict()}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
