"""The verb that serves finished runs over HTTP."""

import argparse
import os
import sys

from recsys_core.cli.verb import Verb, workspace
from recsys_core.types import Json

PORT = 8600


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="finished runs; the first one answers where none is named"
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"by default {PORT}; 0 for any free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at; others than this need a key")


def _serve(options: argparse.Namespace) -> tuple[Json, str]:
    from recsys_core.runs.threads import training_threads
    from recsys_core.serve.app import create_app
    from recsys_core.serve.gate import VARIABLE, Lock
    from recsys_core.serve.meter import Meter
    from recsys_core.serve.served import Served
    from recsys_core.serve.server import listen, run_until_told

    lock = Lock.of(options.host, os.environ.get(VARIABLE))
    store = workspace()
    runs = [Served(identifier, store.load_run(identifier)) for identifier in dict.fromkeys(options.runs)]
    listener, meter = listen(options.host, options.port), Meter()
    host, port = listener.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def ready() -> None:
        names = ", ".join(run.id for run in runs)
        print(
            f"Serving {names} at {address}, explained at {address}/docs. Ctrl-C ends it.", file=sys.stderr, flush=True
        )

    with training_threads(1):
        run_until_told(create_app(runs, lock, meter), listener, ready)
    answers = sum(meter.answers.values())
    return {"runs": [run.id for run in runs], "answers": answers}, f"Ended after {answers:,} answers."


VERBS = (Verb("serve", "Answer other programs over HTTP from finished runs.", _arguments, _serve),)
